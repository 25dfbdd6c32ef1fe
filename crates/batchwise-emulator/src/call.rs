//! A request that belongs to one of the methods.

use bytes::Bytes;
use http::{Request, Response};

use crate::calltouch;
use crate::calltouch::import::ImportCall;
use crate::calltouch::leads::LeadsCall;
use crate::dellin::{self, BookCall, LoginCall, SessionCall};
use crate::method::Method;
use crate::thulium::{self, CampaignCall};
use crate::turn::Turn;

/// A request as its provider reads it, well-formed or not.
#[derive(Debug, Clone)]
pub(crate) enum Call {
    Import(ImportCall),
    Leads(LeadsCall),
    Book(BookCall),
    Login(LoginCall),
    Session(SessionCall),
    Campaign(CampaignCall),
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
            Self::Campaign(call) => call.method(),
        }
    }

    /// True when the request carries the record with this key.
    pub(crate) fn carries(&self, key: &str) -> bool {
        match self {
            Self::Import(call) => call.carries(key),
            Self::Leads(call) => call.carries(key),
            Self::Book(call) => call.carries(key),
            Self::Login(_) | Self::Session(_) => false,
            Self::Campaign(call) => call.carries(key),
        }
    }

    /// Whose quota is charged within the provider: Dellin's appkey.
    pub(crate) fn account(&self) -> &str {
        match self {
            Self::Book(call) => call.appkey(),
            Self::Login(call) => call.appkey(),
            Self::Session(call) => call.appkey(),
            Self::Import(_) | Self::Leads(_) | Self::Campaign(_) => "",
        }
    }

    /// An error with this status in the provider's usual shape.
    pub(crate) fn error(&self, status: u16, turn: &Turn) -> Response<Bytes> {
        match self {
            Self::Import(_) | Self::Leads(_) => calltouch::error(status),
            Self::Book(call) => dellin::error(call.format(), status, turn),
            Self::Login(call) => dellin::error(call.format(), status, turn),
            Self::Session(_) => dellin::error(dellin::Format::Json, status, turn),
            Self::Campaign(call) => thulium::error(call.wants_json(), status, turn),
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
