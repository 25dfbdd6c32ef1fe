//! How a lead is found: one row of the provider's priority list.

use std::borrow::Cow;
use std::num::NonZeroU32;

use batchwise::calltouch_leads::{
    CallContactParams, CallParams, ContactKind, ContactParams, LeadContactParams, LeadDate, Matching,
    RequestContactParams, RequestParams, TenDigits, md5_phone_with, normal_phone,
};

use super::date_form::DateForm;
use crate::args::{Among, Phones, TenDigitsArg};
use crate::input::{Standing, plain_number, plain_phone};

/// One row: what it looks by, and the tags that narrow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) by: By,
    pub(super) tags: Vec<String>,
    pub(super) tags_logic: Option<String>,
}

/// What a row looks by; texts name columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum By {
    Id(Id, String),
    Contact(Contact),
}

/// The ids that calls and requests have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Id {
    Request,
    RequestNumber,
    Call,
    CallReference,
    SipCall,
}

/// Contacts around a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Contact {
    pub(super) among: Among,
    pub(super) phones: Vec<String>,
    pub(super) md5_phones: Vec<String>,
    pub(super) emails: Vec<String>,
    pub(super) date: (String, DateForm),
    pub(super) which: String,
    pub(super) depth: NonZeroU32,
    pub(super) in_text: Option<bool>,
}

/// What is done with the contacts of a cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Handling {
    pub(super) split: Option<String>,
    pub(super) phones: Phones,
    pub(super) ten_digits: TenDigitsArg,
}

/// A cell: the value in this column, or why there is none. An empty one is empty.
pub(super) type Cell<'a> = &'a dyn Fn(&str) -> Result<&'a str, String>;

impl Rule {
    /// The columns that it looks at.
    pub(super) fn columns(&self) -> Vec<&str> {
        match &self.by {
            By::Id(_, column) => vec![column],
            By::Contact(contact) => {
                let contacts = contact.phones.iter().chain(&contact.md5_phones).chain(&contact.emails);
                contacts.chain([&contact.date.0]).map(String::as_str).collect()
            }
        }
    }

    /// The row for these cells; `None` where they hold nothing to look by.
    pub(super) fn matching(&self, cell: Cell<'_>, handling: &Handling) -> Result<Option<Matching>, String> {
        match &self.by {
            By::Id(id, column) => {
                let text = cell(column)?;
                if text.is_empty() {
                    return Ok(None);
                }
                let matching = self
                    .by_id(*id, text)
                    .map_err(|why| format!("column `{column}`: {why}"))?;
                Ok(Some(matching))
            }
            By::Contact(contact) => match contact.among {
                Among::Lead => self.by_contact(contact, LeadContactParams::new(), cell, handling),
                Among::Call => self.by_contact(contact, CallContactParams::new(), cell, handling),
                Among::Request => self.by_contact(contact, RequestContactParams::new(), cell, handling),
            },
        }
    }

    fn by_id(&self, id: Id, text: &str) -> Result<Matching, String> {
        let number = || plain_number(text, Standing::Cell);
        // A number of a form or an exchange may have any characters; only what lost digits is none.
        let verbatim = || match text.starts_with(|first: char| first.is_ascii_digit()) && text.contains(['e', 'E']) {
            true => number(),
            false => Ok(Cow::Borrowed(text)),
        };
        Ok(match id {
            Id::Request => self.of_request(RequestParams::by_request_id(number()?.into_owned())),
            Id::RequestNumber => self.of_request(RequestParams::by_request_number(verbatim()?)),
            Id::Call => self.of_call(CallParams::by_call_id(number()?.into_owned())),
            Id::CallReference => self.of_call(CallParams::by_call_reference_id(verbatim()?)),
            Id::SipCall => self.of_call(CallParams::by_sip_call_id(verbatim()?)),
        })
    }

    fn of_request(&self, params: RequestParams) -> Matching {
        let params = params.tags(self.tags.clone());
        match &self.tags_logic {
            Some(logic) => params.tags_logic(logic).into(),
            None => params.into(),
        }
    }

    fn of_call(&self, params: CallParams) -> Matching {
        let params = params.tags(self.tags.clone());
        match &self.tags_logic {
            Some(logic) => params.tags_logic(logic).into(),
            None => params.into(),
        }
    }

    fn by_contact<K: ContactKind>(
        &self,
        contact: &Contact,
        params: ContactParams<K>,
        cell: Cell<'_>,
        handling: &Handling,
    ) -> Result<Option<Matching>, String>
    where
        Matching: From<ContactParams<K>>,
    {
        let phones = each(&contact.phones, cell, handling, &|text| handling.phone(text))?;
        let hashes = each(&contact.md5_phones, cell, handling, &hash)?;
        let emails = each(&contact.emails, cell, handling, &email)?;
        if phones.is_empty() && hashes.is_empty() && emails.is_empty() {
            return Ok(None);
        }
        let (column, form) = &contact.date;
        let text = cell(column)?;
        if text.is_empty() {
            return Err(format!(
                "column `{column}`: it is empty, and contacts are looked for around a date"
            ));
        }
        let date = form
            .read(text)
            .and_then(lead_date)
            .map_err(|why| format!("column `{column}`: {why}"))?;
        let mut params = params
            .emails(emails)
            .md5_phones(hashes)
            .date(date)
            .type_to_match(&contact.which)
            .search_depth(contact.depth)
            .tags(self.tags.clone());
        params = match handling.phones {
            Phones::Hash => params.md5_phones(phones),
            Phones::Normal | Phones::AsIs => params.phones(phones),
        };
        if let Some(logic) = &self.tags_logic {
            params = params.tags_logic(logic);
        }
        if let Some(yes) = contact.in_text {
            params = params.search_among_phones_in_text(yes);
        }
        Ok(Some(params.into()))
    }
}

fn lead_date(date: jiff::civil::DateTime) -> Result<LeadDate, String> {
    let whole = |part: i8| u8::try_from(part).unwrap_or_default();
    LeadDate::new(
        u16::try_from(date.year()).unwrap_or_default(),
        whole(date.month()),
        whole(date.day()),
        whole(date.hour()),
        whole(date.minute()),
        whole(date.second()),
    )
    .map_err(|error| error.to_string())
}

/// The contacts in the cells of these columns.
fn each(
    columns: &[String],
    cell: Cell<'_>,
    handling: &Handling,
    read: &dyn Fn(&str) -> Result<String, String>,
) -> Result<Vec<String>, String> {
    let mut contacts = Vec::new();
    for column in columns {
        for text in handling.parts(cell(column)?) {
            let contact = read(text).map_err(|why| format!("column `{column}`: {why}"))?;
            if !contacts.contains(&contact) {
                contacts.push(contact);
            }
        }
    }
    Ok(contacts)
}

impl Handling {
    fn parts<'a>(&self, cell: &'a str) -> Vec<&'a str> {
        let parts: Vec<&str> = match &self.split {
            Some(separator) => cell.split(separator.as_str()).collect(),
            None => vec![cell],
        };
        parts
            .into_iter()
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect()
    }

    /// A phone as it is sent. What is wrong with one does not repeat it.
    fn phone(&self, text: &str) -> Result<String, String> {
        let text = plain_phone(text)?;
        let ten = match self.ten_digits {
            TenDigitsArg::Refuse => TenDigits::Refuse,
            TenDigitsArg::Russian => TenDigits::Russian,
        };
        let hint = |error: batchwise::calltouch_leads::LeadError| {
            let digits = text.chars().filter(char::is_ascii_digit).count();
            let help = if self.split.is_none() && text.contains([',', ';', '/', '\n']) {
                "; for several in a cell give --split"
            } else if digits == 10 && self.ten_digits == TenDigitsArg::Refuse {
                "; --ten-digits russian takes ten digits for those behind the 7"
            } else {
                "; --phones as-is sends others as they stand"
            };
            format!("expected {}{help}", error.expected())
        };
        match self.phones {
            Phones::AsIs => Ok(text.into_owned()),
            Phones::Normal => normal_phone(&text, ten).map_err(hint),
            Phones::Hash => md5_phone_with(&text, ten).map_err(hint),
        }
    }
}

fn email(text: &str) -> Result<String, String> {
    match text.split_once('@') {
        Some((name, host))
            if !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace) && !host.contains('@') =>
        {
            Ok(text.to_owned())
        }
        _ => Err("expected an e-mail address; for several in a cell give --split".to_owned()),
    }
}

fn hash(text: &str) -> Result<String, String> {
    if text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("expected the MD5 hash of a phone, 32 hexadecimal digits".to_owned())
    }
}
