//! What is told to people, and to whoever holds a deleter without knowing its provider.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod common;

use std::collections::HashSet;
use std::error::Error;
use std::time::Duration;

use batchwise_core::journal::{JournalEntry, JournalError, JournalVerdict};
use batchwise_core::list::Flaw;
use batchwise_core::test_util::{FakeClock, ScriptedTransport};
use batchwise_core::transport::TransportErrorKind;
use batchwise_core::{BatchDeleter, Identity, Outcome, Record, RecordKey, Secret, Subject, Verdict};
use bytes::Bytes;
use common::{Id, Model, there};
use http::Request;

#[tokio::test]
async fn keys_that_are_no_records_are_rejected_and_the_others_deleted_whatever_the_provider() {
    let model = Model::new(10).with(there(0..2));
    let deleter: Box<dyn BatchDeleter> = Box::new(model.clone());
    assert_eq!(deleter.descriptor().method, "delete");
    let keys = ["0", "x", "1"].map(str::to_owned).to_vec();
    let report = deleter.delete_all(keys, common::options(&model)).await;
    let mut said: Vec<(String, Verdict)> = report.outcomes.iter().map(|one| (one.key(), one.verdict)).collect();
    said.sort_by(|left, right| left.0.cmp(&right.0));
    let expected = [
        ("0", Verdict::Deleted),
        ("1", Verdict::Deleted),
        ("x", Verdict::Rejected),
    ];
    assert_eq!(said, expected.map(|(key, verdict)| (key.to_owned(), verdict)));
}

#[test]
fn a_records_key_is_the_same_record_in_another_scope_only_by_name() {
    #[derive(Debug, Clone)]
    struct Scoped(&'static str);
    impl Record for Scoped {
        fn key(&self) -> String {
            "7".to_owned()
        }
        fn identity(&self) -> Identity {
            Identity::number(7)
        }
        fn scope(&self) -> Option<String> {
            Some(self.0.to_owned())
        }
    }
    let (one, other) = (RecordKey::of(&Scoped("00042")), RecordKey::of(&Scoped("00043")));
    assert_eq!((one.to_string(), one.key()), ("7".to_owned(), "7".to_owned()));
    assert_eq!(one.scope().as_deref(), Some("00042"));
    assert_ne!(one.identity(), other.identity());
    assert_eq!(one.identity(), RecordKey::of(&Scoped("00042")).identity());
}

#[test]
fn every_verdict_has_a_word_of_its_own() {
    let words: HashSet<String> = Verdict::ALL.into_iter().map(|verdict| verdict.to_string()).collect();
    assert_eq!(words.len(), Verdict::ALL.len());
    assert!(words.contains("presumed_deleted"), "{words:?}");
}

#[test]
fn a_verdict_of_a_journal_becomes_the_outcome_that_it_was() {
    let entry = JournalEntry::of_record(&Id(7), 3);
    let verdict = JournalVerdict::new(entry, Verdict::NotSent, std::time::SystemTime::UNIX_EPOCH);
    let outcome: Outcome<Id> = verdict.outcome(Subject::Record(Id(7)), 3);
    assert_eq!((outcome.line, outcome.verdict), (3, Verdict::NotSent));
    assert_eq!((outcome.key().as_str(), outcome.record()), ("7", Some(&Id(7))));
    assert_eq!((outcome.reached(), outcome.attempts), (false, 0));
}

#[test]
fn a_journals_error_is_told_in_its_own_words() {
    let error = JournalError::new("the disk is full");
    assert_eq!(
        (error.to_string(), format!("{error:?}")),
        (
            "the disk is full".to_owned(),
            "JournalError(the disk is full)".to_owned()
        )
    );
    assert!(error.source().is_none());
}

#[test]
fn a_flaw_says_whether_another_walk_may_succeed() {
    assert!(Flaw::changed("it grew").is_change());
    assert!(!Flaw::odd("a part is missing").is_change());
    assert_eq!(Flaw::odd("a part is missing").to_string(), "a part is missing");
}

#[test]
fn a_secret_is_made_of_a_text_and_not_shown() {
    let secret = Secret::from("hunter2".to_owned());
    assert_eq!(secret.expose(), "hunter2");
    assert!(!format!("{secret:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_scripted_transport_answers_in_order_and_keeps_the_requests() {
    let script = ScriptedTransport::new()
        .answer(503, "busy")
        .fail(TransportErrorKind::Timeout);
    let transport = script.shared();
    let request = || Request::get("https://a.example/").body(Bytes::new()).unwrap();
    let answer = transport.send(request()).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.body().as_ref()),
        (503, b"busy".as_slice())
    );
    for kind in [TransportErrorKind::Timeout, TransportErrorKind::Connect] {
        assert_eq!(transport.send(request()).await.unwrap_err().kind(), kind);
    }
    assert_eq!(script.requests().len(), 3);
}

#[test]
fn another_seed_gives_a_fake_clock_another_sequence_of_jitter() {
    let drawn = |seed| {
        let clock = FakeClock::new().with_jitter(seed).shared();
        [clock.jitter(), clock.jitter()].map(f64::to_bits)
    };
    assert_eq!(drawn(1 << 40), drawn(1 << 40));
    assert_ne!(drawn(1 << 40), drawn(2 << 40));
    assert_eq!(FakeClock::new().shared().now(), Duration::ZERO);
}
