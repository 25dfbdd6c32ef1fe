//! What a look showed, for the end of a job.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use batchwise::{Counts, Verdict};
use batchwise_journal::{Filter, JournalReader, OpenError, ReadError, Verified, VerifiedCounts, note_verification};
use serde_json::{Value, json};

use crate::failure::{Exit, Failure};
use crate::input::last_four;
use crate::inspect::{Inspect, Seen, Wanted};
use crate::progress::grouped;
use crate::reading::Reading;

/// So many records that should be gone are named.
const NAMED: usize = 5;

/// What a look at the provider showed of a whole job.
#[derive(Debug, Default)]
pub(crate) struct Verification {
    pub(crate) counts: VerifiedCounts,
    /// Records that are there, and whose outcome says that they are gone.
    pub(crate) still_there: u64,
    /// Of those that are not in the wanted state.
    pub(crate) missed: Missed,
    /// The first of them.
    named: Vec<String>,
    /// Why something could not be looked at.
    failures: Vec<String>,
}

/// `12 absent, 1 present`.
pub(crate) fn counted(counts: &VerifiedCounts) -> String {
    let parts: Vec<String> = [
        (counts.absent, Verified::Absent),
        (counts.present, Verified::Present),
        (counts.unchecked, Verified::Unchecked),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, verified)| format!("{} {verified}", grouped(*count)))
    .collect();
    if parts.is_empty() {
        "nothing to look for".to_owned()
    } else {
        parts.join(", ")
    }
}

/// Says that a look contradicts outcomes, if it does.
pub(crate) fn contradiction(records: u64) -> Option<String> {
    match records {
        0 => None,
        1 => Some("1 record is STILL THERE although its outcome says gone".to_owned()),
        more => Some(format!(
            "{} records are STILL THERE although their outcomes say gone",
            grouped(more)
        )),
    }
}

/// Looks where the records of a job were: those of the journal, and those that are known besides.
pub(crate) async fn look(
    inspect: &dyn Inspect,
    journal: Option<&Path>,
    mut wanted: Wanted,
    reading: &Reading,
) -> Result<Seen, ReadError> {
    if let Some(path) = journal {
        let reader = JournalReader::open(path)?;
        for row in reader.records(Filter::all()) {
            let row = row?;
            wanted.add(row.scope.as_deref(), &row.key);
        }
    }
    Ok(inspect.look(&wanted, reading).await)
}

/// Looks where the records of a job that has ended are, and notes it in its journal. `is_contact` when a key is not to be
/// shown whole.
pub(crate) async fn look_again(
    inspect: &dyn Inspect,
    path: &Path,
    is_contact: bool,
    reading: Reading,
) -> Result<Verification, Failure> {
    let seen = look(inspect, Some(path), Wanted::default(), &reading).await;
    let seen = seen.map_err(|error| Failure::usage(error.to_string()))?;
    reading.end();
    let mut verification = Verification::of(&seen);
    let noted = verification.note(path, inspect, &seen, |scope, key| {
        let key = if is_contact { last_four(key) } else { key.to_owned() };
        scope.map_or_else(|| key.clone(), |campaign| format!("{campaign}:{key}"))
    });
    noted.map_err(|error| Failure::usage(error.to_string()))?;
    Ok(verification)
}

/// Records that an earlier look could not tell of because a list was not whole: the journal has them as unchecked, and of
/// their campaign or book nothing as absent.
pub(crate) fn not_looked_at(reader: &JournalReader, inspect: &dyn Inspect) -> Result<u64, ReadError> {
    if inspect.may_hide() || reader.verified()?.unchecked == 0 {
        return Ok(0);
    }
    let (mut unchecked, mut whole) = (BTreeMap::<Option<String>, u64>::new(), BTreeSet::new());
    for row in reader.records(Filter::all()) {
        let row = row?;
        match row.verified {
            Some(Verified::Unchecked) if inspect.identity(row.scope.as_deref(), &row.key).is_some() => {
                *unchecked.entry(row.scope).or_default() += 1;
            }
            Some(Verified::Absent) => {
                whole.insert(row.scope);
            }
            _ => {}
        }
    }
    Ok(unchecked
        .iter()
        .filter(|(scope, _)| !whole.contains(*scope))
        .map(|(_, count)| count)
        .sum())
}

/// Records that are not in the wanted state by their outcomes, and of which a look told more.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Missed {
    /// Those that it found absent.
    pub(crate) absent: Counts,
    /// Those of which nobody could tell, and that it found there.
    pub(crate) present: u64,
}

impl Missed {
    /// As a journal has it.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub(crate) fn of(reader: &JournalReader) -> Result<Self, ReadError> {
        let mut missed = Self::default();
        let seen = reader.verified()?;
        if seen.absent + seen.present == 0 {
            return Ok(missed);
        }
        let not_reached = [Verdict::Busy, Verdict::Rejected, Verdict::Unknown, Verdict::NotSent];
        for row in reader.records(Filter::only(not_reached).or_open()) {
            let row = row?;
            if let Some(verified) = row.verified {
                missed.add(row.verdict, verified);
            }
        }
        Ok(missed)
    }

    /// Counts a record.
    pub(crate) fn add(&mut self, verdict: Option<Verdict>, verified: Verified) {
        let verdict = verdict.unwrap_or(Verdict::Unknown);
        match (verdict, verified) {
            (Verdict::Busy | Verdict::Rejected | Verdict::Unknown | Verdict::NotSent, Verified::Absent) => {
                self.absent.add(verdict);
            }
            (Verdict::Unknown, Verified::Present) => self.present += 1,
            _ => {}
        }
    }
}

impl Verification {
    /// One that knows why it could not look, if it could not.
    pub(crate) fn of(seen: &Seen) -> Self {
        let failure = |(scope, error): &(Option<String>, batchwise::list::ListError)| match scope {
            Some(campaign) => format!("campaign {campaign}: {error}"),
            None => error.to_string(),
        };
        Self {
            failures: seen.failed.iter().map(failure).collect(),
            ..Self::default()
        }
    }

    /// What an earlier look showed, if there was one. `shown` names a record.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub(crate) fn of_journal(
        reader: &JournalReader,
        shown: impl Fn(Option<&str>, &str) -> String,
    ) -> Result<Option<Self>, ReadError> {
        let counts = reader.verified()?;
        if counts.total() == 0 {
            return Ok(None);
        }
        let mut verification = Self {
            counts,
            still_there: reader.contradicted()?,
            missed: Missed::of(reader)?,
            ..Self::default()
        };
        if verification.still_there > 0 {
            let gone = Filter::only([Verdict::Deleted, Verdict::NotFound, Verdict::PresumedDeleted]);
            for row in reader.records(gone) {
                let row = row?;
                if row.verified == Some(Verified::Present) {
                    verification.named.push(shown(row.scope.as_deref(), &row.key));
                }
                if verification.named.len() >= NAMED {
                    break;
                }
            }
        }
        Ok(Some(verification))
    }

    /// True when something could not be looked at.
    pub(crate) fn has_failed(&self) -> bool {
        !self.failures.is_empty()
    }

    /// Something could not be looked at.
    pub(crate) fn fail(&mut self, why: impl Into<String>) {
        self.failures.push(why.into());
    }

    /// Counts a record. `shown` names it.
    pub(crate) fn add(&mut self, verdict: Option<Verdict>, verified: Verified, shown: impl FnOnce() -> String) {
        self.counts.add(verified, 1);
        self.missed.add(verdict, verified);
        let is_gone = matches!(
            verdict,
            Some(Verdict::Deleted | Verdict::NotFound | Verdict::PresumedDeleted)
        );
        if is_gone && verified == Verified::Present {
            self.still_there += 1;
            if self.named.len() < NAMED {
                self.named.push(shown());
            }
        }
    }

    /// Notes in the journal what was seen of each record, and counts them.
    pub(crate) fn note(
        &mut self,
        path: &Path,
        inspect: &dyn Inspect,
        seen: &Seen,
        shown: impl Fn(Option<&str>, &str) -> String,
    ) -> Result<(), OpenError> {
        note_verification(path, |row| {
            let scope = row.scope.as_deref();
            let verified = seen.of(scope, &row.key, inspect.identity(scope, &row.key).as_ref());
            self.add(row.verdict, verified, || shown(scope, &row.key));
            verified
        })
    }

    /// The exit code of a job that would end with this one.
    pub(crate) fn judge(&self, exit: Exit) -> Exit {
        match exit {
            Exit::Reached | Exit::Unreached if !self.failures.is_empty() => Exit::Stopped,
            Exit::Reached if self.still_there > 0 => Exit::Unreached,
            other => other,
        }
    }

    /// What has to be said even when quiet.
    pub(crate) fn alarms(&self) -> Vec<String> {
        let mut alarms: Vec<String> = self
            .failures
            .iter()
            .map(|why| format!("not everything could be verified: {why}"))
            .collect();
        if self.still_there > 0 {
            let more = if self.still_there > u64::try_from(self.named.len()).unwrap_or(u64::MAX) {
                ", …"
            } else {
                ""
            };
            let what = contradiction(self.still_there).unwrap_or_default();
            alarms.push(format!("{what}: {}{more}", self.named.join(", ")));
        }
        alarms
    }

    /// As JSON.
    pub(crate) fn value(&self) -> Value {
        json!({
            "absent": self.counts.absent,
            "present": self.counts.present,
            "unchecked": self.counts.unchecked,
            "still_there": self.still_there,
        })
    }
}
