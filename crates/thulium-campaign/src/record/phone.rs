//! Members of CSV campaigns.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::FromStr;

use batchwise_core::{Identity, InvalidRecord, Record, percent_encoded};

use super::{CampaignId, Member, parameter_len};

/// Most bytes of a phone number.
pub const MAX_PHONE_BYTES: usize = 64;

/// A phone number as the campaign was fed with it: leading zeros, `+`, spaces, hyphens and parentheses stay.
///
/// Two spellings of one number are two numbers here, because only the provider knows how it compares them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// The number as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PhoneNumber {
    type Err = InvalidRecord;

    /// Reads a number; white space around it is dropped, the one inside stays.
    fn from_str(text: &str) -> Result<Self, InvalidRecord> {
        let number = text.trim();
        let (before, rest) = number.split_once('+').unwrap_or(("", number));
        let plus_leads = before.bytes().all(|byte| matches!(byte, b'(' | b' '));
        let has_digit = rest.bytes().any(|byte| byte.is_ascii_digit());
        let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'(' | b')' | b'-' | b' ');
        if plus_leads && has_digit && rest.bytes().all(plain) && number.len() <= MAX_PHONE_BYTES {
            return Ok(Self(number.to_owned()));
        }
        Err(InvalidRecord::new(
            text,
            "a phone number: digits with an optional leading +, spaces, hyphens or parentheses, at most 64 bytes, such \
             as +48600700801",
        ))
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A phone number to remove from a CSV campaign, with every record that it has there.
///
/// The key is the number as given, the scope the campaign; as text it is `00042:+48600700801`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CampaignPhone {
    /// The campaign.
    pub campaign: CampaignId,
    /// The number.
    pub phone: PhoneNumber,
}

impl CampaignPhone {
    /// A phone number of a campaign.
    #[must_use]
    pub const fn new(campaign: CampaignId, phone: PhoneNumber) -> Self {
        Self { campaign, phone }
    }
}

impl Record for CampaignPhone {
    fn key(&self) -> String {
        self.phone.to_string()
    }

    fn write_key(&self, out: &mut String) {
        out.push_str(self.phone.as_str());
    }

    fn identity(&self) -> Identity {
        Identity::Text {
            space: self.campaign.packed(),
            text: self.phone.to_string(),
        }
    }

    fn scope(&self) -> Option<String> {
        Some(self.campaign.to_string())
    }

    fn shares_scope(&self, other: &Self) -> bool {
        self.campaign == other.campaign
    }

    fn encoded_len(&self) -> usize {
        parameter_len::<Self>(percent_encoded(self.phone.as_str()).len())
    }

    fn group(&self) -> u64 {
        self.campaign.packed()
    }
}

impl Member for CampaignPhone {
    const COLLECTION: &'static str = "outbounds";
    const PARAMETER: &'static str = "phone_number";
    const LONGEST_VALUE: usize = 3 * MAX_PHONE_BYTES;

    fn parse(campaign: CampaignId, text: &str) -> Result<Self, InvalidRecord> {
        Ok(Self::new(campaign, text.parse()?))
    }

    fn campaign(&self) -> CampaignId {
        self.campaign
    }

    fn encode(&self, out: &mut String) {
        out.push_str(&percent_encoded(self.phone.as_str()));
    }

    fn is_named(&self, name: &str) -> bool {
        name == self.phone.as_str()
    }

    /// Takes a name for the number that is written exactly so; else for the only number with the same digits, unless
    /// that one is named exactly elsewhere. Whether the provider normalises numbers is not documented.
    fn identify(sent: &[Self], names: &[&str]) -> Vec<Identity> {
        let space = sent.first().map_or(0, Record::group);
        let spelled: HashSet<&str> = sent.iter().map(|record| record.phone.as_str()).collect();
        let named: HashSet<&str> = names.iter().copied().filter(|name| spelled.contains(name)).collect();
        let mut by_digits: HashMap<String, Vec<&str>> = HashMap::new();
        for &phone in &spelled {
            by_digits.entry(digits(phone)).or_default().push(phone);
        }
        let resolve = |name: &&str| {
            let alike = by_digits.get(&digits(name)).map(Vec::as_slice);
            let text = match alike {
                _ if spelled.contains(name) => *name,
                Some([only]) if !named.contains(only) => *only,
                _ => *name,
            };
            Identity::Text {
                space,
                text: text.to_owned(),
            }
        };
        names.iter().map(resolve).collect()
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

impl fmt::Display for CampaignPhone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.campaign, self.phone)
    }
}

impl FromStr for CampaignPhone {
    type Err = InvalidRecord;

    /// Reads `00042:+48600700801`.
    fn from_str(text: &str) -> Result<Self, InvalidRecord> {
        let (campaign, phone) = text
            .split_once(':')
            .ok_or_else(|| InvalidRecord::new(text, "a campaign and a phone number such as 00042:+48600700801"))?;
        Self::parse(campaign.parse()?, phone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(phone: &str) -> CampaignPhone {
        CampaignPhone::parse("00042".parse().unwrap(), phone).unwrap()
    }

    fn resolved(sent: &[&str], names: &[&str]) -> Vec<String> {
        let sent: Vec<_> = sent.iter().map(|phone| record(phone)).collect();
        CampaignPhone::identify(&sent, names)
            .into_iter()
            .map(|identity| match identity {
                Identity::Text { text, .. } => text,
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn a_number_stays_as_it_was_written() {
        for number in [
            "+48600700801",
            "0048600700801",
            "(22) 600-70-80",
            "(+48) 600 700 801",
            "0",
        ] {
            assert_eq!(record(number).key(), number);
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let long = "1".repeat(MAX_PHONE_BYTES + 1);
        for bad in [
            "",
            " ",
            "+",
            "--",
            "600\u{7}700",
            "600\n700",
            "600+700",
            "++48",
            "6OO",
            "６００",
            "600&id=1",
            &long,
        ] {
            assert!(bad.parse::<PhoneNumber>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_encoded_length_counts_percent_encoding() {
        assert_eq!(record("+48 600").encoded_len(), "phone_number%5B%5D=%2B48%20600&".len());
    }

    #[test]
    fn a_name_that_was_sent_is_that_number() {
        assert_eq!(resolved(&["600", "+600"], &["+600", "600"]), ["+600", "600"]);
    }

    #[test]
    fn a_name_with_the_digits_of_one_number_is_that_number() {
        assert_eq!(resolved(&["+48 600"], &["48600"]), ["+48 600"]);
    }

    #[test]
    fn a_name_with_the_digits_of_two_numbers_is_neither() {
        assert_eq!(resolved(&["+48600", "48 600"], &["48600"]), ["48600"]);
    }

    #[test]
    fn a_number_named_exactly_is_not_named_again_by_its_digits() {
        assert_eq!(resolved(&["+48600"], &["+48600", "48600"]), ["+48600", "48600"]);
    }

    #[test]
    fn a_name_without_digits_is_no_number() {
        assert_eq!(resolved(&["600"], &["message", ""]), ["message", ""]);
    }

    #[test]
    fn a_record_is_read_from_campaign_and_number() {
        let record: CampaignPhone = "00042:+48600700801".parse().unwrap();
        assert_eq!(record.to_string(), "00042:+48600700801");
        assert_eq!(record.scope().as_deref(), Some("00042"));
        assert!("600700801".parse::<CampaignPhone>().is_err());
    }
}
