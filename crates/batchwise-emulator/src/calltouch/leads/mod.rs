//! Custom fields of leads.

mod key;
mod request;
mod truth;

pub use key::LeadKey;
pub(crate) use request::LeadsCall;
pub use truth::{LeadTruth, LeadsTruth};

use std::collections::BTreeSet;

use bytes::Bytes;
use http::Response;
use serde::Serialize;
use serde_json::Value;

use super::wire::{self, Envelope, Violation};
use crate::answer;
use crate::config::{CalltouchConfig, LeadsConfig};
use crate::fault::Twist;
use crate::turn::Turn;
use request::{MOST_LEADS, SentLead};
use truth::Written;

pub(crate) const PATH: &str = "/lead-service/v1/api/customfield/lead/add";

/// The leads.
#[derive(Debug)]
pub(crate) struct Leads {
    truth: LeadsTruth,
    poison: BTreeSet<LeadKey>,
    poison_nameless: BTreeSet<LeadKey>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    matched_type: Option<&'static str>,
    call_info: Option<CallInfo>,
    request_info: Option<RequestInfo>,
    is_custom_fields_added: bool,
    error: Option<&'static str>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct CallInfo {
    call_id: String,
    call_reference_id: Option<String>,
    sip_call_id: String,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestInfo {
    request_id: u64,
    request_number: String,
}

#[derive(Serialize)]
struct Data {
    leads: Vec<Row>,
}

impl Row {
    const fn unmatched() -> Self {
        Self {
            matched_type: None,
            call_info: None,
            request_info: None,
            is_custom_fields_added: false,
            error: Some("Лид не найден."),
        }
    }

    fn matched(kind: &'static str, name: &LeadKey, written: Written) -> Self {
        let id = name.number().unwrap_or_else(|| made_up(name));
        // The lead is a call when it is known as one, or was asked for as one and is known by a contact only.
        let is_call = name.is_call() || (name.number().is_none() && kind == "callContact");
        Self {
            matched_type: Some(kind),
            call_info: is_call.then(|| CallInfo {
                call_id: id.to_string(),
                call_reference_id: None,
                sip_call_id: format!("sip-{id}"),
            }),
            request_info: (!is_call).then(|| RequestInfo {
                request_id: id,
                request_number: id.to_string(),
            }),
            is_custom_fields_added: written == Written::Yes,
            error: (written == Written::UnknownField).then_some("Пользовательское поле не найдено."),
        }
    }
}

/// A stable id for a lead that is known by a contact alone.
fn made_up(name: &LeadKey) -> u64 {
    let bytes = name.as_str().bytes();
    1_000_000_000 + bytes.fold(7, |id: u64, byte| (id * 131 + u64::from(byte)) % 999_999_937)
}

impl Leads {
    pub(crate) fn new(config: &LeadsConfig) -> Self {
        Self {
            truth: LeadsTruth::new(config),
            poison: config.poison.clone(),
            poison_nameless: config.poison_nameless.clone(),
        }
    }

    pub(crate) fn truth(&self) -> LeadsTruth {
        self.truth.clone()
    }

    pub(crate) fn answer(&mut self, config: &CalltouchConfig, call: &LeadsCall, turn: &mut Turn) -> Response<Bytes> {
        if let Err(refusal) = self.refuse(config, call, turn) {
            return refusal;
        }
        turn.acted = true;
        let mut rows: Vec<Row> = call.leads.iter().map(|lead| self.add(lead, turn.request)).collect();
        if let Some(twist) = turn.twist {
            spoil(&mut rows, twist);
        }
        answer::json(200, &Envelope::new(Data { leads: rows }))
    }

    fn refuse(&self, config: &CalltouchConfig, call: &LeadsCall, turn: &Turn) -> Result<(), Response<Bytes>> {
        call.credentials.check(config, turn.expired)?;
        let blame = |message| Err(wire::validation(400, vec![Violation::new("leads", message)]));
        match &call.field {
            None => return Err(wire::syntax_error()),
            Some(None | Some(Value::Null)) => return Err(wire::missing_field("leads")),
            Some(Some(Value::Array(leads))) if leads.is_empty() => return blame("This value should not be blank."),
            Some(Some(Value::Array(leads))) if leads.len() > MOST_LEADS => {
                return blame("This collection should contain 100 elements or less.");
            }
            Some(Some(Value::Array(_))) => {}
            Some(Some(_)) => return blame("This value is not valid."),
        }
        let has = |lead: &SentLead, keys: &BTreeSet<LeadKey>| lead.keys().any(|key| keys.contains(key));
        if call.leads.iter().any(|lead| has(lead, &self.poison_nameless)) {
            return Err(wire::api_error(400, 2, "Запрос не может быть выполнен"));
        }
        let mut violations = call.violations.clone();
        for (at, lead) in call.leads.iter().enumerate() {
            if has(lead, &self.poison) {
                violations.push(Violation::new(
                    format!("leads[{at}].matching"),
                    "This value is not valid.",
                ));
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(wire::validation(400, violations))
        }
    }

    /// The first row that finds a lead wins; the rest are ignored.
    fn add(&mut self, sent: &SentLead, request: u64) -> Row {
        let found = sent.rows.iter().find_map(|(kind, keys)| {
            let name = keys.iter().find_map(|key| self.truth.find(key))?;
            Some((*kind, name))
        });
        match found {
            None => Row::unmatched(),
            Some((kind, name)) => {
                let written = self.truth.write(&name, sent, request);
                Row::matched(kind, &name, written)
            }
        }
    }
}

fn spoil(rows: &mut Vec<Row>, twist: Twist) {
    let opposite = |row: &Row| Row {
        is_custom_fields_added: !row.is_custom_fields_added,
        ..row.clone()
    };
    twist.apply(rows, opposite, Row::unmatched);
}
