//! `batchwise doctor`: what it finds, and that it harms nothing.

use batchwise_emulator::{CampaignConfig, DellinConfig, EmulatorConfig, Fault, FaultRule, Method};

use crate::support::{Canned, Cli, Emulated, Ended, Recorder};

fn doctor(url: &str, args: &str) -> Ended {
    Cli::plain(url, &format!("doctor {args}")).run()
}

/// Mark and text of a provider's check.
#[track_caller]
fn finds(ended: &Ended, what: &str, mark: &str, text: &str) {
    let line = ended
        .stdout
        .lines()
        .find(|line| line[5..].trim_start().starts_with(what));
    let line = line.unwrap_or_else(|| panic!("no `{what}`: {ended:#?}"));
    assert_eq!(line.split_whitespace().next(), Some(mark), "{ended:#?}");
    assert!(line.contains(text), "{ended:#?}");
}

#[test]
fn an_account_in_order_is_0_and_everything_is_told() {
    let emulated = Emulated::any();
    let ended = doctor(&emulated.url(), "dellin").with_code(0);
    finds(&ended, "settings", "ok", "3 from the environment");
    finds(&ended, "credentials", "ok", "appkey, session");
    finds(&ended, "host", "ok", "answers");
    finds(&ended, "TLS", "-", "within this machine");
    finds(&ended, "clock", "ok", "agrees");
    finds(&ended, "session", "ok", "lives for");
}

#[test]
fn a_login_is_tried_with_each_kind_of_credentials() {
    let emulated = Emulated::any();
    let run = |name: &str, more: Option<&str>| {
        let mut cli = Cli::plain(&emulated.url(), "doctor dellin")
            .without("DELLIN_SESSION")
            .env(name, "any");
        if let Some(more) = more {
            cli = cli.env(more, "any");
        }
        cli.run().with_code(0)
    };
    finds(&run("DELLIN_PAT", None), "login", "ok", "logged in, lives for 30 days");
    finds(
        &run("DELLIN_LOGIN", Some("DELLIN_PASSWORD")),
        "login",
        "ok",
        "logged in",
    );
}

#[test]
fn credentials_that_the_provider_refuses_are_1() {
    let config = DellinConfig {
        appkeys: vec!["another".to_owned()],
        ..DellinConfig::default()
    };
    let emulated = Emulated::with(EmulatorConfig::default().dellin(config));
    let ended = doctor(&emulated.url(), "dellin").with_code(1);
    finds(&ended, "session", "BAD", "");
    assert!(!ended.stdout.contains("secret-"), "{ended:#?}");
}

#[test]
fn thulium_is_asked_for_its_campaigns_and_for_nothing_else() {
    let emulated = Emulated::with(EmulatorConfig::default().campaign(CampaignConfig::new("00042")));
    let ended = doctor(&emulated.url(), "thulium").with_code(0);
    finds(&ended, "login", "ok", "taken; the system has 1 active campaign");
    assert_eq!(emulated.truth().tally(Method::ThuliumStats).received, 1);
}

#[test]
fn credentials_that_thulium_refuses_are_1_and_not_shown() {
    let rule = FaultRule::new(Fault::Status {
        status: 401,
        acts: false,
    });
    let emulated = Emulated::with(EmulatorConfig::default().fault(rule.on(Method::ThuliumStats)));
    let ended = doctor(&emulated.url(), "thulium").with_code(1);
    finds(&ended, "login", "BAD", "the active campaigns cannot be read");
    assert!(
        ended.stdout.contains("to do: look at the user and the password"),
        "{ended:#?}"
    );
    assert!(!ended.stdout.contains("secret-"), "{ended:#?}");
}

#[test]
fn nothing_is_ever_deleted_nor_written() {
    let emulated = Emulated::any();
    doctor(&emulated.url(), "").with_code(0);
    let truth = emulated.truth();
    for method in [
        Method::CalltouchImport,
        Method::CalltouchLeads,
        Method::DellinBook,
        Method::ThuliumCustomers,
        Method::ThuliumPhones,
    ] {
        assert_eq!(truth.tally(method).received, 0, "{method:?}");
    }
}

#[test]
fn the_question_to_the_host_carries_no_credentials() {
    let recorder = Recorder::start(Canned::Echo(404));
    let ended = doctor(recorder.url(), "").with_code(1);
    let first = recorder.requests().first().cloned().unwrap();
    assert!(first.starts_with("GET / HTTP/1.1"), "{first}");
    let heads = recorder.heads();
    let questions = heads.iter().filter(|head| head.starts_with("GET / "));
    assert!(
        questions.clone().count() == 3 && questions.clone().all(|head| !head.contains("secret")),
        "{heads:?}"
    );
    assert!(!ended.stdout.contains("secret-"), "{ended:#?}");
}

#[test]
fn a_host_that_is_not_there_is_1_and_no_login_is_tried() {
    let ended = doctor("http://127.0.0.1:9", "dellin").with_code(1);
    finds(&ended, "host", "BAD", "could not connect");
    finds(&ended, "login", "-", "not tried before");
}

/// Only rustls tells it from a connection that broke.
#[cfg(not(feature = "native-tls"))]
#[test]
fn a_port_that_speaks_no_tls_is_told_as_such() {
    let emulated = Emulated::any();
    let ended = doctor(&emulated.url().replace("http:", "https:"), "calltouch").with_code(1);
    finds(&ended, "TLS", "BAD", "does not speak TLS");
}

#[test]
fn a_clock_that_is_off_is_1() {
    let recorder = Recorder::start(Canned::At("Sun, 22 Nov 2020 08:00:00 GMT"));
    let ended = doctor(recorder.url(), "calltouch").with_code(1);
    finds(&ended, "clock", "BAD", "ahead of the server's");
}

#[test]
fn what_is_missing_is_named() {
    let emulated = Emulated::any();
    let ended = Cli::plain(&emulated.url(), "doctor calltouch")
        .without("CALLTOUCH_TOKEN")
        .run();
    finds(&ended.with_code(1), "credentials", "BAD", "CALLTOUCH_TOKEN");
}

#[test]
fn providers_that_are_not_set_up_are_left_alone_unless_they_are_named() {
    let emulated = Emulated::any();
    let cli = |args: &str| {
        Cli::plain(&emulated.url(), args)
            .without("CALLTOUCH_TOKEN")
            .without("CALLTOUCH_SITE_ID")
            .run()
    };
    let all = cli("doctor").with_code(0);
    assert!(all.stdout.contains("calltouch\n  -    not set up\n"), "{all:#?}");
    cli("doctor calltouch").with_code(1);
}
