//! What is said of a panic.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::Location;

use crate::notes::say_at_once;

/// Says on standard error that the command has a fault, and where; with `RUST_BACKTRACE=1` how it came there.
pub(crate) fn report(payload: &(dyn Any + Send), location: Option<&Location<'_>>) {
    // Past the live lines: whoever draws them may be at fault.
    say_at_once(&text(payload, location));
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{backtrace}\n").as_bytes());
    }
}

/// A text that is written in the code is shown. One that was put together is not: there may be a secret or a contact in it.
fn text(payload: &(dyn Any + Send), location: Option<&Location<'_>>) -> String {
    let place = location.map_or_else(String::new, |place| format!(" at {place}"));
    let what = payload.downcast_ref::<&'static str>().copied();
    let what = what.map_or_else(String::new, |what| format!(": {what}"));
    format!("a fault of batchwise itself{place}{what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_was_put_together_is_not_shown_and_its_place_is() {
        let place = Location::caller();
        let shown = text(&format!("no such token: {}", "s3cret"), Some(place));
        assert!(!shown.contains("s3cret") && shown.contains("fault.rs:"), "{shown}");
        assert_eq!(text(&"not reached", None), "a fault of batchwise itself: not reached");
    }
}
