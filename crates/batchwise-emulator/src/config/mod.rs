//! What the emulator is started with: in code, or from a TOML file.

mod calltouch;
mod dellin;
mod id_set;
mod space_config;
mod state_file;
mod thulium;

pub use calltouch::{CalltouchConfig, Lead, LeadsConfig, Token};
pub use dellin::{Account as DellinAccount, BookConfig, DellinConfig, UpdateRule};
pub use id_set::{KeySet, NumberSet, TextSet};
pub use space_config::{Busy, BusyRule, SpaceConfig};
pub use state_file::StateFileError;
pub use thulium::{CampaignConfig, MOST_PHONE_RECORDS, PhonesConfig, StatusRule, ThuliumConfig, User};

use serde::Deserialize;

use crate::fault::FaultRule;
use crate::quota::QuotaConfig;

/// What the emulator is started with. The default takes any non-empty credentials, knows every well-formed id, charges
/// the documented quotas and makes no faults.
///
/// ```
/// use batchwise_emulator::{Busy, CampaignConfig, EmulatorConfig, Fault, FaultRule, Method, SpaceConfig};
///
/// let config = EmulatorConfig::default()
///     .quota_off()
///     .calltouch_import(SpaceConfig::only(51_001..=51_100).poison([51_013]))
///     .campaign(CampaignConfig::new("00042").customers(SpaceConfig::any().busy([7_003], Busy::Answers(2))))
///     .fault(FaultRule::new(Fault::Truncate).on(Method::CalltouchImport).nth(2));
/// # let _ = config;
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmulatorConfig {
    /// The loopback port to listen on; 0 lets the system choose. Not part of a state file.
    #[serde(skip)]
    pub port: u16,
    /// What each provider allows.
    pub quota: QuotaConfig,
    /// Calltouch: credentials and choices that the documents leave open.
    pub calltouch: CalltouchConfig,
    /// Calltouch: the imports.
    #[serde(rename = "calltouch-import")]
    pub calltouch_import: SpaceConfig<NumberSet>,
    /// Calltouch: the leads.
    #[serde(rename = "calltouch-leads")]
    pub calltouch_leads: LeadsConfig,
    /// Dellin: credentials and sessions.
    pub dellin: DellinConfig,
    /// Dellin: the address book.
    #[serde(rename = "dellin-book")]
    pub dellin_book: BookConfig,
    /// Thulium: credentials and limits.
    pub thulium: ThuliumConfig,
    /// Thulium: the campaigns; none given means that every campaign exists.
    #[serde(rename = "thulium-campaign")]
    pub thulium_campaigns: Vec<CampaignConfig>,
    /// What goes wrong; the first rule that holds fires.
    #[serde(rename = "fault")]
    pub faults: Vec<FaultRule>,
    /// Most bytes of a request body; a larger one is answered 413 with an HTML page. Default: no limit below 64 MiB.
    pub max_body_bytes: Option<usize>,
    /// True (the default) when the samples of the documents get their documented answers: Thulium campaign `00001` has no
    /// customer 442 (and no phone 442), and its customer 441 has the record id 5235.
    pub samples: bool,
}

impl Default for EmulatorConfig {
    fn default() -> Self {
        Self {
            port: 0,
            quota: QuotaConfig::default(),
            calltouch: CalltouchConfig::default(),
            calltouch_import: SpaceConfig::default(),
            calltouch_leads: LeadsConfig::default(),
            dellin: DellinConfig::default(),
            dellin_book: BookConfig::default(),
            thulium: ThuliumConfig::default(),
            thulium_campaigns: Vec::new(),
            faults: Vec::new(),
            max_body_bytes: None,
            samples: true,
        }
    }
}

impl EmulatorConfig {
    /// Reads a state file.
    ///
    /// # Errors
    /// [`StateFileError`] with line, key and what was expected; an unknown key is an error too.
    pub fn from_toml(text: &str) -> Result<Self, StateFileError> {
        toml::from_str(text).map_err(StateFileError::from)
    }

    /// The same on this loopback port.
    #[must_use]
    pub const fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The same with these quotas.
    #[must_use]
    pub fn quota(mut self, quota: QuotaConfig) -> Self {
        self.quota = quota;
        self
    }

    /// The same with all quotas lifted, for load tests; arrivals are still counted.
    #[must_use]
    pub const fn quota_off(mut self) -> Self {
        self.quota.off = true;
        self
    }

    /// The same with Calltouch's credentials and choices.
    #[must_use]
    pub fn calltouch(mut self, calltouch: CalltouchConfig) -> Self {
        self.calltouch = calltouch;
        self
    }

    /// The same with these imports.
    #[must_use]
    pub fn calltouch_import(mut self, imports: SpaceConfig<NumberSet>) -> Self {
        self.calltouch_import = imports;
        self
    }

    /// The same with these leads.
    #[must_use]
    pub fn calltouch_leads(mut self, leads: LeadsConfig) -> Self {
        self.calltouch_leads = leads;
        self
    }

    /// The same with Dellin's credentials and sessions.
    #[must_use]
    pub fn dellin(mut self, dellin: DellinConfig) -> Self {
        self.dellin = dellin;
        self
    }

    /// The same with this address book.
    #[must_use]
    pub fn dellin_book(mut self, book: BookConfig) -> Self {
        self.dellin_book = book;
        self
    }

    /// The same with Thulium's credentials and limits.
    #[must_use]
    pub fn thulium(mut self, thulium: ThuliumConfig) -> Self {
        self.thulium = thulium;
        self
    }

    /// The same with one more Thulium campaign; from the first one on, others are unknown (but see
    /// [`ThuliumConfig::other_campaigns`]).
    #[must_use]
    pub fn campaign(mut self, campaign: CampaignConfig) -> Self {
        self.thulium_campaigns.push(campaign);
        self
    }

    /// The same with one more fault rule.
    #[must_use]
    pub fn fault(mut self, rule: FaultRule) -> Self {
        self.faults.push(rule);
        self
    }

    /// The same with these fault rules after those it has.
    #[must_use]
    pub fn faults(mut self, rules: impl IntoIterator<Item = FaultRule>) -> Self {
        self.faults.extend(rules);
        self
    }
}
