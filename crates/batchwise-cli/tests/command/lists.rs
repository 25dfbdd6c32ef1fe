//! Lists, and what `delete` makes of them.

use batchwise_emulator::{
    BookConfig, CampaignConfig, DellinConfig, EmulatorConfig, Fault, FaultRule, Method, PhonesConfig, SpaceConfig,
    UpdateRule,
};

use crate::support::{Cli, Emulated, Ended, file};

/// Two counteragents, the second one anonymous, with two addresses each, a phone and a person at each of those. What belongs
/// to counteragent 10 was last updated in 2023, but for address 22.
fn book() -> EmulatorConfig {
    EmulatorConfig::default().dellin_book(BookConfig {
        counteragents: SpaceConfig::only([10, 11]),
        addresses: SpaceConfig::only([20, 21, 22, 23]),
        phones: SpaceConfig::only([40, 41, 42, 43]),
        contacts: SpaceConfig::only([60, 61, 62, 63]),
        anonymous: [11].into(),
        updated: vec![UpdateRule {
            at: "2023-05-18 17:23:58".to_owned(),
            counteragents: [10].into(),
            addresses: [20].into(),
        }],
    })
}

/// 250 customers; the last fifty are not to be called.
fn campaign() -> EmulatorConfig {
    let campaign = CampaignConfig::new("00042").customers(SpaceConfig::only(7001..=7250));
    EmulatorConfig::default().campaign(campaign.status("NO_CALL", 7201..=7250))
}

fn list(emulated: &Emulated, args: &str) -> Ended {
    Cli::new(&emulated.url(), args).run()
}

/// Kind and id of each row.
fn objects(csv: &str) -> Vec<String> {
    let row = |line: &str| line.split(',').take(2).collect::<Vec<_>>().join(":");
    csv.lines().skip(1).map(row).collect()
}

#[test]
fn a_book_is_listed_with_names_parents_and_dates() {
    let emulated = Emulated::with(book());
    let ended = list(&emulated, "dellin-book list")
        .with_code(0)
        .says("14 address-book objects listed; 7 calls");
    assert!(ended.stdout.starts_with("kind,id,name,parent,last_update,anonymous\n"));
    let rows: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!(rows[1], "counteragent,10,Ромашка-10,,2023-05-18 17:23:58,false");
    assert_eq!(
        rows[3],
        "phone,40,'+7 (900) 0000040,address:20,2023-05-18 17:23:58,false"
    );
    assert_eq!(rows.len(), 15);
}

#[test]
fn ndjson_has_the_same_members() {
    let emulated = Emulated::with(book());
    let ended = list(&emulated, "dellin-book list -o ndjson --kind counteragent").with_code(0);
    assert_eq!(
        ended.stdout.lines().next().unwrap(),
        "{\"kind\":\"counteragent\",\"id\":10,\"name\":\"Ромашка-10\",\"parent\":null,\
         \"last_update\":\"2023-05-18 17:23:58\",\"anonymous\":false}"
    );
}

#[test]
fn what_is_listed_is_deleted_from_a_pipe_and_from_a_file_in_either_form() {
    for form in ["csv", "ndjson"] {
        let emulated = Emulated::with(book());
        let listed = list(&emulated, &format!("dellin-book list -o {form} --kind phone,contact")).with_code(0);
        let deleted = Cli::new(&emulated.url(), "dellin-book delete --yes -i -").run_with(&listed.stdout);
        assert_eq!(deleted.with_code(0).outcomes().len(), 8);
        let listed = list(&emulated, &format!("dellin-book list -o {form}")).with_code(0);
        let deleted = Cli::new(&emulated.url(), "dellin-book delete --yes")
            .input(&file(&format!(".{form}"), &listed.stdout))
            .run();
        assert_eq!(deleted.with_code(0).outcomes().len(), 6);
        assert_eq!(emulated.truth().dellin.removed_count(), 14);
        let left = list(&emulated, "dellin-book list")
            .with_code(0)
            .says("0 address-book objects listed");
        assert_eq!(left.stdout.lines().count(), 1);
    }
}

#[test]
fn kinds_and_anonymous_receivers_narrow_the_list() {
    let emulated = Emulated::with(book());
    let of = |args: &str| objects(&list(&emulated, &format!("dellin-book list {args}")).with_code(0).stdout);
    assert_eq!(of("--kind counteragent"), ["counteragent:10", "counteragent:11"]);
    assert_eq!(of("--kind phone --kind address").len(), 8);
    assert_eq!(of("--anonymous --kind counteragent"), ["counteragent:11"]);
    assert_eq!(
        of("--anonymous=no --kind counteragent,address"),
        ["counteragent:10", "address:20", "address:22"]
    );
}

#[test]
fn what_is_unused_has_nothing_below_it_that_is_used() {
    let emulated = Emulated::with(book());
    let of = |args: &str| objects(&list(&emulated, &format!("dellin-book list {args}")).with_code(0).stdout);
    // Counteragent 10 is old, and its address 22 is not.
    let unused = ["address:20", "phone:40", "contact:60"];
    assert_eq!(of("--unused-since 2024-01-01"), unused);
    assert_eq!(of("--unused-since 2024-01-01 --kind phone"), ["phone:40"]);
    assert_eq!(of("--unused-since 2023-05-18"), [""; 0], "that day is since it");
    assert_eq!(of("--unused-since 2023-05-19"), unused);
    assert_eq!(of("--unused-since 2030-01-01").len(), 14);
}

#[test]
fn a_day_that_is_none_is_refused_before_any_call() {
    let emulated = Emulated::with(book());
    for day in ["2024", "01.01.2024", "2024-02-30", "2024-01-01T10:00"] {
        list(&emulated, &format!("dellin-book list --unused-since {day}"))
            .with_code(2)
            .says("expected YYYY-MM-DD such as 2024-01-01");
    }
    list(&emulated, "dellin-book list --kind phones")
        .with_code(2)
        .says("did you mean `phone`?");
    assert_eq!(emulated.truth().tally(Method::DellinLists).received, 0);
}

#[test]
fn a_list_that_is_not_whole_writes_nothing_and_ends_with_3() {
    let rule = FaultRule::new(Fault::Status {
        status: 400,
        acts: false,
    })
    .record("address:22");
    let emulated = Emulated::with(book().fault(rule));
    let ended = list(&emulated, "dellin-book list")
        .with_code(3)
        .says("the list is not whole: a call failed: the request was refused (HTTP 400)")
        .says("4 address-book objects had been found; nothing was written (--partial writes them)");
    assert_eq!(ended.stdout, "");
}

#[test]
fn a_part_is_written_where_it_is_wanted_and_ends_with_3_all_the_same() {
    let rule = FaultRule::new(Fault::Status {
        status: 400,
        acts: false,
    })
    .record("address:22");
    let emulated = Emulated::with(book().fault(rule));
    let ended = list(&emulated, "dellin-book list --partial")
        .with_code(3)
        .says("written all the same");
    assert_eq!(
        objects(&ended.stdout),
        ["counteragent:10", "address:20", "phone:40", "contact:60"]
    );
}

#[test]
fn refused_credentials_end_a_list_with_3() {
    let config = book().dellin(DellinConfig {
        appkeys: vec!["another".to_owned()],
        ..DellinConfig::default()
    });
    let ended = list(&Emulated::with(config), "dellin-book list")
        .with_code(3)
        .says("credentials refused");
    assert_eq!(ended.stdout, "");
    assert!(!ended.stderr.contains("secret"), "{}", ended.stderr);
}

#[test]
fn a_login_is_made_and_renewed_for_a_list() {
    let config = book().dellin(DellinConfig {
        session_calls: Some(3),
        ..DellinConfig::default()
    });
    let emulated = Emulated::with(config);
    Cli::new(&emulated.url(), "dellin-book list")
        .without("DELLIN_SESSION")
        .env("DELLIN_PAT", "secret-pat")
        .run()
        .with_code(0)
        .says("14 address-book objects listed");
    assert_eq!(emulated.truth().logins, 3);
}

#[test]
fn a_campaign_is_listed_and_what_is_listed_is_removed() {
    let emulated = Emulated::with(campaign());
    let args = "thulium-campaign list --campaign 00042 --status no_call";
    let listed = list(&emulated, args).with_code(0).says("50 records listed; 1 call");
    let mut rows = listed.stdout.lines();
    assert_eq!(
        rows.next().unwrap(),
        "campaign,customer_id,record_id,system_status,status,create_date,call_date"
    );
    assert_eq!(
        rows.next().unwrap(),
        "00042,7201,90511,NO_CALL,Do obdzwonienia,2024-06-01 12:00,"
    );
    Cli::new(&emulated.url(), "thulium-campaign delete --yes")
        .input(&file(".csv", &listed.stdout))
        .run()
        .with_code(0);
    assert_eq!(emulated.truth().thulium.removed_count(), 50);
    let left = list(&emulated, "thulium-campaign list --campaign 00042").with_code(0);
    assert_eq!(left.stdout.lines().count(), 201);
}

#[test]
fn ndjson_of_a_campaign_is_taken_by_delete_from_a_pipe() {
    let emulated = Emulated::with(campaign());
    let listed = list(&emulated, "thulium-campaign list --campaign 00042 -o ndjson").with_code(0);
    assert!(
        listed
            .stdout
            .starts_with("{\"campaign\":\"00042\",\"customer_id\":7001,\"record_id\":")
    );
    Cli::new(&emulated.url(), "thulium-campaign delete --yes -i -")
        .run_with(&listed.stdout)
        .with_code(0);
    assert_eq!(emulated.truth().thulium.removed_count(), 250);
}

#[test]
fn phone_numbers_are_listed_as_they_are_spelled_and_removed_by_that() {
    let phones = PhonesConfig {
        numbers: SpaceConfig::only(["+48600700801", "600700802"]),
        records: [("600700802".to_owned(), 2)].into(),
        ..PhonesConfig::default()
    };
    let emulated = Emulated::with(EmulatorConfig::default().campaign(CampaignConfig::new("00042").phones(phones)));
    let listed = list(&emulated, "thulium-campaign list --campaign 00042 --by phone").with_code(0);
    assert!(listed.stdout.contains("\n00042,+48600700801,"), "{}", listed.stdout);
    assert_eq!(listed.stdout.lines().count(), 4);
    Cli::new(&emulated.url(), "thulium-campaign delete --by phone --yes")
        .input(&file(".csv", &listed.stdout))
        .run()
        .with_code(0);
    assert!(emulated.truth().thulium.is_phone_removed("00042", "+48600700801"));
}

#[test]
fn an_unknown_campaign_and_an_unknown_status_are_said() {
    let emulated = Emulated::with(campaign());
    list(&emulated, "thulium-campaign list --campaign 00043")
        .with_code(3)
        .says("the list is not whole: a call failed: the target was not found (HTTP 404)");
    list(&emulated, "thulium-campaign list --campaign 00042 --status TOCALL")
        .with_code(2)
        .says("one of TO_CALL, IN_PROGRESS");
    list(&emulated, "thulium-campaign list")
        .with_code(2)
        .says("--campaign <ID>");
}

#[test]
fn a_campaign_that_changes_once_while_it_is_read_is_read_once_more() {
    // A page that repeats a row looks like rows that moved.
    let rule = FaultRule::new(Fault::Duplicate).on(Method::ThuliumLists).nth(3);
    let emulated = Emulated::with(campaign().fault(rule));
    let ended = list(&emulated, "thulium-campaign list --campaign 00042")
        .with_code(0)
        .says("reading it once more (2 of 3)");
    assert_eq!(ended.stdout.lines().count(), 251);
}

#[test]
fn a_campaign_that_keeps_changing_is_no_whole_list() {
    let rule = FaultRule::new(Fault::Duplicate).on(Method::ThuliumLists).every(3);
    let emulated = Emulated::with(campaign().fault(rule));
    let ended = list(&emulated, "thulium-campaign list --campaign 00042")
        .with_code(3)
        .says("the list is not whole: it changed while it was read");
    assert_eq!(ended.stdout, "");
}

#[test]
fn nothing_is_changed_by_a_list() {
    let emulated = Emulated::with(book());
    list(&emulated, "dellin-book list").with_code(0);
    list(&emulated, "thulium-campaign list --campaign 00042").with_code(0);
    let truth = emulated.truth();
    assert_eq!((truth.dellin.removed_count(), truth.thulium.removed_count()), (0, 0));
}
