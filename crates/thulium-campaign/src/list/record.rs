//! What a list of a campaign is made of.

/// One record of a campaign: who is in it, and where the record stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CampaignRecord<M> {
    /// The member, as a deletion takes it: a customer or a phone number.
    pub member: M,
    /// The provider's number of the record itself; `None` where the answer has none.
    pub record_id: Option<u64>,
    /// Where it stands: one of the words of [`SystemStatus`](crate::SystemStatus), or another one. Empty where the answer
    /// has none, as all texts here.
    pub system_status: String,
    /// Where it stands in the campaign's own words.
    pub status: String,
    /// When the record was made, `YYYY-MM-DD hh:mm` by the system's own clock.
    pub create_date: String,
    /// When it was called last, by the same clock.
    pub call_date: String,
}
