//! What is said last: where everything is, and the command that goes on.

use std::ffi::OsString;
use std::path::Path;

use batchwise::{Counts, Reason, ReasonKind, Summary, Verdict};

use super::{Invocation, command_line};
use crate::results::{ResultFile, Written};

/// Everything that is known at the end.
#[derive(Debug)]
pub(crate) struct Closing<'a> {
    /// The sums of the whole job.
    pub(crate) whole: &'a Summary,
    /// Of these, records that failed and are not sent again, since a later line of the same one was written.
    pub(crate) overtaken: Counts,
    /// What one record is, in words.
    pub(crate) record: &'a str,
    /// The journal, where it is kept.
    pub(crate) journal: Option<&'a Path>,
    /// The input can be read again.
    pub(crate) is_whole: bool,
    /// It is not the one that the job began with: lines were added to it.
    pub(crate) extended: bool,
    pub(crate) results: Option<&'a Written>,
    pub(crate) summary_file: Option<&'a Path>,
    pub(crate) invocation: Option<&'a Invocation>,
    /// Output or journal failed although the job did not stop.
    pub(crate) failed: bool,
    /// Files of another job came to be where this one's were to be.
    pub(crate) is_taken: bool,
}

impl Closing<'_> {
    /// The lines, the one to act on last.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(written) = self.results {
            let journal_failed = self.whole.stop.as_ref().map(Reason::kind) == Some(ReasonKind::Journal);
            lines.push(rows(written, journal_failed));
        }
        if let Some(path) = self.summary_file {
            lines.push(format!("summary in {}", path.display()));
        }
        lines.extend(self.left_alone());
        lines.extend(self.taken());
        match (self.command(), self.journal) {
            (Some(command), Some(journal)) => {
                lines.push(format!("journal {}", journal.display()));
                lines.push(command);
            }
            (Some(command), None) => lines.push(command),
            (None, Some(journal)) => lines.push(format!("journal {}", journal.display())),
            (None, None) => {}
        }
        lines
    }

    /// The command that goes on with the rest, or that tries again what failed.
    fn command(&self) -> Option<String> {
        let mut failed = failed_of(&self.whole.counts);
        if self.journal.is_some() {
            failed = failed.saturating_sub(failed_of(&self.overtaken));
        }
        if self.whole.stop.is_none() && self.is_taken {
            let given = self.invocation?.clone().with_journal(self.journal?).elsewhere();
            let line = command_line(given.words());
            let input = same_input(self.is_whole);
            return Some(format!("write the files elsewhere with: {line}{input}"));
        }
        if self.whole.stop.is_some() || self.failed {
            let Some(command) = self.go_on("") else {
                return self.left();
            };
            let first = match self.whole.stop.as_ref().map(Reason::kind) {
                Some(ReasonKind::Credentials) => "once the credentials are mended (`batchwise doctor` looks at them), ",
                Some(ReasonKind::WrongTarget) => "once campaign and account are the right ones, ",
                _ => "",
            };
            return Some(format!("{first}go on with: {command}"));
        }
        if failed == 0 {
            return None;
        }
        let Some(command) = self.go_on("--retry-failed") else {
            return self.left();
        };
        Some(format!("try the {failed} that failed again with: {command}"))
    }

    /// Where the outcomes are that found no place.
    fn taken(&self) -> Option<String> {
        let journal = self.journal.filter(|_| self.is_taken)?;
        let words = ["report", "-o", "csv"].map(OsString::from);
        let command = command_line(words.into_iter().chain([journal.as_os_str().to_owned()]));
        Some(format!(
            "every outcome is in the journal too; read them with: {command}"
        ))
    }

    /// What no further run sends, although it failed.
    fn left_alone(&self) -> Option<String> {
        let record = self.record;
        let (lines, stay, are, them) = match self.overtaken.total() {
            0 => return None,
            1 => ("1 line".to_owned(), "stays as it is", "is", "it"),
            several => (format!("{several} lines"), "stay as they are", "are", "them"),
        };
        let why = format!("a later line of the same {record} was written, or may have been");
        Some(match self.journal {
            Some(_) => format!("{lines} {stay}: {why}"),
            // Whoever feeds rows back should know which.
            None => format!(
                "{lines} of those that failed {are} no longer to be sent: {why}; leave {them} out when you give the rows again"
            ),
        })
    }

    /// Without a journal and without result files nobody else knows what is left.
    fn left(&self) -> Option<String> {
        let count = |verdict| self.whole.counts.of(verdict);
        let left = count(Verdict::NotSent) + count(Verdict::Unknown) + count(Verdict::Busy);
        (left > 0).then(|| format!("{left} can be tried again: give them once more"))
    }

    fn go_on(&self, flag: &str) -> Option<String> {
        match self.journal {
            Some(journal) => WayOn {
                journal,
                is_whole: self.is_whole,
                extended: self.extended,
                invocation: self.invocation,
            }
            .command(flag),
            None => {
                // Rows to feed back are all there is, and what is older would be among them.
                if self.overtaken.total() > 0 {
                    return None;
                }
                let wanted = if flag.is_empty() {
                    ResultFile::Unprocessed
                } else {
                    ResultFile::Failed
                };
                let (path, rows) = self.results?.file(wanted)?;
                if rows == 0 {
                    return None;
                }
                let again = self.invocation?.clone().on_rows_of(path, &path.parent()?.join("again"));
                Some(command_line(again.words()))
            }
        }
    }
}

/// How a job goes on that has a journal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WayOn<'a> {
    pub(crate) journal: &'a Path,
    /// The input can be read again.
    pub(crate) is_whole: bool,
    /// It is not the one that the job began with: lines were added to it.
    pub(crate) extended: bool,
    pub(crate) invocation: Option<&'a Invocation>,
}

impl WayOn<'_> {
    /// What is said when the command ends at once.
    pub(crate) fn last_words(&self) -> Vec<String> {
        let journal = format!("stopped at once; journal {}", self.journal.display());
        let command = self.command("").map(|command| format!("go on with: {command}"));
        std::iter::once(journal).chain(command).collect()
    }

    fn command(&self, flag: &str) -> Option<String> {
        let again = (!flag.is_empty()).then(|| OsString::from(flag));
        if self.is_whole && !self.extended {
            let words = ["resume".into(), self.journal.as_os_str().to_owned()];
            return Some(command_line(words.into_iter().chain(again)));
        }
        let given = self.invocation?.clone().with_journal(self.journal);
        let line = command_line(given.words().into_iter().chain(again));
        Some(format!("{line}{}", same_input(self.is_whole)))
    }
}

/// What has to be given again beside the command.
const fn same_input(is_whole: bool) -> &'static str {
    if is_whole { "" } else { "  (and the same input)" }
}

/// Records that another try may better.
fn failed_of(counts: &Counts) -> u64 {
    [Verdict::Rejected, Verdict::Busy, Verdict::Unknown]
        .map(|verdict| counts.of(verdict))
        .iter()
        .sum()
}

fn rows(written: &Written, journal_failed: bool) -> String {
    let records = written.outcomes + written.duplicates + written.unread;
    let rows = if written.rows == 1 { "row" } else { "rows" };
    let mut text = format!("{} {rows} read", written.rows);
    if records + written.blank != written.rows {
        text.push_str(&format!(", with {records} records"));
    }
    let outcomes = if written.outcomes == 1 { "outcome" } else { "outcomes" };
    text.push_str(&format!(
        ": {} {outcomes} + {} repeated + {} blank",
        written.outcomes, written.duplicates, written.blank
    ));
    if written.unread > 0 {
        let who = if journal_failed {
            "the journal could not note"
        } else {
            "the job never read"
        };
        text.push_str(&format!(" + {} that {who}", written.unread));
    }
    text
}
