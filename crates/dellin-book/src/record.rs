//! The objects of an address book.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use batchwise_core::{Identity, InvalidRecord, Record, parse_number};

/// What a text key has to look like.
const EXPECTED: &str = "a kind and a positive whole number such as `counteragent:70011` \
                        (kinds: counteragent, address, phone, contact)";

/// What an object of the address book is. Each kind counts its ids for itself: phone 1 and contact 1 are two objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BookKind {
    /// A counteragent (counterparty), the parent of addresses.
    Counteragent,
    /// An address of a counteragent, the parent of phones and contact persons.
    Address,
    /// A phone of an address.
    Phone,
    /// A contact person of an address.
    Contact,
}

impl BookKind {
    /// All kinds, in the order in which a request lists them.
    pub const ALL: [Self; 4] = [Self::Counteragent, Self::Address, Self::Phone, Self::Contact];

    /// The word for it in keys: `counteragent`, `address`, `phone`, `contact`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counteragent => "counteragent",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::Contact => "contact",
        }
    }

    /// What keys of its objects begin with.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Counteragent => "counteragent:",
            Self::Address => "address:",
            Self::Phone => "phone:",
            Self::Contact => "contact:",
        }
    }

    /// The name of its list in requests and answers.
    pub(crate) const fn field(self) -> &'static str {
        match self {
            Self::Counteragent => "counteragentIDs",
            Self::Address => "addressIDs",
            Self::Phone => "phoneIDs",
            Self::Contact => "contactIDs",
        }
    }

    /// The number space of its ids. Journals keep these numbers, so they never change.
    const fn space(self) -> u64 {
        match self {
            Self::Counteragent => 1,
            Self::Address => 2,
            Self::Phone => 3,
            Self::Contact => 4,
        }
    }

    /// Children first: whether a parent takes its children with it is not documented.
    const fn level(self) -> u8 {
        match self {
            Self::Phone | Self::Contact => 0,
            Self::Address => 1,
            Self::Counteragent => 2,
        }
    }

    /// How an answer names the object of this kind and id.
    pub(crate) const fn identity(self, id: u64) -> Identity {
        Identity::Number {
            space: self.space(),
            id,
        }
    }
}

impl fmt::Display for BookKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for BookKind {
    type Err = InvalidRecord;

    fn from_str(text: &str) -> Result<Self, InvalidRecord> {
        let word = text.trim();
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| InvalidRecord::new(text, "one of counteragent, address, phone, contact"))
    }
}

/// One object of the address book: a kind and an id of at least 1. Its key is `counteragent:70011`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BookObject {
    kind: BookKind,
    id: NonZeroU64,
}

impl BookObject {
    /// Names an object.
    ///
    /// # Errors
    /// [`InvalidRecord`] for id 0: what one bad id does to its batch is not documented, so it never gets there.
    pub fn new(kind: BookKind, id: u64) -> Result<Self, InvalidRecord> {
        match NonZeroU64::new(id) {
            Some(id) => Ok(Self { kind, id }),
            None => Err(InvalidRecord::new(format!("{kind}:{id}"), EXPECTED)),
        }
    }

    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> BookKind {
        self.kind
    }

    /// Its id within its kind.
    #[must_use]
    pub const fn id(&self) -> u64 {
        self.id.get()
    }
}

impl fmt::Display for BookObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.id)
    }
}

impl FromStr for BookObject {
    type Err = InvalidRecord;

    fn from_str(text: &str) -> Result<Self, InvalidRecord> {
        let invalid = || InvalidRecord::new(text, EXPECTED);
        let (kind, id) = text.split_once(':').ok_or_else(invalid)?;
        let kind = kind.parse().map_err(|_| invalid())?;
        let id = parse_number(id, EXPECTED).map_err(|_| invalid())?;
        Self::new(kind, id).map_err(|_| invalid())
    }
}

impl Record for BookObject {
    fn key(&self) -> String {
        self.to_string()
    }

    fn numbered_key(&self) -> Option<(&'static str, u64)> {
        Some((self.kind.prefix(), self.id()))
    }

    fn identity(&self) -> Identity {
        self.kind.identity(self.id())
    }

    fn from_number(space: u64, id: u64) -> Option<Self> {
        let kind = BookKind::ALL.into_iter().find(|kind| kind.space() == space)?;
        Self::new(kind, id).ok()
    }

    /// The level: children never share a request with their parents, since the order of work within one is unknown.
    fn group(&self) -> u64 {
        u64::from(self.kind.level())
    }

    /// Phones and contacts, then addresses, then counteragents.
    fn stage(&self) -> u8 {
        self.kind.level()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_as_the_object_it_was_written_from() {
        for kind in BookKind::ALL {
            for id in [1, 70011, u64::MAX] {
                let object = BookObject::new(kind, id).unwrap();
                assert_eq!(object.key().parse(), Ok(object));
            }
        }
        assert_eq!(
            BookObject::new(BookKind::Counteragent, 70011).unwrap().key(),
            "counteragent:70011"
        );
    }

    #[test]
    fn the_number_of_an_object_gives_the_object_back() {
        for kind in BookKind::ALL {
            for id in [1, 70011, u64::MAX] {
                let object = BookObject::new(kind, id).unwrap();
                let Identity::Number { space, id } = object.identity() else {
                    panic!("{object} has no number");
                };
                assert_eq!(BookObject::from_number(space, id), Some(object));
            }
        }
        assert_eq!(BookObject::from_number(1, 0), None);
        assert_eq!(BookObject::from_number(5, 1), None);
    }

    #[test]
    fn blanks_around_the_parts_are_tolerated() {
        assert_eq!(
            " phone : 920031 ".parse(),
            Ok(BookObject::new(BookKind::Phone, 920_031).unwrap())
        );
    }

    #[test]
    fn what_is_not_kind_and_positive_number_is_refused_with_the_text_as_it_came() {
        for bad in [
            "",
            "70011",
            "phone",
            "phone:",
            ":1",
            "phone:0",
            "phone:-1",
            "phone:+1",
            "phone:01",
            "phone:1:2",
            "phone:1.0",
            "phone:18446744073709551616",
            "Phone:1",
            "phones:1",
            "email:1",
        ] {
            let error = bad.parse::<BookObject>().unwrap_err();
            assert_eq!(error.text(), bad);
            assert!(error.expected().contains("counteragent:70011"));
        }
    }

    #[test]
    fn the_same_id_of_two_kinds_names_two_objects() {
        let identities: Vec<_> = BookKind::ALL.into_iter().map(|kind| kind.identity(1)).collect();
        for (at, identity) in identities.iter().enumerate() {
            assert!(!identities[at + 1..].contains(identity));
        }
    }

    #[test]
    fn children_come_before_parents_and_levels_never_share_a_request() {
        let of = |kind| BookObject::new(kind, 1).unwrap();
        let stages = BookKind::ALL.map(|kind| of(kind).stage());
        assert_eq!(stages, [2, 1, 0, 0]);
        assert_eq!(of(BookKind::Phone).group(), of(BookKind::Contact).group());
        assert_ne!(of(BookKind::Phone).group(), of(BookKind::Address).group());
        assert_ne!(of(BookKind::Address).group(), of(BookKind::Counteragent).group());
    }
}
