//! Walks through lists: whole, or said to be not whole.
#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use batchwise_core::clock::Clock;
use batchwise_core::list::{Flaw, ListError, ListErrorKind, ListMethod, ListOptions, list};
use batchwise_core::observe::{CallFinished, CallStarted, Observer};
use batchwise_core::quota::{LocalQuota, QuotaHandle, Window};
use batchwise_core::test_util::FakeClock;
use batchwise_core::transport::{Answer, TransportError, TransportErrorKind};
use batchwise_core::{CallError, CallErrorKind, StopToken};
use futures_util::StreamExt;
use http::StatusCode;

type Said = Result<Vec<u32>, CallError>;

/// A list of three pages, answered from a script.
#[derive(Debug)]
struct Pages {
    script: Arc<Mutex<VecDeque<Said>>>,
    quotas: Vec<QuotaHandle>,
    taken: usize,
    renewable: bool,
    renewals: Arc<Mutex<u32>>,
}

impl ListMethod for Pages {
    type Item = u32;
    type Answer = Vec<u32>;

    fn quotas(&self) -> &[QuotaHandle] {
        &self.quotas
    }

    async fn ask(&self) -> Said {
        let said = self.script.lock().unwrap().pop_front();
        said.unwrap_or_else(|| Err(CallError::local("asked beyond the script")))
    }

    fn take(&mut self, answer: Vec<u32>) -> Result<Vec<u32>, Flaw> {
        if answer.is_empty() {
            return Err(Flaw::odd("an empty page before the end"));
        }
        self.taken += 1;
        Ok(answer)
    }

    fn is_whole(&self) -> bool {
        self.taken == 3
    }

    fn can_renew(&self) -> bool {
        self.renewable
    }

    async fn renew(&self, _refused: &CallError) -> Result<bool, CallError> {
        *self.renewals.lock().unwrap() += 1;
        Ok(true)
    }
}

fn pages(script: impl IntoIterator<Item = Said>) -> Pages {
    Pages {
        script: Arc::new(Mutex::new(script.into_iter().collect())),
        quotas: vec![QuotaHandle::unlimited()],
        taken: 0,
        renewable: false,
        renewals: Arc::default(),
    }
}

fn failed(status: u16) -> Said {
    let answer = Answer::of(StatusCode::from_u16(status).unwrap(), "");
    Err(CallError::of_status(&answer))
}

fn lost() -> Said {
    Err(CallError::from_transport(TransportError::new(
        TransportErrorKind::Closed,
    )))
}

fn on(clock: &FakeClock) -> ListOptions {
    ListOptions::new().clock(clock.shared())
}

/// The entries that came, and the error if the list is not whole.
async fn read(pages: Pages, options: ListOptions) -> (Vec<u32>, Option<ListError>) {
    let mut stream = list(pages, options);
    let (mut entries, mut error) = (Vec::new(), None);
    while let Some(entry) = stream.next().await {
        match entry {
            Ok(entry) => entries.push(entry),
            Err(failure) => error = Some(failure),
        }
    }
    assert!(stream.next().await.is_none(), "a list that ended stays ended");
    (entries, error)
}

#[tokio::test]
async fn the_entries_of_all_pages_come_in_their_order() {
    let (entries, error) = read(pages([Ok(vec![1, 2]), Ok(vec![3]), Ok(vec![4])]), on(&FakeClock::new())).await;
    assert_eq!(entries, [1, 2, 3, 4]);
    assert!(error.is_none());
}

#[tokio::test]
async fn a_call_that_failed_for_a_moment_is_made_again() {
    let script = [Ok(vec![1]), lost(), failed(503), Ok(vec![2]), failed(200), Ok(vec![3])];
    let (entries, error) = read(pages(script), on(&FakeClock::new())).await;
    assert_eq!(entries, [1, 2, 3]);
    assert!(error.is_none());
}

#[tokio::test]
async fn a_page_that_never_comes_ends_the_list_with_an_error_and_not_without_a_word() {
    let script = [Ok(vec![1, 2])].into_iter().chain((0..20).map(|_| lost()));
    let (entries, error) = read(pages(script), on(&FakeClock::new())).await;
    let error = error.unwrap();
    assert_eq!(entries, [1, 2]);
    assert_eq!(
        (error.kind(), error.entries(), error.calls()),
        (ListErrorKind::Call, 2, 9)
    );
    assert_eq!(error.call().unwrap().kind(), CallErrorKind::Closed);
    assert!(error.to_string().starts_with("the list is not whole: "), "{error}");
}

#[tokio::test]
async fn an_answer_that_says_nothing_is_asked_for_three_times() {
    let script = (0..20).map(|_| failed(200));
    let (_, error) = read(pages(script), on(&FakeClock::new())).await;
    assert_eq!(error.unwrap().calls(), 3);
}

#[tokio::test]
async fn a_refusal_is_final() {
    let (_, error) = read(pages([Ok(vec![1]), failed(404)]), on(&FakeClock::new())).await;
    let error = error.unwrap();
    assert_eq!((error.kind(), error.calls()), (ListErrorKind::Call, 2));
}

#[tokio::test]
async fn pages_that_contradict_each_other_end_the_list_with_an_error() {
    let (entries, error) = read(pages([Ok(vec![1]), Ok(vec![])]), on(&FakeClock::new())).await;
    let error = error.unwrap();
    assert_eq!(entries, [1]);
    assert_eq!(error.kind(), ListErrorKind::Odd);
    assert_eq!(
        error.to_string(),
        "the list is not whole: an answer is odd: an empty page before the end"
    );
}

#[tokio::test]
async fn a_session_that_died_is_renewed_once_for_a_question() {
    let script = [Ok(vec![1]), failed(401), Ok(vec![2]), failed(401), Ok(vec![3])];
    let mut pages = pages(script);
    pages.renewable = true;
    let renewals = Arc::clone(&pages.renewals);
    let (entries, error) = read(pages, on(&FakeClock::new())).await;
    assert_eq!((entries, error.is_none()), (vec![1, 2, 3], true));
    assert_eq!(*renewals.lock().unwrap(), 2);
}

#[tokio::test]
async fn credentials_that_stay_refused_end_the_list() {
    let mut pages = pages([failed(401), failed(401)]);
    pages.renewable = true;
    let (_, error) = read(pages, on(&FakeClock::new())).await;
    assert_eq!(error.unwrap().call().unwrap().kind(), CallErrorKind::Credentials);
}

#[tokio::test]
async fn a_refusal_for_the_rate_pauses_everyone_who_shares_the_quota() {
    let clock = FakeClock::new();
    let quota = QuotaHandle::new(LocalQuota::on_clock(clock.shared(), []));
    let mut pages = pages([Ok(vec![1]), failed(429), Ok(vec![2]), Ok(vec![3])]);
    pages.quotas = vec![quota];
    let (entries, error) = read(pages, on(&clock)).await;
    assert_eq!((entries, error.is_none()), (vec![1, 2, 3], true));
    assert!(clock.now() >= Duration::from_secs(1));
}

#[tokio::test]
async fn calls_keep_to_the_quota() {
    let clock = FakeClock::new();
    let window = Window::per_minute(NonZeroU32::new(1).unwrap());
    let mut pages = pages([Ok(vec![1]), Ok(vec![2]), Ok(vec![3])]);
    pages.quotas = vec![QuotaHandle::new(LocalQuota::on_clock(clock.shared(), [window]))];
    let (entries, _) = read(pages, on(&clock)).await;
    assert_eq!(entries, [1, 2, 3]);
    assert!(clock.now() >= Duration::from_secs(120));
}

#[tokio::test]
async fn an_outage_costs_a_bounded_number_of_calls() {
    let script = (0..100).map(|_| lost());
    let options = on(&FakeClock::new()).max_attempts(1000).retry_budget(10);
    let (_, error) = read(pages(script), options).await;
    let error = error.unwrap();
    assert_eq!((error.kind(), error.calls()), (ListErrorKind::RetriesSpent, 11));
}

#[tokio::test]
async fn a_stopped_walk_makes_no_further_call_and_says_that_the_list_is_not_whole() {
    let stop = StopToken::new();
    let mut stream = list(
        pages([Ok(vec![1]), Ok(vec![2]), Ok(vec![3])]),
        on(&FakeClock::new()).stop_token(stop.clone()),
    );
    assert_eq!(stream.next().await.unwrap().unwrap(), 1);
    stop.stop();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.calls()), (ListErrorKind::Stopped, 1));
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_list_that_is_wanted_whole_is_whole_or_an_error() {
    let options = || on(&FakeClock::new());
    let whole = list(pages([Ok(vec![1]), Ok(vec![2]), Ok(vec![3])]), options())
        .whole()
        .await;
    assert_eq!(whole.unwrap(), [1, 2, 3]);
    let error = list(pages([Ok(vec![1]), failed(403)]), options()).whole().await;
    assert_eq!(error.unwrap_err().entries(), 1);
}

#[tokio::test]
async fn a_spent_daily_budget_ends_the_list_with_an_error() {
    let clock = FakeClock::new();
    let budget = Window::daily_budget(NonZeroU32::new(2).unwrap());
    let mut pages = pages([Ok(vec![1]), Ok(vec![2]), Ok(vec![3])]);
    pages.quotas = vec![QuotaHandle::new(LocalQuota::on_clock(clock.shared(), [budget]))];
    let (entries, error) = read(pages, on(&clock)).await;
    let error = error.unwrap();
    assert_eq!(entries, [1, 2]);
    assert_eq!((error.kind(), error.calls()), (ListErrorKind::QuotaSpent, 2));
    assert_eq!(error.to_string(), "the list is not whole: the quota is spent");
}

#[tokio::test]
async fn refusals_for_the_rate_without_end_mean_that_the_quota_is_spent() {
    let clock = FakeClock::new();
    let mut pages = pages((0..99).map(|_| failed(429)));
    pages.quotas = vec![QuotaHandle::new(LocalQuota::on_clock(clock.shared(), []))];
    let (_, error) = read(pages, on(&clock)).await;
    let error = error.unwrap();
    assert_eq!(error.kind(), ListErrorKind::QuotaSpent);
    assert_eq!(error.call().unwrap().kind(), CallErrorKind::RateLimited);
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn a_session_that_is_missing_on_the_way_is_brought_and_costs_no_call() {
    let mut pages = pages([Ok(vec![1]), Err(CallError::no_session()), Ok(vec![2]), failed(404)]);
    pages.renewable = true;
    let renewals = Arc::clone(&pages.renewals);
    let (entries, error) = read(pages, on(&FakeClock::new())).await;
    assert_eq!((entries, error.unwrap().calls()), (vec![1, 2], 3));
    assert_eq!(*renewals.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_session_that_is_never_there_ends_the_list() {
    let mut pages = pages((0..99).map(|_| Err(CallError::no_session())));
    pages.renewable = true;
    let renewals = Arc::clone(&pages.renewals);
    let (_, error) = read(pages, on(&FakeClock::new())).await;
    assert_eq!(error.unwrap().call().unwrap().kind(), CallErrorKind::NoSession);
    assert_eq!(*renewals.lock().unwrap(), 5);
}

/// Counts what it hears, and stops the walk at a retry.
#[derive(Debug, Default)]
struct Watcher {
    started: AtomicU32,
    logins: AtomicU32,
    ended: Mutex<Vec<Option<CallErrorKind>>>,
    stop: StopToken,
}

impl Observer for Watcher {
    fn call_started(&self, _: &CallStarted) {
        self.started.fetch_add(1, Ordering::SeqCst);
    }

    fn call_finished(&self, call: &CallFinished) {
        self.ended.lock().unwrap().push(call.error);
    }

    fn retry(&self, _: usize) {
        self.stop.stop();
    }

    fn session_renewed(&self) {
        self.logins.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn whoever_watches_hears_of_every_call_and_may_stop_the_walk_while_it_waits() {
    let watcher = Arc::new(Watcher::default());
    let seen: Arc<dyn Observer> = Arc::<Watcher>::clone(&watcher);
    let options = on(&FakeClock::new()).stop_token(watcher.stop.clone()).observer(seen);
    let (entries, error) = read(pages([Ok(vec![1]), lost(), Ok(vec![2])]), options).await;
    let error = error.unwrap();
    assert_eq!(entries, [1]);
    assert_eq!((error.kind(), error.calls()), (ListErrorKind::Stopped, 2));
    assert_eq!(error.to_string(), "the list is not whole: stopped");
    assert_eq!(watcher.started.load(Ordering::SeqCst), 2);
    assert_eq!(*watcher.ended.lock().unwrap(), [None, Some(CallErrorKind::Closed)]);
}

#[tokio::test]
async fn whoever_watches_hears_of_a_login() {
    let watcher = Arc::new(Watcher::default());
    let seen: Arc<dyn Observer> = Arc::<Watcher>::clone(&watcher);
    let mut pages = pages([Ok(vec![1]), failed(401), Ok(vec![2]), Ok(vec![3])]);
    pages.renewable = true;
    let (entries, _) = read(pages, on(&FakeClock::new()).observer(seen)).await;
    assert_eq!(entries, [1, 2, 3]);
    assert_eq!(watcher.logins.load(Ordering::SeqCst), 1);
}
