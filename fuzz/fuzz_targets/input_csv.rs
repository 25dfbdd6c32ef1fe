//! Any CSV, for every provider, with and without a named column.
#![no_main]

use batchwise_cli::fuzzing::{Read, Whose, rows};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let ends = input.iter().filter(|byte| **byte == b'\n').count();
    let all = ends + usize::from(!input.is_empty() && !input.ends_with(b"\n"));
    for (whose, column) in [
        (Whose::Imports, None),
        (Whose::Imports, Some("id")),
        (Whose::Book, None),
        (Whose::Book, Some("id")),
        (Whose::Customers, None),
        (Whose::Phones, Some("phone")),
        (Whose::Leads, None),
    ] {
        let read = rows(whose, input, 1 << 16, Some("input.csv"), column);
        assert_eq!(read, rows(whose, input, 1, Some("input.csv"), column), "an input is the same however it comes");
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
                    assert!(why.contains("line "), "{why}");
                    continue;
                }
            };
            assert!(line > last, "rows are told in order, each line once");
            // The header has a line too.
            assert!(line > 1 && line <= all as u64, "line {line} of {all}");
            last = line;
        }
        assert!(read.len() <= all, "no more rows than lines");
        // Other delimiters would say otherwise what is blank.
        let commas = !input.iter().any(|byte| b"\";|\t=".contains(byte));
        if commas && !read.iter().any(|row| matches!(row, Read::Broken(_))) {
            let blank = |line: &&[u8]| line.iter().all(|byte| byte.is_ascii_whitespace() || *byte == b',');
            let text = input.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(input);
            let filled = text.split(|byte| *byte == b'\n').filter(|line| !blank(line)).count();
            assert_eq!(read.len(), filled.saturating_sub(1), "without quotes every line but the header and blank ones is a row");
        }
    }
});
