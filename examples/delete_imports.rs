//! Deletes Calltouch import logs and prints what became of each.
//!
//! `cargo run -p batchwise-examples --bin delete_imports`

use batchwise::calltouch_import::{CalltouchCredentials, CalltouchImport, ImportLogId};
use batchwise::{RunOptions, Verdict, run};
use batchwise_emulator::{Emulator, EmulatorConfig};
use futures_util::{StreamExt, stream};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let emulator = Emulator::start(EmulatorConfig::default()).await?;
    let credentials = CalltouchCredentials::new("a token", "a site id")?;
    // Leave `base_url` out to talk to Calltouch itself.
    let client = CalltouchImport::builder(credentials)
        .base_url(emulator.base_url())
        .build()?;

    // Any stream of ids will do; the job takes from it only as fast as the outcomes are taken.
    let ids = stream::iter((51_001..=51_250).map(ImportLogId::new));
    let mut outcomes = run(client, ids, RunOptions::new());
    while let Some(outcome) = outcomes.next().await {
        match outcome.verdict {
            Verdict::Deleted | Verdict::NotFound | Verdict::PresumedDeleted => {}
            other => println!("{}: {other} ({})", outcome.key(), outcome.detail().unwrap_or_default()),
        }
    }
    let summary = outcomes.summary();
    println!(
        "{} deleted in {} calls",
        summary.counts.of(Verdict::Deleted),
        summary.calls
    );
    Ok(())
}
