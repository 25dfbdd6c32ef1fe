//! What to list.

use crate::record::BookKind;

/// Which receivers about whom little is known ("anonymous") are listed, with what is below them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Anonymous {
    /// Like everyone else.
    #[default]
    Included,
    /// Nobody but them.
    Only,
    /// Not at all. The provider's own default.
    LeftOut,
}

/// What to list of an address book: everything, unless narrowed.
///
/// A walk costs one call, one more for each counteragent if more than counteragents are wanted, and one more for each
/// address if phones, contact persons or the last updates of addresses are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct BookQuery {
    kinds: [bool; BookKind::ALL.len()],
    pub(super) anonymous: Anonymous,
    dated_addresses: bool,
}

impl Default for BookQuery {
    fn default() -> Self {
        Self {
            kinds: [true; BookKind::ALL.len()],
            anonymous: Anonymous::Included,
            dated_addresses: false,
        }
    }
}

impl BookQuery {
    /// Everything, anonymous receivers included.
    pub fn new() -> Self {
        Self::default()
    }

    /// These kinds alone.
    pub fn kinds(mut self, kinds: impl IntoIterator<Item = BookKind>) -> Self {
        self.kinds = [false; BookKind::ALL.len()];
        for kind in kinds {
            for (wanted, known) in self.kinds.iter_mut().zip(BookKind::ALL) {
                *wanted |= known == kind;
            }
        }
        self
    }

    /// Which anonymous receivers.
    pub fn anonymous(mut self, anonymous: Anonymous) -> Self {
        self.anonymous = anonymous;
        self
    }

    /// Reads when each address was last updated, at the price of one call for each address. Without it addresses have a
    /// last update only where phones or contact persons are wanted as well.
    pub fn dated_addresses(mut self, dated: bool) -> Self {
        self.dated_addresses = dated;
        self
    }

    /// True when this kind is wanted.
    #[must_use]
    pub fn wants(&self, kind: BookKind) -> bool {
        BookKind::ALL
            .into_iter()
            .zip(self.kinds)
            .any(|(known, wanted)| wanted && known == kind)
    }

    /// True when the addresses of each counteragent have to be asked for.
    pub(super) fn asks_for_addresses(&self) -> bool {
        self.wants(BookKind::Address) || self.asks_for_cards()
    }

    /// True when the phones and contact persons of each address have to be asked for.
    pub(super) fn asks_for_cards(&self) -> bool {
        self.wants(BookKind::Phone)
            || self.wants(BookKind::Contact)
            || (self.dated_addresses && self.wants(BookKind::Address))
    }
}
