//! The one session of an account, shared by its clients and renewed by one login at a time.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use batchwise_core::transport::HttpCaller;
use batchwise_core::{CallError, CallErrorKind, Secret};

/// A session that is in use.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) id: Secret,
    /// Counts the sessions of this account; errors carry it, so that a late refusal of an old session renews nothing.
    pub(crate) epoch: u64,
    /// A caller that masks this session too.
    pub(crate) caller: HttpCaller,
}

/// Holds the session and lets one renewal through at a time.
#[derive(Debug)]
pub(crate) struct Sessions {
    state: Mutex<State>,
    /// Held across a login: who comes meanwhile waits and uses what came of it.
    gate: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct State {
    current: Option<Arc<Session>>,
    epoch: u64,
    logins: u64,
    /// Renewals that ended, well or not.
    ended: u64,
    /// What the last renewal failed with.
    failure: Option<CallError>,
}

impl Sessions {
    /// Starts with the caller's session, or with none.
    pub(crate) fn new(brought: Option<(Secret, HttpCaller)>) -> Self {
        let current = brought.map(|(id, caller)| Arc::new(Session { id, epoch: 0, caller }));
        Self {
            state: Mutex::new(State {
                current,
                epoch: 0,
                logins: 0,
                ended: 0,
                failure: None,
            }),
            gate: tokio::sync::Mutex::new(()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is consistent after every statement, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session to call with; none before the first login and during one.
    pub(crate) fn current(&self) -> Option<Arc<Session>> {
        self.state().current.clone()
    }

    /// Logins that brought a session.
    pub(crate) fn logins(&self) -> u64 {
        self.state().logins
    }

    /// Replaces the session that `refused` was refused with by what `login` brings, unless someone else did meanwhile.
    ///
    /// Who waited for a login that failed gets its error, since the same login made again would fail the same way. Who waited
    /// for one that was given up makes none now, since a slot of the quota is for a call at once: there is no session then, and
    /// whoever calls comes here again with a slot of its own.
    pub(crate) async fn renew<F>(&self, refused: &CallError, login: F) -> Result<bool, CallError>
    where
        F: Future<Output = Result<(Secret, HttpCaller), CallError>> + Send,
    {
        let seen = self.state().ended;
        let (_alone, waited) = match self.gate.try_lock() {
            Ok(alone) => (alone, false),
            Err(_) => (self.gate.lock().await, true),
        };
        {
            let mut state = self.state();
            if state.is_newer_than(refused) {
                return Ok(false);
            }
            if let Some(failure) = state.failure.as_ref().filter(|_| state.ended != seen) {
                return Err(failure.clone().secondhand());
            }
            state.current = None;
            state.failure = None;
            if waited {
                return Ok(false);
            }
        }
        let brought = login.await;
        let mut state = self.state();
        state.ended += 1;
        match brought {
            Ok((id, caller)) => {
                state.epoch += 1;
                state.logins += 1;
                let epoch = state.epoch;
                state.current = Some(Arc::new(Session { id, epoch, caller }));
                Ok(true)
            }
            Err(error) => {
                state.failure = Some(error.clone());
                Err(error)
            }
        }
    }
}

impl State {
    fn is_newer_than(&self, refused: &CallError) -> bool {
        match (&self.current, refused.epoch()) {
            (None, _) => false,
            (Some(session), Some(epoch)) => session.epoch > epoch,
            (Some(_), None) => refused.kind() == CallErrorKind::NoSession,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[tokio::test]
    async fn who_waited_for_a_login_that_was_given_up_makes_none_in_its_place() {
        let sessions = Sessions::new(None);
        let refused = CallError::no_session();
        let mut cx = Context::from_waker(Waker::noop());
        let never = std::future::pending::<Result<(Secret, HttpCaller), CallError>>();
        let mut first = Box::pin(sessions.renew(&refused, never));
        assert!(first.as_mut().poll(&mut cx).is_pending());
        let asked = async { panic!("its slot is from before it waited") };
        let mut second = pin!(sessions.renew(&refused, asked));
        assert!(second.as_mut().poll(&mut cx).is_pending());
        drop(first);
        assert!(matches!(second.as_mut().poll(&mut cx), Poll::Ready(Ok(false))));
        assert!(sessions.current().is_none());
    }
}
