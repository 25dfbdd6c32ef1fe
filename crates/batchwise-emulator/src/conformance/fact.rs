//! What truly happened to a record.

use crate::config::KeySet;
use crate::space::Space;

/// What truly happened to one record, as the emulator tells it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fact {
    /// It was there at the start (updates: it can be found).
    pub existed: bool,
    /// How often this job did it: removed it whole, or wrote its values.
    pub done: u32,
    /// A part of it is done and the rest is not (a phone number with several entries).
    pub partly: bool,
    /// It is in the wanted state now: not there, or with its value.
    pub reached: bool,
    /// Requests that arrived and carried it, where the emulator counts them.
    pub received: Option<u32>,
    /// Requests in which the server looked at it.
    pub looked_at: u32,
}

impl Fact {
    /// What happened to a record that one removes, by its key in its space.
    #[must_use]
    pub fn removed<S: KeySet>(space: &Space<S>, key: &S::Key) -> Self {
        let account = space.account(key);
        Self {
            existed: space.existed(key),
            done: u32::from(space.is_removed(key)),
            partly: false,
            reached: !space.exists(key),
            received: Some(account.received),
            looked_at: account.acted,
        }
    }
}
