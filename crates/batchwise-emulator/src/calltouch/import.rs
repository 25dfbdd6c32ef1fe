//! Deletion of imports.

use bytes::Bytes;
use http::{Request, Response};
use serde::Serialize;
use serde_json::Value;

use super::wire::{self, Credentials, Envelope, Violation};
use crate::answer;
use crate::config::{CalltouchConfig, NumberSet, SpaceConfig};
use crate::fault::Twist;
use crate::space::{Numbers, Poison, Removal, Space};
use crate::turn::Turn;

pub(crate) const PATH: &str = "/report-service/RestAPI/api/users-import/delete";

const FIELD: &str = "importLogIds";
const MOST: usize = 100;

/// A request as it was read.
#[derive(Debug, Clone)]
pub(crate) struct ImportCall {
    credentials: Credentials,
    /// `None`: no JSON object. `Some(None)`: no such field.
    field: Option<Option<Value>>,
}

impl ImportCall {
    pub(crate) fn read(request: &Request<Bytes>) -> Self {
        Self {
            credentials: Credentials::read(request.headers()),
            field: wire::member(request.body(), FIELD),
        }
    }

    fn elements(&self) -> &[Value] {
        match &self.field {
            Some(Some(Value::Array(elements))) => elements,
            _ => &[],
        }
    }

    pub(crate) fn carries(&self, key: &str) -> bool {
        self.elements().iter().filter_map(id).any(|id| id.to_string() == key)
    }
}

/// An acceptable element: a positive integer.
fn id(element: &Value) -> Option<u64> {
    element.as_u64().filter(|id| *id > 0)
}

/// The imports.
#[derive(Debug)]
pub(crate) struct Imports {
    space: Numbers,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    import_log_id: u64,
    delete_status: &'static str,
    error: Option<&'static str>,
}

impl Row {
    const fn new(import_log_id: u64, deleted: bool) -> Self {
        if deleted {
            return Self {
                import_log_id,
                delete_status: "success",
                error: None,
            };
        }
        Self::failed(import_log_id, "Указанный идентификатор импорта не найден.")
    }

    const fn failed(import_log_id: u64, error: &'static str) -> Self {
        Self {
            import_log_id,
            delete_status: "error",
            error: Some(error),
        }
    }

    fn deleted(&self) -> bool {
        self.error.is_none()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImportLogs {
    import_logs: Vec<Row>,
}

impl Imports {
    pub(crate) fn new(config: SpaceConfig<NumberSet>) -> Self {
        Self {
            space: Space::new(config),
        }
    }

    pub(crate) const fn space(&self) -> &Numbers {
        &self.space
    }

    pub(crate) fn receive(&mut self, call: &ImportCall) {
        for id in call.elements().iter().filter_map(id) {
            self.space.receive(&id);
        }
    }

    pub(crate) fn answer(&mut self, config: &CalltouchConfig, call: &ImportCall, turn: &mut Turn) -> Response<Bytes> {
        match self.refuse(config, call, turn) {
            Err(refusal) => refusal,
            Ok(()) => self.delete(config, call, turn),
        }
    }

    /// Everything that refuses the request whole.
    fn refuse(&mut self, config: &CalltouchConfig, call: &ImportCall, turn: &mut Turn) -> Result<(), Response<Bytes>> {
        call.credentials.check(config, turn.expired)?;
        match &call.field {
            None => return Err(wire::syntax_error()),
            Some(None | Some(Value::Null)) => return Err(wire::missing_field(FIELD)),
            Some(Some(Value::Array(elements))) if elements.is_empty() => {
                return Err(wire::validation(
                    400,
                    vec![Violation::new(FIELD, "Значение не должно быть пустым.")],
                ));
            }
            Some(Some(Value::Array(elements))) if elements.len() > MOST => {
                let message = "Допустимо не более 100 элементов.";
                return Err(wire::validation(400, vec![Violation::new(FIELD, message)]));
            }
            Some(Some(Value::Array(_))) => {}
            Some(Some(_)) => {
                return Err(wire::validation(
                    400,
                    vec![Violation::new(FIELD, "Невалидное значение.")],
                ));
            }
        }
        let poison = |element: &Value| id(element).and_then(|id| self.space.poison(&id));
        if call
            .elements()
            .iter()
            .any(|element| poison(element) == Some(Poison::Nameless))
        {
            return Err(wire::api_error(400, 2, "Запрос не может быть выполнен"));
        }
        let violations: Vec<Violation> = call
            .elements()
            .iter()
            .enumerate()
            .filter(|(_, element)| {
                let named = poison(element) == Some(Poison::Named);
                id(element).is_none() || (named && !config.refusal_is_a_result)
            })
            .map(|(at, _)| Violation::new(format!("{FIELD}[{at}]"), "Невалидное значение."))
            .collect();
        if violations.is_empty() {
            return Ok(());
        }
        if config.refusal_deletes_others {
            let others = call.elements().iter().filter_map(id);
            for id in others.filter(|id| self.space.poison(id).is_none()).collect::<Vec<_>>() {
                turn.acted = true;
                self.space.remove(&id, turn.request, turn.age);
            }
        }
        Err(wire::validation(400, violations))
    }

    fn delete(&mut self, config: &CalltouchConfig, call: &ImportCall, turn: &mut Turn) -> Response<Bytes> {
        turn.acted = true;
        let mut rows = Vec::new();
        for id in call.elements().iter().filter_map(id) {
            if self.space.poison(&id).is_some() {
                rows.push(Row::failed(id, "Импорт не может быть удалён."));
                continue;
            }
            let removal = self.space.remove(&id, turn.request, turn.age);
            if !self.space.is_silent(&id) {
                rows.push(Row::new(id, removal == Removal::Removed));
            }
        }
        if let Some(twist) = turn.twist {
            spoil(&mut rows, twist);
        }
        if rows.iter().all(Row::deleted) {
            return answer::json(200, &Envelope::new(ImportLogs { import_logs: rows }));
        }
        wire::validation(config.partial_status, rows)
    }
}

fn spoil(rows: &mut Vec<Row>, twist: Twist) {
    let stranger = rows
        .iter()
        .map(|row| row.import_log_id)
        .max()
        .unwrap_or(0)
        .saturating_add(1_000_000_007);
    twist.apply(
        rows,
        |row| Row::new(row.import_log_id, !row.deleted()),
        || Row::new(stranger, true),
    );
}
