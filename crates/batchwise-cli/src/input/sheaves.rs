//! Entries on their way from the thread that reads to the job: several at once, and none kept back while the reader waits.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::Sender;

/// Entries that cross at once: each crossing costs more than reading an id.
const TOGETHER: usize = 64;

/// Sheaves that wait for the job.
pub(super) const READ_AHEAD: usize = 16;

/// The side of the reader.
pub(super) struct Sheaves<T> {
    sender: Sender<Vec<T>>,
    open: Mutex<Vec<T>>,
}

impl<T> Sheaves<T> {
    pub(super) fn new(sender: Sender<Vec<T>>) -> Self {
        Self {
            sender,
            open: Mutex::default(),
        }
    }

    /// Adds an entry; false when nobody takes it.
    pub(super) fn push(&self, entry: T) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.push(entry);
        let is_full = open.len() >= TOGETHER;
        drop(open);
        !is_full || self.hand_over()
    }

    /// Hands over what there is; false when nobody takes it.
    pub(super) fn hand_over(&self) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.is_empty() {
            return true;
        }
        let entries = std::mem::replace(&mut *open, Vec::with_capacity(TOGETHER));
        drop(open);
        self.sender.blocking_send(entries).is_ok()
    }
}

/// What is done before an input is waited for.
pub(super) type BeforeWaiting = Arc<dyn Fn() + Send + Sync>;

/// An input that may be long in coming.
pub(super) struct Awaited<R> {
    pub(super) input: R,
    pub(super) before: Option<BeforeWaiting>,
}

impl<R: Read> Read for Awaited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(before) = &self.before {
            before();
        }
        self.input.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};

    use super::*;

    fn pair() -> (Arc<Sheaves<u32>>, tokio::sync::mpsc::Receiver<Vec<u32>>) {
        let (sender, receiver) = tokio::sync::mpsc::channel(READ_AHEAD);
        (Arc::new(Sheaves::new(sender)), receiver)
    }

    #[test]
    fn a_full_sheaf_goes_by_itself_and_the_rest_when_it_is_told() {
        let (sheaves, mut receiver) = pair();
        assert!((0..70).all(|entry| sheaves.push(entry)));
        assert_eq!(receiver.try_recv().unwrap(), (0..64).collect::<Vec<_>>());
        assert!(receiver.try_recv().is_err());
        assert!(sheaves.hand_over());
        assert_eq!(receiver.try_recv().unwrap(), (64..70).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_is_handed_to_nobody() {
        let (sheaves, receiver) = pair();
        drop(receiver);
        assert!(sheaves.push(1));
        assert!(!sheaves.hand_over());
    }

    #[test]
    fn what_was_read_is_handed_over_before_more_is_waited_for() {
        let (sheaves, mut receiver) = pair();
        let handed = Arc::clone(&sheaves);
        let input = Awaited {
            input: &b"one\ntwo\nthree\n"[..],
            before: Some(Arc::new(move || {
                handed.hand_over();
            })),
        };
        // Two lines come with the first read.
        let mut lines = BufReader::with_capacity(8, input).lines();
        for entry in [1, 2] {
            lines.next().unwrap().unwrap();
            sheaves.push(entry);
        }
        assert!(receiver.try_recv().is_err());
        assert_eq!(lines.next().unwrap().unwrap(), "three");
        assert_eq!(receiver.try_recv().unwrap(), [1, 2]);
    }
}
