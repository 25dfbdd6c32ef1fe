//! A lead in the provider's own shape.

use super::contact_params::{CALL, ContactFields, ContactNames, LEAD, REQUEST};
use super::id_params::IdParams;
use super::lead_update::Field;
use super::path::Path;
use super::tags::Tags;
use super::tree::{Members, Tree};
use super::value::Written;
use super::{
    CallContactParams, CallParams, LeadContactParams, LeadError, LeadId, Matching, RequestContactParams, RequestParams,
};

/// Rows, `overwrite` and fields of a lead.
pub(super) fn lead<'t>(value: &'t Tree<'_>) -> Result<(Vec<Matching>, bool, Vec<Field<'t>>), LeadError> {
    let path = Path::Root;
    let lead = object(value, &path, &["matching", "addCustomFields"])?;
    let matching = path.member("matching");
    let rows = items(lead.get("matching"), &matching, "a list of 1 to 20 rows")?;
    let rows = each(rows, &matching, row)?;
    let add_path = path.member("addCustomFields");
    let add = lead.get("addCustomFields").unwrap_or(&Tree::Null);
    let add = object(add, &add_path, &["overwrite", "customFields"])?;
    let overwrite = boolean(add, &add_path, "overwrite")?.unwrap_or(false);
    let fields_path = add_path.member("customFields");
    let fields = items(add.get("customFields"), &fields_path, "a list of 1 to 20 fields")?;
    let fields = each(fields, &fields_path, field)?;
    Ok((rows, overwrite, fields))
}

fn row(value: &Tree<'_>, path: &Path<'_>) -> Result<Matching, LeadError> {
    let Tree::Object(members) = value else {
        return Err(path.refuse("an object with `type` and the params of that type"));
    };
    let kind = members.get("type").and_then(Tree::text).unwrap_or_default();
    let params = |name: &'static str| -> Result<&Tree<'_>, LeadError> {
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

fn id_params(value: &Tree<'_>, path: &Path<'_>, ids: &[&'static str]) -> Result<IdParams, LeadError> {
    let known: Vec<&str> = ids.iter().copied().chain(["tags", "tagsLogic"]).collect();
    let members = object(value, path, &known)?;
    let mut given = ids.iter().filter_map(|name| Some((*name, members.get(name)?)));
    let (Some((name, id)), None) = (given.next(), given.next()) else {
        let names: Vec<String> = ids.iter().map(|name| format!("`{name}`")).collect();
        return Err(path.refuse(format!("complete: it needs exactly one of {}", names.join(", "))));
    };
    let by_calltouch = ids.first() == Some(&name);
    let id = match id {
        Tree::Text(text) if by_calltouch => LeadId::from(text.as_ref()),
        Tree::Text(text) => LeadId::verbatim(text.as_ref()),
        Tree::Number(number) => number.as_u64().map(LeadId::from).ok_or_else(|| not_an_id(path, name))?,
        _ => return Err(not_an_id(path, name)),
    };
    let mut params = IdParams::new(name, id);
    params.tags = tags(members, path)?;
    Ok(params)
}

fn not_an_id(path: &Path<'_>, name: &str) -> LeadError {
    path.member(name).refuse("an id: a whole number or a text")
}

fn contact_fields(value: &Tree<'_>, path: &Path<'_>, names: ContactNames) -> Result<ContactFields, LeadError> {
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
            Some(Tree::Number(depth)) if depth.is_u64() => depth.as_u64(),
            Some(_) => return Err(path.member("searchDepth").refuse("a whole number such as 262800")),
        },
        search_among_phones_in_text: boolean(members, path, "searchAmongPhonesInText")?,
        tags: tags(members, path)?,
    })
}

fn tags(members: &Members<'_>, path: &Path<'_>) -> Result<Tags, LeadError> {
    Ok(Tags {
        tags: texts(members, path, "tags")?,
        logic: text(members, path, "tagsLogic")?,
    })
}

fn field<'t>(value: &'t Tree<'_>, path: &Path<'_>) -> Result<Field<'t>, LeadError> {
    let members = object(value, path, &["field", "value"])?;
    let name = match members.get("field") {
        Some(Tree::Text(name)) => name,
        Some(_) => return Err(path.member("field").refuse("a text")),
        None => return Err(path.refuse("complete: it needs `field`")),
    };
    let value = members
        .get("value")
        .ok_or_else(|| path.refuse("complete: it needs `value`"))?;
    let value = Written::read(value, &path.member("value"))?;
    Ok(Field { name, value })
}

/// An object with no members but the known ones, each once.
fn object<'v, 'a>(value: &'v Tree<'a>, path: &Path<'_>, known: &[&str]) -> Result<&'v Members<'a>, LeadError> {
    let names = || {
        let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        names.join(", ")
    };
    let Tree::Object(members) = value else {
        return Err(path.refuse(format!("an object with {}", names())));
    };
    if let Some(unknown) = members.names().find(|name| !known.contains(name)) {
        let expected = format!("a known member here; known are {}", names());
        return Err(path.member(unknown).refuse(expected));
    }
    match members.repeated() {
        Some(repeated) => Err(path.member(repeated).refuse("there once: which of the two is meant?")),
        None => Ok(members),
    }
}

fn items<'v, 'a>(value: Option<&'v Tree<'a>>, path: &Path<'_>, expected: &str) -> Result<&'v [Tree<'a>], LeadError> {
    match value {
        Some(Tree::List(items)) => Ok(items),
        _ => Err(path.refuse(expected)),
    }
}

fn each<'v, 'a, T>(
    items: &'v [Tree<'a>],
    path: &Path<'_>,
    read: impl Fn(&'v Tree<'a>, &Path<'_>) -> Result<T, LeadError>,
) -> Result<Vec<T>, LeadError> {
    // Room for all at once: `collect` of results begins small and grows.
    let mut all = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        all.push(read(item, &path.item(index))?);
    }
    Ok(all)
}

fn texts(members: &Members<'_>, path: &Path<'_>, name: &str) -> Result<Vec<String>, LeadError> {
    let Some(value) = members.get(name) else {
        return Ok(Vec::new());
    };
    let path = path.member(name);
    each(items(Some(value), &path, "a list of texts")?, &path, |item, path| {
        item.text().map(str::to_owned).ok_or_else(|| path.refuse("a text"))
    })
}

fn text(members: &Members<'_>, path: &Path<'_>, name: &str) -> Result<Option<String>, LeadError> {
    match members.get(name) {
        None => Ok(None),
        Some(Tree::Text(text)) => Ok(Some(text.as_ref().to_owned())),
        Some(_) => Err(path.member(name).refuse("a text")),
    }
}

fn boolean(members: &Members<'_>, path: &Path<'_>, name: &str) -> Result<Option<bool>, LeadError> {
    match members.get(name) {
        None => Ok(None),
        Some(Tree::Bool(yes)) => Ok(Some(*yes)),
        Some(_) => Err(path.member(name).refuse("true or false")),
    }
}
