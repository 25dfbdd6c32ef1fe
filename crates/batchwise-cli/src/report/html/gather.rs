//! The account of a job out of its journal, also while it runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use batchwise::Verdict;
use batchwise_journal::{CallRow, Filter, JobState, JournalReader, ReadError, ReasonGroup};

use super::account::{
    Account, Calls, Failed, FailedCall, MOST_CALLS, MOST_REASONS, Mishap, Run, SEVERITY, Standing, Why, shares,
    shortened,
};
use super::course::{Call, Counting, Course};
use super::lengths::Lengths;
use super::story::{self, Place};
use crate::ledger::detail;
use crate::output::one_line;
use crate::report::figures::Figures;
use crate::report::nouns::Nouns;
use crate::report::resume_command;
use crate::verify;

/// Reads the account of the job of this journal. `path` is shown, and stands in commands.
///
/// # Errors
/// When the journal cannot be read.
pub(super) fn of_journal(reader: &JournalReader, path: &Path) -> Result<Account, ReadError> {
    let figures = Figures::of(reader)?;
    let (course, calls) = calls(reader, &figures)?;
    let (why, other_reasons) = reasons(reader)?;
    let results = results_directory(&figures);
    let place = Place {
        journal: path,
        results: results.as_deref(),
    };
    let mut account = Account {
        id: figures.header.id.clone(),
        nouns: Nouns::of(&figures.header),
        standing: standing(&figures),
        facts: facts(&figures, path, results.as_deref()),
        counts: figures.tally.counts,
        reached: figures.tally.reached,
        open: figures.tally.open,
        verified: (figures.verified.total() > 0).then(|| verify::counted(&figures.verified)),
        unchecked: figures.verified.unchecked,
        absent: figures.absent,
        contradicted: figures.contradicted,
        overtaken: figures.overtaken,
        duplicates: figures.tally.duplicates,
        input_left: figures.runs.last().is_some_and(|run| run.input_left),
        took: Some(figures.took),
        why,
        other_reasons,
        failed: Vec::new(),
        whole_rows: false,
        course: Some(course),
        calls: Some(calls),
        runs: runs(&figures),
        steps: Vec::new(),
        whole_list: story::whole_list(&place),
        gaps: Vec::new(),
        as_of: SystemTime::now(),
    };
    if let Some(at) = reader.pseudonymised()? {
        let at = super::clock::moment(at);
        account.gaps.push(format!(
            "Personal data was removed from the journal on {at}: keys and reasons are gone."
        ));
    }
    account.failed = failed(reader, &account)?;
    account.steps = story::steps(&account, &place, &figures.header.resume, figures.header.input.kind);
    Ok(account)
}

fn standing(figures: &Figures) -> Standing {
    match (figures.state, figures.runs.last()) {
        (JobState::Running, _) => Standing::Running,
        (JobState::Finished, _) => Standing::Finished(figures.last),
        (JobState::Unfinished, Some(run)) => match (&run.stop, run.ended) {
            (Some((kind, detail)), at @ Some(_)) => Standing::Stopped(at, kind.clone(), detail.clone()),
            _ => Standing::Died(figures.last),
        },
        (JobState::Unfinished, None) => Standing::Died(figures.last),
    }
}

fn facts(figures: &Figures, path: &Path, results: Option<&Path>) -> Vec<(&'static str, String)> {
    let header = &figures.header;
    let mut facts = vec![
        ("job", header.id.clone()),
        ("method", format!("{} {}", header.provider, header.method)),
        ("account", format!("{} at {}", header.account, header.host)),
    ];
    if !header.campaigns.is_empty() {
        facts.push(("campaign", header.campaigns.join(", ")));
    }
    for (name, value) in &header.options {
        facts.push(("option", format!("{name} {value}")));
    }
    facts.push(("input", header.input.to_string()));
    if let Some(results) = results {
        facts.push(("result files", results.display().to_string()));
    }
    facts.push(("journal", path.display().to_string()));
    facts.push((
        "begun by",
        format!(
            "{} on {}, batchwise {}",
            header.origin.user, header.origin.machine, header.origin.version
        ),
    ));
    facts
}

fn runs(figures: &Figures) -> Vec<Run> {
    let is_last = |number: u32| figures.runs.last().is_some_and(|run| run.number == number);
    figures
        .runs
        .iter()
        .map(|run| Run {
            number: run.number,
            started: run.started,
            ended: run.ended,
            who: format!("{} on {}", run.origin.user, run.origin.machine),
            calls: figures.calls_of_run.get(&run.number).copied().unwrap_or_default(),
            ending: match (&run.stop, run.ended) {
                (None, None) if figures.state == JobState::Running && is_last(run.number) => "goes on".to_owned(),
                (_, None) => "ended without a word: killed, or the machine went down".to_owned(),
                (None, Some(_)) => "came to its end".to_owned(),
                (Some((kind, detail)), Some(_)) => format!("stopped early: {}", story::stop(kind, detail)),
            },
        })
        .collect()
}

/// The calls of a job over time and in sums. They are read once, and none but the listed ones is kept.
fn calls(reader: &JournalReader, figures: &Figures) -> Result<(Course, Calls), ReadError> {
    let mut counting = Counting::new(&figures.spans, &figures.windows());
    let mut calls = Calls {
        logins: figures.runs.iter().map(|run| run.logins).sum(),
        quota: figures.quota(),
        ..Calls::default()
    };
    let mut lengths = Lengths::default();
    let mut mishaps: BTreeMap<(String, Option<u16>), Mishap> = BTreeMap::new();
    reader.calls(|row| {
        counting.call(Call::of(&row));
        calls.all += 1;
        calls.records += row.records;
        calls.waited = calls.waited.saturating_add(row.waited);
        lengths.add(row.duration);
        if let Some(fault) = row.fault.clone() {
            calls.failed += 1;
            note(&mut mishaps, &row, &fault);
            if calls.listed.len() < MOST_CALLS {
                calls.listed.push(listed(row, fault));
            }
        }
        true
    })?;
    calls.took = lengths.told();
    calls.mishaps = mishaps.into_values().collect();
    calls.mishaps.sort_by_key(|mishap| std::cmp::Reverse(mishap.calls));
    let bin = counting.bin();
    for row in reader.settled(bin)? {
        let begin = figures.spans.iter().find(|(run, ..)| *run == row.run);
        let since = bin.checked_mul(u32::try_from(row.stretch).unwrap_or(u32::MAX));
        let at = begin.and_then(|(_, begin, _)| begin.checked_add(since.unwrap_or(Duration::MAX)));
        if let Some(at) = at {
            counting.settled(row.run, at, row.reached, row.records - row.reached.min(row.records));
        }
    }
    Ok((counting.end(), calls))
}

fn note(mishaps: &mut BTreeMap<(String, Option<u16>), Mishap>, row: &CallRow, fault: &str) {
    let mishap = mishaps.entry((fault.to_owned(), row.status)).or_insert_with(|| Mishap {
        fault: fault.to_owned(),
        status: row.status,
        calls: 0,
        records: 0,
        may_have_acted: 0,
        first: row.started,
        last: row.started,
    });
    mishap.calls += 1;
    mishap.records += row.records;
    mishap.may_have_acted += u64::from(story::may_have_acted(fault, row.status));
    mishap.first = mishap.first.min(row.started);
    mishap.last = mishap.last.max(row.started);
}

fn listed(row: CallRow, fault: String) -> FailedCall {
    FailedCall {
        number: row.number,
        started: row.started,
        waited: row.waited,
        took: row.duration,
        records: row.records,
        fault,
        status: row.status,
        sent: row.sent,
    }
}

/// The most frequent reasons, and how many records have others.
fn reasons(reader: &JournalReader) -> Result<(Vec<Why>, u64), ReadError> {
    let groups = reader.reasons(&Filter::all())?;
    let (shown, others) = groups.split_at(groups.len().min(MOST_REASONS));
    let why = |group: &ReasonGroup| Why {
        verdict: group.verdict,
        detail: shortened(&one_line(&group.detail)),
        code: group.code.as_deref().map(|code| shortened(&one_line(code))),
        records: group.records,
    };
    Ok((
        shown.iter().map(why).collect(),
        others.iter().map(|group| group.records).sum(),
    ))
}

/// Records that are not in the wanted state: those of rare outcomes all, the others up to a share.
fn failed(reader: &JournalReader, account: &Account) -> Result<Vec<Failed>, ReadError> {
    let counts = SEVERITY.map(|verdict| match verdict {
        Verdict::Unknown => account.unsure(),
        _ if account.reached_of(verdict) => 0,
        _ => account.counts.of(verdict),
    });
    let mut failed = Vec::new();
    for (verdict, share) in SEVERITY.into_iter().zip(shares(counts)) {
        let only = Filter::only([verdict]);
        let only = if verdict == Verdict::Unknown {
            only.or_open()
        } else {
            only
        };
        let Ok(share) = usize::try_from(share) else { continue };
        if share == 0 {
            continue;
        }
        for row in reader.records(only).take(share) {
            let row = row?;
            failed.push(Failed {
                line: row.line,
                campaign: row.scope.as_deref().map(one_line),
                record: shortened(&one_line(&row.key)),
                verdict: row.verdict,
                detail: detail(&row)
                    .map(|detail| shortened(&one_line(&detail)))
                    .unwrap_or_default(),
                attempts: row.attempts,
                at: Some(row.at),
            });
        }
    }
    Ok(failed)
}

/// Where the job's arguments say that result files are, if they are there.
fn results_directory(figures: &Figures) -> Option<PathBuf> {
    let words = &figures.header.resume;
    let at = words.iter().position(|word| word == "--results-dir")?;
    let path = Path::new(&figures.header.directory).join(words.get(at + 1)?);
    path.is_dir().then_some(path)
}

/// The command that goes on with a job.
pub(super) fn go_on(journal: &Path, retry_failed: bool) -> String {
    let command = resume_command(journal);
    if retry_failed {
        format!("{command} --retry-failed")
    } else {
        command
    }
}
