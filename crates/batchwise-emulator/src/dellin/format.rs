//! JSON and XML: reading a request as flat fields, writing answers.

use bytes::Bytes;
use http::Response;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde::Serialize;
use serde_json::Value;

use super::kind::Kind;
use crate::answer;
use crate::json;
use crate::turn::Turn;

/// The format of request and answer, by the suffix of the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Xml,
}

impl Format {
    pub(super) fn of(path: &str) -> Self {
        if path.ends_with(".xml") { Self::Xml } else { Self::Json }
    }

    /// The members of the request with their values as text, an array as the repeated member; `None` when unreadable.
    pub(super) fn fields(self, body: &[u8]) -> Option<Vec<(String, String)>> {
        match self {
            Self::Json => json_fields(body),
            Self::Xml => xml_fields(std::str::from_utf8(body).ok()?),
        }
    }

    fn write(self, status: u16, json: &impl Serialize, xml: &str) -> Response<Bytes> {
        match self {
            Self::Json => answer::json(status, json),
            Self::Xml => {
                let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response>{xml}</response>\n");
                answer::body(status, "text/xml; charset=utf-8", text)
            }
        }
    }

    /// The two lists.
    pub(super) fn lists(self, deleted: &Lists, not_deleted: &Lists, turn: &Turn) -> Response<Bytes> {
        let metadata = Metadata::new(200, None, turn);
        let xml = format!(
            "{}<data>{}{}</data>",
            metadata.xml(),
            deleted.xml("deleted"),
            not_deleted.xml("notDeleted")
        );
        let data = DeleteData { deleted, not_deleted };
        self.write(200, &Success { metadata, data }, &xml)
    }

    /// A session given out.
    pub(super) fn session(self, session_id: &str, turn: &Turn) -> Response<Bytes> {
        let metadata = Metadata::new(200, None, turn);
        let xml = format!("{}<data><sessionID>{session_id}</sessionID></data>", metadata.xml());
        let data = SessionData { session_id };
        self.write(200, &Success { metadata, data }, &xml)
    }

    /// Any other data, in JSON.
    pub(super) fn data(data: &impl Serialize, turn: &Turn) -> Response<Bytes> {
        let metadata = Metadata::new(200, None, turn);
        answer::json(200, &Success { metadata, data })
    }

    /// The common errors envelope.
    pub(super) fn errors(self, status: u16, errors: &[ApiError], turn: &Turn) -> Response<Bytes> {
        let metadata = Metadata::new(status, Some(detail(status)), turn);
        let mut xml = metadata.xml();
        for error in errors {
            xml.push_str(&error.xml());
        }
        self.write(status, &Failure { metadata, errors }, &xml)
    }
}

fn detail(status: u16) -> String {
    let reason = http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason());
    reason.unwrap_or("error").to_lowercase()
}

fn json_fields(body: &[u8]) -> Option<Vec<(String, String)>> {
    let body = json::readable(body)?;
    let Ok(Value::Object(object)) = serde_json::from_slice(body) else {
        return None;
    };
    let mut fields = Vec::new();
    for (name, value) in object {
        match value {
            Value::Array(elements) => fields.extend(elements.iter().map(|element| (name.clone(), text(element)))),
            Value::Null => {}
            value => fields.push((name, text(&value))),
        }
    }
    Some(fields)
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// Deepest nesting of a request that is read; a documented one has two levels.
const MOST_DEPTH: usize = 32;

/// The children of `<request>` with their texts.
fn xml_fields(body: &str) -> Option<Vec<(String, String)>> {
    let mut reader = Reader::from_str(body);
    let mut fields = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut text = String::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(_) if open.len() >= MOST_DEPTH => return None,
            Event::Start(start) => {
                open.push(String::from_utf8_lossy(start.name().as_ref()).into_owned());
                text.clear();
            }
            Event::Text(part) => text.push_str(&part.decode().ok()?),
            Event::CData(part) => text.push_str(&String::from_utf8_lossy(&part)),
            Event::GeneralRef(part) => match part.resolve_char_ref().ok()? {
                Some(character) => text.push(character),
                None => text.push_str(quick_xml::escape::resolve_predefined_entity(&part.decode().ok()?)?),
            },
            Event::End(_) => {
                let name = open.pop()?;
                if open.len() == 1 {
                    fields.push((name, text.trim().to_owned()));
                }
            }
            Event::Eof => return (open.is_empty() && body.contains("<request")).then_some(fields),
            _ => {}
        }
    }
}

fn escape(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

#[derive(Serialize)]
struct Metadata {
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    generated_at: String,
}

impl Metadata {
    fn new(status: u16, detail: Option<String>, turn: &Turn) -> Self {
        let generated_at = turn.stamp();
        Self {
            status,
            detail,
            generated_at,
        }
    }

    fn xml(&self) -> String {
        let detail = self
            .detail
            .as_ref()
            .map(|detail| format!("<detail>{}</detail>", escape(detail)));
        format!(
            "<metadata><status>{}</status>{}<generated_at>{}</generated_at></metadata>",
            self.status,
            detail.unwrap_or_default(),
            self.generated_at
        )
    }
}

#[derive(Serialize)]
struct Success<D> {
    metadata: Metadata,
    data: D,
}

#[derive(Serialize)]
struct Failure<'a> {
    metadata: Metadata,
    errors: &'a [ApiError],
}

#[derive(Serialize)]
struct SessionData<'a> {
    #[serde(rename = "sessionID")]
    session_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeleteData<'a> {
    deleted: &'a Lists,
    not_deleted: &'a Lists,
}

/// Ids by kind, in the order of the documented answer.
#[derive(Debug, Default, Serialize)]
pub(super) struct Lists {
    #[serde(rename = "counteragentIDs")]
    counteragents: Vec<u64>,
    #[serde(rename = "addressIDs")]
    addresses: Vec<u64>,
    #[serde(rename = "contactIDs")]
    contacts: Vec<u64>,
    #[serde(rename = "phoneIDs")]
    phones: Vec<u64>,
}

impl Lists {
    pub(super) fn push(&mut self, kind: Kind, id: u64) {
        match kind {
            Kind::Counteragent => self.counteragents.push(id),
            Kind::Address => self.addresses.push(id),
            Kind::Contact => self.contacts.push(id),
            Kind::Phone => self.phones.push(id),
        }
    }

    fn xml(&self, name: &str) -> String {
        let mut inner = String::new();
        for (kind, ids) in [
            (Kind::Counteragent, &self.counteragents),
            (Kind::Address, &self.addresses),
            (Kind::Contact, &self.contacts),
            (Kind::Phone, &self.phones),
        ] {
            let field = kind.field();
            for id in ids {
                inner.push_str(&format!("<{field}>{id}</{field}>"));
            }
        }
        if inner.is_empty() {
            format!("<{name}/>")
        } else {
            format!("<{name}>{inner}</{name}>")
        }
    }
}

/// One error. Only 110003 is known from the documents' users; the other codes are the emulator's own.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApiError {
    code: u32,
    title: &'static str,
    detail: String,
    link: String,
    fields: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    bad_values: Vec<String>,
}

impl ApiError {
    pub(super) fn new(code: u32, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code,
            title,
            detail: detail.into(),
            link: format!("https://dev.dellin.ru/api/errors/#error_{code}"),
            fields: Vec::new(),
            bad_values: Vec::new(),
        }
    }

    pub(super) fn field(mut self, field: &'static str) -> Self {
        self.fields.push(field);
        self
    }

    pub(super) fn bad_value(mut self, value: impl Into<String>) -> Self {
        self.bad_values.push(value.into());
        self
    }

    fn xml(&self) -> String {
        let mut xml = format!(
            "<errors><code>{}</code><title>{}</title><detail>{}</detail><link>{}</link>",
            self.code,
            escape(self.title),
            escape(&self.detail),
            self.link
        );
        for field in &self.fields {
            xml.push_str(&format!("<fields>{field}</fields>"));
        }
        for value in &self.bad_values {
            xml.push_str(&format!("<badValues>{}</badValues>", escape(value)));
        }
        xml.push_str("</errors>");
        xml
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_and_json_read_alike() {
        let xml = "<?xml version=\"1.0\"?>\n<request>\n  <appkey>a&amp;b</appkey>\n  <phoneIDs> 1 </phoneIDs><phoneIDs>2</phoneIDs>\n</request>";
        let json = br#"{"appkey": "a&b", "phoneIDs": [1, "2"]}"#;
        assert_eq!(Format::Xml.fields(xml.as_bytes()), Format::Json.fields(json));
        assert_eq!(Format::Xml.fields(b"<request><appkey>"), None);
        assert_eq!(Format::Json.fields(b"[]"), None);
    }

    #[test]
    fn deep_nesting_is_unreadable() {
        let deep = |depth: usize| format!("<request>{}{}</request>", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(Format::Xml.fields(deep(MOST_DEPTH - 1).as_bytes()).is_some());
        assert_eq!(Format::Xml.fields(deep(1_000_000).as_bytes()), None);
        assert_eq!(Format::Json.fields("[".repeat(1_000_000).as_bytes()), None);
    }
}
