//! Dellin: children before parents.

use batchwise_emulator::{EmulatorConfig, Kind, Method};

use crate::support::{Canned, Cli, Emulated, Recorder, file};

const OBJECTS: &str = "counteragent:1\naddress:2\nphone:3\ncontact:4\n";

fn recorder(emulated: &Emulated) -> Recorder {
    Recorder::start(Canned::Forward(emulated.url().replace("http://", "")))
}

/// The kinds that each request carries.
fn kinds(recorder: &Recorder) -> Vec<Vec<&'static str>> {
    let names = ["counteragentIDs", "addressIDs", "phoneIDs", "contactIDs"];
    let requests = recorder.requests();
    let carried = |request: &String| names.into_iter().filter(|name| request.contains(*name)).collect();
    requests.iter().map(carried).collect()
}

#[test]
fn a_file_is_sent_level_by_level_whatever_its_order() {
    let emulated = Emulated::any();
    let recorder = recorder(&emulated);
    let ended = Cli::new(recorder.url(), "dellin-book delete --yes")
        .input(&file(".txt", OBJECTS))
        .run();
    assert_eq!(ended.with_code(0).stdout.lines().count(), 4);
    assert_eq!(
        kinds(&recorder),
        [
            vec!["phoneIDs", "contactIDs"],
            vec!["addressIDs"],
            vec!["counteragentIDs"]
        ]
    );
}

#[test]
fn on_an_open_pipe_phones_go_at_once_and_the_others_wait_for_its_end() {
    let emulated = Emulated::any();
    let mut running = Cli::new(&emulated.url(), "dellin-book delete --yes -i -").start();
    running.write(OBJECTS);
    let mut first = [running.line(), running.line()];
    first.sort();
    assert_eq!(first, ["deleted           contact:4", "deleted           phone:3"]);
    assert!(!emulated.truth().dellin.is_removed(Kind::Address, 2));
    let ended = running.close().with_code(0);
    assert_eq!(
        ended.outcomes(),
        [("address:2", "deleted"), ("counteragent:1", "deleted")]
    );
}

#[test]
fn a_limit_means_the_first_records_of_the_file() {
    let emulated = Emulated::any();
    let ended = Cli::new(&emulated.url(), "dellin-book delete --yes --limit 1")
        .input(&file(".txt", OBJECTS))
        .run()
        .with_code(3);
    assert!(ended.outcomes().contains(&("counteragent:1", "deleted")), "{ended:?}");
    assert_eq!(emulated.truth().dellin.removed_count(), 1);
}

#[test]
fn csv_has_kind_and_id_and_xml_says_the_same() {
    for wire in ["json", "xml"] {
        let emulated = Emulated::any();
        Cli::new(&emulated.url(), &format!("dellin-book delete --yes --wire {wire}"))
            .input(&file(".csv", "kind,id\nPhone,3\naddress,2\n"))
            .run()
            .with_code(0);
        assert!(emulated.truth().dellin.is_removed(Kind::Phone, 3));
        assert!(emulated.truth().dellin.is_removed(Kind::Address, 2));
    }
}

#[test]
fn a_named_column_of_ids_keeps_its_kind() {
    let emulated = Emulated::any();
    Cli::new(&emulated.url(), "dellin-book delete --yes --column number")
        .input(&file(".csv", "number,kind\n3,phone\n"))
        .run()
        .with_code(0);
    assert!(emulated.truth().dellin.is_removed(Kind::Phone, 3));
}

#[test]
fn a_login_makes_a_session_and_a_dead_one_is_renewed() {
    let toml = "[dellin]\nsession_calls = 1\n";
    let emulated = Emulated::with(EmulatorConfig::from_toml(toml).unwrap());
    let ids: String = (1..=80).map(|id| format!("phone:{id}\n")).collect();
    Cli::new(&emulated.url(), "dellin-book delete --yes")
        .without("DELLIN_SESSION")
        .env("DELLIN_LOGIN", "+70000000000")
        .env("DELLIN_PASSWORD", "secret-password")
        .input(&file(".txt", ids))
        .run()
        .with_code(0);
    assert_eq!(emulated.truth().dellin.removed_count(), 80);
    assert!(emulated.truth().logins >= 2);
}

#[test]
fn an_unknown_kind_is_answered_with_the_kinds_there_are() {
    let emulated = Emulated::any();
    let ended = Cli::new(&emulated.url(), "dellin-book delete --yes car:1").run();
    ended
        .with_code(2)
        .says("argument 1: `car:1`")
        .says("counteragent, address, phone, contact");
    assert_eq!(emulated.truth().tally(Method::DellinBook).received, 0);
}
