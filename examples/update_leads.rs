//! Adds a custom field to Calltouch leads that are found by request id or by phone.
//!
//! `cargo run -p batchwise-examples --bin update_leads`

use std::num::NonZeroU32;

use batchwise::calltouch_leads::{
    CalltouchCredentials, CalltouchLeads, LeadContactParams, LeadUpdate, NEAREST, RequestParams,
};
use batchwise::{RunOptions, run_all};
use batchwise_emulator::{Emulator, EmulatorConfig};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let emulator = Emulator::start(EmulatorConfig::default()).await?;
    let credentials = CalltouchCredentials::new("a token", "a site id")?;
    // Leave `base_url` out to talk to Calltouch itself.
    let client = CalltouchLeads::builder(credentials)
        .base_url(emulator.base_url())
        .build()?;

    // Rows are tried from the top: the request's id first, then whoever has this phone.
    let by_phone = LeadContactParams::new()
        .phone("+7 (000) 000-00-00")
        .date("05-03-2024 14:30:00".parse()?)
        .type_to_match(NEAREST)
        .search_depth(NonZeroU32::MIN.saturating_add(1439));
    let lead = LeadUpdate::builder()
        .matching(RequestParams::by_request_id(900_100_u64))
        .matching(by_phone)
        .field("contract_no", "A-17")
        .field("amount", 123.4)
        .overwrite(true)
        .build()?;

    let report = run_all(client, [lead], RunOptions::new()).await;
    for outcome in &report.outcomes {
        println!(
            "line {}: {} {:?}",
            outcome.line,
            outcome.verdict,
            outcome.facts.get("request_id")
        );
    }
    Ok(())
}
