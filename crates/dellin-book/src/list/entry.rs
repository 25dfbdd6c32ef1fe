//! What a list is made of.

use crate::record::{BookKind, BookObject};
use crate::session_info::ServerTime;

/// One object of an address book, as the lists describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BookEntry {
    /// The object, as a deletion takes it.
    pub object: BookObject,
    /// What it is called: a counteragent's name, an address in words, a phone number, a person's name; empty where the
    /// answer has none.
    pub name: String,
    /// The object that it belongs to: an address' counteragent, a phone's or person's address.
    pub parent: Option<BookObject>,
    /// When it was last updated, by the server's own clock. An address, its phones and its contact persons have the time of
    /// the address' contact details. `None` where no answer has it.
    pub last_update: Option<ServerTime>,
    /// Whether its counteragent is an anonymous receiver; `None` where the answer does not say.
    pub anonymous: Option<bool>,
}

impl BookEntry {
    /// What it is.
    #[must_use]
    pub fn kind(&self) -> BookKind {
        self.object.kind()
    }
}
