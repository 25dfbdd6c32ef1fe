//! Any state file of the emulator, and what a world made of it answers.
#![no_main]

use std::time::{Duration, SystemTime};

use batchwise_emulator::{EmulatorConfig, World};
use batchwise_fuzz::requests;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let config = match EmulatorConfig::from_toml(text) {
        Ok(config) => config,
        Err(error) => {
            assert!(!error.to_string().is_empty(), "an error says why");
            return;
        }
    };
    for rule in &config.faults {
        assert!(!rule.to_string().is_empty(), "a rule says what it is");
    }
    let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_750_000_000);
    let mut world = World::new(config, Duration::ZERO, wall);
    // Twice, and far apart: sessions end, busy records are free, windows have slid.
    for at in [Duration::from_millis(1), Duration::from_secs(100_000)] {
        for request in requests() {
            let action = world.handle(at, &request);
            assert!((200..600).contains(&action.answer.status().as_u16()));
            assert!(action.answer.body().len() < 1 << 20, "a handful of records has a short answer");
        }
    }
    let truth = world.truth();
    assert!(truth.requests.values().map(|tally| tally.received + tally.refused).sum::<u64>() <= 20);
});
