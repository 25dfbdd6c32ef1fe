//! Calltouch leads: what is overwritten needs consent.

use std::path::Path;

use batchwise_emulator::{EmulatorConfig, Fault, FaultRule, LeadKey, Method};

use crate::support::{Cli, Emulated, Ended, file};

fn lead(request: u64, overwrite: bool) -> String {
    format!(
        "{{\"matching\":[{{\"type\":\"request\",\"requestParams\":{{\"requestId\":{request}}}}}],\"addCustomFields\":\
         {{\"overwrite\":{overwrite},\"customFields\":[{{\"field\":\"contract_no\",\"value\":\"A-17\"}}]}}}}\n"
    )
}

const ADD: &str = "calltouch-leads add-fields -o ndjson";

#[test]
fn leads_that_overwrite_nothing_need_no_consent_and_are_led_by_their_line() {
    let emulated = Emulated::any();
    let lines = format!("{}\n{}", lead(900_100, false), lead(900_101, false));
    let ended = Cli::new(&emulated.url(), ADD)
        .input(&file(".ndjson", lines))
        .run()
        .with_code(0);
    let rows = ended.rows();
    assert_eq!(
        (rows[0]["record"].as_str(), rows[1]["record"].as_str()),
        (Some("1:900100"), Some("3:900101"))
    );
    assert_eq!(rows[0]["outcome"], "updated");
    assert_eq!(rows[0]["provider"]["request_id"], 900_100);
}

#[test]
fn a_lead_in_a_file_that_overwrites_needs_consent_before_anything_is_sent() {
    let emulated = Emulated::any();
    let lines = file(".ndjson", lead(900_100, false) + &lead(900_101, true));
    Cli::new(&emulated.url(), ADD)
        .input(&lines)
        .run()
        .with_code(2)
        .says("--yes");
    assert_eq!(emulated.truth().tally(Method::CalltouchLeads).received, 0);
    Cli::new(&emulated.url(), ADD)
        .input(&lines)
        .arg("--yes")
        .run()
        .with_code(0);
}

#[test]
fn a_lead_from_a_pipe_that_overwrites_ends_the_job_after_those_before_it() {
    let emulated = Emulated::any();
    let lines = lead(900_100, false) + &lead(900_101, true);
    let ended = Cli::new(&emulated.url(), &format!("{ADD} -i -")).run_with(&lines);
    let ended = ended.with_code(3).says("line 2").says("--yes");
    assert_eq!(ended.rows().len(), 1);
    Cli::new(&emulated.url(), &format!("{ADD} -i - --yes"))
        .run_with(&lines)
        .with_code(0);
}

#[test]
fn a_bad_line_is_shown_without_contacts() {
    let line = "{\"matching\":[{\"type\":\"contacts\",\"contactParams\":{\"phones\":[\"+79157771122\"]}}]}\n";
    let ended = Cli::new("http://127.0.0.1:9", &format!("{ADD} -i -")).run_with(line);
    let ended = ended.with_code(2).says("line 1");
    assert!(!ended.stderr.contains("7771122"), "{}", ended.stderr);
}

/// Sets a field of a request's lead, whatever stands there.
fn set(request: u64, value: &str) -> String {
    lead(request, true).replace("A-17", value)
}

/// A lead, another one, and the first one once more; the call that carries the former two fails.
const TWICE: [(u64, &str); 3] = [(900_100, "old"), (900_101, "other"), (900_100, "new")];

fn failing_at(request: u64) -> Emulated {
    let fails = FaultRule::new(Fault::Status {
        status: 500,
        acts: false,
    });
    Emulated::with(EmulatorConfig::default().fault(fails.on(Method::CalltouchLeads).nth(request)))
}

fn twice() -> String {
    TWICE.iter().map(|(request, value)| set(*request, value)).collect()
}

fn add(emulated: &Emulated, input: &tempfile::NamedTempFile, args: &str, journal: &Path) -> Ended {
    Cli::new(&emulated.url(), &format!("{ADD} --yes --max-attempts 1 {args}"))
        .input(input)
        .arg("--journal")
        .arg(journal)
        .run()
}

fn value_of(emulated: &Emulated, request: u64) -> Option<String> {
    let value = emulated
        .truth()
        .leads
        .value(&LeadKey::request(request), "contract_no")
        .cloned();
    value.map(|value| value.as_str().unwrap().to_owned())
}

#[test]
fn a_failed_line_is_not_sent_again_over_what_a_later_line_wrote_to_the_same_lead() {
    let (emulated, desk) = (failing_at(1), tempfile::tempdir().unwrap());
    let (journal, input) = (desk.path().join("job.db"), file(".ndjson", twice()));
    let first = add(&emulated, &input, "", &journal)
        .with_code(1)
        .says("1 line stays as it is: a later line of the same lead was written, or may have been")
        .says("try the 1 that failed again with");
    assert_eq!(
        first.outcomes_of_rows(),
        ["1:900100 unknown", "2:900101 unknown", "3:900100 updated"]
    );
    let second = add(&emulated, &input, "--retry-failed", &journal)
        .with_code(1)
        .says("1 line stays as it is");
    assert_eq!(second.outcomes_of_rows(), ["2:900101 updated"]);
    assert!(!second.stderr.contains("failed again with"), "{}", second.stderr);
    assert_eq!(value_of(&emulated, 900_100).as_deref(), Some("new"));
    assert_eq!(value_of(&emulated, 900_101).as_deref(), Some("other"));
}

#[test]
fn what_stays_as_it_is_is_in_the_result_files_with_its_outcome() {
    let (emulated, desk) = (failing_at(1), tempfile::tempdir().unwrap());
    let (journal, input) = (desk.path().join("job.db"), file(".ndjson", twice()));
    add(&emulated, &input, "", &journal).with_code(1);
    let results = desk.path().join("results");
    let args = format!("--retry-failed --results-dir {}", results.display());
    add(&emulated, &input, &args, &journal)
        .with_code(1)
        .says("3 rows read: 3 outcomes + 0 repeated + 0 blank");
    let lines = |name: &str| -> Vec<u64> {
        let text = std::fs::read_to_string(results.join(name)).unwrap();
        let rows = text
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        rows.map(|row| row["line"].as_u64().unwrap()).collect()
    };
    assert_eq!(lines("succeeded.ndjson"), [2, 3]);
    assert_eq!(lines("failed.ndjson"), [1]);
}

#[test]
fn lines_of_a_lead_of_which_none_was_written_are_sent_again_in_their_order() {
    let refuses = FaultRule::new(Fault::Status {
        status: 400,
        acts: false,
    });
    let config = EmulatorConfig::default().fault(refuses.on(Method::CalltouchLeads).between(1, 2));
    let (emulated, desk) = (Emulated::with(config), tempfile::tempdir().unwrap());
    let journal = desk.path().join("job.db");
    let input = file(".ndjson", set(900_100, "old") + &set(900_100, "new"));
    let first = add(&emulated, &input, "", &journal).with_code(1);
    assert_eq!(first.outcomes_of_rows(), ["1:900100 rejected", "2:900100 rejected"]);
    assert!(!first.stderr.contains("stays as it is"), "{}", first.stderr);
    let second = add(&emulated, &input, "--retry-failed", &journal).with_code(0);
    assert_eq!(second.outcomes_of_rows(), ["1:900100 updated", "2:900100 updated"]);
    assert_eq!(value_of(&emulated, 900_100).as_deref(), Some("new"));
}

#[test]
fn without_a_journal_nobody_is_told_to_give_older_rows_again() {
    let (emulated, desk) = (failing_at(1), tempfile::tempdir().unwrap());
    let ended = Cli::new(&emulated.url(), &format!("{ADD} --yes --max-attempts 1 --no-journal"))
        .input(&file(".ndjson", twice()))
        .arg("--results-dir")
        .arg(desk.path())
        .run()
        .with_code(1)
        .says("1 line of those that failed is no longer to be sent: a later line of the same lead was written");
    assert!(!ended.stderr.contains("again with"), "{}", ended.stderr);
}
