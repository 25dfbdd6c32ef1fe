#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod account;
mod client;
mod credentials;
mod decode;
mod envelope;
mod list;
mod record;
mod session;
mod session_info;
mod wire;
#[cfg(feature = "xml")]
mod xml;

pub use account::{DellinAccount, DellinAccountBuilder};
pub use client::DellinBook;
pub use credentials::Credentials;
pub use list::{Anonymous, BookEntry, BookQuery};
pub use record::{BookKind, BookObject};
pub use session_info::{ServerTime, SessionInfo};
pub use wire::{DEFAULT_BASE_URL, MAX_OBJECTS, Wire, XML_CONTENT_TYPE};
