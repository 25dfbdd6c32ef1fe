//! A lead in the provider's own shape.

use serde_json::{Map, Value};

use super::contact_params::{CALL, ContactFields, ContactNames, LEAD, REQUEST};
use super::id_params::IdParams;
use super::lead_update::Field;
use super::path::Path;
use super::tags::Tags;
use super::{
    CallContactParams, CallParams, FieldValue, LeadContactParams, LeadError, LeadId, Matching, RequestContactParams,
    RequestParams,
};

/// Rows, `overwrite` and fields of a lead.
pub(super) fn lead(value: &Value) -> Result<(Vec<Matching>, bool, Vec<Field>), LeadError> {
    let path = Path::Root;
    let lead = object(value, &path, &["matching", "addCustomFields"])?;
    let matching = path.member("matching");
    let rows = items(lead.get("matching"), &matching, "a list of 1 to 20 rows")?;
    let rows = each(rows, &matching, row)?;
    let add_path = path.member("addCustomFields");
    let add = lead.get("addCustomFields").unwrap_or(&Value::Null);
    let add = object(add, &add_path, &["overwrite", "customFields"])?;
    let overwrite = boolean(add, &add_path, "overwrite")?.unwrap_or(false);
    let fields_path = add_path.member("customFields");
    let fields = items(add.get("customFields"), &fields_path, "a list of 1 to 20 fields")?;
    let fields = each(fields, &fields_path, field)?;
    Ok((rows, overwrite, fields))
}

fn row(value: &Value, path: &Path<'_>) -> Result<Matching, LeadError> {
    let Value::Object(members) = value else {
        return Err(path.refuse("an object with `type` and the params of that type"));
    };
    let kind = members.get("type").and_then(Value::as_str).unwrap_or_default();
    let params = |name: &'static str| -> Result<&Value, LeadError> {
        let row = object(value, path, &["type", name])?;
        row.get(name)
            .ok_or_else(|| path.refuse(format!("complete: a row of type `{kind}` needs `{name}`")))
    };
    let contact = |names: ContactNames| contact_fields(params(names.params)?, &path.member(names.params), names);
    match kind {
        "call" => {
            let ids = ["callId", "callReferenceId", "sipCallId"];
            id_params(params("callParams")?, &path.member("callParams"), &ids).map(|params| CallParams(params).into())
        }
        "request" => {
            let ids = ["requestId", "requestNumber"];
            let path = path.member("requestParams");
            id_params(params("requestParams")?, &path, &ids).map(|params| RequestParams(params).into())
        }
        "callContact" => Ok(CallContactParams::from_fields(contact(CALL)?).into()),
        "requestContact" => Ok(RequestContactParams::from_fields(contact(REQUEST)?).into()),
        "leadContact" => Ok(LeadContactParams::from_fields(contact(LEAD)?).into()),
        _ => Err(path
            .member("type")
            .refuse("one of `call`, `request`, `callContact`, `requestContact`, `leadContact`")),
    }
}

fn id_params(value: &Value, path: &Path<'_>, ids: &[&'static str]) -> Result<IdParams, LeadError> {
    let known: Vec<&str> = ids.iter().copied().chain(["tags", "tagsLogic"]).collect();
    let members = object(value, path, &known)?;
    let mut given = ids.iter().filter_map(|name| Some((*name, members.get(*name)?)));
    let (Some((name, id)), None) = (given.next(), given.next()) else {
        let names: Vec<String> = ids.iter().map(|name| format!("`{name}`")).collect();
        return Err(path.refuse(format!("complete: it needs exactly one of {}", names.join(", "))));
    };
    let by_calltouch = ids.first() == Some(&name);
    let id = match id {
        Value::String(text) if by_calltouch => LeadId::from(text.as_str()),
        Value::String(text) => LeadId::verbatim(text),
        Value::Number(number) => number.as_u64().map(LeadId::from).ok_or_else(|| not_an_id(path, name))?,
        _ => return Err(not_an_id(path, name)),
    };
    let mut params = IdParams::new(name, id);
    params.tags = tags(members, path)?;
    Ok(params)
}

fn not_an_id(path: &Path<'_>, name: &str) -> LeadError {
    path.member(name).refuse("an id: a whole number or a text")
}

fn contact_fields(value: &Value, path: &Path<'_>, names: ContactNames) -> Result<ContactFields, LeadError> {
    let known = [
        "phones",
        "md5Phones",
        "emails",
        "date",
        names.type_to_match,
        "searchDepth",
        "searchAmongPhonesInText",
        "tags",
        "tagsLogic",
    ];
    let members = object(value, path, &known)?;
    Ok(ContactFields {
        names,
        phones: texts(members, path, "phones")?,
        md5_phones: texts(members, path, "md5Phones")?,
        emails: texts(members, path, "emails")?,
        date: text(members, path, "date")?,
        type_to_match: text(members, path, names.type_to_match)?,
        search_depth: match members.get("searchDepth") {
            None => None,
            Some(depth) => Some(
                depth
                    .as_u64()
                    .ok_or_else(|| path.member("searchDepth").refuse("a whole number such as 262800"))?,
            ),
        },
        search_among_phones_in_text: boolean(members, path, "searchAmongPhonesInText")?,
        tags: tags(members, path)?,
    })
}

fn tags(members: &Map<String, Value>, path: &Path<'_>) -> Result<Tags, LeadError> {
    Ok(Tags {
        tags: texts(members, path, "tags")?,
        logic: text(members, path, "tagsLogic")?,
    })
}

fn field(value: &Value, path: &Path<'_>) -> Result<Field, LeadError> {
    let members = object(value, path, &["field", "value"])?;
    let name = text(members, path, "field")?.ok_or_else(|| path.refuse("complete: it needs `field`"))?;
    let value = members
        .get("value")
        .ok_or_else(|| path.refuse("complete: it needs `value`"))?;
    let value = FieldValue::read(value, &path.member("value"))?;
    Ok(Field { name, value })
}

/// An object with no members but the known ones.
fn object<'v>(value: &'v Value, path: &Path<'_>, known: &[&str]) -> Result<&'v Map<String, Value>, LeadError> {
    let names = || {
        let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        names.join(", ")
    };
    let Value::Object(members) = value else {
        return Err(path.refuse(format!("an object with {}", names())));
    };
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        Some(unknown) => Err(path
            .member(unknown)
            .refuse(format!("a known member here; known are {}", names()))),
        None => Ok(members),
    }
}

fn items<'v>(value: Option<&'v Value>, path: &Path<'_>, expected: &str) -> Result<&'v [Value], LeadError> {
    match value {
        Some(Value::Array(items)) => Ok(items),
        _ => Err(path.refuse(expected)),
    }
}

fn each<T>(
    items: &[Value],
    path: &Path<'_>,
    read: impl Fn(&Value, &Path<'_>) -> Result<T, LeadError>,
) -> Result<Vec<T>, LeadError> {
    items
        .iter()
        .enumerate()
        .map(|(index, item)| read(item, &path.item(index)))
        .collect()
}

fn texts(members: &Map<String, Value>, path: &Path<'_>, name: &str) -> Result<Vec<String>, LeadError> {
    let Some(value) = members.get(name) else {
        return Ok(Vec::new());
    };
    let path = path.member(name);
    each(items(Some(value), &path, "a list of texts")?, &path, |item, path| {
        item.as_str().map(str::to_owned).ok_or_else(|| path.refuse("a text"))
    })
}

fn text(members: &Map<String, Value>, path: &Path<'_>, name: &str) -> Result<Option<String>, LeadError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(path.member(name).refuse("a text")),
    }
}

fn boolean(members: &Map<String, Value>, path: &Path<'_>, name: &str) -> Result<Option<bool>, LeadError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::Bool(yes)) => Ok(Some(*yes)),
        Some(_) => Err(path.member(name).refuse("true or false")),
    }
}
