//! Any bytes on a connection of the emulator, and what its world answers to the requests in them.
#![no_main]

use std::time::{Duration, SystemTime};

use batchwise_emulator::{EmulatorConfig, World, requests};
use batchwise_fuzz::now;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let whole = now(requests(input, usize::MAX));
    for piece in [1, 7] {
        let pieces = now(requests(input, piece));
        assert_eq!(pieces.requests.len(), whole.requests.len(), "requests are the same however they come");
        assert_eq!(pieces.refused, whole.refused);
        for (left, right) in pieces.requests.iter().zip(&whole.requests) {
            assert_eq!((left.method(), left.uri(), left.headers()), (right.method(), right.uri(), right.headers()));
            assert_eq!(left.body(), right.body());
        }
    }
    let bytes: usize = whole.requests.iter().map(|request| request.body().len()).sum();
    assert!(bytes <= input.len(), "a body is made of what came");
    let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_750_000_000);
    let mut world = World::new(EmulatorConfig::default().quota_off(), Duration::ZERO, wall);
    for (second, request) in (1..).zip(&whole.requests) {
        let action = world.handle(Duration::from_secs(second), request);
        assert!((200..600).contains(&action.answer.status().as_u16()));
        // A refused row of a lead is answered with some two hundred bytes.
        assert!(action.answer.body().len() <= 4096 + 200 * input.len(), "an answer is in proportion");
    }
    let truth = world.truth();
    let told: u64 = truth.requests.values().map(|tally| tally.received).sum();
    assert_eq!(told + truth.strays, whole.requests.len() as u64, "every request is counted once");
});
