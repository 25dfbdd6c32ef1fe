#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use batchwise_core;
pub use batchwise_core::*;

#[cfg(feature = "calltouch-import")]
pub use calltouch_import;
#[cfg(feature = "calltouch-leads")]
pub use calltouch_leads;
#[cfg(feature = "dellin-book")]
pub use dellin_book;
#[cfg(feature = "thulium-campaign")]
pub use thulium_campaign;
