//! What a provider client holds to make its one call.

use bytes::Bytes;
use http::HeaderValue;

use super::{Answer, SharedTransport};
use crate::error::{CallError, CallErrorKind};
use crate::secret::Secrets;

/// What this library calls itself.
const USER_AGENT: HeaderValue = HeaderValue::from_static(concat!("batchwise/", env!("CARGO_PKG_VERSION")));

/// Most bytes of a redirect's target that are quoted.
const LOCATION_BYTES: usize = 256;

/// A transport together with the secrets that no text may repeat.
#[derive(Debug, Clone)]
pub struct HttpCaller {
    transport: SharedTransport,
    secrets: Secrets,
}

impl HttpCaller {
    /// A caller over a transport.
    #[must_use]
    pub fn new(transport: SharedTransport, secrets: Secrets) -> Self {
        Self { transport, secrets }
    }

    /// The same with other secrets, for instance after a login.
    #[must_use]
    pub fn with_secrets(&self, secrets: Secrets) -> Self {
        Self {
            transport: SharedTransport::clone(&self.transport),
            secrets,
        }
    }

    /// Sends one request and brings the whole answer, whatever its status but 3xx and 429.
    ///
    /// # Errors
    /// [`CallError`] for a call without a whole answer, for 429 (nothing was done, whatever the body says) and for a
    /// redirect, which is never followed.
    pub async fn send(&self, mut request: http::Request<Bytes>) -> Result<Answer, CallError> {
        request.headers_mut().insert(http::header::USER_AGENT, USER_AGENT);
        let response = self.transport.send(request).await.map_err(CallError::from_transport)?;
        let answer = Answer::new(response, self.secrets.clone());
        let status = answer.status();
        if status == http::StatusCode::TOO_MANY_REQUESTS {
            return Err(CallError::answered(CallErrorKind::RateLimited, &answer));
        }
        if status.is_redirection() {
            let location = answer.headers().get(http::header::LOCATION);
            let location = location.and_then(|value| value.to_str().ok()).unwrap_or("nowhere");
            let location = self.secrets.mask_start(location, LOCATION_BYTES);
            let message = format!("redirect to {location}, not followed");
            return Err(CallError::answered(CallErrorKind::Target, &answer).with_message(message));
        }
        Ok(answer)
    }
}
