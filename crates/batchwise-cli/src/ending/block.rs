//! The end of a job, for a person.

use std::io;
use std::time::Duration;

use batchwise::{ReasonKind, Summary, Verdict};

use super::reasons::stopped;
use crate::progress::{Paint, grouped, span};
use crate::target::Target;
use crate::verify::Missed;

/// A file with outcomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutcomeFile {
    /// Where it is.
    pub(crate) path: String,
    /// How many records are in it.
    pub(crate) records: u64,
    /// They are in the wanted state.
    pub(crate) reached: bool,
}

/// Everything that is known at the end of a job.
#[derive(Debug)]
pub(crate) struct Ending<'a> {
    pub(crate) summary: &'a Summary,
    /// The sums of all runs of the job.
    pub(crate) whole: &'a Summary,
    pub(crate) took: Duration,
    pub(crate) target: &'a Target,
    /// The output failed, and that stopped the job.
    pub(crate) unwritable: Option<&'a io::Error>,
    /// Absence is wanted.
    pub(crate) allow_missing: bool,
    /// Lines of the whole job that are no records: nobody was asked about them.
    pub(crate) invalid: u64,
    /// What a look at the provider told of those that did not reach the wanted state.
    pub(crate) missed: Missed,
    /// Files with outcomes.
    pub(crate) files: &'a [OutcomeFile],
    /// Where everything is, and last the command that goes on.
    pub(crate) closing: Vec<String>,
}

impl Ending<'_> {
    /// What has to be said even when quiet: why the job stopped early, and what looks wrong.
    pub(crate) fn alarms(&self) -> Vec<String> {
        let mut alarms = Vec::new();
        match (self.unwritable, &self.summary.stop) {
            (Some(error), _) => alarms.push(format!("stopped early: standard output is not writable ({error})")),
            (None, Some(stop)) => alarms.push(stopped(stop, self.target.contacts)),
            (None, None) => {}
        }
        if self.summary.input_left {
            alarms.push("the input had not ended; what was not read is in no outcome".to_owned());
        }
        let told = |kind| kind == ReasonKind::WrongTarget;
        let told = self.summary.stop.as_ref().is_some_and(|stop| told(stop.kind()));
        if self.summary.found_nothing && !self.allow_missing && !told {
            alarms.push("nothing was found: wrong campaign or account?".to_owned());
        }
        alarms
    }

    /// One line, for a log.
    pub(crate) fn line(&self) -> String {
        let summary = self.summary;
        let mut text = self.target.count(summary.counts.total());
        for (at, (verdict, count)) in summary.counts.iter().enumerate() {
            text.push_str(if at == 0 { ": " } else { ", " });
            text.push_str(&format!("{count} {verdict}"));
        }
        if summary.duplicates > 0 {
            text.push_str(&format!("; {} repeated", summary.duplicates));
        }
        if summary.recalled > 0 {
            text.push_str(&format!("; {} settled by earlier runs", summary.recalled));
        }
        let calls = if summary.calls == 1 { "call" } else { "calls" };
        format!(
            "{text}; {} {calls}{}; {}",
            summary.calls,
            self.mishaps(),
            span(self.took)
        )
    }

    /// A block of lines, for a terminal.
    pub(crate) fn block(&self, paint: Paint) -> String {
        let summary = self.summary;
        let went_in = summary.counts.total() + summary.duplicates + summary.recalled;
        let mut rows = vec![("in", self.target.grouped(went_in))];
        if summary.duplicates > 0 {
            rows.push((
                "",
                format!("{} of them repeated, sent once", grouped(summary.duplicates)),
            ));
        }
        if summary.recalled > 0 {
            rows.push((
                "",
                format!("{} of them settled by earlier runs", grouped(summary.recalled)),
            ));
        }
        let widest = summary.counts.iter().map(|(_, count)| grouped(count).len()).max();
        let widest = widest.unwrap_or_default();
        for (at, (verdict, count)) in summary.counts.iter().enumerate() {
            let text = format!("{:>widest$} {verdict}", grouped(count));
            rows.push((if at == 0 { "out" } else { "" }, paint.outcome(verdict, &text)));
        }
        rows.push(("calls", format!("{}{}", grouped(summary.calls), self.mishaps())));
        rows.push(("time", span(self.took)));
        for (at, file) in self.files.iter().enumerate() {
            let text = format!("{} ({})", file.path, grouped(file.records));
            rows.push((if at == 0 { "files" } else { "" }, text));
        }
        let lines = rows
            .iter()
            .map(|(name, text)| format!("  {} {text}\n", paint.dim(&format!("{name:<6}"))));
        lines.collect()
    }

    /// Where the results are, in one line.
    pub(crate) fn results(&self) -> Option<String> {
        let files: Vec<String> = self
            .files
            .iter()
            .map(|file| format!("{} ({})", file.path, file.records))
            .collect();
        (!files.is_empty()).then(|| format!("results in {}", files.join(", ")))
    }

    /// What is left to do; the last line is the one to act on.
    pub(crate) fn next_steps(&self) -> Vec<String> {
        let mut steps = self.closing.clone();
        if self.target.campaigns.is_some() && self.invalid > 0 {
            let are = if self.invalid == 1 {
                "line is no"
            } else {
                "lines are no"
            };
            let [one, several] = self.target.records;
            let what = if self.invalid == 1 { one } else { several };
            steps.push(format!("{} {are} {what}", grouped(self.invalid)));
        }
        if let Some(mut text) = self.still_there() {
            let open = self.files.iter().filter(|file| !file.reached && file.records > 0);
            let open: Vec<&str> = open.map(|file| file.path.as_str()).collect();
            if !open.is_empty() {
                text.push_str(&format!(": {}", open.join(", ")));
            }
            steps.push(text);
        }
        steps
    }

    /// Customers that the job was to remove from a campaign, and did not; told apart from those of whom nobody can tell,
    /// who may be called. Whoever was seen to be absent is neither.
    fn still_there(&self) -> Option<String> {
        self.target.campaigns.as_ref()?;
        let left = |verdict| {
            let count = self.whole.counts.of(verdict);
            count.saturating_sub(self.missed.absent.of(verdict))
        };
        let there: u64 = [Verdict::Busy, Verdict::Rejected, Verdict::NotSent]
            .map(left)
            .iter()
            .sum();
        let there = there.saturating_sub(self.invalid) + self.missed.present;
        let unsure = left(Verdict::Unknown).saturating_sub(self.missed.present);
        match (there, unsure) {
            (0, 0) => None,
            (_, 0) => Some(format!("{} STILL in the campaign", self.target.are(there))),
            (0, _) => Some(format!(
                "{} may STILL be in the campaign, nobody can tell",
                self.target.grouped(unsure)
            )),
            _ => Some(format!(
                "{} STILL in the campaign, and of {} more nobody can tell",
                self.target.are(there),
                grouped(unsure)
            )),
        }
    }

    fn mishaps(&self) -> String {
        let mut parts = Vec::new();
        if self.summary.failed_calls > 0 {
            parts.push(format!("{} failed or refused", grouped(self.summary.failed_calls)));
        }
        if self.summary.logins > 0 {
            let logins = if self.summary.logins == 1 { "login" } else { "logins" };
            parts.push(format!("{} {logins}", self.summary.logins));
        }
        if parts.is_empty() {
            String::new()
        } else {
            format!(" ({})", parts.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use batchwise::Counts;
    use batchwise_journal::Verified;

    use super::*;

    fn target(campaigns: Option<&str>) -> Target {
        Target {
            provider: "thulium-campaign",
            verb: "remove",
            records: ["customer", "customers"],
            host: "demo-system.thulium.com".to_owned(),
            loopback: false,
            account: "robot".to_owned(),
            contacts: false,
            campaigns: campaigns.map(str::to_owned),
        }
    }

    fn summary(counts: &[(Verdict, u64)]) -> Summary {
        let mut summary = Summary::default();
        let mut all = Counts::default();
        for (verdict, count) in counts {
            (0..*count).for_each(|_| all.add(*verdict));
        }
        summary.counts = all;
        summary
    }

    fn file(path: &str, records: u64, reached: bool) -> OutcomeFile {
        OutcomeFile {
            path: path.to_owned(),
            records,
            reached,
        }
    }

    fn ending<'a>(summary: &'a Summary, target: &'a Target, files: &'a [OutcomeFile]) -> Ending<'a> {
        Ending {
            summary,
            whole: summary,
            took: Duration::from_millis(75_400),
            target,
            unwritable: None,
            allow_missing: false,
            invalid: 0,
            missed: Missed::default(),
            files,
            closing: Vec::new(),
        }
    }

    #[test]
    fn a_block_tells_what_went_in_what_came_out_calls_time_and_files() {
        let mut summary = summary(&[(Verdict::Deleted, 1196), (Verdict::Busy, 3), (Verdict::Rejected, 1)]);
        (summary.duplicates, summary.calls, summary.failed_calls, summary.logins) = (2, 13, 3, 1);
        let files = [file("out/succeeded.csv", 1196, true), file("out/failed.csv", 4, false)];
        let block = ending(&summary, &target(None), &files).block(Paint::PLAIN);
        let lines: Vec<&str> = block.lines().collect();
        assert_eq!(
            lines,
            [
                "  in     1,202 customers",
                "         2 of them repeated, sent once",
                "  out    1,196 deleted",
                "             3 busy",
                "             1 rejected",
                "  calls  13 (3 failed or refused, 1 login)",
                "  time   1 min 15 s",
                "  files  out/succeeded.csv (1,196)",
                "         out/failed.csv (4)",
            ]
        );
    }

    #[test]
    fn the_last_line_of_a_campaign_names_who_is_still_in_it_and_where_they_are_listed() {
        let summary = summary(&[(Verdict::Deleted, 5), (Verdict::Busy, 1), (Verdict::NotSent, 2)]);
        let files = [
            file("out/succeeded.csv", 5, true),
            file("out/failed.csv", 1, false),
            file("out/unprocessed.csv", 2, false),
        ];
        let target = target(Some("00042"));
        let steps = ending(&summary, &target, &files).next_steps();
        assert_eq!(
            steps.last().map(String::as_str),
            Some("3 customers are STILL in the campaign: out/failed.csv, out/unprocessed.csv")
        );
    }

    #[test]
    fn lines_that_are_no_records_are_told_apart_from_those_who_are_still_in_a_campaign() {
        let summary = summary(&[(Verdict::Deleted, 5), (Verdict::Busy, 1), (Verdict::Rejected, 3)]);
        let target = target(Some("00042"));
        let steps = |invalid| {
            let ending = Ending {
                invalid,
                ..ending(&summary, &target, &[])
            };
            ending.next_steps()
        };
        assert_eq!(
            steps(2),
            ["2 lines are no customers", "2 customers are STILL in the campaign"]
        );
        assert_eq!(
            steps(1),
            ["1 line is no customer", "3 customers are STILL in the campaign"]
        );
    }

    #[test]
    fn customers_of_whom_nobody_can_tell_are_told_apart_from_those_who_are_still_in_a_campaign() {
        let target = target(Some("00042"));
        let last = |counts: &[(Verdict, u64)], missed| {
            let summary = summary(counts);
            let ending = Ending {
                missed,
                ..ending(&summary, &target, &[])
            };
            ending.next_steps().pop().unwrap_or_default()
        };
        let counts = [(Verdict::Busy, 1), (Verdict::Unknown, 2)];
        let mut seen = Missed::default();
        assert_eq!(
            last(&counts, seen),
            "1 customer is STILL in the campaign, and of 2 more nobody can tell"
        );
        assert_eq!(
            last(&counts[1..], seen),
            "2 customers may STILL be in the campaign, nobody can tell"
        );
        // A look told of both.
        seen.add(Some(Verdict::Unknown), Verified::Present);
        seen.add(None, Verified::Absent);
        assert_eq!(last(&counts, seen), "2 customers are STILL in the campaign");
        seen.add(Some(Verdict::Busy), Verified::Absent);
        assert_eq!(last(&counts, seen), "1 customer is STILL in the campaign");
    }

    #[test]
    fn nobody_is_still_in_a_campaign_that_all_have_left() {
        let summary = summary(&[(Verdict::Deleted, 5), (Verdict::NotFound, 1)]);
        let target = target(Some("00042"));
        assert_eq!(ending(&summary, &target, &[]).next_steps(), [""; 0]);
    }
}
