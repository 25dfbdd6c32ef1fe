//! Records: members of campaigns, by customer id or by phone number.

mod campaign_id;
mod customer;
mod phone;

pub use campaign_id::CampaignId;
pub use customer::{CampaignCustomer, CustomerId};
pub use phone::{CampaignPhone, MAX_PHONE_BYTES, PhoneNumber};

use batchwise_core::{Identity, InvalidRecord, Record};

/// A member of a campaign as the wire knows it: what differs between the CRM and the CSV method.
pub(crate) trait Member: Record + Ord {
    /// The path segment of the kind of campaign.
    const COLLECTION: &'static str;

    /// The query parameter that names a member, without brackets.
    const PARAMETER: &'static str;

    /// Bytes of the longest percent-encoded value.
    const LONGEST_VALUE: usize;

    /// A member of this campaign, from the text that names it there.
    fn parse(campaign: CampaignId, text: &str) -> Result<Self, InvalidRecord>;

    /// The campaign that the member is to be removed from.
    fn campaign(&self) -> CampaignId;

    /// Appends the percent-encoded value of the query parameter.
    fn encode(&self, out: &mut String);

    /// True when an answer's name for exactly this member is `name`. A provider may write it in other ways too.
    fn is_named(&self, name: &str) -> bool;

    /// What each name of an answer stands for, in the order of `names`; a name that was not sent stays a text.
    fn identify(sent: &[Self], names: &[&str]) -> Vec<Identity>;
}

/// The bytes that one query parameter takes, the separator included.
pub(crate) fn parameter_len<M: Member>(value_len: usize) -> usize {
    M::PARAMETER.len() + "%5B%5D=".len() + value_len + "&".len()
}
