//! Leads out of columns: a mapping says which column finds the lead and which goes to which custom field.

mod amount;
mod date_form;
mod field;
mod map_file;
mod mapping;
mod row;
mod rule;
mod shape;

pub(crate) use mapping::Mapping;
pub(crate) use shape::LeadShape;
