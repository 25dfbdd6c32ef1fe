//! One run of a client in a world.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::task::Poll;
use std::time::Duration;

use batchwise_core::clock::Clock;
use batchwise_core::quota::{LocalQuota, QuotaHandle, Window};
use batchwise_core::test_util::FakeClock;
use batchwise_core::{BatchMethod, Descriptor, Identity, Record, RunOptions, StopToken, run};
use futures_util::StreamExt;

use super::evidence::{Evidence, Line};
use super::subject::RecordOf;
use super::told::Told;
use super::watched::{SharedSight, Watched, name_of};
use super::{Difficult, Subject, Wiring};
use crate::config::EmulatorConfig;
use crate::fault::FaultRule;
use crate::memory::InMemoryTransport;
use crate::truth::Truth;

/// More polls than any scenario can need: a job that takes them goes round and round.
const ENDLESS: u64 = 20_000_000;

/// When a run is stopped from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Halt {
    Never,
    /// By its token, after so many outcomes.
    Token(usize),
    /// By a deadline.
    Deadline(Duration),
    /// By dropping the stream, after so many outcomes.
    Drop(usize),
}

/// A run that is about to happen.
#[derive(Debug)]
pub(super) struct Trial<'s, S> {
    pub(super) subject: &'s S,
    pub(super) title: String,
    pub(super) numbers: Vec<u64>,
    pub(super) difficult: Difficult,
    pub(super) rules: Vec<FaultRule>,
    pub(super) halt: Halt,
    world: EmulatorConfig,
    options: RunOptions,
    concurrency: usize,
    max_records: Option<NonZeroUsize>,
    windows: Vec<Window>,
    latency: Duration,
}

impl<'s, S: Subject> Trial<'s, S> {
    /// A run of these records with the default options and no quota in a world without trouble.
    pub(super) fn of(subject: &'s S, title: impl Into<String>, numbers: impl IntoIterator<Item = u64>) -> Self {
        Self {
            subject,
            title: title.into(),
            numbers: numbers.into_iter().collect(),
            difficult: Difficult::default(),
            rules: Vec::new(),
            halt: Halt::Never,
            world: EmulatorConfig::default().quota_off(),
            options: RunOptions::new(),
            concurrency: 1,
            max_records: None,
            windows: Vec::new(),
            latency: Duration::from_millis(20),
        }
    }

    pub(super) fn difficult(mut self, difficult: Difficult) -> Self {
        self.difficult = difficult;
        self
    }

    pub(super) fn rule(mut self, rule: FaultRule) -> Self {
        self.rules.push(rule);
        self
    }

    pub(super) fn halt(mut self, halt: Halt) -> Self {
        self.halt = halt;
        self
    }

    pub(super) fn world(mut self, change: impl FnOnce(EmulatorConfig) -> EmulatorConfig) -> Self {
        self.world = change(self.world);
        self
    }

    pub(super) fn options(mut self, change: impl FnOnce(RunOptions) -> RunOptions) -> Self {
        self.options = change(self.options);
        self
    }

    pub(super) fn concurrency(mut self, calls: usize) -> Self {
        self.concurrency = calls;
        self
    }

    /// Batches no larger than this, so that few records make many requests.
    pub(super) fn max_records(mut self, records: usize) -> Self {
        self.max_records = NonZeroUsize::new(records);
        self
    }

    /// Paces the client by these windows.
    pub(super) fn windows(mut self, windows: Vec<Window>) -> Self {
        self.windows = windows;
        self
    }

    pub(super) fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Runs it and holds it against the law.
    pub(super) fn run(self) -> Told<'s, S> {
        let told = self.run_unchecked();
        told.check();
        told
    }

    fn run_unchecked(self) -> Told<'s, S> {
        let title = format!("{}, {} in flight", self.title, self.concurrency);
        let run = std::panic::AssertUnwindSafe(|| self.go());
        match std::panic::catch_unwind(run) {
            Ok(told) => told.titled(title),
            Err(panic) => {
                eprintln!("while running: {title}");
                std::panic::resume_unwind(panic);
            }
        }
    }

    fn go(self) -> Told<'s, S> {
        let clock = FakeClock::new();
        let world = self
            .subject
            .arrange(self.world, &self.difficult)
            .faults(self.rules.clone());
        let transport = InMemoryTransport::new(world, clock.shared()).latency(self.latency);
        let wiring = Wiring::new(
            Arc::new(transport.clone()),
            QuotaHandle::new(LocalQuota::on_clock(clock.shared(), self.windows)),
            clock.shared(),
        );
        let sight = SharedSight::default();
        let client = Watched::new(
            self.subject.client(&wiring),
            self.max_records,
            clock.shared(),
            SharedSight::clone(&sight),
        );
        let descriptor = client.descriptor().clone();
        let renewable = client.can_renew();
        let token = StopToken::new();
        let mut options = self
            .options
            .clock(clock.shared())
            .stop_token(token.clone())
            .concurrency(NonZeroUsize::new(self.concurrency).unwrap_or(NonZeroUsize::MIN));
        if let Halt::Deadline(after) = self.halt {
            options = options.deadline(after);
        }
        let records: Vec<RecordOf<S>> = self.numbers.iter().map(|number| self.subject.record(*number)).collect();
        let least = least_requests(&records, &descriptor);
        let unique = records
            .first()
            .is_some_and(|record| matches!(record.identity(), Identity::Content { .. }));
        let names = self.numbers.iter().copied().zip(records.iter().map(name_of)).collect();
        let calls = || sight.lock().unwrap_or_else(PoisonError::into_inner).calls.len();
        let mut calls_at_halt = None;
        let (outcomes, summary) = block_on(async {
            let mut stream = run(client, futures_util::stream::iter(records), options);
            let mut outcomes = Vec::new();
            loop {
                match self.halt {
                    Halt::Token(after) if outcomes.len() == after && !token.is_stopped() => {
                        calls_at_halt = Some(calls());
                        token.stop();
                    }
                    Halt::Drop(after) if outcomes.len() == after => {
                        calls_at_halt = Some(calls());
                        break;
                    }
                    _ => {}
                }
                match stream.next().await {
                    Some(outcome) => outcomes.push(outcome),
                    None => break,
                }
            }
            (outcomes, stream.summary())
        });
        if matches!(self.halt, Halt::Drop(_)) {
            // Whatever still slept would wake up now.
            clock.advance(Duration::from_secs(3600));
        }
        let truth: Truth = transport.truth();
        let mut sight = sight.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = (1..).zip(self.numbers.iter().copied().map(Line::Record)).collect();
        let facts = self
            .numbers
            .iter()
            .map(|number| (*number, self.subject.truth(&truth, *number)))
            .collect();
        let run = Evidence {
            lines,
            outcomes,
            summary,
            facts,
            difficult: self.difficult,
            names,
            unique,
            in_doubt: BTreeSet::new(),
            untold: BTreeSet::new(),
            calls: std::mem::take(&mut sight.calls),
            breaches: std::mem::take(&mut sight.breaches),
            dropped: matches!(self.halt, Halt::Drop(_)),
            calls_at_halt,
            deadline: match self.halt {
                Halt::Deadline(after) => Some(after),
                Halt::Never | Halt::Token(_) | Halt::Drop(_) => None,
            },
            descriptor,
        };
        Told {
            subject: self.subject,
            title: String::new(),
            rules: self.rules,
            run,
            truth,
            log: transport.log(),
            elapsed: clock.now(),
            renewable,
            least,
        }
    }
}

/// The least number of requests that carry these records: stage by stage, group by group, as full as limits allow.
#[must_use]
pub fn least_requests<R: Record>(records: &[R], descriptor: &Descriptor) -> u64 {
    let most_bytes = descriptor.max_bytes.map_or(usize::MAX, NonZeroUsize::get);
    let mut open: BTreeMap<(u8, u64), (usize, usize)> = BTreeMap::new();
    let mut requests = 0;
    for record in records {
        let (count, bytes) = open.entry((record.stage(), record.group())).or_default();
        let more = *bytes + record.encoded_len();
        if *count == 0 || *count == descriptor.max_records.get() || more > most_bytes {
            requests += 1;
            (*count, *bytes) = (1, descriptor.fixed_bytes + record.encoded_len());
        } else {
            (*count, *bytes) = (*count + 1, more);
        }
    }
    requests
}

/// Drives a future to its end on this thread.
fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = match tokio::runtime::Builder::new_current_thread().build() {
        Ok(runtime) => runtime,
        Err(error) => panic!("no runtime: {error}"),
    };
    runtime.block_on(async {
        let mut future = pin!(future);
        let mut polls = 0;
        std::future::poll_fn(|cx| {
            polls += 1;
            assert!(polls < ENDLESS, "{polls} polls and no end");
            match future.as_mut().poll(cx) {
                Poll::Ready(output) => Poll::Ready(output),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    })
}
