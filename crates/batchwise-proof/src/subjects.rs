//! The methods, each with its real client: the same subjects that the conformance suites of the provider crates use.
#![allow(clippy::unwrap_used, dead_code, reason = "the files are those of tests")]

#[path = "../../thulium-campaign/tests/conformance/subject.rs"]
pub(crate) mod campaigns;

#[path = "../../dellin-book/tests/conformance/subject.rs"]
pub(crate) mod book;

#[path = "../../calltouch-import/tests/conformance/subject.rs"]
pub(crate) mod imports;

#[path = "../../calltouch-leads/tests/conformance/subject.rs"]
pub(crate) mod leads;
