//! The address book.

use bytes::Bytes;
use http::Response;

use super::format::{ApiError, Lists};
use super::kind::Kind;
use super::request::BookCall;
use crate::config::{BookConfig, NumberSet, UpdateRule};
use crate::fault::Twist;
use crate::space::{Account, Numbers, Poison, Removal, Space};
use crate::turn::Turn;

const MOST: usize = 40;

/// The address book: four spaces of numbers, and what truly happened in each.
#[derive(Debug, Clone)]
pub struct BookTruth {
    pub(super) anonymous: NumberSet,
    pub(super) updated: Vec<UpdateRule>,
    counteragents: Numbers,
    addresses: Numbers,
    phones: Numbers,
    contacts: Numbers,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    kind: Kind,
    id: u64,
    deleted: bool,
}

impl BookTruth {
    pub(super) fn new(config: &BookConfig) -> Self {
        Self {
            anonymous: config.anonymous.clone(),
            updated: config.updated.clone(),
            counteragents: Space::new(config.counteragents.clone()),
            addresses: Space::new(config.addresses.clone()),
            phones: Space::new(config.phones.clone()),
            contacts: Space::new(config.contacts.clone()),
        }
    }

    /// The space of a kind.
    #[must_use]
    pub const fn space(&self, kind: Kind) -> &Numbers {
        match kind {
            Kind::Counteragent => &self.counteragents,
            Kind::Address => &self.addresses,
            Kind::Phone => &self.phones,
            Kind::Contact => &self.contacts,
        }
    }

    /// True when the object was there at the start.
    #[must_use]
    pub fn existed(&self, kind: Kind, id: u64) -> bool {
        self.space(kind).existed(&id)
    }

    /// True when the server removed the object.
    #[must_use]
    pub fn is_removed(&self, kind: Kind, id: u64) -> bool {
        self.space(kind).is_removed(&id)
    }

    /// What happened to the object.
    #[must_use]
    pub fn account(&self, kind: Kind, id: u64) -> Account {
        self.space(kind).account(&id)
    }

    /// How many objects of all kinds were removed.
    #[must_use]
    pub fn removed_count(&self) -> u64 {
        Kind::ALL.into_iter().map(|kind| self.space(kind).removed_count()).sum()
    }

    const fn space_mut(&mut self, kind: Kind) -> &mut Numbers {
        match kind {
            Kind::Counteragent => &mut self.counteragents,
            Kind::Address => &mut self.addresses,
            Kind::Phone => &mut self.phones,
            Kind::Contact => &mut self.contacts,
        }
    }

    pub(super) fn receive(&mut self, call: &BookCall) {
        for (kind, id) in call.objects() {
            self.space_mut(kind).receive(&id);
        }
    }

    /// What is wrong with the lists of a request.
    pub(super) fn refuse(&self, call: &BookCall) -> Vec<ApiError> {
        if call.elements.is_empty() {
            let error = ApiError::new(
                110_003,
                "Не указан обязательный параметр",
                "Укажите хотя бы один идентификатор",
            );
            return vec![
                Kind::ALL
                    .into_iter()
                    .fold(error, |error, kind| error.field(kind.field())),
            ];
        }
        if call.elements.len() > MOST {
            return vec![ApiError::new(
                110_010,
                "Превышено количество идентификаторов",
                format!(
                    "Передано идентификаторов: {}, допустимо не более {MOST}",
                    call.elements.len()
                ),
            )];
        }
        if call
            .objects()
            .any(|(kind, id)| self.space(kind).poison(&id) == Some(Poison::Nameless))
        {
            return vec![ApiError::new(
                110_099,
                "Запрос не может быть выполнен",
                "Запрос не может быть выполнен",
            )];
        }
        let bad = call.elements.iter().filter_map(|(kind, id)| match id {
            Ok(id) if self.space(*kind).poison(id) == Some(Poison::Named) => Some((*kind, id.to_string())),
            Ok(_) => None,
            Err(text) => Some((*kind, text.clone())),
        });
        bad.map(|(kind, value)| {
            ApiError::new(110_004, "Недопустимое значение", "Недопустимое значение идентификатора")
                .field(kind.field())
                .bad_value(value)
        })
        .collect()
    }

    pub(super) fn delete(&mut self, call: &BookCall, turn: &mut Turn) -> Response<Bytes> {
        turn.acted = true;
        let mut rows = Vec::new();
        for (kind, id) in call.objects() {
            let space = self.space_mut(kind);
            let deleted = space.remove(&id, turn.request, turn.age) == Removal::Removed;
            if !space.is_silent(&id) {
                rows.push(Row { kind, id, deleted });
            }
        }
        if let Some(twist) = turn.twist {
            spoil(&mut rows, twist);
        }
        let (mut deleted, mut not_deleted) = (Lists::default(), Lists::default());
        for row in rows {
            let list = if row.deleted { &mut deleted } else { &mut not_deleted };
            list.push(row.kind, row.id);
        }
        call.format().lists(&deleted, &not_deleted, turn)
    }
}

fn spoil(rows: &mut Vec<Row>, twist: Twist) {
    let id = rows
        .iter()
        .map(|row| row.id)
        .max()
        .unwrap_or(0)
        .saturating_add(1_000_000_007);
    let kind = rows.first().map_or(Kind::Contact, |row| row.kind);
    twist.apply(
        rows,
        |row| Row {
            deleted: !row.deleted,
            ..*row
        },
        || Row {
            kind,
            id,
            deleted: true,
        },
    );
}
