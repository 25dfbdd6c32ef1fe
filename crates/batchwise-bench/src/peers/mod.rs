//! The loops that are compared. Each tells how many records were done.

mod by_hand;
mod deleter;
mod hyper_loop;
mod reqwest_loop;
mod stream;

use crate::job::{Done, Job, Peer};

/// Runs the loop of a job.
pub(crate) async fn run(job: &Job) -> anyhow::Result<Done> {
    match job.peer {
        Peer::Hyper => hyper_loop::run(job).await.map(Done::from),
        Peer::Reqwest => reqwest_loop::run(job).await.map(Done::from),
        Peer::Stream => stream::run(job).await,
        Peer::Deleter => deleter::run(job).await.map(Done::from),
    }
}
