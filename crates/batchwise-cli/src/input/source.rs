//! Arguments, a file, or a pipe.

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::task::Poll;
use std::time::SystemTime;

use batchwise::{InputError, Record, plan::Entry};
use batchwise_journal::InputPrint;
use futures_core::Stream;

use super::look::{Look, open_pipe};
use super::sheaves::{Awaited, BeforeWaiting, READ_AHEAD, Sheaves};
#[cfg(feature = "xlsx")]
use super::sheet::with_sheet;
use super::spool::Spool;
#[cfg(feature = "xlsx")]
use super::table::read_table;
use super::{Columns, RawRow, Row, Shape, read_rows};
use crate::args::{InputArgs, JobArgs};
use crate::failure::Failure;
use crate::notes::say;
use crate::output::one_line;

/// Where records come from, and how they are read there.
#[derive(Clone)]
pub(crate) struct Source {
    place: Place,
    reading: InputArgs,
    /// What comes through a pipe, where it will be read again.
    kept: Option<Spool>,
    /// What is done before a pipe is waited for.
    before_waiting: Option<BeforeWaiting>,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone)]
enum Place {
    /// Keys on the command line.
    Arguments(Vec<String>),
    /// A regular file: checked whole before the first call. It is read several times and must stay as it is.
    File(PathBuf, Stamp, Look),
    /// Standard input, a FIFO, a device: read as it comes.
    Pipe(Option<PathBuf>),
}

/// What tells a file that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(file: &Metadata) -> Self {
        Self {
            length: file.len(),
            modified: file.modified().ok(),
        }
    }

    fn check(&self, file: &Metadata) -> io::Result<()> {
        if Self::of(file) == *self {
            return Ok(());
        }
        Err(io::Error::other("it was changed after it was first looked at"))
    }
}

/// What a check of the whole input found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Check {
    /// Records, repeats included.
    pub(crate) records: u64,
    /// Those of them that a limit leaves over.
    pub(crate) wanted: u64,
    /// The first keys, at most three.
    pub(crate) first: Vec<String>,
    /// The last wanted key.
    pub(crate) last: Option<String>,
    /// Something is deleted or overwritten.
    pub(crate) destroys: bool,
    /// What was found of the input's form, in words, where that is worth it.
    pub(crate) note: Option<String>,
}

/// How an input is handed to a job.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Handing {
    /// A bad row becomes `rejected` instead of ending the job.
    pub(crate) keep_going: bool,
    /// False when a record that destroys something must not pass: nobody agreed to it.
    pub(crate) may_destroy: bool,
    /// A file is read once for each stage, so that nothing has to be kept in memory for a later one.
    pub(crate) by_stage: bool,
    /// What is found of a pipe is said on standard error.
    pub(crate) tell: bool,
}

/// An entry, or the end of the input.
type Handed<R> = Option<Result<Entry<R>, InputError>>;

impl Place {
    fn of(keys: Vec<String>, args: &JobArgs) -> Result<Self, Failure> {
        match (args.input.as_deref(), keys.is_empty()) {
            (None, true) => Err(Failure::usage(
                "no records: give keys, or a file with -i FILE, or a pipe with -i -",
            )),
            (Some(_), false) => Err(Failure::usage("give keys or -i, not both")),
            (None, false) => Ok(Self::Arguments(keys)),
            (Some("-"), true) => Ok(Self::Pipe(None)),
            (Some(path), true) => {
                let path = PathBuf::from(path);
                let unreadable = |error| Failure::usage(format!("`{}` cannot be read: {error}", path.display()));
                let kind = std::fs::metadata(&path).map_err(unreadable)?;
                if kind.is_dir() {
                    return Err(Failure::usage(format!(
                        "`{}` is a directory, not a file",
                        path.display()
                    )));
                }
                if !kind.is_file() {
                    return Ok(Self::Pipe(Some(path)));
                }
                let look = Look::at(&path, &args.reading, args.keep_going)
                    .map_err(|why| Failure::usage(format!("`{}`: {why}", path.display())))?;
                Ok(Self::File(path, Stamp::of(&kind), look))
            }
        }
    }

    /// The name of the input, for errors.
    fn name(&self) -> String {
        match self {
            Self::File(path, ..) | Self::Pipe(Some(path)) => format!("`{}`", path.display()),
            Self::Arguments(_) | Self::Pipe(None) => "the input".to_owned(),
        }
    }
}

impl Source {
    /// The source that the arguments name.
    pub(crate) fn of(keys: Vec<String>, args: &JobArgs) -> Result<Self, Failure> {
        Ok(Self {
            place: Place::of(keys, args)?,
            reading: args.reading.clone(),
            kept: None,
            before_waiting: None,
        })
    }

    /// The same; what comes through a pipe is kept, so that it can be read once more.
    pub(crate) fn keep(mut self) -> Result<Self, Failure> {
        if !self.is_whole() {
            let spool = Spool::new().map_err(|error| Failure::usage(format!("the input cannot be kept: {error}")))?;
            self.kept = Some(spool);
        }
        Ok(self)
    }

    /// Reads the input once more: of a pipe what came so far.
    pub(crate) fn reread<S: Shape>(
        &self,
        shape: &S,
        emit: &mut dyn FnMut(Row<'_, S::Record>) -> bool,
    ) -> io::Result<()> {
        let (Place::Pipe(path), Some(kept)) = (&self.place, &self.kept) else {
            return self.rows(shape, emit);
        };
        let reader = BufReader::with_capacity(1 << 16, kept.reader()?);
        self.pipe_rows(shape, Box::new(reader), path.as_deref(), emit);
        Ok(())
    }

    /// Reads what has not been read of it: a file from its beginning, a pipe to its end.
    pub(crate) fn read<S: Shape>(&self, shape: &S, emit: &mut dyn FnMut(Row<'_, S::Record>) -> bool) -> io::Result<()> {
        self.rows(shape, emit)
    }

    /// What tells it from other inputs. Reads a file whole.
    pub(crate) fn print(&self) -> Result<InputPrint, Failure> {
        Ok(match &self.place {
            Place::File(path, ..) => InputPrint::of_file(path)
                .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", self.place.name())))?,
            Place::Arguments(keys) => InputPrint::of_arguments(keys.iter().map(String::as_str)),
            Place::Pipe(path) => InputPrint::pipe(path.as_ref().map(|path| path.display().to_string())),
        })
    }

    /// The file, if it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::File(path, ..) => Some(path),
            Place::Arguments(_) | Place::Pipe(_) => None,
        }
    }

    /// True when the records can be read twice: before the first call, and for it.
    pub(crate) fn is_whole(&self) -> bool {
        !matches!(self.place, Place::Pipe(_))
    }

    fn rows<S: Shape>(&self, shape: &S, emit: &mut dyn FnMut(Row<'_, S::Record>) -> bool) -> io::Result<()> {
        let (pipe, path): (Box<dyn BufRead + Send>, Option<&Path>) = match &self.place {
            Place::File(path, stamp, look) => {
                let file = File::open(path)?;
                stamp.check(&file.metadata()?)?;
                let mut whole = true;
                self.file_rows(shape, &file, path, look, &mut |row| {
                    whole = emit(row);
                    whole
                })?;
                return if whole { stamp.check(&file.metadata()?) } else { Ok(()) };
            }
            Place::Arguments(keys) => {
                let mut records = Vec::new();
                let mut open = emit(Row::Columns(Columns::Lines, None));
                for (number, key) in (1..).zip(keys) {
                    if !open {
                        break;
                    }
                    records.clear();
                    let raw = RawRow::of_line(number, key.as_bytes());
                    open = emit(match shape.of_text(key, &mut records) {
                        Ok(()) => Row::Records(raw, &mut records),
                        Err(why) => Row::Bad(raw, key.clone(), why),
                    });
                }
                return Ok(());
            }
            Place::Pipe(Some(path)) => (self.piped(File::open(path)?), Some(path)),
            Place::Pipe(None) => (self.piped(io::stdin()), None),
        };
        self.pipe_rows(shape, pipe, path, emit);
        Ok(())
    }

    fn pipe_rows<S: Shape>(
        &self,
        shape: &S,
        pipe: Box<dyn BufRead + Send>,
        path: Option<&Path>,
        emit: &mut dyn FnMut(Row<'_, S::Record>) -> bool,
    ) {
        match open_pipe(pipe, &self.reading) {
            Ok((text, note)) => read_rows(shape, text, path, &self.reading, note, emit),
            Err(why) => {
                emit(Row::Broken(why));
            }
        }
    }

    fn file_rows<S: Shape>(
        &self,
        shape: &S,
        file: &File,
        path: &Path,
        look: &Look,
        emit: &mut dyn FnMut(Row<'_, S::Record>) -> bool,
    ) -> io::Result<()> {
        match look {
            Look::Text(encoding, note) => {
                let text = Look::open(file.try_clone()?, encoding)?;
                read_rows(shape, text, Some(path), &self.reading, note.clone(), emit);
            }
            #[cfg(feature = "xlsx")]
            Look::Workbook => {
                let sheet = self.reading.sheet.as_deref();
                let read = with_sheet(file.try_clone()?, sheet, &mut |rows, name| {
                    let note = Some(format!("sheet `{name}`"));
                    read_table(shape, rows, &self.reading, note, emit);
                });
                if let Err(why) = read {
                    emit(Row::Broken(format!("{}: {why}", self.place.name())));
                }
            }
            #[cfg(not(feature = "xlsx"))]
            Look::Workbook => {
                emit(Row::Broken(format!(
                    "{}: this build reads no .xlsx: save it as CSV",
                    self.place.name()
                )));
            }
        }
        Ok(())
    }

    fn piped(&self, input: impl Read + Send + 'static) -> Box<dyn BufRead + Send> {
        let input = Awaited {
            input,
            before: self.before_waiting.clone(),
        };
        match &self.kept {
            Some(kept) => Box::new(BufReader::new(kept.tee(input))),
            None => Box::new(BufReader::new(input)),
        }
    }

    /// Reads the whole input before the first call; a bad line is an error, unless they are to be kept as `rejected`.
    pub(crate) fn check<S: Shape>(&self, shape: &S, keep_going: bool, limit: Option<u64>) -> Result<Check, Failure> {
        let mut check = Check::default();
        let (mut bad, mut last) = (None, None);
        self.rows(shape, &mut |row| {
            match row {
                Row::Records(_, records) => {
                    for record in records.drain(..) {
                        check.records += 1;
                        if limit.is_some_and(|limit| check.records > limit) {
                            continue;
                        }
                        check.wanted += 1;
                        check.destroys |= shape.destroys(&record);
                        if check.first.len() < 3 {
                            check.first.push(shape.shown(&record));
                        }
                        last = Some(record);
                    }
                }
                Row::Columns(_, note) => check.note = note,
                Row::Blank => {}
                Row::Bad(..) if keep_going => {}
                Row::Bad(raw, text, why) => bad = Some(bad_line(self, raw.line, &shape.shown_text(&text), &why)),
                Row::Broken(why) => bad = Some(why),
            }
            bad.is_none()
        })
        .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", self.place.name())))?;
        check.last = last.map(|record| shape.shown(&record));
        bad.map_or(Ok(check), |bad| Err(Failure::usage(bad)))
    }

    /// The first records of the input; a bad line before them is an error.
    pub(crate) fn first<S: Shape>(&self, shape: &S, count: u64, keep_going: bool) -> Result<Vec<S::Record>, Failure> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let (mut first, mut bad) = (Vec::new(), None);
        let mut take = |row: Row<'_, S::Record>| {
            match row {
                Row::Records(_, records) => first.append(records),
                Row::Bad(raw, text, why) => {
                    let told = bad_line(self, raw.line, &shape.shown_text(&text), &why);
                    if keep_going {
                        say(&told);
                    } else {
                        bad = Some(told);
                    }
                }
                Row::Broken(why) => bad = Some(why),
                Row::Columns(..) | Row::Blank => {}
            }
            bad.is_none() && first.len() < count
        };
        self.rows(shape, &mut take)
            .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", self.place.name())))?;
        first.truncate(count);
        bad.map_or(Ok(first), |bad| Err(Failure::usage(bad)))
    }

    /// The entries of the input as a stream, read on a thread of its own.
    pub(crate) fn entries<S: Shape>(
        mut self,
        shape: Arc<S>,
        handing: Handing,
    ) -> impl Stream<Item = Result<Entry<S::Record>, InputError>> + Send + 'static {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(READ_AHEAD);
        std::thread::spawn(move || {
            let sheaves = Arc::new(Sheaves::new(sender));
            let handed = Arc::clone(&sheaves);
            self.before_waiting = Some(Arc::new(move || {
                // Where nobody takes it, the next entry finds out.
                handed.hand_over();
            }));
            self.hand_all(&*shape, &handing, &sheaves);
            sheaves.hand_over();
        });
        let mut sheaf = Vec::new().into_iter();
        let mut over = false;
        futures_util::stream::poll_fn(move |cx| {
            if over {
                return Poll::Ready(None);
            }
            let item = loop {
                if let Some(item) = sheaf.next() {
                    break item;
                }
                match receiver.poll_recv(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Some(more)) => sheaf = more.into_iter(),
                    // Silence is never the end: the thread says so itself.
                    Poll::Ready(None) => break Some(Err(InputError::new("the input was not read to its end"))),
                }
            };
            over = !matches!(item, Some(Ok(_)));
            Poll::Ready(item)
        })
    }

    /// Hands on the whole input and its end, once for each stage.
    fn hand_all<S: Shape>(&self, shape: &S, handing: &Handing, sheaves: &Sheaves<Handed<S::Record>>) {
        let passes = if handing.by_stage && self.is_whole() {
            shape.stages()
        } else {
            1
        };
        for pass in 0..passes {
            let mut open = true;
            let mut hand = |entry| sheaves.push(Some(entry));
            let read = self.rows(shape, &mut |row| {
                open = self.hand_on(shape, row, handing, (pass, passes), &mut hand);
                open
            });
            if let Err(error) = read {
                let why = format!("{} cannot be read: {error}", self.place.name());
                sheaves.push(Some(Err(InputError::new(why))));
                return;
            }
            if !open {
                return;
            }
            // Its calls may go while the next stage is looked for.
            if passes > 1 && !(sheaves.push(Some(Ok(Entry::StageEnd(pass)))) && sheaves.hand_over()) {
                return;
            }
        }
        sheaves.push(None);
    }

    /// Hands on what a row holds for this pass; false when nothing can follow.
    fn hand_on<S: Shape>(
        &self,
        shape: &S,
        row: Row<'_, S::Record>,
        handing: &Handing,
        (pass, passes): (u8, u8),
        hand: &mut dyn FnMut(Result<Entry<S::Record>, InputError>) -> bool,
    ) -> bool {
        match row {
            Row::Columns(_, note) => {
                // That of a file was told before.
                if let Some(note) = note.filter(|_| handing.tell && !self.is_whole()) {
                    say(&format!("{}: {note}", self.place.name()));
                }
                true
            }
            Row::Blank => true,
            Row::Records(raw, records) => {
                let of_pass = |record: &S::Record| passes == 1 || record.stage() == pass;
                let line = raw.line;
                records.drain(..).filter(of_pass).all(|record| {
                    if !handing.may_destroy && shape.destroys(&record) {
                        let why = "it overwrites values, and nobody agreed to that: give --yes";
                        let why = bad_line(self, line, &shape.shown(&record), why);
                        hand(Err(InputError::new(why)));
                        return false;
                    }
                    hand(Ok(Entry::Record { line, record }))
                })
            }
            Row::Bad(..) if pass > 0 => true,
            Row::Bad(raw, text, why) if handing.keep_going => {
                let line = raw.line;
                hand(Ok(Entry::Invalid { line, text, why }))
            }
            Row::Bad(raw, text, why) => {
                let why = bad_line(self, raw.line, &shape.shown_text(&text), &why);
                hand(Err(InputError::new(why)));
                false
            }
            Row::Broken(why) => {
                hand(Err(InputError::new(why)));
                false
            }
        }
    }
}

fn bad_line(source: &Source, line: u64, text: &str, why: &str) -> String {
    let mut shown = one_line(&text.chars().take(120).collect::<String>());
    if text.chars().nth(120).is_some() {
        shown.push('…');
    }
    let place = if matches!(source.place, Place::Arguments(_)) {
        "argument"
    } else {
        "line"
    };
    format!("{place} {line}: `{shown}`: {why}")
}
