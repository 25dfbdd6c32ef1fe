//! A request that belongs to one of the methods.

use bytes::Bytes;
use http::{Request, Response};

use crate::calltouch;
use crate::calltouch::import::ImportCall;
use crate::calltouch::leads::LeadsCall;
use crate::dellin::{self, BookCall, ListCall, LoginCall, SessionCall};
use crate::method::Method;
use crate::thulium::{self, CampaignCall, ReadingCall};
use crate::turn::Turn;

/// A request as its provider reads it, well-formed or not.
#[derive(Debug, Clone)]
pub(crate) enum Call {
    Import(ImportCall),
    Leads(LeadsCall),
    Book(BookCall),
    Login(LoginCall),
    Session(SessionCall),
    List(ListCall),
    Campaign(CampaignCall),
    Reading(ReadingCall),
}

/// A request that belongs to none.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stray {
    Unknown,
    WrongVerb(&'static str),
}

impl Call {
    pub(crate) fn read(request: &Request<Bytes>) -> Result<Self, Stray> {
        let path = squeeze(request.uri().path());
        if let Some(target) = thulium::Target::of(&path) {
            need(request, "DELETE")?;
            return Ok(Self::Campaign(CampaignCall::read(request, target)));
        }
        if let Some(reading) = thulium::Reading::of(&path) {
            need(request, "GET")?;
            return Ok(Self::Reading(ReadingCall::read(request, reading)));
        }
        let read: fn(&Request<Bytes>, &str) -> Self = match path.as_str() {
            calltouch::import::PATH => |request, _| Self::Import(ImportCall::read(request)),
            calltouch::leads::PATH => |request, _| Self::Leads(LeadsCall::read(request)),
            "/v2/book/delete.json" | "/v2/book/delete.xml" => |request, path| Self::Book(BookCall::read(request, path)),
            "/v3/auth/login.json" | "/v3/auth/login.xml" | "/v4/auth/login.json" => {
                |request, path| Self::Login(LoginCall::read(request, path))
            }
            "/v3/auth/session_info.json" | "/v3/auth/logout.json" => {
                |request, path| Self::Session(SessionCall::read(request, path))
            }
            "/v2/book/counteragents.json" | "/v2/book/addresses.json" | "/v2/book/contacts.json" => {
                |request, path| Self::List(ListCall::read(request, path))
            }
            _ => return Err(Stray::Unknown),
        };
        need(request, "POST")?;
        Ok(read(request, &path))
    }

    pub(crate) const fn method(&self) -> Method {
        match self {
            Self::Import(_) => Method::CalltouchImport,
            Self::Leads(_) => Method::CalltouchLeads,
            Self::Book(_) => Method::DellinBook,
            Self::Login(_) => Method::DellinLogin,
            Self::Session(_) => Method::DellinSession,
            Self::List(_) => Method::DellinLists,
            Self::Campaign(call) => call.method(),
            Self::Reading(call) => call.method(),
        }
    }

    /// True when the request carries the record with this key.
    pub(crate) fn carries(&self, key: &str) -> bool {
        match self {
            Self::Import(call) => call.carries(key),
            Self::Leads(call) => call.carries(key),
            Self::Book(call) => call.carries(key),
            Self::List(call) => call.carries(key),
            Self::Login(_) | Self::Session(_) | Self::Reading(_) => false,
            Self::Campaign(call) => call.carries(key),
        }
    }

    /// Whose quota is charged within the provider: Dellin's appkey.
    pub(crate) fn account(&self) -> &str {
        match self {
            Self::Book(call) => call.appkey(),
            Self::Login(call) => call.appkey(),
            Self::Session(call) => call.appkey(),
            Self::List(call) => call.appkey(),
            Self::Import(_) | Self::Leads(_) | Self::Campaign(_) | Self::Reading(_) => "",
        }
    }

    /// An error with this status in the provider's usual shape.
    pub(crate) fn error(&self, status: u16, turn: &Turn) -> Response<Bytes> {
        match self {
            Self::Import(_) | Self::Leads(_) => calltouch::error(status),
            Self::Book(call) => dellin::error(call.format(), status, turn),
            Self::Login(call) => dellin::error(call.format(), status, turn),
            Self::Session(_) | Self::List(_) => dellin::error(dellin::Format::Json, status, turn),
            Self::Campaign(call) => thulium::error(call.wants_json(), status, turn),
            Self::Reading(call) => thulium::error(call.wants_json(), status, turn),
        }
    }
}

fn need(request: &Request<Bytes>, verb: &'static str) -> Result<(), Stray> {
    if request.method().as_str() == verb {
        Ok(())
    } else {
        Err(Stray::WrongVerb(verb))
    }
}

/// The path without repeated slashes and without one at its end.
fn squeeze(path: &str) -> String {
    let mut squeezed = String::with_capacity(path.len());
    for part in path.split('/').filter(|part| !part.is_empty()) {
        squeezed.push('/');
        squeezed.push_str(part);
    }
    squeezed
}
