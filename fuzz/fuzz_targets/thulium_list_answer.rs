//! Any answers to the questions of a walk through a campaign, and to the question how many records campaigns have.
#![no_main]

use std::collections::HashSet;

use batchwise_fuzz::{Walked, thulium};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use thulium_campaign::{CampaignRecord, SystemStatus};

/// Most records of one page.
const PAGE: usize = 100;

fuzz_target!(|input: &[u8]| {
    let customers = thulium::list_customers(input);
    holds(&customers, "customer_id", |record| record.member.customer.to_string());
    let phones = thulium::list_phones(input, SystemStatus::ToCall);
    holds(&phones, "phone_number", |record| {
        record.member.phone.as_str().to_owned()
    });
    assert!(
        phones.entries.iter().all(|record| record.system_status == "TO_CALL"),
        "only these were asked for"
    );

    let stats = thulium::stats(input);
    assert!(stats.taken.len() <= 1, "there is one question");
    if stats.whole {
        let answer = read(&stats.taken[0].answer);
        let campaigns = answer.as_array().expect("campaigns come from a list");
        assert_eq!(campaigns.len(), stats.entries.len(), "every campaign is told");
        for (entry, campaign) in stats.entries.iter().zip(campaigns) {
            assert_eq!(entry.id, text(&campaign["id"]), "the campaign of that id");
            assert_eq!(
                entry.records.to_string(),
                digits(&campaign["records_count"]),
                "the count of that campaign"
            );
        }
    } else {
        assert!(stats.entries.is_empty(), "counts come all at once");
    }
});

/// What holds for a list, whole or not.
fn holds<M>(walked: &Walked<CampaignRecord<M>>, name: &str, member: impl Fn(&CampaignRecord<M>) -> String) {
    let pages: Vec<Value> = walked.taken.iter().map(|taken| read(&taken.answer)).collect();
    let records: Vec<&Value> = pages
        .iter()
        .filter_map(|page| page["result"].as_array())
        .flatten()
        .collect();
    assert_eq!(
        walked.entries.len(),
        records.len(),
        "every record of a page that was taken is told"
    );
    let mut numbers = HashSet::new();
    for (entry, record) in walked.entries.iter().zip(&records) {
        let (own, there) = (plain(&member(entry)), plain(&text(&record[name])));
        assert_eq!(
            own.trim_start_matches('0'),
            there.trim_start_matches('0'),
            "the member of that record"
        );
        if let Some(number) = entry.record_id {
            assert!(numbers.insert(number), "record {number} is told twice");
        }
    }
    for page in &pages {
        assert!(
            page["result"].as_array().is_some_and(|records| records.len() <= PAGE),
            "a page is a list"
        );
    }
    if walked.whole {
        let count = walked.entries.len().to_string();
        assert!(
            pages.iter().all(|page| digits(&page["count"]) == count),
            "a whole list is as long as was counted"
        );
    }
}

fn read(body: &[u8]) -> Value {
    serde_json::from_slice(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)).unwrap_or_default()
}

/// A number or a text as a text.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}

/// A whole number without the zeros before it.
fn digits(value: &Value) -> String {
    let text = text(value);
    let significant = text.trim_start_matches('0');
    if significant.is_empty() {
        "0".to_owned()
    } else {
        significant.to_owned()
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
