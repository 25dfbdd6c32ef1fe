//! The lead to find and what to write to it.

mod contact_params;
mod encode;
mod id_params;
mod lead_date;
mod lead_error;
mod lead_id;
mod lead_update;
mod matching;
mod path;
mod read;
mod tags;
mod traces;
mod tree;
mod value;

pub use contact_params::{
    CallContact, CallContactParams, ContactKind, ContactParams, LONGEST_SEARCH_DEPTH, LeadContact, LeadContactParams,
    NEAREST, NEAREST_UNIQ, NEAREST_UNIQ_LEAD, RequestContact, RequestContactParams,
};
pub use id_params::{CallParams, RequestParams};
pub use lead_date::LeadDate;
pub use lead_error::LeadError;
pub use lead_id::LeadId;
pub use lead_update::{LeadUpdate, LeadUpdateBuilder, MAX_FIELDS, MAX_ROWS};
pub use matching::Matching;
pub use tags::AND;
pub use value::FieldValue;
