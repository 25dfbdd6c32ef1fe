//! What both Calltouch methods share: credentials, envelopes and errors.

use bytes::Bytes;
use http::{HeaderMap, Response};
use serde::Serialize;
use serde_json::Value;

use crate::answer;
use crate::config::CalltouchConfig;
use crate::json;

/// The envelope of everything but refused credentials; an empty `meta` prints as `[]`.
#[derive(Serialize)]
pub(super) struct Envelope<T> {
    meta: [(); 0],
    data: T,
}

impl<T> Envelope<T> {
    pub(super) const fn new(data: T) -> Self {
        Self { meta: [], data }
    }
}

#[derive(Serialize)]
struct Message {
    message: String,
}

/// `data` of an error; exactly one of the two members is filled.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure<V> {
    r#type: &'static str,
    api_error_data: Option<ApiError>,
    validation_error_data: Option<Violations<V>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiError {
    error_code: u32,
    error_message: &'static str,
    error_description: Option<&'static str>,
}

#[derive(Serialize)]
struct Violations<V> {
    violations: Vec<V>,
}

/// What is wrong with one part of a request.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Violation {
    field_path: String,
    message: &'static str,
}

impl Violation {
    pub(super) fn new(path: impl Into<String>, message: &'static str) -> Self {
        Self {
            field_path: path.into(),
            message,
        }
    }
}

/// The bare form: `{"message": "..."}`.
pub(super) fn bare(status: u16, message: &str) -> Response<Bytes> {
    answer::json(
        status,
        &Message {
            message: message.to_owned(),
        },
    )
}

/// A validation error; its elements may be results for each id.
pub(super) fn validation(status: u16, violations: Vec<impl Serialize>) -> Response<Bytes> {
    let failure = Failure {
        r#type: "validationError",
        api_error_data: None,
        validation_error_data: Some(Violations { violations }),
    };
    answer::json(status, &Envelope::new(failure))
}

/// An error of the whole request that names nothing.
pub(super) fn api_error(status: u16, error_code: u32, error_message: &'static str) -> Response<Bytes> {
    let failure = Failure::<()> {
        r#type: "apiError",
        api_error_data: Some(ApiError {
            error_code,
            error_message,
            error_description: None,
        }),
        validation_error_data: None,
    };
    answer::json(status, &Envelope::new(failure))
}

/// A required field is missing: the form without a `type`.
pub(super) fn missing_field(name: &str) -> Response<Bytes> {
    let message = format!("В запросе не указано обязательное поле \"{name}\"");
    answer::json(400, &Envelope::new(Message { message }))
}

/// The body is no JSON object.
pub(super) fn syntax_error() -> Response<Bytes> {
    api_error(400, 1, "Синтаксическая ошибка JSON в запросе или запрос пустой")
}

/// The credentials of a request.
#[derive(Debug, Clone)]
pub(super) struct Credentials {
    token: String,
    site_id: String,
}

impl Credentials {
    pub(super) fn read(headers: &HeaderMap) -> Self {
        let text = |name| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or("")
                .to_owned()
        };
        Self {
            token: text("access-token"),
            site_id: text("siteid"),
        }
    }

    /// # Errors
    /// The refusal.
    pub(super) fn check(&self, config: &CalltouchConfig, expired: bool) -> Result<(), Response<Bytes>> {
        let known = |given: &crate::config::Token| given.token == self.token && given.site_id == self.site_id;
        let good = !self.token.is_empty() && !self.site_id.is_empty();
        if good && !expired && (config.tokens.is_empty() || config.tokens.iter().any(known)) {
            return Ok(());
        }
        Err(bare(config.unauthorized_status, "Access token не найден"))
    }
}

/// The member of the body's object; `None` when the body is no JSON object, `Some(None)` when the member is missing.
pub(super) fn member(body: &[u8], name: &str) -> Option<Option<Value>> {
    match serde_json::from_slice(json::readable(body)?) {
        Ok(Value::Object(mut object)) => Some(object.remove(name)),
        _ => None,
    }
}
