//! The loop that a good user of reqwest and serde would write.

use std::time::Duration;

use anyhow::ensure;
use futures_util::{StreamExt, stream};

use super::by_hand::{Outcome, Request, outcomes, requests};
use crate::job::Job;
use crate::method::Method;

pub(super) async fn run(job: &Job) -> anyhow::Result<u64> {
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(30))
        .no_proxy()
        .build()?;
    let method = job.method;
    let mut batches = stream::iter(requests(job)?)
        .map(|request| {
            let client = &client;
            async move { call(client, method, request?).await }
        })
        .buffer_unordered(job.calls());
    let mut done = 0;
    while let Some(batch) = batches.next().await {
        for outcome in batch? {
            done += u64::from(outcome.done);
        }
    }
    Ok(done)
}

async fn call(client: &reqwest::Client, method: Method, request: Request) -> anyhow::Result<Vec<Outcome>> {
    let mut builder = client.request(request.verb, request.url);
    for (name, value) in request.headers {
        builder = builder.header(*name, *value);
    }
    let response = builder.body(request.body).send().await?;
    ensure!(response.status().is_success(), "{}", response.status());
    outcomes(method, &request.sent, &response.bytes().await?)
}
