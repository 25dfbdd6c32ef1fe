//! Transports without a network.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use batchwise_core::transport::{Transport, TransportError};
use bytes::Bytes;
use http::{Request, Response, StatusCode};

/// Answers everything in one way, and keeps what it was sent.
#[derive(Debug)]
pub(crate) struct Canned {
    status: StatusCode,
    body: Bytes,
    /// What a login is answered with in place of the rest.
    session: Option<Bytes>,
    requests: Mutex<Vec<Request<Bytes>>>,
}

impl Canned {
    pub(crate) fn new(status: u16, body: impl Into<Bytes>) -> Arc<Self> {
        Arc::new(Self {
            status: StatusCode::from_u16(status).unwrap(),
            body: body.into(),
            session: None,
            requests: Mutex::default(),
        })
    }

    /// The same, and logins succeed.
    pub(crate) fn with_logins(status: u16, body: impl Into<Bytes>) -> Arc<Self> {
        let session = serde_json::json!({"metadata": {"status": 200}, "data": {"sessionID": "fresh"}});
        let plain = Self::new(status, body);
        Arc::new(Self {
            session: Some(session.to_string().into()),
            ..Arc::into_inner(plain).unwrap()
        })
    }

    /// The only request.
    pub(crate) fn request(&self) -> Request<Bytes> {
        let mut requests = self.requests.lock().unwrap();
        assert_eq!(requests.len(), 1);
        requests.pop().unwrap()
    }

    pub(crate) fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

#[async_trait]
impl Transport for Canned {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let is_login = request.uri().path().contains("/auth/login");
        self.requests.lock().unwrap().push(request);
        if let (true, Some(session)) = (is_login, &self.session) {
            return Ok(Response::new(session.clone()));
        }
        let mut response = Response::new(self.body.clone());
        *response.status_mut() = self.status;
        Ok(response)
    }
}
