//! One job of the command, the same for every provider.

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use batchwise::plan::Entry;
use batchwise::{
    BatchMethod, Outcome, OutcomeStream, ReasonKind, Record, RunOptions, StopToken, Subject, Summary, Verdict,
    run_entries,
};
use batchwise_journal::SqliteJournal;
use futures_core::Stream;
use futures_util::StreamExt;
use jiff::Zoned;

use crate::afterwards::Afterwards;
use crate::args::JobArgs;
use crate::consent;
use crate::distinct::{self, NamedFile};
use crate::dry_run::rehearse;
use crate::failure::{Exit, Failure};
use crate::input::{Handing, Shape, Source, last_four};
use crate::inspect::Inspect;
use crate::ledger::{About, Invocation, Ledger, Prospect, WayOn};
use crate::notes::{Notes, say};
use crate::observers::Observers;
use crate::output::{OutcomeRow, OutcomeWriter};
use crate::progress::{Mode, Outlook, Progress};
use crate::reading::Reading;
use crate::results::{Outlets, Unnoted, result_files};
use crate::screen::Aside;
use crate::settings::Place;
use crate::signals::Signals;
use crate::target::Target;
use crate::values::Rate;
use crate::verify::{self, HeldRows, Verification};

/// How long a stopped job reads on in a pipe.
const PIPE_DRAIN: Duration = Duration::from_secs(10);

/// A job: the method, how its records are written, and where they go.
#[derive(Debug)]
pub(crate) struct Job<M, S> {
    pub(crate) method: M,
    pub(crate) shape: S,
    pub(crate) target: Target,
    /// Outcomes carry a campaign.
    pub(crate) with_campaign: bool,
    /// Keys are led by the input line, because they name no record by themselves.
    pub(crate) led_by_line: bool,
    /// Settings beyond those of every job.
    pub(crate) options: RunOptions,
    /// Who looks into the account, where its provider has something to look at.
    pub(crate) inspect: Option<Arc<dyn Inspect>>,
    /// It looks when the job has ended.
    pub(crate) verify: bool,
    /// The file that says how records are made of the input, where one was given.
    pub(crate) map: Option<PathBuf>,
}

impl<M, S> Job<M, S>
where
    M: BatchMethod + Clone,
    S: Shape<Record = M::Record>,
{
    /// Checks, asks, runs, and says how it went.
    pub(crate) async fn run(self, args: &JobArgs, source: Source) -> Result<Exit, Failure> {
        let began = SystemTime::now();
        distinct::check(&files(args, &source, self.map.as_deref()))?;
        let mode = Mode::of(&args.connect);
        let notes = Notes::new(&args.connect, mode);
        let signals = Signals::watch("stopping; the call in flight is finished first (once more stops at once)");
        if args.connect.rate == Some(Rate::Off) && !self.target.loopback {
            notes.warn("--rate off: no limit of ours protects the account from the provider's");
        }
        let check = match source.is_whole() {
            true => Some(source.check(&self.shape, args.keep_going, args.limit)?),
            false => None,
        };
        if let Some(note) = check.as_ref().and_then(|check| check.note.as_ref()) {
            notes.warn(&format!("the input: {note}"));
        }
        let shape = Arc::new(self.shape);
        let entries = |source: Source, may_destroy: bool| {
            let handing = Handing {
                keep_going: args.keep_going,
                may_destroy,
                // With a limit the first records of the input are wanted, whatever their stage.
                by_stage: args.limit.is_none(),
                tell: !args.connect.quiet,
            };
            source.entries(Arc::clone(&shape), handing)
        };
        let options = options(self.options, args);
        if args.dry_run {
            let rehearsed = rehearse(&self.method, entries(source, true), options.clone()).await;
            let journal = args.ledger.journal.as_deref().filter(|journal| journal.exists());
            return rehearsed.tell(&self.target, self.method.descriptor().max_records.get(), journal);
        }
        let source = match args.results.results_dir {
            Some(_) => source.keep()?,
            None => source,
        };
        let invocation = Invocation::of_job(args.ledger.argv.as_deref());
        let about = About {
            target: &self.target,
            method: self.method.descriptor().method,
            source: &source,
            invocation: invocation.as_ref(),
        };
        let prospect = Prospect::of(&args.ledger, &about, args.results.results_dir.is_some())?;
        let past = prospect.past()?;
        let job_id = prospect.job_id(past.as_ref()).to_owned();
        let outlets = Outlets::prepare(&args.results, &job_id)?;
        let afterwards = Afterwards {
            args,
            target: &self.target,
            job_id: &job_id,
            source: &source,
            shape: &*shape,
            with_campaign: self.with_campaign,
            last_line: None,
            input_refused: false,
            invalid: 0,
            verification: None,
            unnoted: &Unnoted::default(),
            not_looked_at: 0,
            outlets: &outlets,
            goes_on: true,
            reader: None,
            journal: None,
            invocation: invocation.as_ref(),
            started: began,
            took: Duration::ZERO,
        };
        if let Some(past) = past.filter(|past| prospect.is_done(past)) {
            let path = prospect.path().unwrap_or_else(|| Path::new(""));
            let inspect = self.inspect.as_deref();
            let not_looked_at = afterwards.check_finished(path, inspect)?;
            let verification = match inspect.filter(|_| self.verify) {
                Some(inspect) => {
                    notes.warn("looking whether the records are still there");
                    let stop = signals.begin();
                    let reading = Reading::begin(mode, &notes, args.max_attempts, &stop, ["record", "records"]);
                    Some(verify::look_again(inspect, path, self.target.contacts, reading).await?)
                }
                None => None,
            };
            let afterwards = Afterwards {
                verification: verification.as_ref(),
                not_looked_at,
                ..afterwards
            };
            return afterwards.of_finished(&past, path, &notes);
        }
        if let Some(warning) = args.deadline.and_then(|deadline| deadline.warning(&Zoned::now())) {
            notes.warn(&warning);
        }
        let mut may_destroy = true;
        if !args.yes {
            let least = match &check {
                Some(check) if check.destroys && consent::can_ask() => Some(
                    rehearse(&self.method, entries(source.clone(), true), options.clone())
                        .await
                        .least,
                ),
                _ => None,
            };
            let known = match &self.inspect {
                Some(inspect) if consent::can_ask() => inspect.foreword().await,
                _ => Vec::new(),
            };
            let action = self.method.descriptor().action;
            may_destroy = consent::given(&self.target, &known, check.as_ref(), least, action)?;
        }
        let mut ledger = prospect.begin()?;
        if let Some(ledger) = &ledger {
            ledger.announce(&notes);
            if let Some(journal) = ledger.kept() {
                let way_on = WayOn {
                    journal,
                    is_whole: source.is_whole(),
                    extended: args.ledger.resume.is_some(),
                    invocation: invocation.as_ref(),
                };
                signals.leave(way_on.last_words());
            }
        }
        let stop = signals.begin();
        let outlook = Outlook::new(self.method.descriptor().max_records.get(), self.method.quotas());
        let total = check.as_ref().map(|check| check.records);
        let progress = Progress::of_job(mode, self.target.words(), outlook, total, &stop);
        let observers = Observers::default().with(notes.clone()).with(progress.observer());
        let mut options = options.stop_token(stop.clone()).observer(Arc::new(observers));
        if let Some(deadline) = args.deadline {
            // Counted from here: the question may have taken its time.
            let after = deadline.counted_from(&Zoned::now());
            options = options.deadline(after.ok_or_else(|| Failure::usage("--deadline: that time does not exist"))?);
        }
        if !source.is_whole() {
            // A pipe may never end; what a stopped job has not read by then did not go in.
            options = options.drain(PIPE_DRAIN);
        }
        if let Some(journal) = ledger.as_ref().and_then(Ledger::journal) {
            options = options.journal(journal);
        }
        let held = self.verify.then(HeldRows::new).transpose();
        let mut held = held.map_err(|error| Failure::fault(format!("outcomes cannot be kept: {error}")))?;
        let started = Instant::now();
        let last_line = Arc::new(AtomicU64::new(0));
        let noted = Arc::clone(&last_line);
        let entries = entries(source.clone(), may_destroy).inspect(move |entry| {
            if let Ok(Entry::Record { line, .. } | Entry::Invalid { line, .. }) = entry {
                noted.store(*line, Ordering::Relaxed);
            }
        });
        let stream = run_entries(self.method, entries, options);
        let rim = Rim {
            with_campaign: self.with_campaign,
            led_by_line: self.led_by_line,
        };
        let Ran {
            summary,
            invalid,
            mut unwritable,
            unnoted,
        } = rim.write_all(stream, args, &stop, held.as_mut(), ledger.as_ref()).await;
        progress.end();
        let journal = ledger.as_ref().and_then(Ledger::journal);
        let input_refused = journal.is_some_and(|journal| journal.has_refused_input());
        let mut verification = None;
        if let (Some(held), Some(inspect)) = (&mut held, &self.inspect) {
            notes.warn("looking whether the records are still there");
            if let Some(ledger) = &mut ledger {
                ledger.release();
            }
            let reading = Reading::begin(mode, &notes, args.max_attempts, &stop, ["record", "records"]);
            let verified = rim
                .verify(held, &**inspect, ledger.as_ref(), &self.target, args, reading)
                .await;
            verification = Some(verified.0);
            unwritable = unwritable.or(verified.1);
        }
        let reader = ledger.as_ref().map(Ledger::read).transpose().unwrap_or_else(|why| {
            say(&format!("the journal cannot be read: {why}"));
            None
        });
        let afterwards = Afterwards {
            last_line: (!source.is_whole()).then(|| last_line.load(Ordering::Relaxed)),
            input_refused,
            invalid,
            unnoted: &unnoted,
            goes_on: ledger.as_ref().is_some_and(Ledger::goes_on),
            reader: reader.as_ref(),
            journal: ledger.as_ref().and_then(Ledger::kept),
            took: started.elapsed(),
            verification: verification.as_ref(),
            ..afterwards
        };
        Ok(afterwards.finish(&summary, unwritable.as_ref(), &notes))
    }
}

/// The files that a job reads and writes.
fn files(args: &JobArgs, source: &Source, map: Option<&Path>) -> Vec<NamedFile> {
    let mut files = Vec::new();
    let mut read = |what: &str, path: Option<&Path>| files.extend(path.map(|path| NamedFile::read(what, path)));
    read("the input (-i)", source.file());
    read("the map (--map)", map);
    read("the issuers (--ca-file)", args.connect.ca_file.as_deref());
    let settings = Place::find().ok();
    read("the settings file", settings.as_ref().map(Place::path));
    let journal = args.ledger.journal.iter();
    files.extend(journal.flat_map(|path| NamedFile::journal("the journal (--journal)", path)));
    let directory = args.results.results_dir.iter().flat_map(|path| result_files(path));
    files.extend(directory.map(|path| NamedFile::written("a result file (--results-dir)", path)));
    let summary = args.results.summary.iter();
    files.extend(summary.map(|path| NamedFile::written("the summary (--summary)", path)));
    files
}

fn options(options: RunOptions, args: &JobArgs) -> RunOptions {
    let options = options
        .max_attempts(args.max_attempts.get())
        .limit(args.limit)
        .allow_missing(args.allow_missing);
    match args.calls() {
        Some(calls) => options.concurrency(calls),
        None => options.auto_concurrency(),
    }
}

/// A run whose outcomes went out.
#[derive(Debug)]
struct Ran {
    summary: Summary,
    /// Lines that are no records.
    invalid: u64,
    /// Why outcomes could not be written.
    unwritable: Option<io::Error>,
    /// What the journal could not take.
    unnoted: Unnoted,
}

/// How outcomes look at the rim.
#[derive(Debug, Clone, Copy)]
struct Rim {
    with_campaign: bool,
    led_by_line: bool,
}

impl Rim {
    /// Writes every outcome; when standard output fails, the job is stopped and runs to its end unwritten.
    async fn write_all<R: Record>(
        self,
        mut stream: OutcomeStream<R>,
        args: &JobArgs,
        stop: &StopToken,
        held: Option<&mut HeldRows>,
        ledger: Option<&Ledger>,
    ) -> Ran {
        let journal = ledger.and_then(Ledger::journal);
        if let Some(held) = held {
            return self.hold_all(stream, stop, held, journal.as_deref()).await;
        }
        let mut unnoted = Unnoted::default();
        // It may be the terminal on which progress stands.
        let stdout = Aside::new(io::stdout().lock());
        let (mut failed, mut invalid) = (None, 0);
        let mut writer = match OutcomeWriter::new(stdout, args.output, self.with_campaign) {
            Ok(writer) => Some(writer),
            Err(error) => {
                failed = Some(error);
                None
            }
        };
        loop {
            let outcome = match ready(&mut stream).await {
                Poll::Ready(outcome) => outcome,
                Poll::Pending => {
                    // The job waits: whoever reads the output gets what there is.
                    if let Some(error) = writer.as_mut().and_then(|writer| writer.flush().err()) {
                        failed = Some(error);
                        writer = None;
                    }
                    if failed.is_some() {
                        stop.stop();
                    }
                    next(&mut stream).await
                }
            };
            let Some(outcome) = outcome else { break };
            invalid += u64::from(matches!(outcome.subject, Subject::Invalid(_)));
            unnoted.note(&outcome, journal.as_deref());
            let Some(open) = &mut writer else { continue };
            if let Err(error) = open.write(&OutcomeRow::of(&outcome, self.led_by_line)) {
                failed = Some(error);
                writer = None;
                stop.stop();
            }
        }
        if let Some(Err(error)) = writer.map(|mut writer| writer.flush()) {
            failed = Some(error);
        }
        Ran {
            summary: stream.summary(),
            invalid,
            unwritable: failed,
            unnoted,
        }
    }
}

impl Rim {
    /// Keeps every outcome until somebody has looked.
    async fn hold_all<R: Record>(
        self,
        mut stream: OutcomeStream<R>,
        stop: &StopToken,
        held: &mut HeldRows,
        journal: Option<&SqliteJournal>,
    ) -> Ran {
        let (mut failed, mut invalid, mut unnoted) = (None, 0, Unnoted::default());
        while let Some(outcome) = next(&mut stream).await {
            invalid += u64::from(matches!(outcome.subject, Subject::Invalid(_)));
            unnoted.note(&outcome, journal);
            if failed.is_none()
                && let Err(error) = held.push(&OutcomeRow::of(&outcome, self.led_by_line))
            {
                failed = Some(error);
                stop.stop();
            }
        }
        Ran {
            summary: stream.summary(),
            invalid,
            unwritable: failed,
            unnoted,
        }
    }

    /// Looks whether the records are still there, notes it in the journal, and writes every outcome with what was seen.
    async fn verify(
        self,
        held: &mut HeldRows,
        inspect: &dyn Inspect,
        ledger: Option<&Ledger>,
        target: &Target,
        args: &JobArgs,
        reading: Reading,
    ) -> (Verification, Option<io::Error>) {
        let journal = ledger.map(Ledger::path);
        let wanted = std::mem::take(&mut held.wanted);
        let looked = verify::look(inspect, journal, wanted.clone(), &reading).await;
        let (seen, trouble) = match looked {
            Ok(seen) => (seen, None),
            // The records of this run are known all the same.
            Err(error) => (inspect.look(&wanted, &reading).await, Some(error.to_string())),
        };
        reading.end();
        let mut verification = Verification::of(&seen);
        if let Some(why) = trouble {
            verification.fail(format!("the journal {why}"));
        }
        let shown = |scope: Option<&str>, key: &str| {
            let key = if target.contacts {
                last_four(key)
            } else {
                key.to_owned()
            };
            scope.map_or_else(|| key.clone(), |campaign| format!("{campaign}:{key}"))
        };
        let mut noted = false;
        if let Some(path) = journal {
            let mut counted = Verification::of(&seen);
            match counted.note(path, inspect, &seen, shown) {
                Ok(()) => {
                    verification = counted;
                    noted = true;
                }
                Err(error) => verification.fail(error.to_string()),
            }
        }
        let written = self.write_verified(held, args, |row| {
            let scope = row.campaign.as_deref();
            let verified = seen.of(scope, &row.record, inspect.identity(scope, &row.record).as_ref());
            row.verified = Some(verified);
            if !noted {
                let verdict = Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == row.outcome);
                verification.add(verdict, verified, || shown(scope, &row.record));
            }
        });
        (verification, written.err())
    }

    fn write_verified(
        self,
        held: &mut HeldRows,
        args: &JobArgs,
        mut complete: impl FnMut(&mut OutcomeRow),
    ) -> io::Result<()> {
        let stdout = Aside::new(io::stdout().lock());
        let mut writer = OutcomeWriter::with_columns(stdout, args.output, self.with_campaign, true)?;
        held.each(|mut row| {
            complete(&mut row);
            writer.write(&row)
        })?;
        writer.flush()
    }
}

/// The next outcome, if it is there without waiting.
async fn ready<R>(stream: &mut OutcomeStream<R>) -> Poll<Option<Outcome<R>>> {
    let mut stream = pin!(stream);
    std::future::poll_fn(|cx| Poll::Ready(stream.as_mut().poll_next(cx))).await
}

/// The next outcome.
fn next<R>(stream: &mut OutcomeStream<R>) -> impl Future<Output = Option<Outcome<R>>> {
    let mut stream = std::pin::Pin::new(stream);
    std::future::poll_fn(move |cx| stream.as_mut().poll_next(cx))
}

/// The exit code of a job.
pub(crate) fn exit_of(summary: &Summary, unwritable: bool, allow_missing: bool) -> Exit {
    if let Some(stop) = &summary.stop {
        let nothing_read = summary.counts.total() + summary.duplicates + summary.recalled == 0;
        let of_input = matches!(stop.kind(), ReasonKind::Input | ReasonKind::Journal);
        return if of_input && nothing_read && summary.calls == 0 {
            Exit::Usage
        } else {
            Exit::Stopped
        };
    }
    if unwritable {
        return Exit::Stopped;
    }
    let total = summary.counts.total();
    let not_found = summary.counts.of(Verdict::NotFound);
    let reached = if allow_missing {
        // Absence is wanted here, also where it may be a mismatch of spelling.
        let found = summary
            .counts
            .iter()
            .filter(|(verdict, _)| is_success(*verdict))
            .map(|(_, count)| count);
        found.sum::<u64>() + not_found == total
    } else {
        summary.reached == total && !(total > 0 && not_found == total)
    };
    if reached { Exit::Reached } else { Exit::Unreached }
}

fn is_success(verdict: Verdict) -> bool {
    matches!(
        verdict,
        Verdict::Deleted | Verdict::Updated | Verdict::Unchanged | Verdict::PresumedDeleted
    )
}
