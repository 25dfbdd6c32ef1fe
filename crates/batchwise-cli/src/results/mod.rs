//! Result files: what became of each row of the input, beside the row as it stood there.
//!
//! When a job has ended its input is read once more, and each record is looked up in the job's ledger. Nothing is kept in
//! memory meanwhile, repeats can be told with the line they repeat, and the rows keep the order of the input.

mod added;
mod args;
mod csv_form;
mod directory;
mod fresh_file;
mod ndjson_form;
mod outlets;
mod pass;
mod settled;
mod summary;
mod unnoted;

pub(crate) use added::{column_of, own_columns, without_added};
pub(crate) use args::ResultArgs;
pub(crate) use directory::{ResultDirectory, ResultFile, result_files};
pub(crate) use fresh_file::FreshFile;
pub(crate) use outlets::Outlets;
pub(crate) use pass::{Pass, Written, write_results};
pub(crate) use settled::{Lookup, Settled};
pub(crate) use summary::{SummaryFile, Told};
pub(crate) use unnoted::Unnoted;
