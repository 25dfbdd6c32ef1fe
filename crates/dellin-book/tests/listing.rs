//! The list of a book against the emulator's truth: the same, or an error that says that it is not whole.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use batchwise_core::clock::Clock;
use batchwise_core::list::{ListError, ListErrorKind, ListOptions};
use batchwise_core::quota::{LocalQuota, QuotaHandle};
use batchwise_core::test_util::FakeClock;
use batchwise_emulator::{
    BookConfig, DellinConfig, EmulatorConfig, Fault, FaultRule, InMemoryTransport, Method, SpaceConfig,
};
use dellin_book::{BookEntry, BookQuery, Credentials, DellinAccount};

/// Five counteragents, twelve addresses, twenty phones and twenty persons.
fn book() -> EmulatorConfig {
    EmulatorConfig::default().dellin_book(BookConfig {
        counteragents: SpaceConfig::only(11..=15),
        addresses: SpaceConfig::only(21..=32),
        phones: SpaceConfig::only(41..=60),
        contacts: SpaceConfig::only(41..=60),
        anonymous: [13].into(),
        ..BookConfig::default()
    })
}

struct Read {
    result: Result<Vec<BookEntry>, ListError>,
    world: InMemoryTransport,
    clock: FakeClock,
}

async fn read(world: EmulatorConfig) -> Read {
    let clock = FakeClock::new();
    let world = InMemoryTransport::new(world, clock.shared());
    let quota = LocalQuota::on_clock(clock.shared(), DellinAccount::default_windows());
    let account = DellinAccount::builder("key", Credentials::password("+70000000000", "password"))
        .transport(Arc::new(world.clone()))
        .quota(QuotaHandle::new(quota))
        .build()
        .unwrap();
    let options = ListOptions::new().clock(clock.shared());
    let result = account.list(BookQuery::new(), options).whole().await;
    Read { result, world, clock }
}

fn keys(entries: &[BookEntry]) -> BTreeSet<String> {
    entries.iter().map(|entry| entry.object.to_string()).collect()
}

impl Read {
    fn truth(&self) -> BTreeSet<String> {
        let listed = self.world.truth().dellin.listed();
        listed.into_iter().map(|(kind, id)| format!("{kind}:{id}")).collect()
    }

    #[track_caller]
    fn assert_whole(&self) {
        let entries = self.result.as_ref().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(keys(entries), self.truth());
        assert_eq!(entries.len(), self.truth().len());
    }
}

#[tokio::test]
async fn the_list_is_the_book() {
    let read = read(book()).await;
    read.assert_whole();
    assert_eq!(read.truth().len(), 5 + 12 + 20 + 20);
    // One call for the counteragents, one for each of them, one for each address.
    assert_eq!(read.world.truth().tally(Method::DellinLists).received, 1 + 5 + 12);
}

#[tokio::test]
async fn the_list_keeps_to_the_quota() {
    let mut world = book();
    world.dellin_book.addresses = SpaceConfig::only(21..=130);
    let read = read(world).await;
    read.assert_whole();
    assert_eq!(read.world.truth().tally(Method::DellinLists).over_quota, 0);
    assert!(read.clock.now() >= Duration::from_secs(120), "116 calls at 40 a minute");
}

#[tokio::test]
async fn sessions_that_die_on_the_way_are_renewed() {
    let world = book().dellin(DellinConfig {
        session_calls: Some(4),
        ..DellinConfig::default()
    });
    let read = read(world).await;
    read.assert_whole();
    assert_eq!(read.world.truth().logins, 5);
}

#[tokio::test]
async fn any_single_fault_is_got_over() {
    for fault in [
        Fault::Refuse,
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::CloseAfter,
        Fault::HangBefore,
        Fault::Truncate,
        Fault::Garbage,
        Fault::Html {
            status: 200,
            acts: false,
        },
        Fault::Html {
            status: 502,
            acts: false,
        },
        Fault::Status {
            status: 500,
            acts: false,
        },
        Fault::TooManyRequests { retry_after: Some(3) },
        Fault::TooManyRequests { retry_after: None },
        Fault::SessionExpired,
    ] {
        for at in [1, 2, 7, 18] {
            let rule = FaultRule::new(fault).on(Method::DellinLists).nth(at);
            let read = read(book().fault(rule)).await;
            assert!(read.result.is_ok(), "{fault} at {at}: {:?}", read.result);
            read.assert_whole();
        }
    }
}

#[tokio::test]
async fn under_random_faults_the_list_is_the_book_or_an_error() {
    let mut whole = 0;
    for seed in 0..60 {
        let chance = |fault, seed| FaultRule::new(fault).probability(0.07, seed);
        let world = book().faults([
            chance(Fault::ResetAfter, seed),
            chance(Fault::Truncate, seed + 1000),
            chance(Fault::Garbage, seed + 2000),
            chance(Fault::SessionExpired, seed + 3000),
            chance(Fault::TooManyRequests { retry_after: Some(1) }, seed + 4000),
            chance(
                Fault::Status {
                    status: 503,
                    acts: false,
                },
                seed + 5000,
            ),
        ]);
        let read = read(world).await;
        if read.result.is_ok() {
            whole += 1;
            read.assert_whole();
        }
    }
    assert!(whole > 30, "{whole} of 60 lists are whole");
}

#[tokio::test]
async fn an_entry_that_is_missing_or_stands_twice_is_no_whole_list() {
    for fault in [Fault::DropFromAnswer(1), Fault::Duplicate, Fault::WrongLength] {
        // Requests below a counteragent and below an address.
        for parent in ["counteragent:11", "address:22"] {
            let rule = FaultRule::new(fault).on(Method::DellinLists).record(parent);
            let error = read(book().fault(rule)).await.result.unwrap_err();
            let kind = error.kind();
            assert!(
                matches!(kind, ListErrorKind::Odd | ListErrorKind::Changed),
                "{fault} {parent}: {error}"
            );
        }
    }
}

#[tokio::test]
async fn a_page_that_never_comes_is_no_whole_list() {
    let rule = FaultRule::new(Fault::ResetBefore).record("address:25");
    let read = read(book().fault(rule)).await;
    let error = read.result.unwrap_err();
    assert_eq!(error.kind(), ListErrorKind::Call);
}
