//! The common trait of everything that deletes.

use std::fmt;
use std::pin::Pin;

use async_trait::async_trait;
use futures_core::Stream;
use futures_util::StreamExt;

use crate::descriptor::Descriptor;
use crate::method::Deletes;
use crate::plan::Entry;
use crate::record::{Identity, Record};
use crate::report::Report;
use crate::run::{OutcomeStream, RunOptions, run_entries};

/// A stream of record keys as text.
pub type KeyStream = Pin<Box<dyn Stream<Item = String> + Send>>;

/// A record by its text key, as it leaves a [`BatchDeleter`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RecordKey {
    key: String,
    scope: Option<String>,
}

impl RecordKey {
    /// The key and scope of a typed record.
    #[must_use]
    pub fn of<R: Record>(record: &R) -> Self {
        Self {
            key: record.key(),
            scope: record.scope(),
        }
    }
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)
    }
}

impl Record for RecordKey {
    fn key(&self) -> String {
        self.key.clone()
    }

    fn write_key(&self, out: &mut String) {
        out.push_str(&self.key);
    }

    fn identity(&self) -> Identity {
        Identity::Text {
            space: 0,
            text: format!("{}\u{0}{}", self.scope.as_deref().unwrap_or_default(), self.key),
        }
    }

    fn scope(&self) -> Option<String> {
        self.scope.clone()
    }

    fn shares_scope(&self, other: &Self) -> bool {
        self.scope == other.scope
    }
}

/// Deletes records by text key, whatever the provider: the trait to hold as `dyn BatchDeleter`.
///
/// Implemented for every [`Deletes`] method. A key that does not parse is `rejected`; every distinct key has one outcome.
#[async_trait]
pub trait BatchDeleter: fmt::Debug + Send + Sync {
    /// Limits and semantics of the method behind it.
    fn descriptor(&self) -> &Descriptor;

    /// Deletes a stream of keys; the outcomes come in the order of completion.
    fn delete(&self, keys: KeyStream, options: RunOptions) -> OutcomeStream<RecordKey>;

    /// Deletes keys and waits for all outcomes.
    async fn delete_all(&self, keys: Vec<String>, options: RunOptions) -> Report<RecordKey>;
}

#[async_trait]
impl<M: Deletes + Clone> BatchDeleter for M {
    fn descriptor(&self) -> &Descriptor {
        crate::method::BatchMethod::descriptor(self)
    }

    fn delete(&self, keys: KeyStream, options: RunOptions) -> OutcomeStream<RecordKey> {
        let parser = self.clone();
        let entries = keys.enumerate().map(move |(at, key)| {
            let line = u64::try_from(at).unwrap_or(u64::MAX).saturating_add(1);
            Ok(match parser.parse_key(&key) {
                Ok(record) => Entry::Record { line, record },
                Err(error) => Entry::Invalid {
                    line,
                    why: error.to_string(),
                    text: key,
                },
            })
        });
        run_entries(self.clone(), entries, options).map_records(|record| RecordKey::of(&record))
    }

    async fn delete_all(&self, keys: Vec<String>, options: RunOptions) -> Report<RecordKey> {
        self.delete(Box::pin(futures_util::stream::iter(keys)), options)
            .into_report()
            .await
    }
}
