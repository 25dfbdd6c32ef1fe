//! What a refused request means: by name, without one, for its size, for its credentials.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use batchwise_core::{BatchMethod, CallError, Descriptor, NamedRefusal, ReasonKind, Reply, Verdict, run_all};
use common::{Fault, Id, Model, delete, options, stop_of, there, verdict_of};

#[tokio::test]
async fn a_refusal_that_names_records_rejects_those_and_resends_the_others() {
    let model = Model::new(100)
        .with(there(0..4))
        .with(|world| world.poison_named.insert(2));
    let report = delete(&model, 0..4).await;
    assert_eq!(model.calls(), [vec![0, 1, 2, 3], vec![0, 1, 3]]);
    let rejected = report
        .outcomes
        .iter()
        .find(|outcome| outcome.verdict == Verdict::Rejected)
        .unwrap();
    assert_eq!(
        (rejected.record(), rejected.detail().as_deref()),
        (Some(&Id(2)), Some("2 is poison"))
    );
    assert_eq!(
        report.outcomes.iter().filter(|outcome| outcome.attempts == 1).count(),
        4
    );
}

#[tokio::test]
async fn after_an_unclear_refusal_by_name_absence_is_presumed_deletion() {
    let mut model = Model::new(100)
        .with(there(0..4))
        .with(|world| world.poison_named.insert(3));
    model.descriptor = model.descriptor.named_refusal(NamedRefusal::OthersUnclear);
    let report = delete(&model, [0, 1, 2, 3, 9]).await;
    // The provider did remove 0 and 1 before it refused; 9 was never there.
    assert_eq!(verdict_of(&report, 0), Verdict::PresumedDeleted);
    assert_eq!(verdict_of(&report, 2), Verdict::Deleted);
    assert_eq!(verdict_of(&report, 3), Verdict::Rejected);
    assert_eq!(verdict_of(&report, 9), Verdict::PresumedDeleted);
}

#[tokio::test]
async fn a_refusal_without_a_name_is_bisected_down_to_the_record() {
    let model = Model::new(100)
        .with(there(0..100))
        .with(|world| world.poison_nameless.insert(37));
    let report = delete(&model, 0..100).await;
    assert_eq!(verdict_of(&report, 37), Verdict::Rejected);
    assert_eq!(report.summary.counts.of(Verdict::Deleted), 99);
    assert!(model.calls().len() <= 15, "{} calls", model.calls().len());
}

#[tokio::test]
async fn several_nameless_poisons_are_found_within_the_budget() {
    let model = Model::new(100)
        .with(there(0..100))
        .with(|world| world.poison_nameless = [3, 50, 99].into());
    let report = delete(&model, 0..100).await;
    assert_eq!(
        (
            report.summary.counts.of(Verdict::Rejected),
            report.summary.counts.of(Verdict::Deleted)
        ),
        (3, 97)
    );
}

#[tokio::test]
async fn what_cannot_be_isolated_within_the_budget_is_rejected_with_the_batchs_reason() {
    let model = Model::new(100)
        .with(there(0..200))
        .with(|world| world.poison_nameless = (100..200).collect());
    let report = delete(&model, 0..200).await;
    assert_eq!(
        (
            report.summary.counts.of(Verdict::Rejected),
            report.summary.counts.of(Verdict::Deleted)
        ),
        (100, 100)
    );
    assert!(model.calls().len() <= 2 + 57, "{} calls", model.calls().len());
}

#[tokio::test]
async fn a_provider_that_refuses_everything_stops_the_job() {
    let model = Model::new(10)
        .with(there(0..1000))
        .with(|world| world.poison_nameless = (0..1000).collect());
    let report = delete(&model, 0..1000).await;
    assert_eq!(stop_of(&report), Some(ReasonKind::Refused));
    assert!(model.calls().len() <= 3 * 33, "{} calls", model.calls().len());
    assert_eq!(report.outcomes.len(), 1000);
}

#[tokio::test]
async fn a_request_that_is_too_large_halves_the_batches() {
    let model = Model::new(100).with(there(0..200)).with(|world| {
        world.faults = (0..50).map(|call| (call, Fault::TooLarge(30))).collect();
    });
    let report = delete(&model, 0..200).await;
    assert_eq!(model.sizes()[..4], [100, 50, 25, 25]);
    assert_eq!(report.summary.counts.of(Verdict::Deleted), 200);
}

#[tokio::test]
async fn a_single_record_that_is_too_large_is_rejected() {
    let model = Model::new(2).with(there(0..2)).with(|world| {
        world.faults = (0..9).map(|call| (call, Fault::TooLarge(0))).collect();
    });
    let report = delete(&model, 0..2).await;
    assert_eq!(report.summary.counts.of(Verdict::Rejected), 2);
}

#[tokio::test]
async fn a_record_that_a_lost_call_may_have_deleted_is_not_rejected_by_a_refusal_alone() {
    let model = Model::new(2).with(there(0..1)).with(|world| {
        world.faults = [(0, Fault::ResetAfter), (1, Fault::TooLarge(0))].into();
    });
    let report = delete(&model, [0]).await;
    // It was deleted by the first call: "rejected" would say that this job did nothing to it.
    assert_eq!(verdict_of(&report, 0), Verdict::Unknown);
    assert_eq!(
        report.outcomes[0].reason.as_ref().unwrap().kind(),
        ReasonKind::Ambiguous
    );
}

#[tokio::test]
async fn static_credentials_that_are_refused_stop_the_job() {
    let model = Model::new(10)
        .with(there(0..30))
        .with(|world| world.faults = [(1, Fault::NoCredentials)].into());
    let report = delete(&model, 0..30).await;
    assert_eq!(stop_of(&report), Some(ReasonKind::Credentials));
    assert_eq!(model.calls().len(), 2);
    assert_eq!(
        (
            report.summary.counts.of(Verdict::Deleted),
            report.summary.counts.of(Verdict::NotSent)
        ),
        (10, 20)
    );
}

#[tokio::test]
async fn an_unknown_campaign_stops_the_job() {
    let model = Model::new(10).with(|world| world.faults = [(0, Fault::NoCampaign)].into());
    let report = delete(&model, 0..30).await;
    assert_eq!((stop_of(&report), model.calls().len()), (Some(ReasonKind::Target), 1));
    assert_eq!(report.summary.counts.of(Verdict::NotSent), 30);
}

#[tokio::test]
async fn a_session_that_dies_again_and_again_is_renewed_each_time() {
    let mut model = Model::new(10)
        .with(there(0..200))
        .with(|world| world.session_dies_every = 3);
    model.renewable = true;
    let report = delete(&model, 0..200).await;
    assert_eq!(report.summary.counts.of(Verdict::Deleted), 200);
    assert!(report.outcomes.iter().all(|outcome| outcome.attempts == 1));
    assert_eq!(report.summary.logins, 7);
}

#[tokio::test]
async fn a_call_that_is_refused_after_a_login_stops_the_job() {
    let mut model = Model::new(10).with(there(0..20)).with(|world| {
        world.faults = (0..99).map(|call| (call, Fault::NoCredentials)).collect();
    });
    model.renewable = true;
    let report = delete(&model, 0..20).await;
    assert_eq!(stop_of(&report), Some(ReasonKind::Credentials));
    assert_eq!((model.calls().len(), report.summary.logins), (1, 1));
}

#[tokio::test]
async fn a_call_that_had_to_wait_for_the_first_login_may_still_be_refused_once() {
    /// Has no session at first; the session of the first login is dead when the call comes.
    #[derive(Debug, Clone)]
    struct DeadAtOnce(Model, Arc<AtomicUsize>);
    impl BatchMethod for DeadAtOnce {
        type Record = Id;
        fn descriptor(&self) -> &Descriptor {
            &self.0.descriptor
        }
        fn quotas(&self) -> &[batchwise_core::quota::QuotaHandle] {
            &[]
        }
        async fn call(&self, records: &[Id]) -> Result<Reply, CallError> {
            match self.1.load(Ordering::SeqCst) {
                0 => Err(CallError::no_session()),
                1 => Err(CallError::of_status(&common::answer(401))),
                _ => self.0.call(records).await,
            }
        }
        fn can_renew(&self) -> bool {
            true
        }
        async fn renew(&self, _: &CallError) -> Result<bool, CallError> {
            self.1.fetch_add(1, Ordering::SeqCst);
            Ok(true)
        }
    }
    let model = Model::new(10).with(there(0..20));
    let method = DeadAtOnce(model.clone(), Arc::default());
    let report = run_all(method, (0..20).map(Id), options(&model)).await;
    assert_eq!(report.summary.counts.of(Verdict::Deleted), 20);
    assert_eq!((report.summary.logins, report.summary.calls), (2, 3));
}
