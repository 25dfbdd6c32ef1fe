#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod connection;
mod credentials;
mod envelope;
mod quota;
mod scalar;
mod violation_path;

pub use connection::{BASE_URL, Connection, ConnectionBuilder};
pub use credentials::CalltouchCredentials;
pub use envelope::Envelope;
pub use quota::CalltouchQuota;
pub use scalar::{error_text, is_blank, quote, text_of, u64_of};
pub use violation_path::violation_path;
