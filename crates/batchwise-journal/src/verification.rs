//! What a look at the provider after the job showed.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior, params};

use crate::alter::alter;
use crate::error::OpenError;
use crate::open::prepare_to_write;
use crate::records::{Filter, RecordRow, Records};
use crate::schema;
use crate::{sheaf, words};

/// What a look at the provider after the job showed of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verified {
    /// The provider's whole list does not have it.
    Absent,
    /// The provider's list has it.
    Present,
    /// Nobody knows: the list could not be read to its end, or does not tell of such a record.
    Unchecked,
}

impl Verified {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Absent, Self::Present, Self::Unchecked];

    /// The word for it: `absent`, `present`, `unchecked`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Present => "present",
            Self::Unchecked => "unchecked",
        }
    }

    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verified| verified.as_str() == word)
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How many records of a job a look showed to be where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifiedCounts {
    /// Not there.
    pub absent: u64,
    /// There.
    pub present: u64,
    /// Not known.
    pub unchecked: u64,
}

impl VerifiedCounts {
    /// Counts several.
    pub fn add(&mut self, verified: Verified, records: u64) {
        *match verified {
            Verified::Absent => &mut self.absent,
            Verified::Present => &mut self.present,
            Verified::Unchecked => &mut self.unchecked,
        } += records;
    }

    /// All of them; 0 when nobody looked.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.absent + self.present + self.unchecked
    }
}

/// Notes of every record of a job what a look at the provider showed: all of it, or nothing. Brings an older file to the
/// newest schema. A later run that sends a record again forgets what was noted of it.
///
/// # Errors
/// When a run holds the journal, personal data was removed from it, or it cannot be written; then nothing was noted.
pub fn note_verification(path: &Path, look: impl FnMut(&RecordRow) -> Verified) -> Result<(), OpenError> {
    alter(path, |connection, found, path| {
        let sql = |error: rusqlite::Error| OpenError::of_sql(path, &error);
        let gone: Option<i64> = connection
            .query_row("SELECT pseudonymised_at FROM job", [], |row| row.get(0))
            .map_err(sql)?;
        if gone.is_some() {
            return Err(OpenError::Pseudonymised { path: path.to_owned() });
        }
        prepare_to_write(connection).map_err(sql)?;
        note(connection, found, path, look)
    })
}

fn note(
    connection: &mut Connection,
    found: u32,
    path: &Path,
    mut look: impl FnMut(&RecordRow) -> Verified,
) -> Result<(), OpenError> {
    const NOTE: &str = "UPDATE record SET verified = ?3 WHERE line = ?1 AND scope = ?2";
    let sql = |error: rusqlite::Error| OpenError::of_sql(path, &error);
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(sql)?;
    if found < schema::VERSION {
        schema::migrate(&transaction, found).map_err(sql)?;
    }
    {
        let mut statement = transaction.prepare(NOTE).map_err(sql)?;
        let mut sheaves = HashMap::new();
        for row in Records::new(&transaction, path, schema::VERSION, Filter::all()) {
            let row = row.map_err(|error| OpenError::Other {
                path: path.to_owned(),
                detail: error.to_string(),
            })?;
            let verified = look(&row);
            let scope = row.scope.as_deref().unwrap_or_default();
            let changed = statement
                .execute(params![words::signed(row.line), scope, verified.as_str()])
                .map_err(sql)?;
            if changed == 0 && !note_in_sheaf(&transaction, &row, verified, &mut sheaves).map_err(sql)? {
                statement
                    .execute(params![words::signed(row.line), scope, verified.as_str()])
                    .map_err(sql)?;
            }
        }
    }
    transaction.commit().map_err(sql)
}

/// Notes it of the whole sheaf that has the record; breaks that up when another record of it was seen elsewhere. False when
/// the record is a row now, which has to be noted by itself. `noted` is of sheaves some record of which was noted.
fn note_in_sheaf(
    connection: &Connection,
    row: &RecordRow,
    verified: Verified,
    noted: &mut HashMap<i64, Verified>,
) -> rusqlite::Result<bool> {
    let scope = row.scope.as_deref().unwrap_or_default();
    let Some(id) = sheaf::holding(connection, words::signed(row.line), scope, sheaf::SPAN)? else {
        return Ok(false);
    };
    match noted.insert(id, verified) {
        Some(before) if before == verified => {}
        Some(_) => {
            sheaf::break_up(connection, id)?;
            return Ok(false);
        }
        None => {
            connection
                .prepare_cached("UPDATE sheaf SET verified = ?2 WHERE id = ?1")?
                .execute(params![id, verified.as_str()])?;
        }
    }
    Ok(true)
}
