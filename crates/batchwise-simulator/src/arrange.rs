//! From a scenario to what it is played with: the world, the quotas, the inputs, the options.

use std::collections::{BTreeSet, VecDeque};
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::{Duration, SystemTime};

use batchwise_core::clock::Tick;
use batchwise_core::plan::Entry;
use batchwise_core::quota::{LocalQuota, QuotaHandle, Window};
use batchwise_core::test_util::FakeClock;
use batchwise_core::{Record, RunOptions, StopToken};
use batchwise_emulator::conformance::{Difficult, Line, RecordOf, Subject};
use batchwise_emulator::{EmulatorConfig, FaultRule, QuotaConfig, Rate, World};

use crate::input::Item;
use crate::scenario::{At, FaultPlan, Job, Quota, Scenario, What, WindowPlan};

/// The records that are difficult.
pub(crate) fn difficult(scenario: &Scenario) -> Difficult {
    let mut difficult = Difficult::default();
    for (number, difficulty) in scenario.difficult() {
        if let Some(difficulty) = difficulty {
            difficult.set(number, difficulty);
        }
    }
    difficult
}

/// The world at the start.
pub(crate) fn world<S: Subject>(scenario: &Scenario, subject: &S, difficult: &Difficult) -> World {
    let mut config = subject.arrange(EmulatorConfig::default().quota(charged(&scenario.quota)), difficult);
    if let Some(calls) = scenario.session_calls {
        config = subject.short_sessions(config, calls);
    }
    let rules = (0..)
        .zip(&scenario.faults)
        .map(|(at, plan)| rule(scenario, subject, plan, at));
    World::new(config.faults(rules), Tick::ZERO, SystemTime::UNIX_EPOCH)
}

/// What the server charges.
fn charged(quota: &Quota) -> QuotaConfig {
    let (rates, retry_after) = match quota {
        Quota::Free => (Vec::new(), false),
        Quota::Kept { windows, .. } => (windows.iter().map(rate).collect(), false),
        Quota::Unknown { window, retry_after } => (vec![rate(window)], *retry_after),
    };
    QuotaConfig {
        off: matches!(quota, Quota::Free),
        calltouch: rates.clone(),
        dellin: rates.clone(),
        thulium: rates,
        retry_after,
    }
}

fn rate(window: &WindowPlan) -> Rate {
    Rate::new(window.limit, window.per)
}

fn rule<S: Subject>(scenario: &Scenario, subject: &S, plan: &FaultPlan, at: u64) -> FaultRule {
    let method = match subject.login() {
        Some(login) if plan.logins => login,
        _ => subject.method(),
    };
    let rule = FaultRule::new(plan.fault).on(method);
    match plan.at {
        At::Nth(number) => rule.nth(number),
        At::Every(step) => rule.every(step),
        At::Burst(from, count) => rule.between(from, from + count - 1),
        At::From(from) => rule.between(from, u64::MAX),
        At::Percent(percent) => {
            let percent = u32::try_from(percent).unwrap_or(100);
            rule.probability(
                f64::from(percent) / 100.0,
                scenario.chance.rotate_left(7).wrapping_add(at),
            )
        }
        At::Record(number, times) => rule.record(subject.fault_key(scenario.number(0, number))).times(times),
    }
}

/// The clients' windows, shortest first.
pub(crate) fn windows(quota: &Quota) -> Vec<Window> {
    let Quota::Kept { windows, .. } = quota else {
        return Vec::new();
    };
    let mut windows: Vec<Window> = windows.iter().map(window).collect();
    windows.sort_by_key(Window::per);
    windows
}

fn window(plan: &WindowPlan) -> Window {
    let limit = NonZeroU32::new(plan.limit).unwrap_or(NonZeroU32::MIN);
    if plan.budget {
        return Window::daily_budget(limit);
    }
    Window::new(limit, plan.per).with_burst(NonZeroU32::new(plan.burst).unwrap_or(NonZeroU32::MIN))
}

/// What the clients let requests jitter by.
pub(crate) fn guard(windows: &[Window]) -> Duration {
    let guards = windows
        .iter()
        .map(|window| window.guarded().saturating_sub(window.per()));
    guards.min().unwrap_or(Duration::from_millis(30))
}

/// The clients' quota, and the handles that are stacked above each other, slowest first, when they are apart.
pub(crate) fn quotas(quota: &Quota, clock: &FakeClock) -> (QuotaHandle, Vec<QuotaHandle>) {
    let of = |windows: Vec<Window>| QuotaHandle::new(LocalQuota::on_clock(clock.shared(), windows));
    let windows = windows(quota);
    let apart = matches!(quota, Quota::Kept { apart: true, windows } if windows.len() > 1);
    if apart {
        let stacked = windows.iter().rev().map(|window| of(vec![*window])).collect();
        (of(Vec::new()), stacked)
    } else {
        (of(windows), Vec::new())
    }
}

/// The lines of a job as its input gives them.
pub(crate) fn items<S: Subject>(
    scenario: &Scenario,
    subject: &S,
    at: usize,
) -> (VecDeque<Item<RecordOf<S>>>, Vec<RecordOf<S>>) {
    let Some(job) = scenario.jobs.get(at) else {
        return (VecDeque::new(), Vec::new());
    };
    let mut staged: Vec<(u8, Item<RecordOf<S>>)> = Vec::new();
    let mut records = Vec::new();
    for (line, plan) in (1..).zip(&job.lines) {
        let pause = if plan.late { job.pause } else { Duration::ZERO };
        let (stage, entry, read) = match plan.what {
            What::Record(number, _) => {
                let number = scenario.number(at, number);
                let record = subject.record(number);
                records.push(record.clone());
                (record.stage(), Entry::Record { line, record }, Line::Record(number))
            }
            What::Invalid(which) => {
                let text = format!("no key {which}");
                let entry = Entry::Invalid {
                    line,
                    text: text.clone(),
                    why: "it is no key".to_owned(),
                };
                (0, entry, Line::Invalid(text))
            }
        };
        let line = Some((line, read));
        staged.push((stage, Item { pause, entry, line }));
    }
    let stages: BTreeSet<u8> = staged.iter().map(|(stage, _)| *stage).collect();
    if !job.in_passes || stages.len() < 2 {
        return (staged.into_iter().map(|(_, item)| item).collect(), records);
    }
    let mut items = VecDeque::new();
    staged.sort_by_key(|(stage, _)| *stage);
    let mut staged = staged.into_iter().peekable();
    while let Some((stage, item)) = staged.next() {
        items.push_back(item);
        if staged.peek().is_none_or(|(next, _)| *next > stage) {
            items.push_back(Item {
                pause: Duration::ZERO,
                entry: Entry::StageEnd(stage),
                line: None,
            });
        }
    }
    (items, records)
}

/// The options of a job's run.
pub(crate) fn options(job: &Job, clock: &FakeClock, token: StopToken) -> RunOptions {
    let set = &job.options;
    let mut options = RunOptions::new()
        .clock(clock.shared())
        .stop_token(token)
        .allow_missing(set.allow_missing)
        .limit(set.limit)
        .concurrency(NonZeroUsize::new(job.concurrency).unwrap_or(NonZeroUsize::MIN));
    if let Some(attempts) = set.max_attempts {
        options = options.max_attempts(attempts);
    }
    if let Some(rounds) = set.busy_rounds {
        options = options.busy_rounds(rounds);
    }
    if let Some(wait) = set.busy_wait {
        options = options.busy_wait(wait);
    }
    if let Some(linger) = set.linger {
        options = options.linger(linger);
    }
    if let Some(retries) = set.retry_budget {
        options = options.retry_budget(retries);
    }
    if let Some(deadline) = set.deadline {
        options = options.deadline(deadline);
    }
    if let Some(drain) = set.drain {
        options = options.drain(drain);
    }
    options
}
