//! XML answers read into the tree that JSON answers give, so that one decoder serves both.

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, Event};
use serde_json::{Map, Value};

/// Deepest nesting that is read; a documented answer has five levels.
const MOST_DEPTH: usize = 32;

/// Most elements that are read; a documented answer has fewer than two hundred.
const MOST_ELEMENTS: usize = 50_000;

/// An element that has begun.
struct Open {
    name: String,
    children: Map<String, Value>,
    text: String,
}

impl Open {
    fn new(name: &[u8]) -> Self {
        Self {
            name: String::from_utf8_lossy(name).into_owned(),
            children: Map::new(),
            text: String::new(),
        }
    }

    /// An object for an element with children, else its text without blanks around it, null for none.
    fn into_value(self) -> Value {
        let text = self.text.trim();
        match (self.children.is_empty(), text.is_empty()) {
            (false, _) => Value::Object(self.children),
            (true, true) => Value::Null,
            (true, false) => Value::from(text),
        }
    }
}

/// Reads a whole document with root `<response>`; `None` for anything else, a cut document included.
///
/// Attributes, comments and declarations are passed over. A repeated element becomes an array. Entities beyond the five
/// of XML stay as they are; none is expanded.
pub(crate) fn response(text: &str) -> Option<Value> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().allow_dangling_amp = true;
    let mut open: Vec<Open> = Vec::new();
    let mut root: Option<Open> = None;
    let mut elements = 0_usize;
    loop {
        match reader.read_event().ok()? {
            event @ (Event::Start(_) | Event::Empty(_)) => {
                elements += 1;
                if elements > MOST_ELEMENTS || open.len() >= MOST_DEPTH || root.is_some() {
                    return None;
                }
                match event {
                    Event::Start(tag) => open.push(Open::new(tag.local_name().as_ref())),
                    Event::Empty(tag) => close(Open::new(tag.local_name().as_ref()), &mut open, &mut root),
                    _ => {}
                }
            }
            Event::End(_) => {
                let ended = open.pop()?;
                close(ended, &mut open, &mut root);
            }
            Event::Text(piece) => append(&mut open, &piece.decode().ok()?),
            Event::CData(piece) => append(&mut open, &piece.decode().ok()?),
            Event::GeneralRef(entity) => append(&mut open, &resolved(&entity)?),
            Event::Eof => break,
            _ => {}
        }
    }
    if !open.is_empty() {
        return None;
    }
    let root = root.filter(|root| root.name == "response")?;
    // Even an answer without children is one; null would read as no answer.
    Some(Value::Object(root.children))
}

fn close(ended: Open, open: &mut [Open], root: &mut Option<Open>) {
    let Some(parent) = open.last_mut() else {
        *root = Some(ended);
        return;
    };
    let name = ended.name.clone();
    let value = ended.into_value();
    match parent.children.get_mut(&name) {
        None => {
            parent.children.insert(name, value);
        }
        Some(Value::Array(values)) => values.push(value),
        Some(only) => *only = Value::Array(vec![only.take(), value]),
    }
}

fn append(open: &mut [Open], piece: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(piece);
    }
}

fn resolved(entity: &BytesRef<'_>) -> Option<String> {
    if let Ok(Some(c)) = entity.resolve_char_ref() {
        return Some(c.to_string());
    }
    let name = entity.decode().ok()?;
    Some(match resolve_xml_entity(&name) {
        Some(text) => text.to_owned(),
        None => format!("&{name};"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn repeated_elements_become_an_array_and_empty_ones_null() {
        assert_eq!(
            response("<response><a>1</a><a> 2\n</a><a/><b/><c>3</c><d></d></response>"),
            Some(json!({ "a": ["1", "2", null], "b": null, "c": "3", "d": null }))
        );
    }

    #[test]
    fn declaration_comments_attributes_cdata_and_entities_do_no_harm() {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- x -->\n\
                    <response v='1'><a n=\"x\"><![CDATA[<1>]]> &amp; &#1103; &nbsp; & b</a></response>\n";
        assert_eq!(response(text), Some(json!({ "a": "<1> & я &nbsp; & b" })));
    }

    #[test]
    fn a_cut_or_crossed_or_foreign_document_is_none() {
        for bad in [
            "",
            "<response>",
            "<response><a>1</a>",
            "<response><a>1</a></respon",
            "<response><a>1</b></response>",
            "<html><body>502</body></html>",
            "<response/><response/>",
            "text",
        ] {
            assert_eq!(response(bad), None, "{bad}");
        }
    }

    #[test]
    fn nesting_and_size_are_bounded() {
        let deep = format!(
            "<response>{}{}</response>",
            "<a>".repeat(100_000),
            "</a>".repeat(100_000)
        );
        assert_eq!(response(&deep), None);
        let wide = |children: usize| response(&format!("<response>{}</response>", "<a/>".repeat(children)));
        assert_eq!(wide(MOST_ELEMENTS), None);
        assert!(wide(MOST_ELEMENTS - 1).is_some(), "with the root as many as are read");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[<>/&;a-c#x0-9! \\-\\[\\]\"'=]{0,80}") {
            let _ = response(&format!("<response>{text}</response>"));
            let _ = response(&text);
        }
    }
}
