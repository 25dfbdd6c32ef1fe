//! The question before something is destroyed.
#![cfg(target_os = "linux")]

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use batchwise_emulator::{CampaignConfig, EmulatorConfig, Fault, FaultRule, Method, SpaceConfig};

use crate::support::{Cli, Emulated, file};

/// Runs the command on a terminal of its own (util-linux `script`) and types the answer.
fn on_a_terminal(cli: Cli, answer: &str) -> (Option<i32>, String) {
    let command = cli.into_inner();
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| format!("'{}'", word.to_str().unwrap()))
        .collect();
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &words.join(" "), "/dev/null"]);
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            script.env(name, value);
        }
    }
    let mut child = script
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("`script` of util-linux");
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut shown = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let read = stdout.read(&mut piece).unwrap();
        if read == 0 {
            break;
        }
        shown.extend_from_slice(&piece[..read]);
        if shown.ends_with(b"[y/N] ") {
            stdin.write_all(format!("{answer}\n").as_bytes()).unwrap();
        }
    }
    let code = child.wait().unwrap().code();
    (code, String::from_utf8_lossy(&shown).into_owned())
}

#[test]
fn elsewhere_than_on_a_terminal_consent_has_to_be_given_before() {
    let emulated = Emulated::any();
    let ended = Cli::new(&emulated.url(), "calltouch-import delete 51001").run();
    ended.with_code(2).says("--yes");
    assert_eq!(emulated.truth().tally(Method::CalltouchImport).received, 0);
}

#[test]
fn the_question_names_what_happens_where() {
    let emulated = Emulated::any();
    let ids: String = (7001..=7250).map(|id| format!("{id}\n")).collect();
    let ids = file(".txt", ids);
    let cli = Cli::plain(&emulated.url(), "thulium-campaign delete --campaign 00042 --rate 1/m").input(&ids);
    let (code, shown) = on_a_terminal(cli, "n");
    assert_eq!(code, Some(2), "{shown}");
    let host = emulated.url().replace("http://", "");
    for part in [
        "thulium-campaign",
        &host,
        "account robot",
        "campaign 00042",
        "remove 250 customers: 7001, 7002, 7003 … 7250",
        "takes at least 2 min",
    ] {
        assert!(shown.contains(part), "`{part}` is missing: {shown}");
    }
    assert_eq!(emulated.truth().tally(Method::ThuliumCustomers).received, 0);
}

#[test]
fn the_question_counts_what_a_limit_leaves_over() {
    let emulated = Emulated::any();
    let cli = Cli::new(&emulated.url(), "calltouch-import delete 1 2 3 4 5 --limit 4");
    let (code, shown) = on_a_terminal(cli, "n");
    assert_eq!(code, Some(2));
    assert!(
        shown.contains("delete 4 import logs (the first of 5): 1, 2, 3 … 4"),
        "{shown}"
    );
}

#[test]
fn a_yes_sends_everything() {
    let emulated = Emulated::any();
    let (code, shown) = on_a_terminal(Cli::new(&emulated.url(), "calltouch-import delete 51001"), "y");
    assert_eq!(code, Some(0), "{shown}");
    assert!(emulated.truth().calltouch.is_removed(&51001));
}

#[test]
fn phones_are_masked_in_the_question() {
    let emulated = Emulated::any();
    let cli = Cli::new(
        &emulated.url(),
        "thulium-campaign delete --campaign 00042 --by phone 333444555",
    );
    let (_, shown) = on_a_terminal(cli, "n");
    assert!(shown.contains("…4555") && !shown.contains("333444555"), "{shown}");
}

/// Two campaigns of three customers each.
fn two_campaigns() -> EmulatorConfig {
    let campaign = |id: &str| CampaignConfig::new(id).customers(SpaceConfig::only(7001..=7003));
    EmulatorConfig::default()
        .campaign(campaign("00042"))
        .campaign(campaign("00043"))
}

#[test]
fn the_question_says_how_many_records_each_campaign_has() {
    let emulated = Emulated::with(two_campaigns());
    let args = "thulium-campaign delete --campaign 00042 --campaign 00043 --campaign 00099 7001";
    let (code, shown) = on_a_terminal(Cli::new(&emulated.url(), args), "n");
    assert_eq!(code, Some(2), "{shown}");
    for part in [
        "campaign 00042 has 3 records",
        "campaign 00043 has 3 records",
        "campaign 00099 is NOT among the active campaigns of this system",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let truth = emulated.truth();
    assert_eq!(truth.tally(Method::ThuliumStats).received, 1);
    assert_eq!(truth.tally(Method::ThuliumCustomers).received, 0);
}

#[test]
fn a_campaign_that_cannot_be_read_is_a_line_of_the_question_and_not_its_end() {
    let fault = Fault::Status {
        status: 403,
        acts: false,
    };
    let emulated = Emulated::with(two_campaigns().fault(FaultRule::new(fault).on(Method::ThuliumStats)));
    let args = "thulium-campaign delete --campaign 00042 7001";
    let (code, shown) = on_a_terminal(Cli::new(&emulated.url(), args), "y");
    assert_eq!(code, Some(0), "{shown}");
    assert!(
        shown.contains("how many records are in it could not be read (credentials refused (HTTP 403)"),
        "{shown}"
    );
    assert_eq!(emulated.truth().tally(Method::ThuliumStats).received, 1);
    assert!(emulated.truth().thulium.is_removed("00042", 7001));
}

#[test]
fn nothing_is_read_where_nothing_is_asked() {
    let emulated = Emulated::with(two_campaigns());
    Cli::new(&emulated.url(), "thulium-campaign delete --campaign 00042 7001 --yes")
        .run()
        .with_code(0);
    Cli::new(&emulated.url(), "thulium-campaign delete --campaign 00042 7002")
        .run()
        .with_code(2);
    assert_eq!(emulated.truth().tally(Method::ThuliumStats).received, 0);
}
