//! Members of CRM campaigns.

use std::fmt;
use std::str::FromStr;

use batchwise_core::{Identity, InvalidRecord, Record, parse_number};

use super::{CampaignId, Member, parameter_len};

/// What a customer id looks like, in words.
const EXPECTED: &str = "a customer id: a positive whole number such as 7001";

/// The id of a customer in Thulium's CRM: a positive whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CustomerId(u64);

impl CustomerId {
    /// A customer id.
    ///
    /// # Errors
    /// [`InvalidRecord`] for zero, which would make the provider's answer a list without names.
    pub fn new(id: u64) -> Result<Self, InvalidRecord> {
        match id {
            0 => Err(InvalidRecord::new("0", EXPECTED)),
            id => Ok(Self(id)),
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl FromStr for CustomerId {
    type Err = InvalidRecord;

    /// Reads plain decimal digits: no sign, no leading zeros.
    fn from_str(text: &str) -> Result<Self, InvalidRecord> {
        match parse_number(text, EXPECTED)? {
            0 => Err(InvalidRecord::new(text, EXPECTED)),
            id => Ok(Self(id)),
        }
    }
}

impl fmt::Display for CustomerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A customer to remove from a CRM campaign. The customer itself stays in the CRM.
///
/// The key is the customer id (`7001`), the scope the campaign; as text it is `00042:7001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CampaignCustomer {
    /// The campaign.
    pub campaign: CampaignId,
    /// The customer.
    pub customer: CustomerId,
}

impl CampaignCustomer {
    /// A customer of a campaign.
    #[must_use]
    pub const fn new(campaign: CampaignId, customer: CustomerId) -> Self {
        Self { campaign, customer }
    }
}

impl Record for CampaignCustomer {
    fn key(&self) -> String {
        self.customer.to_string()
    }

    fn numbered_key(&self) -> Option<(&'static str, u64)> {
        Some(("", self.customer.get()))
    }

    fn identity(&self) -> Identity {
        Identity::Number {
            space: self.campaign.packed(),
            id: self.customer.get(),
        }
    }

    fn scope(&self) -> Option<String> {
        Some(self.campaign.to_string())
    }

    fn shares_scope(&self, other: &Self) -> bool {
        self.campaign == other.campaign
    }

    fn encoded_len(&self) -> usize {
        let digits = self.customer.get().checked_ilog10().unwrap_or(0) as usize + 1;
        parameter_len::<Self>(digits)
    }

    fn group(&self) -> u64 {
        self.campaign.packed()
    }
}

impl Member for CampaignCustomer {
    const COLLECTION: &'static str = "crm_outbounds";
    const PARAMETER: &'static str = "customer_id";
    const LONGEST_VALUE: usize = 20;

    fn parse(campaign: CampaignId, text: &str) -> Result<Self, InvalidRecord> {
        Ok(Self::new(campaign, text.parse()?))
    }

    fn campaign(&self) -> CampaignId {
        self.campaign
    }

    fn encode(&self, out: &mut String) {
        out.push_str(itoa::Buffer::new().format(self.customer.get()));
    }

    fn is_named(&self, name: &str) -> bool {
        name.parse() == Ok(self.customer)
    }

    fn identify(sent: &[Self], names: &[&str]) -> Vec<Identity> {
        let space = sent.first().map_or(0, Record::group);
        let identify = |name: &&str| match name.parse::<CustomerId>() {
            Ok(customer) => Identity::Number {
                space,
                id: customer.get(),
            },
            Err(_) => Identity::Text {
                space,
                text: (*name).to_owned(),
            },
        };
        names.iter().map(identify).collect()
    }
}

impl fmt::Display for CampaignCustomer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.campaign, self.customer)
    }
}

impl FromStr for CampaignCustomer {
    type Err = InvalidRecord;

    /// Reads `00042:7001`.
    fn from_str(text: &str) -> Result<Self, InvalidRecord> {
        let (campaign, customer) = text
            .split_once(':')
            .ok_or_else(|| InvalidRecord::new(text, "a campaign and a customer such as 00042:7001"))?;
        Self::parse(campaign.parse()?, customer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &str) -> CampaignCustomer {
        text.parse().unwrap()
    }

    #[test]
    fn a_record_has_its_customer_as_key_and_its_campaign_as_scope() {
        let record = record("00042:7001");
        assert_eq!(record.key(), "7001");
        assert_eq!(record.scope().as_deref(), Some("00042"));
        assert_eq!(record.to_string(), "00042:7001");
    }

    #[test]
    fn the_same_customer_of_two_campaigns_is_two_records_that_share_no_request() {
        let (one, other) = (record("00042:7001"), record("00043:7001"));
        assert_ne!(one.identity(), other.identity());
        assert_ne!(one.group(), other.group());
    }

    #[test]
    fn the_encoded_length_is_that_of_the_query_parameter_and_a_separator() {
        for customer in ["1", "9", "10", "7001", "18446744073709551615"] {
            let parameter = format!("customer_id%5B%5D={customer}&");
            let encoded_len = record(&format!("00042:{customer}")).encoded_len();
            assert_eq!(encoded_len, parameter.len(), "{customer}");
        }
    }

    #[test]
    fn only_positive_plain_numbers_are_customer_ids() {
        for bad in ["", "0", "-1", "+7001", "07001", "7001.0", "abc", "18446744073709551616"] {
            assert!(bad.parse::<CustomerId>().is_err(), "{bad}");
        }
        assert!(CustomerId::new(0).is_err());
        assert_eq!(CustomerId::new(7001).unwrap(), "7001".parse().unwrap());
    }

    #[test]
    fn a_record_is_read_from_campaign_and_customer_only() {
        for bad in ["7001", ":7001", "00042:", "42:7001", "00042:7001:1", "00042;7001"] {
            assert!(bad.parse::<CampaignCustomer>().is_err(), "{bad}");
        }
    }
}
