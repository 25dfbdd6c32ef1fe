//! The four methods, as the bench's programs and the command name them.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::Result;

use super::programs::{self, Programs};

/// A method of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Import,
    Campaign,
    Book,
    Leads,
}

/// The first id of a run; the bench's programs have the same.
const FIRST_ID: u64 = 1_000_000;

impl Method {
    pub(super) const ALL: [Self; 4] = [Self::Import, Self::Campaign, Self::Book, Self::Leads];

    /// Its name in the bench's programs.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Campaign => "campaign",
            Self::Book => "book",
            Self::Leads => "leads",
        }
    }

    /// The provider crate.
    pub(super) const fn provider(self) -> &'static str {
        match self {
            Self::Import => "calltouch-import",
            Self::Campaign => "thulium-campaign",
            Self::Book => "dellin-book",
            Self::Leads => "calltouch-leads",
        }
    }

    /// Words of the command.
    pub(super) const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Import => &["calltouch-import", "delete"],
            Self::Campaign => &["thulium-campaign", "delete", "--campaign", "00042"],
            Self::Book => &["dellin-book", "delete"],
            Self::Leads => &["calltouch-leads", "add-fields"],
        }
    }

    /// A file of so many records, written once.
    pub(super) fn input(self, programs: &Programs, records: u64) -> Result<PathBuf> {
        let ending = if self == Self::Leads { "ndjson" } else { "txt" };
        let path = programs.scratch(&format!("{}-{records}.{ending}", self.name()))?;
        if path.exists() {
            return Ok(path);
        }
        let unfinished = programs.scratch("unfinished")?;
        if self == Self::Leads {
            let records = records.to_string();
            let mut leads = programs.bench();
            leads
                .args(["leads", "--records", &records])
                .stdout(File::create(&unfinished)?);
            programs::succeed(&mut leads)?;
        } else {
            let kind = if self == Self::Book { "phone:" } else { "" };
            let mut out = BufWriter::new(File::create(&unfinished)?);
            for id in FIRST_ID..FIRST_ID + records {
                writeln!(out, "{kind}{id}")?;
            }
            out.flush()?;
        }
        fs::rename(&unfinished, &path)?;
        Ok(path)
    }
}
