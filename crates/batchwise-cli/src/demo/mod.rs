//! `batchwise demo`: all four providers under trouble, held against the truth.

mod chapter;
mod killed;
mod stories;
mod world;

use std::time::Instant;

use batchwise_emulator::Emulator;

use crate::failure::{Exit, Failure};
use crate::stdout::print;

/// Starts the emulator with faults on purpose, runs the four jobs, and says whether every outcome is true.
pub(crate) async fn run() -> Result<Exit, Failure> {
    let started = Instant::now();
    let emulator = Emulator::start(world::config())
        .await
        .map_err(|error| Failure::fault(format!("the emulator cannot start: {error}")))?;
    print(
        "Four providers are emulated on this machine, with trouble on purpose; each job runs under its real quota.\n",
    )?;
    // The job that is killed has a place of its own: its calls are not to meet the others' trouble by chance.
    let other = Emulator::start(world::of_the_killed())
        .await
        .map_err(|error| Failure::fault(format!("the emulator cannot start: {error}")))?;
    let (base, other_base) = (emulator.base_url(), other.base_url());
    let (import, leads, book, campaign, killed) = {
        let shared = stories::calltouch_quota();
        tokio::join!(
            stories::import(&base, &shared),
            stories::leads(&base, &shared),
            stories::book(&base),
            stories::campaign(&base),
            killed::killed(&other_base),
        )
    };
    let (truth, log) = (emulator.truth(), emulator.log());
    let other_truth = other.truth();
    let chapters = [
        import?.hold(|key| stories::import_truth(&truth, key)),
        leads?.hold(|key| stories::lead_truth(&truth, key)),
        book?.hold(|key| stories::book_truth(&truth, key)),
        campaign?.hold(|key| stories::customer_truth(&truth, key)),
        killed?.hold(|key| stories::import_truth(&other_truth, key)),
    ];
    let (mut outcomes, mut untrue) = (0, 0);
    // The other emulator is slow on purpose, which is no trouble.
    let none = Vec::new();
    let logs = [&log, &log, &log, &log, &none];
    for (chapter, log) in chapters.iter().zip(logs) {
        print(&chapter.text(log))?;
        outcomes += chapter.outcomes;
        untrue += chapter.untrue.len();
    }
    let took = started.elapsed().as_secs_f64();
    emulator.shutdown().await;
    other.shutdown().await;
    if untrue == 0 {
        print(&format!(
            "\n{outcomes} records, {outcomes} outcomes, every one true to what the emulator did ({took:.1} s).\n"
        ))?;
        return Ok(Exit::Reached);
    }
    print(&format!(
        "\n{outcomes} outcomes, {untrue} of them NOT true to what the emulator did.\n"
    ))?;
    Ok(Exit::Fault)
}
