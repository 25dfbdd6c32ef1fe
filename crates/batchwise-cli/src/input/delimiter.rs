//! What separates the columns of a header.

use super::csv_rows::CsvRows;
use super::lines::Lines;

/// What exports separate columns with.
pub(super) const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The names in a header, by this delimiter.
pub(super) fn names(header: &str, delimiter: u8) -> Vec<String> {
    let mut rows = CsvRows::new(Lines::new(header.as_bytes()), delimiter);
    match rows.next() {
        Ok(Some((_, fields))) => fields
            .iter()
            .map(|field| String::from_utf8_lossy(field).trim().to_owned())
            .collect(),
        // A header whose quote goes on in the next line.
        _ => header
            .split(char::from(delimiter))
            .map(|name| name.trim().to_owned())
            .collect(),
    }
}

/// The delimiter of a header: the one by which it has the wanted columns, else the only one by which it has several.
pub(super) fn detect(header: &str, wanted: &dyn Fn(&[&str]) -> bool) -> Result<u8, String> {
    let found = CANDIDATES.map(|delimiter| {
        let names = names(header, delimiter);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        (delimiter, names.len(), wanted(&names))
    });
    if found.iter().all(|(_, columns, _)| *columns == 1) {
        return Ok(b',');
    }
    for test in [
        |found: &(u8, usize, bool)| found.2,
        |found: &(u8, usize, bool)| found.1 > 1,
    ] {
        let mut fitting = found.iter().copied().filter(test);
        match (fitting.next(), fitting.next()) {
            (Some((delimiter, ..)), None) => return Ok(delimiter),
            (Some((one, ..)), Some((other, ..))) => {
                return Err(format!(
                    "columns may be separated by {} or by {}: say which with --delimiter",
                    shown(one),
                    shown(other)
                ));
            }
            (None, _) => {}
        }
    }
    Ok(b',')
}

/// The delimiter that a first line `sep=;` names, as Excel has it.
pub(super) fn named(line: &str) -> Option<u8> {
    let line = line.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']);
    match line.trim_matches('"').as_bytes() {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] if delimiter.is_ascii() => Some(*delimiter),
        _ => None,
    }
}

/// A delimiter in words.
pub(super) fn shown(delimiter: u8) -> String {
    match delimiter {
        b'\t' => "tab".to_owned(),
        other => format!("`{}`", char::from(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(header: &str) -> Option<u8> {
        detect(header, &|names| names.contains(&"id")).ok()
    }

    #[test]
    fn the_columns_tell_the_delimiter() {
        assert_eq!(detected("name;id"), Some(b';'));
        assert_eq!(detected("name\tid"), Some(b'\t'));
        assert_eq!(detected("id"), Some(b','));
        assert_eq!(detected("last, first;id"), Some(b';'));
        assert_eq!(detected("\"a;b\",id"), Some(b','));
        assert_eq!(detected("name|key"), Some(b'|'));
    }

    #[test]
    fn what_may_be_two_things_is_none() {
        assert_eq!(detected("a,b;c"), None);
        assert_eq!(detected("id,x;y\t|id"), None);
    }

    #[test]
    fn a_line_may_name_it() {
        assert_eq!(named("sep=;\r\n"), Some(b';'));
        assert_eq!(named("\u{feff}\"sep=\t\"\n"), Some(b'\t'));
        assert_eq!(named("sep=ab"), None);
    }
}
