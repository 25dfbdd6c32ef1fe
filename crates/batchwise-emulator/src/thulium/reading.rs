//! Lists of records, page by page, and counts of campaigns.

use bytes::Bytes;
use http::{Request, Response};

use super::campaign::CampaignTruth;
use super::target::{self, decode};
use super::wire::{Page, Record};
use super::{basic, names_json};
use crate::answer;
use crate::config::KeySet;
use crate::method::Method;
use crate::turn::Turn;

/// Records of a page unless the request asks for fewer.
const MOST: usize = 100;

/// Which list.
#[derive(Debug, Clone)]
pub(crate) enum Reading {
    Records { campaign: String, by_phone: bool },
    Stats,
}

impl Reading {
    pub(crate) fn of(path: &str) -> Option<Self> {
        if path == "/api/outbounds/stats" {
            return Some(Self::Stats);
        }
        let mut parts = path.strip_prefix("/api/")?.split('/');
        let by_phone = match parts.next()? {
            "crm_outbounds" => false,
            "outbounds" => true,
            _ => return None,
        };
        let campaign = decode(parts.next()?, false);
        let ends = parts.next()? == "records" && parts.next().is_none();
        ends.then_some(Self::Records { campaign, by_phone })
    }
}

/// A question for a list.
#[derive(Debug, Clone)]
pub(crate) struct ReadingCall {
    reading: Reading,
    credentials: Option<(String, String)>,
    wants_json: bool,
    parameters: Vec<(String, String)>,
}

impl ReadingCall {
    pub(crate) fn read(request: &Request<Bytes>, reading: Reading) -> Self {
        Self {
            reading,
            credentials: basic(request),
            wants_json: names_json(request),
            parameters: target::parameters(request.uri().query().unwrap_or("")).collect(),
        }
    }

    pub(crate) const fn method(&self) -> Method {
        match self.reading {
            Reading::Records { .. } => Method::ThuliumLists,
            Reading::Stats => Method::ThuliumStats,
        }
    }

    pub(crate) const fn wants_json(&self) -> bool {
        self.wants_json
    }

    pub(super) const fn reading(&self) -> &Reading {
        &self.reading
    }

    pub(super) const fn credentials(&self) -> Option<&(String, String)> {
        self.credentials.as_ref()
    }

    fn number(&self, name: &str) -> Option<usize> {
        let found = self.parameters.iter().find(|(parameter, _)| parameter == name);
        found.and_then(|(_, value)| value.parse().ok())
    }

    fn wants(&self, status: &str) -> bool {
        let mut wanted = self
            .parameters
            .iter()
            .filter(|(name, _)| target::is_list(name, "system_status"))
            .peekable();
        wanted.peek().is_none() || wanted.any(|(_, value)| value == status)
    }
}

impl CampaignTruth {
    /// The customers that the list shows.
    #[must_use]
    pub fn listed_customers(&self) -> Vec<u64> {
        self.customers.listed(&self.sample_customers())
    }

    /// The phone numbers that the list shows, each as often as it has records.
    #[must_use]
    pub fn listed_phones(&self) -> Vec<String> {
        self.phone_rows().into_iter().map(|(phone, _)| phone).collect()
    }

    /// Where a customer stands.
    #[must_use]
    pub fn system_status(&self, customer: u64) -> &str {
        let rule = self.statuses.iter().find(|rule| rule.ids.contains(&customer));
        rule.map_or("TO_CALL", |rule| rule.status.as_str())
    }

    /// Records of its customers, or of its numbers where it has no customers.
    pub(super) fn records_count(&self) -> u64 {
        let customers = self.listed_customers().len();
        let count = if customers == 0 {
            self.phone_rows().len()
        } else {
            customers
        };
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    pub(super) fn page(&self, call: &ReadingCall, turn: &Turn) -> Response<Bytes> {
        let by_phone = matches!(call.reading, Reading::Records { by_phone: true, .. });
        let mut rows: Vec<Record> = if by_phone {
            let rows = self.phone_rows().into_iter();
            rows.map(|(phone, record_id)| record(record_id, None, &phone, "TO_CALL"))
                .collect()
        } else {
            let customers = self.listed_customers().into_iter();
            customers
                .map(|id| record(self.record_id(id), Some(id), "", self.system_status(id)))
                .collect()
        };
        rows.retain(|row| call.wants(&row.system_status));
        let count = rows.len();
        let limit = call.number("limit").unwrap_or(MOST).min(MOST);
        let offset = call.number("offset").unwrap_or(0);
        let mut result: Vec<Record> = rows.into_iter().skip(offset).take(limit).collect();
        if let Some(twist) = turn.twist {
            let extra = || {
                record(
                    1_000_000_007,
                    (!by_phone).then_some(1_000_000_007),
                    "1000000007",
                    "TO_CALL",
                )
            };
            twist.apply(&mut result, Record::clone, extra);
        }
        answer::json(200, &Page { count, result })
    }
}

fn record(record_id: u64, customer_id: Option<u64>, phone: &str, status: &str) -> Record {
    Record {
        record_id,
        phone_number: phone.to_owned(),
        system_status: status.to_owned(),
        status: "Do obdzwonienia",
        status_id: 6,
        call_date: "",
        create_date: "2024-06-01 12:00",
        next_call_date: "",
        agent_name: "",
        agent_login: "",
        customer_id,
        last_note: "",
        order: 0,
    }
}
