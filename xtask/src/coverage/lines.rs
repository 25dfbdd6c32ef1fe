//! The lines of a file that tests reach, as lcov writes them.

use std::collections::BTreeMap;

/// How often each line of code ran, by its number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FileLines(BTreeMap<usize, u64>);

impl FileLines {
    /// Lines of code.
    pub(super) fn all(&self) -> usize {
        self.0.len()
    }

    /// Lines that ran.
    pub(super) fn reached(&self) -> usize {
        self.0.values().filter(|count| **count > 0).count()
    }

    /// Lines that never ran.
    pub(super) fn unreached(&self) -> impl Iterator<Item = usize> {
        self.0.iter().filter(|(_, count)| **count == 0).map(|(line, _)| *line)
    }

    /// The same without the tests at the file's end, which reach themselves.
    pub(super) fn without_tests(self, source: &str) -> Self {
        let lines: Vec<&str> = source.lines().collect();
        let tests = lines
            .windows(2)
            .position(|pair| matches!(pair, ["#[cfg(test)]", next] if next.starts_with("mod ") && next.ends_with('{')));
        let end = tests.unwrap_or(usize::MAX - 1) + 1;
        Self(self.0.into_iter().filter(|(line, _)| *line < end).collect())
    }
}

/// Reads a report: the lines of each file.
pub(super) fn read(report: &str) -> BTreeMap<String, FileLines> {
    let mut files: BTreeMap<String, FileLines> = BTreeMap::new();
    let mut file = FileLines::default();
    let mut name = "";
    for line in report.lines() {
        if let Some(path) = line.strip_prefix("SF:") {
            name = path;
        } else if let Some((number, count)) = line.strip_prefix("DA:").and_then(|data| data.split_once(',')) {
            if let (Ok(number), Ok(count)) = (number.parse(), count.parse::<u64>()) {
                *file.0.entry(number).or_default() += count;
            }
        } else if line == "end_of_record" {
            files.insert(name.to_owned(), std::mem::take(&mut file));
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_by_whether_they_ran() {
        let files = read("TN:\nSF:/a.rs\nDA:1,4\nDA:2,0\nend_of_record\nSF:/b.rs\nDA:7,0\nend_of_record\n");
        let a = &files["/a.rs"];
        assert_eq!(
            (a.all(), a.reached(), a.unreached().collect::<Vec<_>>()),
            (2, 1, vec![2])
        );
        assert_eq!(files["/b.rs"].reached(), 0);
    }

    #[test]
    fn tests_at_the_end_of_a_file_do_not_count() {
        let files = read("SF:/a.rs\nDA:1,1\nDA:5,9\nend_of_record\n");
        let code = files["/a.rs"]
            .clone()
            .without_tests("fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n");
        assert_eq!(code.all(), 1);
    }
}
