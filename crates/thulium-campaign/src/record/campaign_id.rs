//! The identifier of a campaign.

use std::fmt;
use std::str::FromStr;

use batchwise_core::InvalidRecord;

/// A campaign: exactly five ASCII letters or digits, kept as text because leading zeros count.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CampaignId([u8; 5]);

impl CampaignId {
    /// The identifier as text: `00042`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII is let in, so the empty text never comes out.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The five bytes as one number, which is neither the campaign's number nor shown anywhere: it tells campaigns apart.
    #[must_use]
    pub const fn packed(self) -> u64 {
        let [a, b, c, d, e] = self.0;
        u64::from_be_bytes([0, 0, 0, a, b, c, d, e])
    }
}

impl FromStr for CampaignId {
    type Err = InvalidRecord;

    /// Reads an identifier; white space around it is dropped.
    fn from_str(text: &str) -> Result<Self, InvalidRecord> {
        <[u8; 5]>::try_from(text.trim().as_bytes())
            .ok()
            .filter(|bytes| bytes.iter().all(u8::is_ascii_alphanumeric))
            .map(Self)
            .ok_or_else(|| {
                InvalidRecord::new(
                    text,
                    "a campaign id: exactly five ASCII letters or digits, leading zeros included, such as 00042",
                )
            })
    }
}

impl fmt::Display for CampaignId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CampaignId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CampaignId({})", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_stay() {
        let campaign: CampaignId = " 00042 ".parse().unwrap();
        assert_eq!(campaign.as_str(), "00042");
        assert_eq!(format!("{campaign} {campaign:?}"), "00042 CampaignId(00042)");
    }

    #[test]
    fn letters_are_taken_and_their_case_counts() {
        let lower: CampaignId = "ab12c".parse().unwrap();
        let upper: CampaignId = "AB12C".parse().unwrap();
        assert_ne!(lower.packed(), upper.packed());
    }

    #[test]
    fn anything_but_five_letters_or_digits_is_refused() {
        for bad in ["", "42", "000042", "0004/", "00 42", "0004ż", "٠٠٠٤٢", "00.42"] {
            let error = bad.parse::<CampaignId>().unwrap_err();
            assert!(error.expected().contains("00042"), "{bad}: {error}");
        }
    }
}
