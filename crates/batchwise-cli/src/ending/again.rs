//! The command that goes on with what is left.

use std::ffi::OsString;

use crate::args::JobArgs;

/// The command that goes on with what is left, as it can be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Again(String);

impl Again {
    /// The command of this process once more: a record that is done by then reads `not_found`, or is written the same value
    /// again. `None` where it would show contacts, or where a pipe has been read.
    pub(crate) fn same(args: &JobArgs, contacts: bool) -> Option<Self> {
        let readable = args.input.as_deref().map_or(!contacts, |input| input != "-");
        // A limit would leave the same records over.
        readable.then(|| Self::of(without_limit(std::env::args_os().skip(1))))
    }

    fn of(arguments: impl Iterator<Item = OsString>) -> Self {
        let words = arguments.map(|word| quoted(&word.to_string_lossy()));
        Self(
            std::iter::once("batchwise".to_owned())
                .chain(words)
                .collect::<Vec<_>>()
                .join(" "),
        )
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

fn without_limit(arguments: impl Iterator<Item = OsString>) -> impl Iterator<Item = OsString> {
    let mut value_follows = false;
    arguments.filter(move |word| {
        let word = word.to_string_lossy();
        let is_value = std::mem::replace(&mut value_follows, word == "--limit");
        !is_value && word != "--limit" && !word.starts_with("--limit=")
    })
}

/// A word as a POSIX shell reads it; PowerShell agrees but for a quote within.
fn quoted(word: &str) -> String {
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
    fn a_limit_is_left_out_however_it_is_written() {
        for words in ["delete --limit 5 -i ids.txt", "delete --limit=5 -i ids.txt"] {
            let words = words.split(' ').map(OsString::from);
            assert_eq!(Again::of(without_limit(words)).as_str(), "batchwise delete -i ids.txt");
        }
    }

    #[test]
    fn words_are_quoted_where_a_shell_would_split_them() {
        let words = ["calltouch-import", "delete", "-i", "my ids.csv", "--column", "it's", ""];
        assert_eq!(
            Again::of(words.into_iter().map(OsString::from)).as_str(),
            r"batchwise calltouch-import delete -i 'my ids.csv' --column 'it'\''s' ''"
        );
    }
}
