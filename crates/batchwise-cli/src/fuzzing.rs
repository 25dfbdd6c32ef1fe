//! What the command reads, for a fuzzer: only a build with `--cfg fuzzing` has this.

use std::io::BufReader;
use std::path::Path;

use batchwise::calltouch_leads::LeadUpdate;
use jiff::Zoned;

use crate::args::{Charset, Delimiter, InputArgs};
use crate::commands::calltouch_import::ImportShape;
use crate::commands::dellin_book::BookShape;
use crate::commands::thulium_campaign::{customers, phones};
use crate::input::{Bytes, Row, Shape, open_pipe, read_rows};
use crate::leads::{LeadShape, Mapping};
use crate::values::{Concurrency, Deadline, Rate};

/// Whose records are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// `calltouch-import`.
    Imports,
    /// `calltouch-leads`.
    Leads,
    /// `dellin-book`.
    Book,
    /// `thulium-campaign`, campaigns `00042` and `00043` given.
    Customers,
    /// `thulium-campaign --by phone`, no campaign given.
    Phones,
}

/// One row of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// Records of this line, written out with everything that they name.
    Records(u64, Vec<String>),
    /// A line that is no record: its text, how that is shown, and what was expected.
    Bad(u64, String, String, String),
    /// The input cannot be read on.
    Broken(String),
}

/// An input: its bytes, the size of the pieces in which they come, the name of its file, and a named column.
type Input<'a> = (&'a [u8], usize, Option<&'a str>, Option<&'a str>);

/// Reads all rows of an input of UTF-8 that comes in pieces of `piece` bytes from a file of this name.
pub fn rows(whose: Whose, input: &[u8], piece: usize, name: Option<&str>, column: Option<&str>) -> Vec<Read> {
    each(whose, (input, piece, name, column), &|bytes| Ok((bytes, None)))
}

/// Reads all rows of an input of any encoding, packed or not, as they come from a pipe; `encoding` is a name that was told.
pub fn pipe_rows(whose: Whose, input: &[u8], piece: usize, column: Option<&str>, encoding: Option<&str>) -> Vec<Read> {
    let reading = InputArgs {
        encoding: encoding.and_then(|name| name.parse().ok()),
        ..InputArgs::default()
    };
    each(whose, (input, piece, None, column), &|bytes| open_pipe(bytes, &reading))
}

/// Reads all rows of a CSV as leads by the mapping of a TOML file; `None` when it is no mapping.
pub fn mapped_rows(map: &str, input: &[u8]) -> Option<Vec<Read>> {
    let shape = LeadShape {
        mapping: Some(Mapping::of_file(map).ok()?),
    };
    let write = |lead: &LeadUpdate| lead.as_json().to_owned();
    Some(read(
        &shape,
        (input, 1 << 16, None, None),
        &|bytes| Ok((bytes, None)),
        write,
    ))
}

fn each(whose: Whose, input: Input<'_>, open: Open<'_>) -> Vec<Read> {
    let campaigns = || ["00042", "00043"].iter().filter_map(|id| id.parse().ok()).collect();
    match whose {
        Whose::Imports => read(&ImportShape, input, open, ToString::to_string),
        Whose::Leads => read(&LeadShape::default(), input, open, |lead| lead.as_json().to_owned()),
        Whose::Book => read(&BookShape, input, open, ToString::to_string),
        Whose::Customers => read(&customers(campaigns()), input, open, ToString::to_string),
        Whose::Phones => read(&phones(Vec::new()), input, open, ToString::to_string),
    }
}

/// What makes text of bytes.
type Open<'a> = &'a dyn Fn(Bytes) -> Result<(Bytes, Option<String>), String>;

fn read<S: Shape>(
    shape: &S,
    (input, piece, name, column): Input<'_>,
    open: Open<'_>,
    write: fn(&S::Record) -> String,
) -> Vec<Read> {
    let input = BufReader::with_capacity(piece.max(1), std::io::Cursor::new(input.to_vec()));
    let reading = InputArgs {
        column: column.map(str::to_owned),
        ..InputArgs::default()
    };
    let (text, note) = match open(Box::new(input)) {
        Ok(opened) => opened,
        Err(why) => return vec![Read::Broken(why)],
    };
    let mut found = Vec::new();
    read_rows(shape, text, name.map(Path::new), &reading, note, &mut |row| {
        match row {
            Row::Records(raw, records) => {
                found.push(Read::Records(raw.line, records.iter().map(write).collect()));
            }
            Row::Bad(raw, text, why) => {
                let shown = shape.shown_text(&text);
                found.push(Read::Bad(raw.line, text, shown, why));
            }
            Row::Broken(why) => found.push(Read::Broken(why)),
            Row::Columns(..) | Row::Blank => {}
        }
        true
    });
    found
}

/// Reads a text as the value of each flag that has a form of its own, and counts from this moment.
pub fn flag_values(text: &str) {
    let _ = text.parse::<Concurrency>();
    let _ = text.parse::<Delimiter>();
    let _ = text.parse::<Charset>();
    Mapping::flag_value(text);
    if let Ok(rate) = text.parse::<Rate>() {
        let _ = Rate::applied(Some(rate), Vec::new());
    }
    if let Ok(deadline) = text.parse::<Deadline>() {
        let _ = deadline.counted_from(&Zoned::now());
    }
}
