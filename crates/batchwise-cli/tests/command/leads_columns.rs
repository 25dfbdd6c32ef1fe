//! Calltouch leads out of spreadsheets: columns find the lead and go to its fields.

use batchwise_emulator::Method;
use serde_json::{Value, json};

use crate::support::{Canned, Cli, Emulated, Ended, Recorder, file, sheet, workbook};

/// Previews the leads of a spreadsheet; no credentials, and nobody there to send to.
fn preview(suffix: &str, content: impl AsRef<[u8]>, args: &[&str]) -> Ended {
    let input = file(suffix, content);
    let mut cli = Cli::new("http://127.0.0.1:9", "calltouch-leads add-fields --preview 5")
        .without("CALLTOUCH_TOKEN")
        .without("CALLTOUCH_SITE_ID")
        .input(&input);
    for arg in args {
        cli = cli.arg(arg);
    }
    cli.run()
}

#[track_caller]
fn leads(ended: Ended) -> Value {
    let ended = ended.with_code(0);
    let mut body: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{ended:#?}"));
    body["leads"].take()
}

#[track_caller]
fn refuses(ended: Ended, says: &[&str]) {
    let ended = ended.with_code(2);
    for text in says {
        assert!(ended.stderr.contains(text), "`{text}` is not said: {ended:#?}");
    }
    assert_eq!(ended.stdout, "");
}

const BY_REQUEST: &[&str] = &["--match-request", "Request", "--field", "Contract no=contract_no"];

#[test]
fn a_column_finds_the_request_and_another_goes_to_a_field() {
    let csv = "Request,Contract no,Other\n900100,A-17,x\n900101,,y\n900102,A-19,\n";
    let found = leads(preview(".csv", csv.replace("900101,,", "900101,A-18,"), BY_REQUEST));
    assert_eq!(
        found[0],
        json!({
            "matching": [{"type": "request", "requestParams": {"requestId": 900_100}}],
            "addCustomFields": {"overwrite": false, "customFields": [{"field": "contract_no", "value": "A-17"}]},
        })
    );
    assert_eq!(found.as_array().unwrap().len(), 3);
}

#[test]
fn a_preview_prints_exactly_what_is_sent() {
    let csv = "Request;Contract no\n900100;A-17\n900101;A-18\n";
    let shown = preview(".csv", csv, BY_REQUEST).with_code(0).stdout.replace('\n', "");
    let emulated = Emulated::any();
    let recorder = Recorder::start(Canned::Forward(emulated.url().replace("http://", "")));
    let input = file(".csv", csv);
    let mut cli = Cli::new(recorder.url(), "calltouch-leads add-fields").input(&input);
    for arg in BY_REQUEST {
        cli = cli.arg(arg);
    }
    cli.run().with_code(0);
    let sent = recorder.requests();
    assert!(sent[0].ends_with(&shown), "{shown}\n{sent:?}");
}

/// `Заявка;Договор;Сумма;Подписан;Телефон;Создан` in Windows-1251.
const RUSSIAN: &[u8] = b"\xc7\xe0\xff\xe2\xea\xe0;\xc4\xee\xe3\xee\xe2\xee\xf0;\xd1\xf3\xec\xec\xe0;\xcf\xee\xe4\xef\xe8\xf1\xe0\xed;\xd2\xe5\xeb\xe5\xf4\xee\xed;\xd1\xee\xe7\xe4\xe0\xed\r\n\
    900100;\xc0-17;1\xa0234,50;31.12.2023;8 (495) 308-01-00, +7 000 000-00-00;05.03.2024 14:30\r\n";

const RUSSIAN_MAP: &str = r#"
overwrite = true
split = ","

[[match]]
type = "request"
request_id = "Заявка"
tags = ["VIP"]
tags_logic = "and"

[[match]]
type = "leadContact"
phones = ["Телефон"]
date = "Создан"
date_form = "dd.mm.yyyy hh:mm"
type_to_match = "nearestUniq"
search_depth = 262800

[[field]]
column = "Договор"
field = "contract_no"

[[field]]
column = "Сумма"
field = "amount"
type = "number"

[[field]]
column = "Подписан"
field = "signed"
type = "date(dd.mm.yyyy)"
"#;

#[test]
fn a_russian_spreadsheet_becomes_leads_by_a_map() {
    let map = file(".toml", RUSSIAN_MAP);
    let path = map.path().to_str().unwrap();
    let found = leads(preview(".csv", RUSSIAN, &["--map", path]));
    assert_eq!(
        found[0],
        json!({
            "matching": [
                {"type": "request", "requestParams": {"requestId": 900_100, "tags": ["VIP"], "tagsLogic": "and"}},
                {"type": "leadContact", "leadContactParams": {
                    "phones": ["74953080100", "70000000000"],
                    "date": "05-03-2024 14:30:00",
                    "leadTypeToMatch": "nearestUniq",
                    "searchDepth": 262_800,
                }},
            ],
            "addCustomFields": {"overwrite": true, "customFields": [
                {"field": "contract_no", "value": "А-17"},
                {"field": "amount", "value": 1234.5},
                {"field": "signed", "value": "2023-12-31"},
            ]},
        })
    );
}

#[test]
fn phones_are_hashed_on_request() {
    let map = file(".toml", RUSSIAN_MAP);
    let path = map.path().to_str().unwrap();
    let found = leads(preview(".csv", RUSSIAN, &["--map", path, "--phones", "hash"]));
    let params = &found[0]["matching"][1]["leadContactParams"];
    assert_eq!(
        params["md5Phones"],
        json!(["4fec00b25336e719d4a0b255ea5aa0f5", "4e4ba20f78121c0c351f6829b24ebbfc"])
    );
    assert_eq!(params.get("phones"), None);
}

/// `Zgłoszenie;Umowa;Kwota;E-mail;Data` / `Łódź/7` in Windows-1250.
const POLISH: &[u8] = b"Zg\xb3oszenie;Umowa;Kwota;E-mail;Data\r\n\
    900100;\xa3\xf3d\x9f/7;1 234,50;ala@example.com;2024-03-05\r\n";

#[test]
fn a_polish_spreadsheet_becomes_leads_by_flags() {
    let found = leads(preview(
        ".csv",
        POLISH,
        &[
            "--match-request",
            "Zgłoszenie",
            "--match-email",
            "E-mail",
            "--match-date",
            "Data=yyyy-mm-dd",
            "--match-among",
            "request",
            "--match-depth",
            "60",
            "--field",
            "Umowa=contract_no",
            "--field",
            "Kwota=amount:number",
            "--field",
            "Data=signed:date(yyyy-mm-dd -> dd-mm-yyyy)",
        ],
    ));
    assert_eq!(
        found[0],
        json!({
            "matching": [
                {"type": "request", "requestParams": {"requestId": 900_100}},
                {"type": "requestContact", "requestContactParams": {
                    "emails": ["ala@example.com"],
                    "date": "05-03-2024 00:00:00",
                    "requestTypeToMatch": "nearest",
                    "searchDepth": 60,
                }},
            ],
            "addCustomFields": {"overwrite": false, "customFields": [
                {"field": "contract_no", "value": "Łódź/7"},
                {"field": "amount", "value": 1234.5},
                {"field": "signed", "value": "05-03-2024"},
            ]},
        })
    );
}

#[test]
fn a_workbook_gives_numbers_and_dates_as_they_are() {
    let text = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let rows = format!(
        "<row r=\"1\">{}{}{}</row><row r=\"2\"><c r=\"A2\"><v>900100</v></c><c r=\"B2\" s=\"1\"><v>45356.604166666664</v></c>\
         <c r=\"C2\"><v>123.4</v></c></row>",
        text("A1", "Request"),
        text("B1", "Signed"),
        text("C1", "Sum")
    );
    let args = [
        "--match-request",
        "Request",
        "--field",
        "Signed=signed:date(dd.mm.yyyy)",
        "--field",
        "Sum=amount:number",
    ];
    let found = leads(preview(".xlsx", workbook(&[("S", &sheet(&rows))]), &args));
    assert_eq!(found[0]["matching"][0]["requestParams"]["requestId"], 900_100);
    assert_eq!(
        found[0]["addCustomFields"]["customFields"],
        json!([{"field": "signed", "value": "2024-03-05"}, {"field": "amount", "value": 123.4}])
    );
}

#[test]
fn an_empty_cell_leaves_its_field_out_unless_it_is_an_error() {
    let csv = "Request,Contract no,Sum\n900100,,5\n";
    let args = [BY_REQUEST, &["--field", "Sum=amount:number"]].concat();
    let found = leads(preview(".csv", csv, &args));
    assert_eq!(
        found[0]["addCustomFields"]["customFields"],
        json!([{"field": "amount", "value": 5}])
    );
    let strict = [&args[..], &["--empty", "error"]].concat();
    refuses(
        preview(".csv", csv, &strict),
        &["line 2", "column `Contract no`", "--empty"],
    );
}

#[test]
fn a_row_with_nothing_to_find_or_to_write_is_bad() {
    refuses(
        preview(".csv", "Request,Contract no\n,A-17\n", BY_REQUEST),
        &["line 2", "nothing to find the lead by", "`Request`"],
    );
    refuses(
        preview(".csv", "Request,Contract no\n900100,\n", BY_REQUEST),
        &["line 2", "nothing to write", "`Contract no`"],
    );
}

#[test]
fn a_mapping_error_names_column_and_row_and_shows_no_contact() {
    let csv = "Phone,Created,No\n8 915 777-11-22,05.03.2024,A\n915 777-11-22,05.03.2024,B\n";
    let args = [
        "--match-phone",
        "Phone",
        "--match-date",
        "Created=dd.mm.yyyy",
        "--field",
        "No=no",
    ];
    let ended = preview(".csv", csv, &args);
    assert!(!ended.stderr.contains("777-11"), "{}", ended.stderr);
    refuses(ended, &["line 3", "column `Phone`", "11 digits"]);
    let russian = [&args[..], &["--ten-digits", "russian"]].concat();
    let found = leads(preview(".csv", csv, &russian));
    assert_eq!(
        found[1]["matching"][0]["leadContactParams"]["phones"],
        json!(["79157771122"])
    );
    let csv = csv.replace("05.03.2024,B", "2024/03/05,B").replace("\n915", "\n8915");
    refuses(
        preview(".csv", csv, &args),
        &["line 3", "column `Created`", "dd.mm.yyyy"],
    );
    let csv = "Request,Sum\n900100,1.234\n";
    let args = ["--match-request", "Request", "--field", "Sum=amount:number"];
    refuses(preview(".csv", csv, &args), &["line 2", "column `Sum`", "number(,)"]);
}

#[test]
fn a_column_that_is_not_there_is_answered_with_those_there_are() {
    refuses(
        preview(".csv", "Id,Contract no\n1,A\n", BY_REQUEST),
        &["no column `Request`", "`Id`, `Contract no`"],
    );
}

#[test]
fn a_date_whose_year_has_fewer_digits_than_its_form_is_refused_and_not_taken_for_antiquity() {
    let args = ["--match-request", "R", "--field", "S=signed:date(dd.mm.yyyy)"];
    let says = "column `S`: expected a date as in `dd.mm.yyyy`";
    refuses(preview(".csv", "R,S\n900100,01.02.26\n", &args), &["line 2", says]);
}

#[test]
fn a_phone_of_ten_digits_is_answered_with_the_flag_that_takes_it() {
    let args = [
        "--match-phone",
        "Phone",
        "--match-date",
        "Date=dd.mm.yyyy",
        "--field",
        "N=n",
    ];
    let csv = "Phone,Date,N\n9120000001,01.02.2026,x\n";
    refuses(preview(".csv", csv, &args), &["column `Phone`", "--ten-digits russian"]);
}

#[test]
fn a_map_that_cannot_be_meant_is_refused_with_its_place() {
    let map = |text: &str| {
        let map = file(".toml", text);
        preview(".csv", "a,b\n1,2\n", &["--map", map.path().to_str().unwrap()])
    };
    let field = "[[field]]\ncolumn = \"b\"\nfield = \"f\"\n";
    refuses(
        map(&format!("[[match]]\ntype = \"request\"\n{field}")),
        &["[[match]] number 1", "request_id"],
    );
    refuses(
        map(&format!("[[match]]\ntype = \"request\"\nrequest = \"a\"\n{field}")),
        &[": line 3: unknown field `request`, expected one of "],
    );
    refuses(
        map(&format!("[[match]]\ntype = \"leadContact\"\nphones = [\"a\"]\n{field}")),
        &["date_form and search_depth"],
    );
    let rule = "[[match]]\ntype = \"request\"\nrequest_id = \"a\"\n";
    refuses(map(&format!("{rule}{field}{field}")), &["field `f` twice"]);
    refuses(
        map(&format!("{rule}{field}type = \"datum\"\n")),
        &["[[field]] number 1", "`datum`"],
    );
}

#[test]
fn flags_of_a_mapping_that_is_not_there_are_refused() {
    refuses(
        preview(".ndjson", "{}\n", &["--overwrite"]),
        &["--overwrite goes with columns"],
    );
    refuses(preview(".csv", "a\n1\n", &[]), &["columns need a mapping"]);
    refuses(preview(".ndjson", "{\"a\":1}\n", BY_REQUEST), &["NDJSON"]);
    refuses(preview(".csv", "a\n1\n", &["--field", "a=b"]), &["find a lead by"]);
}

#[test]
fn what_is_overwritten_needs_consent_and_outcomes_are_led_by_their_line() {
    let emulated = Emulated::any();
    let csv = file(".csv", "Request,Contract no\n900100,A-17\n\n900101,A-18\n");
    let run = |args: &str| {
        let mut cli = Cli::new(&emulated.url(), &format!("calltouch-leads add-fields {args}")).input(&csv);
        for arg in BY_REQUEST {
            cli = cli.arg(arg);
        }
        cli.run()
    };
    run("--overwrite").with_code(2).says("--yes");
    assert_eq!(emulated.truth().tally(Method::CalltouchLeads).received, 0);
    let ended = run("--overwrite --yes").with_code(0);
    assert_eq!(ended.outcomes(), [("2:900100", "updated"), ("4:900101", "updated")]);
    run("").with_code(0);
}

#[test]
fn the_example_of_a_map_is_a_map() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/crm_map.toml");
    let csv = "Request ID;Phone;Mobile;E-mail;Created;Contract no;Sum;Signed\n\
        900100;8 (495) 308-01-00, 000 000-00-00;;ann@example.com;05.03.2024 14:30;A-17;1 234,50;31.12.2023\n";
    let found = leads(preview(".csv", csv, &["--map", path]));
    assert_eq!(
        found[0]["matching"][1]["leadContactParams"]["phones"],
        json!(["74953080100", "70000000000"])
    );
    assert_eq!(
        found[0]["addCustomFields"]["customFields"].as_array().map(Vec::len),
        Some(3)
    );
}

#[test]
fn a_preview_passes_over_a_bad_row_where_the_job_would() {
    let rows = "Req;T\n1;a\n;b\n3;c\n";
    let args = ["--match-request", "Req", "--field", "T=t", "--keep-going"];
    refuses(
        preview(".csv", rows, &args[..4]),
        &["line 3", "empty are the columns `Req`"],
    );
    let ended = preview(".csv", rows, &args);
    assert!(ended.stderr.contains("line 3"), "{ended:#?}");
    assert_eq!(leads(ended).as_array().unwrap().len(), 2);
}
