//! What is said at the end of a job.

use batchwise_emulator::{Busy, CampaignConfig, EmulatorConfig, Fault, FaultRule, Method, SpaceConfig};

use crate::support::{Cli, Emulated, file, is_as_before, tamed};

/// Runs a job and holds what it says against a file.
fn ends_as_before(name: &str, config: EmulatorConfig, args: &str, code: i32) {
    let emulated = Emulated::with(config);
    let ended = Cli::new(&emulated.url(), args).run().with_code(code);
    let text = format!(
        "$ batchwise {args}\n{}exit {code}\n",
        tamed(&ended.stderr, &emulated.url())
    );
    is_as_before(&format!("endings/{name}"), &text);
}

#[test]
fn a_job_that_did_all() {
    let config = EmulatorConfig::default().calltouch_import(SpaceConfig::any().absent([51003]));
    ends_as_before(
        "all",
        config,
        "calltouch-import delete 51001 51002 51003 51001 --yes",
        0,
    );
}

#[test]
fn a_record_that_was_refused() {
    let config = EmulatorConfig::default().calltouch_import(SpaceConfig::any().poison([51002]));
    ends_as_before("refused", config, "calltouch-import delete 51001 51002 --yes", 1);
}

#[test]
fn a_job_that_found_nothing() {
    let config = EmulatorConfig::default().calltouch_import(SpaceConfig::only([1]));
    ends_as_before("nothing-found", config, "calltouch-import delete 51001 --yes", 1);
}

#[test]
fn a_limit() {
    let args = "calltouch-import delete 51001 51002 51003 --limit 1 --yes";
    ends_as_before("limit", EmulatorConfig::default(), args, 3);
}

#[test]
fn credentials_that_are_refused() {
    let rule = FaultRule::new(Fault::Status {
        status: 401,
        acts: false,
    })
    .on(Method::CalltouchImport);
    let args = "calltouch-import delete 51001 51002 --yes";
    ends_as_before("credentials", EmulatorConfig::default().fault(rule), args, 3);
}

#[test]
fn customers_who_are_still_in_the_campaign() {
    let customers = SpaceConfig::any().busy([7002], Busy::Forever).poison([7003]);
    let config = EmulatorConfig::default().campaign(CampaignConfig::new("00042").customers(customers));
    let args = "thulium-campaign delete --campaign 00042 7001 7002 7003 --busy-wait 0 --busy-rounds 1 --yes";
    ends_as_before("campaign", config, args, 1);
}

#[test]
fn a_plan_without_sending() {
    let emulated = Emulated::any();
    let ids: String = (1..=1234).map(|id| format!("{id}\n")).collect();
    let args = "calltouch-import delete --dry-run";
    let ended = Cli::plain(&emulated.url(), args)
        .input(&file(".txt", ids))
        .run()
        .with_code(0);
    is_as_before("endings/dry-run", &tamed(&ended.stdout, &emulated.url()));
}
