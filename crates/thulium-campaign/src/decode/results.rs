//! The results of an answer by the names that it uses.

use std::collections::{HashMap, HashSet};

use batchwise_core::transport::Answer;
use batchwise_core::{Identity, Reply};
use serde_json::Value;

use super::entries::Entries;
use super::{error_body, quote, text_of};
use crate::record::Member;

/// The entries that an answer gives under each name, in its order.
#[derive(Debug, Default)]
pub(super) struct Results<'a> {
    names: Vec<String>,
    entries: Vec<Entries<'a>>,
}

impl<'a> Results<'a> {
    /// Reads an object of results, an empty list (PHP's empty object) or a list whose entries name their members;
    /// `None` for any other shape.
    pub(super) fn read<M: Member>(value: &'a Value) -> Option<Self> {
        match value {
            Value::Object(members) => Some(Self::of_members(members)),
            Value::Array(entries) => Self::of_list::<M>(entries),
            _ => None,
        }
    }

    fn of_members(members: &'a serde_json::Map<String, Value>) -> Self {
        let members = members.iter().filter(|(name, _)| !error_body::is_part(name));
        let (names, entries) = members.map(|(name, value)| (name.clone(), Entries::of(value))).unzip();
        Self { names, entries }
    }

    /// Never by position: only by a field called as the request's parameter. A bare `id` might be the campaign record's.
    fn of_list<M: Member>(list: &'a [Value]) -> Option<Self> {
        let mut results = Self::default();
        let mut places = HashMap::new();
        for entry in list {
            let name = text_of(entry.get(M::PARAMETER)?)?;
            match places
                .get(&name)
                .and_then(|place: &usize| results.entries.get_mut(*place))
            {
                Some(entries) => entries.push(entry),
                None => {
                    places.insert(name.clone(), results.names.len());
                    results.names.push(name);
                    results.entries.push(Entries::one(entry));
                }
            }
        }
        Some(results)
    }

    /// True when some name looks like an id or a phone number: digits and no letters.
    pub(super) fn names_an_id(&self) -> bool {
        let like_an_id =
            |name: &String| name.bytes().any(|byte| byte.is_ascii_digit()) && !name.chars().any(char::is_alphabetic);
        self.names.iter().any(like_an_id)
    }

    /// True when some entry with a status is named as one of the members.
    pub(super) fn tell_of<M: Member>(&self, sent: &[M]) -> bool {
        let known = identities(sent);
        let mut told = self.identify(sent).into_iter().zip(&self.entries);
        told.any(|(identity, entries)| known.contains(&identity) && entries.have_a_status())
    }

    /// One statement for each name with entries; a name without any says nothing.
    pub(super) fn reply<M: Member>(&self, answer: &Answer, sent: &[M]) -> Reply {
        let known = identities(sent);
        let statements = self.identify(sent).into_iter().zip(&self.entries);
        let statements = statements.filter_map(|(identity, entries)| {
            let identity = match identity {
                // A name that was not sent is the provider's text and may repeat a secret.
                Identity::Text { space, text }
                    if !known.contains(&Identity::Text {
                        space,
                        text: text.clone(),
                    }) =>
                {
                    Identity::Text {
                        space,
                        text: quote(answer, &text),
                    }
                }
                identity => identity,
            };
            Some((identity, entries.statement(answer)?))
        });
        Reply::Named(statements.collect())
    }

    fn identify<M: Member>(&self, sent: &[M]) -> Vec<Identity> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        M::identify(sent, &names)
    }
}

fn identities<M: Member>(sent: &[M]) -> HashSet<Identity> {
    sent.iter().map(batchwise_core::Record::identity).collect()
}
