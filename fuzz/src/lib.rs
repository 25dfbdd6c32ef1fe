//! What the targets share: one answer for every call, the law, and a second reading of answers.
//!
//! A target is a file in `fuzz_targets`; `README.md` says what each asserts.

mod answers;
pub mod dellin;
mod json;
mod law;
mod lines;
mod lists;
mod requests;
pub mod thulium;

pub use answers::{Answered, SECRET, now};
pub use json::{any_object, any_value, holds_number};
pub use lines::lines;
pub use lists::{Taken, Walked};
pub use law::{Held, hold};
pub use requests::requests;
