//! Rows that find a lead by its contacts around a moment.

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU32;

use super::encode::ObjectWriter;
use super::path::Path;
use super::tags::{Tags, check_optional, check_texts};
use super::{LeadDate, LeadError};

/// `*TypeToMatch`: the hit that is nearest to the date.
pub const NEAREST: &str = "nearest";

/// `*TypeToMatch`: the nearest hit among the unique ones; the word of the newer editions of the documents.
pub const NEAREST_UNIQ: &str = "nearestUniq";

/// `*TypeToMatch`: the older word for [`NEAREST_UNIQ`]; whether it still works is unknown.
pub const NEAREST_UNIQ_LEAD: &str = "nearestUniqLead";

/// The largest documented `searchDepth`, half a year if the unit is minutes (unconfirmed). A larger one is sent, with a
/// [warning](crate::LeadUpdate::warnings).
pub const LONGEST_SEARCH_DEPTH: u32 = 262_800;

/// What a contact row looks for: [`CallContact`], [`RequestContact`] or [`LeadContact`].
pub trait ContactKind: sealed::Kind {}

/// Looks for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallContact {}

/// Looks for a request (web form).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestContact {}

/// Looks for a call or a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeadContact {}

impl ContactKind for CallContact {}
impl ContactKind for RequestContact {}
impl ContactKind for LeadContact {}

mod sealed {
    use super::ContactNames;

    pub trait Kind {
        #[doc(hidden)]
        const NAMES: ContactNames;
    }
}

/// What differs between the kinds.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactNames {
    pub(super) row: &'static str,
    pub(super) params: &'static str,
    pub(super) type_to_match: &'static str,
    /// The documents name e-mails among what the kind is found by.
    pub(super) found_by_email: bool,
}

pub(super) const CALL: ContactNames = ContactNames {
    row: "callContact",
    params: "callContactParams",
    type_to_match: "callTypeToMatch",
    found_by_email: false,
};

pub(super) const REQUEST: ContactNames = ContactNames {
    row: "requestContact",
    params: "requestContactParams",
    type_to_match: "requestTypeToMatch",
    found_by_email: true,
};

pub(super) const LEAD: ContactNames = ContactNames {
    row: "leadContact",
    params: "leadContactParams",
    type_to_match: "leadTypeToMatch",
    found_by_email: true,
};

impl sealed::Kind for CallContact {
    const NAMES: ContactNames = CALL;
}

impl sealed::Kind for RequestContact {
    const NAMES: ContactNames = REQUEST;
}

impl sealed::Kind for LeadContact {
    const NAMES: ContactNames = LEAD;
}

/// Finds a call by phone and date (`callContactParams`).
pub type CallContactParams = ContactParams<CallContact>;

/// Finds a request by phone, e-mail and date (`requestContactParams`).
pub type RequestContactParams = ContactParams<RequestContact>;

/// Finds a call or a request by phone, e-mail and date (`leadContactParams`).
pub type LeadContactParams = ContactParams<LeadContact>;

/// Finds a lead by its contacts around a date.
///
/// Needed are at least one phone, hash or e-mail (a call is not found by an e-mail alone), the date, the type to match and
/// the search depth: which of them the server needs is not documented, so all are, and
/// [`LeadUpdateBuilder::build`](crate::LeadUpdateBuilder::build) says which is missing.
pub struct ContactParams<K> {
    pub(super) fields: ContactFields,
    kind: PhantomData<fn() -> K>,
}

impl<K: ContactKind> ContactParams<K> {
    /// Nothing to look for yet.
    #[must_use]
    pub fn new() -> Self {
        Self::from_fields(ContactFields::new(K::NAMES))
    }

    pub(super) fn from_fields(fields: ContactFields) -> Self {
        Self {
            fields,
            kind: PhantomData,
        }
    }

    fn with(mut self, change: impl FnOnce(&mut ContactFields)) -> Self {
        change(&mut self.fields);
        self
    }

    /// Looks for a phone, in any spelling; it is sent as it is (`phones`).
    #[must_use]
    pub fn phone(self, phone: impl Into<String>) -> Self {
        self.with(|fields| fields.phones.push(phone.into()))
    }

    /// Looks for several phones, in any spelling.
    #[must_use]
    pub fn phones<T: Into<String>>(self, phones: impl IntoIterator<Item = T>) -> Self {
        self.with(|fields| fields.phones.extend(phones.into_iter().map(Into::into)))
    }

    /// Looks for a phone by the hash of [`md5_phone`](crate::md5_phone) (`md5Phones`); sent in lower case.
    #[must_use]
    pub fn md5_phone(self, hash: impl Into<String>) -> Self {
        self.with(|fields| fields.md5_phones.push(hash.into()))
    }

    /// Looks for several phones by their hashes.
    #[must_use]
    pub fn md5_phones<T: Into<String>>(self, hashes: impl IntoIterator<Item = T>) -> Self {
        self.with(|fields| fields.md5_phones.extend(hashes.into_iter().map(Into::into)))
    }

    /// Looks for an e-mail address (`emails`). For a call this is unconfirmed and needs a phone or a hash beside it.
    #[must_use]
    pub fn email(self, email: impl Into<String>) -> Self {
        self.with(|fields| fields.emails.push(email.into()))
    }

    /// Looks for several e-mail addresses.
    #[must_use]
    pub fn emails<T: Into<String>>(self, emails: impl IntoIterator<Item = T>) -> Self {
        self.with(|fields| fields.emails.extend(emails.into_iter().map(Into::into)))
    }

    /// The moment around which to look (`date`); the project's time zone is likely and unconfirmed.
    #[must_use]
    pub fn date(self, date: LeadDate) -> Self {
        self.with(|fields| fields.date = Some(date.to_string()))
    }

    /// Which of several hits to take (`callTypeToMatch`, `requestTypeToMatch`, `leadTypeToMatch`): [`NEAREST`],
    /// [`NEAREST_UNIQ`], or another word that the server knows.
    #[must_use]
    pub fn type_to_match(self, kind: impl Into<String>) -> Self {
        self.with(|fields| fields.type_to_match = Some(kind.into()))
    }

    /// How far to look (`searchDepth`), in minutes (unconfirmed); see [`LONGEST_SEARCH_DEPTH`].
    #[must_use]
    pub fn search_depth(self, depth: NonZeroU32) -> Self {
        self.with(|fields| fields.search_depth = Some(depth.get().into()))
    }

    /// Looks at phones within a request's text, too (`searchAmongPhonesInText`). Documented for [`LeadContact`] only.
    #[must_use]
    pub fn search_among_phones_in_text(self, yes: bool) -> Self {
        self.with(|fields| fields.search_among_phones_in_text = Some(yes))
    }

    /// Narrows the search to leads with these tags (`tags`).
    #[must_use]
    pub fn tags<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Self {
        self.with(|fields| fields.tags.tags.extend(tags.into_iter().map(Into::into)))
    }

    /// How the tags join (`tagsLogic`): [`AND`](crate::AND), or another word that the server knows.
    #[must_use]
    pub fn tags_logic(self, logic: impl Into<String>) -> Self {
        self.with(|fields| fields.tags.logic = Some(logic.into()))
    }
}

impl<K: ContactKind> Default for ContactParams<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K> Clone for ContactParams<K> {
    fn clone(&self) -> Self {
        Self {
            fields: self.fields.clone(),
            kind: PhantomData,
        }
    }
}

impl<K> PartialEq for ContactParams<K> {
    fn eq(&self, other: &Self) -> bool {
        self.fields == other.fields
    }
}

impl<K> Eq for ContactParams<K> {}

impl<K> fmt::Debug for ContactParams<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fields.fmt(f)
    }
}

/// The members of a contact row of any kind.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct ContactFields {
    pub(super) names: ContactNames,
    pub(super) phones: Vec<String>,
    pub(super) md5_phones: Vec<String>,
    pub(super) emails: Vec<String>,
    pub(super) date: Option<String>,
    pub(super) type_to_match: Option<String>,
    pub(super) search_depth: Option<u64>,
    pub(super) search_among_phones_in_text: Option<bool>,
    pub(super) tags: Tags,
}

impl ContactFields {
    pub(super) const fn new(names: ContactNames) -> Self {
        Self {
            names,
            phones: Vec::new(),
            md5_phones: Vec::new(),
            emails: Vec::new(),
            date: None,
            type_to_match: None,
            search_depth: None,
            search_among_phones_in_text: None,
            tags: Tags {
                tags: Vec::new(),
                logic: None,
            },
        }
    }

    /// What holds for every lead: no text in it is blank.
    pub(super) fn check(&self, path: &Path<'_>) -> Result<(), LeadError> {
        check_texts(&self.phones, &path.member("phones"))?;
        check_texts(&self.md5_phones, &path.member("md5Phones"))?;
        check_texts(&self.emails, &path.member("emails"))?;
        check_optional(self.date.as_deref(), &path.member("date"))?;
        check_optional(self.type_to_match.as_deref(), &path.member(self.names.type_to_match))?;
        self.tags.check(path)
    }

    /// What a lead built here holds besides, since the documents leave open what the server does without it.
    pub(super) fn check_complete(&self, path: &Path<'_>) -> Result<(), LeadError> {
        let by_phone = !self.phones.is_empty() || !self.md5_phones.is_empty();
        let by_email = self.names.found_by_email && !self.emails.is_empty();
        if !by_phone && !by_email {
            return Err(path.refuse(match self.names.found_by_email {
                true => "complete: it needs a phone, an md5Phone or an e-mail",
                false => "complete: it needs a phone or an md5Phone",
            }));
        }
        if let Some(at) = self.md5_phones.iter().position(|hash| !is_md5(hash)) {
            return Err(path
                .member("md5Phones")
                .item(at)
                .refuse("an MD5 hash: 32 hexadecimal digits"));
        }
        for (missing, name) in [
            (self.date.is_none(), "date"),
            (self.type_to_match.is_none(), self.names.type_to_match),
            (self.search_depth.is_none(), "searchDepth"),
        ] {
            if missing {
                return Err(path.refuse(format!("complete: it needs `{name}`")));
            }
        }
        Ok(())
    }

    pub(super) fn write(&self, out: &mut String) {
        let mut object = ObjectWriter::begin(out);
        object.texts("phones", &self.phones);
        let hashes: Vec<String> = self.md5_phones.iter().map(|hash| lower_md5(hash)).collect();
        object.texts("md5Phones", &hashes);
        object.texts("emails", &self.emails);
        object.optional_bare("searchAmongPhonesInText", self.search_among_phones_in_text);
        object.optional_text("date", self.date.as_deref());
        self.tags.write(&mut object);
        object.optional_text(self.names.type_to_match, self.type_to_match.as_deref());
        object.optional_bare("searchDepth", self.search_depth);
        object.end();
    }
}

impl fmt::Debug for ContactFields {
    /// Counts contacts instead of showing them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(self.names.params)
            .field("phones", &self.phones.len())
            .field("md5_phones", &self.md5_phones.len())
            .field("emails", &self.emails.len())
            .field("date", &self.date)
            .field("type_to_match", &self.type_to_match)
            .field("search_depth", &self.search_depth)
            .field("search_among_phones_in_text", &self.search_among_phones_in_text)
            .field("tags", &self.tags)
            .finish()
    }
}

fn is_md5(hash: &str) -> bool {
    hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Lower case for what is a hash; whether the server takes upper case is unknown. Anything else stays as it is.
pub(super) fn lower_md5(hash: &str) -> String {
    match is_md5(hash) {
        true => hash.to_ascii_lowercase(),
        false => hash.to_owned(),
    }
}
