//! What both hand-written loops share: requests and answers with serde's derive, typed, and an outcome for each record.
//!
//! They do what a good user would write for a day on which nothing goes wrong. They drop no repeats, hold no quota, retry
//! nothing, and end at the first answer that is not the usual one, with no word on the records of other batches.

use std::collections::HashMap;
use std::fmt::Write;
use std::fs::File;
use std::io::{BufRead, BufReader};

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::job::Job;
use crate::method::{Method, ids};

/// What became of a record.
pub(super) struct Outcome {
    /// The record; for leads its place in the batch.
    #[allow(dead_code, reason = "whoever runs the loop would write it down")]
    pub(super) id: u64,
    pub(super) done: bool,
}

/// A batch that is ready to go.
pub(super) struct Request {
    pub(super) verb: http::Method,
    pub(super) url: String,
    pub(super) headers: &'static [(&'static str, &'static str)],
    pub(super) body: Vec<u8>,
    pub(super) sent: Vec<u64>,
}

const CALLTOUCH: &[(&str, &str)] = &[
    ("content-type", "application/json"),
    ("accept", "application/json"),
    ("access-token", "token"),
    ("siteid", "1"),
];
const DELLIN: &[(&str, &str)] = &[("content-type", "application/json")];
const THULIUM: &[(&str, &str)] = &[("accept", "application/json"), ("authorization", "Basic dXNlcjpwYXNz")];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImportRequest<'a> {
    import_log_ids: &'a [u64],
}

#[derive(Serialize)]
struct BookRequest<'a> {
    appkey: &'a str,
    #[serde(rename = "sessionID")]
    session: &'a str,
    #[serde(rename = "phoneIDs")]
    phones: &'a [u64],
}

#[derive(Serialize)]
struct LeadsRequest<'a> {
    leads: &'a [Value],
}

#[derive(Deserialize)]
struct Envelope<T> {
    data: T,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ImportAnswer {
    import_logs: Vec<ImportResult>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ImportResult {
    import_log_id: u64,
    delete_status: DeleteStatus,
    #[serde(rename = "error")]
    _error: Option<String>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum DeleteStatus {
    Success,
    Error,
}

#[derive(Deserialize)]
struct LeadsAnswer {
    leads: Vec<LeadResult>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LeadResult {
    #[serde(rename = "matchedType")]
    _matched_type: Option<String>,
    #[serde(rename = "requestInfo")]
    _request_info: Option<RequestInfo>,
    is_custom_fields_added: bool,
    #[serde(rename = "error")]
    _error: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestInfo {
    #[serde(rename = "requestId")]
    _request_id: u64,
    #[serde(rename = "requestNumber")]
    _request_number: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BookAnswer {
    deleted: BookIds,
    #[serde(rename = "notDeleted")]
    _not_deleted: BookIds,
}

#[derive(Deserialize)]
struct BookIds {
    #[serde(rename = "phoneIDs")]
    phones: Vec<u64>,
}

#[derive(Deserialize)]
struct CampaignResult {
    status: CampaignStatus,
    #[serde(rename = "record_id")]
    _record_id: Option<u64>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum CampaignStatus {
    Removed,
    NotExist,
    #[serde(other)]
    Other,
}

/// The requests of a job, one after another.
pub(super) fn requests(job: &Job) -> anyhow::Result<Box<dyn Iterator<Item = anyhow::Result<Request>>>> {
    let (base, batch) = (job.url.clone(), job.method.batch());
    if job.method == Method::Leads {
        let path = job.input.as_ref().context("--input is missing")?;
        let mut lines = BufReader::new(File::open(path)?).lines();
        return Ok(Box::new(std::iter::from_fn(move || {
            let lines: Result<Vec<String>, _> = lines.by_ref().take(batch).collect();
            match lines {
                Ok(lines) if lines.is_empty() => None,
                Ok(lines) => Some(leads(&base, &lines)),
                Err(error) => Some(Err(error.into())),
            }
        })));
    }
    let (method, mut ids) = (job.method, ids(job.records));
    Ok(Box::new(std::iter::from_fn(move || {
        let sent: Vec<u64> = ids.by_ref().take(batch).collect();
        (!sent.is_empty()).then(|| of_ids(&base, method, sent))
    })))
}

fn leads(base: &str, lines: &[String]) -> anyhow::Result<Request> {
    let leads = lines
        .iter()
        .map(|line| serde_json::from_str(line))
        .collect::<Result<Vec<Value>, _>>()?;
    Ok(Request {
        verb: http::Method::POST,
        url: format!("{base}/lead-service/v1/api/customfield/lead/add"),
        headers: CALLTOUCH,
        body: serde_json::to_vec(&LeadsRequest { leads: &leads })?,
        sent: (0..u64::try_from(leads.len())?).collect(),
    })
}

fn of_ids(base: &str, method: Method, sent: Vec<u64>) -> anyhow::Result<Request> {
    let post = |path: &str, headers, body, sent| Request {
        verb: http::Method::POST,
        url: format!("{base}{path}"),
        headers,
        body,
        sent,
    };
    Ok(match method {
        Method::Book => {
            let body = serde_json::to_vec(&BookRequest {
                appkey: "key",
                session: "session",
                phones: &sent,
            })?;
            post("/v2/book/delete.json", DELLIN, body, sent)
        }
        Method::Campaign => {
            let mut url = format!("{base}/api/batch/crm_outbounds/00042/records?");
            for (nth, id) in sent.iter().enumerate() {
                let and = if nth == 0 { "" } else { "&" };
                write!(url, "{and}customer_id%5B%5D={id}")?;
            }
            Request {
                verb: http::Method::DELETE,
                url,
                headers: THULIUM,
                body: Vec::new(),
                sent,
            }
        }
        Method::Import | Method::Leads => {
            let body = serde_json::to_vec(&ImportRequest { import_log_ids: &sent })?;
            post("/report-service/RestAPI/api/users-import/delete", CALLTOUCH, body, sent)
        }
    })
}

/// What an answer says of the records that were sent; an error where it speaks of others.
pub(super) fn outcomes(method: Method, sent: &[u64], body: &[u8]) -> anyhow::Result<Vec<Outcome>> {
    let mut outcomes = Vec::with_capacity(sent.len());
    let mut found = |id: u64, done: bool| {
        ensure!(
            sent.get(outcomes.len()) == Some(&id),
            "an id that was not sent, or not there: {id}"
        );
        outcomes.push(Outcome { id, done });
        Ok(())
    };
    match method {
        Method::Import => {
            let answer: Envelope<ImportAnswer> = serde_json::from_slice(body)?;
            for result in answer.data.import_logs {
                found(result.import_log_id, result.delete_status == DeleteStatus::Success)?;
            }
        }
        Method::Leads => {
            let answer: Envelope<LeadsAnswer> = serde_json::from_slice(body)?;
            for (at, result) in (0..).zip(answer.data.leads) {
                found(at, result.is_custom_fields_added)?;
            }
        }
        Method::Book => {
            let answer: Envelope<BookAnswer> = serde_json::from_slice(body)?;
            for id in answer.data.deleted.phones {
                found(id, true)?;
            }
        }
        Method::Campaign => {
            let answer: HashMap<u64, CampaignResult> = serde_json::from_slice(body)?;
            for id in sent {
                let result = answer.get(id).with_context(|| format!("nothing about {id}"))?;
                found(*id, result.status == CampaignStatus::Removed)?;
            }
        }
    }
    ensure!(outcomes.len() == sent.len(), "another number of results");
    Ok(outcomes)
}
