//! The command, killed with SIGKILL at random instants and started again until its job is finished. Then its report is held
//! against what the emulator truly did, record by record.
//!
//! `BATCHWISE_KILLS` says how many kills (100 over all methods; 1,000 before a release), `BATCHWISE_SEED` repeats a run.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use batchwise_emulator::{
    Busy, CampaignConfig, EmulatorConfig, Fault, FaultRule, Kind, LeadKey, Method, SpaceConfig, Truth,
};
use serde_json::Value;

use crate::support::{Cli, Emulated};

/// So often a job is killed at most before it is left alone.
const MOST_IN_A_JOB: u64 = 8;

/// A small generator: an instant is all that it draws.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// What truly happened to a record.
#[derive(Debug, Clone, Copy)]
struct Fact {
    /// The job did it.
    done: bool,
    /// It is in the wanted state.
    reached: bool,
}

impl Fact {
    fn removed(done: bool, existed: bool) -> Self {
        Self {
            done,
            reached: done || !existed,
        }
    }

    /// Whether an outcome is true.
    fn allows(self, outcome: &str) -> bool {
        match outcome {
            "deleted" | "updated" => self.done,
            "presumed_deleted" => self.reached,
            "not_found" | "unchanged" | "unmatched" | "busy" | "rejected" | "not_sent" => !self.done,
            // It claims nothing.
            "unknown" => true,
            other => panic!("an outcome `{other}`"),
        }
    }
}

/// A kind of job.
struct Story {
    args: &'static str,
    suffix: &'static str,
    config: fn() -> EmulatorConfig,
    input: fn() -> String,
    /// Distinct records.
    records: usize,
    /// Its share of all kills; jobs that wait for busy customers take long.
    kills_in_ten: u64,
    truth: fn(&Truth, &str) -> Fact,
}

fn faults(method: Method) -> Vec<FaultRule> {
    let on = |fault: Fault, step: u64| FaultRule::new(fault).on(method).every(step);
    vec![
        on(Fault::ResetAfter, 11),
        on(Fault::ResetBefore, 13),
        on(Fault::Truncate, 17),
        // Calls take some time, so that many kills meet one.
        FaultRule::new(Fault::Slow(Duration::from_millis(20)))
            .on(method)
            .every(2),
    ]
}

const STORIES: [Story; 4] = [
    Story {
        args: "calltouch-import delete",
        suffix: ".txt",
        config: || {
            let imports = SpaceConfig::any().absent(vec![7, 700, 701]).poison(vec![313]);
            EmulatorConfig::default()
                .calltouch_import(imports)
                .faults(faults(Method::CalltouchImport))
        },
        input: || (1..=1500).chain([7, 1400]).map(|id| format!("{id}\n")).collect(),
        records: 1500,
        kills_in_ten: 3,
        truth: |truth, key| {
            let id = key.parse().unwrap();
            Fact::removed(truth.calltouch.is_removed(&id), truth.calltouch.existed(&id))
        },
    },
    Story {
        args: "calltouch-leads add-fields",
        suffix: ".ndjson",
        config: || EmulatorConfig::default().faults(faults(Method::CalltouchLeads)),
        input: || {
            let lead = |id: u64| {
                format!(
                    "{{\"matching\":[{{\"type\":\"request\",\"requestParams\":{{\"requestId\":{id}}}}}],\"addCustomFields\":\
                     {{\"overwrite\":{},\"customFields\":[{{\"field\":\"contract_no\",\"value\":\"A-17\"}}]}}}}\n",
                    !id.is_multiple_of(3)
                )
            };
            (900_000..900_600).map(lead).collect()
        },
        records: 600,
        kills_in_ten: 3,
        truth: |truth, key| {
            let (_, request) = key.split_once(':').unwrap();
            let value = truth.leads.value(&LeadKey::request(request), "contract_no");
            let written = value.is_some_and(|value| value == "A-17");
            Fact {
                done: written,
                reached: written,
            }
        },
    },
    Story {
        args: "dellin-book delete",
        suffix: ".txt",
        config: || EmulatorConfig::default().faults(faults(Method::DellinBook)),
        input: || {
            let kinds = ["counteragent", "address", "phone", "contact"];
            (1..=150)
                .flat_map(|id| kinds.map(|kind| format!("{kind}:{id}\n")))
                .collect()
        },
        records: 600,
        kills_in_ten: 3,
        truth: |truth, key| {
            let (kind, id) = key.split_once(':').unwrap();
            let kind = match kind {
                "counteragent" => Kind::Counteragent,
                "address" => Kind::Address,
                "phone" => Kind::Phone,
                _ => Kind::Contact,
            };
            let id = id.parse().unwrap();
            Fact::removed(truth.dellin.is_removed(kind, id), truth.dellin.existed(kind, id))
        },
    },
    Story {
        args: "thulium-campaign delete --campaign 00042 --busy-wait 0 --busy-rounds 1",
        suffix: ".txt",
        config: || {
            let customers = SpaceConfig::any()
                .absent(vec![5])
                .busy((10..60).collect::<Vec<_>>(), Busy::Answers(1))
                .busy(vec![60, 61], Busy::Forever)
                .poison_nameless(vec![123])
                .silent(vec![20]);
            EmulatorConfig::default()
                .campaign(CampaignConfig::new("00042").customers(customers))
                .faults(vec![
                    FaultRule::new(Fault::ResetAfter).on(Method::ThuliumCustomers).every(97),
                ])
        },
        input: || (1..=300).map(|id| format!("{id}\n")).collect(),
        records: 300,
        kills_in_ten: 1,
        truth: |truth, key| {
            let id = key.parse().unwrap();
            let campaign = truth.thulium.campaign("00042").unwrap();
            Fact::removed(truth.thulium.is_removed("00042", id), campaign.customers.existed(&id))
        },
    },
];

/// A job and all its runs.
struct Job<'a> {
    story: &'a Story,
    emulated: Emulated,
    directory: tempfile::TempDir,
    concurrency: &'static str,
    /// Most instants of a job under a quota are spent waiting for it, those of one without are spent at work.
    quota: bool,
    runs: Vec<PathBuf>,
}

impl<'a> Job<'a> {
    fn of(story: &'a Story, quota: bool, dice: &mut Dice) -> Self {
        let config = (story.config)().quota_off();
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(format!("input{}", story.suffix)), (story.input)()).unwrap();
        Self {
            story,
            emulated: Emulated::with(config),
            directory,
            concurrency: if dice.below(2) == 0 { "1" } else { "3" },
            quota,
            runs: Vec::new(),
        }
    }

    fn journal(&self) -> PathBuf {
        self.directory.path().join("job.db")
    }

    fn start(&mut self) -> Child {
        let out = self.directory.path().join(format!("out-{}.ndjson", self.runs.len()));
        let input = self.directory.path().join(format!("input{}", self.story.suffix));
        let args = format!(
            "{} --yes -q -o ndjson --concurrency {} --rate {}",
            self.story.args,
            self.concurrency,
            if self.quota { "40/s" } else { "off" }
        );
        let mut command = Cli::plain(&self.emulated.url(), &args)
            .arg("-i")
            .arg(input)
            .arg("--journal")
            .arg(self.journal())
            .into_inner();
        let child = command
            .stdin(Stdio::null())
            .stdout(File::create(&out).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.runs.push(out);
        child
    }

    /// How long a run takes that nobody disturbs.
    fn takes(mut self) -> Duration {
        let started = Instant::now();
        let code = self.start().wait().unwrap().code();
        assert!(matches!(code, Some(0 | 1)), "{code:?}");
        started.elapsed()
    }

    /// Kills a run at a random instant; false when it had ended by then.
    fn kill(&mut self, dice: &mut Dice, within: Duration) -> bool {
        let mut child = self.start();
        let most = u64::try_from(within.as_micros()).unwrap();
        std::thread::sleep(Duration::from_micros(dice.below(most)));
        // Should it end between the two, the kill comes too late and harms nobody.
        let ended = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        !ended
    }

    /// Lets it come to its end, and holds everything it said against the truth.
    fn comes_to_a_true_end(mut self) -> u64 {
        let code = self.start().wait().unwrap().code();
        assert!(matches!(code, Some(0 | 1)), "{code:?}");
        let report = Cli::bare("report -o ndjson").arg(self.journal()).run().with_code(0);
        let rows = report.rows();
        let truth = self.emulated.truth();
        let mut outcomes = BTreeMap::new();
        for row in &rows {
            let (key, outcome) = (row["record"].as_str().unwrap(), row["outcome"].as_str().unwrap());
            let fact = (self.story.truth)(&truth, key);
            assert!(fact.allows(outcome), "{key} is {outcome}, and {fact:?}: {row}");
            assert!(
                outcomes.insert(key.to_owned(), outcome.to_owned()).is_none(),
                "{key} twice"
            );
        }
        assert_eq!(outcomes.len(), self.story.records);
        assert!(!outcomes.values().any(|outcome| outcome == "not_sent"));
        self.output_agrees(&outcomes);
        let reached = ["deleted", "updated", "unchanged", "not_found", "presumed_deleted"];
        let all = outcomes.values().all(|outcome| reached.contains(&outcome.as_str()));
        assert_eq!(code, Some(i32::from(!all)));
        u64::try_from(outcomes.values().filter(|outcome| *outcome == "unknown").count()).unwrap()
    }

    /// What a run told was final, and is told once. The last line of a killed run may be cut.
    fn output_agrees(&self, outcomes: &BTreeMap<String, String>) {
        let mut told = BTreeMap::new();
        for path in &self.runs {
            for row in rows(path) {
                let key = row["record"].as_str().unwrap().to_owned();
                assert_eq!(
                    outcomes.get(&key).map(String::as_str),
                    row["outcome"].as_str(),
                    "{key} was told otherwise"
                );
                assert!(told.insert(key, ()).is_none(), "{row} is told twice");
            }
        }
    }
}

fn rows(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Kills jobs of one story, every fourth under its quota.
fn killed_at_any_instant(story: &Story) {
    let kills_of_all = number("BATCHWISE_KILLS").unwrap_or(100);
    let wanted = (kills_of_all * story.kills_in_ten).div_ceil(10);
    let seed = number("BATCHWISE_SEED").unwrap_or_else(|| u64::from(std::process::id()) | 1);
    println!("BATCHWISE_SEED={seed}");
    let mut dice = Dice(seed);
    let within = [false, true].map(|quota| Job::of(story, quota, &mut dice).takes());
    let (mut kills, mut jobs, mut unknown) = (0, 0, 0);
    while kills < wanted {
        let quota = jobs % 4 == 3;
        let mut job = Job::of(story, quota, &mut dice);
        for _ in 0..=dice.below(MOST_IN_A_JOB) {
            if !job.kill(&mut dice, within[usize::from(quota)]) {
                break;
            }
            kills += 1;
        }
        unknown += job.comes_to_a_true_end();
        jobs += 1;
    }
    let records = jobs * u64::try_from(story.records).unwrap();
    println!(
        "{}: {kills} kills in {jobs} jobs; {records} records, every outcome true, {unknown} of them unknown",
        story.args
    );
}

#[test]
fn deletions_of_import_logs_that_are_killed_come_to_a_true_end() {
    killed_at_any_instant(&STORIES[0]);
}

#[test]
fn updates_of_leads_that_are_killed_come_to_a_true_end() {
    killed_at_any_instant(&STORIES[1]);
}

#[test]
fn deletions_of_book_objects_that_are_killed_come_to_a_true_end() {
    killed_at_any_instant(&STORIES[2]);
}

#[test]
fn removals_of_customers_that_are_killed_come_to_a_true_end() {
    killed_at_any_instant(&STORIES[3]);
}

#[test]
fn a_report_says_that_a_killed_run_did_not_note_what_was_under_way() {
    let hangs = FaultRule::new(Fault::HangAfter).on(Method::CalltouchImport).every(1);
    let emulated = Emulated::with(EmulatorConfig::default().faults([hangs]));
    let desk = tempfile::tempdir().unwrap();
    let journal = desk.path().join("job.db");
    let mut run = Cli::new(&emulated.url(), "calltouch-import delete 51001 --yes")
        .arg("--journal")
        .arg(&journal)
        .into_inner()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while emulated.truth().tally(Method::CalltouchImport).received == 0 {
        assert!(run.try_wait().unwrap().is_none(), "it ended before its call");
        std::thread::sleep(Duration::from_millis(1));
    }
    run.kill().unwrap();
    run.wait().unwrap();
    let report = Cli::bare("report").arg(&journal).run().with_code(0);
    let unnoted = "what was under way when a run ended without a word is not noted";
    assert!(report.stdout.contains(unnoted), "{}", report.stdout);
}
