//! Dellin: the address book and the logins, in JSON and XML.

mod book;
mod format;
mod kind;
mod lists;
mod request;
mod sessions;

pub use book::BookTruth;
pub(crate) use format::Format;
pub use kind::Kind;
pub(crate) use request::{BookCall, ListCall, LoginCall, SessionCall};

use bytes::Bytes;
use http::Response;
use serde::Serialize;

use crate::config::{DellinConfig, EmulatorConfig};
use crate::turn::{self, Turn};
use format::ApiError;
use request::Fields;
use sessions::Sessions;

/// Dellin's state.
#[derive(Debug)]
pub(crate) struct Dellin {
    config: DellinConfig,
    book: BookTruth,
    sessions: Sessions,
}

#[derive(Serialize)]
struct SessionInfo {
    session: SessionState,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionState {
    expire_time: Option<String>,
    expired: bool,
}

#[derive(Serialize)]
struct State {
    state: &'static str,
}

impl Dellin {
    pub(crate) fn new(config: &EmulatorConfig) -> Self {
        Self {
            book: BookTruth::new(&config.dellin_book),
            sessions: Sessions::new(&config.dellin),
            config: config.dellin.clone(),
        }
    }

    pub(crate) fn truth(&self) -> BookTruth {
        self.book.clone()
    }

    pub(crate) const fn logins(&self) -> u64 {
        self.sessions.opened()
    }

    pub(crate) fn receive(&mut self, call: &BookCall) {
        self.book.receive(call);
    }

    pub(crate) fn delete(&mut self, call: &BookCall, turn: &mut Turn) -> Response<Bytes> {
        if let Err((status, error)) = self.refuse(&call.fields, &["appkey", "sessionID"]) {
            return call.format().errors(status, &[error], turn);
        }
        let session = call.fields.get("sessionID");
        if turn.expired {
            self.sessions.kill(session);
        }
        if !self.sessions.spend(session, turn.age) {
            return call.format().errors(401, &[unauthorized("sessionID")], turn);
        }
        let errors = self.book.refuse(call);
        if errors.is_empty() {
            return self.book.delete(call, turn);
        }
        call.format().errors(400, &errors, turn)
    }

    pub(crate) fn list(&mut self, call: &ListCall, turn: &Turn) -> Response<Bytes> {
        if let Err((status, error)) = self.refuse(&call.fields, &call.needed()) {
            return Format::Json.errors(status, &[error], turn);
        }
        let session = call.fields.get("sessionID");
        if turn.expired {
            self.sessions.kill(session);
        }
        if !self.sessions.spend(session, turn.age) {
            return Format::Json.errors(401, &[unauthorized("sessionID")], turn);
        }
        self.book.list(call, turn)
    }

    pub(crate) fn login(&mut self, call: &LoginCall, turn: &mut Turn) -> Response<Bytes> {
        let needed: &[&'static str] = if call.by_pat {
            &["appkey", "pat"]
        } else {
            &["appkey", "login", "password"]
        };
        if let Err((status, error)) = self.refuse(&call.fields, needed) {
            return call.format().errors(status, &[error], turn);
        }
        let field = |name| call.fields.get(name);
        let known = if call.by_pat {
            self.config.pats.is_empty() || self.config.pats.iter().any(|pat| pat == field("pat"))
        } else {
            let is_it = |known: &crate::config::DellinAccount| {
                known.login == field("login") && known.password == field("password")
            };
            self.config.accounts.is_empty() || self.config.accounts.iter().any(is_it)
        };
        if !known || turn.expired {
            return call
                .format()
                .errors(401, &[unauthorized(if call.by_pat { "pat" } else { "login" })], turn);
        }
        turn.acted = true;
        let session = self.sessions.open(turn.age);
        call.format().session(&session, turn)
    }

    pub(crate) fn session(&mut self, call: &SessionCall, turn: &mut Turn) -> Response<Bytes> {
        if let Err((status, error)) = self.refuse(&call.fields, &["appkey", "sessionID"]) {
            return Format::Json.errors(status, &[error], turn);
        }
        let session = call.fields.get("sessionID");
        if turn.expired {
            self.sessions.kill(session);
        }
        let ends = self.sessions.ends(session, turn.age);
        if !call.is_logout {
            // A dead session is data here, not an error.
            let expire_time = ends.map(|ends| turn::stamp(turn.wall + ends.saturating_sub(turn.age)));
            let expired = expire_time.is_none();
            let session = SessionState { expire_time, expired };
            return Format::data(&SessionInfo { session }, turn);
        }
        if ends.is_none() {
            return Format::Json.errors(401, &[unauthorized("sessionID")], turn);
        }
        turn.acted = true;
        self.sessions.kill(session);
        Format::data(&State { state: "success" }, turn)
    }

    /// Refuses what is unreadable, incomplete, or of an unknown application.
    fn refuse(&self, fields: &Fields, needed: &[&'static str]) -> Result<(), (u16, ApiError)> {
        if !fields.is_readable() {
            return Err((
                400,
                ApiError::new(110_001, "Неверный формат запроса", "Запрос не удалось прочитать"),
            ));
        }
        if let Some(missing) = needed.iter().find(|name| fields.get(name).is_empty()) {
            let detail = format!("Не передан параметр {missing}");
            return Err((
                400,
                ApiError::new(110_003, "Не указан обязательный параметр", detail).field(missing),
            ));
        }
        let known = &self.config.appkeys;
        if !known.is_empty() && !known.iter().any(|appkey| appkey == fields.get("appkey")) {
            return Err((401, unauthorized("appkey")));
        }
        Ok(())
    }
}

fn unauthorized(field: &'static str) -> ApiError {
    ApiError::new(110_401, "Ошибка авторизации", "Unauthorized").field(field)
}

/// An error that Dellin does not document, in the common envelope.
pub(crate) fn error(format: Format, status: u16, turn: &Turn) -> Response<Bytes> {
    let error = ApiError::new(110_000 + u32::from(status), "Ошибка", "Запрос не выполнен");
    format.errors(status, &[error], turn)
}
