//! The tables, and how older files become newer ones.

use rusqlite::{Connection, Transaction};

/// "btwj": what `file` and tools see of a journal's kind.
pub(crate) const APPLICATION_ID: i32 = 0x6274_776a;

/// The newest schema version known here.
pub(crate) const VERSION: u32 = 3;

/// The steps from an empty file to the newest schema; step `n` leads to version `n`. A released step never changes.
const STEPS: [&str; VERSION as usize] = [
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
];

/// Brings a file from `found` to the newest version, within one transaction.
pub(crate) fn migrate(transaction: &Transaction<'_>, found: u32) -> rusqlite::Result<()> {
    for (number, step) in (1_u32..).zip(STEPS) {
        if number > found {
            transaction.execute_batch(step)?;
        }
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)
}

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing is in it yet.
    Empty,
    /// A journal of this schema version.
    Journal(u32),
    /// Another program's database.
    Foreign,
}

pub(crate) fn kind(connection: &Connection) -> rusqlite::Result<Kind> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    if application == i64::from(APPLICATION_ID) {
        return Ok(Kind::Journal(u32::try_from(version).unwrap_or(u32::MAX)));
    }
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match (application, version, tables) {
        (0, 0, 0) => Kind::Empty,
        _ => Kind::Foreign,
    })
}
