#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod base_url;
mod build_error;
pub mod clock;
mod dedupe;
mod deleter;
mod descriptor;
mod documented;
mod echo;
mod error;
mod facts;
mod gate;
pub mod journal;
mod json_text;
mod json_values;
pub mod list;
mod method;
pub mod observe;
mod outcome;
mod packed;
pub mod plan;
pub mod quota;
mod reason;
mod reconcile;
mod record;
mod reply;
mod report;
mod run;
mod secret;
#[cfg(feature = "test-util")]
pub mod test_util;
pub mod transport;
mod woken;

pub use base_url::BaseUrl;
pub use build_error::BuildError;
pub use deleter::{BatchDeleter, KeyStream, RecordKey};
pub use descriptor::{Action, Descriptor, NamedRefusal};
pub use documented::Documented;
pub use error::{CallError, CallErrorKind, Sent, Violation};
pub use facts::{Fact, Facts};
pub use json_text::push_json_text;
pub use json_values::json_values;
pub use method::{BatchMethod, Deletes};
pub use outcome::{Outcome, Subject, Verdict};
pub use reason::{Reason, ReasonKind};
pub use reconcile::{Finding, Reconciled, reconcile};
pub use record::{Identity, InvalidRecord, Record, parse_number};
pub use reply::{Reply, Said, Statement};
pub use report::{Counts, Report, Summary};
pub use run::{InputError, OutcomeStream, RunOptions, StopToken, run, run_all, run_entries};
pub use secret::{MASK, Secret, Secrets, percent_encoded};
