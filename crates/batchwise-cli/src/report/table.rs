//! The table that people read.

use std::path::Path;
use std::time::Duration;

use batchwise::{Counts, Verdict};
use batchwise_journal::{JobState, ReasonGroup};

use super::figures::Figures;
use super::files::ResultFiles;
use super::resume_command;
use super::sums::Sums;
use crate::output::{one_line, time};
use crate::progress::{counted, grouped, span};
use crate::verify;

/// So many reasons are shown; the rest is in the records themselves.
const REASONS: usize = 20;

/// Waits shorter than this are none.
const WORTH_TELLING: Duration = Duration::from_millis(50);

/// The whole table.
pub(super) fn table(figures: &Figures, reasons: &[ReasonGroup], path: &Path) -> String {
    let mut lines = head(figures, path);
    lines.push(String::new());
    outcomes(figures, &mut lines);
    if figures.verified.total() > 0 {
        lines.push(format!("\nverified   {}", verify::counted(&figures.verified)));
        lines.extend(verify::contradiction(figures.contradicted));
    }
    why(reasons, &mut lines);
    lines.push(String::new());
    lines.push(calls(figures));
    if figures.waited >= WORTH_TELLING {
        lines.push(format!(
            "waits      {} for slots of the quota, over all calls",
            span(figures.waited)
        ));
    }
    let runs = match figures.runs.len() {
        1 => String::new(),
        runs => format!(" in {runs} runs"),
    };
    lines.push(format!("time       {}{runs}", span(figures.took)));
    lines.push(speed(figures));
    if figures.state == JobState::Unfinished && !figures.header.resume.is_empty() {
        lines.push(format!("\ngo on with: {}", resume_command(path)));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// The table of a job of which only its result files are left.
pub(super) fn of_files(files: &ResultFiles, sums: &Sums) -> String {
    let summary = |name: &str| files.summary().and_then(|summary| summary.get(name)?.as_str());
    let mut lines = vec![format!(
        "job        {}",
        one_line(files.job_id.as_deref().unwrap_or("of no name: the files are empty"))
    )];
    if let (Some(provider), Some(account), Some(host)) = (summary("provider"), summary("account"), summary("host")) {
        lines.push(format!(
            "account    {} at {} ({})",
            one_line(account),
            one_line(host),
            one_line(provider)
        ));
    }
    lines.push(format!("files      {}", files.directory.display()));
    lines.push("journal    none was found: calls, waits, faults and runs are not known".to_owned());
    if let (Some(first), Some(last)) = (sums.first, sums.last) {
        lines.push(format!("settled    from {first:.0} to {last:.0}"));
    }
    lines.push(String::new());
    let total = grouped(sums.counts.total());
    let width = total.len().max(9);
    for (verdict, count) in sums.counts.iter() {
        lines.push(format!("{:>width$}  {verdict}", grouped(count)));
    }
    lines.push(format!("{:>width$}", "-".repeat(total.len())));
    let repeats = match sums.duplicates {
        0 => String::new(),
        repeats => format!("; {} more repeat one of them", grouped(repeats)),
    };
    lines.push(format!(
        "{total:>width$}  records, {} in the wanted state{repeats}",
        grouped(sums.reached)
    ));
    if sums.verified.total() > 0 {
        lines.push(format!("\nverified   {}", verify::counted(&sums.verified)));
        lines.extend(verify::contradiction(sums.contradicted));
    }
    let mut reasons: Vec<_> = sums.reasons.iter().collect();
    reasons.sort_by_key(|((verdict, detail), count)| (std::cmp::Reverse(**count), verdict.as_str(), detail.as_str()));
    let shown: Vec<(Verdict, &str, u64)> = reasons
        .iter()
        .map(|((verdict, detail), count)| (*verdict, detail.as_str(), **count))
        .collect();
    if !shown.is_empty() {
        lines.push("\nwhy".to_owned());
    }
    for (verdict, detail, count) in shown.iter().take(REASONS) {
        lines.push(format!(
            "{:>9}  {:<16}  {}",
            grouped(*count),
            verdict.as_str(),
            one_line(detail)
        ));
    }
    let left = sums.other_reasons + shown.iter().skip(REASONS).map(|(.., count)| count).sum::<u64>();
    if left > 0 {
        lines.push(format!("{:>9}  for other reasons", grouped(left)));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn head(figures: &Figures, path: &Path) -> Vec<String> {
    let header = &figures.header;
    let mut lines = vec![
        format!("job        {}  {} {}", header.id, header.provider, header.method),
        format!("account    {} at {}", one_line(&header.account), header.host),
    ];
    if !header.campaigns.is_empty() {
        lines.push(format!("campaign   {}", one_line(&header.campaigns.join(", "))));
    }
    lines.push(format!("input      {}", one_line(&header.input.to_string())));
    lines.push(format!("journal    {}", path.display()));
    lines.push(format!(
        "began      {} by {} on {}",
        time(header.started),
        header.origin.user,
        header.origin.machine
    ));
    lines.push(format!("state      {}", state(figures)));
    lines
}

/// Where the job stands.
pub(super) fn state(figures: &Figures) -> String {
    let last = figures.runs.last();
    match figures.state {
        JobState::Running => match last {
            Some(run) => format!("running (process {})", run.origin.process),
            None => "running".to_owned(),
        },
        JobState::Finished => format!("finished {}", time(figures.last)),
        JobState::Unfinished => match last.map(|run| (&run.stop, run.ended)) {
            Some((Some((kind, _)), Some(ended))) => format!("stopped early {}: {kind}", time(ended)),
            _ => format!(
                "not finished: its process ended without a word after {}",
                time(figures.last)
            ),
        },
    }
}

fn outcomes(figures: &Figures, lines: &mut Vec<String>) {
    let tally = &figures.tally;
    let total = grouped(figures.records());
    let width = total.len().max(9);
    for (verdict, count) in tally.counts.iter() {
        lines.push(format!("{:>width$}  {verdict}", grouped(count)));
    }
    if tally.open > 0 {
        let what = match figures.state {
            JobState::Running => "under way: in a call, or noted for one of the next",
            _ => "unknown (a run may have sent them, and ended before their answers were noted)",
        };
        lines.push(format!("{:>width$}  {what}", grouped(tally.open)));
    }
    lines.push(format!("{:>width$}", "-".repeat(total.len())));
    let repeats = match tally.duplicates {
        0 => String::new(),
        repeats => format!("; {} more repeat one of them", grouped(repeats)),
    };
    lines.push(format!(
        "{total:>width$}  {}, {} in the wanted state{repeats}",
        if figures.records() == 1 { "record" } else { "records" },
        grouped(tally.reached)
    ));
}

fn why(reasons: &[ReasonGroup], lines: &mut Vec<String>) {
    if reasons.is_empty() {
        return;
    }
    lines.push("\nwhy".to_owned());
    let mut left = Counts::default();
    for (at, reason) in reasons.iter().enumerate() {
        if at >= REASONS {
            left.add_many(reason.verdict, reason.records);
            continue;
        }
        let code = reason
            .code
            .as_deref()
            .map(|code| format!(" [{code}]"))
            .unwrap_or_default();
        lines.push(format!(
            "{:>9}  {:<16}  {}{}",
            grouped(reason.records),
            reason.verdict.as_str(),
            one_line(&reason.detail),
            one_line(&code)
        ));
    }
    if left.total() > 0 {
        lines.push(format!("{:>9}  for other reasons", grouped(left.total())));
    }
}

fn calls(figures: &Figures) -> String {
    let failed: u64 = figures.faults.values().sum();
    let mut text = format!("calls      {}", grouped(figures.calls));
    if failed > 0 {
        let faults: Vec<String> = figures
            .faults
            .iter()
            .map(|((fault, status), count)| match status {
                Some(status) => format!("{} {fault} (HTTP {status})", grouped(*count)),
                None => format!("{} {fault}", grouped(*count)),
            })
            .collect();
        text.push_str(&format!(
            ", {} of them failed or refused: {}",
            grouped(failed),
            faults.join(", ")
        ));
    }
    let logins: u64 = figures.runs.iter().map(|run| run.logins).sum();
    if logins > 0 {
        text.push_str(&format!("; {}", counted(logins, "login", "logins")));
    }
    if figures.lacks_calls() {
        text.push_str("; what was under way when a run ended without a word is not noted");
    }
    text
}

fn speed(figures: &Figures) -> String {
    let seconds = figures.took.max(Duration::from_millis(1)).as_secs_f64();
    // What is still under way is done no faster by being noted, nor what no call has carried.
    let settled = figures.tally.counts.total() - figures.tally.counts.of(Verdict::NotSent);
    let per_second = |count: u64| {
        #[allow(clippy::cast_precision_loss)] // a figure for people
        let rate = count as f64 / seconds;
        rate
    };
    format!(
        "speed      {:.1} records and {:.2} calls a second; {}",
        per_second(settled),
        per_second(figures.calls),
        figures.quota()
    )
}
