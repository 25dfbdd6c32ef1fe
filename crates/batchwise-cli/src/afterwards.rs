//! What is left to do when a job has ended: result files, the summary, and where everything is.

use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use batchwise::{Counts, Reason, ReasonKind, Summary, Verdict};
use batchwise_journal::{Filter, JournalReader, Past, ReadError};

use crate::args::JobArgs;
use crate::ending::{Ending, OutcomeFile};
use crate::failure::{Exit, Failure};
use crate::input::{Shape, Source};
use crate::inspect::Inspect;
use crate::job::exit_of;
use crate::ledger::{
    Closing, Invocation, JournalLookup, check_input, command_line, finished_at, finished_job, whole_job,
};
use crate::notes::{Notes, say, say_failure};
use crate::progress::grouped;
use crate::results::{Outlets, Pass, ResultFile, Told, Unnoted, Written, write_results};
use crate::target::Target;
use crate::verify::{Verification, counted, not_looked_at};

/// A job that has ended.
#[derive(Debug)]
pub(crate) struct Afterwards<'a, S> {
    pub(crate) args: &'a JobArgs,
    pub(crate) target: &'a Target,
    pub(crate) job_id: &'a str,
    pub(crate) source: &'a Source,
    pub(crate) shape: &'a S,
    pub(crate) with_campaign: bool,
    /// The last line that was taken in of a pipe.
    pub(crate) last_line: Option<u64>,
    /// The journal is of another input.
    pub(crate) input_refused: bool,
    /// Lines of this run that are no records.
    pub(crate) invalid: u64,
    /// What a look at the provider showed, if somebody looked.
    pub(crate) verification: Option<&'a Verification>,
    /// What the journal could not take of this run.
    pub(crate) unnoted: &'a Unnoted,
    /// Records that an earlier look was to tell of and could not.
    pub(crate) not_looked_at: u64,
    pub(crate) outlets: &'a Outlets,
    /// Earlier runs may have left something in the journal; otherwise `run` is all there is.
    pub(crate) goes_on: bool,
    /// The journal, where one was written and can be read.
    pub(crate) reader: Option<&'a JournalReader>,
    /// Where it stays.
    pub(crate) journal: Option<&'a Path>,
    pub(crate) invocation: Option<&'a Invocation>,
    pub(crate) started: SystemTime,
    pub(crate) took: Duration,
}

impl<S: Shape> Afterwards<'_, S> {
    /// Writes what is to be written, says where it is, and judges the whole job. `run` are the sums of its last run.
    pub(crate) fn finish(&self, run: &Summary, unwritable: Option<&io::Error>, notes: &Notes) -> Exit {
        if self.input_refused && run.calls == 0 && unwritable.is_none() {
            return self.refuse(run);
        }
        let whole = self.whole(run);
        let mut failed = unwritable.is_some();
        // What the journal refused is no input of this job: files of the job stay as they are.
        let results = (!self.input_refused).then(|| self.results(run, &mut failed)).flatten();
        if self.input_refused && self.outlets.directory.is_some() {
            say("--results-dir: the files stay as they are");
        }
        let earlier = match (self.verification, self.reader) {
            (None, Some(reader)) if self.goes_on => self.verified_before(reader).map(|mut earlier| {
                match self.not_looked_at {
                    0 => {}
                    1 => earlier.fail("1 record was not looked at"),
                    several => earlier.fail(format!("{} records were not looked at", grouped(several))),
                }
                earlier
            }),
            _ => None,
        };
        let verification = self.verification.or(earlier.as_ref());
        let judge = |failed: bool| {
            let exit = exit_of(&whole, failed, self.args.allow_missing);
            verification.map_or(exit, |verification| verification.judge(exit))
        };
        let mut exit = judge(failed);
        let mut summary_file = None;
        if let Some(file) = &self.outlets.summary {
            let told = Told {
                job_id: self.job_id,
                target: self.target,
                whole: &whole,
                run,
                started: self.started,
                took: self.took,
                exit,
                journal: self.journal,
                results: results.as_ref(),
                verification,
            };
            match file.write(&told.value()) {
                Ok(()) => summary_file = Some(file.path()),
                Err(why) => {
                    say(&format!("--summary: {why}"));
                    failed = true;
                    exit = judge(failed);
                }
            }
        }
        let closing = Closing {
            whole: &whole,
            overtaken: self.overtaken(run),
            record: self.target.singular(),
            journal: self.journal,
            is_whole: self.source.is_whole(),
            extended: self.args.ledger.resume.is_some(),
            results: results.as_ref(),
            summary_file,
            invocation: self.invocation,
            failed,
            is_taken: failed && self.outlets.are_taken(),
        };
        let mut lines = closing.lines();
        if run.recalled > 0 {
            let counts: Vec<String> = whole
                .counts
                .iter()
                .map(|(verdict, count)| format!("{count} {verdict}"))
                .collect();
            let total = self.target.count(whole.counts.total());
            let text = format!("the whole job: {total}: {}; {} calls", counts.join(", "), whole.calls);
            lines.insert(0, text);
        }
        if let Some(verification) = verification {
            verification.alarms().iter().for_each(|alarm| say(alarm));
            notes.warn(&format!("verified: {}", counted(&verification.counts)));
            if let Some(journal) = self.journal.filter(|_| verification.has_failed()) {
                let command = command_line(["verify".into(), journal.as_os_str().to_owned()]);
                lines.push(format!("look once more with: {command}"));
            }
        }
        notes.ending(&Ending {
            summary: run,
            whole: &whole,
            took: self.took,
            target: self.target,
            unwritable,
            allow_missing: self.args.allow_missing,
            invalid: self.invalid(run),
            missed: verification.map(|verification| verification.missed).unwrap_or_default(),
            files: &files(results.as_ref()),
            closing: lines,
        });
        exit
    }

    /// Says of another input than the job's that it is: nothing was sent, and nothing is told anew of the job.
    fn refuse(&self, run: &Summary) -> Exit {
        let why = run.stop.as_ref().and_then(Reason::text);
        let kept = match (&self.outlets.directory, &self.outlets.summary) {
            (None, None) => "",
            (Some(_), None) => "; the files of --results-dir stay as they are",
            (None, Some(_)) => "; the file of --summary stays as it is",
            (Some(_), Some(_)) => "; the files of --results-dir and --summary stay as they are",
        };
        let failure = Failure::usage(format!(
            "the input is refused: {}. Nothing was sent{kept}",
            why.unwrap_or("it is not that of the journal")
        ));
        let failure = failure.mend(
            "give the input and the flags with which the job began (lines may be added at its end), or name another journal",
        );
        say_failure(&failure);
        failure.exit()
    }

    /// Makes sure that the input is that of the finished job in this journal, and counts the records that a look was to
    /// tell of and could not.
    pub(crate) fn check_finished(&self, path: &Path, inspect: Option<&dyn Inspect>) -> Result<u64, Failure> {
        let unreadable = |error: ReadError| Failure::usage(format!("--journal: {error}"));
        let reader = JournalReader::open(path).map_err(unreadable)?;
        check_input(self.source, self.shape, &reader)?;
        let left = inspect.map(|inspect| not_looked_at(&reader, inspect));
        left.unwrap_or(Ok(0)).map_err(unreadable)
    }

    /// Says of a finished job that it is, writes its results if they were asked for, and sends nothing.
    pub(crate) fn of_finished(self, past: &Past, path: &Path, notes: &Notes) -> Result<Exit, Failure> {
        let unreadable = |error: ReadError| Failure::usage(format!("--journal: {error}"));
        let reader = JournalReader::open(path).map_err(unreadable)?;
        let run = finished_job(&reader, past.runs.last()).map_err(unreadable)?;
        notes.warn(&format!("finished {}, nothing sent", finished_at(past)));
        let afterwards = Afterwards {
            reader: Some(&reader),
            journal: Some(path),
            ..self
        };
        Ok(afterwards.finish(&run, None, notes))
    }

    /// The journal, unless it failed: it tells of all runs.
    fn sound_reader(&self, run: &Summary) -> Option<&JournalReader> {
        // One that refused the input did not fail.
        self.reader.filter(|_| self.input_refused || !journal_failed(run))
    }

    /// Records that failed, of which a later line was written.
    fn overtaken(&self, run: &Summary) -> Counts {
        let counts = self.sound_reader(run).map(JournalReader::overtaken);
        counts.unwrap_or_else(|| Ok(Counts::default())).unwrap_or_else(|error| {
            say(&format!("the journal {error}"));
            Counts::default()
        })
    }

    /// Lines of a campaign's job that are no records; a record stands in a campaign.
    fn invalid(&self, run: &Summary) -> u64 {
        let Some(reader) = self.sound_reader(run).filter(|_| self.target.campaigns.is_some()) else {
            return self.invalid;
        };
        let mut lines = 0;
        for row in reader.records(Filter::only([Verdict::Rejected])) {
            match row {
                Ok(row) => lines += u64::from(row.scope.is_none()),
                Err(error) => {
                    say(&format!("the journal {error}"));
                    return self.invalid;
                }
            }
        }
        lines
    }

    /// The sums of all runs. What the journal could not take is known of this run alone.
    fn whole(&self, run: &Summary) -> Summary {
        let Some(reader) = self.sound_reader(run).filter(|_| self.goes_on) else {
            return run.clone();
        };
        whole_job(reader, run).unwrap_or_else(|error| {
            say(&format!("the journal {error}"));
            run.clone()
        })
    }

    /// What an earlier look at the provider showed, as the journal has it.
    fn verified_before(&self, reader: &JournalReader) -> Option<Verification> {
        let shown = |scope: Option<&str>, key: &str| match scope {
            Some(campaign) if self.with_campaign => format!("{campaign}:{key}"),
            _ => key.to_owned(),
        };
        Verification::of_journal(reader, shown).unwrap_or_else(|error| {
            say(&format!("the journal {error}"));
            None
        })
    }

    fn results(&self, run: &Summary, failed: &mut bool) -> Option<Written> {
        let directory = self.outlets.directory.as_ref()?;
        let pass = Pass {
            provider: self.target.provider,
            job_id: self.job_id.to_owned(),
            with_campaign: self.with_campaign,
            allow_missing: self.args.allow_missing,
            last_line: self.last_line,
            verified: self.reader.is_some_and(is_verified),
            journal_failed: journal_failed(run),
        };
        let written = match self.reader {
            Some(reader) => {
                let lookup = JournalLookup::new(reader);
                let lookup = match journal_failed(run) {
                    true => lookup.failed(self.unnoted),
                    false => Ok(lookup),
                };
                match lookup {
                    Ok(mut lookup) => write_results(&pass, (self.source, self.shape), &mut lookup, directory),
                    Err(error) => Err(format!("the journal {error}")),
                }
            }
            None => Err("there is no journal to look results up in".to_owned()),
        };
        match written {
            Ok(written) => Some(written),
            Err(why) => {
                say(&format!("--results-dir: {why}"));
                *failed = true;
                None
            }
        }
    }
}

/// The journal could not take all that the job did.
fn journal_failed(run: &Summary) -> bool {
    run.stop.as_ref().is_some_and(|stop| stop.kind() == ReasonKind::Journal)
}

/// Somebody looked at the provider after the job.
fn is_verified(reader: &JournalReader) -> bool {
    reader.verified().is_ok_and(|counts| counts.total() > 0)
}

/// The files of the results.
fn files(written: Option<&Written>) -> Vec<OutcomeFile> {
    let files = written
        .into_iter()
        .flat_map(|written| ResultFile::ALL.map(|file| (file, written.file(file))));
    files
        .filter_map(|(file, place)| {
            let (path, records) = place?;
            Some(OutcomeFile {
                path: path.display().to_string(),
                records,
                reached: file == ResultFile::Succeeded,
            })
        })
        .collect()
}
