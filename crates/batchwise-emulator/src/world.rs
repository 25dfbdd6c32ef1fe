//! The four providers as one value: no socket, no clock, no thread.

use std::collections::BTreeMap;
use std::time::SystemTime;

use batchwise_core::clock::Tick;
use bytes::Bytes;
use http::{Request, Response};

use crate::action::{Action, Delivery};
use crate::answer;
use crate::call::{Call, Stray};
use crate::calltouch::import::Imports;
use crate::calltouch::leads::Leads;
use crate::config::EmulatorConfig;
use crate::dellin::Dellin;
use crate::fault::{Fault, FaultEngine, Twist};
use crate::log::{Log, LogEntry};
use crate::method::Method;
use crate::quota::Quotas;
use crate::thulium::Thulium;
use crate::truth::{Tally, Truth};
use crate::turn::Turn;

/// The four providers: state, quotas, sessions, faults, and an account of what happened.
///
/// It is told the time and handed one request after the other; [`Emulator`](crate::Emulator) and
/// [`InMemoryTransport`](crate::InMemoryTransport) are the rims that connect it to the world outside.
#[derive(Debug)]
pub struct World {
    config: EmulatorConfig,
    start: Tick,
    wall: SystemTime,
    imports: Imports,
    leads: Leads,
    dellin: Dellin,
    thulium: Thulium,
    quotas: Quotas,
    faults: FaultEngine,
    log: Log,
    requests: u64,
    strays: u64,
    tallies: BTreeMap<Method, Tally>,
}

impl World {
    /// A world that starts at `start`, which is `wall` on the providers' own clocks.
    #[must_use]
    pub fn new(config: EmulatorConfig, start: Tick, wall: SystemTime) -> Self {
        Self {
            imports: Imports::new(config.calltouch_import.clone()),
            leads: Leads::new(&config.calltouch_leads),
            dellin: Dellin::new(&config),
            thulium: Thulium::new(&config),
            quotas: Quotas::new(config.quota.clone()),
            faults: FaultEngine::new(config.faults.clone()),
            log: Log::default(),
            requests: 0,
            strays: 0,
            tallies: BTreeMap::new(),
            config,
            start,
            wall,
        }
    }

    /// Handles a request that arrives now, and says what the server does about it.
    ///
    /// The order is a provider's own: a fault that keeps the request away, the quota, any other fault, credentials,
    /// validation, and then the records.
    pub fn handle(&mut self, now: Tick, request: &Request<Bytes>) -> Action {
        self.requests += 1;
        let call = match Self::read(request) {
            Ok(call) => call,
            Err(answer) => {
                self.strays += 1;
                return Action {
                    answer,
                    delivery: Delivery::Whole,
                };
            }
        };
        let method = call.method();
        let age = now.saturating_sub(self.start);
        let mut turn = Turn {
            request: self.requests,
            age,
            wall: self.wall + age,
            twist: None,
            expired: false,
            acted: false,
        };
        let action = if self
            .config
            .max_body_bytes
            .is_some_and(|most| request.body().len() > most)
        {
            Action {
                answer: answer::html(413),
                delivery: Delivery::Whole,
            }
        } else {
            self.decide(&call, now, &mut turn)
        };
        let tally = self.tallies.entry(method).or_default();
        tally.note(&action, turn.acted);
        action
    }

    fn read(request: &Request<Bytes>) -> Result<Call, Response<Bytes>> {
        Call::read(request).map_err(|stray| match stray {
            Stray::Unknown => answer::html(404),
            Stray::WrongVerb(allowed) => {
                let mut response = answer::html(405);
                response
                    .headers_mut()
                    .insert(http::header::ALLOW, http::HeaderValue::from_static(allowed));
                response
            }
        })
    }

    fn decide(&mut self, call: &Call, now: Tick, turn: &mut Turn) -> Action {
        let method = call.method();
        let firing = self.faults.fire(method, |key| call.carries(key));
        if let Some(firing) = &firing {
            self.note(method, turn, firing.fault.name(), firing.why.clone());
        }
        let fault = firing.map(|firing| firing.fault);
        if fault == Some(Fault::Refuse) {
            return Action {
                answer: answer::html(503),
                delivery: Delivery::Refused,
            };
        }
        self.receive(call);
        if let Err(excess) = self.quotas.arrive(method.provider(), call.account(), now) {
            self.note(method, turn, "quota", format!("{} are allowed", excess.rate));
            self.tallies.entry(method).or_default().over_quota += 1;
            return Action {
                answer: answer::retry_after(call.error(429, turn), excess.retry_after),
                delivery: Delivery::Whole,
            };
        }
        match fault {
            None => Action {
                answer: self.answer(call, turn),
                delivery: Delivery::Whole,
            },
            Some(fault) => self.fail(call, fault, turn),
        }
    }

    fn fail(&mut self, call: &Call, fault: Fault, turn: &mut Turn) -> Action {
        turn.twist = Twist::of(&fault);
        turn.expired = fault == Fault::SessionExpired;
        let answer = if fault.acts() || turn.expired {
            self.answer(call, turn)
        } else {
            answer::html(503)
        };
        let (answer, delivery) = match fault {
            Fault::Refuse | Fault::ResetBefore | Fault::ResetAfter => (answer, Delivery::Reset),
            Fault::CloseAfter => (answer, Delivery::Closed),
            Fault::HangBefore | Fault::HangAfter => (answer, Delivery::Never),
            Fault::Truncate => (answer, Delivery::Cut),
            Fault::Slow(time) => (answer, Delivery::Slow(time)),
            Fault::Garbage => {
                let bytes: &[u8] = b"\x1f\x00\xff\xfe\x80{\"\x00\xc3\x28garbage\xff";
                (answer::body(200, "application/json", bytes), Delivery::Whole)
            }
            Fault::Html { status, .. } => (answer::html(status), Delivery::Whole),
            Fault::Status { status, .. } => (call.error(status, turn), Delivery::Whole),
            Fault::TooManyRequests { retry_after } => {
                (answer::retry_after(call.error(429, turn), retry_after), Delivery::Whole)
            }
            Fault::DropFromAnswer(_)
            | Fault::Duplicate
            | Fault::Extra
            | Fault::Contradict
            | Fault::WrongLength
            | Fault::SessionExpired => (answer, Delivery::Whole),
        };
        Action { answer, delivery }
    }

    fn receive(&mut self, call: &Call) {
        match call {
            Call::Import(call) => self.imports.receive(call),
            Call::Book(call) => self.dellin.receive(call),
            // Leads are found, not carried; a session is no record.
            Call::Leads(_) | Call::Login(_) | Call::Session(_) | Call::List(_) | Call::Reading(_) => {}
            Call::Campaign(call) => self.thulium.receive(call),
        }
    }

    fn answer(&mut self, call: &Call, turn: &mut Turn) -> Response<Bytes> {
        match call {
            Call::Import(call) => self.imports.answer(&self.config.calltouch, call, turn),
            Call::Leads(call) => self.leads.answer(&self.config.calltouch, call, turn),
            Call::Book(call) => self.dellin.delete(call, turn),
            Call::Login(call) => self.dellin.login(call, turn),
            Call::Session(call) => self.dellin.session(call, turn),
            Call::List(call) => self.dellin.list(call, turn),
            Call::Campaign(call) => self.thulium.answer(call, turn),
            Call::Reading(call) => self.thulium.read(call, turn),
        }
    }

    fn note(&mut self, method: Method, turn: &Turn, what: &'static str, why: String) {
        self.log.push(LogEntry {
            request: turn.request,
            method,
            at: turn.age,
            what,
            why,
        });
    }

    /// What truly happened so far.
    #[must_use]
    pub fn truth(&self) -> Truth {
        Truth {
            calltouch: self.imports.space().clone(),
            leads: self.leads.truth(),
            dellin: self.dellin.truth(),
            thulium: self.thulium.truth(),
            requests: self.tallies.clone(),
            strays: self.strays,
            logins: self.dellin.logins(),
            windows: self.quotas.truth(),
        }
    }

    /// The faults that fired and the requests over quota, the last 100,000.
    #[must_use]
    pub fn log(&self) -> Vec<LogEntry> {
        self.log.entries()
    }
}

impl Tally {
    fn note(&mut self, action: &Action, acted: bool) {
        let status = action.answer.status().as_u16();
        if action.delivery == Delivery::Refused {
            self.refused += 1;
            return;
        }
        self.received += 1;
        self.acted += u64::from(acted);
        match action.delivery {
            Delivery::Whole | Delivery::Slow(_) => *self.answers.entry(status).or_default() += 1,
            Delivery::Cut => *self.cut.entry(status).or_default() += 1,
            Delivery::Refused | Delivery::Reset | Delivery::Closed | Delivery::Never => self.unanswered += 1,
        }
    }
}
