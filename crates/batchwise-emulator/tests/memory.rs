//! The world behind the transport seam, on a clock that the test moves.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value
)]
#![allow(missing_docs, dead_code, unreachable_pub)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use batchwise_core::clock::{Clock, Sleep, Tick};
use batchwise_core::transport::{Transport, TransportErrorKind};
use batchwise_emulator::{EmulatorConfig, Fault, FaultRule, InMemoryTransport};
use http::StatusCode;
use support::import;

/// A clock that jumps where it is asked to sleep to.
#[derive(Debug, Default)]
struct Jumping(Arc<Mutex<Tick>>);

impl Clock for Jumping {
    fn now(&self) -> Tick {
        *self.0.lock().unwrap()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.now()
    }

    fn sleep_until(&self, tick: Tick) -> Sleep {
        let now = Arc::clone(&self.0);
        Box::pin(async move {
            let mut now = now.lock().unwrap();
            *now = tick.max(*now);
        })
    }

    fn jitter(&self) -> f64 {
        0.5
    }
}

async fn with(fault: Fault) -> (Result<StatusCode, TransportErrorKind>, Tick, u64) {
    let clock = Arc::new(Jumping::default());
    let transport = InMemoryTransport::new(
        EmulatorConfig::default().fault(FaultRule::new(fault)),
        Arc::<Jumping>::clone(&clock),
    );
    let answer = transport.send(import(r#"{"importLogIds":[1]}"#)).await;
    let result = answer.map(|answer| answer.status()).map_err(|error| error.kind());
    (result, clock.now(), transport.truth().calltouch.removed_count())
}

#[tokio::test]
async fn faults_come_as_the_errors_a_transport_makes_of_them() {
    use TransportErrorKind::{Closed, Connect, Cut, Timeout};
    let half_a_minute = Duration::from_secs(30);
    for (fault, result, time, removed) in [
        (Fault::Refuse, Err(Connect), Duration::ZERO, 0),
        (Fault::ResetBefore, Err(Closed), Duration::ZERO, 0),
        (Fault::ResetAfter, Err(Closed), Duration::ZERO, 1),
        (Fault::CloseAfter, Err(Closed), Duration::ZERO, 1),
        (Fault::HangBefore, Err(Timeout), half_a_minute, 0),
        (Fault::HangAfter, Err(Timeout), half_a_minute, 1),
        (Fault::Truncate, Err(Cut(StatusCode::OK)), Duration::ZERO, 1),
        (Fault::Garbage, Ok(StatusCode::OK), Duration::ZERO, 1),
        (
            Fault::Slow(Duration::from_secs(2)),
            Ok(StatusCode::OK),
            Duration::from_secs(2),
            1,
        ),
        (Fault::Slow(Duration::from_secs(60)), Err(Timeout), half_a_minute, 1),
        (
            Fault::Status {
                status: 503,
                acts: false,
            },
            Ok(StatusCode::SERVICE_UNAVAILABLE),
            Duration::ZERO,
            0,
        ),
    ] {
        assert_eq!(with(fault).await, (result, time, removed), "{fault}");
    }
}

#[tokio::test]
async fn a_latency_passes_on_the_clock() {
    let clock = Arc::new(Jumping::default());
    let transport = InMemoryTransport::new(EmulatorConfig::default(), Arc::<Jumping>::clone(&clock))
        .latency(Duration::from_millis(80));
    transport.send(import(r#"{"importLogIds":[1]}"#)).await.unwrap();
    assert_eq!(clock.now(), Duration::from_millis(80));
}

#[tokio::test]
async fn the_log_says_why_a_rule_fired() {
    let rule = FaultRule::new(Fault::Garbage).record("7").times(1);
    let transport = InMemoryTransport::new(EmulatorConfig::default().fault(rule), Arc::new(Jumping::default()));
    for ids in ["[6]", "[7]", "[7]"] {
        transport
            .send(import(format!("{{\"importLogIds\":{ids}}}")))
            .await
            .unwrap();
    }
    let log = transport.log();
    assert_eq!(log.len(), 1);
    assert_eq!(
        log[0].to_string(),
        "    0.000 s  request 2 (calltouch-import): garbage, because rule 1: garbage at any request that carries 7, \
         at most 1 times (its request 1)"
    );
}
