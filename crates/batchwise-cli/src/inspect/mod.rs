//! Looks into an account without changing anything: before a job's question, and after its end.

mod campaigns;

pub(crate) use campaigns::{CampaignClient, Campaigns};

use std::fmt;

use futures_util::future::BoxFuture;

/// Looks into an account.
pub(crate) trait Inspect: fmt::Debug + Send + Sync {
    /// Lines for the question before something is destroyed, in one call at most.
    fn foreword(&self) -> BoxFuture<'_, Vec<String>> {
        Box::pin(async { Vec::new() })
    }
}
