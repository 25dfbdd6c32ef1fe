//! The outcomes that a job wrote, held against what truly happened.

use std::collections::HashMap;
use std::io::BufRead;

use anyhow::{Context, Result};
use batchwise_emulator::Truth;
use serde_json::Value;

use super::records::Loaded;

/// Mistakes that are told; the rest is counted.
const TOLD: usize = 10;

/// The outcome of each record that went in, by its place in the input.
#[derive(Debug)]
pub(crate) struct Account {
    method: Loaded,
    numbers: Vec<u64>,
    places: HashMap<String, usize>,
    outcomes: Vec<Option<&'static str>>,
    broken: Vec<String>,
    more: u64,
}

/// Every word that an outcome of a deletion may have.
const WORDS: [&str; 7] = [
    "deleted",
    "not_found",
    "presumed_deleted",
    "busy",
    "rejected",
    "unknown",
    "not_sent",
];

impl Account {
    pub(crate) fn of(method: Loaded, numbers: Vec<u64>) -> Self {
        let places = numbers
            .iter()
            .enumerate()
            .map(|(at, number)| (method.key(at, *number), at))
            .collect();
        Self {
            method,
            outcomes: vec![None; numbers.len()],
            numbers,
            places,
            broken: Vec::new(),
            more: 0,
        }
    }

    fn blame(&mut self, what: impl FnOnce() -> String) {
        if self.broken.len() < TOLD {
            self.broken.push(what());
        } else {
            self.more += 1;
        }
    }

    /// Reads the lines of `-o ndjson` to their end.
    pub(crate) fn read(&mut self, lines: impl BufRead) -> Result<()> {
        for line in lines.lines() {
            let line = line?;
            let row: Value = serde_json::from_str(&line).with_context(|| format!("no JSON: {line}"))?;
            let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
            let (key, word) = (text("record"), text("outcome"));
            let word = WORDS.iter().copied().find(|known| *known == word);
            let place = self.places.get(key).copied();
            let known = place.and_then(|place| self.outcomes.get_mut(place));
            match (known, word) {
                (Some(outcome @ None), Some(word)) => *outcome = Some(word),
                (Some(Some(_)), Some(_)) => self.blame(|| format!("a second outcome: {line}")),
                _ => self.blame(|| format!("an outcome that nobody can have: {line}")),
            }
        }
        Ok(())
    }

    /// How many records have this outcome.
    pub(crate) fn count(&self, word: &str) -> usize {
        self.outcomes.iter().filter(|outcome| **outcome == Some(word)).count()
    }

    /// Counts of the words that occur.
    pub(crate) fn counts(&self) -> String {
        let counts = WORDS.iter().map(|word| (self.count(word), word));
        let counts: Vec<String> = counts
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        counts.join(", ")
    }

    /// What is not true.
    pub(crate) fn held_against(mut self, truth: &Truth) -> Vec<String> {
        for (at, number) in self.numbers.clone().into_iter().enumerate() {
            let (existed, removed) = self.method.truth(truth, at, number);
            let outcome = self.outcomes.get(at).copied().flatten();
            let is_true = match outcome {
                Some("deleted") => removed,
                Some("presumed_deleted") => removed || !existed,
                Some("not_found") => !existed,
                Some("busy" | "rejected" | "not_sent") => !removed,
                Some(_) => true,
                None => false,
            };
            if !is_true {
                let key = self.method.key(at, number);
                self.blame(|| format!("{key}: {outcome:?}, and it was there: {existed}, was removed: {removed}"));
            }
        }
        if self.more > 0 {
            self.broken.push(format!("{} more", self.more));
        }
        self.broken
    }
}
