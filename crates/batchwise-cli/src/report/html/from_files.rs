//! The account of a job out of its result files, as far as they carry it.

use std::time::{Duration, SystemTime};

use batchwise::Verdict;
use serde_json::{Map, Value};

use super::account::{Account, Failed, MOST_REASONS, SEVERITY, Standing, Step, Why, shares, shortened};
use super::course::Counting;
use crate::failure::Failure;
use crate::output::one_line;
use crate::report::files::{ResultFiles, ResultRow};
use crate::report::nouns::Nouns;
use crate::report::sums::Sums;
use crate::verify;

/// Reads the account of the job of these files.
///
/// # Errors
/// When they cannot be read.
pub(super) fn of_files(files: &ResultFiles) -> Result<Account, Failure> {
    let sums = Sums::of(files)?;
    let none = Map::new();
    let summary = files.summary().unwrap_or(&none);
    let text = |name: &str| summary.get(name).and_then(Value::as_str).map(str::to_owned);
    let directory = super::absolute(&files.directory);
    let mut why: Vec<Why> = sums
        .reasons
        .iter()
        .map(|((verdict, detail), records)| Why {
            verdict: *verdict,
            detail: shortened(&one_line(detail)),
            code: None,
            records: *records,
        })
        .collect();
    why.sort_by_key(|why| std::cmp::Reverse(why.records));
    let others = why.split_off(why.len().min(MOST_REASONS));
    let (course, failed) = second_reading(files, &sums)?;
    Ok(Account {
        id: files.job_id.clone().unwrap_or_else(|| "of no name".to_owned()),
        nouns: nouns(&text),
        standing: standing(summary),
        facts: facts(&text, summary, &directory.display().to_string()),
        counts: sums.counts,
        reached: sums.reached,
        open: 0,
        verified: (sums.verified.total() > 0).then(|| verify::counted(&sums.verified)),
        unchecked: sums.verified.unchecked,
        absent: sums.seen.absent,
        contradicted: sums.contradicted,
        overtaken: 0,
        duplicates: sums.duplicates,
        input_left: summary.get("input_left").and_then(Value::as_bool).unwrap_or_default(),
        took: summary
            .get("took_seconds")
            .and_then(Value::as_f64)
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        why,
        other_reasons: sums.other_reasons + others.iter().map(|why| why.records).sum::<u64>(),
        failed,
        whole_rows: true,
        course,
        calls: None,
        runs: Vec::new(),
        steps: steps(&sums, &directory.display().to_string()),
        whole_list: Step {
            text: format!(
                "All of them are in failed and unprocessed in {}, from which -i takes them again.",
                directory.display()
            ),
            command: None,
        },
        gaps: vec![
            "This is told from result files alone: the job's journal is neither beside them nor among the journals of this user. So \
             calls, waits, faults and runs are not known here, and of a job that was not finished nor is what it had not read. \
             `batchwise report JOURNAL --html FILE` tells them."
                .to_owned(),
        ],
        as_of: SystemTime::now(),
    })
}

fn nouns(text: &dyn Fn(&str) -> Option<String>) -> Nouns {
    let Some(provider) = text("provider") else {
        return Nouns::unknown();
    };
    // Whether a campaign's customers or phone numbers were meant is not told.
    match provider.as_str() {
        "thulium-campaign" => Nouns::unknown(),
        provider => Nouns::named(provider, false, &[]),
    }
}

fn standing(summary: &Map<String, Value>) -> Standing {
    let stop = summary.get("stop").and_then(Value::as_object);
    let word = |name: &str| {
        stop.and_then(|stop| stop.get(name)?.as_str())
            .unwrap_or_default()
            .to_owned()
    };
    match stop {
        Some(_) => Standing::Stopped(None, word("kind"), word("detail")),
        None => Standing::Untold,
    }
}

fn facts(
    text: &dyn Fn(&str) -> Option<String>,
    summary: &Map<String, Value>,
    directory: &str,
) -> Vec<(&'static str, String)> {
    let mut facts = vec![("result files", directory.to_owned())];
    facts.extend(text("job_id").map(|id| ("job", id)));
    facts.extend(text("provider").map(|provider| ("provider", provider)));
    if let (Some(account), Some(host)) = (text("account"), text("host")) {
        facts.push(("account", format!("{account} at {host}")));
    }
    facts.extend(text("campaign").map(|campaign| ("campaign", campaign)));
    facts.extend(text("started").map(|started| ("began", started)));
    for (name, title) in [
        ("calls", "calls"),
        ("failed_calls", "calls that failed"),
        ("logins", "logins"),
    ] {
        facts.extend(
            summary
                .get(name)
                .and_then(Value::as_u64)
                .map(|count| (title, count.to_string())),
        );
    }
    facts
}

fn steps(sums: &Sums, directory: &str) -> Vec<Step> {
    let failed = [Verdict::Rejected, Verdict::Busy, Verdict::Unknown].map(|verdict| sums.counts.of(verdict));
    let mut steps = Vec::new();
    if failed.iter().sum::<u64>() > 0 {
        steps.push(Step {
            text: format!("Look at the reasons below, mend what can be mended, and give `failed` in {directory} to the same command with -i."),
            command: None,
        });
    }
    if sums.counts.of(Verdict::NotSent) > 0 {
        steps.push(Step {
            text: format!("Give `unprocessed` in {directory} to the same command with -i."),
            command: None,
        });
    }
    steps
}

/// What happened when, and the records that are not as wanted.
fn second_reading(files: &ResultFiles, sums: &Sums) -> Result<(Option<super::course::Course>, Vec<Failed>), Failure> {
    let begin = sums.first.map(SystemTime::from);
    let end = sums.last.map(SystemTime::from);
    let mut counting = begin.zip(end).map(|(begin, end)| {
        // Times in the files are whole seconds.
        let length = end.duration_since(begin).unwrap_or_default() + Duration::from_secs(1);
        Counting::of_records(&[(1, begin, length)])
    });
    let mut shares = shares(SEVERITY.map(|verdict| sums.missed.of(verdict)));
    let mut failed = Vec::new();
    files.rows(|row| {
        let Some(verdict) = row.verdict.filter(|_| !row.repeats) else {
            return true;
        };
        let at = row.at.map(SystemTime::from);
        if let (Some(counting), Some(at)) = (&mut counting, at)
            && verdict != Verdict::NotSent
        {
            counting.settled(1, at, u64::from(row.reached), u64::from(!row.reached));
        }
        let place = SEVERITY.iter().position(|known| *known == verdict);
        if !row.reached
            && let Some(left) = place.and_then(|place| shares.get_mut(place)).filter(|left| **left > 0)
        {
            *left -= 1;
            failed.push(listed(&row, verdict, at));
        }
        true
    })?;
    failed.sort_by_key(|row| SEVERITY.iter().position(|known| Some(*known) == row.verdict));
    Ok((counting.map(Counting::end), failed))
}

fn listed(row: &ResultRow, verdict: Verdict, at: Option<SystemTime>) -> Failed {
    Failed {
        line: row.line,
        // It stands in the row.
        campaign: None,
        record: shortened(&one_line(&row.own)),
        verdict: Some(verdict),
        detail: shortened(&one_line(&row.detail)),
        attempts: row.attempts,
        at,
    }
}
