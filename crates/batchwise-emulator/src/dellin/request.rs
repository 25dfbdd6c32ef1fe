//! Requests as they were read.

use bytes::Bytes;
use http::Request;

use super::format::Format;
use super::kind::Kind;

/// The flat fields of a request; `None` when it is unreadable.
#[derive(Debug, Clone)]
pub(super) struct Fields(Option<Vec<(String, String)>>);

impl Fields {
    fn read(format: Format, request: &Request<Bytes>) -> Self {
        Self(format.fields(request.body()))
    }

    pub(super) const fn is_readable(&self) -> bool {
        self.0.is_some()
    }

    /// The field's value; empty when it is missing.
    pub(super) fn get(&self, name: &str) -> &str {
        let fields = self.0.as_deref().unwrap_or_default();
        let found = fields.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let fields = self.0.as_deref().unwrap_or_default();
        fields
            .iter()
            .filter(move |(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A deletion.
#[derive(Debug, Clone)]
pub(crate) struct BookCall {
    format: Format,
    pub(super) fields: Fields,
    /// Every element of the four lists; what is no positive integer keeps its text.
    pub(super) elements: Vec<(Kind, Result<u64, String>)>,
}

impl BookCall {
    pub(crate) fn read(request: &Request<Bytes>, path: &str) -> Self {
        let format = Format::of(path);
        let fields = Fields::read(format, request);
        let mut elements = Vec::new();
        for kind in Kind::ALL {
            for text in fields.all(kind.field()) {
                let id = text.parse().ok().filter(|id| *id > 0);
                elements.push((kind, id.ok_or_else(|| text.to_owned())));
            }
        }
        Self {
            format,
            fields,
            elements,
        }
    }

    pub(crate) const fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn appkey(&self) -> &str {
        self.fields.get("appkey")
    }

    pub(super) fn objects(&self) -> impl Iterator<Item = (Kind, u64)> {
        self.elements
            .iter()
            .filter_map(|(kind, id)| id.as_ref().ok().map(|id| (*kind, *id)))
    }

    pub(crate) fn carries(&self, key: &str) -> bool {
        self.objects().any(|(kind, id)| format!("{kind}:{id}") == key)
    }
}

/// A question for one of the three lists.
#[derive(Debug, Clone)]
pub(crate) struct ListCall {
    pub(super) fields: Fields,
    pub(super) list: List,
}

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Counteragents,
    Addresses,
    Contacts,
}

impl ListCall {
    pub(crate) fn read(request: &Request<Bytes>, path: &str) -> Self {
        let list = match path {
            "/v2/book/addresses.json" => List::Addresses,
            "/v2/book/contacts.json" => List::Contacts,
            _ => List::Counteragents,
        };
        Self {
            fields: Fields::read(Format::Json, request),
            list,
        }
    }

    pub(crate) fn appkey(&self) -> &str {
        self.fields.get("appkey")
    }

    /// The field that names the parent, where the list has one.
    pub(super) const fn parent_field(&self) -> Option<&'static str> {
        match self.list {
            List::Counteragents => None,
            List::Addresses => Some("counteragentID"),
            List::Contacts => Some("addressID"),
        }
    }

    pub(super) fn needed(&self) -> Vec<&'static str> {
        ["appkey", "sessionID"].into_iter().chain(self.parent_field()).collect()
    }

    /// The id of the parent; none for what is no positive number.
    pub(super) fn parent(&self) -> Option<u64> {
        self.fields.get(self.parent_field()?).parse().ok().filter(|id| *id > 0)
    }

    /// True for a question about what belongs to the object with this key.
    pub(crate) fn carries(&self, key: &str) -> bool {
        let kind = match self.list {
            List::Counteragents => return false,
            List::Addresses => Kind::Counteragent,
            List::Contacts => Kind::Address,
        };
        self.parent().is_some_and(|id| format!("{kind}:{id}") == key)
    }
}

/// A login.
#[derive(Debug, Clone)]
pub(crate) struct LoginCall {
    format: Format,
    pub(super) fields: Fields,
    /// True for v4, with a personal access token.
    pub(super) by_pat: bool,
}

impl LoginCall {
    pub(crate) fn read(request: &Request<Bytes>, path: &str) -> Self {
        let format = Format::of(path);
        Self {
            format,
            fields: Fields::read(format, request),
            by_pat: path.starts_with("/v4/"),
        }
    }

    pub(crate) const fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn appkey(&self) -> &str {
        self.fields.get("appkey")
    }
}

/// A question about a session, or its end.
#[derive(Debug, Clone)]
pub(crate) struct SessionCall {
    pub(super) fields: Fields,
    pub(super) is_logout: bool,
}

impl SessionCall {
    pub(crate) fn read(request: &Request<Bytes>, path: &str) -> Self {
        Self {
            fields: Fields::read(Format::Json, request),
            is_logout: path.ends_with("logout.json"),
        }
    }

    pub(crate) fn appkey(&self) -> &str {
        self.fields.get("appkey")
    }
}
