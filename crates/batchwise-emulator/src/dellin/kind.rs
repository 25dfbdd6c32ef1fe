//! The four kinds of objects in the address book.

use std::fmt;

/// A kind of object; each kind has a number space of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A counteragent.
    Counteragent,
    /// An address of a counteragent.
    Address,
    /// A phone at an address.
    Phone,
    /// A contact person at an address.
    Contact,
}

impl Kind {
    /// Every kind, in the order of a request.
    pub const ALL: [Self; 4] = [Self::Counteragent, Self::Address, Self::Phone, Self::Contact];

    /// The name in record keys: `counteragent`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counteragent => "counteragent",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::Contact => "contact",
        }
    }

    pub(super) const fn field(self) -> &'static str {
        match self {
            Self::Counteragent => "counteragentIDs",
            Self::Address => "addressIDs",
            Self::Phone => "phoneIDs",
            Self::Contact => "contactIDs",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
