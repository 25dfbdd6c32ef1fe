//! Any text as the key of a record: what is read is written and read again as the same.
#![no_main]

use std::fmt::{Debug, Display};
use std::str::FromStr;
use std::sync::LazyLock;

use batchwise_core::{Deletes, Record};
use batchwise_emulator::LeadKey;
use batchwise_fuzz::{Answered, dellin, thulium};
use calltouch_import::{CalltouchCredentials, CalltouchImport, ImportLogId};
use calltouch_leads::{LeadDate, LeadId, TenDigits, md5_phone_with, normal_phone};
use dellin_book::{BookKind, BookObject, DellinBook, Wire};
use libfuzzer_sys::fuzz_target;
use thulium_campaign::{
    CampaignCustomer, CampaignId, CampaignPhone, CustomerId, MAX_PHONE_BYTES, PhoneNumber, ThuliumCampaign,
    ThuliumCampaignPhones,
};

static IMPORTS: LazyLock<Answered<CalltouchImport>> = LazyLock::new(|| {
    Answered::new(|transport| {
        let credentials = CalltouchCredentials::new("token", "1").expect("credentials");
        CalltouchImport::builder(credentials).transport(transport).build().expect("a client")
    })
});
static BOOK: LazyLock<Answered<DellinBook>> = LazyLock::new(|| dellin::book(Wire::Json));
static CUSTOMERS: LazyLock<Answered<ThuliumCampaign>> = LazyLock::new(thulium::customers);
static PHONES: LazyLock<Answered<ThuliumCampaignPhones>> = LazyLock::new(thulium::phones);

/// What is read from a text is written, and read again as the same.
fn fixed<T: FromStr + Display + PartialEq + Debug>(text: &str)
where
    T::Err: Debug,
{
    if let Ok(read) = text.parse::<T>() {
        let written = read.to_string();
        assert_eq!(written.parse::<T>().as_ref().ok(), Some(&read), "{written:?} out of {text:?}");
        assert_eq!(written.parse::<T>().expect("read a moment ago").to_string(), written);
    }
}

/// A method's key is read back as the same record: `whole` writes it with everything that it names.
fn key<M: Deletes>(method: &M, text: &str, whole: impl Fn(&M::Record) -> String)
where
    M::Record: PartialEq,
{
    if let Ok(record) = method.parse_key(text) {
        let again = method.parse_key(&whole(&record));
        assert_eq!(again.as_ref().ok(), Some(&record), "{text:?}");
        assert_eq!(again.map(|again| again.identity()).ok(), Some(record.identity()));
    }
}

fuzz_target!(|text: &str| {
    fixed::<ImportLogId>(text);
    fixed::<BookKind>(text);
    fixed::<BookObject>(text);
    fixed::<CampaignId>(text);
    fixed::<CustomerId>(text);
    fixed::<PhoneNumber>(text);
    fixed::<CampaignCustomer>(text);
    fixed::<CampaignPhone>(text);
    fixed::<LeadDate>(text);
    fixed::<LeadKey>(text);
    fixed::<Wire>(text);
    key(&IMPORTS.client, text, Record::key);
    key(&BOOK.client, text, Record::key);
    key(&CUSTOMERS.client, text, ToString::to_string);
    key(&PHONES.client, text, ToString::to_string);
    let id = LeadId::from(text);
    assert_eq!(LeadId::from(id.to_string()), id, "the id of a lead reads back");
    if let Ok(phone) = text.parse::<PhoneNumber>() {
        assert!(phone.as_str().len() <= MAX_PHONE_BYTES);
    }
    for ten in [TenDigits::Refuse, TenDigits::Russian] {
        if let Ok(digits) = normal_phone(text, ten) {
            assert_eq!(digits.len(), 11);
            assert_eq!(normal_phone(&digits, ten).as_ref(), Ok(&digits), "a normal phone is normal");
            assert_eq!(md5_phone_with(text, ten), md5_phone_with(&digits, ten), "every spelling has one hash");
        }
    }
});
