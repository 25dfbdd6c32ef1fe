//! Walks through an address book.

mod answer;
mod entry;
mod query;
mod walk;

pub use entry::BookEntry;
pub use query::{Anonymous, BookQuery};

pub(crate) use walk::BookWalk;
