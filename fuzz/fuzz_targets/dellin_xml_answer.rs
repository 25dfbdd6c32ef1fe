//! Any answer to a deletion of address-book objects over XML.
#![no_main]

use std::sync::LazyLock;

use batchwise_core::Said;
use batchwise_fuzz::{Answered, dellin, hold};
use dellin_book::{BookObject, DellinBook, Wire};
use libfuzzer_sys::fuzz_target;

static CLIENT: LazyLock<Answered<DellinBook>> = LazyLock::new(|| dellin::book(Wire::Xml));
static OBJECTS: LazyLock<Vec<BookObject>> = LazyLock::new(dellin::objects);

fuzz_target!(|input: &[u8]| {
    let (_, body) = CLIENT.answer(input);
    let held = hold(&CLIENT, &OBJECTS);
    let text = String::from_utf8_lossy(body);
    if !text.trim_start_matches('\u{feff}').trim_ascii_start().starts_with('<') {
        return;
    }
    for (object, said) in OBJECTS.iter().zip(held.said) {
        let tag = match said {
            Some(Said::Done) => "deleted",
            Some(Said::Absent) => "notDeleted",
            _ => continue,
        };
        assert!(text.contains(&dellin::list_of(object)), "{object} is settled, and its list is not named");
        assert!(text.contains(tag), "{object} is settled, and no <{tag}> is there");
        // Digits may be written as character references, in sections and around comments.
        let pieces = ["&#", "<![CDATA[", "<!--", "<?"];
        let plain = !pieces.iter().any(|piece| text.contains(piece));
        assert!(!plain || text.contains(&object.id().to_string()), "{object} is settled, and its id is not named");
    }
});
