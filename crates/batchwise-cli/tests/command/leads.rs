//! Calltouch leads: what is overwritten needs consent.

use batchwise_emulator::Method;

use crate::support::{Cli, Emulated, file};

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
