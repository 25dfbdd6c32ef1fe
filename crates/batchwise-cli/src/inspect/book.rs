//! Dellin's address book.

use batchwise::dellin_book::{BookKind, BookObject, BookQuery, DellinAccount};
use batchwise::{Identity, Record};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;

use super::{Inspect, Seen, Wanted};
use crate::reading::Reading;

/// The book of an account.
#[derive(Debug)]
pub(crate) struct Book(pub(crate) DellinAccount);

impl Inspect for Book {
    fn identity(&self, _scope: Option<&str>, key: &str) -> Option<Identity> {
        Some(key.parse::<BookObject>().ok()?.identity())
    }

    fn look<'a>(&'a self, wanted: &'a Wanted, reading: &'a Reading) -> BoxFuture<'a, Seen> {
        Box::pin(async move {
            let kinds: Vec<BookKind> = wanted.kinds.iter().filter_map(|kind| kind.parse().ok()).collect();
            let mut seen = Seen::default();
            if kinds.is_empty() {
                return seen;
            }
            let mut list = self.0.list(BookQuery::new().kinds(kinds), reading.options());
            while let Some(entry) = list.next().await {
                match entry {
                    Ok(entry) => {
                        reading.found();
                        seen.there.insert(entry.object.identity());
                    }
                    Err(error) => seen.failed.push((None, error)),
                }
            }
            seen
        })
    }
}
