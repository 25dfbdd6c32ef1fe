//! Tasks on one thread, polled in an order that chance decides.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use batchwise_emulator::conformance::Dice;

/// A task.
type Job = Pin<Box<dyn Future<Output = ()>>>;

/// Of a hundred polls, so many of a task that nobody woke: a future has to bear that.
const SPURIOUS: u64 = 2;

/// The tasks of a play.
pub(crate) struct Executor {
    tasks: Vec<Task>,
    dice: Dice,
}

struct Task {
    /// `None` once it is over.
    job: Option<Job>,
    flag: Arc<Flag>,
    waker: Waker,
}

/// Set when a task was woken.
#[derive(Debug)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Executor {
    pub(crate) fn new(chance: u64) -> Self {
        Self {
            tasks: Vec::new(),
            dice: Dice::new(chance),
        }
    }

    /// One more task.
    pub(crate) fn spawn(&mut self, job: impl Future<Output = ()> + 'static) {
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        self.tasks.push(Task {
            job: Some(Box::pin(job)),
            waker: Waker::from(Arc::clone(&flag)),
            flag,
        });
    }

    /// Polls one task that was woken; false when none was.
    pub(crate) fn poll_one(&mut self) -> bool {
        let is_open = |task: &Task| task.job.is_some();
        let is_woken = |task: &Task| is_open(task) && task.flag.0.load(Ordering::Relaxed);
        let woken = self.tasks.iter().filter(|task| is_woken(task)).count();
        if woken == 0 {
            return false;
        }
        let spurious = self.dice.percent(SPURIOUS);
        let wanted = |task: &Task| if spurious { is_open(task) } else { is_woken(task) };
        let choices = self.tasks.iter().filter(|task| wanted(task)).count();
        let chosen = usize::try_from(self.dice.below(u64::try_from(choices).unwrap_or(1))).unwrap_or(0);
        if let Some(task) = self.tasks.iter_mut().filter(|task| wanted(task)).nth(chosen) {
            task.poll();
        }
        true
    }

    /// True when every task is over.
    pub(crate) fn is_done(&self) -> bool {
        self.tasks.iter().all(|task| task.job.is_none())
    }
}

impl Task {
    fn poll(&mut self) {
        self.flag.0.store(false, Ordering::Relaxed);
        let Some(job) = &mut self.job else { return };
        if let Poll::Ready(()) = job.as_mut().poll(&mut Context::from_waker(&self.waker)) {
            self.job = None;
        }
    }
}
