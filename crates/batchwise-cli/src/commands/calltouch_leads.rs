//! `batchwise calltouch-leads add-fields`.

use batchwise::RunOptions;
use batchwise::calltouch_leads::{CalltouchLeads, LeadUpdate};
use serde_json::Value;

use super::Environment;
use super::calltouch_import::{account, quota};
use crate::args::JobArgs;
use crate::failure::{Exit, Failure};
use crate::input::{Shape, Source, mask_contacts};
use crate::job::Job;
use crate::target::Target;

/// Adds custom fields to leads.
pub(crate) async fn add_fields(environment: &Environment, args: &JobArgs) -> Result<Exit, Failure> {
    if args.column.is_some() {
        return Err(Failure::usage(
            "--column: leads are NDJSON, one object a line; there is no column to name",
        ));
    }
    if args.input.is_none() {
        return Err(Failure::usage(
            "no leads: give a file with -i FILE, or a pipe with -i -",
        ));
    }
    let source = Source::of(Vec::new(), args.input.as_deref())?;
    let (credentials, base) = account(environment, args)?;
    let target = Target {
        provider: "calltouch-leads",
        verb: "write to",
        records: ["lead", "leads"],
        host: base.host().to_owned(),
        loopback: base.is_loopback(),
        account: credentials.site_id().to_owned(),
        contacts: true,
        campaigns: None,
    };
    let method = CalltouchLeads::builder(credentials)
        .base_url(base.as_str())
        .allow_http(args.allow_http)
        .transport_options(args.transport()?)
        .quota(quota(args.rate))
        .build()?;
    let job = Job {
        method,
        shape: LeadShape,
        target,
        with_campaign: false,
        led_by_line: true,
        options: RunOptions::new(),
    };
    job.run(args, source).await
}

/// Leads in the provider's own JSON.
#[derive(Debug)]
pub(crate) struct LeadShape;

impl Shape for LeadShape {
    type Record = LeadUpdate;

    fn of_text(&self, _text: &str) -> Result<Vec<LeadUpdate>, String> {
        Err("expected a lead as a JSON object, such as {\"matching\": [...], \"addCustomFields\": {...}}".to_owned())
    }

    fn columns(&self) -> &'static [&'static [&'static str]] {
        &[]
    }

    fn of_columns(&self, _values: &[&str]) -> Result<Vec<LeadUpdate>, String> {
        self.of_text("")
    }

    fn of_json(&self, value: Value) -> Result<Vec<LeadUpdate>, String> {
        let lead = LeadUpdate::from_json(&value).map_err(|error| mask_contacts(&error.to_string()))?;
        Ok(vec![lead])
    }

    fn destroys(&self, record: &LeadUpdate) -> bool {
        record.overwrite()
    }

    fn shown(&self, record: &LeadUpdate) -> String {
        record.masked_key().to_owned()
    }

    fn shown_text(&self, text: &str) -> String {
        mask_contacts(text)
    }
}
