//! The typed stream of batchwise.

use std::fs::File;
use std::io::{BufRead, BufReader};

use anyhow::Context;
use batchwise::calltouch_import::{CalltouchCredentials, CalltouchImport, CalltouchQuota, ImportLogId};
use batchwise::calltouch_leads::{CalltouchLeads, LeadUpdate};
use batchwise::dellin_book::{BookKind, BookObject, Credentials, DellinAccount, DellinBook};
use batchwise::quota::QuotaHandle;
use batchwise::thulium_campaign::{CampaignCustomer, CampaignId, CustomerId, ThuliumCampaign, ThuliumCredentials};
use batchwise::{BatchMethod, RunOptions, run as start};
use futures_util::{Stream, StreamExt, stream};

use crate::job::{Done, Job};
use crate::method::{Method, ids};

pub(super) async fn run(job: &Job) -> anyhow::Result<Done> {
    match job.method {
        Method::Import => count(import(job)?, stream::iter(ids(job.records).map(ImportLogId::new)), job).await,
        Method::Book => {
            let phones = ids(job.records).filter_map(|id| BookObject::new(BookKind::Phone, id).ok());
            count(book(job)?, stream::iter(phones), job).await
        }
        Method::Campaign => {
            let campaign: CampaignId = "00042".parse()?;
            let customers = ids(job.records).filter_map(move |id| {
                let customer = CustomerId::new(id).ok()?;
                Some(CampaignCustomer::new(campaign, customer))
            });
            count(campaigns(job)?, stream::iter(customers), job).await
        }
        Method::Leads => {
            let path = job.input.as_ref().context("--input is missing")?;
            let lines = BufReader::new(File::open(path)?).lines();
            let leads = lines.filter_map(|line| line.ok()?.parse::<LeadUpdate>().ok());
            let client = CalltouchLeads::builder(CalltouchCredentials::new("token", "1")?)
                .base_url(job.url.as_str())
                .quota(QuotaHandle::unlimited())
                .build()?;
            count(client, stream::iter(leads), job).await
        }
    }
}

/// Counts the outcomes that are in the wanted state.
async fn count<M: BatchMethod>(
    client: M,
    stream: impl Stream<Item = M::Record> + Send + 'static,
    job: &Job,
) -> anyhow::Result<Done> {
    let mut outcomes = start(client, stream, options(job));
    let mut records = 0;
    while let Some(outcome) = outcomes.next().await {
        records += u64::from(outcome.reached());
    }
    let failed_calls = outcomes.summary().failed_calls;
    Ok(Done { records, failed_calls })
}

pub(super) fn options(job: &Job) -> RunOptions {
    match job.concurrency {
        Some(calls) => RunOptions::new().concurrency(calls),
        None => RunOptions::new(),
    }
}

pub(super) fn import(job: &Job) -> anyhow::Result<CalltouchImport> {
    let mut builder = CalltouchImport::builder(CalltouchCredentials::new("token", "1")?).base_url(job.url.as_str());
    if !job.quota {
        builder = builder.quota(CalltouchQuota::from(QuotaHandle::unlimited()));
    }
    Ok(builder.build()?)
}

pub(super) fn book(job: &Job) -> anyhow::Result<DellinBook> {
    Ok(DellinAccount::builder("key", Credentials::session("session"))
        .base_url(job.url.as_str())
        .quota(QuotaHandle::unlimited())
        .build()?
        .book())
}

pub(super) fn campaigns(job: &Job) -> anyhow::Result<ThuliumCampaign> {
    Ok(ThuliumCampaign::builder(ThuliumCredentials::new("user", "pass")?)
        .base_url(job.url.as_str())
        .campaign("00042".parse()?)
        .build()?)
}
