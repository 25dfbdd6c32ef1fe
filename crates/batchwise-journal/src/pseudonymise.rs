//! Removes personal data from a journal and keeps its counts.

use std::path::Path;
use std::time::SystemTime;

use rusqlite::{Connection, TransactionBehavior};

use crate::alter::alter;
use crate::error::OpenError;
use crate::schema;
use crate::words;

/// Every text that came from the input, from the provider or from the one who ran it.
const REPLACE: &str = "
    UPDATE record SET key = 'record ' || line, content = NULL, facts = NULL;
    UPDATE sheaf
       SET keys = (SELECT json_group_array(CASE WHEN member.value IS NOT NULL THEN 'record ' || (sheaf.line + member.key) END)
                     FROM json_each(sheaf.keys) AS member);
    UPDATE reason SET detail = kind, code = NULL, request_id = NULL;
    DELETE FROM input_row;
    UPDATE run SET os_user = '-', machine = '-', input_path = NULL, input_sha256 = NULL,
                   stop_detail = CASE WHEN stop IS NULL THEN NULL ELSE stop END;
    UPDATE job SET account = '-', resume = '[]', directory = '-'";

/// Replaces personal data by names without a meaning: keys, what the provider gave and said, kept input rows, the account
/// (it may be a person's), who ran it and from where, and the input's digest (a short list could be guessed from it).
/// Outcomes, kinds of reasons, attempts, times, calls, sums, provider, host and campaigns stay. There is no way back, and the
/// job cannot go on.
///
/// Nothing of the old is left in the file: it is written anew.
///
/// # Errors
/// When a run holds the journal, or it cannot be written.
pub fn pseudonymise(path: &Path) -> Result<(), OpenError> {
    alter(path, |connection, found, path| {
        replace(connection, found).map_err(|error| OpenError::of_sql(path, &error))
    })
}

fn replace(connection: &mut Connection, found: u32) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "secure_delete", true)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    schema::migrate(&transaction, found)?;
    transaction.execute_batch(REPLACE)?;
    let now = words::millis(SystemTime::now());
    transaction.execute("UPDATE job SET pseudonymised_at = ?1", [now])?;
    transaction.commit()?;
    // Pages that were freed, and the old content in the log beside the file.
    connection.execute_batch("VACUUM")?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    connection.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))
}
