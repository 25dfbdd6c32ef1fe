//! Outcomes that wait until somebody has looked.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};

use batchwise::Verdict;
use serde_json::{Value, json};

use crate::inspect::Wanted;
use crate::output::OutcomeRow;

/// Outcomes in a file without a name, and where their records were.
#[derive(Debug)]
pub(crate) struct HeldRows {
    file: BufWriter<File>,
    pub(crate) wanted: Wanted,
}

impl HeldRows {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::new(tempfile::tempfile()?),
            wanted: Wanted::default(),
        })
    }

    pub(crate) fn push(&mut self, row: &OutcomeRow) -> io::Result<()> {
        self.wanted.add(row.campaign.as_deref(), &row.record);
        let fields = json!([
            row.record,
            row.campaign,
            row.outcome,
            row.attempts,
            row.detail,
            row.line,
            &*row.at,
            row.provider
        ]);
        writeln!(self.file, "{fields}")
    }

    /// Every outcome once more, in its order.
    pub(crate) fn each(&mut self, mut take: impl FnMut(OutcomeRow) -> io::Result<()>) -> io::Result<()> {
        self.file.flush()?;
        let mut file = self.file.get_ref().try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        for line in BufReader::new(file).lines() {
            take(row(&line?).ok_or_else(|| io::Error::other("an outcome that was kept cannot be read again"))?)?;
        }
        Ok(())
    }
}

fn row(line: &str) -> Option<OutcomeRow> {
    let fields: [Value; 8] = serde_json::from_str(line).ok()?;
    let [record, campaign, outcome, attempts, detail, line, at, provider] = fields;
    let text = |value: Value| match value {
        Value::String(text) => Some(text),
        _ => None,
    };
    let outcome = outcome.as_str()?;
    Some(OutcomeRow {
        record: text(record)?,
        campaign: text(campaign),
        outcome: Verdict::ALL
            .iter()
            .find(|verdict| verdict.as_str() == outcome)?
            .as_str(),
        attempts: u32::try_from(attempts.as_u64()?).ok()?,
        detail: text(detail),
        line: line.as_u64()?,
        at: text(at)?.into(),
        provider: Some(provider).filter(|provider| !provider.is_null()),
        verified: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_come_back_as_they_were() {
        let rows = [
            OutcomeRow {
                record: "7001".into(),
                campaign: Some("00042".into()),
                outcome: Verdict::Deleted.as_str(),
                attempts: 1,
                detail: None,
                line: 1,
                at: "2026-11-22T08:00:00Z".into(),
                provider: Some(json!({"record_id": 90311})),
                verified: None,
            },
            OutcomeRow {
                record: "phone:\"x\"\n".into(),
                campaign: None,
                outcome: Verdict::Rejected.as_str(),
                attempts: 0,
                detail: Some("not a number".into()),
                line: 2,
                at: "".into(),
                provider: None,
                verified: None,
            },
        ];
        let mut held = HeldRows::new().unwrap();
        rows.iter().for_each(|row| held.push(row).unwrap());
        let mut came = Vec::new();
        held.each(|row| {
            came.push(row);
            Ok(())
        })
        .unwrap();
        assert_eq!(came, rows);
        assert!(held.wanted.scopes.contains("00042") && held.wanted.kinds.contains("phone"));
    }
}
