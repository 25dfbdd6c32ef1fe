//! `batchwise dellin-book list`.

use std::io;

use batchwise::dellin_book::{Anonymous, BookEntry, BookKind, BookQuery};

use super::run::Walk;
use super::sheet::{Cell, Sheet};
use super::unused::Unused;
use super::{AnonymousArg, BookListArgs};
use crate::commands::dellin_book;
use crate::failure::{Exit, Failure};
use crate::input::expected;
use crate::nearest::nearest;
use crate::settings::{Environment, Provider};

/// The first two are those that `delete` reads.
const COLUMNS: &[&str] = &["kind", "id", "name", "parent", "last_update", "anonymous"];

/// Lists an address book.
pub(crate) async fn list(args: &BookListArgs) -> Result<Exit, Failure> {
    let wanted = kinds(&args.kind)?;
    let mut unused = args.unused_since.as_deref().map(Unused::since).transpose()?;
    let mut query = BookQuery::new().anonymous(match args.anonymous {
        None => Anonymous::Included,
        Some(AnonymousArg::Only) => Anonymous::Only,
        Some(AnonymousArg::No) => Anonymous::LeftOut,
    });
    if unused.is_none() {
        query = query.kinds(wanted.iter().copied());
    }
    let connect = &args.list.connect;
    let environment = Environment::of(Provider::Dellin, connect)?;
    let (account, target) = dellin_book::account(&environment, connect)?;
    let walk = Walk::begin(
        &args.list,
        target.loopback,
        ["address-book object", "address-book objects"],
    );
    let mut sheet = walk.sheet(COLUMNS)?;
    let mut rows = 0;
    let mut put = |sheet: &mut Sheet, entries: Vec<BookEntry>| -> io::Result<()> {
        for entry in entries.iter().filter(|entry| wanted.contains(&entry.kind())) {
            sheet.write(&cells(entry))?;
            rows += 1;
        }
        Ok(())
    };
    let walked = walk
        .each(account.list(query, walk.options()), |entry| match &mut unused {
            Some(unused) => put(&mut sheet, unused.push(entry)),
            None => put(&mut sheet, vec![entry]),
        })
        .await?;
    if let (Some(unused), Ok(())) = (&mut unused, &walked) {
        // Of a walk that broke off nobody knows what would have come below the last one.
        let last = unused.end();
        put(&mut sheet, last).map_err(|error| Failure::fault(error.to_string()))?;
    }
    if let Some(undated) = unused.as_ref().map(Unused::undated).filter(|undated| *undated > 0) {
        walk.notes.warn(&format!(
            "{undated} without a last update were taken for used and left out"
        ));
    }
    walk.end(sheet, rows, walked.as_ref().err())
}

fn kinds(words: &[String]) -> Result<Vec<BookKind>, Failure> {
    if words.is_empty() {
        return Ok(BookKind::ALL.to_vec());
    }
    let kind = |word: &String| -> Result<BookKind, Failure> {
        let word = word.trim().to_ascii_lowercase();
        word.parse().map_err(|error| {
            let failure = Failure::usage(format!("--kind: `{word}`: {}", expected(error)));
            match nearest(&word, BookKind::ALL.map(BookKind::as_str)) {
                Some(near) => failure.mend(format!("did you mean `{near}`?")),
                None => failure,
            }
        })
    };
    words.iter().map(kind).collect()
}

fn cells(entry: &BookEntry) -> Vec<Cell> {
    let text = |text: Option<String>| Cell::Text(text.unwrap_or_default());
    vec![
        Cell::Key(entry.kind().to_string()),
        Cell::Key(entry.object.id().to_string()),
        Cell::Text(entry.name.clone()),
        text(entry.parent.map(|parent| parent.to_string())),
        text(entry.last_update.as_ref().map(ToString::to_string)),
        Cell::Flag(entry.anonymous),
    ]
}
