//! Plays a case, and holds it against what truly happened.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::num::NonZeroUsize;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::task::Poll;

use anyhow::Result;
use batchwise_core::clock::Clock;
use batchwise_core::quota::{LocalQuota, QuotaHandle};
use batchwise_core::test_util::FakeClock;
use batchwise_core::transport::{ReqwestTransport, SharedTransport};
use batchwise_core::{BaseUrl, BatchMethod, Identity, Outcome, OutcomeStream, Record, RunOptions, run};
use batchwise_emulator::conformance::{
    Difficult, Difficulty, Evidence, Fact, Line as Told, RecordOf, SharedSight, Subject, Watched, Wiring,
    least_requests, name_of,
};
use batchwise_emulator::{EmulatorConfig, Fault, FaultRule};
use bytes::Bytes;
use futures_util::StreamExt;
use http::uri::{Authority, Scheme};
use http::{Request, Uri};

use super::case::{Case, Ended, Place, Played};
use super::line::{Hung, Line};
use crate::still::{MovingClock, Still};
use crate::subjects::book::Book;
use crate::subjects::campaigns::{Customers, Phones};
use crate::subjects::imports::Imports;
use crate::subjects::leads::Leads;
use crate::wires::{Issuer, Served, Wire};

/// Records of a run.
const RECORDS: u64 = 24;

/// Records in a request, so that few records make several requests.
const MOST_RECORDS: usize = 6;

/// The one that is not there.
const ABSENT: u64 = 5;

/// Beyond the least number: the budget of retries, what its refills allow, and the search for a bad record in each batch.
const MOST_CALLS_MORE: u64 = 50 + 64;

/// A thread's runtime, and a client's connections over each wire.
pub(crate) struct Stage<'a> {
    issuer: &'a Issuer,
    sockets: Vec<(Wire, SharedTransport, std::time::Duration)>,
    still: Still,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(issuer: &'a Issuer) -> Result<Self> {
        let still = Still::new()?;
        let mut sockets: Vec<(Wire, SharedTransport, std::time::Duration)> = Vec::new();
        for wire in Wire::ALL {
            // Which server is the affair of each request.
            let base = BaseUrl::parse(&format!("{}://127.0.0.1", wire.scheme()), false)?;
            let options = wire.options(issuer);
            let socket = ReqwestTransport::new(&base, &options)?;
            sockets.push((wire, Arc::new(socket), options.timeout));
        }
        Ok(Self { issuer, sockets, still })
    }

    pub(crate) fn play(&self, case: &Case) -> Result<Ended> {
        match case.played {
            Played::Imports => self.play_on(case, &Imports::default()),
            Played::Leads => self.play_on(case, &Leads),
            Played::BookJson => self.play_on(case, &Book::password(dellin_book::Wire::Json)),
            Played::BookXml => self.play_on(case, &Book::password(dellin_book::Wire::Xml)),
            Played::Customers => self.play_on(case, &Customers::default()),
            Played::Phones => self.play_on(case, &Phones::default()),
        }
    }

    fn play_on<S: Subject>(&self, case: &Case, subject: &S) -> Result<Ended> {
        self.still.block_on(self.go(case, subject))
    }

    async fn go<S: Subject>(&self, case: &Case, subject: &S) -> Result<Ended> {
        let records: Vec<RecordOf<S>> = (0..RECORDS).map(|number| subject.record(number)).collect();
        let clock = FakeClock::manual();
        let quota = QuotaHandle::new(LocalQuota::on_clock(clock.shared(), []));
        let sight = SharedSight::default();
        let watched = |transport: SharedTransport| {
            let wiring = Wiring::new(transport, quota.clone(), clock.shared());
            let most = NonZeroUsize::new(MOST_RECORDS);
            Watched::new(
                subject.client(&wiring),
                most,
                clock.shared(),
                SharedSight::clone(&sight),
            )
        };
        let socket = self.sockets.iter().find(|(wire, ..)| *wire == case.wire);
        let (_, socket, timeout) = socket.ok_or_else(|| anyhow::anyhow!("no such wire"))?;
        let least = least_requests(&records, watched(Arc::clone(socket)).descriptor());

        let mut difficult = Difficult::default();
        difficult.set(ABSENT, Difficulty::Absent);
        let world = subject.arrange(EmulatorConfig::default().quota_off(), &difficult);
        let world = world.fault(rule(case, least).on(subject.method()));
        let served = Arc::new(Served::start(case.wire, world, case.fault, MovingClock::shared(), self.issuer).await?);

        let hung = matches!(case.fault, Fault::HangBefore | Fault::HangAfter).then(|| -> Hung {
            let served = Arc::clone(&served);
            Arc::new(move || served.log().len())
        });
        let line = Line::new(
            Arc::new(Towards::new(&served.base_url(), Arc::clone(socket))?),
            clock.clone(),
            *timeout,
            hung,
        );
        let under_way = line.under_way();
        let client = watched(Arc::new(line));
        let descriptor = client.descriptor().clone();
        // One after another, so that a fault meets the request that the matrix names.
        let options = RunOptions::new().clock(clock.shared()).concurrency(NonZeroUsize::MIN);
        let mut stream = run(client, futures_util::stream::iter(records.clone()), options);
        let mut outcomes = Vec::new();
        while let Some(outcome) = next(&mut stream, &clock, || under_way.load(Ordering::SeqCst) == 0).await {
            outcomes.push(outcome);
        }
        let summary = stream.summary();
        drop(stream);

        let truth = served.truth();
        let mut sight = sight.lock().unwrap_or_else(PoisonError::into_inner);
        let unique = records
            .first()
            .is_some_and(|record| matches!(record.identity(), Identity::Content { .. }));
        let evidence = Evidence {
            lines: (1..).zip((0..RECORDS).map(Told::Record)).collect(),
            facts: (0..RECORDS)
                .map(|number| (number, fact(case, subject.truth(&truth, number))))
                .collect(),
            names: (0..).zip(records.iter().map(name_of)).collect(),
            outcomes,
            summary,
            difficult,
            unique,
            in_doubt: BTreeSet::new(),
            untold: BTreeSet::new(),
            calls: std::mem::take(&mut sight.calls),
            breaches: std::mem::take(&mut sight.breaches),
            dropped: false,
            calls_at_halt: None,
            deadline: None,
            descriptor,
        };
        let mut broken: Vec<String> = evidence.breaches().iter().map(ToString::to_string).collect();
        let tally = truth.tally(subject.method());
        let (calls, arrived) = (evidence.summary.calls, tally.received + tally.refused);
        if calls != arrived {
            broken.push(format!("calls: {calls} were counted, {arrived} came to the server"));
        }
        let most = 2 * least + MOST_CALLS_MORE;
        if calls > most {
            broken.push(format!("calls: {calls}, and {most} are the most"));
        }
        if truth.strays > 0 {
            broken.push(format!("calls: {} to addresses that nobody has", truth.strays));
        }
        Ok(Ended {
            counts: evidence.summary.counts.iter().collect(),
            calls,
            stop: evidence.summary.stop.as_ref().map(batchwise_core::Reason::kind),
            broken,
        })
    }
}

/// On a socket a refusal comes when the request is there: it was carried, although the provider's account says that it never
/// arrived.
fn fact(case: &Case, fact: Fact) -> Fact {
    let received = fact.received.filter(|_| case.fault != Fault::Refuse);
    Fact { received, ..fact }
}

fn rule(case: &Case, least: u64) -> FaultRule {
    let rule = FaultRule::new(case.fault);
    match case.place {
        Place::First => rule.nth(1),
        Place::Middle => rule.nth(least.div_ceil(2)),
        Place::Last => rule.nth(least),
        Place::Every => rule,
    }
}

/// The next outcome. Where the job waits for nothing but the time, the time comes.
async fn next<R: Record>(
    stream: &mut OutcomeStream<R>,
    clock: &FakeClock,
    idle: impl Fn() -> bool,
) -> Option<Outcome<R>> {
    poll_fn(|cx| {
        loop {
            if let Poll::Ready(outcome) = stream.poll_next_unpin(cx) {
                return Poll::Ready(outcome);
            }
            match clock.next_sleep().filter(|_| idle()) {
                Some(at) => clock.advance(at.saturating_sub(clock.now())),
                None => return Poll::Pending,
            }
        }
    })
    .await
}

/// Sends what is meant for a provider's own address to a server on this machine.
#[derive(Debug)]
struct Towards {
    scheme: Scheme,
    authority: Authority,
    socket: SharedTransport,
}

impl Towards {
    fn new(base: &str, socket: SharedTransport) -> Result<Self> {
        let base: Uri = base.parse()?;
        let parts = base.into_parts();
        Ok(Self {
            scheme: parts.scheme.unwrap_or(Scheme::HTTP),
            authority: parts.authority.ok_or_else(|| anyhow::anyhow!("no address"))?,
            socket,
        })
    }
}

#[async_trait::async_trait]
impl batchwise_core::transport::Transport for Towards {
    async fn send(
        &self,
        mut request: Request<Bytes>,
    ) -> Result<http::Response<Bytes>, batchwise_core::transport::TransportError> {
        let mut parts = request.uri().clone().into_parts();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
        self.socket.send(request).await
    }
}
