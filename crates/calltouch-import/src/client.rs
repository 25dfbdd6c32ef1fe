//! The client: one HTTP call that deletes up to 100 imports.

use std::num::NonZeroUsize;
use std::time::Duration;

use batchwise_core::quota::QuotaHandle;
use batchwise_core::transport::{SharedTransport, TransportOptions};
use batchwise_core::{BatchMethod, BuildError, CallError, Deletes, Descriptor, InvalidRecord, NamedRefusal, Reply};
use calltouch_common::{CalltouchCredentials, CalltouchQuota, Connection, ConnectionBuilder};

use crate::{ImportLogId, MAX_RECORDS, decode, wire};

/// Calls in flight when the number is left to us: at 5 a second this covers answers that take 3 s.
const AUTO_CONCURRENCY: usize = 16;

/// What the documents say about the method. They do not say what a refused element means for the others.
const DESCRIPTOR: Descriptor = Descriptor::deleting("calltouch-import", "delete", count(MAX_RECORDS))
    .named_refusal(NamedRefusal::OthersUnclear)
    .with_auto_concurrency(count(AUTO_CONCURRENCY));

const fn count(number: usize) -> NonZeroUsize {
    match NonZeroUsize::new(number) {
        Some(number) => number,
        None => NonZeroUsize::MIN,
    }
}

/// Deletes the imports of one Calltouch account.
///
/// Cheap to clone. "Deleted" means that Calltouch reported it so: the documents do not say whether the deletion is over
/// when the answer comes, and there is nothing to ask later.
#[derive(Debug, Clone)]
pub struct CalltouchImport {
    connection: Connection,
}

impl CalltouchImport {
    /// Starts with the documented address, a time-out of 30 s and a quota of its own of 5 requests a second.
    #[must_use]
    pub fn builder(credentials: CalltouchCredentials) -> CalltouchImportBuilder {
        CalltouchImportBuilder {
            connection: Connection::builder(credentials),
        }
    }

    /// The account and address that the client calls.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl BatchMethod for CalltouchImport {
    type Record = ImportLogId;

    fn descriptor(&self) -> &Descriptor {
        &DESCRIPTOR
    }

    fn quotas(&self) -> &[QuotaHandle] {
        self.connection.quotas()
    }

    async fn call(&self, records: &[ImportLogId]) -> Result<Reply, CallError> {
        let request = wire::request(&self.connection, records)?;
        let answer = self.connection.send(request).await?;
        decode::reply(&answer, records)
    }
}

impl Deletes for CalltouchImport {
    fn parse_key(&self, key: &str) -> Result<ImportLogId, InvalidRecord> {
        key.parse()
    }
}

/// Settings of a [`CalltouchImport`].
#[derive(Debug, Clone)]
pub struct CalltouchImportBuilder {
    connection: ConnectionBuilder,
}

impl CalltouchImportBuilder {
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
    pub fn build(self) -> Result<CalltouchImport, BuildError> {
        Ok(CalltouchImport {
            connection: self.connection.build()?,
        })
    }
}
