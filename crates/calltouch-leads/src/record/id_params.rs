//! Rows that find a call or a request by its id.

use super::encode::ObjectWriter;
use super::path::Path;
use super::tags::{TEXT, Tags};
use super::{LeadError, LeadId};

/// Finds a call by exactly one id (`callParams`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallParams(pub(super) IdParams);

impl CallParams {
    /// By Calltouch's id of the call (`callId`).
    #[must_use]
    pub fn by_call_id(id: impl Into<LeadId>) -> Self {
        Self(IdParams::new("callId", id.into()))
    }

    /// By the id that the call import was given (`callReferenceId`). That this method takes it is likely and unconfirmed.
    #[must_use]
    pub fn by_call_reference_id(id: impl Into<String>) -> Self {
        Self(IdParams::new("callReferenceId", LeadId::verbatim(id)))
    }

    /// By the telephone exchange's id of the call (`sipCallId`). That this method takes it is likely and unconfirmed.
    #[must_use]
    pub fn by_sip_call_id(id: impl Into<String>) -> Self {
        Self(IdParams::new("sipCallId", LeadId::verbatim(id)))
    }

    /// Narrows the search to calls with these tags.
    #[must_use]
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.0.tags.tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// How the tags join: [`AND`](crate::AND), or another word that the server knows.
    #[must_use]
    pub fn tags_logic(mut self, logic: impl Into<String>) -> Self {
        self.0.tags.logic = Some(logic.into());
        self
    }
}

/// Finds a request (web form) by exactly one id (`requestParams`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestParams(pub(super) IdParams);

impl RequestParams {
    /// By Calltouch's id of the request (`requestId`).
    #[must_use]
    pub fn by_request_id(id: impl Into<LeadId>) -> Self {
        Self(IdParams::new("requestId", id.into()))
    }

    /// By the id that the site's form supplied (`requestNumber`). That this method takes it is likely and unconfirmed.
    #[must_use]
    pub fn by_request_number(number: impl Into<String>) -> Self {
        Self(IdParams::new("requestNumber", LeadId::verbatim(number)))
    }

    /// Narrows the search to requests with these tags.
    #[must_use]
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.0.tags.tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// How the tags join: [`AND`](crate::AND), or another word that the server knows.
    #[must_use]
    pub fn tags_logic(mut self, logic: impl Into<String>) -> Self {
        self.0.tags.logic = Some(logic.into());
        self
    }
}

/// One id under the name that it goes by, and tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IdParams {
    pub(super) name: &'static str,
    pub(super) id: LeadId,
    pub(super) tags: Tags,
}

impl IdParams {
    pub(super) fn new(name: &'static str, id: LeadId) -> Self {
        Self {
            name,
            id,
            tags: Tags::default(),
        }
    }

    pub(super) fn check(&self, path: &Path<'_>) -> Result<(), LeadError> {
        if self.id.is_blank() {
            return Err(path.member(self.name).refuse(TEXT));
        }
        self.tags.check(path)
    }

    pub(super) fn write(&self, out: &mut String) {
        let mut object = ObjectWriter::begin(out);
        match self.id.number() {
            Some(number) => object.optional_bare(self.name, Some(number)),
            None => object.text(self.name, &self.id.to_string()),
        }
        self.tags.write(&mut object);
        object.end();
    }
}
