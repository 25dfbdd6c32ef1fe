//! How late the end of a call was seen.
//!
//! A job runs only while its stream is polled: an answer may come and wait while whoever takes the outcomes does something
//! else. Its connection does not wait for that, and carries the next call of another job meanwhile.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use crate::clock::{SharedClock, Tick};

/// What a future brings, and how long ago it may have been ready: since it was woken for the poll that ended it.
pub(crate) async fn timed<T>(clock: &SharedClock, future: impl Future<Output = T>) -> (T, Duration) {
    let bell = Arc::new(Bell {
        clock: SharedClock::clone(clock),
        state: Mutex::default(),
    });
    let waker = Waker::from(Arc::clone(&bell));
    let mut future = pin!(future);
    std::future::poll_fn(|cx| {
        let rung = bell.hand_to(cx.waker());
        let late = rung.map_or(Duration::ZERO, |rung| clock.now().saturating_sub(rung));
        let output = future.as_mut().poll(&mut Context::from_waker(&waker));
        output.map(|output| (output, late))
    })
    .await
}

/// Wakes a task, and notes when.
struct Bell {
    clock: SharedClock,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    task: Option<Waker>,
    /// Since when the task has been woken and not polled.
    rung: Option<Tick>,
}

impl Bell {
    /// Since when the task that is polled now was woken, if it was; it is woken by this from here on.
    fn hand_to(&self, waker: &Waker) -> Option<Tick> {
        let mut state = self.state();
        match &mut state.task {
            Some(task) => task.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
        state.rung.take()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let now = self.clock.now();
        let mut state = self.state();
        state.rung.get_or_insert(now);
        let task = state.task.clone();
        drop(state);
        // Not under the lock: whoever is woken may be polled at once.
        if let Some(task) = task {
            task.wake();
        }
    }
}

#[cfg(all(test, feature = "test-util"))]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::FutureExt;
    use futures_util::future::join;
    use tokio::sync::oneshot;

    use super::*;
    use crate::test_util::FakeClock;

    const MOMENT: Duration = Duration::from_millis(70);

    #[test]
    fn what_is_ready_at_once_is_not_late() {
        let clock = FakeClock::manual();
        let shared = clock.shared();
        let future = timed(&shared, async { 7 });
        clock.advance(MOMENT);
        assert_eq!(future.now_or_never(), Some((7, Duration::ZERO)));
    }

    #[test]
    fn what_comes_while_nobody_looks_is_as_late_as_the_look() {
        let clock = FakeClock::manual();
        let shared = clock.shared();
        let (answer, call) = oneshot::channel();
        let mut future = Box::pin(timed(&shared, call));
        assert!((&mut future).now_or_never().is_none());
        clock.advance(MOMENT);
        answer.send(7).unwrap();
        clock.advance(MOMENT);
        assert_eq!(future.now_or_never(), Some((Ok(7), MOMENT)));
    }

    #[test]
    fn what_comes_in_parts_is_as_late_as_the_first_part_that_nobody_saw() {
        let clock = FakeClock::manual();
        let shared = clock.shared();
        let ((head, first), (tail, last)) = (oneshot::channel(), oneshot::channel());
        let mut future = Box::pin(timed(&shared, async { (first.await, last.await) }));
        assert!((&mut future).now_or_never().is_none());
        head.send(1).unwrap();
        clock.advance(MOMENT);
        assert!((&mut future).now_or_never().is_none());
        clock.advance(MOMENT);
        tail.send(2).unwrap();
        clock.advance(MOMENT);
        assert_eq!(future.now_or_never(), Some(((Ok(1), Ok(2)), MOMENT)));
    }

    #[test]
    fn what_comes_in_parts_while_nobody_looks_is_as_late_as_its_first_part() {
        let clock = FakeClock::manual();
        let shared = clock.shared();
        let ((head, first), (tail, last)) = (oneshot::channel(), oneshot::channel());
        let mut future = Box::pin(timed(&shared, join(first, last)));
        assert!((&mut future).now_or_never().is_none());
        head.send(1).unwrap();
        clock.advance(MOMENT);
        tail.send(2).unwrap();
        clock.advance(MOMENT);
        assert_eq!(future.now_or_never(), Some(((Ok(1), Ok(2)), MOMENT * 2)));
    }

    #[test]
    fn whoever_waits_now_is_woken_and_nobody_who_waited_before() {
        let clock = FakeClock::manual().shared();
        let (answer, call) = oneshot::channel();
        let mut future = Box::pin(timed(&clock, call));
        let (before, now) = (Arc::new(Counted::default()), Arc::new(Counted::default()));
        for waits in [&before, &now] {
            let waker = Waker::from(Arc::clone(waits));
            assert!(future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        }
        answer.send(7).unwrap();
        assert_eq!([&before, &now].map(|waits| waits.0.load(Ordering::Relaxed)), [0, 1]);
    }

    #[derive(Default)]
    struct Counted(AtomicUsize);

    impl Wake for Counted {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[tokio::test]
    async fn whoever_waits_is_woken() {
        let clock = FakeClock::manual().shared();
        let (answer, call) = oneshot::channel();
        let waits = tokio::spawn(async move { timed(&clock, call).await });
        tokio::task::yield_now().await;
        answer.send(7).unwrap();
        assert_eq!(waits.await.unwrap(), (Ok(7), Duration::ZERO));
    }
}
