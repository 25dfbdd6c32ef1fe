//! Changes a journal beside its runs.

use std::path::Path;

use rusqlite::Connection;

use crate::error::OpenError;
use crate::lock::RunLock;
use crate::open::{absolute, connect};
use crate::schema::{self, Kind};

/// Lets `change` have the journal, with the version of its schema, while no run can.
///
/// # Errors
/// When a run holds the journal, it is none or a newer one, or it cannot be changed.
pub(crate) fn alter(
    path: &Path,
    change: impl FnOnce(&mut Connection, u32, &Path) -> Result<(), OpenError>,
) -> Result<(), OpenError> {
    if !path.exists() {
        return Err(OpenError::Other {
            path: path.to_owned(),
            detail: "there is no such file".to_owned(),
        });
    }
    let path = absolute(path)?;
    let lock = RunLock::take(&path)?;
    let sql = |error: rusqlite::Error| OpenError::of_sql(&path, &error);
    let mut connection = connect(&path).map_err(sql)?;
    match schema::kind(&connection).map_err(sql)? {
        Kind::Journal(found) if found > schema::VERSION => {
            let known = schema::VERSION;
            return Err(OpenError::Newer { path, found, known });
        }
        Kind::Journal(found) => change(&mut connection, found, &path)?,
        Kind::Empty | Kind::Foreign => return Err(OpenError::NotAJournal { path }),
    }
    connection.close().map_err(|(_, error)| sql(error))?;
    drop(lock);
    Ok(())
}
