//! Ids, campaigns and credentials are values and nothing else: whatever stands in them, they are refused, or the request is
//! the documented one with exactly these values in their places.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use batchwise_core::BatchMethod;
use batchwise_core::transport::SharedTransport;
use bytes::Bytes;
use calltouch_import::{CalltouchCredentials, CalltouchImport, ImportLogId};
use calltouch_leads::{CalltouchLeads, LeadContactParams, LeadUpdate, NEAREST};
use dellin_book::{BookObject, Credentials, DellinAccount, Wire};
use http::Request;
use proptest::prelude::*;
use serde_json::{Value, json};
use thulium_campaign::{
    CampaignCustomer, CampaignId, CampaignPhone, ThuliumCampaign, ThuliumCampaignPhones, ThuliumCredentials,
};

use crate::wires::Canned;

/// What means something to somebody on the way: HTTP, URLs, JSON, XML, shells, spreadsheets.
const PIECES: [&str; 44] = [
    "\r\n", "\n", "\r", "\0", "\t", " ", "&", "=", "?", "#", "%", "%0d%0a", "%00", "%26", "/", "//", "..", "\\", ";",
    ":", "@", "\"", "'", "`", "<", ">", "<!--", "]]>", "&amp;", "[", "]", "[]", "{", "}", ",", "+", "-", "$", "é",
    "😀", "a", "Z", "0", "42",
];

/// Texts that somebody might try, among plain ones.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(&PIECES[..]), 0..8).prop_map(|pieces| pieces.concat());
    let with_header = pieces
        .clone()
        .prop_map(|text| format!("a{text}\r\nx-injected: 1\r\n\r\n"));
    let with_parameter = pieces.clone().prop_map(|text| format!("7{text}&customer_id[]=9#"));
    prop_oneof![pieces, with_header, with_parameter, any::<String>(), "[0-9]{1,25}"]
}

/// The one request of a call.
fn sent<M: BatchMethod>(method: &M, records: &[M::Record], transport: &Canned) -> Option<Request<Bytes>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    // What the answer means does not matter here.
    let _ = runtime.block_on(method.call(records));
    (transport.count() > 0).then(|| transport.request())
}

/// The headers by name; each stands there once.
fn headers(request: &Request<Bytes>) -> BTreeMap<&str, &[u8]> {
    let headers: BTreeMap<&str, &[u8]> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    assert_eq!(headers.len(), request.headers().len());
    headers
}

fn names<'a>(headers: &BTreeMap<&'a str, &[u8]>) -> Vec<&'a str> {
    headers.keys().copied().collect()
}

/// The parameters of a query, decoded once.
fn parameters(request: &Request<Bytes>) -> Vec<(String, String)> {
    let query = request.uri().query().unwrap_or_default();
    query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            plain => {
                assert!(plain.is_ascii_alphanumeric() || b"-._~".contains(&plain), "{text}");
                plain
            }
        });
    }
    String::from_utf8(bytes).unwrap()
}

fn body(request: &Request<Bytes>) -> Value {
    serde_json::from_slice(request.body()).unwrap()
}

fn over(transport: &std::sync::Arc<Canned>) -> SharedTransport {
    SharedTransport::clone(&(std::sync::Arc::clone(transport) as SharedTransport))
}

/// The names of the elements of a document, in order.
fn elements(xml: &[u8]) -> Vec<String> {
    let xml = std::str::from_utf8(xml).unwrap();
    let tags = xml.split('<').skip(1).map(|rest| rest.split_once('>').unwrap().0);
    tags.map(str::to_owned).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_credentials_of_calltouch_are_two_headers(token in text(), site in text()) {
        let Ok(credentials) = CalltouchCredentials::new(token.clone(), site.clone()) else { return Ok(()) };
        let transport = Canned::new(500, "");
        let client = CalltouchImport::builder(credentials).transport(over(&transport)).build().unwrap();
        let request = sent(&client, &[ImportLogId::new(51_001)], &transport).unwrap();
        let headers = headers(&request);
        prop_assert_eq!(names(&headers), ["accept", "access-token", "content-type", "siteid", "user-agent"]);
        prop_assert_eq!(headers["access-token"], token.as_bytes());
        prop_assert_eq!(headers["siteid"], site.as_bytes());
        prop_assert_eq!(request.uri(), "https://api.calltouch.ru/report-service/RestAPI/api/users-import/delete");
    }

    #[test]
    fn an_import_is_a_number(key in text()) {
        let Ok(id) = key.parse::<ImportLogId>() else { return Ok(()) };
        let transport = Canned::new(500, "");
        let credentials = CalltouchCredentials::new("token", "4242").unwrap();
        let client = CalltouchImport::builder(credentials).transport(over(&transport)).build().unwrap();
        let request = sent(&client, &[id], &transport).unwrap();
        prop_assert_eq!(body(&request), json!({"importLogIds": [key.trim().parse::<u64>().unwrap()]}));
    }

    #[test]
    fn what_stands_in_a_lead_is_a_text_of_it(field in text(), value in text(), phone in text(), email in text()) {
        let lead = LeadUpdate::builder()
            .matching(
                LeadContactParams::new()
                    .phone(phone.clone())
                    .email(email.clone())
                    .date("05-03-2024 14:30:00".parse().unwrap())
                    .type_to_match(NEAREST)
                    .search_depth(std::num::NonZeroU32::new(60).unwrap()),
            )
            .field(field.clone(), value.clone())
            .overwrite(true)
            .build();
        let Ok(lead) = lead else { return Ok(()) };
        let transport = Canned::new(500, "");
        let credentials = CalltouchCredentials::new("token", "4242").unwrap();
        let client = CalltouchLeads::builder(credentials).transport(over(&transport)).build().unwrap();
        let request = sent(&client, std::slice::from_ref(&lead), &transport).unwrap();
        let body = body(&request);
        prop_assert_eq!(&body["leads"], &json!([lead.to_json()]));
        prop_assert_eq!(body.as_object().unwrap().len(), 1);
        let sent = &body["leads"][0];
        prop_assert_eq!(&sent["addCustomFields"]["customFields"], &json!([{"field": field, "value": value}]));
        prop_assert_eq!(&sent["matching"][0]["leadContactParams"]["phones"], &json!([phone]));
        prop_assert_eq!(&sent["matching"][0]["leadContactParams"]["emails"], &json!([email]));
    }

    #[test]
    fn the_credentials_of_dellin_are_texts_of_its_requests(appkey in text(), secret in text(), login in text()) {
        let all = [
            (Credentials::session(secret.clone()), json!({"appkey": appkey, "sessionID": secret, "phoneIDs": ["5"]})),
            (Credentials::password(login.clone(), secret.clone()), json!({"appkey": appkey, "login": login, "password": secret})),
            (Credentials::pat(secret.clone()), json!({"appkey": appkey, "pat": secret})),
        ];
        for (credentials, expected) in all {
            let logs_in = expected.get("sessionID").is_none();
            let transport = Canned::new(500, "");
            let account = DellinAccount::builder(appkey.clone(), credentials).transport(over(&transport)).build();
            let Ok(account) = account else { continue };
            let book = account.book();
            let object: BookObject = "phone:5".parse().unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            if logs_in {
                let no_session = runtime.block_on(book.call(&[object])).unwrap_err();
                let _ = runtime.block_on(book.renew(&no_session));
            } else {
                let _ = runtime.block_on(book.call(&[object]));
            }
            let request = transport.request();
            let mut body = body(&request);
            // A number or its text: either is the same id.
            if let Some(ids) = body.get_mut("phoneIDs") {
                *ids = json!([ids[0].as_u64().map_or_else(|| ids[0].clone(), |id| json!(id.to_string()))]);
            }
            prop_assert_eq!(body, expected);
            prop_assert_eq!(names(&headers(&request)), ["content-type", "user-agent"]);
        }
    }

    #[test]
    fn the_credentials_of_dellin_make_no_elements(appkey in text(), session in text()) {
        let document = |appkey: &str, session: &str| {
            let transport = Canned::new(500, "");
            let account = DellinAccount::builder(appkey, Credentials::session(session)).transport(over(&transport));
            let book = account.build().ok()?.book_with(Wire::Xml);
            sent(&book, &["phone:5".parse().unwrap()], &transport).map(|request| elements(request.body()))
        };
        if let Some(elements) = document(&appkey, &session) {
            prop_assert_eq!(elements, document("appkey", "session").unwrap());
        }
    }

    #[test]
    fn an_object_of_dellin_is_a_kind_and_a_number(key in text()) {
        for key in [key.clone(), format!("phone:{key}")] {
            let Ok(object) = key.parse::<BookObject>() else { continue };
            for wire in [Wire::Json, Wire::Xml] {
                let transport = Canned::new(500, "");
                let account = DellinAccount::builder("appkey", Credentials::session("s")).transport(over(&transport));
                let request = sent(&account.build().unwrap().book_with(wire), &[object], &transport).unwrap();
                prop_assert!(request.body().len() < 400);
                if wire == Wire::Json {
                    prop_assert_eq!(body(&request).as_object().unwrap().len(), 3);
                }
            }
        }
    }

    #[test]
    fn the_credentials_of_thulium_are_one_header(user in text(), password in text()) {
        let Ok(credentials) = ThuliumCredentials::new(user.clone(), password.clone()) else { return Ok(()) };
        let transport = Canned::new(500, "");
        let client = ThuliumCampaign::builder(credentials).system("demo").transport(over(&transport)).build().unwrap();
        let customer = CampaignCustomer::new("00042".parse().unwrap(), "7001".parse().unwrap());
        let request = sent(&client, &[customer], &transport).unwrap();
        let headers = headers(&request);
        prop_assert_eq!(names(&headers), ["accept", "authorization", "user-agent"]);
        let basic = std::str::from_utf8(headers["authorization"]).unwrap().strip_prefix("Basic ").unwrap();
        prop_assert_eq!(STANDARD.decode(basic).unwrap(), format!("{user}:{password}").into_bytes());
    }

    #[test]
    fn a_system_of_thulium_is_one_label_of_a_name(system in text()) {
        let transport = Canned::new(500, "");
        let credentials = ThuliumCredentials::new("user", "password").unwrap();
        let client = ThuliumCampaign::builder(credentials).system(system.clone()).transport(over(&transport)).build();
        let Ok(client) = client else { return Ok(()) };
        let customer = CampaignCustomer::new("00042".parse().unwrap(), "7001".parse().unwrap());
        let request = sent(&client, &[customer], &transport).unwrap();
        let host = format!("{}.thulium.com", system.to_ascii_lowercase());
        prop_assert_eq!(request.uri().authority().unwrap().as_str(), host);
    }

    #[test]
    fn campaigns_customers_and_phones_of_thulium_are_values_of_the_query(campaign in text(), keys in prop::collection::vec(text(), 1..4)) {
        let of_campaign = campaign.parse::<CampaignId>().unwrap_or_else(|_| "00042".parse().unwrap());
        let credentials = || ThuliumCredentials::new("user", "password").unwrap();

        let customers: Vec<CampaignCustomer> = keys
            .iter()
            .filter_map(|key| Some(CampaignCustomer::new(of_campaign, key.parse().ok()?)))
            .collect();
        let transport = Canned::new(500, "");
        let client = ThuliumCampaign::builder(credentials()).system("demo").transport(over(&transport)).build().unwrap();
        if let Some(request) = sent(&client, &customers, &transport) {
            let path = format!("/api/batch/crm_outbounds/{of_campaign}/records");
            prop_assert_eq!(request.uri().path(), path);
            for (name, value) in parameters(&request) {
                prop_assert_eq!(name, "customer_id[]");
                prop_assert!(value.bytes().all(|byte| byte.is_ascii_digit()), "{}", value);
            }
            prop_assert!(parameters(&request).len() <= customers.len());
        }

        let phones: Vec<CampaignPhone> = keys
            .iter()
            .filter_map(|key| Some(CampaignPhone::new(of_campaign, key.parse().ok()?)))
            .collect();
        let transport = Canned::new(500, "");
        let client = ThuliumCampaignPhones::builder(credentials()).system("demo").transport(over(&transport)).build().unwrap();
        if let Some(request) = sent(&client, &phones, &transport) {
            let path = format!("/api/batch/outbounds/{of_campaign}/records");
            prop_assert_eq!(request.uri().path(), path);
            let given: Vec<&str> = keys.iter().map(|key| key.trim()).collect();
            for (name, value) in parameters(&request) {
                prop_assert_eq!(name, "phone_number[]");
                prop_assert!(given.contains(&value.as_str()), "{:?} of {:?}", value, given);
            }
        }
    }
}
