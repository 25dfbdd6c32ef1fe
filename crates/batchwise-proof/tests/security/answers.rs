//! Answers that are made to hurt whoever reads them, to every method: each ends like any other answer that nobody can read.

use batchwise_core::test_util::FakeClock;
use batchwise_core::transport::SharedTransport;
use batchwise_core::{BatchMethod, RunOptions, Verdict, run_all};
use bytes::Bytes;
use calltouch_import::{CalltouchCredentials, CalltouchImport, ImportLogId};
use calltouch_leads::{CalltouchLeads, LeadUpdate, RequestParams};
use dellin_book::{Credentials, DellinAccount, Wire};
use thulium_campaign::{CampaignCustomer, CampaignPhone, ThuliumCampaign, ThuliumCampaignPhones, ThuliumCredentials};

use crate::wires::Canned;

const DEEP: usize = 1_000_000;

/// Bodies, each for what it does to a reader.
fn bodies() -> impl Iterator<Item = (&'static str, Bytes)> {
    let mebibyte = |text: &str| text.repeat(1024 * 1024 / text.len());
    let bodies = vec![
        ("arrays in arrays", "[".repeat(DEEP)),
        (
            "arrays in arrays, closed",
            format!("{}{}", "[".repeat(DEEP), "]".repeat(DEEP)),
        ),
        ("objects in objects", "{\"data\":".repeat(DEEP)),
        (
            "objects in objects, closed",
            format!("{}0{}", "{\"a\":".repeat(DEEP), "}".repeat(DEEP)),
        ),
        (
            "depth where results stand",
            format!("{{\"data\":{{\"importLogs\":{}", "[".repeat(DEEP)),
        ),
        ("elements in elements", format!("<response>{}", "<a>".repeat(DEEP))),
        (
            "elements in elements, closed",
            format!("<response>{}{}</response>", "<a>".repeat(DEEP), "</a>".repeat(DEEP)),
        ),
        (
            "elements beside elements",
            format!("<response>{}</response>", mebibyte("<a/>")),
        ),
        ("very many values", format!("[{}0]", mebibyte("0,"))),
        ("very many members", format!("{{{}\"z\":0}}", mebibyte("\"a\":0,"))),
        ("one very long text", format!("\"{}\"", mebibyte("x"))),
        ("one very long number", mebibyte("9")),
        (
            "a number beyond every number",
            "{\"data\":{\"importLogs\":[{\"importLogId\":1e999999}]}}".to_owned(),
        ),
        (
            "entities of entities",
            format!(
                "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"{}\"><!ENTITY c \"{}\">]><response>&c;</response>",
                "&a;".repeat(1000),
                "&b;".repeat(1000)
            ),
        ),
        (
            "an entity of a file",
            "<!DOCTYPE a [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><response>&a;</response>".to_owned(),
        ),
    ];
    bodies.into_iter().map(|(what, body)| (what, Bytes::from(body)))
}

async fn ends<M: BatchMethod>(what: &str, status: u16, method: M, record: M::Record) {
    let clock = FakeClock::new();
    let options = RunOptions::new().clock(clock.shared()).max_attempts(1);
    let report = run_all(method, [record], options).await;
    let outcome = report.outcomes.first().unwrap();
    // Not that it happened, and not that it did not.
    let expected = [Verdict::Unknown, Verdict::NotSent, Verdict::Rejected];
    assert!(expected.contains(&outcome.verdict), "{what}, {status}: {outcome:?}");
    let detail = outcome.detail().unwrap_or_default();
    assert!(
        detail.len() < 4096,
        "{what}, {status}: {} bytes of detail",
        detail.len()
    );
    assert!(!detail.contains("root:"), "{what}: a file was read");
}

#[tokio::test]
async fn an_answer_that_is_made_to_hurt_ends_like_any_that_cannot_be_read() {
    for (what, body) in bodies() {
        for status in [200, 400] {
            let over = || -> SharedTransport { Canned::with_logins(status, body.clone()) };
            let calltouch = || CalltouchCredentials::new("token", "4242").unwrap();
            let client = CalltouchImport::builder(calltouch()).transport(over()).build().unwrap();
            ends(what, status, client, ImportLogId::new(51_001)).await;
            let client = CalltouchLeads::builder(calltouch()).transport(over()).build().unwrap();
            let lead = LeadUpdate::builder()
                .matching(RequestParams::by_request_id(900_001))
                .field("a", "b")
                .overwrite(true);
            ends(what, status, client, lead.build().unwrap()).await;
            for wire in [Wire::Json, Wire::Xml] {
                let account = DellinAccount::builder("appkey", Credentials::pat("pat")).transport(over());
                let book = account.build().unwrap().book_with(wire);
                ends(what, status, book, "phone:5".parse().unwrap()).await;
            }
            let thulium = || ThuliumCredentials::new("user", "password").unwrap();
            let builder = ThuliumCampaign::builder(thulium()).system("demo").transport(over());
            let customer = CampaignCustomer::new("00042".parse().unwrap(), "7001".parse().unwrap());
            ends(what, status, builder.build().unwrap(), customer).await;
            let builder = ThuliumCampaignPhones::builder(thulium())
                .system("demo")
                .transport(over());
            let phone = CampaignPhone::new("00042".parse().unwrap(), "+48600700800".parse().unwrap());
            ends(what, status, builder.build().unwrap(), phone).await;
        }
    }
}

/// The same in place of a session.
#[tokio::test]
async fn a_login_that_is_made_to_hurt_leaves_everything_unsent() {
    for (what, body) in bodies() {
        for credentials in [Credentials::pat("pat"), Credentials::password("login", "password")] {
            let account = DellinAccount::builder("appkey", credentials).transport(Canned::new(200, body.clone()));
            let clock = FakeClock::new();
            let options = RunOptions::new().clock(clock.shared()).retry_budget(2);
            let records = ["phone:5".parse().unwrap()];
            let report = run_all(account.build().unwrap().book(), records, options).await;
            let outcome = report.outcomes.first().unwrap();
            assert_eq!(outcome.verdict, Verdict::NotSent, "{what}: {outcome:?}");
        }
    }
}
