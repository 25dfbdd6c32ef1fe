//! Answers.

use bytes::Bytes;
use http::{HeaderValue, Response};
use serde::Serialize;

use crate::answer::{self, Members};
use crate::turn::Turn;

/// What became of one record.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Entry {
    http_status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_id: Option<u64>,
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
}

impl Entry {
    const fn new(http_status: u16, status: &'static str) -> Self {
        Self {
            http_status,
            record_id: None,
            status,
            message: None,
        }
    }

    pub(super) const fn removed(record_id: u64) -> Self {
        Self {
            record_id: Some(record_id),
            ..Self::new(200, "REMOVED")
        }
    }

    pub(super) const fn not_exist() -> Self {
        Self::new(404, "NOT_EXIST")
    }

    pub(super) const fn busy() -> Self {
        Self::new(400, "CALL_IN_PROGRESS")
    }

    pub(super) const fn failed() -> Self {
        Self {
            message: Some("Record cannot be removed."),
            ..Self::new(400, "FAILED")
        }
    }

    /// The contrary statement.
    pub(super) fn opposite(&self) -> Self {
        if self.status == "REMOVED" {
            Self::not_exist()
        } else {
            Self::removed(1)
        }
    }
}

/// What is counted of a campaign.
#[derive(Serialize)]
pub(super) struct Stats<'a> {
    id: &'a str,
    records_count: u64,
    completion_percent: f64,
}

impl<'a> Stats<'a> {
    pub(super) const fn new(id: &'a str, records_count: u64) -> Self {
        Self {
            id,
            records_count,
            completion_percent: 50.5,
        }
    }
}

/// A page of records.
#[derive(Serialize)]
pub(super) struct Page {
    pub(super) count: usize,
    pub(super) result: Vec<Record>,
}

/// A record of a campaign; what is empty is an empty text.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Record {
    pub(super) record_id: u64,
    pub(super) phone_number: String,
    pub(super) system_status: String,
    pub(super) status: &'static str,
    pub(super) status_id: u64,
    pub(super) call_date: &'static str,
    pub(super) create_date: &'static str,
    pub(super) next_call_date: &'static str,
    pub(super) agent_name: &'static str,
    pub(super) agent_login: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) customer_id: Option<u64>,
    pub(super) last_note: &'static str,
    pub(super) order: u64,
}

/// An answer keyed by record.
pub(super) fn members<V: Serialize>(rows: Vec<(String, V)>, several: bool, multi_status: bool) -> Response<Bytes> {
    let status = if several && multi_status { 207 } else { 200 };
    answer::json(status, &Members(rows))
}

#[derive(Serialize)]
struct Failure {
    request_id: String,
    errors: [Message; 1],
}

#[derive(Serialize)]
struct Message {
    message: String,
    code: u32,
}

/// A refusal of the whole request: JSON where the client asked for it, else a page.
pub(super) fn error(wants_json: bool, status: u16, message: &str, turn: &Turn) -> Response<Bytes> {
    let mut response = if wants_json {
        let failure = Failure {
            request_id: format!("6a1b2{:08x}", turn.request),
            errors: [Message {
                message: message.to_owned(),
                code: 10_000 + u32::from(status),
            }],
        };
        answer::json(status, &failure)
    } else {
        answer::html(status)
    };
    if status == 401 {
        let realm = HeaderValue::from_static("Basic realm=\"Thulium\"");
        response.headers_mut().insert(http::header::WWW_AUTHENTICATE, realm);
    }
    response
}
