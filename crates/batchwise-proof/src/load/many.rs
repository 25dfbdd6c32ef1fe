//! Very many jobs of one process under one quota, over real sockets and in true time.

use std::num::NonZeroU32;
use std::time::Instant;

use anyhow::Result;
use batchwise_core::quota::{QuotaHandle, Window};
use batchwise_core::{BatchMethod, RunOptions, Verdict, run_all};
use batchwise_emulator::{Emulator, EmulatorConfig, Method, Provider, QuotaConfig, Rate};
use calltouch_import::{CalltouchCredentials, CalltouchImport, ImportLogId};
use futures_util::future::join_all;

/// Calls that the provider allows in any second.
const A_SECOND: u32 = 200;

/// Records of a job: two calls.
const RECORDS: u64 = 150;

/// Runs the jobs all at once, each with a client of its own, and says what is not as it should be.
pub(crate) async fn run(jobs: u64) -> Result<Vec<String>> {
    let allowed = QuotaConfig {
        calltouch: vec![Rate::per_second(A_SECOND)],
        ..QuotaConfig::default()
    };
    let emulator = Emulator::start(EmulatorConfig::default().quota(allowed)).await?;
    let a_second = NonZeroU32::new(A_SECOND).unwrap_or(NonZeroU32::MIN);
    let quota = QuotaHandle::of_windows([Window::per_second(a_second)]);
    let one = CalltouchImport::builder(CalltouchCredentials::new("token", "4242")?)
        .base_url(emulator.base_url())
        .quota(quota.clone())
        .build()?;
    let started = Instant::now();
    let reports = join_all((0..jobs).map(|job| {
        let first = 1 + job * RECORDS;
        let records = (first..first + RECORDS).map(ImportLogId::new);
        run_all(one.clone(), records.collect::<Vec<_>>(), RunOptions::new())
    }))
    .await;
    let took = started.elapsed().as_secs_f64();
    let truth = emulator.truth();
    let tally = truth.tally(Method::CalltouchImport);
    let most = truth
        .windows
        .iter()
        .find(|window| window.provider == Provider::Calltouch);
    let most = most.map_or(0, |window| window.most);
    let deleted: u64 = reports
        .iter()
        .map(|report| report.summary.counts.of(Verdict::Deleted))
        .sum();
    let calls: u64 = reports.iter().map(|report| report.summary.calls).sum();
    println!(
        "{jobs} jobs of {RECORDS} records at once, one quota of {A_SECOND} calls a second: {calls} calls in {took:.1} s, \
         {:.0} a second; most that arrived in any second: {most}; refused for their rate: {}\n",
        calls as f64 / took,
        tally.over_quota
    );
    let mut broken = Vec::new();
    if tally.over_quota > 0 || most > usize::try_from(A_SECOND)? {
        broken.push(format!("{most} calls arrived in one second, {A_SECOND} were allowed"));
    }
    if deleted != jobs * RECORDS || truth.calltouch.removed_count() != deleted {
        let removed = truth.calltouch.removed_count();
        broken.push(format!(
            "{} records, {deleted} told deleted, {removed} deleted",
            jobs * RECORDS
        ));
    }
    let least = jobs * RECORDS.div_ceil(u64::try_from(one.descriptor().max_records.get())?);
    if calls != least {
        broken.push(format!("{calls} calls, where {least} are enough"));
    }
    emulator.shutdown().await;
    Ok(broken)
}
