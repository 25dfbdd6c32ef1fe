//! Every kind of mistake and what is said to it: what, where, and what to do.

use crate::support::{Cli, Ended, file, is_as_before, tamed};

const NOWHERE: &str = "http://127.0.0.1:9";

fn is_told(name: &str, args: &str, ended: &Ended) {
    let text = format!(
        "$ batchwise {args}\n{}exit {}\n",
        tamed(&ended.stderr, NOWHERE),
        ended.code.map_or("by a signal".to_owned(), |code| code.to_string())
    );
    is_as_before(&format!("errors/{name}"), &text);
}

#[test]
fn a_mistake_in_the_emulators_state_file_is_shown_line_by_line() {
    let state = file(".toml", "[quota]\noff = true\nthulum = []\n");
    let ended = Cli::bare("emulator --port 0 --state")
        .arg(state.path())
        .run()
        .with_code(2);
    let lines: Vec<&str> = ended.stderr.lines().collect();
    assert!(
        lines[0].ends_with("`: state file: TOML parse error at line 3, column 1"),
        "{}",
        ended.stderr
    );
    assert_eq!(lines[2], "3 | thulum = []");
    assert!(!ended.stderr.contains("\\n"), "{}", ended.stderr);
}

#[test]
fn mistakes_on_the_command_line() {
    for (name, args) in [
        ("no-command", ""),
        ("unknown-command", "calltouch-imprt delete 51001"),
        ("provider-without-method", "calltouch 51001"),
        ("method-without-provider", "delete 51001"),
        ("key-without-method", "calltouch-import 51001"),
        ("unknown-method", "dellin-book delet phone:5"),
        ("unknown-flag", "calltouch-import delete --dryrun 51001"),
        ("unknown-value", "calltouch-import delete -o jsn 51001"),
        ("bad-rate", "calltouch-import delete --rate 5 51001"),
        ("bad-deadline", "calltouch-import delete --deadline 90 51001"),
        ("no-number", "calltouch-import delete --limit some 51001"),
        ("not-from-one", "calltouch-import delete --max-attempts 0 51001"),
        ("no-age", "journal purge --older-than soon"),
        ("verify-without-journal", "verify nowhere.db"),
        ("no-records", "calltouch-import delete"),
        ("keys-and-file", "calltouch-import delete 51001 -i ids.txt"),
        ("no-such-file", "calltouch-import delete -i nowhere.txt"),
        ("bad-key", "calltouch-import delete 51x01 --yes"),
        ("bad-kind", "dellin-book delete phne:5 --yes"),
        ("bad-campaign", "thulium-campaign delete --campaign 42 7001 --yes"),
        ("no-campaign", "thulium-campaign delete 7001 --yes"),
        ("nobody-to-ask", "calltouch-import delete 51001"),
        (
            "plain-http",
            "calltouch-import delete 51001 --yes --base-url http://192.0.2.1",
        ),
        (
            "no-address",
            "calltouch-import delete 51001 --yes --base-url api.example.com",
        ),
        ("unknown-provider", "doctor delin"),
        ("unknown-page", "man thulium-campain"),
        ("unknown-profile", "calltouch-import delete 51001 --yes --profile prod"),
    ] {
        is_told(name, args, &Cli::plain(NOWHERE, args).run());
    }
}

#[test]
fn mistakes_in_a_file() {
    for (name, suffix, content, args) in [
        ("bad-line", ".txt", "51001\nabc\n", "calltouch-import delete --yes"),
        (
            "missing-column",
            ".csv",
            "Import ID,name\n51001,a\n",
            "calltouch-import delete --yes --column import",
        ),
        (
            "unclear-number",
            ".csv",
            "id;name\n\"1,234\";a\n",
            "calltouch-import delete --yes --delimiter ;",
        ),
        ("lost-digits", ".csv", "id\n1.2E+7\n", "calltouch-import delete --yes"),
        (
            "unclear-delimiter",
            ".csv",
            "a;b,c\n1;2,3\n",
            "calltouch-import delete --yes --column x",
        ),
        (
            "unmapped-column",
            ".csv",
            "Request ID,Contract\n900100,A-17\n",
            "calltouch-leads add-fields --yes --match-request Request --field Contrct=contract_no",
        ),
        (
            "unclear-date",
            ".csv",
            "Request,Signed\n900100,31/02/2024\n",
            "calltouch-leads add-fields --yes --match-request Request --field Signed=signed:date(dd.mm.yyyy)",
        ),
        (
            "unclear-amount",
            ".csv",
            "Request,Sum\n900100,\"1,234\"\n",
            "calltouch-leads add-fields --yes --match-request Request --field Sum=amount:number",
        ),
        (
            "no-lead",
            ".ndjson",
            "{\"matching\": []}\n",
            "calltouch-leads add-fields --yes",
        ),
    ] {
        let ended = Cli::plain(NOWHERE, args).input(&file(suffix, content)).run();
        is_told(name, &format!("{args} -i FILE"), &ended);
    }
}

#[test]
fn a_file_whose_encoding_is_in_doubt() {
    // A word of capitals that both code pages have, in letters of their own.
    let args = "calltouch-import delete --yes --column ID";
    let input = file(".csv", b"ID;\xc6\xd3\xa3\n51001;\xbf\xf3\xb3\n");
    let mut ended = Cli::plain(NOWHERE, args).input(&input).run();
    ended.stderr = ended.stderr.replace(&input.path().display().to_string(), "FILE");
    is_told("unclear-encoding", &format!("{args} -i FILE"), &ended);
}

#[test]
fn reports_that_cannot_be_had() {
    let directory = tempfile::tempdir().unwrap();
    for (name, args) in [
        ("report-without-journal", "report nowhere.db"),
        ("report-of-nothing", "report ."),
        ("report-unknown-outcome", "report --only deletd"),
        ("report-two-files", "report --html a.html --evidence b.txt"),
        ("report-force-alone", "report --force"),
    ] {
        is_told(name, args, &Cli::plain(NOWHERE, args).within(directory.path()).run());
    }
}

#[test]
fn credentials_that_are_missing() {
    for (name, variable, args) in [
        ("no-token", "CALLTOUCH_TOKEN", "calltouch-import delete 51001 --yes"),
        ("no-session", "DELLIN_SESSION", "dellin-book delete phone:5 --yes"),
        (
            "no-system",
            "THULIUM_BASE_URL",
            "thulium-campaign delete --campaign 00042 7001 --yes",
        ),
    ] {
        is_told(name, args, &Cli::plain(NOWHERE, args).without(variable).run());
    }
}
