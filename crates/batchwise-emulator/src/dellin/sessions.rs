//! Sessions: opened by a login, spent by calls or time, ended by a logout.

use std::collections::BTreeMap;
use std::time::Duration;

use batchwise_core::clock::Tick;

use crate::config::DellinConfig;

/// A session lives so long when nothing else is said (from client code).
const LIFE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The longest life of a session: its end has to be a date that can be printed.
const LONGEST_LIFE: u64 = 100 * 365 * 24 * 60 * 60;

#[derive(Debug, Clone)]
struct Session {
    opened: Tick,
    calls: u64,
    dead: bool,
}

/// All sessions ever seen.
#[derive(Debug)]
pub(super) struct Sessions {
    all: BTreeMap<String, Session>,
    strict: bool,
    calls: Option<u64>,
    life: Duration,
    single: bool,
    opened: u64,
}

impl Sessions {
    pub(super) fn new(config: &DellinConfig) -> Self {
        let mut sessions = Self {
            all: BTreeMap::new(),
            strict: config.knows_its_sessions(),
            calls: config.session_calls,
            life: config
                .session_seconds
                .map_or(LIFE, |seconds| Duration::from_secs(seconds.min(LONGEST_LIFE))),
            single: config.single_session,
            opened: 0,
        };
        for id in &config.sessions {
            sessions.insert(id.clone(), Tick::ZERO);
        }
        sessions
    }

    fn insert(&mut self, id: String, opened: Tick) {
        let session = Session {
            opened,
            calls: 0,
            dead: false,
        };
        self.all.insert(id, session);
    }

    pub(super) const fn opened(&self) -> u64 {
        self.opened
    }

    /// Opens a session.
    pub(super) fn open(&mut self, age: Tick) -> String {
        if self.single {
            for session in self.all.values_mut() {
                session.dead = true;
            }
        }
        self.opened += 1;
        let spread = self.opened.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let id = format!(
            "{:08X}-{:04X}-4000-8000-{:012X}",
            spread >> 32,
            spread & 0xFFFF,
            self.opened
        );
        self.insert(id.clone(), age);
        id
    }

    fn live(&mut self, id: &str, age: Tick) -> Option<&mut Session> {
        if !self.strict && !id.is_empty() && !self.all.contains_key(id) {
            self.insert(id.to_owned(), age);
        }
        let (most, life) = (self.calls, self.life);
        self.all.get_mut(id).filter(|session| {
            !session.dead && most.is_none_or(|most| session.calls < most) && age < session.opened.saturating_add(life)
        })
    }

    /// Takes one call from a session; false when it is unknown or over.
    pub(super) fn spend(&mut self, id: &str, age: Tick) -> bool {
        match self.live(id, age) {
            Some(session) => {
                session.calls += 1;
                true
            }
            None => false,
        }
    }

    /// When the session ends, as an age; `None` when it is unknown or over. Costs no call.
    pub(super) fn ends(&mut self, id: &str, age: Tick) -> Option<Tick> {
        let life = self.life;
        self.live(id, age).map(|session| session.opened.saturating_add(life))
    }

    /// Ends a session, known or not.
    pub(super) fn kill(&mut self, id: &str) {
        if !self.all.contains_key(id) {
            self.insert(id.to_owned(), Tick::ZERO);
        }
        if let Some(session) = self.all.get_mut(id) {
            session.dead = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_never_ends_ends_in_a_century() {
        let mut sessions = Sessions::new(&DellinConfig {
            session_seconds: Some(u64::MAX),
            ..DellinConfig::default()
        });
        let id = sessions.open(Tick::ZERO);
        assert_eq!(sessions.ends(&id, Tick::ZERO), Some(Duration::from_secs(LONGEST_LIFE)));
    }
}
