//! Opens the journal of a job, or says that there is nothing to do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use batchwise_journal::{
    InputPrint, JobHeader, JournalReader, OpenError, Opened, Origin, Past, Resume, SqliteJournal, look, new_job_id,
    open,
};
use tempfile::TempDir;

use super::{Invocation, LedgerArgs, ResumeArg, StateDirectory};
use crate::failure::Failure;
use crate::input::Source;
use crate::notes::Notes;
use crate::target::Target;

/// Where a job will be written down, before it begins.
#[derive(Debug)]
pub(crate) struct Prospect {
    header: JobHeader,
    place: Place,
    resume: Resume,
}

#[derive(Debug, Clone)]
enum Place {
    /// The user named it.
    Named(PathBuf),
    /// One of its own in the state directory.
    OfState,
    /// None that outlives the job, but its results are looked up in it.
    Scratch,
    /// None at all.
    Nowhere,
}

/// The journal of a job under way.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// Until the run has ended.
    journal: Option<Arc<SqliteJournal>>,
    path: PathBuf,
    /// The job went on.
    goes_on: bool,
    /// Gone with the job.
    scratch: Option<TempDir>,
}

/// What a job is, for its journal.
#[derive(Debug)]
pub(crate) struct About<'a> {
    pub(crate) target: &'a Target,
    pub(crate) method: &'static str,
    pub(crate) source: &'a Source,
    pub(crate) invocation: Option<&'a Invocation>,
}

impl Prospect {
    /// Where the job of these arguments is written down. `with_results` when its results are looked up there.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub(crate) fn of(args: &LedgerArgs, about: &About<'_>, with_results: bool) -> Result<Self, Failure> {
        let place = match (&args.journal, args.no_journal, with_results) {
            (Some(path), ..) => Place::Named(path.clone()),
            (None, false, _) => Place::OfState,
            (None, true, true) => Place::Scratch,
            (None, true, false) => Place::Nowhere,
        };
        let input = match place {
            // Nobody will compare it.
            Place::Scratch | Place::Nowhere => InputPrint::pipe(None),
            Place::Named(_) | Place::OfState => about.source.print()?,
        };
        Ok(Self {
            header: header(about, input),
            place,
            resume: Resume::by_itself()
                .retry_failed(args.retry_failed)
                .extend(args.resume == Some(ResumeArg::Extend)),
        })
    }

    /// What is known of the job: `None` when it begins. Leaves no trace.
    ///
    /// # Errors
    /// When the journal is another job's, in use, damaged, or cannot be read.
    pub(crate) fn past(&self) -> Result<Option<Past>, Failure> {
        match &self.place {
            Place::Named(path) => look(path, &self.header, self.resume).map_err(refused),
            Place::OfState | Place::Scratch | Place::Nowhere => Ok(None),
        }
    }

    /// True when the journal is that of a finished job, of which nothing more is asked.
    pub(crate) fn is_done(&self, past: &Past) -> bool {
        past.is_done(&self.header, self.resume)
    }

    /// The journal that the user named.
    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::Named(path) => Some(path),
            Place::OfState | Place::Scratch | Place::Nowhere => None,
        }
    }

    /// The job's id: that of its journal, else a new one.
    pub(crate) fn job_id<'a>(&'a self, past: Option<&'a Past>) -> &'a str {
        past.map_or(&self.header.id, |past| &past.header.id)
    }

    /// Opens the journal for a run; `None` when none is kept.
    ///
    /// # Errors
    /// When it is refused; nothing was sent.
    pub(crate) fn begin(self) -> Result<Option<Ledger>, Failure> {
        let mut scratch = None;
        let path = match self.place {
            Place::Nowhere => return Ok(None),
            Place::Named(path) => path,
            Place::OfState => {
                let header = &self.header;
                StateDirectory::of_process()?.new_journal(&header.provider, &header.id, header.started)?
            }
            Place::Scratch => {
                let directory = tempfile::Builder::new()
                    .prefix("batchwise-")
                    .tempdir()
                    .map_err(|error| Failure::usage(format!("no temporary directory can be made: {error}")))?;
                let path = directory.path().join("scratch.db");
                scratch = Some(directory);
                path
            }
        };
        let (journal, goes_on) = match open(&path, &self.header, self.resume).map_err(refused)? {
            Opened::New(journal) => (journal, false),
            Opened::Unfinished(journal, _) => (journal, true),
            // It was looked at a moment ago.
            Opened::Finished(_) => return Err(Failure::usage(format!("`{}` was finished meanwhile", path.display()))),
        };
        Ok(Some(Ledger {
            journal: Some(Arc::new(journal)),
            path,
            goes_on,
            scratch,
        }))
    }
}

impl Ledger {
    /// The journal as the job writes it.
    pub(crate) fn journal(&self) -> Option<Arc<SqliteJournal>> {
        self.journal.clone()
    }

    /// The run has ended: others may write now.
    pub(crate) fn release(&mut self) {
        self.journal = None;
    }

    /// Where it is, as long as the job.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// True when earlier runs left something in it.
    pub(crate) fn goes_on(&self) -> bool {
        self.goes_on
    }

    /// Says where it is, before anything is sent.
    pub(crate) fn announce(&self, notes: &Notes) {
        match (self.kept(), self.goes_on) {
            (None, _) => {}
            (Some(path), false) => notes.warn(&format!("journal {}", path.display())),
            (Some(path), true) => notes.warn(&format!("going on with journal {}", path.display())),
        }
    }

    /// Where it stays, unless it goes with the job.
    pub(crate) fn kept(&self) -> Option<&Path> {
        self.scratch.is_none().then_some(self.path.as_path())
    }

    /// What is in it.
    ///
    /// # Errors
    /// In words, when it cannot be read.
    pub(crate) fn read(&self) -> Result<JournalReader, String> {
        JournalReader::open(&self.path).map_err(|error| error.to_string())
    }
}

fn header(about: &About<'_>, input: InputPrint) -> JobHeader {
    let target = about.target;
    let by_phone = target.campaigns.is_some() && target.contacts;
    let mut options = BTreeMap::new();
    if target.campaigns.is_some() {
        options.insert("by".to_owned(), if by_phone { "phone" } else { "customer" }.to_owned());
    }
    let words = about.invocation.filter(|_| about.source.is_whole());
    let words = words.map(|given| given.clone().of_whole_job().words());
    let words: Option<Vec<String>> =
        words.and_then(|words| words.into_iter().map(|word| word.into_string().ok()).collect());
    JobHeader {
        id: new_job_id(),
        started: SystemTime::now(),
        provider: target.provider.to_owned(),
        method: about.method.to_owned(),
        host: target.host.clone(),
        account: target.account.clone(),
        campaigns: target.campaigns.iter().cloned().collect(),
        options,
        input,
        origin: Origin::here(env!("CARGO_PKG_VERSION")),
        resume: words.unwrap_or_default(),
        directory: std::env::current_dir().map_or_else(|_| String::new(), |path| path.display().to_string()),
    }
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` wants it
fn refused(error: OpenError) -> Failure {
    Failure::usage(match &error {
        OpenError::OtherInput { .. } => format!("--journal: {error} (--resume extend)"),
        _ => format!("--journal: {error}"),
    })
}
