//! What a provider crate implements: one batch method.

use std::fmt;
use std::future::Future;

use crate::descriptor::Descriptor;
use crate::error::CallError;
use crate::quota::QuotaHandle;
use crate::record::{InvalidRecord, Record};
use crate::reply::Reply;

/// A method of a provider that takes a batch of records in one HTTP request.
///
/// Authors write `async fn call` and `async fn renew`. Each makes **one HTTP call**: no loops, no retries, no sleeping,
/// no quota. The driver does all of that, the same way for every method.
pub trait BatchMethod: fmt::Debug + Send + Sync + 'static {
    /// What goes in.
    type Record: Record;

    /// Limits and semantics.
    fn descriptor(&self) -> &Descriptor;

    /// The quotas that a call counts against, slowest first; the last is asked right before the call.
    ///
    /// Clones of a client that share their connections give the same handles: a clone of a handle is another caller, with
    /// connections of its own.
    fn quotas(&self) -> &[QuotaHandle];

    /// What a call with these records costs.
    fn cost(&self, records: &[Self::Record]) -> u32 {
        let _ = records;
        1
    }

    /// Sends these records in one request. Never called with none, nor with more than the descriptor allows, nor with
    /// records of different groups.
    fn call(&self, records: &[Self::Record]) -> impl Future<Output = Result<Reply, CallError>> + Send;

    /// True when refused credentials can be renewed with [`renew`](Self::renew) (a session, not a static token).
    fn can_renew(&self) -> bool {
        false
    }

    /// True when a call made now would find no session, so that the login should come first.
    fn needs_renewal(&self) -> bool {
        false
    }

    /// Renews the credentials that `refused` was refused with, in one HTTP call, or none when someone else did meanwhile.
    ///
    /// Returns `true` when a call was made.
    fn renew(&self, refused: &CallError) -> impl Future<Output = Result<bool, CallError>> + Send {
        let error = refused.clone();
        async move { Err(error) }
    }
}

/// A method that deletes, and so can be driven by text keys through [`BatchDeleter`](crate::BatchDeleter).
pub trait Deletes: BatchMethod {
    /// Reads a record's key: `51001`, `counteragent:70011`, `7001`.
    ///
    /// # Errors
    /// [`InvalidRecord`] with what was expected.
    fn parse_key(&self, key: &str) -> Result<Self::Record, InvalidRecord>;
}
