#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod decode;
mod record;
mod wire;

pub use calltouch_common::{BASE_URL, CalltouchCredentials, CalltouchQuota};
pub use client::{CalltouchImport, CalltouchImportBuilder};
pub use decode::{NOT_FOUND, reply};
pub use record::ImportLogId;
pub use wire::{MAX_RECORDS, PATH};
