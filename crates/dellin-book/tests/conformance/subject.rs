//! The address book that the conformance suite and the simulator delete from.

use batchwise_core::quota::Window;
use batchwise_emulator::conformance::{Difficult, Fact, Subject, Wiring};
use batchwise_emulator::{BookConfig, DellinConfig, EmulatorConfig, Kind, Method, NumberSet, SpaceConfig, Truth};
use dellin_book::{BookKind, BookObject, Credentials, DellinAccount, DellinBook, Wire};

/// Objects of all four kinds in turn; the same ids in each kind.
#[derive(Debug)]
pub(crate) struct Book {
    pub(crate) wire: Wire,
    pub(crate) credentials: Credentials,
}

impl Book {
    pub(crate) fn password(wire: Wire) -> Self {
        Self {
            wire,
            credentials: Credentials::password("+70000000000", "password"),
        }
    }

    /// A session that the caller brought: it is never renewed.
    pub(crate) fn session() -> Self {
        Self {
            wire: Wire::Json,
            credentials: Credentials::session("AAAA-1111"),
        }
    }

    fn kinds(number: u64) -> (Kind, BookKind) {
        match number % 4 {
            0 => (Kind::Counteragent, BookKind::Counteragent),
            1 => (Kind::Address, BookKind::Address),
            2 => (Kind::Phone, BookKind::Phone),
            _ => (Kind::Contact, BookKind::Contact),
        }
    }

    fn id(number: u64) -> u64 {
        70_000 + number / 4
    }

    fn logs_in(&self) -> bool {
        !matches!(self.credentials, Credentials::Session(_))
    }
}

impl Subject for Book {
    type Client = DellinBook;

    fn method(&self) -> Method {
        Method::DellinBook
    }

    fn client(&self, wiring: &Wiring) -> DellinBook {
        DellinAccount::builder("11111111-2222-3333-4444-555555555555", self.credentials.clone())
            .transport(wiring.transport())
            .quota(wiring.quota())
            .build()
            .unwrap()
            .book_with(self.wire)
    }

    fn record(&self, number: u64) -> BookObject {
        BookObject::new(Self::kinds(number).1, Self::id(number)).unwrap()
    }

    fn arrange(&self, world: EmulatorConfig, difficult: &Difficult) -> EmulatorConfig {
        let space = |kind| -> SpaceConfig<NumberSet> {
            difficult.space(|number| (Self::kinds(number).0 == kind).then(|| Self::id(number)))
        };
        world.dellin_book(BookConfig {
            counteragents: space(Kind::Counteragent),
            addresses: space(Kind::Address),
            phones: space(Kind::Phone),
            contacts: space(Kind::Contact),
            ..BookConfig::default()
        })
    }

    fn truth(&self, truth: &Truth, number: u64) -> Fact {
        Fact::removed(truth.dellin.space(Self::kinds(number).0), &Self::id(number))
    }

    fn windows(&self) -> Vec<Window> {
        DellinAccount::default_windows().to_vec()
    }

    fn login(&self) -> Option<Method> {
        self.logs_in().then_some(Method::DellinLogin)
    }

    fn short_sessions(&self, world: EmulatorConfig, calls: u64) -> EmulatorConfig {
        if !self.logs_in() {
            return world;
        }
        world.dellin(DellinConfig {
            session_calls: Some(calls),
            ..DellinConfig::default()
        })
    }
}
