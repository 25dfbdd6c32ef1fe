//! A second reading of inputs, line by line.

/// The lines of an input as their numbers and texts; `None` for what is no UTF-8. Blank lines are left out.
pub fn lines(input: &[u8]) -> Vec<(u64, Option<String>)> {
    let mut pieces: Vec<&[u8]> = input.split(|byte| *byte == b'\n').collect();
    // Behind the last line's end nothing begins.
    if pieces.last().is_some_and(|last| last.is_empty()) {
        pieces.pop();
    }
    let text = |(number, line): (u64, &[u8])| {
        let line = match number {
            1 => line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line),
            _ => line,
        };
        match std::str::from_utf8(line).map(str::trim) {
            Ok("") => None,
            Ok(text) => Some((number, Some(text.to_owned()))),
            Err(_) => Some((number, None)),
        }
    };
    (1..).zip(pieces).filter_map(text).collect()
}
