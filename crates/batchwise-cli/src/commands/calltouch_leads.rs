//! `batchwise calltouch-leads add-fields`.

use std::io::{self, Write};

use batchwise::RunOptions;
use batchwise::calltouch_leads::{CalltouchLeads, LeadUpdate, MAX_RECORDS};

use super::calltouch_import::{account, quota};
use crate::args::{JobArgs, LeadsArgs};
use crate::failure::{Exit, Failure};
use crate::input::Source;
use crate::job::Job;
use crate::leads::{LeadShape, Mapping};
use crate::notes::say;
use crate::settings::Environment;
use crate::target::Target;

/// Adds custom fields to leads.
pub(crate) async fn add_fields(environment: &Environment, leads: &LeadsArgs, args: &JobArgs) -> Result<Exit, Failure> {
    if args.reading.column.is_some() {
        return Err(Failure::usage(
            "--column: a lead is more than a key; name columns with --map FILE, or --match-... COLUMN and --field",
        ));
    }
    if args.input.is_none() {
        return Err(Failure::usage(
            "no leads: give a file with -i FILE, or a pipe with -i -",
        ));
    }
    let source = Source::of(Vec::new(), args)?;
    let shape = LeadShape {
        mapping: Mapping::of(leads)?,
    };
    if let Some(count) = leads.preview {
        return preview(&shape, &source, count, args.keep_going);
    }
    let warnings = shape.mapping.iter().flat_map(Mapping::warnings);
    warnings
        .filter(|_| !args.connect.quiet)
        .for_each(|warning| say(&warning));
    let (credentials, base) = account(environment, &args.connect)?;
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
        .allow_http(args.connect.allow_http)
        .transport_options(args.connect.transport()?)
        .quota(quota(args.connect.rate))
        .build()?;
    let job = Job {
        method,
        shape,
        target,
        with_campaign: false,
        led_by_line: true,
        options: RunOptions::new(),
        inspect: None,
        verify: false,
        map: leads.map.clone(),
    };
    job.run(args, source).await
}

/// Prints the requests that the first leads would make; nothing is sent, and no credentials are needed.
fn preview(shape: &LeadShape, source: &Source, count: u64, keep_going: bool) -> Result<Exit, Failure> {
    let leads = source.first(shape, count, keep_going)?;
    let mut text = String::new();
    for batch in leads.chunks(MAX_RECORDS) {
        let leads: Vec<&str> = batch.iter().map(LeadUpdate::as_json).collect();
        text.push_str(&format!("{{\"leads\":[\n{}\n]}}\n", leads.join(",\n")));
    }
    io::stdout()
        .write_all(text.as_bytes())
        .map_err(|error| Failure::unwritable(&error))?;
    Ok(Exit::Reached)
}
