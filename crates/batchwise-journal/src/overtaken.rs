//! Failed updates that a later one of the same subject has overtaken.
//!
//! A later line of an input may update what an earlier one was to update. Once the later one was written, or may have been,
//! the earlier one must not be sent any more: it would bring back the older value. Deletions have no order, and are not looked at.

use batchwise_core::{Counts, Verdict};
use rusqlite::Connection;

use crate::words;

/// A run may send it again. What a stop cut short is none: a later one was held back by it.
const FAILED: &str = "(outcome IN ('rejected', 'busy', 'unknown', 'not_sent') AND cut_short = 0)";

/// It was written, or may have been; a word of a newer version says nothing against it.
const WRITTEN: &str = "(maybe_sent = 1 OR outcome IS NULL
    OR outcome NOT IN ('unchanged', 'unmatched', 'not_found', 'busy', 'rejected', 'not_sent'))";

/// What a key names, however it is spelled: case, blanks and the signs of a phone do not count, nor does a phone's country.
/// Two that only look alike cost a try that could have been made; two that are not seen to be one would cost the newer value.
const NAMED: &str = "
    CASE WHEN length(spelled) > 10 AND spelled NOT GLOB '*[^0-9]*' THEN substr(spelled, -10) ELSE spelled END";

const SPELLED: &str = "
    lower(replace(replace(replace(replace(replace(replace(key, ' ', ''), '(', ''), ')', ''), '-', ''), '.', ''), '+', ''))";

/// Failed updates with a later one that was written, in the order of their lines. Sorts the updates, in files where they are
/// many.
fn overtaken() -> String {
    let named = format!(
        "SELECT line, scope, outcome, {FAILED} AS failed, {WRITTEN} AS written, {NAMED} AS named
           FROM (SELECT *, {SPELLED} AS spelled FROM record WHERE content IS NOT NULL)"
    );
    format!(
        "SELECT line, scope, outcome
           FROM (SELECT line, scope, outcome, failed,
                        max(CASE WHEN written THEN line END) OVER (PARTITION BY scope, named) AS written_to
                   FROM ({named}))
          WHERE failed AND written_to > line
          ORDER BY line, scope"
    )
}

/// Notes them in a table of this connection alone, `temp.overtaken`: what they are now, whatever a run makes of them. A large
/// one is in a file without a name.
pub(crate) fn note(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "CREATE TEMP TABLE overtaken (line INTEGER, scope TEXT, PRIMARY KEY (line, scope)) WITHOUT ROWID",
    )?;
    if some_failed(connection)? {
        let sql = format!("INSERT INTO temp.overtaken SELECT line, scope FROM ({})", overtaken());
        connection.execute(&sql, [])?;
    }
    Ok(())
}

fn some_failed(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM record WHERE {FAILED} AND content IS NOT NULL)");
    connection.query_row(&sql, [], |row| row.get(0))
}

/// How many they are, by outcome.
pub(crate) fn count(connection: &Connection) -> rusqlite::Result<Counts> {
    let mut counts = Counts::default();
    if !some_failed(connection)? {
        return Ok(counts);
    }
    let sql = format!("SELECT outcome, count(*) FROM ({}) GROUP BY outcome", overtaken());
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let verdict: Option<Verdict> = row.get_ref(0)?.as_str_or_null()?.and_then(words::verdict);
        if let Some(verdict) = verdict {
            counts.add_many(verdict, words::unsigned(row.get(1)?));
        }
    }
    Ok(counts)
}
