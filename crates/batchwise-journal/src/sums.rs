//! Sums over the records of a journal, rows and sheaves alike.

use std::time::Duration;

use batchwise_core::{Counts, Verdict};
use rusqlite::Connection;

use crate::records::Filter;
use crate::words;

/// How many records have which outcome, over all runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Records by outcome.
    pub counts: Counts,
    /// Records that are in the wanted state.
    pub reached: u64,
    /// Records in a call right now, or, when no run goes on, maybe sent and without an outcome.
    pub open: u64,
    /// Of the counted ones, those that the stop cut short: the next run goes on with them.
    pub cut_short: u64,
    /// Entries of the input that repeat an earlier one.
    pub duplicates: u64,
}

/// Records of one outcome that share a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReasonGroup {
    /// The outcome.
    pub verdict: Verdict,
    /// The kind of reason.
    pub kind: String,
    /// The reason in words; of those that differ by the request alone, one.
    pub detail: String,
    /// The provider's code.
    pub code: Option<String>,
    /// Records.
    pub records: u64,
}

/// Records of one outcome that were settled within one stretch of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SettledRow {
    /// The run.
    pub run: u32,
    /// The number of the stretch, from 0 at the run's beginning.
    pub stretch: u64,
    /// The outcome.
    pub verdict: Verdict,
    /// Records.
    pub records: u64,
    /// Of these, records in the wanted state.
    pub reached: u64,
}

/// Rows and sheaves of a file of this version alike, under the name `record`, with how many records each is. Whoever wants
/// only some columns reads only those.
pub(crate) fn counted(version: u32) -> String {
    const COLUMNS: &str = "outcome, reached, run, at, reason";
    let verified = if version < 2 { "NULL AS verified" } else { "verified" };
    let rows = format!("SELECT {COLUMNS}, {verified}, cut_short, 1 AS records FROM record");
    if version < 3 {
        return format!("({rows}) AS record");
    }
    format!("({rows} UNION ALL SELECT {COLUMNS}, verified, 0, records FROM sheaf) AS record")
}

pub(crate) fn read_tally(connection: &Connection, version: u32) -> rusqlite::Result<Tally> {
    let mut tally = Tally::default();
    let mut statement = connection.prepare(&format!(
        "SELECT outcome, sum(records), sum(reached * records), sum(cut_short) FROM {} GROUP BY outcome",
        counted(version)
    ))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let records = words::unsigned(row.get(1)?);
        match row.get_ref(0)?.as_str_or_null()?.and_then(words::verdict) {
            None => tally.open += records,
            Some(verdict) => {
                tally.counts.add_many(verdict, records);
                tally.reached += words::unsigned(row.get(2)?);
                tally.cut_short += words::unsigned(row.get(3)?);
            }
        }
    }
    let repeats = connection.query_row("SELECT count(*) FROM repeat", [], |row| row.get(0))?;
    tally.duplicates = words::unsigned(repeats);
    Ok(tally)
}

pub(crate) fn read_settled(
    connection: &Connection,
    version: u32,
    stretch: Duration,
) -> rusqlite::Result<Vec<SettledRow>> {
    let mut statement = connection.prepare(&format!(
        "SELECT record.run, max(record.at - run.started_at, 0) / ?1 AS stretch, record.outcome, sum(record.records),
                sum(record.reached * record.records)
           FROM {} JOIN run ON run.number = record.run
          WHERE record.outcome IS NOT NULL AND record.outcome <> 'not_sent'
          GROUP BY 1, 2, 3
          ORDER BY 1, 2, 3",
        counted(version)
    ))?;
    let millis = i64::try_from(stretch.as_millis()).unwrap_or(i64::MAX).max(1);
    let mut rows = statement.query([millis])?;
    let mut settled = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(verdict) = row.get_ref(2)?.as_str_or_null()?.and_then(words::verdict) else {
            continue;
        };
        settled.push(SettledRow {
            run: row.get(0)?,
            stretch: words::unsigned(row.get(1)?),
            verdict,
            records: words::unsigned(row.get(3)?),
            reached: words::unsigned(row.get(4)?),
        });
    }
    Ok(settled)
}

pub(crate) fn read_reasons(connection: &Connection, version: u32, only: &Filter) -> rusqlite::Result<Vec<ReasonGroup>> {
    // A request's id stands in the words of a reason; without it the words of many calls are the same.
    let sql = format!(
        "SELECT record.outcome, reason.kind, replace(reason.detail, ' (request ' || reason.request_id || ')', '') AS words,
                reason.code, sum(record.records), min(reason.detail)
           FROM {} JOIN reason ON reason.id = record.reason
          WHERE {}
          GROUP BY 1, 2, coalesce(words, reason.detail), 4
          ORDER BY 5 DESC, 1, 2",
        counted(version),
        only.sql("record")
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut groups = Vec::new();
    while let Some(row) = rows.next()? {
        let word: Option<String> = row.get(0)?;
        let Some(verdict) = word.as_deref().and_then(words::verdict) else {
            continue;
        };
        let detail: Option<String> = row.get(2)?;
        groups.push(ReasonGroup {
            verdict,
            kind: row.get(1)?,
            detail: match detail {
                Some(detail) => detail,
                None => row.get(5)?,
            },
            code: row.get(3)?,
            records: words::unsigned(row.get(4)?),
        });
    }
    Ok(groups)
}
