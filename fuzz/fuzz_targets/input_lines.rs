//! Any input of plain lines, for every provider.
#![no_main]

use batchwise_cli::fuzzing::{Read, Whose, flag_values, rows};
use batchwise_fuzz::lines;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Ok(text) = std::str::from_utf8(input) {
        flag_values(text.trim());
    }
    // A line of plain keys first, so that the rest is read as such.
    for (whose, first) in [
        (Whose::Imports, "51001"),
        (Whose::Book, "phone:1"),
        (Whose::Customers, "7001"),
        (Whose::Phones, "00042:+48 600"),
        (Whose::Leads, "x"),
    ] {
        let mut whole = first.as_bytes().to_vec();
        whole.push(b'\n');
        whole.extend_from_slice(input);
        let read = rows(whose, &whole, 1 << 16, None, None);
        assert_eq!(read, rows(whose, &whole, 3, None, None), "an input is the same however it comes");
        let expected = lines(&whole);
        assert_eq!(read.len(), expected.len(), "every line that is not blank is one row");
        for (read, (number, text)) in read.iter().zip(expected) {
            match read {
                Read::Records(line, records) => {
                    assert_eq!(*line, number);
                    assert_eq!(records.len(), if whose == Whose::Customers && !text.expect("text").contains(':') { 2 } else { 1 });
                    for record in records {
                        let again = rows(whose, record.as_bytes(), 64, None, None);
                        assert_eq!(again, [Read::Records(1, vec![record.clone()])], "a key reads back");
                    }
                }
                Read::Bad(line, bad, _, why) => {
                    assert_eq!(*line, number);
                    assert!(text.is_none_or(|text| text == *bad), "a bad line is kept as it is");
                    assert!(!why.is_empty(), "and says what was expected");
                }
                Read::Broken(why) => panic!("{why}"),
            }
        }
    }
});
