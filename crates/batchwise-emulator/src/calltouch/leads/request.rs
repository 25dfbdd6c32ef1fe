//! A request to add custom fields, as it is read and validated.

use bytes::Bytes;
use http::Request;
use serde_json::Value;

use super::key::LeadKey;
use crate::calltouch::wire::{self, Credentials, Violation};

pub(super) const MOST_LEADS: usize = 100;
const MOST_ROWS: usize = 20;
const MOST_FIELDS: usize = 20;

const BLANK: &str = "This value should not be blank.";
const INVALID: &str = "This value is not valid.";
const TOO_MANY: &str = "This collection contains too many elements.";

/// The five kinds of matching rows: name, parameters, and the ids or contacts they take.
const TYPES: [(&str, &str); 5] = [
    ("call", "callParams"),
    ("request", "requestParams"),
    ("callContact", "callContactParams"),
    ("requestContact", "requestContactParams"),
    ("leadContact", "leadContactParams"),
];

/// A request as it was read.
#[derive(Debug, Clone)]
pub(crate) struct LeadsCall {
    pub(super) credentials: Credentials,
    /// `None`: no JSON object. `Some(None)`: no `leads`.
    pub(super) field: Option<Option<Value>>,
    pub(super) leads: Vec<SentLead>,
    pub(super) violations: Vec<Violation>,
}

/// One lead of a request.
#[derive(Debug, Clone, Default)]
pub(super) struct SentLead {
    /// What to look for, in order, with the name of the row's type.
    pub(super) rows: Vec<(&'static str, Vec<LeadKey>)>,
    pub(super) overwrite: bool,
    pub(super) fields: Vec<(String, Value)>,
}

impl SentLead {
    pub(super) fn keys(&self) -> impl Iterator<Item = &LeadKey> {
        self.rows.iter().flat_map(|(_, keys)| keys)
    }
}

impl LeadsCall {
    pub(crate) fn read(request: &Request<Bytes>) -> Self {
        let field = wire::member(request.body(), "leads");
        let mut violations = Vec::new();
        let leads = match &field {
            Some(Some(Value::Array(leads))) => leads
                .iter()
                .enumerate()
                .map(|(at, lead)| lead_of(lead, &format!("leads[{at}]"), &mut violations))
                .collect(),
            _ => Vec::new(),
        };
        Self {
            credentials: Credentials::read(request.headers()),
            field,
            leads,
            violations,
        }
    }

    pub(crate) fn carries(&self, key: &str) -> bool {
        let key = key.parse::<LeadKey>();
        key.is_ok_and(|key| self.leads.iter().flat_map(SentLead::keys).any(|known| *known == key))
    }
}

fn lead_of(lead: &Value, path: &str, violations: &mut Vec<Violation>) -> SentLead {
    let mut blame = |path: String, message| violations.push(Violation::new(path, message));
    let mut read = SentLead::default();
    match lead.get("matching") {
        Some(Value::Array(rows)) if rows.len() > MOST_ROWS => blame(format!("{path}.matching"), TOO_MANY),
        Some(Value::Array(rows)) if !rows.is_empty() => {
            for (at, row) in rows.iter().enumerate() {
                match row_of(row) {
                    Ok(row) => read.rows.push(row),
                    Err((below, message)) => blame(format!("{path}.matching[{at}]{below}"), message),
                }
            }
        }
        _ => blame(format!("{path}.matching"), BLANK),
    }
    let add = lead.get("addCustomFields");
    match add.and_then(|add| add.get("overwrite")) {
        None | Some(Value::Null) => {}
        Some(Value::Bool(overwrite)) => read.overwrite = *overwrite,
        Some(_) => blame(format!("{path}.addCustomFields.overwrite"), INVALID),
    }
    let fields_path = format!("{path}.addCustomFields.customFields");
    match add.and_then(|add| add.get("customFields")) {
        Some(Value::Array(fields)) if fields.len() > MOST_FIELDS => blame(fields_path, TOO_MANY),
        Some(Value::Array(fields)) if !fields.is_empty() => {
            for (at, field) in fields.iter().enumerate() {
                match (field.get("field").and_then(Value::as_str), field.get("value")) {
                    (None | Some(""), _) => blame(format!("{fields_path}[{at}].field"), BLANK),
                    (_, None | Some(Value::Null)) => blame(format!("{fields_path}[{at}].value"), BLANK),
                    (Some(name), Some(value @ (Value::String(_) | Value::Number(_)))) => {
                        read.fields.push((name.to_owned(), value.clone()));
                    }
                    _ => blame(format!("{fields_path}[{at}].value"), INVALID),
                }
            }
        }
        _ => blame(fields_path, BLANK),
    }
    read
}

type Wrong = (String, &'static str);

fn row_of(row: &Value) -> Result<(&'static str, Vec<LeadKey>), Wrong> {
    let kind = row.get("type").and_then(Value::as_str).unwrap_or("");
    let Some((kind, params_name)) = TYPES.into_iter().find(|(name, _)| *name == kind) else {
        return Err((".type".to_owned(), if kind.is_empty() { BLANK } else { INVALID }));
    };
    let params = row
        .get(params_name)
        .filter(|params| params.is_object())
        .ok_or((format!(".{params_name}"), BLANK))?;
    let keys = match kind {
        "call" => ids_of(params, &["callId", "callReferenceId", "sipCallId"], LeadKey::call),
        "request" => ids_of(params, &["requestId", "requestNumber"], LeadKey::request),
        _ => contacts_of(params),
    };
    match keys {
        Some(keys) if !keys.is_empty() => Ok((kind, keys)),
        Some(_) => Err((format!(".{params_name}"), BLANK)),
        None => Err((format!(".{params_name}"), INVALID)),
    }
}

/// The ids of a row, numbers or texts; `None` when one is neither.
fn ids_of(params: &Value, names: &[&str], key: impl Fn(String) -> LeadKey) -> Option<Vec<LeadKey>> {
    let mut keys = Vec::new();
    for name in names {
        match params.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::String(id)) => keys.push(key(id.clone())),
            Some(Value::Number(id)) => keys.push(key(id.to_string())),
            Some(_) => return None,
        }
    }
    Some(keys)
}

/// Makes the key of a contact.
type ContactKey = fn(&str) -> LeadKey;

/// The contacts of a row; `None` when a list is none.
fn contacts_of(params: &Value) -> Option<Vec<LeadKey>> {
    let lists: [(&str, ContactKey); 3] = [
        ("phones", LeadKey::phone),
        ("md5Phones", LeadKey::md5),
        ("emails", LeadKey::email),
    ];
    let mut keys = Vec::new();
    for (name, key) in lists {
        match params.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::Array(contacts)) => {
                for contact in contacts {
                    keys.push(key(contact.as_str().filter(|text| !text.trim().is_empty())?));
                }
            }
            Some(_) => return None,
        }
    }
    Some(keys)
}
