//! Rows with what became of them, as CSV.

use std::io::{self, Write};

use serde_json::Value;

use crate::output::defused;

/// Writes UTF-8 with a byte order mark, which spreadsheets need to read it as such.
#[derive(Debug)]
pub(super) struct CsvForm<W: Write>(csv::Writer<W>);

impl<W: Write> CsvForm<W> {
    pub(super) fn new(mut sink: W, own: &[String], added: &[String]) -> io::Result<Self> {
        sink.write_all("\u{feff}".as_bytes())?;
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(sink);
        writer.write_record(own.iter().chain(added))?;
        Ok(Self(writer))
    }

    /// Writes a row. Fields beyond those of the header stay behind all others.
    pub(super) fn write(&mut self, own: &[&str], added: &[Value], beyond: &[String]) -> io::Result<()> {
        for field in own {
            self.0.write_field(field)?;
        }
        for value in added {
            match value {
                Value::Null => self.0.write_field("")?,
                // A provider's text must not become a formula in a spreadsheet.
                Value::String(text) => self.0.write_field(defused(text))?,
                Value::Array(values) => {
                    let words: Vec<String> = values.iter().map(ToString::to_string).collect();
                    self.0.write_field(words.join(" "))?;
                }
                other => self.0.write_field(other.to_string())?,
            }
        }
        for field in beyond {
            self.0.write_field(field)?;
        }
        self.0.write_record(None::<&[u8]>)?;
        Ok(())
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
