//! A method's limits and semantics as data.

use std::num::NonZeroUsize;

/// What a method does to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Records are removed.
    Delete,
    /// Records are written to.
    Update,
}

/// What a refusal that names some records of a batch means for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NamedRefusal {
    /// Nothing was done for any record of the request.
    NothingDone,
    /// Not documented: the others may have been acted upon.
    OthersUnclear,
}

/// Limits and semantics of a batch method, as its provider documents them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Descriptor {
    /// The provider's crate and command name, such as `example-contacts`.
    pub provider: &'static str,
    /// The method's name within the provider: `delete`.
    pub method: &'static str,
    /// What the method does to a record.
    pub action: Action,
    /// Most records in one request.
    pub max_records: NonZeroUsize,
    /// Most bytes in one request, where the provider (or what stands before it) limits them.
    pub max_bytes: Option<NonZeroUsize>,
    /// Bytes that a request has before the first record; counted against `max_bytes`.
    pub fixed_bytes: usize,
    /// "Not there" is the wanted state. False where absence may be a mismatch of spelling (phone numbers).
    pub absence_reached: bool,
    /// What a refusal that names some records means for the others.
    pub named_refusal: NamedRefusal,
    /// Calls in flight when the number is left to us (`--concurrency auto`): with a quota so many that answers may take long
    /// and every free slot is still used; one where the provider should get one request after another.
    pub auto_concurrency: NonZeroUsize,
}

impl Descriptor {
    /// A deleting method: absence is the wanted state, a named refusal does nothing, one call at a time.
    #[must_use]
    pub const fn deleting(provider: &'static str, method: &'static str, max_records: NonZeroUsize) -> Self {
        Self {
            provider,
            method,
            action: Action::Delete,
            max_records,
            max_bytes: None,
            fixed_bytes: 0,
            absence_reached: true,
            named_refusal: NamedRefusal::NothingDone,
            auto_concurrency: NonZeroUsize::MIN,
        }
    }

    /// An updating method: a named refusal does nothing, one call at a time.
    #[must_use]
    pub const fn updating(provider: &'static str, method: &'static str, max_records: NonZeroUsize) -> Self {
        let mut descriptor = Self::deleting(provider, method, max_records);
        descriptor.action = Action::Update;
        descriptor
    }

    /// The same with a limit in bytes and the bytes that a request has before the first record.
    #[must_use]
    pub const fn with_max_bytes(mut self, max_bytes: NonZeroUsize, fixed_bytes: usize) -> Self {
        self.max_bytes = Some(max_bytes);
        self.fixed_bytes = fixed_bytes;
        self
    }

    /// The same with another limit of records.
    #[must_use]
    pub const fn with_max_records(mut self, max_records: NonZeroUsize) -> Self {
        self.max_records = max_records;
        self
    }

    /// The same for a method whose "not there" is not the wanted state.
    #[must_use]
    pub const fn absence_not_reached(mut self) -> Self {
        self.absence_reached = false;
        self
    }

    /// The same for a method whose named refusals leave the other records unclear.
    #[must_use]
    pub const fn named_refusal(mut self, meaning: NamedRefusal) -> Self {
        self.named_refusal = meaning;
        self
    }

    /// The same with a number of calls in flight for `--concurrency auto`.
    #[must_use]
    pub const fn with_auto_concurrency(mut self, calls: NonZeroUsize) -> Self {
        self.auto_concurrency = calls;
        self
    }
}
