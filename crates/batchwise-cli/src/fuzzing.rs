//! What the command reads, for a fuzzer: only a build with `--cfg fuzzing` has this.

use std::io::BufReader;
use std::path::Path;

use jiff::Zoned;

use crate::args::InputArgs;
use crate::commands::calltouch_import::ImportShape;
use crate::commands::dellin_book::BookShape;
use crate::commands::thulium_campaign::{customers, phones};
use crate::input::{Row, Shape, read_rows};
use crate::leads::LeadShape;
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

/// Reads all rows of an input that comes in pieces of `piece` bytes from a file of this name.
pub fn rows(whose: Whose, input: &[u8], piece: usize, name: Option<&str>, column: Option<&str>) -> Vec<Read> {
    let campaigns = || ["00042", "00043"].iter().filter_map(|id| id.parse().ok()).collect();
    let place = (input, piece, name, column);
    match whose {
        Whose::Imports => read(&ImportShape, place, ToString::to_string),
        Whose::Leads => read(&LeadShape::default(), place, |lead| lead.as_json().to_owned()),
        Whose::Book => read(&BookShape, place, ToString::to_string),
        Whose::Customers => read(&customers(campaigns()), place, ToString::to_string),
        Whose::Phones => read(&phones(Vec::new()), place, ToString::to_string),
    }
}

fn read<S: Shape>(
    shape: &S,
    (input, piece, name, column): (&[u8], usize, Option<&str>, Option<&str>),
    write: fn(&S::Record) -> String,
) -> Vec<Read> {
    let input = BufReader::with_capacity(piece.max(1), std::io::Cursor::new(input.to_vec()));
    let reading = InputArgs {
        column: column.map(str::to_owned),
        ..InputArgs::default()
    };
    let mut found = Vec::new();
    read_rows(
        shape,
        Box::new(input),
        name.map(Path::new),
        &reading,
        None,
        &mut |row| {
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
        },
    );
    found
}

/// Reads a text as the value of each flag that has a form of its own, and counts from this moment.
pub fn flag_values(text: &str) {
    let _ = text.parse::<Concurrency>();
    if let Ok(rate) = text.parse::<Rate>() {
        let _ = Rate::applied(Some(rate), Vec::new());
    }
    if let Ok(deadline) = text.parse::<Deadline>() {
        let _ = deadline.counted_from(&Zoned::now());
    }
}
