#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod decode;
mod phone;
mod record;
mod wire;

pub use calltouch_common::{BASE_URL, CalltouchCredentials, CalltouchQuota};
pub use client::{CalltouchLeads, CalltouchLeadsBuilder};
pub use decode::reply;
pub use phone::{TenDigits, md5_phone, md5_phone_with, normal_phone};
pub use record::{
    AND, CallContact, CallContactParams, CallParams, ContactKind, ContactParams, FieldValue, LONGEST_SEARCH_DEPTH,
    LeadContact, LeadContactParams, LeadDate, LeadError, LeadId, LeadUpdate, LeadUpdateBuilder, MAX_FIELDS, MAX_ROWS,
    Matching, NEAREST, NEAREST_UNIQ, NEAREST_UNIQ_LEAD, RequestContact, RequestContactParams, RequestParams,
};
pub use wire::{MAX_RECORDS, PATH};
