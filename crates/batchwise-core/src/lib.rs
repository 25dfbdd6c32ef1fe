#![doc = include_str!("../README.md")]

mod base_url;
pub mod clock;
mod descriptor;
mod error;
mod facts;
mod method;
pub mod quota;
mod record;
mod reply;
mod secret;
pub mod transport;

pub use base_url::BaseUrl;
pub use descriptor::{Action, Descriptor, NamedRefusal};
pub use error::{BuildError, CallError, CallErrorKind, Sent, Violation};
pub use facts::{Fact, Facts};
pub use method::{BatchMethod, Deletes};
pub use record::{Identity, InvalidRecord, Record, parse_number};
pub use reply::{Reply, Said, Statement};
pub use secret::{MASK, Secret, Secrets, percent_encoded};
