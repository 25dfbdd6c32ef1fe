//! Rows with what became of them, as NDJSON.

use std::fmt;
use std::io::{self, Write};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// The members of an object in their order, each value as it is written there.
#[derive(Debug)]
pub(super) struct Members(pub(super) Vec<(String, Box<RawValue>)>);

impl Members {
    /// The members of an object; `None` for any other text.
    pub(super) fn of(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

/// Writes an object a line: the input's members as they were written, then what was added.
pub(super) fn write<W: Write>(
    sink: &mut W,
    own: &[(String, Box<RawValue>)],
    added: (&[String], &[Value]),
) -> io::Result<()> {
    let own = own.iter().map(|(name, value)| (name, value.get().to_owned()));
    let (names, values) = added;
    let added = names.iter().zip(values).map(|(name, value)| (name, value.to_string()));
    let mut before = b'{';
    for (name, value) in own.chain(added) {
        sink.write_all(&[before])?;
        write!(sink, "{}:{value}", Value::from(name.as_str()))?;
        before = b',';
    }
    sink.write_all(b"}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_spelling() {
        let members = Members::of(r#"{"b": 1.50, "a": {"y":1, "x":2}, "b": "\u0041"}"#).unwrap();
        let mut out = Vec::new();
        write(&mut out, &members.0, (&["line".to_owned()], &[Value::from(1)])).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"b\":1.50,\"a\":{\"y\":1, \"x\":2},\"b\":\"\\u0041\",\"line\":1}\n"
        );
    }

    #[test]
    fn what_is_no_object_has_no_members() {
        assert!(Members::of("51001").is_none());
        assert!(Members::of("{\"id\":").is_none());
    }
}
