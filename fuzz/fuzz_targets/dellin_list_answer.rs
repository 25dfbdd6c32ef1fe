//! Any answers to the questions of a walk through an address book.
#![no_main]

use std::collections::HashSet;

use batchwise_fuzz::{Taken, any_object, dellin, holds_number};
use dellin_book::{BookEntry, BookKind};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &[u8]| {
    let walked = dellin::list(input);
    let mut seen = HashSet::new();
    for entry in &walked.entries {
        assert!(seen.insert(entry.object), "{} is there twice", entry.object);
        let below = entry.parent.map(|parent| parent.kind());
        let right = match entry.kind() {
            BookKind::Counteragent => None,
            BookKind::Address => Some(BookKind::Counteragent),
            BookKind::Phone | BookKind::Contact => Some(BookKind::Address),
        };
        assert_eq!(below, right, "what {} belongs to", entry.object);
        if let Some(parent) = entry.parent {
            assert!(seen.contains(&parent), "{parent} stands before what belongs to it");
        }
    }
    let Some(read) = walked.taken.iter().map(read).collect::<Option<Vec<_>>>() else {
        // What is no JSON is XML; only the deletion has a second reader of that.
        return;
    };
    let mut ids = HashSet::new();
    let mut listed = 0;
    for answer in &read {
        let lists = [&answer["data"], &answer["data"]["phones"], &answer["data"]["contacts"]];
        listed += lists
            .into_iter()
            .filter_map(Value::as_array)
            .map(Vec::len)
            .sum::<usize>();
        collect(answer, &mut ids);
    }
    for entry in &walked.entries {
        assert!(
            ids.contains(&entry.object.id()),
            "{} is listed, and no answer has its id",
            entry.object
        );
    }
    if walked.whole {
        assert_eq!(walked.entries.len(), listed, "a whole list is as long as its answers");
        let parents = walked.entries.iter().filter(|entry| entry.kind() == BookKind::Address);
        // Each would be looked for in all answers; a few are as good.
        for parent in parents.take(20) {
            for (kind, name) in [(BookKind::Phone, "phones"), (BookKind::Contact, "contacts")] {
                let own = |entry: &&BookEntry| entry.kind() == kind && entry.parent == Some(parent.object);
                let there = walked.entries.iter().filter(own).count() as u64;
                let counts = |members: &serde_json::Map<String, Value>| {
                    let is_it = members.get("id").is_some_and(|id| holds_number(id, parent.object.id()));
                    is_it
                        && !members
                            .get(name)
                            .and_then(Value::as_u64)
                            .is_some_and(|counted| counted > there)
                };
                assert!(
                    read.iter().any(|answer| any_object(answer, &counts)),
                    "{} has too few {name}",
                    parent.object
                );
            }
        }
    }
});

fn read(taken: &Taken) -> Option<Value> {
    let body = taken
        .answer
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(&taken.answer)
        .trim_ascii();
    matches!(body.first(), Some(b'{' | b'[')).then(|| {
        // Raw line breaks within texts are read over.
        let text = String::from_utf8_lossy(body).replace(|c: char| c.is_ascii_control(), " ");
        serde_json::from_str(&text).unwrap_or_default()
    })
}

/// Every number that stands under `id`, at any depth.
fn collect(value: &Value, ids: &mut HashSet<u64>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, ids)),
        Value::Object(members) => {
            let number = |id: &Value| id.as_u64().or_else(|| id.as_str()?.trim().parse().ok());
            ids.extend(members.get("id").and_then(number));
            members.values().for_each(|member| collect(member, ids));
        }
        _ => {}
    }
}
