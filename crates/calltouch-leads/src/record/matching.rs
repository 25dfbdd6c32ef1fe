//! One row of the priority list by which a lead is found.

use super::LeadError;
use super::contact_params::ContactFields;
use super::encode::ObjectWriter;
use super::id_params::IdParams;
use super::path::Path;
use super::{CallContactParams, CallParams, LeadContactParams, RequestContactParams, RequestParams};

/// A row of `matching`: rows are tried from the top, and the first that finds a lead wins.
///
/// These are the five types that the method documents; the further ones of sister methods do not belong here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matching {
    /// `call`: a call by id.
    Call(CallParams),
    /// `request`: a request (web form) by id.
    Request(RequestParams),
    /// `callContact`: a call by phone and date.
    CallContact(CallContactParams),
    /// `requestContact`: a request by phone, e-mail and date.
    RequestContact(RequestContactParams),
    /// `leadContact`: a call or a request by phone, e-mail and date.
    LeadContact(LeadContactParams),
}

/// The two forms that rows have.
pub(super) enum Params<'a> {
    Id(&'a IdParams),
    Contact(&'a ContactFields),
}

impl Matching {
    pub(super) fn params(&self) -> Params<'_> {
        match self {
            Self::Call(params) => Params::Id(&params.0),
            Self::Request(params) => Params::Id(&params.0),
            Self::CallContact(params) => Params::Contact(&params.fields),
            Self::RequestContact(params) => Params::Contact(&params.fields),
            Self::LeadContact(params) => Params::Contact(&params.fields),
        }
    }

    /// The word of the row's `type`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Call(_) => "call",
            Self::Request(_) => "request",
            Self::CallContact(params) => params.fields.names.row,
            Self::RequestContact(params) => params.fields.names.row,
            Self::LeadContact(params) => params.fields.names.row,
        }
    }

    fn params_name(&self) -> &'static str {
        match self {
            Self::Call(_) => "callParams",
            Self::Request(_) => "requestParams",
            Self::CallContact(params) => params.fields.names.params,
            Self::RequestContact(params) => params.fields.names.params,
            Self::LeadContact(params) => params.fields.names.params,
        }
    }

    pub(super) fn check(&self, row: &Path<'_>, complete: bool) -> Result<(), LeadError> {
        let path = row.member(self.params_name());
        match self.params() {
            Params::Id(params) => params.check(&path),
            Params::Contact(fields) => {
                fields.check(&path)?;
                match complete {
                    true => fields.check_complete(&path),
                    false => Ok(()),
                }
            }
        }
    }

    pub(super) fn write(&self, out: &mut String) {
        let mut object = ObjectWriter::begin(out);
        object.text("type", self.kind());
        let params = object.member(self.params_name());
        match self.params() {
            Params::Id(id) => id.write(params),
            Params::Contact(fields) => fields.write(params),
        }
        object.end();
    }
}

impl From<CallParams> for Matching {
    fn from(params: CallParams) -> Self {
        Self::Call(params)
    }
}

impl From<RequestParams> for Matching {
    fn from(params: RequestParams) -> Self {
        Self::Request(params)
    }
}

impl From<CallContactParams> for Matching {
    fn from(params: CallContactParams) -> Self {
        Self::CallContact(params)
    }
}

impl From<RequestContactParams> for Matching {
    fn from(params: RequestContactParams) -> Self {
        Self::RequestContact(params)
    }
}

impl From<LeadContactParams> for Matching {
    fn from(params: LeadContactParams) -> Self {
        Self::LeadContact(params)
    }
}
