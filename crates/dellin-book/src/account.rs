//! A personal account: who calls, with which session, under which quota.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use batchwise_core::list::{ListOptions, ListStream};
use batchwise_core::quota::{QuotaHandle, Window};
use batchwise_core::transport::{HttpCaller, ReqwestTransport, SharedTransport, TransportOptions};
use batchwise_core::{BaseUrl, BuildError, CallError, Secret, Secrets};
use http::HeaderValue;

use crate::client::DellinBook;
use crate::credentials::{Credentials, check};
use crate::decode;
use crate::list::{BookEntry, BookQuery, BookWalk};
use crate::session::{Session, Sessions};
use crate::session_info::SessionInfo;
use crate::wire::{self, DEFAULT_BASE_URL, Wire, XML_CONTENT_TYPE};

/// A handle to one personal account under one application key; clones share its session, its quota and its count of logins.
///
/// The session is made by the first renewal, and made anew whenever the service refuses it, by one login at a time
/// however many clients ask. A session that the caller brought is never replaced nor closed.
#[derive(Clone)]
pub struct DellinAccount(Arc<Inner>);

struct Inner {
    appkey: Secret,
    credentials: Credentials,
    base: BaseUrl,
    xml_content_type: HeaderValue,
    /// Masks the key and the credentials; a session adds itself.
    caller: HttpCaller,
    sessions: Sessions,
    quotas: [QuotaHandle; 1],
}

impl DellinAccount {
    /// Begins an account with its application key and its credentials.
    pub fn builder(appkey: impl Into<Secret>, credentials: Credentials) -> DellinAccountBuilder {
        DellinAccountBuilder {
            appkey: appkey.into(),
            credentials,
            base_url: DEFAULT_BASE_URL.to_owned(),
            allow_http: false,
            options: TransportOptions::default(),
            transport: None,
            quota: None,
            xml_content_type: XML_CONTENT_TYPE.to_owned(),
        }
    }

    /// 40 calls a minute, 5 of them close together, and 1500 an hour: below the 45 and 1600 that users report for one
    /// application key, logins included.
    #[must_use]
    pub fn default_windows() -> [Window; 2] {
        let count = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        [
            Window::per_minute(count(40)).with_burst(count(5)),
            Window::per_hour(count(1500)),
        ]
    }

    /// A client of the address book that speaks JSON.
    #[must_use]
    pub fn book(&self) -> DellinBook {
        self.book_with(Wire::Json)
    }

    /// A client of the address book that speaks the given format.
    #[must_use]
    pub fn book_with(&self, wire: Wire) -> DellinBook {
        DellinBook::new(self.clone(), wire)
    }

    /// Logins that brought a session so far.
    #[must_use]
    pub fn logins(&self) -> u64 {
        self.0.sessions.logins()
    }

    /// The quota of the application key, to be given to other accounts under the same key.
    #[must_use]
    pub fn quota(&self) -> &QuotaHandle {
        let [quota] = &self.0.quotas;
        quota
    }

    /// Where requests go.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        &self.0.base
    }

    /// Asks how long the current session lives, in one call that the caller paces.
    ///
    /// # Errors
    /// [`CallError`]: no session before the first login, else as any call. A dead session is no error here but an
    /// expired [`SessionInfo`].
    pub async fn session_info(&self) -> Result<SessionInfo, CallError> {
        let session = self.session().ok_or_else(CallError::no_session)?;
        let outcome = async {
            let request = wire::session_info(self.base_url(), self.appkey(), &session.id)?;
            SessionInfo::decode(&session.caller.send(request).await?)
        };
        outcome.await.map_err(|error| error.with_epoch(session.epoch))
    }

    /// Walks through the address book, from counteragents down to phones, under the account's quota; logs in where needed.
    ///
    /// A counteragent comes first, then its addresses with their phones and contact persons, then the next counteragent. The
    /// calls change nothing, and are made again when they fail for a moment.
    pub fn list(&self, query: BookQuery, options: ListOptions) -> ListStream<BookEntry> {
        batchwise_core::list::list(BookWalk::new(self.clone(), query), options)
    }

    pub(crate) fn appkey(&self) -> &Secret {
        &self.0.appkey
    }

    pub(crate) fn xml_content_type(&self) -> &HeaderValue {
        &self.0.xml_content_type
    }

    pub(crate) fn quotas(&self) -> &[QuotaHandle] {
        &self.0.quotas
    }

    pub(crate) fn session(&self) -> Option<Arc<Session>> {
        self.0.sessions.current()
    }

    pub(crate) fn can_log_in(&self) -> bool {
        self.0.credentials.can_log_in()
    }

    /// Logs in once unless the session that was refused has been replaced meanwhile.
    pub(crate) async fn renew(&self, refused: &CallError) -> Result<bool, CallError> {
        let Some(request) = wire::login(&self.0.base, &self.0.appkey, &self.0.credentials) else {
            return Err(refused.clone());
        };
        let login = async {
            let answer = self.0.caller.send(request?).await?;
            let id = decode::login(&answer)?;
            let caller = self
                .0
                .caller
                .with_secrets(masked(&self.0.appkey, &self.0.credentials, Some(&id)));
            Ok((id, caller))
        };
        self.0.sessions.renew(refused, login).await
    }
}

/// The key, the credentials and a session, to be masked.
fn masked(appkey: &Secret, credentials: &Credentials, session: Option<&Secret>) -> Secrets {
    Secrets::new(credentials.secrets().into_iter().chain([appkey]).chain(session))
}

impl fmt::Debug for DellinAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let credentials = match self.0.credentials {
            Credentials::Session(_) => "session",
            Credentials::Password { .. } => "password",
            Credentials::Pat(_) => "pat",
        };
        f.debug_struct("DellinAccount")
            .field("base_url", &self.0.base)
            .field("credentials", &credentials)
            .field("logins", &self.logins())
            .finish_non_exhaustive()
    }
}

/// Builds a [`DellinAccount`].
#[derive(Clone)]
#[must_use]
pub struct DellinAccountBuilder {
    appkey: Secret,
    credentials: Credentials,
    base_url: String,
    allow_http: bool,
    options: TransportOptions,
    transport: Option<SharedTransport>,
    quota: Option<QuotaHandle>,
    xml_content_type: String,
}

impl fmt::Debug for DellinAccountBuilder {
    /// Leaves out the address: nobody has looked yet whether a password stands in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DellinAccountBuilder")
            .field("appkey", &self.appkey)
            .field("credentials", &self.credentials)
            .field("allow_http", &self.allow_http)
            .field("options", &self.options)
            .field("quota", &self.quota)
            .finish_non_exhaustive()
    }
}

impl DellinAccountBuilder {
    /// Another origin than [`DEFAULT_BASE_URL`], such as an emulator's.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Lets plain `http://` out of this machine.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// Time for one call from connect to the last byte of the answer; 30 s unless set. A transport of your own keeps its own.
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

    /// A transport of your own.
    pub fn transport(mut self, transport: SharedTransport) -> Self {
        self.transport = Some(transport);
        self
    }

    /// A quota shared with other accounts under the same application key; [`DellinAccount::default_windows`] unless set.
    pub fn quota(mut self, quota: QuotaHandle) -> Self {
        self.quota = Some(quota);
        self
    }

    /// Another media type for XML requests than [`XML_CONTENT_TYPE`].
    pub fn xml_content_type(mut self, content_type: impl Into<String>) -> Self {
        self.xml_content_type = content_type.into();
        self
    }

    /// Checks the settings. Sends nothing.
    ///
    /// # Errors
    /// [`BuildError`] for a key or credential that is blank or has control characters in it, an unusable address or media type, and an HTTP client that cannot start.
    pub fn build(self) -> Result<DellinAccount, BuildError> {
        check("appkey", &self.appkey)?;
        self.credentials.check()?;
        let xml_content_type = HeaderValue::from_str(&self.xml_content_type)
            .map_err(|_| BuildError::setting("xml_content_type", "it cannot stand in a header"))?;
        let base = BaseUrl::parse(&self.base_url, self.allow_http)?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => Arc::new(ReqwestTransport::new(&base, &self.options)?),
        };
        let caller = HttpCaller::new(transport, masked(&self.appkey, &self.credentials, None));
        let brought = match &self.credentials {
            Credentials::Session(id) => Some((id.clone(), caller.clone())),
            Credentials::Password { .. } | Credentials::Pat(_) => None,
        };
        Ok(DellinAccount(Arc::new(Inner {
            appkey: self.appkey,
            credentials: self.credentials,
            base,
            xml_content_type,
            caller,
            sessions: Sessions::new(brought),
            quotas: [self
                .quota
                .unwrap_or_else(|| QuotaHandle::of_windows(DellinAccount::default_windows()))],
        })))
    }
}
