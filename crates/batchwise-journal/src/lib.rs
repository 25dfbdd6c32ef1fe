#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod alike;
mod alter;
mod entries;
mod error;
mod header;
mod input;
mod input_check;
mod journal;
mod lock;
mod open;
mod open_sheaves;
mod origin;
mod overtaken;
mod place;
mod pseudonymise;
mod reader;
mod reasons;
mod recall;
mod records;
mod schema;
mod sheaf;
mod store;
mod sums;
mod tables;
mod verification;
mod words;
mod writer;

pub use error::{OpenError, ReadError};
pub use header::JobHeader;
pub use input::{InputKind, InputPrint};
pub use input_check::InputCheck;
pub use journal::SqliteJournal;
pub use open::{Opened, Past, Resume, look, open};
pub use origin::{Origin, new_job_id};
pub use pseudonymise::pseudonymise;
pub use reader::{CallRow, JobState, JournalReader, RunRow};
pub use records::{Filter, ReasonRow, RecordRow, Records};
pub use store::{Listed, Purge, list, remove};
pub use sums::{ReasonGroup, SettledRow, Tally};
pub use verification::{Verified, VerifiedCounts, note_verification};
