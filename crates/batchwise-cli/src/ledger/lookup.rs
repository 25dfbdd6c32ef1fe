//! What a journal says of one entry of the input.

use std::hash::{BuildHasher, RandomState};

use batchwise::Verdict;
use batchwise::journal::JournalEntry;
use batchwise_journal::{Filter, JournalReader, ReadError, RecordRow};
use serde_json::{Map, Value};

use crate::results::{Lookup, Settled, Unnoted};

/// What is said of a record that a run is about to send, or has sent, or was and had when it ended without a word.
const INTERRUPTED: &str = "a run may have sent it, and no answer to it is noted";

/// A journal, asked for one entry after the other.
#[derive(Debug)]
pub(crate) struct JournalLookup<'a> {
    reader: &'a JournalReader,
    /// Hashes of all keys with their lines, once a repeat is met whose first line the journal does not know.
    firsts: Option<Vec<(u64, u64)>>,
    hashes: RandomState,
    /// It failed in the run that has just ended, whose number is this, and this is what that run knows all the same.
    failed: Option<(&'a Unnoted, u32)>,
}

impl<'a> JournalLookup<'a> {
    pub(crate) fn new(reader: &'a JournalReader) -> Self {
        Self {
            reader,
            firsts: None,
            hashes: RandomState::new(),
            failed: None,
        }
    }

    /// The same of a journal that failed in its last run: that run knows more, and which entries repeat an earlier one is told
    /// by their keys.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub(crate) fn failed(mut self, unnoted: &'a Unnoted) -> Result<Self, ReadError> {
        let run = self.reader.runs()?.last().map_or(0, |run| run.number);
        self.failed = Some((unnoted, run));
        Ok(self)
    }

    /// What became of the entry that stands here, if one with this key does.
    fn at(&self, line: u64, scope: Option<&str>, key: &str) -> Result<Option<Settled>, ReadError> {
        let row = self.reader.record(line, scope)?.filter(|row| row.key == key);
        let Some((unnoted, run)) = self.failed else {
            return Ok(row.as_ref().map(settled));
        };
        if let Some(known) = unnoted.of(line, scope) {
            return Ok(Some(known.clone()));
        }
        // That run told of every record that it read: of this one that it was not sent.
        let is_withheld = |row: &RecordRow| row.verdict.is_none() && row.run == run;
        Ok(row.map(|row| match is_withheld(&row) {
            true => Settled::withheld(row.line),
            false => settled(&row),
        }))
    }

    fn find(&mut self, entry: &JournalEntry) -> Result<Option<Settled>, ReadError> {
        let scope = entry.scope.as_deref();
        if let Some(found) = self.at(entry.line, scope, &entry.key)? {
            return Ok(Some(found));
        }
        let first = match self.reader.repeat(entry.line, scope)? {
            // Updates repeat nothing.
            None if self.failed.is_some() && entry.content.is_none() => self.first_line(entry)?,
            None => return Ok(None),
            Some(Some(first)) => Some(first),
            Some(None) => self.first_line(entry)?,
        };
        match first {
            None => Ok(None),
            Some(first) => self.at(first, scope, &entry.key),
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
