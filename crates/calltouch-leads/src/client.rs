//! The client: one HTTP call that writes custom fields to up to 100 leads.

use std::num::NonZeroUsize;
use std::time::Duration;

use batchwise_core::quota::QuotaHandle;
use batchwise_core::transport::{SharedTransport, TransportOptions};
use batchwise_core::{BatchMethod, BuildError, CallError, Descriptor, NamedRefusal, Reply};
use calltouch_common::{CalltouchCredentials, CalltouchQuota, Connection, ConnectionBuilder};

use crate::{LeadUpdate, MAX_RECORDS, decode, wire};

/// Calls in flight when the number is left to us: at 5 a second this covers answers that take 3 s.
const AUTO_CONCURRENCY: usize = 16;

/// Bytes of a request. The documents name no limit; 1 MiB is what servers commonly take at least, and far above what 100
/// ordinary leads come to, so only odd ones (20 rows of many contacts, long texts) make smaller batches.
const MAX_BYTES: usize = 1024 * 1024;

/// What the documents say about the method. When a request fails validation, nothing is written for any lead of it.
const DESCRIPTOR: Descriptor = Descriptor::updating("calltouch-leads", "add-fields", count(MAX_RECORDS))
    .with_max_bytes(count(MAX_BYTES), wire::FIXED_BYTES)
    .named_refusal(NamedRefusal::NothingDone)
    .with_auto_concurrency(count(AUTO_CONCURRENCY));

const fn count(number: usize) -> NonZeroUsize {
    match NonZeroUsize::new(number) {
        Some(number) => number,
        None => NonZeroUsize::MIN,
    }
}

/// Writes custom fields to the leads (calls and requests) of one Calltouch account.
///
/// Cheap to clone. The fields have to exist in the account; the method creates none.
#[derive(Debug, Clone)]
pub struct CalltouchLeads {
    connection: Connection,
}

impl CalltouchLeads {
    /// Starts with the documented address, a time-out of 30 s and a quota of its own of 5 requests a second.
    #[must_use]
    pub fn builder(credentials: CalltouchCredentials) -> CalltouchLeadsBuilder {
        CalltouchLeadsBuilder {
            connection: Connection::builder(credentials),
        }
    }

    /// The account and address that the client calls.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl BatchMethod for CalltouchLeads {
    type Record = LeadUpdate;

    fn descriptor(&self) -> &Descriptor {
        &DESCRIPTOR
    }

    fn quotas(&self) -> &[QuotaHandle] {
        self.connection.quotas()
    }

    async fn call(&self, records: &[LeadUpdate]) -> Result<Reply, CallError> {
        let request = wire::request(&self.connection, records)?;
        let answer = self.connection.send(request).await?;
        decode::reply(&answer, records)
    }
}

/// Settings of a [`CalltouchLeads`].
#[derive(Debug, Clone)]
pub struct CalltouchLeadsBuilder {
    connection: ConnectionBuilder,
}

impl CalltouchLeadsBuilder {
    /// Calls another origin, such as an emulator; the documented path is put behind it.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.connection = self.connection.base_url(url);
        self
    }

    /// Lets plain `http://` out of the machine; loopback needs no leave.
    #[must_use]
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.connection = self.connection.allow_http(allow);
        self
    }

    /// Bounds one call, from connect to the last byte of the answer; 30 s unless set.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.connection = self.connection.timeout(timeout);
        self
    }

    /// Sets everything about the default transport: its time-outs, issuers that are trusted beside those of the machine, the
    /// version of HTTP. A transport of your own keeps its own.
    #[must_use]
    pub fn transport_options(mut self, options: TransportOptions) -> Self {
        self.connection = self.connection.transport_options(options);
        self
    }

    /// Calls over a transport of your own.
    #[must_use]
    pub fn transport(mut self, transport: SharedTransport) -> Self {
        self.connection = self.connection.transport(transport);
        self
    }

    /// Shares a quota with other clients: the rate belongs to the IP address, so every client of a process needs the same.
    #[must_use]
    pub fn quota(mut self, quota: impl Into<CalltouchQuota>) -> Self {
        self.connection = self.connection.quota(quota);
        self
    }

    /// Checks the settings. Nothing is sent.
    ///
    /// # Errors
    /// [`BuildError`] for an unusable address, a time-out of zero, or a transport that cannot be set up.
    pub fn build(self) -> Result<CalltouchLeads, BuildError> {
        Ok(CalltouchLeads {
            connection: self.connection.build()?,
        })
    }
}
