//! The four jobs of the demo.

use std::time::Duration;

use batchwise::calltouch_import::{CalltouchCredentials, CalltouchImport, CalltouchQuota, ImportLogId};
use batchwise::calltouch_leads::{CalltouchLeads, LeadUpdate, RequestParams};
use batchwise::dellin_book::{BookObject, Credentials, DellinAccount};
use batchwise::thulium_campaign::{CampaignCustomer, CampaignId, CustomerId, ThuliumCampaign, ThuliumCredentials};
use batchwise::{BatchMethod, BuildError, InvalidRecord, Record, RunOptions, run_all};
use batchwise_emulator::{Kind, LeadKey, Method, Truth};

use super::chapter::{Chapter, Fact};
use super::world::CAMPAIGN;
use crate::failure::Failure;

/// The value that the demo writes to every lead.
const CONTRACT: &str = "A-17";

/// Five requests a second from this machine, for both Calltouch jobs.
pub(super) fn calltouch_quota() -> CalltouchQuota {
    CalltouchQuota::per_ip()
}

fn calltouch_credentials() -> Result<CalltouchCredentials, BuildError> {
    CalltouchCredentials::new("demo-token", "4242")
}

/// A thousand imports, two of them named twice.
pub(super) async fn import(base: &str, quota: &CalltouchQuota) -> Result<Chapter, Failure> {
    let method = CalltouchImport::builder(calltouch_credentials()?)
        .base_url(base)
        .quota(quota.clone())
        .build()?;
    let ids = (51_000..52_000).chain([51_007, 51_900]).map(ImportLogId::new);
    let title = "calltouch-import: delete 1,000 imports (5 requests a second)";
    Ok(tell(
        title,
        &[Method::CalltouchImport],
        method,
        ids.collect(),
        RunOptions::new(),
    )
    .await)
}

/// Leads found by the id of their request.
pub(super) async fn leads(base: &str, quota: &CalltouchQuota) -> Result<Chapter, Failure> {
    let method = CalltouchLeads::builder(calltouch_credentials()?)
        .base_url(base)
        .quota(quota.clone())
        .build()?;
    let leads: Result<Vec<LeadUpdate>, _> = (900_000_u64..900_250)
        .map(|id| {
            LeadUpdate::builder()
                .matching(RequestParams::by_request_id(id))
                .field("contract_no", CONTRACT)
                .overwrite(id % 10 != 0)
                .build()
        })
        .collect();
    let leads = leads.map_err(|error| Failure::fault(error.to_string()))?;
    let title = "calltouch-leads: add a custom field to 250 leads (the same five a second)";
    Ok(tell(title, &[Method::CalltouchLeads], method, leads, RunOptions::new()).await)
}

/// 240 objects of four kinds; a session lives for four calls.
pub(super) async fn book(base: &str) -> Result<Chapter, Failure> {
    let credentials = Credentials::password("+70000000000", "demo-password");
    let account = DellinAccount::builder("11111111-2222-3333-4444-555555555555", credentials)
        .base_url(base)
        .build()?;
    let kinds = [
        ("counteragent", 70_000),
        ("address", 810_000),
        ("phone", 920_000),
        ("contact", 930_000),
    ];
    let objects: Result<Vec<BookObject>, InvalidRecord> = (0..60)
        .flat_map(|at| kinds.map(|(kind, from)| format!("{kind}:{}", from + at)))
        .map(|key| key.parse())
        .collect();
    let objects = objects.map_err(|error| Failure::fault(error.to_string()))?;
    let title = "dellin-book: delete 240 address-book objects, children first (40 requests a minute)";
    Ok(tell(title, &[Method::DellinBook], account.book(), objects, RunOptions::new()).await)
}

/// 300 customers; some are in a call.
pub(super) async fn campaign(base: &str) -> Result<Chapter, Failure> {
    let invalid = |error: InvalidRecord| Failure::fault(error.to_string());
    let campaign: CampaignId = CAMPAIGN.parse().map_err(invalid)?;
    let credentials = ThuliumCredentials::new("demo_user", "demo-password")?;
    let method = ThuliumCampaign::builder(credentials)
        .base_url(base)
        .campaign(campaign)
        .build()?;
    let customers: Result<Vec<CampaignCustomer>, InvalidRecord> = (7_000..7_300)
        .map(|id| CustomerId::new(id).map(|customer| CampaignCustomer::new(campaign, customer)))
        .collect();
    let options = RunOptions::new().busy_wait(Duration::from_secs(1)).busy_rounds(3);
    let title = "thulium-campaign: remove 300 customers from campaign 00042";
    Ok(tell(
        title,
        &[Method::ThuliumCustomers],
        method,
        customers.map_err(invalid)?,
        options,
    )
    .await)
}

async fn tell<M: BatchMethod>(
    title: &'static str,
    methods: &'static [Method],
    method: M,
    records: Vec<M::Record>,
    options: RunOptions,
) -> Chapter {
    let keys: Vec<String> = records.iter().map(Record::key).collect();
    let report = run_all(method, records, options).await;
    Chapter::of(title, methods, &keys, &report.outcomes, report.summary)
}

fn removed(done: bool, existed: bool) -> Fact {
    Fact {
        done,
        reached: done || !existed,
    }
}

/// What the emulator did with an import.
pub(super) fn import_truth(truth: &Truth, key: &str) -> Fact {
    let id = key.parse().unwrap_or_default();
    removed(truth.calltouch.is_removed(&id), truth.calltouch.existed(&id))
}

/// What the emulator did with a lead.
pub(super) fn lead_truth(truth: &Truth, key: &str) -> Fact {
    let written = truth
        .leads
        .value(&LeadKey::request(key), "contract_no")
        .is_some_and(|value| value == CONTRACT);
    Fact {
        done: written,
        reached: written,
    }
}

/// What the emulator did with an address-book object.
pub(super) fn book_truth(truth: &Truth, key: &str) -> Fact {
    let (kind, id) = key.split_once(':').unwrap_or_default();
    let kind = match kind {
        "counteragent" => Kind::Counteragent,
        "address" => Kind::Address,
        "phone" => Kind::Phone,
        _ => Kind::Contact,
    };
    let id = id.parse().unwrap_or_default();
    removed(truth.dellin.is_removed(kind, id), truth.dellin.existed(kind, id))
}

/// What the emulator did with a customer.
pub(super) fn customer_truth(truth: &Truth, key: &str) -> Fact {
    let id = key.parse().unwrap_or_default();
    let existed = truth
        .thulium
        .campaign(CAMPAIGN)
        .is_some_and(|campaign| campaign.customers.existed(&id));
    removed(truth.thulium.is_removed(CAMPAIGN, id), existed)
}
