//! What a shell wants to know of the command: completions and manual pages.

mod args;
mod completions;
mod man;

pub(crate) use args::{CompletionsArgs, ManArgs};
pub(crate) use completions::complete;
pub(crate) use man::pages;
