//! Input: where records come from and how they are written there.
//!
//! A source (arguments, a file, a pipe) is read line by line on a thread of its own and arrives as a stream of entries.

mod contacts;
mod csv_rows;
mod decoded;
mod delimiter;
mod evidence;
mod format;
mod lines;
mod look;
mod numbers;
mod opened;
mod raw;
mod reader;
mod shape;
mod sheaves;
#[cfg(feature = "xlsx")]
mod sheet;
mod source;
mod spool;
mod table;
mod unique;
#[cfg(feature = "xlsx")]
mod workbook_bounds;

pub(crate) use contacts::{last_four, mask_contacts};
pub(crate) use format::Format;
#[cfg(fuzzing)]
pub(crate) use look::open_pipe;
pub(crate) use numbers::{Standing, plain_number, plain_phone, unquoted};
#[cfg(fuzzing)]
pub(crate) use opened::Bytes;
pub(crate) use raw::{Columns, RawRow};
pub(crate) use reader::{Row, read_rows};
pub(crate) use shape::{Shape, expected, number, text_or_number};
pub(crate) use source::{Check, Handing, Source};
pub(crate) use table::{Bound, RowReader, place_of};
