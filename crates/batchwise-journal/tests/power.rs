//! What is left when the process or the power goes away at any moment.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use batchwise_core::Verdict;
use batchwise_core::journal::Recall;
use batchwise_journal::{Filter, JournalReader, SqliteJournal};
use common::*;
use proptest::prelude::*;
use tempfile::TempDir;

/// What a job is told of its records, by line.
type State = BTreeMap<u64, Recall>;

/// Lines that tests use.
const LINES: u64 = 60;

/// One durable step of a job.
#[derive(Debug, Clone)]
enum Step {
    Intend(Vec<u64>),
    Settle(Vec<u64>, Verdict),
    /// The process ends without a word, and the job is started again.
    Crash,
}

impl Step {
    fn on(&self, journal: &SqliteJournal) {
        match self {
            Self::Intend(lines) => intend(journal, lines.iter().copied()),
            Self::Settle(lines, word) => settle(journal, lines.iter().copied(), *word),
            Self::Crash => {}
        }
    }

    /// What a resumed job has to be told after it.
    fn apply(&self, state: &mut State) {
        match self {
            Self::Intend(lines) => {
                for line in lines {
                    let attempts = match state.get(line) {
                        Some(Recall::Open { attempts, .. }) => *attempts,
                        Some(Recall::Settled(_)) => 1,
                        _ => 0,
                    };
                    let maybe_sent = true;
                    state.insert(*line, Recall::Open { maybe_sent, attempts });
                }
            }
            Self::Settle(lines, word) => {
                for line in lines {
                    let known = state.get(line).copied();
                    if let (Verdict::NotSent, Some(Recall::Settled(_))) = (word, known) {
                        // What had an outcome keeps it, and is gone on with.
                        state.insert(*line, told(Verdict::NotSent));
                        continue;
                    }
                    state.insert(*line, told(*word));
                }
            }
            Self::Crash => {}
        }
    }
}

fn told(word: Verdict) -> Recall {
    match word {
        Verdict::NotSent => Recall::Open {
            maybe_sent: false,
            attempts: 1,
        },
        word => Recall::Settled(word),
    }
}

fn state_in(path: &Path) -> State {
    let words = words_in(path);
    let journal = go_on(path);
    let known = (1..=LINES).map(|line| (line, recall(&journal, line)));
    let state: State = known.filter(|(_, known)| *known != Recall::New).collect();
    // Whoever reads it sees the same, before a run goes on with it and then.
    assert_eq!(words, words_in(path));
    assert!(words.keys().eq(state.keys()));
    for (line, known) in &state {
        if let Recall::Settled(verdict) = known {
            assert_eq!(words[line], verdict.as_str());
        }
    }
    state
}

/// What all ways of reading a journal say of its records, by line.
fn words_in(path: &Path) -> BTreeMap<u64, String> {
    let reader = JournalReader::open(path).unwrap();
    let word = |verdict: Option<Verdict>| verdict.map_or("maybe_sent", Verdict::as_str).to_owned();
    let rows: Vec<_> = reader.records(Filter::all()).map(|row| row.unwrap()).collect();
    let words: BTreeMap<u64, String> = rows.iter().map(|row| (row.line, word(row.verdict))).collect();
    assert!(rows.windows(2).all(|pair| pair[0].line < pair[1].line), "{rows:?}");
    for row in &rows {
        assert_eq!(row.key, entry(row.line).key);
        assert_eq!(reader.record(row.line, None).unwrap().as_ref(), Some(row));
    }
    let tally = reader.tally().unwrap();
    assert_eq!(tally.counts.total() + tally.open, rows.len() as u64);
    for verdict in Verdict::ALL {
        let some: Vec<_> = reader
            .records(Filter::only([verdict]))
            .map(|row| row.unwrap().line)
            .collect();
        assert_eq!(some.len() as u64, tally.counts.of(verdict));
        assert!(some.iter().all(|line| words[line] == verdict.as_str()));
    }
    let tool = rusqlite::Connection::open(path).unwrap();
    let mut asked = tool.prepare("SELECT line, key, outcome FROM outcomes").unwrap();
    let told = asked
        .query_map([], |row| Ok((row.get::<_, u32>(0)?.into(), row.get(1)?, row.get(2)?)))
        .unwrap()
        .map(|row| row.unwrap())
        .inspect(|(line, key, _): &(u64, String, String)| assert_eq!(*key, entry(*line).key));
    let mut told: Vec<_> = told.map(|(line, _, word)| (line, word)).collect();
    told.sort();
    assert_eq!(told, words.clone().into_iter().collect::<Vec<_>>());
    words
}

/// A copy of a journal's files as they are, which is what a process that ends leaves.
fn copy(path: &Path) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join("job");
    for ending in ["", "-wal"] {
        let name = |path: &Path| PathBuf::from(format!("{}{ending}", path.display()));
        if name(path).exists() {
            std::fs::copy(name(path), name(&to)).unwrap();
        }
    }
    (directory, to)
}

fn log(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}-wal", path.display()))
}

fn lines() -> impl Strategy<Value = Vec<u64>> {
    proptest::collection::btree_set(1..=LINES, 1..20).prop_map(|lines| lines.into_iter().collect())
}

fn step() -> impl Strategy<Value = Step> {
    let word = prop_oneof![
        Just(Verdict::Deleted),
        Just(Verdict::NotFound),
        Just(Verdict::Rejected),
        Just(Verdict::Unknown),
        Just(Verdict::NotSent),
    ];
    prop_oneof![
        3 => lines().prop_map(Step::Intend),
        3 => (lines(), word).prop_map(|(lines, word)| Step::Settle(lines, word)),
        1 => Just(Step::Crash),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    /// After any steps and any crashes between them, the next run is told exactly what was durable.
    #[test]
    fn any_prefix_of_a_job_is_known_again(steps in proptest::collection::vec(step(), 1..10)) {
        let mut directory = tempfile::tempdir().unwrap();
        let mut path = directory.path().join("job");
        let mut journal = begin(&path);
        let mut expected = State::new();
        for step in &steps {
            step.on(&journal);
            step.apply(&mut expected);
            let (kept, copied) = copy(&path);
            prop_assert_eq!(&state_in(&copied), &expected);
            if matches!(step, Step::Crash) {
                drop(journal);
                (directory, path) = copy(&copied);
                journal = go_on(&path);
            }
            drop(kept);
        }
        drop(journal);
        prop_assert_eq!(&state_in(&path), &expected);
        drop(directory);
    }

    /// The power fails: of what was written after the last sync any part may be missing, or read as zeros. What was durable
    /// is there, and of the rest whole steps, in their order.
    #[test]
    fn a_torn_tail_takes_no_more_than_whole_steps(
        steps in proptest::collection::vec(step().prop_filter("", |step| !matches!(step, Step::Crash)), 2..10),
        cut in 0..1000_u64,
        zeros in any::<bool>(),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("job");
        let journal = begin(&path);
        let (mut states, mut ends) = (vec![State::new()], Vec::new());
        ends.push(log(&path).metadata().unwrap().len());
        for step in &steps {
            step.on(&journal);
            let mut state = states.last().unwrap().clone();
            step.apply(&mut state);
            states.push(state);
            ends.push(log(&path).metadata().unwrap().len());
        }
        let (_kept, copied) = copy(&path);
        drop(journal);
        // Anywhere after the point where the run itself was durable.
        let (first, last) = (ends[0], *ends.last().unwrap());
        let at = first + (last - first) * cut / 1000;
        let mut bytes = std::fs::read(log(&copied)).unwrap();
        if zeros {
            bytes[usize::try_from(at).unwrap()..].fill(0);
        } else {
            bytes.truncate(usize::try_from(at).unwrap());
        }
        std::fs::write(log(&copied), bytes).unwrap();
        let durable = ends.iter().rposition(|end| *end <= at).unwrap();
        prop_assert_eq!(&state_in(&copied), &states[durable]);
        JournalReader::open(&copied).unwrap().verify().unwrap();
    }
}

#[test]
fn a_power_cut_while_the_log_moves_into_the_file_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    // Many pages, so that the log was moved several times.
    for batch in 0..120 {
        settle(&journal, batch * 500 + 1..=batch * 500 + 500, Verdict::Deleted);
    }
    let (_kept, copied) = copy(&path);
    drop(journal);
    let whole = std::fs::read(&copied).unwrap();
    assert!(whole.len() > 100 * 4096, "{}", whole.len());
    let frames = frames(&std::fs::read(log(&copied)).unwrap());
    assert!(!frames.is_empty());
    // Pages that the log still holds may be half written in the file.
    let mut torn = whole;
    for page in frames {
        let start = (page - 1) * 4096;
        if let Some(half) = torn.get_mut(start + 2048..start + 4096) {
            half.fill(0x5a);
        }
    }
    std::fs::write(&copied, torn).unwrap();
    let journal = go_on(&copied);
    for line in 1..=60_000 {
        assert_eq!(recall(&journal, line), Recall::Settled(Verdict::Deleted), "line {line}");
    }
}

/// The pages in the part of a log that is valid: frames that carry its salt.
fn frames(log: &[u8]) -> Vec<usize> {
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
    let starts = (32..log.len()).step_by(4096 + 24);
    starts
        .filter(|start| number(start + 8) == number(16) && number(start + 12) == number(20))
        .map(|start| number(start) as usize)
        .collect()
}
