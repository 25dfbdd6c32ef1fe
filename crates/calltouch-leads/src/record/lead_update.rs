//! The record of this method: how to find one lead and what to write to it.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use batchwise_core::{Identity, Record};
use serde_json::Value;

use super::contact_params::LONGEST_SEARCH_DEPTH;
use super::encode::{ObjectWriter, push_array};
use super::matching::Params;
use super::path::Path;
use super::tags::TEXT;
use super::traces::Traces;
use super::tree::Tree;
use super::value::Written;
use super::{FieldValue, LeadError, Matching, read};

/// Most rows of `matching` in a lead.
pub const MAX_ROWS: usize = 20;

/// Most custom fields in a lead.
pub const MAX_FIELDS: usize = 20;

/// Bytes that most leads have beside their fields: the names of members, and a row that looks by an id or a phone.
const ROOM: usize = 192;

/// Bytes of a field beside its name and value.
const FIELD: usize = 24;

/// A lead to find and the custom fields to write to it: checked, encoded once, cheap to clone.
///
/// `Debug` masks contacts.
#[derive(Clone)]
pub struct LeadUpdate(Arc<Encoded>);

struct Encoded {
    json: String,
    overwrite: bool,
    traces: Traces,
    warnings: Vec<String>,
    /// Of `json`, once somebody asked: a journal asks more than once.
    hash: OnceLock<u128>,
}

/// One custom field and its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) value: Written<'a>,
}

impl LeadUpdate {
    /// Starts with no rows, no fields, and values that a lead already has left alone.
    #[must_use]
    pub fn builder() -> LeadUpdateBuilder {
        LeadUpdateBuilder::default()
    }

    /// Reads a lead in the provider's own shape: `{"matching": [...], "addCustomFields": {...}}`.
    ///
    /// What the documents leave open is left to the server: a contact row may lack any of its members. An absent
    /// `overwrite` is `false`, and sent as such.
    ///
    /// # Errors
    /// [`LeadError`] with the place and what was expected there: a value of another type (nulls included), an unknown type
    /// of row or member, other than one id in a row that looks by id, none or more than 20 rows or fields, a blank text
    /// (the value of a field may be one).
    pub fn from_json(lead: &Value) -> Result<Self, LeadError> {
        Self::of_tree(&Tree::from(lead))
    }

    fn of_tree(lead: &Tree<'_>) -> Result<Self, LeadError> {
        let (rows, overwrite, fields) = read::lead(lead)?;
        Self::encode(&rows, overwrite, &fields, false)
    }

    /// The lead in the provider's own shape, as it is sent.
    #[must_use]
    pub fn to_json(&self) -> Value {
        // What was written here is JSON, so there is no other case.
        serde_json::from_str(&self.0.json).unwrap_or_default()
    }

    /// The JSON text as it is sent; equal leads have equal texts.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0.json
    }

    /// True when values that the lead already has are replaced.
    #[must_use]
    pub fn overwrite(&self) -> bool {
        self.0.overwrite
    }

    /// The key with contacts masked to their last four characters, for logs and screens; ids are shown.
    #[must_use]
    pub fn masked_key(&self) -> &str {
        &self.0.traces.masked_key
    }

    /// What may not be meant so, in words; the lead is sent all the same.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.0.warnings
    }

    fn encode(rows: &[Matching], overwrite: bool, fields: &[Field<'_>], complete: bool) -> Result<Self, LeadError> {
        let path = Path::Root;
        check_rows(rows, &path.member("matching"), complete)?;
        check_fields(fields, &path.member("addCustomFields").member("customFields"))?;
        // Mostly enough, so that a long value is not moved again and again while the text grows.
        let values = fields.iter().map(|field| field.name.len() + field.value.len());
        let mut json = String::with_capacity(ROOM + values.sum::<usize>() + fields.len() * FIELD);
        let mut lead = ObjectWriter::begin(&mut json);
        push_array(lead.member("matching"), rows, |out, row| row.write(out));
        let mut add = ObjectWriter::begin(lead.member("addCustomFields"));
        add.optional_bare("overwrite", Some(overwrite));
        push_array(add.member("customFields"), fields, |out, field| {
            let mut object = ObjectWriter::begin(out);
            object.text("field", field.name);
            field.value.write(object.member("value"));
            object.end();
        });
        add.end();
        lead.end();
        json.shrink_to_fit();
        Ok(Self(Arc::new(Encoded {
            json,
            overwrite,
            traces: Traces::of(rows),
            warnings: warnings(rows),
            hash: OnceLock::new(),
        })))
    }
}

fn check_rows(rows: &[Matching], path: &Path<'_>, complete: bool) -> Result<(), LeadError> {
    if rows.is_empty() || rows.len() > MAX_ROWS {
        return Err(path.refuse(format!("a list of 1 to {MAX_ROWS} rows")));
    }
    rows.iter()
        .enumerate()
        .try_for_each(|(index, row)| row.check(&path.item(index), complete))
}

fn check_fields(fields: &[Field<'_>], path: &Path<'_>) -> Result<(), LeadError> {
    if fields.is_empty() || fields.len() > MAX_FIELDS {
        return Err(path.refuse(format!("a list of 1 to {MAX_FIELDS} fields")));
    }
    fields.iter().enumerate().try_for_each(|(index, field)| {
        let path = path.item(index);
        if field.name.trim().is_empty() {
            return Err(path.member("field").refuse(TEXT));
        }
        field.value.check(&path.member("value"))
    })
}

fn warnings(rows: &[Matching]) -> Vec<String> {
    let depth_of = |row: &Matching| match row.params() {
        Params::Contact(fields) => fields.search_depth.map(|depth| (fields.names.params, depth)),
        Params::Id(_) => None,
    };
    let depths = rows
        .iter()
        .enumerate()
        .filter_map(|(index, row)| Some((index, depth_of(row)?)));
    depths
        .filter(|(_, (_, depth))| *depth > u64::from(LONGEST_SEARCH_DEPTH))
        .map(|(index, (params, depth))| {
            format!("matching[{index}].{params}.searchDepth: {depth} is above {LONGEST_SEARCH_DEPTH}, the largest documented")
        })
        .collect()
}

impl PartialEq for LeadUpdate {
    fn eq(&self, other: &Self) -> bool {
        self.0.json == other.0.json
    }
}

impl Eq for LeadUpdate {}

impl FromStr for LeadUpdate {
    type Err = LeadError;

    /// Reads one line of NDJSON, see [`LeadUpdate::from_json`]; a member that is there twice is refused.
    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let lead: Tree<'_> = serde_json::from_str(line)
            .map_err(|error| LeadError::new("", format!("JSON (line {}, column {})", error.line(), error.column())))?;
        Self::of_tree(&lead)
    }
}

impl fmt::Debug for LeadUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeadUpdate")
            .field("key", &self.masked_key())
            .field("overwrite", &self.overwrite())
            .field("bytes", &self.0.json.len())
            .finish_non_exhaustive()
    }
}

impl Record for LeadUpdate {
    /// The first value that the lead is found by: ids before phones before e-mails before hashes. Not unique.
    fn key(&self) -> String {
        self.0.traces.key.clone()
    }

    fn write_key(&self, out: &mut String) {
        out.push_str(&self.0.traces.key);
    }

    /// A hash of [`as_json`](Self::as_json), which is the same however the lead was written or built. Order and repetition
    /// have a meaning, so every occurrence is a record of its own.
    fn identity(&self) -> Identity {
        let hash = || u128::from_be_bytes(md5::compute(self.as_json()).0);
        Identity::Content {
            hash: *self.0.hash.get_or_init(hash),
        }
    }

    fn is_repeatable() -> bool {
        true
    }

    fn encoded_len(&self) -> usize {
        self.0.json.len() + 1
    }

    fn conflicts(&self) -> &[u64] {
        &self.0.traces.conflicts
    }
}

/// Builds a [`LeadUpdate`] of typed rows.
///
/// ```
/// use std::num::NonZeroU32;
///
/// use calltouch_leads::{LeadContactParams, LeadUpdate, NEAREST, RequestParams};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let lead = LeadUpdate::builder()
///     .matching(RequestParams::by_request_id(900_100))
///     .matching(
///         LeadContactParams::new()
///             .phone("+7 (000) 000-00-00")
///             .date("05-03-2024 14:30:00".parse()?)
///             .type_to_match(NEAREST)
///             .search_depth(NonZeroU32::new(1440).unwrap()),
///     )
///     .field("contract_no", "A-17")
///     .field("amount", 123.4)
///     .overwrite(true)
///     .build()?;
/// assert_eq!(lead.to_json()["addCustomFields"]["overwrite"], true);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct LeadUpdateBuilder {
    rows: Vec<Matching>,
    overwrite: bool,
    fields: Vec<(String, FieldValue)>,
}

impl LeadUpdateBuilder {
    /// Adds a row below the others: it is tried when none above it finds a lead.
    #[must_use]
    pub fn matching(mut self, row: impl Into<Matching>) -> Self {
        self.rows.push(row.into());
        self
    }

    /// Writes a value to a custom field that exists in the account.
    #[must_use]
    pub fn field(mut self, name: impl Into<String>, value: impl Into<FieldValue>) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    /// Replaces values that the lead already has (`true`), or leaves them alone (`false`, as unless set). Always sent.
    #[must_use]
    pub fn overwrite(mut self, yes: bool) -> Self {
        self.overwrite = yes;
        self
    }

    /// Checks and encodes the lead.
    ///
    /// # Errors
    /// [`LeadError`] with the place: none or more than 20 rows or fields, a blank text, a number that is not finite, a
    /// contact row without a contact, date, type to match or search depth, a hash that is none.
    pub fn build(self) -> Result<LeadUpdate, LeadError> {
        let fields = self.fields.iter().map(|(name, value)| Field {
            name,
            value: value.written(),
        });
        LeadUpdate::encode(&self.rows, self.overwrite, &fields.collect::<Vec<_>>(), true)
    }
}
