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
        assert_eq!(
            read,
            pipe_rows(whose, input, 1, column, encoding),
            "an input is the same however it comes"
        );
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
