//! Which form an input has.

use std::path::Path;

/// The form of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// One key a line.
    Lines,
    /// Comma-separated columns with a header.
    Csv,
    /// One JSON value a line.
    Ndjson,
}

impl Format {
    /// The form, by what was asked for, the file's name, and the first line.
    pub(crate) fn detect(column: Option<&str>, path: Option<&Path>, first_line: &str, columns: &[&[&str]]) -> Self {
        if column.is_some() {
            return Self::Csv;
        }
        let extension = path
            .and_then(Path::extension)
            .and_then(|extension| extension.to_str())
            .unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "csv" => return Self::Csv,
            "ndjson" | "jsonl" => return Self::Ndjson,
            _ => {}
        }
        let first = first_line.trim_start_matches('\u{feff}').trim();
        if first.starts_with('{') {
            return Self::Ndjson;
        }
        let header: Vec<&str> = first.split(',').map(|name| name.trim().trim_matches('"')).collect();
        if columns.iter().any(|set| set.iter().all(|name| header.contains(name))) {
            return Self::Csv;
        }
        if serde_json::from_str::<String>(first).is_ok() {
            return Self::Ndjson;
        }
        Self::Lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[&[&str]] = &[&["kind", "id"]];

    #[test]
    fn a_column_means_csv() {
        assert_eq!(Format::detect(Some("id"), None, "1", COLUMNS), Format::Csv);
    }

    #[test]
    fn the_name_of_a_file_tells() {
        assert_eq!(
            Format::detect(None, Some(Path::new("a.csv")), "x", COLUMNS),
            Format::Csv
        );
        assert_eq!(
            Format::detect(None, Some(Path::new("a.jsonl")), "x", COLUMNS),
            Format::Ndjson
        );
    }

    #[test]
    fn the_first_line_tells_the_rest() {
        assert_eq!(Format::detect(None, None, "{\"id\":1}", COLUMNS), Format::Ndjson);
        assert_eq!(Format::detect(None, None, "\u{feff}kind,id\r", COLUMNS), Format::Csv);
        assert_eq!(Format::detect(None, None, "\"phone:1\"\n", COLUMNS), Format::Ndjson);
        assert_eq!(Format::detect(None, None, "\"kind\",\"id\"", COLUMNS), Format::Csv);
        assert_eq!(Format::detect(None, None, "phone:1", COLUMNS), Format::Lines);
    }
}
