//! The way between clients and server, as a queue of events: requests that arrive, answers that come back, time-outs.
//!
//! Nothing here sleeps. Whoever plays a scenario moves the time on, and lets the net do what is due by then, each event at
//! its own time: a client whose machine sleeps finds out late what its server did meanwhile.

mod pool;
mod transport;

pub use transport::{Line, WebServer};

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use batchwise_core::clock::{Clock, Tick};
use batchwise_core::test_util::FakeClock;
use batchwise_emulator::Delivery;
use batchwise_emulator::conformance::Dice;

use self::pool::Pool;
use crate::scenario::Network;

/// The time for one call.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Whoever handles requests.
pub trait Server: Send + 'static {
    /// What comes in.
    type Request: Send + 'static;
    /// What goes out.
    type Answer: Send + 'static;

    /// Handles a request that arrives now, and says how its answer is delivered.
    fn arrive(&mut self, now: Tick, request: &Self::Request) -> (Self::Answer, Delivery);
}

/// How a request ended for its client.
#[derive(Debug)]
pub enum End<A> {
    /// With a whole answer.
    Whole(A),
    /// With a part of this one.
    Cut(A),
    /// No connection was made.
    Refused,
    /// The connection ended without an answer.
    Closed,
    /// The time was up.
    TimedOut,
}

/// The way to one server; clones are the same way.
pub struct Net<S: Server>(Arc<Mutex<State<S>>>);

struct State<S: Server> {
    server: S,
    clock: FakeClock,
    network: Network,
    /// What requests over warm connections jitter by at most.
    guard: Duration,
    dice: Dice,
    events: BTreeMap<(Tick, u64), (u64, Event)>,
    exchanges: BTreeMap<u64, Exchange<S>>,
    pools: Vec<Pool>,
    sent: u64,
    numbers: u64,
    alarms: Vec<Alarm>,
    sights: BTreeSet<&'static str>,
}

/// What is due.
#[derive(Debug, Clone, Copy)]
enum Event {
    Arrive,
    Answer,
    TimeOut,
}

/// A request under way.
struct Exchange<S: Server> {
    pool: usize,
    request: S::Request,
    /// What its server does about it, once it arrived.
    answer: Option<End<S::Answer>>,
    /// What its client gets, once it is there.
    end: Option<End<S::Answer>>,
    waker: Option<Waker>,
    /// Its client went away.
    abandoned: bool,
}

/// Someone who wants to know when a request is sent.
struct Alarm {
    nth: u64,
    ring: Box<dyn Fn() + Send>,
}

impl<S: Server> Clone for Net<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Server> std::fmt::Debug for Net<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Net").finish_non_exhaustive()
    }
}

impl<S: Server> Net<S> {
    /// The way to this server; requests over warm connections jitter by `guard` at most.
    pub fn new(server: S, clock: FakeClock, network: Network, guard: Duration, chance: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            server,
            clock,
            network,
            guard,
            dice: Dice::new(chance),
            events: BTreeMap::new(),
            exchanges: BTreeMap::new(),
            pools: Vec::new(),
            sent: 0,
            numbers: 0,
            alarms: Vec::new(),
            sights: BTreeSet::new(),
        })))
    }

    fn state(&self) -> MutexGuard<'_, State<S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connections of one more client.
    pub fn pool(&self) -> usize {
        let mut state = self.state();
        let keeps = state.network.keeps;
        state.pools.push(Pool::new(keeps));
        state.pools.len() - 1
    }

    /// Calls `ring` while the nth request of all is sent.
    pub fn alarm(&self, nth: u64, ring: impl Fn() + Send + 'static) {
        let ring = Box::new(ring);
        self.state().alarms.push(Alarm { nth, ring });
    }

    /// Sends a request over the connections of a client.
    pub fn send(&self, pool: usize, request: S::Request) -> Sending<S> {
        let mut state = self.state();
        let number = state.send(pool, request);
        let (due, rest): (Vec<Alarm>, Vec<Alarm>) = std::mem::take(&mut state.alarms)
            .into_iter()
            .partition(|alarm| alarm.nth <= state.sent);
        state.alarms = rest;
        drop(state);
        // Not under the lock: whoever is told may look here.
        due.iter().for_each(|alarm| (alarm.ring)());
        Sending {
            net: self.clone(),
            number,
            over: false,
        }
    }

    /// When something happens next.
    #[must_use]
    pub fn next_event(&self) -> Option<Tick> {
        self.state().events.keys().next().map(|(tick, _)| *tick)
    }

    /// Does everything that is due by then.
    pub fn advance(&self, to: Tick) {
        let mut wakers = Vec::new();
        let mut state = self.state();
        while let Some(entry) = state.events.first_entry().filter(|entry| entry.key().0 <= to) {
            let ((now, _), (number, event)) = entry.remove_entry();
            wakers.extend(state.happen(now, number, event));
        }
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Requests that are under way for a client that still waits.
    #[must_use]
    pub fn under_way(&self) -> usize {
        let open = |exchange: &&Exchange<S>| !exchange.abandoned && exchange.end.is_none();
        self.state().exchanges.values().filter(open).count()
    }

    /// What the server has to say.
    pub fn ask<T>(&self, question: impl FnOnce(&S) -> T) -> T {
        question(&self.state().server)
    }

    /// What happened on the way that is worth counting.
    #[must_use]
    pub fn sights(&self) -> Vec<&'static str> {
        self.state().sights.iter().copied().collect()
    }
}

impl<S: Server> State<S> {
    fn send(&mut self, pool: usize, request: S::Request) -> u64 {
        let now = self.clock.now();
        self.sent += 1;
        let number = self.sent;
        let warm = self.pools.get_mut(pool).is_some_and(|pool| pool.take(now));
        let late = match (warm, self.network.jitter) {
            (true, false) => Duration::ZERO,
            (true, true) => self.up_to(self.guard),
            (false, _) => self.up_to(self.network.connect),
        };
        self.sights
            .insert(if warm { "warm connection" } else { "new connection" });
        let exchange = Exchange {
            pool,
            request,
            answer: None,
            end: None,
            waker: None,
            abandoned: false,
        };
        self.exchanges.insert(number, exchange);
        self.plan(now + self.network.way + late, number, Event::Arrive);
        self.plan(now + TIMEOUT, number, Event::TimeOut);
        number
    }

    fn plan(&mut self, at: Tick, number: u64, event: Event) {
        self.numbers += 1;
        self.events.insert((at, self.numbers), (number, event));
    }

    /// Anything up to this, both ends more often than the rest.
    fn up_to(&mut self, most: Duration) -> Duration {
        match self.dice.below(5) {
            0 => Duration::ZERO,
            1 => most,
            _ => {
                let micros = u64::try_from(most.as_micros()).unwrap_or(u64::MAX);
                Duration::from_micros(self.dice.below(micros.saturating_add(1)))
            }
        }
    }

    fn happen(&mut self, now: Tick, number: u64, event: Event) -> Option<Waker> {
        match event {
            Event::Arrive => {
                let exchange = self.exchanges.get_mut(&number)?;
                let (answer, delivery) = self.server.arrive(now, &exchange.request);
                if exchange.abandoned {
                    self.sights.insert("an abandoned request arrived");
                    self.exchanges.remove(&number);
                    return None;
                }
                let (end, slow) = match delivery {
                    Delivery::Whole => (End::Whole(answer), Duration::ZERO),
                    Delivery::Slow(time) => (End::Whole(answer), time),
                    Delivery::Cut => (End::Cut(answer), Duration::ZERO),
                    Delivery::Refused => (End::Refused, Duration::ZERO),
                    Delivery::Reset | Delivery::Closed => (End::Closed, Duration::ZERO),
                    // The time-out is on its way already.
                    _ => return None,
                };
                exchange.answer = Some(end);
                let back = self.up_to(self.network.back);
                self.plan(now + slow + back, number, Event::Answer);
                None
            }
            Event::Answer | Event::TimeOut => {
                let exchange = self.exchanges.get_mut(&number)?;
                if exchange.end.is_some() {
                    return None;
                }
                let end = match event {
                    Event::TimeOut => End::TimedOut,
                    Event::Arrive | Event::Answer => exchange.answer.take()?,
                };
                if let (End::Whole(_), Some(pool)) = (&end, self.pools.get_mut(exchange.pool)) {
                    pool.put(now);
                }
                exchange.end = Some(end);
                exchange.waker.take()
            }
        }
    }

    /// The client of a request went away before its end.
    fn abandon(&mut self, number: u64) {
        let arrived = |exchange: &Exchange<S>| exchange.answer.is_some() || exchange.end.is_some();
        let stays = self.exchanges.get(&number).is_some_and(|exchange| !arrived(exchange));
        // What has not left the machine never will; the rest cannot be called back.
        if stays && self.dice.percent(70) {
            if let Some(exchange) = self.exchanges.get_mut(&number) {
                exchange.abandoned = true;
            }
        } else {
            self.exchanges.remove(&number);
        }
    }
}

/// A request on its way and back.
#[must_use = "a request that nobody waits for is abandoned"]
#[derive(Debug)]
pub struct Sending<S: Server> {
    net: Net<S>,
    number: u64,
    over: bool,
}

impl<S: Server> Future for Sending<S> {
    type Output = End<S::Answer>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let net = self.net.clone();
        let mut state = net.state();
        let Some(exchange) = state.exchanges.get_mut(&self.number) else {
            return Poll::Pending;
        };
        match exchange.end.take() {
            Some(end) => {
                state.exchanges.remove(&self.number);
                self.over = true;
                Poll::Ready(end)
            }
            None => {
                exchange.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<S: Server> Drop for Sending<S> {
    fn drop(&mut self) {
        if !self.over {
            self.net.state().abandon(self.number);
        }
    }
}
