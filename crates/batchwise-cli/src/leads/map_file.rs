//! The mapping as a TOML file.

use std::num::NonZeroU32;

use batchwise::calltouch_leads::NEAREST;
use serde::Deserialize;

use super::field::{FieldKind, FieldRule};
use super::mapping::Mapping;
use super::rule::{By, Contact, Handling, Id, Rule};
use crate::args::{Among, Empty, Phones, TenDigitsArg};
use crate::toml_line::line_of;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MapFile {
    #[serde(default)]
    overwrite: bool,
    #[serde(default)]
    empty: Empty,
    split: Option<String>,
    #[serde(default)]
    phones: Phones,
    #[serde(default)]
    ten_digits: TenDigitsArg,
    #[serde(rename = "match")]
    rules: Vec<RuleEntry>,
    #[serde(rename = "field")]
    fields: Vec<FieldEntry>,
}

/// One row by which leads are found. The rows are tried in their order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleEntry {
    #[serde(rename = "type")]
    kind: String,
    request_id: Option<String>,
    request_number: Option<String>,
    call_id: Option<String>,
    call_reference_id: Option<String>,
    sip_call_id: Option<String>,
    #[serde(default)]
    phones: Vec<String>,
    #[serde(default)]
    md5_phones: Vec<String>,
    #[serde(default)]
    emails: Vec<String>,
    date: Option<String>,
    date_form: Option<String>,
    type_to_match: Option<String>,
    search_depth: Option<NonZeroU32>,
    search_among_phones_in_text: Option<bool>,
    #[serde(default)]
    tags: Vec<String>,
    tags_logic: Option<String>,
}

/// One column and its field.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldEntry {
    column: String,
    field: String,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// Reads the text of a mapping; an error names the place.
pub(super) fn read(text: &str) -> Result<Mapping, String> {
    let file: MapFile =
        toml::from_str(text).map_err(|error| format!("line {}: {}", line_of(&error, text), error.message()))?;
    let rules = numbered("match", file.rules, rule)?;
    let fields = numbered("field", file.fields, field)?;
    Ok(Mapping {
        rules,
        fields,
        overwrite: file.overwrite,
        empty: file.empty,
        handling: Handling {
            split: file.split,
            phones: file.phones,
            ten_digits: file.ten_digits,
        },
    })
}

fn numbered<E, R>(name: &str, entries: Vec<E>, read: fn(E) -> Result<R, String>) -> Result<Vec<R>, String> {
    (1..)
        .zip(entries)
        .map(|(number, entry)| read(entry).map_err(|why| format!("[[{name}]] number {number}: {why}")))
        .collect()
}

fn field(entry: FieldEntry) -> Result<FieldRule, String> {
    Ok(FieldRule {
        column: entry.column,
        field: entry.field,
        kind: match entry.kind {
            Some(kind) => kind.parse()?,
            None => FieldKind::Text,
        },
    })
}

fn rule(mut entry: RuleEntry) -> Result<Rule, String> {
    let ids = [
        (Id::Request, "request_id", entry.request_id.take()),
        (Id::RequestNumber, "request_number", entry.request_number.take()),
        (Id::Call, "call_id", entry.call_id.take()),
        (Id::CallReference, "call_reference_id", entry.call_reference_id.take()),
        (Id::SipCall, "sip_call_id", entry.sip_call_id.take()),
    ];
    let ids: Vec<(Id, &str, String)> = ids
        .into_iter()
        .filter_map(|(id, name, column)| Some((id, name, column?)))
        .collect();
    let (tags, tags_logic) = (std::mem::take(&mut entry.tags), entry.tags_logic.take());
    let by = match entry.kind.as_str() {
        "request" => of_id(&entry, &ids, &["request_id", "request_number"])?,
        "call" => of_id(&entry, &ids, &["call_id", "call_reference_id", "sip_call_id"])?,
        "leadContact" => of_contact(entry, &ids, Among::Lead)?,
        "callContact" => of_contact(entry, &ids, Among::Call)?,
        "requestContact" => of_contact(entry, &ids, Among::Request)?,
        other => {
            return Err(format!(
                "`{other}` is no type: expected request, call, leadContact, callContact or requestContact"
            ));
        }
    };
    Ok(Rule { by, tags, tags_logic })
}

fn of_id(entry: &RuleEntry, ids: &[(Id, &str, String)], allowed: &[&str]) -> Result<By, String> {
    let contact = !entry.phones.is_empty()
        || !entry.md5_phones.is_empty()
        || !entry.emails.is_empty()
        || entry.date.is_some()
        || entry.date_form.is_some()
        || entry.type_to_match.is_some()
        || entry.search_depth.is_some()
        || entry.search_among_phones_in_text.is_some();
    match ids {
        [(id, name, column)] if !contact && allowed.contains(name) => Ok(By::Id(*id, column.clone())),
        _ => Err(format!(
            "a row of type `{}` takes exactly one of {}, with tags if need be",
            entry.kind,
            allowed.join(", ")
        )),
    }
}

fn of_contact(entry: RuleEntry, ids: &[(Id, &str, String)], among: Among) -> Result<By, String> {
    let by_phone = !entry.phones.is_empty() || !entry.md5_phones.is_empty();
    let by_email = !entry.emails.is_empty() && among != Among::Call;
    let (true, [], Some(date), Some(form), Some(depth)) = (
        by_phone || by_email,
        ids,
        entry.date,
        entry.date_form,
        entry.search_depth,
    ) else {
        return Err(format!(
            "a row of type `{}` takes columns of phones, md5_phones{}, and needs date, date_form and search_depth",
            entry.kind,
            if among == Among::Call {
                " (emails beside them)"
            } else {
                " or emails"
            }
        ));
    };
    Ok(By::Contact(Contact {
        among,
        phones: entry.phones,
        md5_phones: entry.md5_phones,
        emails: entry.emails,
        date: (date, form.parse()?),
        which: entry.type_to_match.unwrap_or_else(|| NEAREST.to_owned()),
        depth,
        in_text: entry.search_among_phones_in_text,
    }))
}
