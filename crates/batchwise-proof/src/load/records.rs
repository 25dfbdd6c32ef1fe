//! The records of a job: random, distinct, and the same for the same number of them.

use std::collections::HashSet;
use std::fmt;

use batchwise_emulator::{
    BookConfig, CampaignConfig, EmulatorConfig, Kind, Method, NumberSet, PhonesConfig, SpaceConfig, TextSet, Truth,
};
use clap::ValueEnum;

/// The campaign that customers and phones are in.
const CAMPAIGN: &str = "00042";

/// One in so many records is not there.
const ABSENT: usize = 100;

/// A method that deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Loaded {
    Import,
    Book,
    BookXml,
    Customers,
    Phones,
}

impl Loaded {
    pub(crate) const ALL: [Self; 5] = [Self::Import, Self::Book, Self::BookXml, Self::Customers, Self::Phones];

    /// The subcommand with what it needs.
    pub(crate) fn args(self) -> Vec<&'static str> {
        let words = match self {
            Self::Import => "calltouch-import delete",
            Self::Book => "dellin-book delete",
            Self::BookXml => "dellin-book delete --wire xml",
            Self::Customers => "thulium-campaign delete --campaign 00042",
            Self::Phones => "thulium-campaign delete --campaign 00042 --by phone",
        };
        words.split(' ').collect()
    }

    pub(crate) const fn method(self) -> Method {
        match self {
            Self::Import => Method::CalltouchImport,
            Self::Book | Self::BookXml => Method::DellinBook,
            Self::Customers => Method::ThuliumCustomers,
            Self::Phones => Method::ThuliumPhones,
        }
    }

    /// The outcomes with which a record is not as it was wanted. A number that is "not found" may be spelled otherwise there.
    pub(crate) const fn unreached(self) -> &'static [&'static str] {
        match self {
            Self::Phones => &["not_found", "busy", "rejected", "unknown", "not_sent"],
            Self::Import | Self::Book | Self::BookXml | Self::Customers => &["busy", "rejected", "unknown", "not_sent"],
        }
    }

    /// A number as a key of this method.
    pub(crate) fn key(self, at: usize, number: u64) -> String {
        match self {
            Self::Import | Self::Customers => number.to_string(),
            Self::Book | Self::BookXml => format!("{}:{number}", kind(at).1),
            Self::Phones => format!("+{number}"),
        }
    }

    /// A world in which everything is there but one in a hundred of these.
    pub(crate) fn world(self, numbers: &[u64]) -> EmulatorConfig {
        let world = EmulatorConfig::default().quota_off();
        let absent = || numbers.iter().copied().enumerate().filter(|(at, _)| is_absent(*at));
        let ids = || SpaceConfig::any().absent(absent().map(|(_, number)| number).collect::<NumberSet>());
        match self {
            Self::Import => world.calltouch_import(ids()),
            Self::Book | Self::BookXml => {
                let of = |wanted: Kind| {
                    let ids = absent()
                        .filter(|(at, _)| kind(*at).0 == wanted)
                        .map(|(_, number)| number);
                    SpaceConfig::any().absent(ids.collect::<NumberSet>())
                };
                world.dellin_book(BookConfig {
                    counteragents: of(Kind::Counteragent),
                    addresses: of(Kind::Address),
                    phones: of(Kind::Phone),
                    contacts: of(Kind::Contact),
                    ..BookConfig::default()
                })
            }
            Self::Customers => world.campaign(CampaignConfig::new(CAMPAIGN).customers(ids())),
            Self::Phones => {
                let phones = PhonesConfig {
                    numbers: SpaceConfig::any()
                        .absent(absent().map(|(at, number)| self.key(at, number)).collect::<TextSet>()),
                    ..PhonesConfig::default()
                };
                world.campaign(CampaignConfig::new(CAMPAIGN).phones(phones))
            }
        }
    }

    /// Whether a record was there, and whether it was removed.
    pub(crate) fn truth(self, truth: &Truth, at: usize, number: u64) -> (bool, bool) {
        match self {
            Self::Import => {
                let space = &truth.calltouch;
                (space.existed(&number), space.is_removed(&number))
            }
            Self::Book | Self::BookXml => {
                let space = truth.dellin.space(kind(at).0);
                (space.existed(&number), space.is_removed(&number))
            }
            Self::Customers => truth.thulium.campaign(CAMPAIGN).map_or((false, false), |campaign| {
                (
                    campaign.customers.existed(&number),
                    campaign.customers.is_removed(&number),
                )
            }),
            Self::Phones => truth.thulium.campaign(CAMPAIGN).map_or((false, false), |campaign| {
                let phone = self.key(at, number);
                (campaign.phones.existed(&phone), campaign.phones.is_removed(&phone))
            }),
        }
    }
}

impl fmt::Display for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Import => "calltouch-import",
            Self::Book => "dellin-book, JSON",
            Self::BookXml => "dellin-book, XML",
            Self::Customers => "thulium-campaign, customers",
            Self::Phones => "thulium-campaign, phones",
        })
    }
}

const fn is_absent(at: usize) -> bool {
    at % ABSENT == ABSENT / 2
}

const fn kind(at: usize) -> (Kind, &'static str) {
    match at % 4 {
        0 => (Kind::Counteragent, "counteragent"),
        1 => (Kind::Address, "address"),
        2 => (Kind::Phone, "phone"),
        _ => (Kind::Contact, "contact"),
    }
}

/// So many distinct numbers of so many digits, in no order.
pub(crate) fn numbers(count: u64, digits: u32) -> Vec<u64> {
    let least = 10_u64.saturating_pow(digits - 1);
    // Twenty digits would not fit.
    let span = least.saturating_mul(9).min(u64::MAX - least);
    let mut seen = HashSet::new();
    let mut state = count;
    let mut numbers = Vec::new();
    while u64::try_from(numbers.len()).unwrap_or(u64::MAX) < count {
        // splitmix64
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let number = least + (bits ^ (bits >> 31)) % span;
        if seen.insert(number) {
            numbers.push(number);
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_distinct_and_have_their_digits() {
        for digits in [7, 10, 19] {
            let numbers = numbers(10_000, digits);
            let distinct: HashSet<u64> = numbers.iter().copied().collect();
            assert_eq!(distinct.len(), 10_000);
            assert!(numbers.iter().all(|number| number.to_string().len() == digits as usize));
        }
    }
}
