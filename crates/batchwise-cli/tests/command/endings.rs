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
fn lines_that_are_no_customers_are_told_apart_from_those_who_are_still_in_the_campaign() {
    let customers = SpaceConfig::any().poison([7002]);
    let config = EmulatorConfig::default().campaign(CampaignConfig::new("00042").customers(customers));
    for args in ["", "--no-journal"] {
        let emulated = Emulated::with(config.clone());
        let args = format!("thulium-campaign delete --campaign 00042 --keep-going --yes {args}");
        let ended = Cli::new(&emulated.url(), &args)
            .input(&file(".txt", "7001\n7002\nabc\nx\n"))
            .run()
            .with_code(1)
            .says("1 deleted, 2 rejected, 1 unknown")
            .says("2 lines are no customers");
        let last = ended.stderr.lines().last();
        let told = "batchwise: 1 customer may STILL be in the campaign, nobody can tell";
        assert_eq!(last, Some(told), "{args}");
    }
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

/// The journal of a job with every kind of trouble, and the text without what differs from run to run.
fn troubled(directory: &std::path::Path, args: &str) -> String {
    let space = SpaceConfig::any().poison([51003]).absent([51004]);
    let lost = FaultRule::new(Fault::Status {
        status: 502,
        acts: true,
    });
    let lost = lost.on(Method::CalltouchImport).nth(1);
    let emulated = Emulated::with(EmulatorConfig::default().calltouch_import(space).fault(lost));
    Cli::new(
        &emulated.url(),
        "calltouch-import delete 51001 51002 51003 51004 51001 --yes -q",
    )
    .within(directory)
    .arg("--journal")
    .arg("job.db")
    .arg("--results-dir")
    .arg("results")
    .arg("--summary")
    .arg("summary.json")
    .run()
    .with_code(1);
    let told = Cli::bare(args).within(directory).run().with_code(0).stdout;
    steady(&told, &emulated.url())
}

/// Ids of jobs, times, processes and whose they are, made alike.
fn steady(text: &str, url: &str) -> String {
    let lines = tamed(text, url);
    let lines = lines.lines().map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let alike = words.iter().map(|word| {
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            let is_time = word.len() >= 20 && word.get(4..5) == Some("-") && word.ends_with(['Z', ',', '"']);
            let is_id = word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) && digits > 0;
            match () {
                () if is_time => "TIME",
                () if is_id => "ID",
                () => word,
            }
        });
        alike.collect::<Vec<_>>().join(" ")
    });
    let keep = |line: &String| !line.starts_with("speed ") && !line.starts_with("waits ");
    let lines = lines.filter(keep).map(|line| match line.split_once(" by ") {
        Some((before, _)) if line.starts_with("began ") => format!("{before} by USER on MACHINE"),
        _ => line,
    });
    lines.map(|line| line + "\n").collect()
}

#[test]
fn the_report_of_a_job() {
    let directory = tempfile::tempdir().unwrap();
    is_as_before("endings/report", &troubled(directory.path(), "report job.db"));
}

#[test]
fn the_report_of_a_directory_of_result_files() {
    let directory = tempfile::tempdir().unwrap();
    let text = troubled(directory.path(), "report results");
    // Its journal lies elsewhere, and nobody told where.
    is_as_before("endings/report-of-files", &text);
}

#[test]
fn the_summary_for_programs() {
    let directory = tempfile::tempdir().unwrap();
    troubled(directory.path(), "report job.db");
    let summary = std::fs::read_to_string(directory.path().join("summary.json")).unwrap();
    let mut summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    // Whole, wherever the job was begun.
    assert!(std::path::Path::new(summary["journal"].as_str().unwrap()).is_absolute());
    summary["journal"] = "job.db".into();
    for differs in ["job_id", "host", "started", "took_seconds"] {
        assert!(summary[differs].is_string() || summary[differs].is_number());
        summary[differs] = "...".into();
    }
    is_as_before("endings/summary", &format!("{summary:#}\n"));
}
