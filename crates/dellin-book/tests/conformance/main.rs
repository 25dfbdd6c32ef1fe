//! The shared suite against the emulator: every outcome is held against what truly happened.
#![allow(clippy::unwrap_used)]

mod subject;

use dellin_book::Wire;
use subject::Book;

batchwise_emulator::conformance! {
    json => Book::password(Wire::Json),
    brought_session => Book::session(),
}

#[cfg(feature = "xml")]
batchwise_emulator::conformance! {
    xml => Book::password(Wire::Xml),
}
