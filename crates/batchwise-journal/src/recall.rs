//! What earlier runs know, read in the order of the input beside it.

use std::ops::Range;
use std::path::PathBuf;

use batchwise_core::Verdict;
use batchwise_core::journal::{JournalEntry, JournalError, Recall};
use rusqlite::{Connection, params};

use crate::error::failed;
use crate::tables::other_entry;
use crate::{overtaken, sheaf, words};

/// Rows that are read at once.
const PAGE: usize = 4096;

/// Sheaves that are read at once.
const SHEAVES: usize = 64;

const READ: &str = "
    SELECT line, scope, key, content, outcome, maybe_sent, cut_short, attempts, 0
      FROM record
     WHERE line >= ?1
     ORDER BY line, scope
     LIMIT ?2";

/// The same for a run, which leaves alone what was overtaken.
const READ_FOR_RUN: &str = "
    SELECT line, scope, key, content, outcome, maybe_sent, cut_short, attempts,
           EXISTS (SELECT 1 FROM temp.overtaken WHERE overtaken.line = record.line AND overtaken.scope = record.scope)
      FROM record
     WHERE line >= ?1
     ORDER BY line, scope
     LIMIT ?2";

const READ_SHEAVES: &str = "
    SELECT line, scope, keys, outcome, maybe_sent, attempts
      FROM sheaf
     WHERE line > ?1 - ?2 AND last_line >= ?1
     ORDER BY line
     LIMIT ?3";

/// A place in the journal that moves on with the input: each row is read once, and few are in memory.
///
/// When the input begins anew (its next stage) the place goes back with it.
#[derive(Debug)]
pub(crate) struct Cursor {
    path: PathBuf,
    connection: Connection,
    reading: Reading,
    page: Page,
    /// The first row of the page that is not before the last line asked for.
    at: usize,
    /// The file has sheaves.
    with_sheaves: bool,
    /// The last line that was asked for.
    asked_to: i64,
    /// Another entry was asked for than stands here.
    refused: bool,
}

/// For whom it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// One that only looks.
    Look,
    /// A run that sends what is open.
    Run {
        /// Verdicts that another run may better are open again.
        retry_failed: bool,
    },
}

/// Rows of whole lines, texts in one buffer.
#[derive(Debug, Default)]
struct Page {
    /// The lines that the page tells of: those from here...
    from: i64,
    /// ...to before here; to the end of the journal if none.
    to: Option<i64>,
    rows: Vec<Row>,
    texts: String,
}

#[derive(Debug)]
struct Row {
    line: i64,
    scope: Range<usize>,
    key: Range<usize>,
    content: Option<u128>,
    known: Recall,
}

impl Cursor {
    /// One for a run. Notes what was overtaken until now.
    pub(crate) fn for_run(path: PathBuf, connection: Connection, retry_failed: bool) -> rusqlite::Result<Self> {
        overtaken::note(&connection)?;
        Ok(Self::new(path, connection, Reading::Run { retry_failed }))
    }

    fn new(path: PathBuf, connection: Connection, reading: Reading) -> Self {
        Self {
            path,
            connection,
            reading,
            page: Page {
                to: Some(0),
                ..Page::default()
            },
            at: 0,
            with_sheaves: true,
            asked_to: 0,
            refused: false,
        }
    }

    /// One that only reads, in a file of this schema version.
    pub(crate) fn of(path: PathBuf, connection: Connection, version: u32) -> Self {
        Self {
            with_sheaves: version >= 3,
            ..Self::new(path, connection, Reading::Look)
        }
    }

    /// The last line that was asked for.
    pub(crate) fn asked_to(&self) -> i64 {
        self.asked_to
    }

    /// True once another entry was asked for than stands here.
    pub(crate) fn has_refused(&self) -> bool {
        self.refused
    }

    pub(crate) fn recall(&mut self, entry: &JournalEntry) -> Result<Recall, JournalError> {
        let line = words::signed(entry.line);
        self.asked_to = self.asked_to.max(line);
        if line < self.page.from || self.page.to.is_some_and(|to| line >= to) {
            self.read(line).map_err(|error| failed(&self.path, &error))?;
        }
        self.seek(line);
        let rows = self.page.rows.get(self.at..).unwrap_or_default();
        let scope = entry.scope.as_deref().unwrap_or_default();
        for row in rows.iter().take_while(|row| row.line == line) {
            if self.page.text(&row.scope) == scope {
                if self.page.text(&row.key) == entry.key && row.content == entry.content {
                    return Ok(row.known);
                }
                self.refused = true;
                return Err(other_entry(&self.path, entry.line));
            }
        }
        Ok(Recall::New)
    }

    /// Goes to the first row that is not before this line.
    fn seek(&mut self, line: i64) {
        let before = |at: usize| self.page.rows.get(at).is_some_and(|row| row.line < line);
        let (mut at, back) = (self.at, self.at.checked_sub(1));
        if back.is_some_and(|back| !before(back)) {
            at = self.page.rows.partition_point(|row| row.line < line);
        }
        while before(at) {
            at += 1;
        }
        self.at = at;
    }

    /// Reads the page that begins at this line.
    fn read(&mut self, line: i64) -> rusqlite::Result<()> {
        let (mut rows, mut sheaves) = (PAGE, SHEAVES);
        loop {
            self.at = 0;
            // As it is at one moment: what the writer breaks up meanwhile is neither here nor there for two.
            let moment = self.connection.unchecked_transaction()?;
            self.page.clear(line);
            let rows_to = self.page.read_rows(&moment, rows, self.reading)?;
            let sheaves_to = if self.with_sheaves {
                self.page.read_sheaves(&moment, sheaves, self.reading)?
            } else {
                None
            };
            drop(moment);
            self.page.to = [rows_to, sheaves_to].into_iter().flatten().min();
            let Some(to) = self.page.to else { break };
            // The last line may go on: the next page begins with it.
            self.page.rows.retain(|row| row.line < to);
            if to > line {
                break;
            }
            (rows, sheaves) = (rows * 2, sheaves * 2);
        }
        self.page.rows.sort_by_key(|row| row.line);
        Ok(())
    }
}

impl Page {
    fn text(&self, range: &Range<usize>) -> &str {
        self.texts.get(range.clone()).unwrap_or_default()
    }

    fn clear(&mut self, from: i64) {
        self.from = from;
        self.rows.clear();
        self.texts.clear();
    }

    fn push(&mut self, line: i64, scope: Range<usize>, key: &str, content: Option<u128>, known: Recall) {
        let key = self.keep(key);
        self.rows.push(Row {
            line,
            scope,
            key,
            content,
            known,
        });
    }

    fn keep(&mut self, text: &str) -> Range<usize> {
        let start = self.texts.len();
        self.texts.push_str(text);
        start..self.texts.len()
    }

    /// Reads so many rows; says to before which line that is all of them, unless it is to the end.
    fn read_rows(&mut self, connection: &Connection, most: usize, reading: Reading) -> rusqlite::Result<Option<i64>> {
        let mut statement = connection.prepare_cached(match reading {
            Reading::Look => READ,
            Reading::Run { .. } => READ_FOR_RUN,
        })?;
        let mut rows = statement.query(params![self.from, i64::try_from(most).unwrap_or(i64::MAX)])?;
        let (mut count, mut line) = (0, self.from);
        while let Some(row) = rows.next()? {
            line = row.get(0)?;
            count += 1;
            let outcome = row.get_ref(4)?.as_str_or_null()?;
            let known = match (row.get(8)?, outcome.and_then(words::verdict)) {
                (true, Some(verdict)) => Recall::Settled(verdict),
                _ => known(outcome, row.get(5)?, row.get(6)?, row.get(7)?, reading),
            };
            let scope = self.keep(row.get_ref(1)?.as_str()?);
            let content = row.get::<_, Option<[u8; 16]>>(3)?.map(u128::from_be_bytes);
            self.push(line, scope, row.get_ref(2)?.as_str()?, content, known);
        }
        Ok((count >= most).then_some(line))
    }

    /// The same of sheaves.
    fn read_sheaves(
        &mut self,
        connection: &Connection,
        most: usize,
        reading: Reading,
    ) -> rusqlite::Result<Option<i64>> {
        let mut statement = connection.prepare_cached(READ_SHEAVES)?;
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![self.from, sheaf::SPAN, limit])?;
        let (mut count, mut first) = (0, self.from);
        while let Some(row) = rows.next()? {
            first = row.get(0)?;
            count += 1;
            let known = known(
                row.get_ref(3)?.as_str_or_null()?,
                row.get(4)?,
                false,
                row.get(5)?,
                reading,
            );
            let scope = self.keep(row.get_ref(1)?.as_str()?);
            for (line, key) in sheaf::read(first, row.get_ref(2)?.as_str()?)? {
                if line >= self.from {
                    self.push(line, scope.clone(), &key, None, known);
                }
            }
        }
        Ok((count >= most).then_some(first))
    }
}

/// What a row means for the next run.
fn known(outcome: Option<&str>, maybe_sent: bool, cut_short: bool, attempts: u32, reading: Reading) -> Recall {
    let open = |maybe_sent| Recall::Open { maybe_sent, attempts };
    // An outcome in a word of a newer version is as good as none.
    let Some(verdict) = outcome.and_then(words::verdict) else {
        return open(true);
    };
    let again = match verdict {
        Verdict::NotSent => true,
        Verdict::Rejected | Verdict::Busy | Verdict::Unknown => reading == Reading::Run { retry_failed: true },
        _ => false,
    };
    if cut_short || again {
        open(maybe_sent)
    } else {
        Recall::Settled(verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Recall = Recall::Open {
        maybe_sent: false,
        attempts: 2,
    };
    const DOUBTFUL: Recall = Recall::Open {
        maybe_sent: true,
        attempts: 2,
    };

    const PLAIN: Reading = Reading::Run { retry_failed: false };
    const AGAIN: Reading = Reading::Run { retry_failed: true };

    #[test]
    fn an_intent_without_a_verdict_may_have_been_sent() {
        assert_eq!(known(None, true, false, 2, PLAIN), DOUBTFUL);
    }

    #[test]
    fn a_verdict_settles_unless_the_stop_cut_it_short() {
        for verdict in Verdict::ALL.into_iter().filter(|verdict| *verdict != Verdict::NotSent) {
            assert_eq!(
                known(Some(verdict.as_str()), false, false, 2, PLAIN),
                Recall::Settled(verdict)
            );
            assert_eq!(known(Some(verdict.as_str()), false, true, 2, PLAIN), OPEN);
        }
        assert_eq!(known(Some("unknown"), true, true, 2, PLAIN), DOUBTFUL);
        assert_eq!(known(Some("not_sent"), false, false, 2, PLAIN), OPEN);
    }

    #[test]
    fn a_retry_opens_what_another_try_may_better() {
        for (word, open) in [
            ("rejected", true),
            ("busy", true),
            ("unknown", true),
            ("not_sent", true),
            ("deleted", false),
            ("unmatched", false),
            ("not_found", false),
        ] {
            assert_eq!(known(Some(word), false, false, 2, AGAIN) == OPEN, open, "{word}");
        }
        assert_eq!(known(Some("unknown"), true, false, 2, AGAIN), DOUBTFUL);
    }
}
