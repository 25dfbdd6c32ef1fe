//! Commands as they can be typed.

use std::ffi::OsString;

/// The program and these arguments, quoted as a POSIX shell reads them.
pub(crate) fn command_line(words: impl IntoIterator<Item = OsString>) -> String {
    let mut line = "batchwise".to_owned();
    for word in words {
        line.push(' ');
        line.push_str(&quoted(&word.to_string_lossy()));
    }
    line
}

/// A word as a POSIX shell reads it.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_split_them() {
        let words = ["resume", "my journal.db", "it's", ""];
        assert_eq!(
            command_line(words.map(OsString::from)),
            r"batchwise resume 'my journal.db' 'it'\''s' ''"
        );
    }
}
