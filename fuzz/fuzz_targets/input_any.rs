//! Any bytes as they come from a pipe: packed or not, in any encoding.
#![no_main]

use batchwise_cli::fuzzing::{Read, Whose, pipe_rows};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    for (whose, column, encoding) in [
        (Whose::Imports, None, None),
        (Whose::Imports, Some("id"), Some("windows-1251")),
        (Whose::Book, None, Some("utf-16")),
        (Whose::Customers, Some("id"), Some("windows-1250")),
        (Whose::Phones, None, None),
        (Whose::Leads, None, Some("gb18030")),
    ] {
        let read = pipe_rows(whose, input, 1 << 16, column, encoding);
        let byte_by_byte = pipe_rows(whose, input, 1, column, encoding);
        if let (Some(some), Some(others)) = (
            before_broken_pack(input, &read),
            before_broken_pack(input, &byte_by_byte),
        ) {
            // What was unpacked before the damage is told as far as the unpacker hands it out, which depends on how its
            // bytes come; and when it is no text either, so does which of the two is said. But it is the same as far as it goes.
            assert!(some.iter().zip(others).all(|(one, other)| one == other));
        } else {
            assert_eq!(read, byte_by_byte, "an input is the same however it comes");
        }
        let mut last = 0;
        for (index, row) in read.iter().enumerate() {
            let line = match row {
                Read::Records(line, records) => {
                    assert!(!records.is_empty(), "a row of records has records");
                    *line
                }
                Read::Bad(line, _, _, why) => {
                    assert!(!why.is_empty());
                    *line
                }
                Read::Broken(why) => {
                    assert_eq!(index + 1, read.len(), "nothing follows what broke");
                    assert!(!why.is_empty());
                    continue;
                }
            };
            assert!(line > last, "rows are told in order, each line once");
            last = line;
        }
    }
});

/// The rows before the end of a packed input that broke.
fn before_broken_pack<'a>(input: &[u8], read: &'a [Read]) -> Option<&'a [Read]> {
    match read {
        [before @ .., Read::Broken(_)] if input.starts_with(b"\x1f\x8b") => Some(before),
        _ => None,
    }
}
