//! Which form an input has.

use std::path::Path;

use super::delimiter;
use crate::args::{Delimiter, InputArgs};

/// The form of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// One key a line.
    Lines,
    /// Columns with a header, separated by this byte.
    Csv(u8),
    /// One JSON value a line.
    Ndjson,
}

impl Format {
    /// The form, by what was asked for, the file's name, and the first line with content; an error where it is in doubt.
    ///
    /// `needs_columns` leaves nothing but columns to read from; `wanted` says whether a header has the columns that records are read from.
    pub(crate) fn detect(
        reading: &InputArgs,
        path: Option<&Path>,
        first_line: &str,
        needs_columns: bool,
        wanted: &dyn Fn(&[&str]) -> bool,
    ) -> Result<Self, String> {
        let first = first_line.trim_start_matches('\u{feff}').trim();
        if ends_lines_with_cr(first) {
            return Err("its lines end in CR alone, as old Macs wrote them, and so it would be a single line: save it with the \
                        line ends of Unix or Windows"
                .to_owned());
        }
        let told = reading.delimiter.map(|Delimiter(byte)| byte);
        let csv = |usual: Option<u8>| match told.or_else(|| delimiter::named(first_line)).or(usual) {
            Some(byte) => Ok(Self::Csv(byte)),
            None => delimiter::detect(first, wanted).map(Self::Csv),
        };
        let extension = extension(path);
        if needs_columns && (first.starts_with('{') || matches!(extension.as_str(), "ndjson" | "jsonl")) {
            return Err("a mapping is for columns, and this is NDJSON: leave the mapping out".to_owned());
        }
        if needs_columns && extension == "tsv" {
            return csv(Some(b'\t'));
        }
        if needs_columns || reading.column.is_some() || told.is_some() {
            return csv(None);
        }
        match extension.as_str() {
            "csv" => return csv(None),
            "tsv" | "tab" => return csv(Some(b'\t')),
            "ndjson" | "jsonl" => return Ok(Self::Ndjson),
            _ => {}
        }
        if first.starts_with('{') {
            return Ok(Self::Ndjson);
        }
        let is_header = |delimiter: &u8| {
            let names = delimiter::names(first, *delimiter);
            wanted(&names.iter().map(String::as_str).collect::<Vec<_>>())
        };
        if delimiter::named(first_line).is_some() || delimiter::CANDIDATES.iter().any(is_header) {
            return csv(None);
        }
        if first.starts_with('"') && first.contains('\\') && serde_json::from_str::<String>(first).is_ok() {
            // As a plain line it would be another key than as JSON.
            return Err(
                "it may be a text of JSON or a line in quotes: name the file .ndjson, or write the key without quotes"
                    .to_owned(),
            );
        }
        if first.starts_with('[') {
            return Err(
                "it begins as an array of JSON, and NDJSON is wanted, one value a line: `jq -c '.[]' FILE` makes it"
                    .to_owned(),
            );
        }
        Ok(Self::Lines)
    }
}

/// True where a CR without an LF stands outside of quotes.
fn ends_lines_with_cr(line: &str) -> bool {
    let mut quoted = false;
    line.chars().any(|character| {
        quoted ^= character == '"';
        character == '\r' && !quoted
    })
}

/// How the name of the file ends, before `.gz`.
fn extension(path: Option<&Path>) -> String {
    let of = |path: &Path| Some(path.extension()?.to_str()?.to_ascii_lowercase());
    let Some(path) = path else { return String::new() };
    match of(path) {
        Some(gz) if gz == "gz" => of(&path.with_extension("")).unwrap_or_default(),
        other => other.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(column: Option<&str>, path: Option<&str>, first: &str) -> Format {
        let reading = InputArgs {
            column: column.map(str::to_owned),
            ..InputArgs::default()
        };
        let wanted = |names: &[&str]| names.contains(&"kind") && names.contains(&"id");
        Format::detect(&reading, path.map(Path::new), first, false, &wanted).unwrap()
    }

    #[test]
    fn a_column_means_csv() {
        assert_eq!(told(Some("id"), None, "1"), Format::Csv(b','));
    }

    #[test]
    fn the_name_of_a_file_tells() {
        assert_eq!(told(None, Some("a.csv"), "x"), Format::Csv(b','));
        assert_eq!(told(None, Some("a.csv.gz"), "x;y"), Format::Csv(b';'));
        assert_eq!(told(None, Some("a.tsv"), "a,b\tc;d"), Format::Csv(b'\t'));
        assert_eq!(told(None, Some("a.jsonl"), "x"), Format::Ndjson);
        assert_eq!(told(None, Some("a.JSONL.GZ"), "x"), Format::Ndjson);
    }

    #[test]
    fn the_first_line_tells_the_rest() {
        assert_eq!(told(None, None, "{\"id\":1}"), Format::Ndjson);
        assert_eq!(told(None, None, "\u{feff}kind,id\r"), Format::Csv(b','));
        assert_eq!(told(None, None, "kind;name;id"), Format::Csv(b';'));
        assert_eq!(told(None, None, "sep=;"), Format::Csv(b';'));
        assert_eq!(told(None, None, "\"phone:1\"\n"), Format::Lines);
        assert_eq!(told(None, None, "\"kind\",\"id\""), Format::Csv(b','));
        assert_eq!(told(None, None, "phone:1"), Format::Lines);
    }
}
