//! Any answer to a deletion of address-book objects over JSON.
#![no_main]

use std::sync::LazyLock;

use batchwise_core::Said;
use batchwise_fuzz::{Answered, any_object, any_value, dellin, hold, holds_number};
use dellin_book::{BookObject, DellinBook, Wire};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static CLIENT: LazyLock<Answered<DellinBook>> = LazyLock::new(|| dellin::book(Wire::Json));
static OBJECTS: LazyLock<Vec<BookObject>> = LazyLock::new(dellin::objects);

fuzz_target!(|input: &[u8]| {
    let (_, body) = CLIENT.answer(input);
    let held = hold(&CLIENT, &OBJECTS);
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii();
    if !matches!(body.first(), Some(b'{' | b'[')) {
        // XML has a target of its own.
        return;
    }
    // Raw line breaks within texts are read over.
    let text = String::from_utf8_lossy(body).replace(|c: char| c.is_ascii_control(), " ");
    let read: Value = serde_json::from_str(&text).unwrap_or_default();
    for (object, said) in OBJECTS.iter().zip(held.said) {
        let list = dellin::list_of(object);
        let told = |name: &str| {
            any_object(&read, &|members| {
                members.get(name).is_some_and(|lists| {
                    any_object(lists, &|kinds| {
                        kinds.get(&list).is_some_and(|ids| any_value(ids, &|value| holds_number(value, object.id())))
                    })
                })
            })
        };
        match said {
            Some(Said::Done) => assert!(told("deleted"), "{object} was deleted, and no list says so"),
            Some(Said::Absent) => assert!(told("notDeleted"), "{object} is absent, and no list says so"),
            _ => {}
        }
    }
});
