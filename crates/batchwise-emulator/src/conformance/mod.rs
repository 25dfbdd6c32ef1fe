//! The suite that every provider's client passes: the law, held against what truly happened.
//!
//! A test implements [`Subject`] for its client (how to build it, what its records are, what is true of one of them), and
//! [`conformance!`](crate::conformance!) runs every scenario against it: the client goes through `batchwise_core::run` over an
//! [`InMemoryTransport`](crate::InMemoryTransport) on a fake clock, and after each run every outcome is compared with the
//! emulator's account, record by record. No socket is opened and nothing waits.
//!
//! What is held after each run:
//!
//! - exactly one outcome for each distinct record, on the line it first came from; repeats are counted;
//! - `deleted`, `updated`: this job did it. `presumed_deleted`: it is not there now;
//! - `not_found`, `unmatched`: it never was there, and this job did nothing to it;
//! - `rejected`, `busy`, `not_sent`: this job did not do it; of `not_sent` ones the server looked at none. A record that
//!   consists of parts (a phone number with several entries) is done when all of them are; while one part is busy the free
//!   ones are removed, so a busy record, and one that is rejected after it was busy, may be gone in part. No other may;
//! - `unchanged`: this job wrote nothing to it, and its value is there;
//! - `unknown`: a request that arrived carried it;
//! - whatever counts as reached is truly in the wanted state;
//! - the calls keep the client's contract (limits, one group, one stage after the other, nothing twice in a request, records
//!   that touch the same thing never in flight together), are as many as the emulator received, and are bounded: by twice
//!   what the records need, the retry budget, and what each kind of difficulty may cost (a failure says both numbers).
//!
//! A failure shows what is untrue, record by record, with the truth beside it, the calls, the emulator's log of fired faults,
//! and the seed: the same seed gives the same run.
#![allow(
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a scenario fails by a panic that tells the whole story"
)]

mod dice;
mod difficulty;
mod evidence;
mod fact;
mod law;
mod scenarios;
mod subject;
mod suite;
mod told;
mod trial;
mod watched;

pub use dice::Dice;
pub use difficulty::{Difficult, Difficulty};
pub use evidence::{Breach, Evidence, Line};
pub use fact::Fact;
pub use scenarios::{credentials, faults, plain, quota, random, records, stopping};
pub use subject::{RecordOf, Subject, Wiring};
pub use trial::least_requests;
pub use watched::{Seen, SharedSight, Sight, Watched, name_of};
