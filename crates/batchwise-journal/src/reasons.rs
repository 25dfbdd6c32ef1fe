//! Reasons, each written once where many records share it.

use std::collections::HashMap;

use batchwise_core::{CallError, Reason};
use rusqlite::{Connection, params};

const REASON: &str = "INSERT INTO reason (kind, detail, code, status, request_id) VALUES (?1, ?2, ?3, ?4, ?5)";

/// So many reasons are known again; beyond it one may be written twice, which costs nothing but room.
const REMEMBERED_REASONS: usize = 256;

/// A reason as the table has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ReasonRow {
    kind: &'static str,
    detail: String,
    code: Option<String>,
    status: Option<u16>,
    request_id: Option<String>,
}

impl ReasonRow {
    pub(crate) fn of(reason: &Reason) -> Self {
        let error = reason.error();
        Self {
            kind: reason.kind().as_str(),
            detail: reason.to_string(),
            code: reason.code().map(str::to_owned),
            status: error.and_then(CallError::status).map(|status| status.as_u16()),
            request_id: error.and_then(CallError::request_id).map(str::to_owned),
        }
    }
}

/// The reasons that were written.
#[derive(Debug, Default)]
pub(crate) struct Reasons {
    known: HashMap<ReasonRow, i64>,
}

impl Reasons {
    /// The id of a reason, which is written if it was not.
    pub(crate) fn id(&mut self, connection: &Connection, reason: &Reason) -> rusqlite::Result<i64> {
        let row = ReasonRow::of(reason);
        if let Some(known) = self.known.get(&row) {
            return Ok(*known);
        }
        let mut statement = connection.prepare_cached(REASON)?;
        let id = statement.insert(params![row.kind, row.detail, row.code, row.status, row.request_id])?;
        if self.known.len() >= REMEMBERED_REASONS {
            self.known.clear();
        }
        self.known.insert(row, id);
        Ok(id)
    }
}
