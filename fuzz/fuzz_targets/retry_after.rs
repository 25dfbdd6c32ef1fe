//! Any `Retry-After`, alone and beside any `Date`.
#![no_main]

use std::time::{Duration, SystemTime};

use batchwise_core::Secrets;
use batchwise_core::transport::{Answer, parse_retry_after};
use bytes::Bytes;
use http::header::{DATE, HeaderValue, RETRY_AFTER};
use libfuzzer_sys::fuzz_target;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fuzz_target!(|input: &[u8]| {
    let (value, date) = match input.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&input[..end], Some(&input[end + 1..])),
        None => (input, None),
    };
    let epoch = SystemTime::UNIX_EPOCH;
    let moments = [epoch, epoch + Duration::from_secs(1_750_000_000), epoch + Duration::from_secs(1 << 60)];
    if let Ok(text) = std::str::from_utf8(value) {
        let waits = moments.map(|now| parse_retry_after(text, now));
        let digits = text.trim();
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let seconds = digits.parse().map_or(DAY, Duration::from_secs).min(DAY);
            assert_eq!(waits, [Some(seconds); 3], "whole seconds are seconds, and no more than a day");
        } else if let Ok(at) = httpdate::parse_http_date(text.trim()) {
            let until = |now| Some(at.duration_since(now).unwrap_or(Duration::ZERO).min(DAY));
            assert_eq!(waits, moments.map(until), "a date is that date, and no more than a day away");
        }
        assert!(waits.iter().flatten().all(|wait| *wait <= DAY), "more than a day is a day");
        assert!(waits[0] >= waits[1] && waits[1] >= waits[2], "a later clock waits no longer");
    }
    let mut response = http::Response::new(Bytes::new());
    for (name, value) in [(RETRY_AFTER, Some(value)), (DATE, date)] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_bytes(value).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    let wait = Answer::new(response, Secrets::default()).retry_after();
    assert!(wait.is_none_or(|wait| wait <= DAY), "more than a day is a day");
});
