//! The three lists: counteragents, the addresses of one, the contact details of an address.

use bytes::Bytes;
use http::Response;
use serde::Serialize;

use super::book::BookTruth;
use super::format::{ApiError, Format};
use super::kind::Kind;
use super::request::{List, ListCall};
use crate::config::KeySet;
use crate::turn::Turn;

/// What objects without a rule were last updated at.
const UPDATED: &str = "2024-06-01 12:00:00";

/// The ids of a kind that a list shows of a book that knows every id.
const fn sample(kind: Kind) -> [u64; 4] {
    let first = match kind {
        Kind::Counteragent => 70_011,
        Kind::Address => 810_022,
        Kind::Phone => 920_031,
        Kind::Contact => 930_041,
    };
    [first, first + 1, first + 2, first + 3]
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Counteragent {
    id: u64,
    is_anonym: bool,
    form: &'static str,
    #[serde(rename = "formUID")]
    form_uid: &'static str,
    name: String,
    phone: &'static str,
    email: &'static str,
    juridical: bool,
    addresses: usize,
    inn: &'static str,
    document: Document,
    last_update: String,
    country_uid: &'static str,
    uid: String,
    data_for_receipt: Receipt,
}

#[derive(Serialize)]
struct Document {
    r#type: &'static str,
    serial: &'static str,
    number: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Receipt {
    phone_number: &'static str,
    email: &'static str,
}

#[derive(Clone, Serialize)]
struct AddressEntry {
    address: Address,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Address {
    id: u64,
    juridical: bool,
    #[serde(rename = "cityID")]
    city_id: &'static str,
    code: &'static str,
    address: String,
    street: &'static str,
    house: String,
    building: &'static str,
    structure: &'static str,
    flat: &'static str,
    contacts: usize,
    phones: usize,
    region_name: &'static str,
    city_name: &'static str,
    city_code: &'static str,
    #[serde(rename = "terminalUID")]
    terminal_uid: &'static str,
    #[serde(rename = "terminalID")]
    terminal_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Card {
    contacts: Vec<Contact>,
    last_update: String,
    phones: Vec<Phone>,
}

#[derive(Clone, Serialize)]
struct Contact {
    id: u64,
    contact: String,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Phone {
    id: u64,
    phone_number: String,
    phone_formatted: String,
    ext: &'static str,
}

impl BookTruth {
    /// What the lists show: a counteragent, its addresses with their phones and contact persons, the next counteragent.
    #[must_use]
    pub fn listed(&self) -> Vec<(Kind, u64)> {
        let mut all = Vec::new();
        for counteragent in self.there(Kind::Counteragent) {
            all.push((Kind::Counteragent, counteragent));
            for address in self.below(Kind::Counteragent, counteragent, Kind::Address) {
                all.push((Kind::Address, address));
                for kind in [Kind::Phone, Kind::Contact] {
                    let ids = self.below(Kind::Address, address, kind);
                    all.extend(ids.into_iter().map(|id| (kind, id)));
                }
            }
        }
        all
    }

    fn there(&self, kind: Kind) -> Vec<u64> {
        self.space(kind).listed(&sample(kind))
    }

    /// The children of a parent. Which parent a child has never changes: the one at its id's place, counted around, among
    /// those of the start. Children of a parent that is gone are in no list.
    fn below(&self, parent_kind: Kind, parent: u64, kind: Kind) -> Vec<u64> {
        let parents = self.space(parent_kind).starters(&sample(parent_kind));
        let count = u64::try_from(parents.len()).unwrap_or(u64::MAX);
        let is_below = |id: &u64| {
            let place = id.checked_rem(count).and_then(|place| usize::try_from(place).ok());
            place.and_then(|place| parents.get(place)) == Some(&parent)
        };
        self.there(kind).into_iter().filter(is_below).collect()
    }

    fn update_of(&self, kind: Kind, id: u64) -> String {
        let rule = self.updated.iter().find(|rule| match kind {
            Kind::Counteragent => rule.counteragents.contains(&id),
            _ => rule.addresses.contains(&id),
        });
        rule.map_or_else(|| UPDATED.to_owned(), |rule| rule.at.clone())
    }

    pub(super) fn list(&self, call: &ListCall, turn: &Turn) -> Response<Bytes> {
        let found = match call.list {
            List::Counteragents => return Format::data(&self.counteragents_for(call), turn),
            List::Addresses => Kind::Counteragent,
            List::Contacts => Kind::Address,
        };
        // What is asked below nothing is not documented; an error says more than an empty list.
        let parent = call.parent().filter(|id| self.space(found).exists(id));
        let Some(parent) = parent else {
            let mut error = ApiError::new(110_005, "Объект не найден", "Объект не найден в адресной книге");
            if let Some(field) = call.parent_field() {
                error = error.field(field);
            }
            return Format::Json.errors(400, &[error], turn);
        };
        if found == Kind::Counteragent {
            return Format::data(&self.addresses_of(parent, turn), turn);
        }
        Format::data(&self.card_of(parent, turn), turn)
    }

    fn counteragents_for(&self, call: &ListCall) -> Vec<Counteragent> {
        let flag = |name| call.fields.get(name) == "true";
        let (with, only) = (flag("withAnonym"), flag("isAnonym"));
        let wanted: Vec<&str> = call.fields.all("counteragentIds").collect();
        let is_wanted = |id: &u64| {
            let anonymous = self.anonymous.contains(id);
            let by_flags = if only { anonymous } else { with || !anonymous };
            by_flags && (wanted.is_empty() || wanted.iter().any(|text| text.parse() == Ok(*id)))
        };
        let ids = self.there(Kind::Counteragent).into_iter().filter(is_wanted);
        ids.map(|id| Counteragent {
            id,
            is_anonym: self.anonymous.contains(&id),
            form: "ООО",
            form_uid: "0xb1ff3a8a0c4f1b5e4c0b0e6e4a1ef1f1",
            name: format!("Ромашка-{id}"),
            phone: "",
            email: "",
            juridical: true,
            addresses: self.below(Kind::Counteragent, id, Kind::Address).len(),
            inn: "7700000000",
            document: Document {
                r#type: "",
                serial: "",
                number: "",
            },
            last_update: self.update_of(Kind::Counteragent, id),
            country_uid: "0x8f51001438c4d49511dbd774581edb7a",
            uid: format!("00000000-0000-4000-8000-{id:012}"),
            data_for_receipt: Receipt {
                phone_number: "",
                email: "",
            },
        })
        .collect()
    }

    fn addresses_of(&self, counteragent: u64, turn: &Turn) -> Vec<AddressEntry> {
        let entry = |id: u64| AddressEntry {
            address: Address {
                id,
                juridical: false,
                city_id: "200601",
                code: "7700000000000000000000000",
                address: format!("г. Москва, Главная ул., дом № {id}"),
                street: "Главная ул.",
                house: id.to_string(),
                building: "",
                structure: "",
                flat: "",
                contacts: self.below(Kind::Address, id, Kind::Contact).len(),
                phones: self.below(Kind::Address, id, Kind::Phone).len(),
                region_name: "г. Москва",
                city_name: "Москва",
                city_code: "7700000000000000000000000",
                terminal_uid: "",
                terminal_id: "",
            },
        };
        let ids = self.below(Kind::Counteragent, counteragent, Kind::Address);
        let mut rows: Vec<AddressEntry> = ids.into_iter().map(entry).collect();
        if let Some(twist) = turn.twist {
            twist.apply(&mut rows, AddressEntry::clone, || entry(1_000_000_007));
        }
        rows
    }

    fn card_of(&self, address: u64, turn: &Turn) -> Card {
        let contact = |id: u64| Contact {
            id,
            contact: format!("Иван {id}"),
        };
        let phone = |id: u64| Phone {
            id,
            phone_number: format!("7900{id:07}"),
            phone_formatted: format!("+7 (900) {id:07}"),
            ext: "",
        };
        let below = |kind| self.below(Kind::Address, address, kind).into_iter();
        let mut contacts: Vec<Contact> = below(Kind::Contact).map(contact).collect();
        let phones = below(Kind::Phone).map(phone).collect();
        if let Some(twist) = turn.twist {
            twist.apply(&mut contacts, Contact::clone, || contact(1_000_000_007));
        }
        Card {
            contacts,
            last_update: self.update_of(Kind::Address, address),
            phones,
        }
    }
}
