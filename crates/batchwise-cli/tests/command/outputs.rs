//! What is written to standard output.

use crate::support::{Cli, Emulated};

fn delete(form: &str) -> String {
    let emulated = Emulated::any();
    let args = format!("calltouch-import delete 51001 x --keep-going --yes -o {form}");
    Cli::new(&emulated.url(), &args).run().with_code(1).stdout
}

#[test]
fn ndjson_has_the_documented_members_in_their_order() {
    let line = delete("ndjson");
    let line = line
        .lines()
        .find(|line| line.starts_with("{\"record\":\"51001\""))
        .unwrap();
    let (before, at) = line.split_once("\"at\":\"").unwrap();
    assert_eq!(
        before,
        "{\"record\":\"51001\",\"outcome\":\"deleted\",\"attempts\":1,\"detail\":null,\"line\":1,"
    );
    let (at, after) = at.split_once('"').unwrap();
    assert!(at.ends_with('Z') && at.len() == "2026-11-22T08:00:00Z".len(), "{at}");
    assert_eq!(after, ",\"provider\":null}");
}

#[test]
fn csv_has_a_header_and_a_row_for_each_record() {
    let text = delete("csv");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "record,outcome,attempts,detail,line,at,provider");
    assert!(lines.iter().any(|line| line.starts_with("51001,deleted,1,,1,")));
    assert!(lines.iter().any(|line| line.starts_with("x,rejected,0,")));
}

#[test]
fn quiet_leaves_standard_error_empty_when_all_is_well() {
    let emulated = Emulated::any();
    let ended = Cli::new(&emulated.url(), "calltouch-import delete 51001 --yes -q").run();
    assert_eq!(ended.with_code(0).stderr, "");
}
