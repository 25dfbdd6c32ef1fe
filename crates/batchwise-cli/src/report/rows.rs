//! Records of a journal as they were written to standard output.

use batchwise::Verdict;
use batchwise_journal::RecordRow;
use serde_json::Value;

use crate::ledger::{detail, provider};
use crate::output::{OutcomeRow, stamp};

/// How the records of a provider are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    pub(super) with_campaign: bool,
}

impl Form {
    pub(super) fn of(provider: &str) -> Self {
        Self {
            with_campaign: provider == "thulium-campaign",
        }
    }

    pub(super) fn row(self, record: &RecordRow) -> OutcomeRow {
        let facts = provider(record);
        OutcomeRow {
            record: if record.is_content {
                format!("{}:{}", record.line, record.key)
            } else {
                record.key.clone()
            },
            campaign: record.scope.clone(),
            outcome: record.verdict.unwrap_or(Verdict::Unknown).as_str(),
            attempts: record.attempts,
            detail: detail(record),
            line: record.line,
            at: stamp(record.at),
            provider: (!facts.is_empty()).then_some(Value::Object(facts)),
            verified: record.verified,
        }
    }
}
