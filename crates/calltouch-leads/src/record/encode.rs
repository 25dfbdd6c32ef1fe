//! JSON text in the order of the documents, the same for equal leads.

use std::fmt::Display;

use batchwise_core::push_json_text;

/// Writes one JSON object. Members are written in the order of the calls; what is not set is left out, never null.
#[derive(Debug)]
pub(super) struct ObjectWriter<'a> {
    out: &'a mut String,
    empty: bool,
}

impl<'a> ObjectWriter<'a> {
    pub(super) fn begin(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, empty: true }
    }

    pub(super) fn end(self) {
        self.out.push('}');
    }

    /// Begins a member; its value is what is written next.
    pub(super) fn member(&mut self, name: &str) -> &mut String {
        if !self.empty {
            self.out.push(',');
        }
        self.empty = false;
        push_json_text(self.out, name);
        self.out.push(':');
        self.out
    }

    pub(super) fn text(&mut self, name: &str, text: &str) {
        push_json_text(self.member(name), text);
    }

    pub(super) fn optional_text(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// Numbers and booleans, which JSON writes as Rust does.
    pub(super) fn optional_bare(&mut self, name: &str, bare: Option<impl Display>) {
        if let Some(bare) = bare {
            self.member(name).push_str(&bare.to_string());
        }
    }

    /// An array of texts; an empty one is left out.
    pub(super) fn texts(&mut self, name: &str, texts: &[String]) {
        if !texts.is_empty() {
            push_array(self.member(name), texts, |out, text| push_json_text(out, text));
        }
    }
}

pub(super) fn push_array<T>(out: &mut String, items: &[T], push: impl Fn(&mut String, &T)) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        push(out, item);
    }
    out.push(']');
}
