//! Input from files: checked whole before the first call.

use batchwise_emulator::Method;

use crate::support::{Cli, Emulated, Ended, file};

fn delete(emulated: &Emulated, suffix: &str, content: impl AsRef<[u8]>, args: &str) -> Ended {
    Cli::new(&emulated.url(), &format!("calltouch-import delete --yes {args}"))
        .input(&file(suffix, content))
        .run()
}

#[track_caller]
fn deletes(suffix: &str, content: impl AsRef<[u8]>, args: &str, ids: &[u64]) {
    let emulated = Emulated::any();
    delete(&emulated, suffix, content, args).with_code(0);
    let truth = emulated.truth();
    assert_eq!(truth.calltouch.removed_count(), ids.len() as u64);
    assert!(ids.iter().all(|id| truth.calltouch.is_removed(id)));
}

#[track_caller]
fn refuses(suffix: &str, content: impl AsRef<[u8]>, args: &str, says: &[&str]) {
    let emulated = Emulated::any();
    let ended = delete(&emulated, suffix, content, args).with_code(2);
    for text in says {
        assert!(ended.stderr.contains(text), "`{text}` is not said: {ended:#?}");
    }
    assert_eq!(ended.stdout, "");
    assert_eq!(emulated.truth().tally(Method::CalltouchImport).received, 0);
}

#[test]
fn lines_may_be_blank_end_in_crlf_begin_with_a_mark_and_lack_the_last_end() {
    deletes(
        ".txt",
        "\u{feff}51001\r\n\r\n  51002 \r\n51003",
        "",
        &[51001, 51002, 51003],
    );
}

#[test]
fn ndjson_may_be_numbers_texts_and_objects() {
    let lines = "51001\n\"51002\"\n{\"importLogId\":51003}\n{\"record\":\"51004\"}\n";
    deletes(".ndjson", lines, "", &[51001, 51002, 51003, 51004]);
}

#[test]
fn ndjson_is_known_without_a_name_that_says_so() {
    deletes("", "{\"id\":51001}\n", "", &[51001]);
}

#[test]
fn lines_in_quotes_are_lines() {
    deletes(
        "",
        "\"51001\"\n51002\n'51003\n\"51004.0\"\n",
        "",
        &[51001, 51002, 51003, 51004],
    );
    let emulated = Emulated::any();
    Cli::new(&emulated.url(), "dellin-book delete --yes")
        .input(&file(".txt", "\"phone:1\"\nphone:2\n"))
        .run()
        .with_code(0);
    Cli::new(&emulated.url(), "thulium-campaign delete --yes")
        .input(&file(".txt", "\"00042:7001\"\n00042:7002\n"))
        .run()
        .with_code(0);
}

#[test]
fn lines_in_quotes_come_back_in_result_files_and_go_in_again() {
    let (emulated, desk) = (Emulated::any(), tempfile::tempdir().unwrap());
    let run = |input: &std::path::Path, results: &str, args: &str| {
        Cli::new(&emulated.url(), &format!("dellin-book delete --yes {args}"))
            .arg("-i")
            .arg(input)
            .arg("--results-dir")
            .arg(desk.path().join(results))
            .run()
    };
    run(file(".txt", "\"phone:1\"\n\"phone:2\"\n").path(), "first", "--limit 1").with_code(3);
    run(&desk.path().join("first/unprocessed.csv"), "second", "").with_code(0);
}

#[test]
fn a_first_line_that_may_be_json_or_a_line_in_quotes_is_refused() {
    refuses(
        "",
        "\"51001\\u0032\"\n",
        "",
        &["line 1", "a text of JSON or a line in quotes", ".ndjson"],
    );
}

#[test]
fn an_object_of_json_among_lines_is_refused_with_what_to_do() {
    refuses(
        "",
        "\"51001\"\n{\"id\":51002}\n",
        "",
        &["line 2", "it is JSON, and the first line is none", ".ndjson"],
    );
}

#[test]
fn csv_may_quote_commas_and_line_ends() {
    let text = "name,\"key\"\n\"a, b\",51001\n\"two\nlines\",\"51002\"\n";
    deletes(".csv", text, "--column key", &[51001, 51002]);
}

#[test]
fn csv_with_a_known_column_needs_no_column_flag() {
    deletes(".csv", "name,importLogId\nx,51001\n", "", &[51001]);
    deletes("", "name,importLogId\nx,51001\n", "", &[51001]);
}

#[test]
fn what_the_command_wrote_can_be_fed_back() {
    for form in ["ndjson", "csv"] {
        let emulated = Emulated::any();
        let first = Cli::new(
            &emulated.url(),
            &format!("calltouch-import delete 51001 51002 --limit 1 --yes -o {form}"),
        )
        .run()
        .with_code(3);
        let second = delete(&emulated, &format!(".{form}"), first.stdout, "").with_code(0);
        assert_eq!(second.outcomes(), [("51001", "not_found"), ("51002", "deleted")]);
    }
}

#[test]
fn a_bad_line_is_named_with_its_text_and_what_was_expected() {
    refuses(
        ".txt",
        "51001\nabc\n51003\n",
        "",
        &["line 2", "`abc`", "a whole number such as 51001"],
    );
}

#[test]
fn a_bad_csv_row_is_named_by_the_line_on_which_it_begins() {
    let text = "name,id\r\n\r\n\"two\r\nlines\",51001\r\n\r\nx,abc\r\n";
    refuses(".csv", text, "", &["line 6", "`x,abc`"]);
}

#[test]
fn a_bad_row_is_shown_with_the_separator_that_it_has() {
    refuses(".csv", "id;sum\n7,5;x\n", "", &["line 2: `7,5;x`: column `id`"]);
}

#[test]
fn a_row_with_more_fields_than_the_header_is_refused_since_its_columns_have_shifted() {
    // Read by place, the id would be 12.
    let says = "line 2: `Smith,12,51001`: it has 3 fields, and the header has 2: put a field that holds `,` in quotes";
    refuses(".csv", "name,id\nSmith,12,51001\n", "", &[says]);
    refuses(".csv", "id,sum,note\n1,234,7,\n", "", &["it has 4 fields"]);
    refuses(".tsv", "name\tid\na\t12\t51001\n", "", &["that holds tab in quotes"]);
}

#[test]
fn a_row_with_fewer_fields_than_the_header_is_one_whose_last_cells_are_empty() {
    deletes(".csv", "id,name,note\n51001,a\n51002\n", "", &[51001, 51002]);
}

#[test]
fn a_shifted_row_that_is_kept_going_past_is_rejected_and_stands_whole_among_the_failed() {
    let emulated = Emulated::any();
    let results = tempfile::tempdir().unwrap();
    let args = format!("--keep-going --results-dir {}", results.path().display());
    let ended = delete(&emulated, ".csv", "name,id\nSmith,12,51001\nb,51002\n", &args).with_code(1);
    assert_eq!(ended.outcomes(), [("51002", "deleted"), ("Smith,12,51001", "rejected")]);
    let failed = std::fs::read_to_string(results.path().join("failed.csv")).unwrap();
    let row = failed.lines().nth(1).unwrap();
    assert!(
        row.starts_with("Smith,12,2,rejected,0,") && row.ends_with(",51001"),
        "{failed}"
    );
}

#[test]
fn lines_that_end_in_cr_alone_are_refused_and_not_taken_for_a_header_without_rows() {
    for (suffix, text) in [(".csv", "id,name\r51001,a\r51002,b\r"), (".txt", "51001\r51002\r")] {
        refuses(suffix, text, "", &["line 1: its lines end in CR alone", "save it with"]);
    }
}

#[test]
fn a_cr_within_quotes_of_the_header_is_a_part_of_its_name() {
    deletes(".csv", "id,\"two\rlines\"\n51001,a\n", "", &[51001]);
}

#[test]
fn an_array_of_json_is_answered_with_what_makes_lines_of_it() {
    refuses(
        ".json",
        "[\n{\"id\": 51001}\n]\n",
        "",
        &["line 1: it begins as an array of JSON", "jq -c"],
    );
}

#[test]
fn text_that_is_not_utf8_is_a_bad_line() {
    refuses(".txt", b"51001\n\xff\xfe\n", "", &["line 2", "not UTF-8"]);
}

#[test]
fn a_quote_that_is_never_closed_swallows_nothing() {
    refuses(".csv", "id\n51001\n\"51002\n51003\n", "", &["line 3", "never closed"]);
}

#[test]
fn a_missing_column_is_answered_with_the_columns_there_are() {
    refuses(
        ".csv",
        "name,key\nx,51001\n",
        "--column id",
        &["no column `id`", "`name`, `key`"],
    );
}

#[test]
fn a_column_that_nobody_knows_asks_for_the_flag() {
    refuses(".csv", "name,key\nx,51001\n", "", &["`name`, `key`", "--column"]);
}

#[test]
fn a_bad_line_becomes_rejected_when_the_job_is_to_go_on() {
    let emulated = Emulated::any();
    let ended = delete(&emulated, ".txt", "51001\nabc\n51003\n", "--keep-going").with_code(1);
    assert_eq!(
        ended.outcomes(),
        [("51001", "deleted"), ("51003", "deleted"), ("abc", "rejected")]
    );
}

#[test]
fn a_repeated_record_is_sent_once_and_counted() {
    let emulated = Emulated::any();
    let ended = delete(&emulated, ".txt", "51001\n51001\n51001\n", "")
        .with_code(0)
        .says("2 repeated");
    assert_eq!(ended.outcomes(), [("51001", "deleted")]);
    assert_eq!(emulated.truth().calltouch.account(&51001).received, 1);
}

#[test]
fn a_directory_or_a_missing_file_is_2() {
    let directory = tempfile::tempdir().unwrap();
    let run = |path: &std::path::Path| {
        Cli::new("http://127.0.0.1:9", "calltouch-import delete --yes")
            .arg("-i")
            .arg(path)
            .run()
            .with_code(2)
    };
    run(directory.path()).says("is a directory");
    run(&directory.path().join("none")).says("cannot be read");
}

#[test]
fn a_dry_run_shows_the_plan_and_sends_nothing() {
    let emulated = Emulated::any();
    let ids: String = (1..=250).map(|id| format!("{id}\n")).collect();
    let ended = Cli::plain(&emulated.url(), "calltouch-import delete --dry-run --deadline 0s")
        .without("CALLTOUCH_TOKEN")
        .input(&file(".txt", ids))
        .run()
        .with_code(0);
    assert!(
        ended.stdout.contains("requests    3, at most 100 records each"),
        "{}",
        ended.stdout
    );
    assert_eq!(emulated.truth().tally(Method::CalltouchImport).received, 0);
}
