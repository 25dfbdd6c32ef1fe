//! What a lead matches by: its key, the masked key, and what it must not overtake.

use batchwise_core::MASK;

use super::Matching;
use super::contact_params::lower_md5;
use super::matching::Params;
use crate::phone::md5_of_digits;

/// Characters of a contact that stay readable.
const SHOWN_CHARS: usize = 4;

/// Key, masked key and conflict hashes of a list of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Traces {
    pub(super) key: String,
    pub(super) masked_key: String,
    pub(super) conflicts: Box<[u64]>,
}

impl Traces {
    pub(super) fn of(rows: &[Matching]) -> Self {
        let (key, masked_key) = match first_value(rows) {
            Some((key, Shown::Whole)) => (key.clone(), key),
            Some((key, Shown::Masked)) => {
                let masked = mask_contact(&key);
                (key, masked)
            }
            // Nothing to match by but a date: the type is all that there is to say.
            None => {
                let kind = rows.first().map_or("lead", Matching::kind).to_owned();
                (kind.clone(), kind)
            }
        };
        Self {
            key,
            masked_key,
            conflicts: conflicts(rows),
        }
    }
}

#[derive(Clone, Copy)]
enum Shown {
    Whole,
    Masked,
}

/// The first id, else the first phone, else the first e-mail, else the first hash.
fn first_value(rows: &[Matching]) -> Option<(String, Shown)> {
    let id = rows.iter().find_map(|row| match row.params() {
        Params::Id(params) => Some(params.id.to_string()),
        Params::Contact(_) => None,
    });
    if let Some(id) = id {
        return Some((id, Shown::Whole));
    }
    let contacts = || {
        rows.iter().filter_map(|row| match row.params() {
            Params::Contact(fields) => Some(fields),
            Params::Id(_) => None,
        })
    };
    contacts()
        .find_map(|fields| fields.phones.first().cloned())
        .or_else(|| contacts().find_map(|fields| fields.emails.first().cloned()))
        .or_else(|| contacts().find_map(|fields| fields.md5_phones.first().map(|hash| lower_md5(hash))))
        .map(|contact| (contact, Shown::Masked))
}

/// `***` and the last four characters; nothing of a contact that is hardly longer.
fn mask_contact(contact: &str) -> String {
    let chars = contact.chars().count();
    let shown = match chars > 2 * SHOWN_CHARS {
        true => contact.chars().skip(chars - SHOWN_CHARS).collect(),
        false => String::new(),
    };
    format!("{MASK}{shown}")
}

/// One hash for each id and contact. A false meeting costs an order that was not needed; a missed one could let a later
/// lead overtake an earlier one, so phones meet in every spelling and as hashes.
fn conflicts(rows: &[Matching]) -> Box<[u64]> {
    let mut hashes = Vec::new();
    for row in rows {
        match row.params() {
            Params::Id(params) => hashes.push(fnv(params.name, &params.id.to_string())),
            Params::Contact(fields) => {
                hashes.extend(fields.phones.iter().map(|phone| fnv("phone", &loose_md5(phone))));
                hashes.extend(
                    fields
                        .md5_phones
                        .iter()
                        .map(|hash| fnv("phone", &hash.trim().to_lowercase())),
                );
                hashes.extend(
                    fields
                        .emails
                        .iter()
                        .map(|email| fnv("email", &email.trim().to_lowercase())),
                );
            }
        }
    }
    hashes.sort_unstable();
    hashes.dedup();
    hashes.into_boxed_slice()
}

/// The hash of a phone as the server may understand it: with a leading 8 or without a country code it is Russian.
fn loose_md5(phone: &str) -> String {
    let mut digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        11 if digits.starts_with('8') => digits.replace_range(..1, "7"),
        10 => digits.insert(0, '7'),
        _ => {}
    }
    md5_of_digits(&digits)
}

/// FNV-1a over a kind and a value.
fn fnv(kind: &str, value: &str) -> u64 {
    let bytes = kind.bytes().chain([0]).chain(value.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CallParams, LeadContactParams, RequestContactParams, RequestParams};

    fn hashes(row: impl Into<Matching>) -> Box<[u64]> {
        conflicts(&[row.into()])
    }

    #[test]
    fn phones_meet_in_every_spelling_and_as_hashes() {
        let plain = hashes(LeadContactParams::new().phone("74953080100"));
        for spelling in ["+7 (495) 308-01-00", "8 495 308 01 00", "4953080100"] {
            assert_eq!(hashes(RequestContactParams::new().phone(spelling)), plain, "{spelling}");
        }
        for hash in ["4fec00b25336e719d4a0b255ea5aa0f5", "4FEC00B25336E719D4A0B255EA5AA0F5"] {
            assert_eq!(hashes(LeadContactParams::new().md5_phone(hash)), plain);
        }
        assert_ne!(hashes(LeadContactParams::new().phone("74953080101")), plain);
    }

    #[test]
    fn mails_meet_in_any_case_and_ids_by_kind_and_value() {
        let mail = |text: &str| hashes(LeadContactParams::new().email(text));
        assert_eq!(mail("Ann@Example.com"), mail("ann@example.com"));
        assert_eq!(hashes(CallParams::by_call_id(7)), hashes(CallParams::by_call_id("7")));
        assert_ne!(
            hashes(CallParams::by_call_id(7)),
            hashes(RequestParams::by_request_id(7))
        );
        assert_ne!(
            hashes(CallParams::by_call_id(7)),
            hashes(CallParams::by_sip_call_id("7"))
        );
    }

    #[test]
    fn the_key_is_the_first_id_then_phone_then_mail_then_hash() {
        let hash = LeadContactParams::new().md5_phone("4fec00b25336e719d4a0b255ea5aa0f5");
        let mail = RequestContactParams::new().email("ann@example.com");
        let phone = LeadContactParams::new()
            .email("bob@example.com")
            .phone("+7 (000) 000-00-00");
        let id = RequestParams::by_request_id(900_100);
        let mut rows: Vec<Matching> = vec![hash.into()];
        let mut keys = Vec::new();
        let others: [Matching; 3] = [mail.into(), phone.into(), id.into()];
        for row in others.map(Some).into_iter().chain([None]) {
            let traces = Traces::of(&rows);
            keys.push((traces.key, traces.masked_key));
            rows.extend(row);
        }
        let expected = [
            ("4fec00b25336e719d4a0b255ea5aa0f5", "***a0f5"),
            ("ann@example.com", "***.com"),
            ("+7 (000) 000-00-00", "***0-00"),
            ("900100", "900100"),
        ];
        assert_eq!(keys, expected.map(|(key, masked)| (key.to_owned(), masked.to_owned())));
    }

    #[test]
    fn a_short_contact_is_masked_whole_and_no_contact_is_the_type() {
        let key = |row: LeadContactParams| Traces::of(&[row.into()]).masked_key;
        assert_eq!(key(LeadContactParams::new().phone("5550100")), "***");
        assert_eq!(key(LeadContactParams::new()), "leadContact");
    }
}
