//! The clients: one HTTP call for one batch.

mod builder;
mod connection;
mod credentials;
mod customers;
mod phones;

pub use builder::{DEFAULT_MAX_BYTES, DEFAULT_MAX_RECORDS, MOST_BYTES, MOST_RECORDS, ThuliumBuilder};
pub use credentials::ThuliumCredentials;
pub use customers::ThuliumCampaign;
pub use phones::ThuliumCampaignPhones;

pub(crate) use connection::Connection;
