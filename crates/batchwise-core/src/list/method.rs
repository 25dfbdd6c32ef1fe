//! What a provider crate implements: one walk through a list.

use std::fmt;
use std::future::Future;

use super::Flaw;
use crate::error::CallError;
use crate::quota::QuotaHandle;

/// A walk through a list, question by question.
///
/// `ask` and `renew` make **one HTTP call** each: no loops, no retries, no sleeping, no quota. [`list`](super::list) does
/// all of that, the same way for every list.
pub trait ListMethod: fmt::Debug + Send + Sync + 'static {
    /// What the list is made of.
    type Item: Send + 'static;

    /// A readable answer.
    type Answer: Send + 'static;

    /// The quotas that a call counts against, slowest first, as in [`BatchMethod::quotas`](crate::BatchMethod::quotas).
    fn quotas(&self) -> &[QuotaHandle];

    /// Asks the question that is next; asked again it is the same one. Never called when the list is whole.
    fn ask(&self) -> impl Future<Output = Result<Self::Answer, CallError>> + Send;

    /// Takes the answer to that question, moves on, and gives the entries that are ready.
    ///
    /// # Errors
    /// [`Flaw`] when the answer contradicts another one: the list ends there.
    fn take(&mut self, answer: Self::Answer) -> Result<Vec<Self::Item>, Flaw>;

    /// True when there is nothing left to ask, because everything was answered.
    fn is_whole(&self) -> bool;

    /// True when refused credentials can be renewed with [`renew`](Self::renew) (a session, not a static token).
    fn can_renew(&self) -> bool {
        false
    }

    /// True when a call made now would find no session, so that the login should come first.
    fn needs_renewal(&self) -> bool {
        false
    }

    /// Renews the credentials that `refused` was refused with, as [`BatchMethod::renew`](crate::BatchMethod::renew) does.
    fn renew(&self, refused: &CallError) -> impl Future<Output = Result<bool, CallError>> + Send {
        let error = refused.clone();
        async move { Err(error) }
    }
}
