//! Walks through lists over the answers of the input.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use batchwise_core::clock::{Clock, SharedClock, Sleep, Tick};
use batchwise_core::list::{ListOptions, ListStream};
use batchwise_core::quota::{LocalQuota, QuotaHandle};
use batchwise_core::transport::{SharedTransport, Transport, TransportError, TransportErrorKind};
use bytes::Bytes;
use futures_util::StreamExt;
use http::{Request, Response};

use crate::answers::{SECRET, now, split};

/// The line between one answer of an input and the next.
const PARTING: &[u8] = b"\n----\n";

/// Failed calls that one question can cost, whatever it is answered.
const MOST_FAILURES: usize = 8;

/// What a walk came to.
#[derive(Debug)]
pub struct Walked<T> {
    /// The entries that came.
    pub entries: Vec<T>,
    /// True when the list ended, and did not break off.
    pub whole: bool,
    /// The bodies that the walk went on from, one for each question that was answered.
    pub taken: Vec<Taken>,
}

/// A question and its answer.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Path and query, and the body, of the question.
    pub question: (String, Bytes),
    /// The body of the answer.
    pub answer: Bytes,
}

/// Brings one answer after the other; behind the last nothing is reached any more.
#[derive(Debug)]
struct InOrder {
    answers: Mutex<VecDeque<Response<Bytes>>>,
    asked: Mutex<Vec<Taken>>,
}

#[async_trait]
impl Transport for InOrder {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let response = self.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(Taken {
            question: (request.uri().to_string(), request.body().clone()),
            answer: response
                .as_ref()
                .map(|response| response.body().clone())
                .unwrap_or_default(),
        });
        response.ok_or_else(|| TransportError::new(TransportErrorKind::Connect))
    }
}

/// A clock whose sleeps end at once.
#[derive(Debug, Default)]
struct Jumping(Mutex<Tick>);

impl Clock for Jumping {
    fn now(&self) -> Tick {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.now().min(Duration::from_secs(u64::from(u32::MAX)))
    }

    fn sleep_until(&self, tick: Tick) -> Sleep {
        let mut time = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *time = tick.max(*time);
        Box::pin(std::future::ready(()))
    }

    fn jitter(&self) -> f64 {
        0.5
    }
}

/// Reads a list from the answers of an input: each as a single one is written, with a line `----` between two.
pub fn walk<T: Debug>(
    input: &[u8],
    list: impl FnOnce(SharedTransport, QuotaHandle, ListOptions) -> ListStream<T>,
) -> Walked<T> {
    let answers: VecDeque<Response<Bytes>> = answers(input)
        .map(|answer| {
            let (status, body) = split(answer);
            let mut response = Response::new(Bytes::copy_from_slice(body));
            *response.status_mut() = http::StatusCode::from_u16(status).expect("a status from 200 to 599");
            response
        })
        .collect();
    let count = answers.len();
    let transport = Arc::new(InOrder {
        answers: Mutex::new(answers),
        asked: Mutex::default(),
    });
    // One clock for all of it: a pause that the server asks for ends at once too.
    let clock: SharedClock = Arc::new(Jumping::default());
    let quota = QuotaHandle::new(LocalQuota::on_clock(Arc::clone(&clock), []));
    let options = ListOptions::new().clock(clock);
    let mut stream = list(Arc::clone(&transport) as SharedTransport, quota, options);
    let mut entries = Vec::new();
    let whole = loop {
        match now(stream.next()) {
            Some(Ok(entry)) => entries.push(entry),
            Some(Err(error)) => {
                let shown = format!("{error} {error:?}");
                assert!(!shown.contains(SECRET), "a secret is shown: {shown}");
                assert_eq!(
                    error.entries(),
                    entries.len() as u64,
                    "an error says how many entries came before it"
                );
                assert!(now(stream.next()).is_none(), "an error is the end");
                break false;
            }
            None => break true,
        }
    };
    let asked = std::mem::take(&mut *transport.asked.lock().unwrap_or_else(PoisonError::into_inner));
    assert!(
        asked.len() <= count + MOST_FAILURES,
        "{} calls for {count} answers",
        asked.len()
    );
    let moved_on = |at: usize| {
        asked
            .get(at + 1)
            .map_or(whole, |next| next.question != asked[at].question)
    };
    let taken = (0..asked.len())
        .filter(|at| moved_on(*at))
        .map(|at| asked[at].clone())
        .collect();
    Walked { entries, whole, taken }
}

fn answers(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(input);
    std::iter::from_fn(move || {
        let all = rest?;
        let end = all.windows(PARTING.len()).position(|line| line == PARTING);
        let (answer, left) = match end {
            Some(end) => (&all[..end], Some(&all[end + PARTING.len()..])),
            None => (all, None),
        };
        rest = left;
        Some(answer)
    })
}
