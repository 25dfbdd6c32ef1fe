//! Texts that are held against files. `SNAPSHOTS=overwrite cargo test -p batchwise-cli --test command` writes them anew.

use std::path::Path;

use snapbox::Data;
use snapbox::data::IntoData;

/// Holds a text against `snapshots/NAME.txt`.
#[track_caller]
pub(crate) fn is_as_before(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/command/snapshots")
        .join(format!("{name}.txt"));
    // Raw: brackets and dots are what they are.
    snapbox::assert_data_eq!(text.to_owned().into_data().raw(), Data::read_from(&path, None).raw());
}

/// The text with what differs from run to run made alike: the emulator's address, and times with tenths.
pub(crate) fn tamed(text: &str, url: &str) -> String {
    let host = url.trim_start_matches("http://");
    let text = text.replace(host, "127.0.0.1:8085");
    let text = without_names(&text);
    let mut tame = String::new();
    for piece in text.split_inclusive(" s") {
        let number = piece.strip_suffix(" s").map(|before| {
            let digits = |c: char| c.is_ascii_digit() || c == '.';
            before.trim_end_matches(digits).len()
        });
        match number {
            Some(at) if piece[at..].contains('.') => {
                tame.push_str(&piece[..at]);
                tame.push_str("0.0 s");
            }
            _ => tame.push_str(piece),
        }
    }
    tame
}

/// Journals are named by time and chance, and lie elsewhere for everybody.
fn without_names(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_inclusive([' ', '\n']) {
        let is_journal = word.contains("/journals/") && word.trim_end().ends_with(".db");
        let end = word.get(word.trim_end().len()..).unwrap_or_default();
        words.push(if is_journal {
            format!("JOURNAL{end}")
        } else {
            word.to_owned()
        });
    }
    words.concat()
}
