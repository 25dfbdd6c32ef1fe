//! Settings of the clients.

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use batchwise_core::quota::QuotaHandle;
use batchwise_core::transport::{HttpCaller, ReqwestTransport, SharedTransport, TransportOptions};
use batchwise_core::{BaseUrl, BuildError, Descriptor};

use super::connection::Connection;
use super::{ThuliumCampaign, ThuliumCampaignPhones, ThuliumCredentials};
use crate::record::{CampaignId, Member, parameter_len};
use crate::wire::{self, ADDITIONAL_NUMBERS};

/// Records in one request unless set otherwise; the provider documents no limit.
pub const DEFAULT_MAX_RECORDS: usize = 100;

/// Bytes of the request target (path and query) unless set otherwise.
pub const DEFAULT_MAX_BYTES: usize = 4000;

/// Most records that can be set: PHP drops query parameters beyond 1,000 without a word.
pub const MOST_RECORDS: usize = 900;

/// Most bytes that can be set: common web servers refuse request lines beyond 8 KiB.
pub const MOST_BYTES: usize = 8000;

/// Builds a [`ThuliumCampaign`] or a [`ThuliumCampaignPhones`]; each makes its own with `builder`.
///
/// Needed: [`system`](Self::system) or [`base_url`](Self::base_url). Nothing is sent while building.
#[must_use = "a builder does nothing until `build`"]
pub struct ThuliumBuilder<C> {
    credentials: ThuliumCredentials,
    system: Option<String>,
    base_url: Option<String>,
    allow_http: bool,
    options: TransportOptions,
    transport: Option<SharedTransport>,
    quota: Option<QuotaHandle>,
    max_records: usize,
    max_bytes: usize,
    campaign: Option<CampaignId>,
    additional_numbers: bool,
    client: PhantomData<fn() -> C>,
}

impl<C> ThuliumBuilder<C> {
    pub(super) fn new(credentials: ThuliumCredentials) -> Self {
        Self {
            credentials,
            system: None,
            base_url: None,
            allow_http: false,
            options: TransportOptions::default(),
            transport: None,
            quota: None,
            max_records: DEFAULT_MAX_RECORDS,
            max_bytes: DEFAULT_MAX_BYTES,
            campaign: None,
            additional_numbers: false,
            client: PhantomData,
        }
    }

    /// The name of the system: `demo-system` stands for `https://demo-system.thulium.com`.
    pub fn system(mut self, name: impl Into<String>) -> Self {
        self.system = Some(name.into());
        self
    }

    /// The whole address in place of a system's name, without `/api/batch/...`; one trailing slash or `/api` is dropped.
    /// Goes before [`system`](Self::system).
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Lets plain `http://` out of this machine, credentials readable by everyone on the way; to loopback it always is.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// The time for one call from connect to the last byte of the answer; default 30 s. Not for a transport of your own.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options = self.options.with_timeout(timeout);
        self
    }

    /// Sets everything about the default transport: its time-outs, issuers that are trusted beside those of the machine, the
    /// version of HTTP. A transport of your own keeps its own.
    pub fn transport_options(mut self, options: TransportOptions) -> Self {
        self.options = options;
        self
    }

    /// A transport of your own in place of the default one.
    pub fn transport(mut self, transport: SharedTransport) -> Self {
        self.transport = Some(transport);
        self
    }

    /// A quota, shared by all clients that get a clone of the handle; default unlimited, for none is documented.
    pub fn quota(mut self, quota: QuotaHandle) -> Self {
        self.quota = Some(quota);
        self
    }

    /// The campaign that keys without one belong to.
    pub fn campaign(mut self, campaign: CampaignId) -> Self {
        self.campaign = Some(campaign);
        self
    }

    /// Records in one request: 1 to [`MOST_RECORDS`], default [`DEFAULT_MAX_RECORDS`].
    pub fn max_records(mut self, records: usize) -> Self {
        self.max_records = records;
        self
    }

    /// Bytes of the request target, path and query: at most [`MOST_BYTES`], default [`DEFAULT_MAX_BYTES`].
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    fn connect<M: Member>(self, method: &'static str) -> Result<Connection<M>, BuildError> {
        let url = match (self.base_url, self.system) {
            (Some(url), _) => url,
            (None, Some(system)) => url_of(&system)?,
            (None, None) => return Err(BuildError::setting("system", "a system's name or a base URL is needed")),
        };
        let base = BaseUrl::parse(&url, self.allow_http)?;
        let option = self.additional_numbers.then_some(ADDITIONAL_NUMBERS);
        let fixed_bytes = wire::fixed_bytes::<M>(&base, option);
        let max_records = within("max_records", self.max_records, 1, MOST_RECORDS)?;
        // There has to be room for one member of any length.
        let least_bytes = fixed_bytes + parameter_len::<M>(M::LONGEST_VALUE);
        let max_bytes = within("max_bytes", self.max_bytes, least_bytes, MOST_BYTES)?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => Arc::new(ReqwestTransport::new(&base, &self.options)?),
        };
        Ok(Connection {
            base,
            authorization: self.credentials.authorization()?,
            caller: HttpCaller::new(transport, self.credentials.secrets()),
            quotas: Arc::new([self.quota.unwrap_or_else(QuotaHandle::unlimited)]),
            descriptor: Descriptor::deleting("thulium-campaign", method, max_records)
                .with_max_bytes(max_bytes, fixed_bytes),
            option,
            campaign: self.campaign,
            members: PhantomData,
        })
    }
}

impl ThuliumBuilder<ThuliumCampaign> {
    /// Builds the client for customers of CRM campaigns.
    ///
    /// # Errors
    /// [`BuildError`] for an unusable address, system name or limit, and when TLS cannot start.
    pub fn build(self) -> Result<ThuliumCampaign, BuildError> {
        Ok(ThuliumCampaign(self.connect("remove-customers")?))
    }
}

impl ThuliumBuilder<ThuliumCampaignPhones> {
    /// Also removes records that have the number among their additional numbers; default no, and then it is not sent.
    pub fn search_in_additional_numbers(mut self, search: bool) -> Self {
        self.additional_numbers = search;
        self
    }

    /// Builds the client for phone numbers of CSV campaigns.
    ///
    /// # Errors
    /// [`BuildError`] for an unusable address, system name or limit, and when TLS cannot start.
    pub fn build(self) -> Result<ThuliumCampaignPhones, BuildError> {
        let mut connection = self.connect("remove-phones")?;
        // "No such number" may mean that the campaign spells it otherwise.
        connection.descriptor = connection.descriptor.absence_not_reached();
        Ok(ThuliumCampaignPhones(connection))
    }
}

/// The address of a system, whose name is one DNS label.
fn url_of(system: &str) -> Result<String, BuildError> {
    let label = !system.is_empty()
        && system.len() <= 63
        && !system.starts_with('-')
        && !system.ends_with('-')
        && system.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !label {
        // Not repeated: a whole URL with credentials may stand here by mistake.
        return Err(BuildError::setting(
            "system",
            "letters, digits and hyphens are expected: `demo-system` stands for https://demo-system.thulium.com; for \
             any other address give a base URL",
        ));
    }
    Ok(format!("https://{}.thulium.com", system.to_ascii_lowercase()))
}

fn within(name: &'static str, number: usize, least: usize, most: usize) -> Result<NonZeroUsize, BuildError> {
    NonZeroUsize::new(number)
        .filter(|_| (least..=most).contains(&number))
        .ok_or_else(|| BuildError::setting(name, format!("{number} is not within {least} and {most}")))
}

impl<C> fmt::Debug for ThuliumBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThuliumBuilder")
            .field("max_records", &self.max_records)
            .field("max_bytes", &self.max_bytes)
            .field("campaign", &self.campaign)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_name_stands_for_its_address() {
        assert_eq!(url_of("demo-system").unwrap(), "https://demo-system.thulium.com");
        assert_eq!(url_of("Demo1").unwrap(), "https://demo1.thulium.com");
    }

    #[test]
    fn what_is_no_system_name_is_refused_with_advice_and_not_repeated() {
        let long = "a".repeat(64);
        for bad in [
            "",
            "-a",
            "a-",
            "demo.thulium.com",
            "https://u:s3cr@demo",
            "a/b",
            "a\n",
            "ż",
            &long,
        ] {
            let error = url_of(bad).unwrap_err().to_string();
            assert!(
                error.contains("`demo-system`") && !error.contains("s3cr"),
                "{bad}: {error}"
            );
        }
    }
}
