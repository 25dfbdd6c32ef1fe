//! The loops that are compared. Each gives the number of records that were done.

mod by_hand;
mod deleter;
mod hyper_loop;
mod reqwest_loop;
mod stream;

use crate::job::{Job, Peer};

/// Runs the loop of a job.
pub(crate) async fn run(job: &Job) -> anyhow::Result<u64> {
    match job.peer {
        Peer::Hyper => hyper_loop::run(job).await,
        Peer::Reqwest => reqwest_loop::run(job).await,
        Peer::Stream => stream::run(job).await,
        Peer::Deleter => deleter::run(job).await,
    }
}
