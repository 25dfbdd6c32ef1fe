//! Any mapping of columns to leads, and any CSV under it: the mapping first, then a line `---`, then the rows.
#![no_main]

use batchwise_cli::fuzzing::{Read, mapped_rows};
use calltouch_leads::LeadUpdate;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let (map, rows) = text.split_once("\n---\n").unwrap_or((text, "a,b,c\n1,2,3\n"));
    for row in mapped_rows(map, rows.as_bytes()).unwrap_or_default() {
        match row {
            Read::Records(_, leads) => {
                let [json] = leads.as_slice() else {
                    panic!("a row is one lead")
                };
                let lead: LeadUpdate = json.parse().expect("a lead as it is sent");
                assert_eq!(lead.as_json(), json, "a lead is sent as it reads back");
            }
            Read::Bad(.., why) | Read::Broken(why) => assert!(!why.is_empty()),
        }
    }
});
