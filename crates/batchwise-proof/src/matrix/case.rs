//! One place in the matrix.

use std::fmt;

use batchwise_core::{ReasonKind, Verdict};
use batchwise_emulator::Fault;
use batchwise_emulator::conformance::faults::FAULTS;

use crate::wires::Wire;

/// A method, with the format of its wire where it has several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Played {
    Imports,
    Leads,
    BookJson,
    BookXml,
    Customers,
    Phones,
}

impl Played {
    pub(crate) const ALL: [Self; 6] = [
        Self::Imports,
        Self::Leads,
        Self::BookJson,
        Self::BookXml,
        Self::Customers,
        Self::Phones,
    ];
}

impl fmt::Display for Played {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Imports => "calltouch-import",
            Self::Leads => "calltouch-leads",
            Self::BookJson => "dellin-book, JSON",
            Self::BookXml => "dellin-book, XML",
            Self::Customers => "thulium-campaign, customers",
            Self::Phones => "thulium-campaign, phones",
        })
    }
}

/// Which requests a fault meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    First,
    Middle,
    Last,
    Every,
}

impl Place {
    pub(crate) const ALL: [Self; 4] = [Self::First, Self::Middle, Self::Last, Self::Every];
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First => "first",
            Self::Middle => "middle",
            Self::Last => "last",
            Self::Every => "every",
        })
    }
}

/// One run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    pub(crate) played: Played,
    pub(crate) fault: Fault,
    pub(crate) place: Place,
    pub(crate) wire: Wire,
}

impl Case {
    /// The whole matrix, in the order of the table.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for played in Played::ALL {
            for fault in FAULTS {
                for place in Place::ALL {
                    for wire in Wire::ALL {
                        all.push(Self {
                            played,
                            fault,
                            place,
                            wire,
                        });
                    }
                }
            }
        }
        all
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            played,
            fault,
            place,
            wire,
        } = self;
        write!(f, "{played} / {fault} / {place} / {wire}")
    }
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) counts: Vec<(Verdict, u64)>,
    pub(crate) calls: u64,
    pub(crate) stop: Option<ReasonKind>,
    /// What is not as the law has it.
    pub(crate) broken: Vec<String>,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (verdict, count)) in self.counts.iter().enumerate() {
            write!(f, "{}{count} {verdict}", if at == 0 { "" } else { ", " })?;
        }
        write!(f, "; {} {}", self.calls, if self.calls == 1 { "call" } else { "calls" })?;
        match self.stop {
            Some(kind) => write!(f, "; stopped: {}", kind.as_str()),
            None => Ok(()),
        }
    }
}
