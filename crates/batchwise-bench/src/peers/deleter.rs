//! batchwise through its common trait: keys come as texts, the client is behind a pointer.

use anyhow::bail;
use batchwise::BatchDeleter;
use futures_util::{StreamExt, stream};

use super::stream::{book, campaigns, import, options};
use crate::job::Job;
use crate::method::{Method, ids};

pub(super) async fn run(job: &Job) -> anyhow::Result<u64> {
    let deleter: Box<dyn BatchDeleter> = match job.method {
        Method::Import => Box::new(import(job)?),
        Method::Book => Box::new(book(job)?),
        Method::Campaign => Box::new(campaigns(job)?),
        Method::Leads => bail!("leads are updated, not deleted"),
    };
    let kind = if job.method == Method::Book { "phone:" } else { "" };
    let keys = stream::iter(ids(job.records).map(move |id| format!("{kind}{id}")));
    let mut outcomes = deleter.delete(Box::pin(keys), options(job));
    let mut done = 0;
    while let Some(outcome) = outcomes.next().await {
        done += u64::from(outcome.reached());
    }
    Ok(done)
}
