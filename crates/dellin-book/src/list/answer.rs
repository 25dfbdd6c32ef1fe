//! From bytes to what the three lists say.

use batchwise_core::transport::{Answer, MAX_LIST_VALUES};
use batchwise_core::{CallError, CallErrorKind};
use serde_json::Value;

use crate::envelope::{Envelope, each, number};
use crate::record::{BookKind, BookObject};
use crate::session_info::ServerTime;

/// A readable answer to one question of a walk.
#[derive(Debug)]
pub(crate) enum BookAnswer {
    /// All counteragents.
    Counteragents(Vec<Counteragent>),
    /// The addresses of one counteragent.
    Addresses(Vec<Address>),
    /// The contact details of one address.
    Card(Card),
}

#[derive(Debug)]
pub(crate) struct Counteragent {
    pub(super) object: BookObject,
    pub(super) name: String,
    pub(super) anonymous: Option<bool>,
    pub(super) last_update: Option<ServerTime>,
    /// How many addresses it has, as far as the list says so.
    pub(super) addresses: Option<u64>,
}

#[derive(Debug)]
pub(crate) struct Address {
    pub(super) object: BookObject,
    pub(super) name: String,
    /// How many phones and contact persons it has, as far as the list says so.
    pub(super) phones: Option<u64>,
    pub(super) contacts: Option<u64>,
}

#[derive(Debug)]
pub(crate) struct Card {
    pub(super) last_update: Option<ServerTime>,
    /// Objects and their names; `None` where the answer has no such list.
    pub(super) phones: Option<Vec<(BookObject, String)>>,
    pub(super) contacts: Option<Vec<(BookObject, String)>>,
}

/// Reads the list of counteragents.
///
/// # Errors
/// [`CallError`] by the effective status for a reported failure; unreadable for anything but a list in which each entry has
/// an id.
pub(crate) fn counteragents(answer: &Answer) -> Result<BookAnswer, CallError> {
    let data = Data::read(answer)?;
    let entry = |value: &Value| {
        Some(Counteragent {
            object: object(BookKind::Counteragent, value)?,
            name: text(value, "name"),
            anonymous: value.get("isAnonym").and_then(flag),
            last_update: time(value),
            addresses: value.get("addresses").and_then(number),
        })
    };
    Ok(BookAnswer::Counteragents(data.entries(
        data.data(),
        "counteragent",
        entry,
    )?))
}

/// Reads the addresses of a counteragent: each entry is `{"address": {...}}`.
///
/// # Errors
/// As for counteragents.
pub(crate) fn addresses(answer: &Answer) -> Result<BookAnswer, CallError> {
    let data = Data::read(answer)?;
    let entry = |value: &Value| {
        // An address in words is a text of the same name.
        let value = value.get("address").filter(|inner| inner.is_object()).unwrap_or(value);
        Some(Address {
            object: object(BookKind::Address, value)?,
            name: text(value, "address"),
            phones: value.get("phones").and_then(number),
            contacts: value.get("contacts").and_then(number),
        })
    };
    Ok(BookAnswer::Addresses(data.entries(data.data(), "address", entry)?))
}

/// Reads the contact details of an address.
///
/// # Errors
/// As for counteragents. A list that is not there is no error here: the walk knows whether it may be empty.
pub(crate) fn card(answer: &Answer) -> Result<BookAnswer, CallError> {
    let data = Data::read(answer)?;
    let card = match data.data() {
        Some(card @ Value::Object(_)) => card,
        // An empty object as PHP prints it.
        Some(Value::Array(nothing)) if nothing.is_empty() => &Value::Null,
        _ => return Err(data.unreadable("its `data` is no object of contact details")),
    };
    let listed = |name: &str, kind: BookKind, called: &[&str]| match card.get(name) {
        None | Some(Value::Null) => Ok(None),
        list => {
            let entry = |value: &Value| {
                let name = called
                    .iter()
                    .map(|name| text(value, name))
                    .find(|text| !text.is_empty());
                Some((object(kind, value)?, name.unwrap_or_default()))
            };
            data.entries(list, kind.as_str(), entry).map(Some)
        }
    };
    Ok(BookAnswer::Card(Card {
        last_update: time(card),
        phones: listed("phones", BookKind::Phone, &["phoneFormatted", "phoneNumber"])?,
        contacts: listed("contacts", BookKind::Contact, &["contact"])?,
    }))
}

/// An answer that reports no failure.
struct Data<'a> {
    answer: &'a Answer,
    envelope: Envelope,
}

impl<'a> Data<'a> {
    fn read(answer: &'a Answer) -> Result<Self, CallError> {
        let Some(envelope) = Envelope::read_within(answer, MAX_LIST_VALUES) else {
            return Err(CallError::of_status(answer));
        };
        match envelope.failure(answer) {
            Some(kind) => Err(envelope.error(kind, answer)),
            None => Ok(Self { answer, envelope }),
        }
    }

    fn data(&self) -> Option<&Value> {
        self.envelope.data()
    }

    fn unreadable(&self, why: &str) -> CallError {
        CallError::answered(CallErrorKind::Unreadable, self.answer).with_message(why)
    }

    /// Every entry of a list, or the error that one of them cannot be read: a list is never shortened.
    fn entries<T>(
        &self,
        list: Option<&Value>,
        what: &str,
        entry: impl Fn(&Value) -> Option<T>,
    ) -> Result<Vec<T>, CallError> {
        let Some(Value::Array(values)) = list else {
            return Err(self.unreadable(&format!("no list where each {what} should stand")));
        };
        let read = |(at, value)| {
            let at: usize = at;
            entry(value).ok_or_else(|| self.unreadable(&format!("{what} {} of the list has no id", at + 1)))
        };
        values.iter().enumerate().map(read).collect()
    }
}

/// The object that an entry names.
fn object(kind: BookKind, value: &Value) -> Option<BookObject> {
    BookObject::new(kind, number(value.get("id")?)?).ok()
}

/// A text of an entry in one line; empty where there is none.
fn text(value: &Value, name: &str) -> String {
    let text = value.get(name).and_then(Value::as_str).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn time(value: &Value) -> Option<ServerTime> {
    let text = each(value.get("lastUpdate")?).first()?.as_str()?;
    Some(ServerTime::read(text)).filter(|time| !time.as_str().is_empty())
}

/// True or false however they are written.
fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
        value => match number(value)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;
    use proptest::prelude::*;

    fn answer(data: &str) -> Answer {
        Answer::of(
            StatusCode::OK,
            format!(r#"{{"metadata":{{"status":200}},"data":{data}}}"#),
        )
    }

    #[test]
    fn a_list_is_as_long_as_the_answer_or_an_error() {
        let BookAnswer::Counteragents(all) = counteragents(&answer(r#"[{"id":1},{"id":"2"}]"#)).unwrap() else {
            panic!("counteragents")
        };
        assert_eq!(all.len(), 2);
        assert!(counteragents(&answer(r#"[{"id":1},{"id":null}]"#)).is_err());
        assert!(counteragents(&answer(r#"[{"id":1},[{"id":2}]]"#)).is_err());
    }

    #[test]
    fn an_anonymous_receiver_is_told_however_it_is_written() {
        for (written, told) in [
            ("true", Some(true)),
            (r#"" TRUE""#, Some(true)),
            ("1", Some(true)),
            ("false", Some(false)),
            (r#""False""#, Some(false)),
            (r#""0""#, Some(false)),
            ("2", None),
            ("null", None),
            (r#""yes""#, None),
        ] {
            let list = answer(&format!(r#"[{{"id":1,"isAnonym":{written}}}]"#));
            let BookAnswer::Counteragents(all) = counteragents(&list).unwrap() else {
                panic!("counteragents")
            };
            assert_eq!(all[0].anonymous, told, "{written}");
        }
    }

    #[test]
    fn contact_details_that_are_no_object_are_unreadable_and_not_empty() {
        for data in ["null", "7", r#""none""#, "[1]"] {
            let error = card(&answer(data)).unwrap_err();
            assert_eq!(error.kind(), CallErrorKind::Unreadable, "{data}");
        }
    }

    proptest! {
        #[test]
        fn anything_is_taken_without_a_panic(body in r#"[\[\]{}",:a-z0-9 .-]{0,60}"#) {
            for answer in [answer(&body), Answer::of(StatusCode::OK, body)] {
                let _ = counteragents(&answer);
                let _ = addresses(&answer);
                let _ = card(&answer);
            }
        }

        #[test]
        fn entries_of_any_shape_are_all_there_or_an_error(
            entries in prop::collection::vec(
                prop::sample::select(&[r#"{"id":7}"#, r#"{"id":"8","name":5}"#, "{}", "null", "[]", r#"{"id":-1}"#][..]),
                0..6,
            ),
        ) {
            let read = counteragents(&answer(&format!("[{}]", entries.join(","))));
            if let Ok(BookAnswer::Counteragents(all)) = read {
                prop_assert_eq!(all.len(), entries.len());
            } else {
                prop_assert!(entries.iter().any(|entry| !entry.contains("\"id\":7") && !entry.contains("\"8\"")));
            }
        }
    }
}
