//! An emulator on a runtime of its own, the command with credentials for it, and a server that writes down what arrives.

#[cfg(unix)]
pub(crate) mod browser;
mod cli;
mod emulated;
mod recorder;
mod snapshot;
#[cfg(target_os = "linux")]
pub(crate) mod terminal;
mod workbook;

pub(crate) use cli::{Cli, Ended, file};
pub(crate) use emulated::Emulated;
pub(crate) use recorder::{Canned, Recorder};
pub(crate) use snapshot::{is_as_before, tamed};
pub(crate) use workbook::{sheet, workbook};
