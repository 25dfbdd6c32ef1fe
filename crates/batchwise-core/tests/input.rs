//! How input is read, and what is no record.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use batchwise_core::clock::Clock;
use batchwise_core::plan::Entry;
use batchwise_core::{InputError, ReasonKind, Verdict, run, run_entries};
use common::{Id, Model, options, stop_of, there};
use futures_util::{StreamExt, stream};

#[tokio::test]
async fn look_ahead_is_bounded_by_what_the_consumer_has_taken() {
    let model = Model::new(10).with(there(0..10_000));
    let pulled = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&pulled);
    let input = stream::iter(0..10_000)
        .inspect(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
        })
        .map(Id);
    let mut stream = run(model.clone(), input, options(&model));
    for _ in 0..10 {
        let _ = stream.next().await;
    }
    assert_eq!(model.calls().len(), 1);
    assert!(
        pulled.load(Ordering::SeqCst) <= 30,
        "{pulled:?} records were taken from the input"
    );
}

#[tokio::test]
async fn an_input_that_fails_is_settled_up_to_there() {
    let model = Model::new(10).with(there(0..3));
    let entries: Vec<Result<Entry<Id>, InputError>> = vec![
        Ok(Entry::Record { line: 1, record: Id(0) }),
        Ok(Entry::Record { line: 2, record: Id(1) }),
        Err(InputError::new("line 3: `x` is not a number")),
        Ok(Entry::Record { line: 4, record: Id(2) }),
    ];
    let report = run_entries(model.clone(), stream::iter(entries), options(&model))
        .into_report()
        .await;
    assert_eq!(
        (model.calls(), report.summary.counts.of(Verdict::Deleted)),
        (vec![vec![0, 1]], 2)
    );
    assert_eq!(stop_of(&report), Some(ReasonKind::Input));
}

#[tokio::test]
async fn a_text_that_is_no_record_is_rejected_and_never_sent() {
    let model = Model::new(10).with(there(0..1));
    let entries = [
        Ok(Entry::Invalid {
            line: 1,
            text: "x".into(),
            why: "`x` is not a number".into(),
        }),
        Ok(Entry::Record { line: 2, record: Id(0) }),
    ];
    let report = run_entries(model.clone(), stream::iter(entries), options(&model))
        .into_report()
        .await;
    let bad = report.outcomes.iter().find(|outcome| outcome.line == 1).unwrap();
    assert_eq!(
        (bad.verdict, bad.key(), bad.attempts),
        (Verdict::Rejected, "x".to_owned(), 0)
    );
    assert_eq!(model.calls(), [[0]]);
}

#[tokio::test]
async fn a_partly_filled_batch_leaves_after_a_second_without_input() {
    let model = Model::new(10).with(there(0..3));
    let input = stream::iter((0..3).map(Id)).chain(stream::pending());
    let outcomes: Vec<_> = run(model.clone(), input, options(&model)).take(3).collect().await;
    assert_eq!((outcomes.len(), model.sizes()), (3, vec![3]));
    assert_eq!(model.clock.now(), Duration::from_secs(1));
}

#[tokio::test]
async fn a_full_batch_of_an_open_input_leaves_at_once() {
    let model = Model::new(10).with(there(0..15));
    let input = stream::iter((0..15).map(Id)).chain(stream::pending());
    let outcomes: Vec<_> = run(model.clone(), input, options(&model)).take(10).collect().await;
    assert_eq!((outcomes.len(), model.clock.now()), (10, Duration::ZERO));
}

#[tokio::test]
async fn repeats_do_not_hold_a_partly_filled_batch_back() {
    let model = Model::new(10).with(there(0..1));
    let clock = model.clock.clone();
    let input = stream::unfold((), move |()| {
        let clock = clock.clone();
        async move {
            clock.sleep_until(clock.now() + Duration::from_millis(100)).await;
            Some((Id(0), ()))
        }
    });
    let outcome = run(model.clone(), Box::pin(input), options(&model))
        .next()
        .await
        .unwrap();
    assert_eq!(outcome.verdict, Verdict::Deleted);
    assert!(model.clock.now() < Duration::from_secs(2));
}
