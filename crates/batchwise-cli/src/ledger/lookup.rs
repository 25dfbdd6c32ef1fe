//! What a journal says of one entry of the input.

use std::hash::{BuildHasher, RandomState};

use batchwise::Verdict;
use batchwise::journal::JournalEntry;
use batchwise_journal::{Filter, JournalReader, ReadError, RecordRow};
use serde_json::{Map, Value};

use crate::results::{Lookup, Settled};

/// What is said of a record that a run was about to send, or had sent, when it ended without a word.
const INTERRUPTED: &str = "a run may have sent it, and ended before its answer was noted";

/// A journal, asked for one entry after the other.
#[derive(Debug)]
pub(crate) struct JournalLookup<'a> {
    reader: &'a JournalReader,
    /// Hashes of all keys with their lines, once a repeat is met whose first line the journal does not know.
    firsts: Option<Vec<(u64, u64)>>,
    hashes: RandomState,
    /// It may lack repeats that the job read.
    is_cut: bool,
}

impl<'a> JournalLookup<'a> {
    pub(crate) fn new(reader: &'a JournalReader) -> Self {
        Self {
            reader,
            firsts: None,
            hashes: RandomState::new(),
            is_cut: false,
        }
    }

    /// The same of a journal that failed: which entries repeat an earlier one is told by their keys.
    pub(crate) fn cut(mut self, is_cut: bool) -> Self {
        self.is_cut = is_cut;
        self
    }

    fn find(&mut self, entry: &JournalEntry) -> Result<Option<Settled>, ReadError> {
        let scope = entry.scope.as_deref();
        let same = |row: &RecordRow| row.key == entry.key;
        if let Some(row) = self.reader.record(entry.line, scope)?.filter(same) {
            return Ok(Some(settled(&row)));
        }
        let first = match self.reader.repeat(entry.line, scope)? {
            // Updates repeat nothing.
            None if self.is_cut && entry.content.is_none() => self.first_line(entry)?,
            None => return Ok(None),
            Some(Some(first)) => Some(first),
            Some(None) => self.first_line(entry)?,
        };
        match first {
            None => Ok(None),
            Some(first) => Ok(self.reader.record(first, scope)?.filter(same).as_ref().map(settled)),
        }
    }

    /// The first line with this key: the journal remembers it of the first records only.
    fn first_line(&mut self, entry: &JournalEntry) -> Result<Option<u64>, ReadError> {
        let scope = entry.scope.as_deref();
        let wanted = self.hashes.hash_one((scope, entry.key.as_str()));
        if self.firsts.is_none() {
            let mut lines = Vec::new();
            for row in self.reader.records(Filter::all()) {
                let row = row?;
                lines.push((self.hashes.hash_one((row.scope.as_deref(), row.key.as_str())), row.line));
            }
            lines.sort_unstable();
            self.firsts = Some(lines);
        }
        let lines = self.firsts.as_deref().unwrap_or_default();
        let from = lines.partition_point(|(hash, _)| *hash < wanted);
        let candidates = lines.get(from..).unwrap_or_default().iter();
        for (_, line) in candidates.take_while(|(hash, _)| *hash == wanted) {
            let row = self.reader.record(*line, scope)?;
            if row.is_some_and(|row| row.key == entry.key) {
                return Ok(Some(*line));
            }
        }
        Ok(None)
    }
}

impl Lookup for JournalLookup<'_> {
    fn of(&mut self, entry: &JournalEntry) -> Result<Option<Settled>, String> {
        self.find(entry).map_err(|error| error.to_string())
    }
}

/// A row as it is reported. Without an outcome it is unknown: a call may have acted on it.
fn settled(row: &RecordRow) -> Settled {
    Settled {
        line: row.line,
        verdict: row.verdict.unwrap_or(Verdict::Unknown),
        reached: row.reached,
        attempts: row.attempts,
        detail: detail(row),
        at: Some(row.at),
        provider: provider(row),
        verified: row.verified,
    }
}

/// Why a record has its outcome, in words.
pub(crate) fn detail(row: &RecordRow) -> Option<String> {
    match (&row.reason, row.verdict) {
        (Some(reason), _) => Some(reason.detail.clone()),
        (None, None) => Some(INTERRUPTED.to_owned()),
        (None, Some(_)) => None,
    }
}

/// What else the provider gave.
pub(crate) fn provider(row: &RecordRow) -> Map<String, Value> {
    let facts = row.facts.as_deref().and_then(|facts| serde_json::from_str(facts).ok());
    let mut facts = match facts {
        Some(Value::Object(facts)) => facts,
        _ => Map::new(),
    };
    if let Some(id) = row.reason.as_ref().and_then(|reason| reason.request_id.as_deref()) {
        facts.insert("error_request_id".to_owned(), Value::from(id));
    }
    facts
}
