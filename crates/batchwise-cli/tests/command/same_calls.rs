//! One driver: the command, the typed stream and `dyn BatchDeleter` make the same calls for the same input.

use std::num::NonZeroUsize;

use batchwise::calltouch_import::{CalltouchCredentials, CalltouchImport, ImportLogId};
use batchwise::quota::QuotaHandle;
use batchwise::{BatchDeleter, RunOptions};
use batchwise_emulator::{EmulatorConfig, Fault, FaultRule, Method, SpaceConfig, Tally};
use futures_util::StreamExt;

use crate::support::{Canned, Cli, Emulated, Recorder, file};

const ATTEMPTS: u32 = 3;

fn keys() -> Vec<String> {
    // Three batches; what has to be searched for and asked again is in the last one, so that no random pause decides
    // which records share a request.
    let repeats = ["51001", "51077"].map(str::to_owned);
    (51_001..=51_250).map(|id| id.to_string()).chain(repeats).collect()
}

/// A world with trouble: a 429, a record that spoils its batch without a name, and one that is never mentioned.
fn world() -> (Emulated, Recorder) {
    let imports = SpaceConfig::any().poison_nameless([51_213]).silent([51_240]);
    let busy = FaultRule::new(Fault::TooManyRequests { retry_after: None });
    let config = EmulatorConfig::default()
        .calltouch_import(imports)
        .fault(busy.on(Method::CalltouchImport).nth(2));
    let emulated = Emulated::with(config);
    let recorder = Recorder::start(Canned::Forward(emulated.url().replace("http://", "")));
    (emulated, recorder)
}

/// What was called and what came of it.
#[derive(Debug, PartialEq)]
struct Story {
    requests: Vec<String>,
    tally: Tally,
    outcomes: Vec<(String, String)>,
}

impl Story {
    fn of(emulated: &Emulated, recorder: &Recorder, mut outcomes: Vec<(String, String)>) -> Self {
        outcomes.sort();
        Self {
            requests: recorder.requests(),
            tally: emulated.truth().tally(Method::CalltouchImport),
            outcomes,
        }
    }
}

fn client(recorder: &Recorder) -> CalltouchImport {
    CalltouchImport::builder(CalltouchCredentials::new("secret-token", "4711").unwrap())
        .base_url(recorder.url())
        .quota(QuotaHandle::of_windows(Vec::new()))
        .build()
        .unwrap()
}

fn options() -> RunOptions {
    RunOptions::new().max_attempts(ATTEMPTS).concurrency(NonZeroUsize::MIN)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(future)
}

fn by_command() -> Story {
    let (emulated, recorder) = world();
    let ended = Cli::new(
        recorder.url(),
        &format!("calltouch-import delete --yes --max-attempts {ATTEMPTS}"),
    )
    .input(&file(".txt", keys().join("\n")))
    .run()
    .with_code(1);
    let outcomes = ended.outcomes();
    let outcomes = outcomes
        .into_iter()
        .map(|(record, outcome)| (record.to_owned(), outcome.to_owned()))
        .collect();
    Story::of(&emulated, &recorder, outcomes)
}

fn by_stream() -> Story {
    let (emulated, recorder) = world();
    let ids: Vec<ImportLogId> = keys().iter().map(|key| key.parse().unwrap()).collect();
    let outcomes = block_on(
        batchwise::run(client(&recorder), futures_util::stream::iter(ids), options())
            .map(|outcome| (outcome.key(), outcome.verdict.as_str().to_owned()))
            .collect(),
    );
    Story::of(&emulated, &recorder, outcomes)
}

fn by_deleter() -> Story {
    let (emulated, recorder) = world();
    let deleter: Box<dyn BatchDeleter> = Box::new(client(&recorder));
    let outcomes = block_on(
        deleter
            .delete(Box::pin(futures_util::stream::iter(keys())), options())
            .map(|outcome| (outcome.key(), outcome.verdict.as_str().to_owned()))
            .collect(),
    );
    Story::of(&emulated, &recorder, outcomes)
}

#[test]
fn command_stream_and_deleter_make_the_same_calls() {
    let [command, stream, deleter] = [by_command as fn() -> Story, by_stream, by_deleter]
        .map(std::thread::spawn)
        .map(|story| story.join().unwrap());
    assert_eq!(command, stream);
    assert_eq!(stream, deleter);
    // The trouble was there.
    let outcome = |key: &str| {
        command
            .outcomes
            .iter()
            .find(|(record, _)| record == key)
            .map(|(_, outcome)| outcome.as_str())
    };
    assert_eq!(outcome("51213"), Some("rejected"));
    assert_eq!(outcome("51240"), Some("unknown"));
    assert_eq!(command.tally.answers.get(&429), Some(&1));
    assert_eq!(command.outcomes.len(), 250);
}
