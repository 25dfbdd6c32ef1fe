//! Numbers in the spellings of spreadsheets: understood, or refused with line, column and what to do.

use crate::support::{Cli, Emulated, file};

#[track_caller]
fn reads(cell: &str, id: u64) {
    let emulated = Emulated::any();
    let text = format!("id;n\n{cell};x\n");
    let ended = Cli::new(&emulated.url(), "calltouch-import delete --yes")
        .input(&file(".csv", text))
        .run();
    ended.with_code(0);
    assert!(emulated.truth().calltouch.is_removed(&id), "{cell}");
}

#[track_caller]
fn refuses(cell: &str, says: &str) {
    let emulated = Emulated::any();
    let text = format!("id;n\n51001;x\n{cell};x\n");
    let ended = Cli::new(&emulated.url(), "calltouch-import delete --yes")
        .input(&file(".csv", text))
        .run();
    ended.with_code(2).says("line 3").says("column `id`").says(says);
    assert_eq!(emulated.truth().calltouch.removed_count(), 0);
}

#[test]
fn what_can_be_one_number_only_is_understood() {
    reads("\"7001\"", 7001);
    reads(" 7001 ", 7001);
    reads("\u{a0}7001\u{a0}", 7001);
    reads("1\u{a0}234", 1234);
    reads("12\u{202f}345\u{202f}678", 12_345_678);
    reads("7001.0", 7001);
    reads("7001,0", 7001);
    reads("7.001E+3", 7001);
    reads("'7001", 7001);
}

#[test]
fn what_can_be_another_number_is_refused() {
    refuses("1 234", "spaces between digits");
    refuses("1,234", "1234 or a number with a fraction");
    refuses("1.234", "1234 or a number with a fraction");
    refuses("7001.5", "fraction");
    refuses("7001,25", "fraction");
    refuses("1.2E+7", "digits are lost");
    refuses("1,2E+07", "digits are lost");
    refuses("1,234,567", "separators");
    refuses("#N/A", "whole number");
    refuses("-7001", "whole number");
}

#[test]
fn a_line_with_a_comma_is_no_number() {
    let emulated = Emulated::any();
    let lines = file(".txt", "51001\n7001,0\n");
    Cli::new(&emulated.url(), "calltouch-import delete --yes")
        .input(&lines)
        .run()
        .with_code(2)
        .says("line 2")
        .says("--column");
}

#[test]
fn kinds_and_campaigns_stay_beside_their_number() {
    let emulated = Emulated::any();
    Cli::new(&emulated.url(), "dellin-book delete --yes")
        .input(&file(".csv", "kind;id\nphone;5.0\n"))
        .run()
        .with_code(0);
    Cli::new(&emulated.url(), "thulium-campaign delete --yes")
        .input(&file(".csv", "campaign;customer_id\n00042;7\u{a0}001\n"))
        .run()
        .with_code(0)
        .says("columns separated by `;`");
    Cli::new(&emulated.url(), "thulium-campaign delete --yes")
        .input(&file(".csv", "campaign;customer_id\n42;7001\n"))
        .run()
        .with_code(2)
        .says("leading zeros included");
}

#[test]
fn a_phone_that_lost_its_digits_is_refused() {
    let emulated = Emulated::any();
    let run = |phone: &str| {
        Cli::new(
            &emulated.url(),
            "thulium-campaign delete --yes --by phone --campaign 00042",
        )
        .input(&file(".csv", format!("phone\n{phone}\n")))
        .run()
    };
    run("4.86E+10").with_code(2).says("digits are lost");
    let ended = run("48600700801.0").with_code(0);
    assert_eq!(ended.outcomes(), [("00042:48600700801", "deleted")]);
}
