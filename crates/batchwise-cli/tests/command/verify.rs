//! Whether what a job was about is still there.

use std::path::Path;

use batchwise_emulator::{
    BookConfig, Busy, CampaignConfig, EmulatorConfig, Fault, FaultRule, Method, PhonesConfig, SpaceConfig,
};
use serde_json::Value;

use crate::support::{Cli, Emulated, Ended, file};

/// Two counteragents with two addresses each, and a phone at each of those.
fn book() -> EmulatorConfig {
    EmulatorConfig::default().dellin_book(BookConfig {
        counteragents: SpaceConfig::only([10, 11]),
        addresses: SpaceConfig::only([20, 21, 22, 23]).poison([23]),
        phones: SpaceConfig::only([40, 41, 42, 43]),
        ..BookConfig::default()
    })
}

/// The list shows an address that was deleted.
fn ghost() -> EmulatorConfig {
    let rule = FaultRule::new(Fault::Extra)
        .on(Method::DellinLists)
        .record("counteragent:70011");
    EmulatorConfig::default().fault(rule)
}

/// The list cannot be read to its end.
fn broken_list() -> EmulatorConfig {
    let fault = Fault::Status {
        status: 400,
        acts: false,
    };
    book().fault(FaultRule::new(fault).on(Method::DellinLists).nth(2))
}

fn delete(emulated: &Emulated, args: &str) -> Ended {
    Cli::new(&emulated.url(), &format!("{args} --yes")).run()
}

#[test]
fn a_look_that_contradicts_the_outcomes_is_told_by_everything_that_tells_of_the_job() {
    let (emulated, directory) = (Emulated::with(ghost()), tempfile::tempdir().unwrap());
    let path = |name: &str| directory.path().join(name);
    let run = |args: &str| {
        Cli::new(
            &emulated.url(),
            &format!("dellin-book delete --yes {args} address:1000000007"),
        )
        .arg("--journal")
        .arg(path("job.db"))
        .arg("--summary")
        .arg(path("summary.json"))
        .run()
    };
    let there = "1 record is STILL THERE although its outcome says gone";
    run("--verify").with_code(1).says(there);
    // The same command again sends nothing, and is judged the same.
    run("").with_code(1).says(there);
    let summary: Value = serde_json::from_str(&std::fs::read_to_string(path("summary.json")).unwrap()).unwrap();
    assert_eq!(
        (&summary["exit_code"], &summary["verified"]["still_there"]),
        (&1.into(), &1.into())
    );
    let report = |args: &str| Cli::bare(&format!("report {args}")).arg(path("job.db"));
    assert!(report("").run().with_code(0).stdout.contains(there));
    report("")
        .arg("--evidence")
        .arg(path("evidence.txt"))
        .run()
        .with_code(0);
    assert!(std::fs::read_to_string(path("evidence.txt")).unwrap().contains(there));
    report("").arg("--html").arg(path("page.html")).run().with_code(0);
    let page = std::fs::read_to_string(path("page.html")).unwrap();
    assert!(page.contains(there) && !page.contains("Nothing is left to do"));
}

/// Record, outcome and what was seen, of `-o ndjson`, sorted.
fn seen(ended: &Ended) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let row = |row: &Value| {
        format!(
            "{} {} {}",
            text(&row["record"]),
            text(&row["outcome"]),
            text(&row["verified"])
        )
    };
    let mut rows: Vec<String> = ended.rows().iter().map(row).collect();
    rows.sort();
    rows
}

#[test]
fn each_record_says_whether_it_is_still_there() {
    let emulated = Emulated::with(book());
    let ended = delete(
        &emulated,
        "dellin-book delete --verify -o ndjson phone:40 phone:99 address:23 address:22 car:1 --keep-going",
    );
    assert_eq!(
        seen(&ended),
        [
            "address:22 deleted absent",
            "address:23 rejected present",
            "car:1 rejected unchecked",
            "phone:40 deleted absent",
            "phone:99 not_found absent"
        ]
    );
    // Rejected ones make it 1; that one of them is there is no contradiction.
    ended.with_code(1).says("verified: 3 absent, 1 present, 1 unchecked");
}

#[test]
fn without_the_flag_nothing_is_listed_and_no_row_has_the_member() {
    let emulated = Emulated::with(book());
    let ended = delete(&emulated, "dellin-book delete -o ndjson phone:40").with_code(0);
    assert!(!ended.stdout.contains("verified"));
    assert_eq!(emulated.truth().tally(Method::DellinLists).received, 0);
}

#[test]
fn csv_and_lines_say_it_too() {
    let emulated = Emulated::with(book());
    let ended = delete(&emulated, "dellin-book delete --verify -o csv phone:40").with_code(0);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!(lines[0], "record,outcome,attempts,detail,line,at,provider,verified");
    assert!(
        lines[1].starts_with("phone:40,deleted,1,") && lines[1].ends_with(",absent"),
        "{}",
        lines[1]
    );
    let ended = delete(&emulated, "dellin-book delete --verify phone:41").with_code(0);
    assert_eq!(ended.stdout, "deleted           phone:41  [verified: absent]\n");
}

#[test]
fn what_is_there_after_it_was_deleted_makes_exit_1_and_is_named() {
    let emulated = Emulated::with(ghost());
    let ended = delete(
        &emulated,
        "dellin-book delete --verify -q -o ndjson address:1000000007 address:810022",
    );
    assert_eq!(
        seen(&ended),
        ["address:1000000007 deleted present", "address:810022 deleted absent"]
    );
    ended
        .with_code(1)
        .says("1 record is STILL THERE although its outcome says gone: address:1000000007");
}

#[test]
fn what_could_not_be_looked_at_is_unchecked_and_makes_exit_3() {
    let emulated = Emulated::with(broken_list());
    let ended = delete(&emulated, "dellin-book delete --verify -o ndjson phone:40 phone:41");
    assert_eq!(
        seen(&ended),
        ["phone:40 deleted unchecked", "phone:41 deleted unchecked"]
    );
    ended.with_code(3).says(
        "not everything could be verified: the list is not whole: a call failed: the request was refused (HTTP 400)",
    );
}

#[test]
fn a_campaign_is_looked_at_for_customers_and_each_has_one_row() {
    let campaign =
        |id: &str| CampaignConfig::new(id).customers(SpaceConfig::only(7001..=7150).busy([7002], Busy::Forever));
    let emulated = Emulated::with(
        EmulatorConfig::default()
            .campaign(campaign("00042"))
            .campaign(campaign("00043")),
    );
    let ended = delete(
        &emulated,
        "thulium-campaign delete --verify --busy-rounds 0 --campaign 00042 --campaign 00043 -o ndjson 7001 7002 7001",
    );
    assert_eq!(
        seen(&ended),
        [
            "7001 deleted absent",
            "7001 deleted absent",
            "7002 busy present",
            "7002 busy present"
        ]
    );
    ended.with_code(1);
    // Two pages of each campaign.
    assert_eq!(emulated.truth().tally(Method::ThuliumLists).received, 4);
}

#[test]
fn a_campaign_that_cannot_be_listed_leaves_those_of_the_other_checked() {
    let campaign = |id: &str| CampaignConfig::new(id).customers(SpaceConfig::only(7001..=7003));
    let fault = Fault::Status {
        status: 403,
        acts: false,
    };
    let config = EmulatorConfig::default()
        .campaign(campaign("00042"))
        .campaign(campaign("00043"))
        .fault(FaultRule::new(fault).on(Method::ThuliumLists).nth(1));
    let args = "thulium-campaign delete --verify --campaign 00042 --campaign 00043 -o ndjson 7001";
    let ended = delete(&Emulated::with(config), args);
    assert_eq!(seen(&ended), ["7001 deleted absent", "7001 deleted unchecked"]);
    ended.with_code(3).says("campaign 00042: the list is not whole");
}

#[test]
fn an_additional_number_is_in_no_list() {
    let phones = PhonesConfig {
        numbers: SpaceConfig::only(["600700801"]),
        additional: [("600700999".to_owned(), "600700801".to_owned())].into(),
        ..PhonesConfig::default()
    };
    let config = || EmulatorConfig::default().campaign(CampaignConfig::new("00042").phones(phones.clone()));
    let args = "thulium-campaign delete --verify --campaign 00042 --by phone -o ndjson";
    let ended = delete(&Emulated::with(config()), &format!("{args} 600700801"));
    assert_eq!(seen(&ended), ["600700801 deleted absent"]);
    let ended = delete(
        &Emulated::with(config()),
        &format!("{args} --additional-numbers 600700999"),
    );
    assert_eq!(seen(&ended), ["600700999 deleted unchecked"]);
}

#[test]
fn a_number_that_is_there_in_another_spelling_is_not_said_to_be_absent() {
    let phones = PhonesConfig::from(SpaceConfig::only(["+48600700801", "600700802"]));
    let emulated = Emulated::with(EmulatorConfig::default().campaign(CampaignConfig::new("00042").phones(phones)));
    let args = "thulium-campaign delete --verify --campaign 00042 --by phone --allow-missing -o ndjson";
    let ended = delete(&emulated, &format!("{args} 600700801 600700802 600700803"));
    assert_eq!(
        seen(&ended),
        [
            "600700801 not_found unchecked",
            "600700802 deleted absent",
            "600700803 not_found absent"
        ]
    );
}

/// A job with its results, summary and journal in a directory.
fn kept(emulated: &Emulated, directory: &Path, args: &str) -> Ended {
    let input = file(".csv", "kind,id\nphone,40\nphone,99\nphone,40\n");
    Cli::new(
        &emulated.url(),
        &format!("dellin-book delete --yes --results-dir out --journal job.db --summary sum.json {args}"),
    )
    .within(directory)
    .input(&input)
    .run()
}

#[test]
fn results_summary_and_report_have_it() {
    let (emulated, directory) = (Emulated::with(book()), tempfile::tempdir().unwrap());
    kept(&emulated, directory.path(), "--verify").with_code(0);
    let read = |name: &str| std::fs::read_to_string(directory.path().join(name)).unwrap();
    let rows = read("out/succeeded.csv");
    let header = rows.lines().next().unwrap();
    assert!(
        header.ends_with("error_request_id,verified,duplicate_of_line,job_id"),
        "{header}"
    );
    // Of the repeat too.
    assert_eq!(rows.matches(",absent,").count(), 3, "{rows}");
    let summary: Value = serde_json::from_str(&read("sum.json")).unwrap();
    assert_eq!(
        summary["verified"],
        serde_json::json!({"absent": 2, "present": 0, "unchecked": 0, "still_there": 0})
    );
    let report = |args: &str| {
        Cli::bare(&format!("report job.db {args}"))
            .within(directory.path())
            .run()
            .with_code(0)
    };
    assert!(report("").stdout.contains("\nverified   2 absent\n"));
    assert!(
        report("-o csv")
            .stdout
            .lines()
            .skip(1)
            .all(|line| line.ends_with(",absent"))
    );
}

#[test]
fn a_job_without_a_journal_is_looked_after_by_what_it_wrote() {
    let emulated = Emulated::with(book());
    let ended = delete(&emulated, "dellin-book delete --verify --no-journal -o ndjson phone:40");
    assert_eq!(seen(&ended), ["phone:40 deleted absent"]);
    ended.with_code(0).says("verified: 1 absent");
}

#[test]
fn a_job_that_is_resumed_is_verified_as_a_whole() {
    let (emulated, directory) = (Emulated::with(book()), tempfile::tempdir().unwrap());
    let input = file(".csv", "kind,id\nphone,40\nphone,41\n");
    Cli::new(
        &emulated.url(),
        "dellin-book delete --yes --verify --limit 1 --journal job.db",
    )
    .within(directory.path())
    .input(&input)
    .run()
    .with_code(3);
    let ended = Cli::plain(&emulated.url(), "resume job.db")
        .within(directory.path())
        .run()
        .with_code(0);
    assert_eq!(ended.stdout, "deleted           phone:41  [verified: absent]\n");
    ended.says("verified: 2 absent");
}

fn verify(emulated: &Emulated, directory: &Path, args: &str) -> Ended {
    Cli::new(&emulated.url(), &format!("verify job.db {args}"))
        .within(directory)
        .run()
}

#[test]
fn a_journal_is_verified_when_the_job_has_ended() {
    let (emulated, directory) = (Emulated::with(book()), tempfile::tempdir().unwrap());
    kept(&emulated, directory.path(), "").with_code(0);
    let ended = verify(&emulated, directory.path(), "").with_code(0);
    assert_eq!(ended.stdout, "2 absent\n");
    let ended = ended.says("journal job.db");
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:#?}");
    let report = Cli::bare("report job.db -o csv")
        .within(directory.path())
        .run()
        .with_code(0);
    assert!(
        report.stdout.lines().skip(1).all(|line| line.ends_with(",absent")),
        "{}",
        report.stdout
    );
    // Nothing is deleted by it.
    assert_eq!(emulated.truth().tally(Method::DellinBook).received, 1);
}

#[test]
fn a_journal_tells_what_is_still_there() {
    let (emulated, directory) = (Emulated::with(ghost()), tempfile::tempdir().unwrap());
    Cli::new(
        &emulated.url(),
        "dellin-book delete --yes --journal job.db address:1000000007",
    )
    .within(directory.path())
    .run()
    .with_code(0);
    let ended = verify(&emulated, directory.path(), "")
        .with_code(1)
        .says("1 record is STILL THERE");
    assert_eq!(ended.stdout, "1 present\n");
}

#[test]
fn a_list_that_breaks_off_ends_a_verification_with_3() {
    let (emulated, directory) = (Emulated::with(broken_list()), tempfile::tempdir().unwrap());
    kept(&emulated, directory.path(), "").with_code(0);
    let ended = verify(&emulated, directory.path(), "")
        .with_code(3)
        .says("not everything could be verified");
    assert_eq!(ended.stdout, "2 unchecked\n");
    verify(&emulated, directory.path(), "").with_code(0);
}

#[test]
fn a_journal_of_customers_and_one_of_phones_are_verified_in_their_campaigns() {
    let campaign = CampaignConfig::new("00042").customers(SpaceConfig::only([7001, 7002]));
    let phones = CampaignConfig::new("00043").phones(PhonesConfig::from(SpaceConfig::only(["600700801"])));
    let emulated = Emulated::with(EmulatorConfig::default().campaign(campaign).campaign(phones));
    for job in ["--campaign 00042 7001", "--campaign 00043 --by phone 600700801"] {
        let directory = tempfile::tempdir().unwrap();
        Cli::new(
            &emulated.url(),
            &format!("thulium-campaign delete --yes --journal job.db {job}"),
        )
        .within(directory.path())
        .run()
        .with_code(0);
        assert_eq!(
            verify(&emulated, directory.path(), "").with_code(0).stdout,
            "1 absent\n",
            "{job}"
        );
    }
}

#[test]
fn another_account_and_another_provider_are_refused() {
    let (emulated, directory) = (Emulated::with(book()), tempfile::tempdir().unwrap());
    kept(&emulated, directory.path(), "").with_code(0);
    let other = Emulated::any();
    verify(&other, directory.path(), "")
        .with_code(2)
        .says("the job was for account of DELLIN_SESSION at 127.0.0.1");
    Cli::new(&emulated.url(), "calltouch-import delete --yes --journal imports.db 1")
        .within(directory.path())
        .run()
        .with_code(0);
    Cli::new(&emulated.url(), "verify imports.db")
        .within(directory.path())
        .run()
        .with_code(2)
        .says("calltouch-import has no list to look into");
    assert_eq!(other.truth().tally(Method::DellinLists).received, 0);
}

#[test]
fn a_finished_job_whose_look_failed_ends_with_3_until_a_look_tells() {
    let (emulated, directory) = (Emulated::with(broken_list()), tempfile::tempdir().unwrap());
    kept(&emulated, directory.path(), "--verify")
        .with_code(3)
        .says("look once more with: batchwise verify job.db");
    kept(&emulated, directory.path(), "")
        .with_code(3)
        .says("not everything could be verified: 2 records were not looked at")
        .says("look once more with: batchwise verify job.db");
    Cli::bare("report job.db --html page.html")
        .within(directory.path())
        .run()
        .with_code(0);
    let page = std::fs::read_to_string(directory.path().join("page.html")).unwrap();
    assert!(page.contains("batchwise verify ") && !page.contains("Nothing is left to do"));
    verify(&emulated, directory.path(), "").with_code(0);
    kept(&emulated, directory.path(), "").with_code(0);
}

#[test]
fn a_finished_job_that_is_asked_to_verify_looks_again() {
    let (emulated, directory) = (Emulated::with(broken_list()), tempfile::tempdir().unwrap());
    kept(&emulated, directory.path(), "--verify").with_code(3);
    kept(&emulated, directory.path(), "--verify")
        .with_code(0)
        .says("nothing sent")
        .says("verified: 2 absent");
    assert_eq!(emulated.truth().tally(Method::DellinBook).received, 1);
}

#[test]
fn a_finished_job_that_was_to_be_verified_is_looked_at_by_resume() {
    let (emulated, directory) = (Emulated::with(broken_list()), tempfile::tempdir().unwrap());
    Cli::new(
        &emulated.url(),
        "dellin-book delete --yes --verify --journal job.db phone:40 phone:41",
    )
    .within(directory.path())
    .run()
    .with_code(3);
    Cli::plain(&emulated.url(), "resume job.db")
        .within(directory.path())
        .run()
        .with_code(0)
        .says("verified: 2 absent");
}

#[test]
fn customers_of_whom_no_answer_tells_are_not_said_to_be_in_the_campaign_where_a_look_finds_them_absent() {
    let acts = Fault::Status {
        status: 500,
        acts: true,
    };
    let config = || {
        let campaign = CampaignConfig::new("00042").customers(SpaceConfig::only([7001, 7002]));
        EmulatorConfig::default()
            .campaign(campaign)
            .fault(FaultRule::new(acts).on(Method::ThuliumCustomers))
    };
    let job = "thulium-campaign delete --yes --campaign 00042 --max-attempts 1 --journal job.db 7001 7002";
    let run = |args: &str| {
        let (emulated, directory) = (Emulated::with(config()), tempfile::tempdir().unwrap());
        let ended = Cli::new(&emulated.url(), &format!("{job} {args}"))
            .within(directory.path())
            .run();
        Cli::bare("report job.db --html page.html")
            .within(directory.path())
            .run()
            .with_code(0);
        let page = std::fs::read_to_string(directory.path().join("page.html")).unwrap();
        (ended, page)
    };
    let (ended, page) = run("");
    ended.says("2 customers may STILL be in the campaign, nobody can tell");
    assert!(page.contains("None of 2 customers is out of campaign 00042; of 2 nobody can tell."));
    let (ended, page) = run("--verify");
    assert!(!ended.stderr.contains("STILL"), "{ended:#?}");
    ended.says("verified: 2 absent");
    assert!(page.contains("2 more were seen to be absent afterwards") && !page.contains("of 2 nobody can tell"));
}
