//! Any NDJSON of leads, and of the other records.
#![no_main]

use batchwise_cli::fuzzing::{Read, Whose, rows};
use batchwise_core::Record;
use batchwise_fuzz::lines;
use calltouch_leads::LeadUpdate;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let expected = lines(input);
    for whose in [Whose::Leads, Whose::Imports, Whose::Book, Whose::Customers, Whose::Phones] {
        let read = rows(whose, input, 1 << 16, Some("input.ndjson"), None);
        if let Some(Read::Broken(why)) = read.last() {
            // Lines that end as old Macs wrote them would be a single one, and are refused.
            assert!(input.contains(&b'\r') && why.contains("CR"), "{why}");
            continue;
        }
        assert_eq!(read.len(), expected.len(), "every line that is not blank is one row");
        for (row, (number, text)) in read.iter().zip(&expected) {
            match row {
                Read::Records(line, records) => {
                    assert_eq!(line, number);
                    if whose == Whose::Leads {
                        lead(&records[0]);
                        assert_eq!(records.len(), 1);
                    }
                }
                Read::Bad(line, bad, shown, why) => {
                    assert_eq!(line, number);
                    assert!(text.as_ref().is_none_or(|text| text == bad));
                    assert!(!why.is_empty());
                    assert!(bad.is_empty() || !shown.is_empty());
                }
                Read::Broken(why) => panic!("{why}"),
            }
        }
    }
});

/// What a lead was read as is sent, and reads back as the same lead.
fn lead(json: &str) {
    let lead: LeadUpdate = json.parse().expect("a lead as it is sent");
    assert_eq!(lead.as_json(), json, "a lead is sent as it reads back");
    assert_eq!(lead.encoded_len(), json.len() + 1);
    assert_eq!(lead.to_json()["addCustomFields"]["overwrite"], lead.overwrite());
    assert!(!lead.key().is_empty());
    let shown = format!("{lead:?}");
    if lead.masked_key() != lead.key() && lead.key().chars().count() > 6 {
        assert!(!shown.contains(&lead.key()), "a contact is shown: {shown}");
    }
}
