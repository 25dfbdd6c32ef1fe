//! What a job's records are called, and what is to become of them.

use batchwise_journal::JobHeader;

use crate::progress::grouped;

/// The words for the records of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Nouns {
    one: &'static str,
    several: &'static str,
    /// What is true of one and of several in the wanted state.
    wanted: [&'static str; 2],
    /// Where they are wanted gone from, or nothing.
    from: String,
    /// They are to be removed, and not written to.
    pub(super) removal: bool,
}

impl Nouns {
    /// For what nobody tells more of.
    pub(super) fn unknown() -> Self {
        Self {
            one: "record",
            several: "records",
            wanted: ["is in the wanted state", "are in the wanted state"],
            from: String::new(),
            removal: false,
        }
    }

    /// For the records of this job.
    pub(super) fn of(header: &JobHeader) -> Self {
        let by_phone = header.options.get("by").is_some_and(|by| by == "phone");
        Self::named(&header.provider, by_phone, &header.campaigns)
    }

    /// For the records of this provider.
    pub(super) fn named(provider: &str, by_phone: bool, campaigns: &[String]) -> Self {
        let gone = ["is gone", "are gone"];
        let (one, several, wanted) = match provider {
            "calltouch-import" => ("import log", "import logs", gone),
            "calltouch-leads" => ("lead", "leads", ["has its fields", "have their fields"]),
            "dellin-book" => ("address-book object", "address-book objects", gone),
            "thulium-campaign" if by_phone => ("phone number", "phone numbers", ["is out of", "are out of"]),
            "thulium-campaign" => ("customer", "customers", ["is out of", "are out of"]),
            _ => return Self::unknown(),
        };
        let from = match (provider, campaigns) {
            ("thulium-campaign", [only]) => format!(" campaign {only}"),
            ("thulium-campaign", []) => " the campaign".to_owned(),
            ("thulium-campaign", _) => " the campaigns".to_owned(),
            _ => String::new(),
        };
        Self {
            one,
            several,
            wanted,
            from,
            removal: provider != "calltouch-leads",
        }
    }

    /// `1 customer`, `3,000 customers`.
    pub(super) fn count(&self, count: u64) -> String {
        format!(
            "{} {}",
            grouped(count),
            if count == 1 { self.one } else { self.several }
        )
    }

    /// `customers`.
    pub(super) const fn plural(&self) -> &'static str {
        self.several
    }

    /// `is gone`, `are out of campaign 00042`.
    pub(super) fn wanted(&self, count: u64) -> String {
        let [one, several] = self.wanted;
        format!("{}{}", if count == 1 { one } else { several }, self.from)
    }
}
