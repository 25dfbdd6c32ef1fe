//! `list`: what is there, in the form that `delete` takes.
//!
//! Nothing is written before the list is whole, so that what reads the pipe never takes a part for the whole, and nobody
//! removes rows from under the walk.

mod args;
mod book;
mod campaign;
mod run;
mod sheet;
mod unused;

pub(crate) use args::{AnonymousArg, BookListArgs, CampaignListArgs, ListArgs, ListAttempts, ListForm};
pub(crate) use book::list as list_book;
pub(crate) use campaign::list as list_campaign;
