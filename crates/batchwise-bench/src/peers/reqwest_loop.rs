//! The loop that a good user of reqwest and serde would write.

use std::time::Duration;

use anyhow::ensure;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::by_hand::{Request, done, requests};
use crate::job::Job;
use crate::method::Method;

pub(super) async fn run(job: &Job) -> anyhow::Result<u64> {
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(30))
        .no_proxy()
        .build()?;
    let method = job.method;
    stream::iter(requests(job)?)
        .map(|request| {
            let client = &client;
            async move { call(client, method, request?).await }
        })
        .buffer_unordered(job.concurrency.get())
        .try_fold(0, |sum, done| async move { Ok(sum + done) })
        .await
}

async fn call(client: &reqwest::Client, method: Method, request: Request) -> anyhow::Result<u64> {
    let mut builder = client.request(request.verb, request.url);
    for (name, value) in request.headers {
        builder = builder.header(*name, *value);
    }
    let response = builder.body(request.body).send().await?;
    ensure!(response.status().is_success(), "{}", response.status());
    done(method, &request.sent, &response.bytes().await?)
}
