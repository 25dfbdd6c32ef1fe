//! The scheduler of a job: a state machine without input or output, which is told the time and says what to do next.
//!
//! A plan takes records ([`Plan::offer`]), says whether a batch is ready ([`Plan::poll`]), hands it out ([`Plan::take`]),
//! takes back what came of it ([`Plan::settle`]) and gives outcomes ([`Plan::take_outcome`]). It keeps the law: every
//! distinct record that was offered leaves it as exactly one outcome.
//!
//! ```text
//!            offer                   take                       settle
//!  records --------> fresh --------------------> in flight --------------------> outcome
//!                      ^   due (failed, silent)      |
//!                      |<----------------------------|  again, after a pause, together with fresh ones
//!                      |   deferred (busy)           |
//!                      |<----------------------------|  in rounds, when nothing fresh is left
//!                      |   parts (refused, no name)  |
//!                      |<----------------------------|  halved until the bad record stands alone
//! ```

mod batch;
mod choose;
mod held;
mod lane;
mod note;
mod offer;
mod options;
pub(crate) mod pace;
mod refuse;
mod settle;

pub use batch::Batch;
pub use options::PlanOptions;
pub use settle::{Attempt, Settled};

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::time::SystemTime;

use batch::Pending;
use held::Held;
use lane::Lane;
use pace::{RetryBudget, Throttle};

use crate::clock::Tick;
use crate::dedupe::Seen;
use crate::descriptor::Descriptor;
use crate::facts::Facts;
use crate::outcome::{Outcome, Subject, Verdict};
use crate::reason::{Reason, ReasonKind};
use crate::record::Record;

/// What a plan wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A batch is ready: [`Plan::take`] hands it out.
    Ready,
    /// Nothing to send before this moment, before input comes, or before a call ends; `None` when time alone changes nothing.
    Wait(Option<Tick>),
    /// Every record offered has its outcome and the input has ended.
    Done,
}

/// A record of the input, or a line that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entry<R> {
    /// A valid record from this line.
    Record {
        /// The line or position, from 1.
        line: u64,
        /// The record.
        record: R,
    },
    /// A text that is no record: it becomes `rejected`.
    Invalid {
        /// The line or position, from 1.
        line: u64,
        /// The text as it came.
        text: String,
        /// What is wrong with it, and what was expected.
        why: String,
    },
    /// No record of this stage or an earlier one follows, so that the next stage may begin before the input ends.
    StageEnd(u8),
}

/// What became of an offered entry besides an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    /// It is under way (or has an outcome already).
    Taken,
    /// It repeats an earlier record and is not sent again.
    Repeat {
        /// Line of the first one, if that is still known.
        first: Option<u64>,
    },
    /// An earlier run of the job settled it; it is not sent again.
    Settled,
}

/// The scheduler of a job. See the [module](self).
#[derive(Debug)]
pub struct Plan<R> {
    descriptor: Descriptor,
    options: PlanOptions,
    seen: Seen,
    lanes: BTreeMap<u64, Lane<R>>,
    /// Parts of refused batches and batches that keep failing: they travel alone.
    alone: VecDeque<(Tick, Batch<R>)>,
    /// Busy records, by due time.
    deferred: VecDeque<(Tick, Pending<R>)>,
    /// Records of later stages, and what the open one has not taken yet.
    held: Held<R>,
    /// The stage that is open; later ones are held.
    stage: u8,
    /// No record of this stage or an earlier one follows.
    ended_stage: Option<u8>,
    outcomes: VecDeque<Outcome<R>>,
    /// The time of day of what is settled now: all records of an answer are settled at once, however slowly their outcomes are
    /// taken.
    settled_at: SystemTime,
    /// What unsettled records that were in a call touch.
    touched: HashSet<u64>,
    in_flight: usize,
    /// Records in flight, deferred, alone or in lanes.
    unsettled: usize,
    accepted: u64,
    last_input: Tick,
    input_ended: bool,
    stop: Option<Reason>,
    /// The input failed: what was read is still sent.
    input_failure: Option<Reason>,
    limited: bool,
    /// Batches that are noted in the journal before they leave; so many more are looked ahead for.
    noted_ahead: usize,
    budget: RetryBudget,
    throttle: Throttle,
    /// Calls in a row that brought nothing readable.
    failures: u32,
    /// No call before this moment.
    pause_until: Tick,
    answered: u64,
    /// Answers that said something of records.
    replies: u64,
    /// Records that earlier runs settled as not found.
    not_found_before: u64,
    only_not_found: bool,
    /// Batches (or lone records) refused without a name, in a row, with no answer in between that took any.
    fruitless: u32,
    /// Connections in a row on which the server did not prove who it is.
    untrusted: u32,
    /// Calls left for each search for a bad record.
    searches: Vec<u32>,
}

impl<R: Record> Plan<R> {
    /// An empty plan for a method.
    #[must_use]
    pub fn new(descriptor: Descriptor, options: PlanOptions) -> Self {
        let budget = RetryBudget::new(options.retry_budget);
        Self {
            descriptor,
            options,
            seen: Seen::default(),
            lanes: BTreeMap::new(),
            alone: VecDeque::new(),
            deferred: VecDeque::new(),
            held: Held::new(),
            stage: 0,
            ended_stage: None,
            outcomes: VecDeque::new(),
            settled_at: SystemTime::UNIX_EPOCH, // before it is told, nothing is settled
            touched: HashSet::new(),
            in_flight: 0,
            unsettled: 0,
            accepted: 0,
            last_input: Tick::ZERO,
            input_ended: false,
            stop: None,
            input_failure: None,
            limited: false,
            noted_ahead: 1,
            budget,
            throttle: Throttle::default(),
            failures: 0,
            pause_until: Tick::ZERO,
            answered: 0,
            replies: 0,
            not_found_before: 0,
            only_not_found: true,
            fruitless: 0,
            untrusted: 0,
            searches: Vec::new(),
        }
    }

    /// Answers of this run, and at least so many of earlier ones.
    fn replies_of_all_runs(&self) -> u64 {
        let batch = u64::try_from(self.descriptor.max_records.get()).unwrap_or(u64::MAX);
        self.replies + self.not_found_before.div_ceil(batch)
    }

    /// Stops the job: no further batch; what is in flight is awaited, the rest gets its outcome.
    pub fn stop(&mut self, reason: Reason) {
        if self.stop.is_none() {
            self.stop = Some(reason);
        }
    }

    /// Why the job stopped early, if it did.
    #[must_use]
    pub fn stopped(&self) -> Option<Reason> {
        self.stop
            .clone()
            .or_else(|| self.input_failure.clone())
            .or_else(|| self.limited.then(|| Reason::new(ReasonKind::Limit)))
    }

    /// True when no batch will leave any more.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stop.is_some()
    }

    /// True when calls were answered and nothing but "not found" ever came.
    #[must_use]
    pub fn found_nothing(&self) -> bool {
        self.replies_of_all_runs() > 0 && self.only_not_found
    }

    /// Tells the time of day for the outcomes that follow; without it they are of 1970.
    pub fn set_time_of_day(&mut self, now: SystemTime) {
        self.settled_at = now;
    }

    /// The next outcome, if one is there.
    pub fn take_outcome(&mut self) -> Option<Outcome<R>> {
        self.outcomes.pop_front()
    }

    /// The outcomes that are there, in their order.
    pub(crate) fn outcomes(&mut self) -> &mut VecDeque<Outcome<R>> {
        &mut self.outcomes
    }

    /// An outcome of now, without what calls left behind.
    fn outcome(&self, subject: Subject<R>, line: u64, verdict: Verdict, reason: Option<Reason>) -> Outcome<R> {
        Outcome {
            subject,
            line,
            verdict,
            attempts: 0,
            reason,
            facts: Facts::none(),
            at: self.settled_at,
            reached: false,
            maybe_sent: false,
            cut_short: false,
            call: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;
    use crate::journal::Recall;
    use crate::record::Identity;
    use crate::reply::{Reply, Said, Statement};

    pub(super) const NOW: Tick = Tick::ZERO;

    /// A number of the group of its hundreds; those from 10,000 on are of a second stage, and wait packed when even.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct Id(u64);

    impl Record for Id {
        fn key(&self) -> String {
            self.0.to_string()
        }
        fn identity(&self) -> Identity {
            Identity::number(self.0)
        }
        fn group(&self) -> u64 {
            self.0 / 100
        }
        fn stage(&self) -> u8 {
            u8::from(self.0 >= 10_000)
        }
        fn from_number(_: u64, id: u64) -> Option<Self> {
            (id % 2 == 0).then_some(Self(id))
        }
    }

    /// A plan for one call at a time, of at most two records.
    pub(super) fn plan() -> Plan<Id> {
        let two = NonZeroUsize::new(2).unwrap();
        Plan::new(Descriptor::deleting("model", "delete", two), PlanOptions::default())
    }

    pub(super) fn offer(plan: &mut Plan<Id>, ids: impl IntoIterator<Item = u64>) {
        for id in ids {
            let record = Id(id);
            plan.offer(Entry::Record { line: id, record }, NOW);
        }
    }

    /// How many of these the plan takes before it wants no more input.
    fn taken_of(plan: &mut Plan<Id>, ids: impl IntoIterator<Item = u64>) -> usize {
        let mut taken = 0;
        for id in ids {
            if !plan.wants_input() {
                break;
            }
            offer(plan, [id]);
            taken += 1;
        }
        taken
    }

    #[test]
    fn a_plan_asks_for_what_its_next_two_batches_lack_and_for_a_batch_at_most() {
        let mut plan = plan();
        for wanted in [2, 2, 2, 1, 0] {
            assert_eq!(plan.wanted(), wanted);
            let next = plan.accepted + 1;
            offer(&mut plan, [next]);
        }
    }

    #[test]
    fn records_of_many_groups_are_read_until_one_fills_a_batch() {
        let mut plan = plan();
        offer(&mut plan, [100, 200, 300, 400]);
        assert!(plan.wants_input());
        offer(&mut plan, [101]);
        assert!(!plan.wants_input());
    }

    #[test]
    fn records_of_many_groups_that_fill_no_batch_are_read_until_sixteen_batches_wait_and_then_leave() {
        let mut plan = plan();
        let ids = (1..100).map(|group| group * 100);
        assert_eq!(taken_of(&mut plan, ids.take(31)), 31);
        assert_eq!(plan.poll(NOW), Step::Wait(Some(plan.options.linger)));
        assert_eq!(taken_of(&mut plan, (32..100).map(|group| group * 100)), 1);
        assert_eq!(plan.poll(NOW), Step::Ready);
    }

    #[test]
    fn of_a_later_stage_no_more_is_read_than_its_next_batches_take() {
        let mut plan = plan();
        offer(&mut plan, [1]);
        plan.offer(Entry::StageEnd(0), NOW);
        assert_eq!(taken_of(&mut plan, 10_000..10_100), 4);
    }

    #[test]
    fn a_stage_that_opens_is_unpacked_only_for_its_next_batches() {
        let mut plan = plan();
        offer(&mut plan, 10_000..10_010);
        plan.end_input();
        assert_eq!(plan.poll(NOW), Step::Ready);
        assert_eq!(plan.unsettled, 4);
    }

    #[test]
    fn a_record_that_stays_busy_is_unknown_when_an_earlier_call_may_still_act_on_it() {
        for (maybe_sent, verdict) in [(true, Verdict::Unknown), (false, Verdict::Busy)] {
            let mut plan = plan();
            plan.options.busy_rounds = 0;
            let past = Recall::Open {
                maybe_sent,
                attempts: 1,
            };
            let (line, record) = (1, Id(1));
            plan.offer_again(Entry::Record { line, record }, past, NOW);
            plan.end_input();
            assert_eq!(plan.poll(NOW), Step::Ready);
            let batch = plan.take(NOW).unwrap();
            let busy = Statement::new(Said::Busy { partly: false });
            let reply = Reply::Named(vec![(Id(1).identity(), busy)]);
            plan.settle(batch, Attempt::Reply(reply), NOW, 0.0);
            assert_eq!(plan.take_outcome().unwrap().verdict, verdict);
        }
    }

    #[test]
    fn an_outcome_tells_whether_a_call_may_have_acted_on_its_record() {
        for (answers, verdict, maybe_sent) in [
            (vec![Said::Done], Verdict::Deleted, false),
            (vec![Said::Unclear], Verdict::Unknown, true),
            (vec![Said::Refused { conclusive: true }], Verdict::Rejected, false),
            (
                vec![Said::Busy { partly: true }, Said::Refused { conclusive: true }],
                Verdict::Rejected,
                true,
            ),
        ] {
            let mut plan = plan();
            offer(&mut plan, [1]);
            plan.end_input();
            let mut now = NOW;
            for said in answers {
                assert_eq!(plan.poll(now), Step::Ready);
                let batch = plan.take(now).unwrap();
                let named = vec![(Id(1).identity(), Statement::new(said))];
                plan.settle(batch, Attempt::Reply(Reply::Named(named)), now, 0.0);
                now += plan.options.busy_wait;
            }
            let settled = plan.take_outcome().unwrap();
            assert_eq!((settled.verdict, settled.maybe_sent), (verdict, maybe_sent));
        }
    }
}
