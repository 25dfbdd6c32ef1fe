//! Writes outcomes in the form that was asked for.

use std::io::{self, BufWriter, Write};

use super::OutcomeRow;
use crate::args::OutputArg;

/// Writes outcomes to standard output; flushed whenever the job has to wait.
pub(crate) struct OutcomeWriter<W: Write> {
    sink: Sink<W>,
    with_campaign: bool,
    with_verified: bool,
}

enum Sink<W: Write> {
    Human(BufWriter<W>),
    /// With the line that is being made.
    Ndjson(BufWriter<W>, String),
    Csv(Box<csv::Writer<W>>),
}

impl<W: Write> OutcomeWriter<W> {
    /// A writer; `with_campaign` adds the campaign to every line.
    pub(crate) fn new(sink: W, form: OutputArg, with_campaign: bool) -> io::Result<Self> {
        Self::with_columns(sink, form, with_campaign, false)
    }

    /// The same, and `with_verified` adds what a look at the provider showed.
    pub(crate) fn with_columns(sink: W, form: OutputArg, with_campaign: bool, with_verified: bool) -> io::Result<Self> {
        let sink = match form {
            OutputArg::Human => Sink::Human(BufWriter::new(sink)),
            OutputArg::Ndjson => Sink::Ndjson(BufWriter::new(sink), String::new()),
            OutputArg::Csv => {
                let mut writer = csv::Writer::from_writer(sink);
                let mut header = vec!["record", "outcome", "attempts", "detail", "line", "at", "provider"];
                if with_campaign {
                    header.insert(1, "campaign");
                }
                if with_verified {
                    header.push("verified");
                }
                writer.write_record(header)?;
                Sink::Csv(Box::new(writer))
            }
        };
        Ok(Self {
            sink,
            with_campaign,
            with_verified,
        })
    }

    /// Writes one outcome.
    pub(crate) fn write(&mut self, row: &OutcomeRow) -> io::Result<()> {
        match &mut self.sink {
            Sink::Human(writer) => writeln!(writer, "{}", row.human()),
            Sink::Ndjson(writer, line) => {
                line.clear();
                row.ndjson(self.with_campaign, line);
                line.push('\n');
                writer.write_all(line.as_bytes())
            }
            Sink::Csv(writer) => {
                let mut fields = vec![
                    defused_key(&row.record),
                    row.outcome.to_owned(),
                    row.attempts.to_string(),
                    // A provider's text must not become a formula in a spreadsheet.
                    row.detail.as_deref().map(defused).unwrap_or_default(),
                    row.line.to_string(),
                    row.at.to_string(),
                    row.provider.as_ref().map(ToString::to_string).unwrap_or_default(),
                ];
                if self.with_campaign {
                    fields.insert(1, row.campaign.clone().unwrap_or_default());
                }
                if self.with_verified {
                    fields.push(row.verified.map(|verified| verified.to_string()).unwrap_or_default());
                }
                Ok(writer.write_record(fields)?)
            }
        }
    }

    /// Hands everything to standard output.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Human(writer) | Sink::Ndjson(writer, _) => writer.flush(),
            Sink::Csv(writer) => writer.flush(),
        }
    }
}

/// The text with an apostrophe in front where a spreadsheet would read a formula.
pub(crate) fn defused(text: &str) -> String {
    // The wide forms are taken for the plain ones by some.
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The same for a key, which is as it was where it can be one: a phone number with its `+` calls nothing. What was no record
/// may be anything.
fn defused_key(key: &str) -> String {
    if key.chars().all(|c| c.is_ascii_digit() || "+- ().".contains(c)) {
        key.to_owned()
    } else {
        defused(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> OutcomeRow {
        OutcomeRow {
            record: "51001".into(),
            campaign: None,
            outcome: "deleted",
            attempts: 1,
            detail: None,
            line: 1,
            at: "2026-11-22T08:00:00Z".into(),
            provider: None,
            verified: None,
        }
    }

    fn written(form: OutputArg, with_campaign: bool, row: &OutcomeRow) -> String {
        let mut out = Vec::new();
        let mut writer = OutcomeWriter::new(&mut out, form, with_campaign).unwrap();
        writer.write(row).unwrap();
        writer.flush().unwrap();
        drop(writer);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn ndjson_is_as_documented() {
        assert_eq!(
            written(OutputArg::Ndjson, false, &row()),
            "{\"record\":\"51001\",\"outcome\":\"deleted\",\"attempts\":1,\"detail\":null,\"line\":1,\
             \"at\":\"2026-11-22T08:00:00Z\",\"provider\":null}\n"
        );
    }

    #[test]
    fn thulium_lines_carry_the_campaign() {
        let row = OutcomeRow {
            campaign: Some("00042".into()),
            ..row()
        };
        assert!(written(OutputArg::Ndjson, true, &row).contains("\"campaign\":\"00042\""));
        assert!(written(OutputArg::Csv, true, &row).contains("\n51001,00042,deleted,"));
        assert_eq!(written(OutputArg::Human, true, &row), "deleted           00042:51001\n");
    }

    #[test]
    fn a_text_of_the_provider_cannot_steer_a_terminal() {
        let row = OutcomeRow {
            detail: Some("no\nsuch\u{1b}[2J import".into()),
            ..row()
        };
        assert_eq!(
            written(OutputArg::Human, false, &row),
            "deleted           51001  (no\\nsuch\\u{1b}[2J import)\n"
        );
    }

    #[test]
    fn a_text_of_the_provider_is_no_formula() {
        let row = OutcomeRow {
            detail: Some("=1+1".into()),
            ..row()
        };
        assert!(written(OutputArg::Csv, false, &row).contains("'=1+1"));
    }

    #[test]
    fn what_was_no_record_is_no_formula_and_a_key_is_as_it_was() {
        let csv = |record: &str| {
            let row = OutcomeRow {
                record: record.into(),
                ..row()
            };
            let text = written(OutputArg::Csv, false, &row);
            text.lines().nth(1).unwrap().split(',').next().unwrap().to_owned()
        };
        for text in ["=1+1", "@SUM(A1)", "-cmd|'/c calc'!A0", "+cmd|'/c calc'!A0", "＝1+1"] {
            assert_eq!(csv(text), format!("'{text}"));
        }
        for key in ["+48 600-700-800", "-5", "(22) 60", "51001", "counteragent:70011"] {
            assert_eq!(csv(key), key);
        }
    }
}
