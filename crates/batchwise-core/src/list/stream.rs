//! The stream of entries.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::StreamExt;

use super::reader::Reader;
use super::{ListError, ListMethod, ListOptions};

/// The entries of a list, then its end, or the [`ListError`] that says why it is not whole.
///
/// The walk goes on while the stream is polled; nothing is spawned, and no more than one answer is ahead of what was taken.
#[must_use = "the list is read only while the stream is polled"]
pub struct ListStream<T>(Pin<Box<dyn Stream<Item = Result<T, ListError>> + Send>>);

/// A walk under way.
struct Walk<M: ListMethod> {
    method: M,
    reader: Reader,
    ready: VecDeque<M::Item>,
    entries: u64,
    failed: bool,
}

impl<M: ListMethod> Walk<M> {
    /// The next entry; `None` when the list is whole, and after an error.
    async fn next(&mut self) -> Option<Result<M::Item, ListError>> {
        loop {
            if let Some(entry) = self.ready.pop_front() {
                self.entries += 1;
                return Some(Ok(entry));
            }
            if self.failed || self.method.is_whole() {
                return None;
            }
            let answered = match self.reader.answer(&self.method).await {
                Ok(answer) => self.method.take(answer).map_err(ListError::of_flaw),
                Err(error) => Err(error),
            };
            match answered {
                Ok(entries) => self.ready.extend(entries),
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error.after(self.entries, self.reader.calls())));
                }
            }
        }
    }
}

/// Reads a list, from its first question to its last.
pub fn list<M: ListMethod>(method: M, options: ListOptions) -> ListStream<M::Item> {
    let walk = Walk {
        method,
        reader: Reader::new(options),
        ready: VecDeque::new(),
        entries: 0,
        failed: false,
    };
    let entries = futures_util::stream::unfold(Box::new(walk), |mut walk| async move {
        let entry = walk.next().await?;
        Some((entry, walk))
    });
    ListStream(Box::pin(entries.fuse()))
}

impl<T> ListStream<T> {
    /// The whole list.
    ///
    /// # Errors
    /// [`ListError`] when it is not whole; what came before is dropped.
    pub async fn whole(mut self) -> Result<Vec<T>, ListError> {
        let mut entries = Vec::new();
        while let Some(entry) = self.0.next().await {
            entries.push(entry?);
        }
        Ok(entries)
    }
}

impl<T> Stream for ListStream<T> {
    type Item = Result<T, ListError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
    }
}

impl<T> fmt::Debug for ListStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListStream").finish_non_exhaustive()
    }
}
