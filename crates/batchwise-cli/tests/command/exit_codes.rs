//! How the command ends.

use batchwise_emulator::{EmulatorConfig, Fault, FaultRule, Method, SpaceConfig};

use crate::support::{Cli, Emulated, file};

#[test]
fn every_record_deleted_is_0() {
    let emulated = Emulated::any();
    let ended = Cli::new(&emulated.url(), "calltouch-import delete 51001 51002 --yes").run();
    ended.with_code(0).says("2 import logs: 2 deleted; 1 call;");
    assert!(emulated.truth().calltouch.is_removed(&51002));
}

#[test]
fn an_absent_record_among_deleted_ones_is_0() {
    let emulated = Emulated::with(EmulatorConfig::default().calltouch_import(SpaceConfig::any().absent([51002])));
    let ended = Cli::new(&emulated.url(), "calltouch-import delete 51001 51002 --yes").run();
    assert_eq!(
        ended.with_code(0).outcomes(),
        [("51001", "deleted"), ("51002", "not_found")]
    );
}

#[test]
fn a_refused_record_is_1() {
    let emulated = Emulated::with(EmulatorConfig::default().calltouch_import(SpaceConfig::any().poison([51002])));
    let ended = Cli::new(&emulated.url(), "calltouch-import delete 51001 51002 --yes").run();
    assert_eq!(
        ended.with_code(1).outcomes(),
        [("51001", "deleted"), ("51002", "rejected")]
    );
}

#[test]
fn nothing_but_absent_records_is_1_and_asks_for_the_account() {
    let emulated = Emulated::with(EmulatorConfig::default().calltouch_import(SpaceConfig::only([1])));
    let ended = Cli::new(&emulated.url(), "calltouch-import delete 51001 --yes").run();
    ended.with_code(1).says("wrong campaign or account?");
}

#[test]
fn nothing_but_absent_records_is_0_where_that_is_allowed() {
    let emulated = Emulated::with(EmulatorConfig::default().calltouch_import(SpaceConfig::only([1])));
    let ended = Cli::new(&emulated.url(), "calltouch-import delete 51001 --yes --allow-missing").run();
    assert!(!ended.with_code(0).stderr.contains("wrong campaign"));
}

#[test]
fn three_batches_of_absent_records_stop_the_job_with_3() {
    let emulated = Emulated::with(EmulatorConfig::default().calltouch_import(SpaceConfig::only([1])));
    let ids: String = (1001..=1500).map(|id| format!("{id}\n")).collect();
    let ended = Cli::new(&emulated.url(), "calltouch-import delete --yes")
        .input(&file(".txt", ids))
        .run();
    let ended = ended.with_code(3).says("wrong campaign or account?");
    let count = |outcome: &str| ended.stdout.lines().filter(|line| line.starts_with(outcome)).count();
    assert_eq!((count("not_found"), count("not_sent")), (300, 200));
    assert_eq!(emulated.truth().tally(Method::CalltouchImport).received, 3);
}

#[test]
fn a_usage_error_is_2() {
    for args in [
        "calltouch-import delete",
        "calltouch-import delete 1 -i x --yes",
        "calltouch-import delete 1 --yes --rate 5/d",
        "calltouch-import delete 1 --yes --deadline soon",
        "thulium-campaign delete --campaign 42 7001 --yes",
        "thulium-campaign delete 7001 --yes",
        "thulium-campaign delete --campaign 00042 7001 --yes --additional-numbers",
        "calltouch-leads add-fields --yes",
        "no-such-thing",
    ] {
        Cli::plain("http://127.0.0.1:9", args).run().with_code(2);
    }
}

#[test]
fn help_and_version_are_0() {
    for args in ["--help", "--version", "thulium-campaign delete --help"] {
        Cli::plain("http://127.0.0.1:9", args).run().with_code(0);
    }
}

#[test]
fn refused_credentials_are_3_and_leave_the_rest_unsent() {
    let rule = FaultRule::new(Fault::Status {
        status: 401,
        acts: false,
    });
    let emulated = Emulated::with(EmulatorConfig::default().fault(rule.on(Method::CalltouchImport)));
    let ended = Cli::new(&emulated.url(), "calltouch-import delete 51001 51002 --yes").run();
    let ended = ended.with_code(3).says("credentials");
    assert_eq!(ended.outcomes(), [("51001", "not_sent"), ("51002", "not_sent")]);
    assert_eq!(emulated.truth().tally(Method::CalltouchImport).received, 1);
}

#[test]
fn an_unknown_campaign_is_3() {
    let campaign = batchwise_emulator::CampaignConfig::new("00001");
    let emulated = Emulated::with(EmulatorConfig::default().campaign(campaign));
    let ended = Cli::new(&emulated.url(), "thulium-campaign delete --campaign 00042 7001 --yes").run();
    assert_eq!(ended.with_code(3).outcomes(), [("00042:7001", "not_sent")]);
}

#[test]
fn a_limit_is_3_only_when_it_leaves_something_out() {
    let emulated = Emulated::any();
    let run = |args: &str| {
        Cli::new(
            &emulated.url(),
            &format!("calltouch-import delete --yes --limit 2 {args}"),
        )
        .run()
    };
    run("51001 51002 51001").with_code(0);
    let ended = run("52001 52002 52003").with_code(3);
    assert_eq!(
        ended.outcomes(),
        [("52001", "deleted"), ("52002", "deleted"), ("52003", "not_sent")]
    );
    assert!(!emulated.truth().calltouch.is_removed(&52003));
}

#[test]
fn a_deadline_that_has_come_is_3_and_nothing_is_sent() {
    let emulated = Emulated::any();
    let ended = Cli::new(&emulated.url(), "calltouch-import delete 51001 --yes --deadline 0s").run();
    assert_eq!(ended.with_code(3).outcomes(), [("51001", "not_sent")]);
    assert_eq!(emulated.truth().tally(Method::CalltouchImport).received, 0);
}

#[test]
fn an_empty_input_is_0() {
    Cli::new("http://127.0.0.1:9", "calltouch-import delete --yes")
        .input(&file(".txt", ""))
        .run()
        .with_code(0);
}
