//! Deletes Dellin address-book objects, children before parents, over one shared session.
//!
//! `cargo run -p batchwise-examples --bin clean_address_book`

use batchwise::dellin_book::{BookObject, Credentials, DellinAccount};
use batchwise::{RunOptions, run_all};
use batchwise_emulator::{Emulator, EmulatorConfig};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let emulator = Emulator::start(EmulatorConfig::default()).await?;
    // The account holds credentials, session and quota; every client made from it shares them.
    let account = DellinAccount::builder("an application key", Credentials::pat("a personal access token"))
        .base_url(emulator.base_url()) // leave it out to talk to Dellin itself
        .build()?;

    let keys = ["counteragent:70011", "address:810022", "phone:920031", "contact:930041"];
    let objects: Vec<BookObject> = keys.iter().map(|key| key.parse()).collect::<Result<_, _>>()?;
    let report = run_all(account.book(), objects, RunOptions::new()).await;
    for outcome in &report.outcomes {
        println!("{}: {}", outcome.key(), outcome.verdict);
    }
    println!("{} calls, {} login", report.summary.calls, report.summary.logins);
    Ok(())
}
