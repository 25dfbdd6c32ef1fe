//! One job of the demo, and whether its outcomes are true.

use std::collections::{BTreeMap, BTreeSet};

use batchwise::{Outcome, Record, Summary, Verdict};
use batchwise_emulator::{LogEntry, Method};

/// What truly happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fact {
    /// The job did it: the record was removed, or the values were written.
    pub(super) done: bool,
    /// The record is in the wanted state now.
    pub(super) reached: bool,
}

/// A job that has run.
#[derive(Debug)]
pub(super) struct Chapter {
    title: &'static str,
    methods: &'static [Method],
    sent: u64,
    summary: Summary,
    verdicts: Vec<(String, Verdict)>,
    /// Distinct records without exactly one outcome.
    miscounted: Vec<String>,
    /// What else happened.
    story: Option<String>,
}

/// A job held against the truth.
#[derive(Debug)]
pub(super) struct Held {
    chapter: Chapter,
    /// Outcomes.
    pub(super) outcomes: usize,
    /// Outcomes that are not true, or not exactly one for a record.
    pub(super) untrue: Vec<String>,
}

impl Chapter {
    /// A job with the keys that went in and the outcomes that came out.
    pub(super) fn of<R: Record>(
        title: &'static str,
        methods: &'static [Method],
        keys: &[String],
        outcomes: &[Outcome<R>],
        summary: Summary,
    ) -> Self {
        let verdicts = outcomes.iter().map(|outcome| (outcome.key(), outcome.verdict));
        Self::of_journal(title, methods, keys, verdicts.collect(), summary)
    }

    /// A job with the keys that went in and what its journal says of them.
    pub(super) fn of_journal(
        title: &'static str,
        methods: &'static [Method],
        keys: &[String],
        verdicts: Vec<(String, Verdict)>,
        summary: Summary,
    ) -> Self {
        let mut counted: BTreeMap<String, usize> = keys.iter().cloned().map(|key| (key, 0)).collect();
        let mut unasked = BTreeSet::new();
        for (key, _) in &verdicts {
            match counted.get_mut(key) {
                Some(count) => *count += 1,
                None => drop(unasked.insert(key.clone())),
            }
        }
        let uneven = counted.into_iter().filter(|(_, count)| *count != 1).map(|(key, _)| key);
        Self {
            title,
            methods,
            sent: u64::try_from(keys.len()).unwrap_or(u64::MAX),
            summary,
            verdicts,
            miscounted: uneven.chain(unasked).collect(),
            story: None,
        }
    }

    /// The same, with what else happened.
    pub(super) fn with_story(mut self, story: String) -> Self {
        self.story = Some(story);
        self
    }

    /// Holds every outcome against what truly happened to its record.
    pub(super) fn hold(self, truth: impl Fn(&str) -> Fact) -> Held {
        let mut untrue = self.miscounted.clone();
        for (key, verdict) in &self.verdicts {
            if !is_true(*verdict, truth(key)) {
                untrue.push(format!("{key} {verdict}"));
            }
        }
        Held {
            outcomes: self.verdicts.len(),
            chapter: self,
            untrue,
        }
    }
}

/// What each word claims.
fn is_true(verdict: Verdict, fact: Fact) -> bool {
    match verdict {
        Verdict::Deleted | Verdict::Updated => fact.done,
        Verdict::PresumedDeleted => fact.reached,
        Verdict::NotFound
        | Verdict::Unchanged
        | Verdict::Unmatched
        | Verdict::Busy
        | Verdict::Rejected
        | Verdict::NotSent => !fact.done,
        // It claims nothing but that the answer is not known.
        _ => true,
    }
}

impl Held {
    /// The chapter as people read it.
    pub(super) fn text(&self, log: &[LogEntry]) -> String {
        let chapter = &self.chapter;
        let summary = &chapter.summary;
        let counts: Vec<String> = summary
            .counts
            .iter()
            .map(|(verdict, count)| format!("{count} {verdict}"))
            .collect();
        let mut faults: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in log.iter().filter(|entry| chapter.methods.contains(&entry.method)) {
            *faults.entry(entry.what).or_default() += 1;
        }
        let faults: Vec<String> = faults
            .into_iter()
            .map(|(fault, count)| format!("{count} {fault}"))
            .collect();
        let mut text = format!("\n{}\n", chapter.title);
        text.push_str(&format!(
            "  in       {} records ({} repeats)\n",
            chapter.sent, summary.duplicates
        ));
        text.push_str(&format!("  out      {}\n", counts.join(", ")));
        let logins = if summary.logins > 0 {
            format!(", {} logins", summary.logins)
        } else {
            String::new()
        };
        text.push_str(&format!(
            "  calls    {} ({} failed or refused{logins})\n",
            summary.calls, summary.failed_calls
        ));
        if let Some(story) = &chapter.story {
            text.push_str(&format!("  survived {story}\n"));
        }
        if !faults.is_empty() {
            text.push_str(&format!("  survived {}\n", faults.join(", ")));
        }
        if self.untrue.is_empty() {
            text.push_str("  truth    agrees, record by record\n");
        } else {
            let shown: Vec<&str> = self.untrue.iter().take(10).map(String::as_str).collect();
            text.push_str(&format!("  truth    DISAGREES: {}\n", shown.join("; ")));
        }
        text
    }
}
