//! One call against a server, shape by shape. Numbers in comments are those of the reference's fixture list.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod account;
mod errors;
mod list;
mod lists;
mod support;
#[cfg(feature = "xml")]
mod xml;
