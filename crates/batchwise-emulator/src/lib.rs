#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![allow(
    clippy::result_large_err,
    reason = "a refusal is an answer like any other, and made once a request"
)]

mod action;
mod answer;
mod call;
mod calltouch;
mod config;
#[cfg(feature = "conformance")]
pub mod conformance;
mod curl;
mod dellin;
mod fault;
mod json;
mod log;
mod memory;
mod method;
mod quota;
mod server;
mod shared;
mod space;
mod thulium;
mod truth;
mod turn;
mod world;

pub use action::{Action, Delivery};
pub use calltouch::leads::{LeadKey, LeadTruth, LeadsTruth};
pub use config::{
    BookConfig, Busy, BusyRule, CalltouchConfig, CampaignConfig, DellinAccount, DellinConfig, EmulatorConfig, KeySet,
    Lead, LeadsConfig, MOST_PHONE_RECORDS, NumberSet, PhonesConfig, SpaceConfig, StateFileError, StatusRule, TextSet,
    ThuliumConfig, Token, UpdateRule, User,
};
pub use dellin::{BookTruth, Kind};
pub use fault::{Fault, FaultRule};
pub use log::LogEntry;
pub use memory::InMemoryTransport;
pub use method::{Method, Provider};
pub use quota::{QuotaConfig, Rate, WindowTruth};
pub use server::Emulator;
#[cfg(fuzzing)]
#[doc(hidden)]
pub use server::{Conversation, requests};
pub use space::{Account, Numbers, Space, Texts};
pub use thulium::{CampaignTruth, CampaignsTruth};
pub use truth::{Tally, Truth};
pub use world::World;
