//! The four methods, and the records that every loop is given.

use std::io::{BufWriter, Write};

use clap::ValueEnum;

/// A method of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    /// `calltouch-import`: ids in a JSON list.
    Import,
    /// `calltouch-leads`: leads of about 1 KiB, read from a file.
    Leads,
    /// `dellin-book`: phones in a JSON list.
    Book,
    /// `thulium-campaign`: customers in a query.
    Campaign,
}

impl Method {
    /// Most records of a request.
    pub(crate) const fn batch(self) -> usize {
        match self {
            Self::Import | Self::Leads | Self::Campaign => 100,
            Self::Book => 40,
        }
    }
}

/// The first id of a run; the rest follow it.
pub(crate) const FIRST_ID: u64 = 1_000_000;

/// The ids of a run.
pub(crate) fn ids(records: u64) -> impl Iterator<Item = u64> + Send + 'static {
    FIRST_ID..FIRST_ID + records
}

/// Writes leads as the provider takes them, one a line: a request id and two fields, of which one is long.
pub(crate) fn write_leads(records: u64) -> anyhow::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let note = "A note as long as people write them, with a name, a date and what was agreed. ".repeat(10);
    for id in ids(records) {
        writeln!(
            out,
            "{{\"matching\":[{{\"type\":\"request\",\"requestParams\":{{\"requestId\":{id}}}}}],\"addCustomFields\":\
             {{\"overwrite\":true,\"customFields\":[{{\"field\":\"contract_no\",\"value\":\"A-{id}\"}},\
             {{\"field\":\"note\",\"value\":\"{note}\"}}]}}}}"
        )?;
    }
    Ok(out.flush()?)
}
