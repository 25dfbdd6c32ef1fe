//! Dellin's address book.

use batchwise::dellin_book::{BookKind, BookObject, BookQuery, DellinAccount};
use batchwise::list::ListOptions;
use batchwise::{Identity, Record};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;

use super::{Inspect, Seen, Wanted};

/// The book of an account.
#[derive(Debug)]
pub(crate) struct Book(pub(crate) DellinAccount);

impl Inspect for Book {
    fn identity(&self, _scope: Option<&str>, key: &str) -> Option<Identity> {
        Some(key.parse::<BookObject>().ok()?.identity())
    }

    fn look<'a>(&'a self, wanted: &'a Wanted, options: ListOptions) -> BoxFuture<'a, Seen> {
        Box::pin(async move {
            let kinds: Vec<BookKind> = wanted.kinds.iter().filter_map(|kind| kind.parse().ok()).collect();
            let mut seen = Seen::default();
            if kinds.is_empty() {
                return seen;
            }
            let mut list = self.0.list(BookQuery::new().kinds(kinds), options);
            while let Some(entry) = list.next().await {
                match entry {
                    Ok(entry) => {
                        seen.there.insert(entry.object.identity());
                    }
                    Err(error) => seen.failed.push((None, error)),
                }
            }
            seen
        })
    }
}
