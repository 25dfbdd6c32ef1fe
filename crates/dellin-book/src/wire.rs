//! What goes over the wire, key by key as the provider documents it.

use std::fmt;
use std::str::FromStr;

use batchwise_core::{BaseUrl, BuildError, CallError, Secret, push_json_text};
use bytes::Bytes;
use http::HeaderValue;
use http::header::CONTENT_TYPE;

use crate::credentials::Credentials;
use crate::list::Anonymous;
use crate::record::{BookKind, BookObject};

/// The origin of the service.
pub const DEFAULT_BASE_URL: &str = "https://api.dellin.ru";

/// Most objects in one request, summed over the four kinds.
pub const MAX_OBJECTS: usize = 40;

/// The media type of XML requests unless set otherwise; the provider states none.
pub const XML_CONTENT_TYPE: &str = "text/xml; charset=utf-8";

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const DELETE_JSON: &str = "/v2/book/delete.json";
#[cfg(feature = "xml")]
const DELETE_XML: &str = "/v2/book/delete.xml";
const LOGIN_WITH_PASSWORD: &str = "/v3/auth/login.json";
const LOGIN_WITH_PAT: &str = "/v4/auth/login.json";
const SESSION_INFO: &str = "/v3/auth/session_info.json";
const COUNTERAGENTS: &str = "/v2/book/counteragents.json";
const ADDRESSES: &str = "/v2/book/addresses.json";
const CONTACTS: &str = "/v2/book/contacts.json";

/// The format of requests. Answers are read by what they hold, whatever was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Wire {
    /// `delete.json`.
    #[default]
    Json,
    /// `delete.xml`; with feature `xml`.
    #[cfg(feature = "xml")]
    Xml,
}

impl fmt::Display for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "json",
            #[cfg(feature = "xml")]
            Self::Xml => "xml",
        })
    }
}

impl FromStr for Wire {
    type Err = BuildError;

    fn from_str(text: &str) -> Result<Self, BuildError> {
        match text {
            "json" => Ok(Self::Json),
            #[cfg(feature = "xml")]
            "xml" => Ok(Self::Xml),
            #[cfg(not(feature = "xml"))]
            "xml" => Err(BuildError::setting(
                "wire",
                "this build has no XML: enable feature `xml`",
            )),
            _ => Err(BuildError::setting("wire", "expected json or xml")),
        }
    }
}

/// The request that deletes these objects: one list for each kind that occurs, no empty ones, nothing twice.
pub(crate) fn delete(
    base: &BaseUrl,
    wire: Wire,
    xml_content_type: &HeaderValue,
    appkey: &Secret,
    session: &Secret,
    objects: &[BookObject],
) -> Result<http::Request<Bytes>, CallError> {
    match wire {
        Wire::Json => {
            // The XML media type is for the other wire; taken by both so that callers need not choose.
            let _ = xml_content_type;
            post(base, DELETE_JSON, JSON, delete_json(appkey, session, objects))
        }
        #[cfg(feature = "xml")]
        Wire::Xml => post(
            base,
            DELETE_XML,
            xml_content_type.clone(),
            delete_xml(appkey, session, objects),
        ),
    }
}

/// The request that logs in; `None` for a session that the caller brought. JSON whatever the format of the deletions:
/// the login with a token has no other.
pub(crate) fn login(
    base: &BaseUrl,
    appkey: &Secret,
    credentials: &Credentials,
) -> Option<Result<http::Request<Bytes>, CallError>> {
    let (path, body) = match credentials {
        Credentials::Session(_) => return None,
        Credentials::Password { login, password } => (
            LOGIN_WITH_PASSWORD,
            json_object(&[("appkey", appkey), ("login", login), ("password", password)]),
        ),
        Credentials::Pat(token) => (LOGIN_WITH_PAT, json_object(&[("appkey", appkey), ("pat", token)])),
    };
    Some(post(base, path, JSON, body))
}

/// The request that asks how long a session lives.
pub(crate) fn session_info(
    base: &BaseUrl,
    appkey: &Secret,
    session: &Secret,
) -> Result<http::Request<Bytes>, CallError> {
    let body = json_object(&[("appkey", appkey), ("sessionID", session)]);
    post(base, SESSION_INFO, JSON, body)
}

/// The request that lists counteragents. Flags are written as texts, as the provider's own example has them.
pub(crate) fn list_counteragents(
    base: &BaseUrl,
    appkey: &Secret,
    session: &Secret,
    anonymous: Anonymous,
) -> Result<http::Request<Bytes>, CallError> {
    let flag = match anonymous {
        Anonymous::Included => r#","withAnonym":"true""#,
        Anonymous::Only => r#","isAnonym":"true""#,
        Anonymous::LeftOut => "",
    };
    post(base, COUNTERAGENTS, JSON, signed(appkey, session, flag))
}

/// The request that lists the addresses of a counteragent.
pub(crate) fn list_addresses(
    base: &BaseUrl,
    appkey: &Secret,
    session: &Secret,
    counteragent: u64,
) -> Result<http::Request<Bytes>, CallError> {
    let member = format!(r#","counteragentID":{counteragent}"#);
    post(base, ADDRESSES, JSON, signed(appkey, session, &member))
}

/// The request that lists the contact persons and phones of an address.
pub(crate) fn list_card(
    base: &BaseUrl,
    appkey: &Secret,
    session: &Secret,
    address: u64,
) -> Result<http::Request<Bytes>, CallError> {
    let member = format!(r#","addressID":{address}"#);
    post(base, CONTACTS, JSON, signed(appkey, session, &member))
}

/// A body of key and session, and these members behind them.
fn signed(appkey: &Secret, session: &Secret, members: &str) -> String {
    let mut body = json_object(&[("appkey", appkey), ("sessionID", session)]);
    body.pop();
    body.push_str(members);
    body.push('}');
    body
}

fn post(
    base: &BaseUrl,
    path: &str,
    content_type: HeaderValue,
    body: String,
) -> Result<http::Request<Bytes>, CallError> {
    http::Request::post(format!("{base}{path}"))
        .header(CONTENT_TYPE, content_type)
        .body(Bytes::from(body))
        .map_err(|error| CallError::local(format!("the request could not be built: {error}")))
}

/// The ids of each kind that occurs, in the documented order of kinds, each once.
fn lists(objects: &[BookObject]) -> Vec<(&'static str, Vec<u64>)> {
    let mut lists = Vec::new();
    for kind in BookKind::ALL {
        let of_kind = || objects.iter().filter(|object| object.kind() == kind);
        let (mut ids, mut greatest) = (Vec::with_capacity(of_kind().count()), None);
        for id in of_kind().map(BookObject::id) {
            // One above all before it is none of them, so that ids which rise need not be searched.
            if greatest < Some(id) || !ids.contains(&id) {
                ids.push(id);
            }
            greatest = greatest.max(Some(id));
        }
        if !ids.is_empty() {
            lists.push((kind.field(), ids));
        }
    }
    lists
}

/// Written by hand: the order of keys is the documented one, whatever order a map would give them.
fn delete_json(appkey: &Secret, session: &Secret, objects: &[BookObject]) -> String {
    let mut body = json_object(&[("appkey", appkey), ("sessionID", session)]);
    body.pop();
    let mut digits = itoa::Buffer::new();
    // Ids of ten digits with their commas, and the names of their lists: grown once.
    body.reserve(11 * objects.len() + 80);
    for (name, ids) in lists(objects) {
        body.push_str(",\"");
        body.push_str(name);
        body.push_str("\":[");
        for (index, id) in ids.into_iter().enumerate() {
            if index > 0 {
                body.push(',');
            }
            body.push_str(digits.format(id));
        }
        body.push(']');
    }
    body.push('}');
    body
}

fn json_object(pairs: &[(&str, &Secret)]) -> String {
    // Names, quotes and whatever of a secret has to be written otherwise: grown once, as a rule.
    let room: usize = pairs
        .iter()
        .map(|(name, secret)| name.len() + secret.expose().len() + 6)
        .sum();
    let mut object = String::with_capacity(room + 2);
    object.push('{');
    for (name, secret) in pairs {
        if object.len() > 1 {
            object.push(',');
        }
        push_json_text(&mut object, name);
        object.push(':');
        push_json_text(&mut object, secret.expose());
    }
    object.push('}');
    object
}

#[cfg(feature = "xml")]
fn delete_xml(appkey: &Secret, session: &Secret, objects: &[BookObject]) -> String {
    use quick_xml::escape::escape;
    let mut body = format!(
        "<request><appkey>{}</appkey><sessionID>{}</sessionID>",
        escape(appkey.expose()),
        escape(session.expose())
    );
    for (name, ids) in lists(objects) {
        for id in ids {
            body.push_str(&format!("<{name}>{id}</{name}>"));
        }
    }
    body.push_str("</request>");
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(keys: &[&str]) -> Vec<BookObject> {
        keys.iter().map(|key| key.parse().unwrap()).collect()
    }

    fn secret(text: &str) -> Secret {
        Secret::new(text)
    }

    /// Entry 31 of the fixture list.
    #[test]
    fn json_keys_have_the_documented_spelling_and_order() {
        let objects = objects(&[
            "contact:930041",
            "phone:920031",
            "address:810022",
            "counteragent:70011",
            "contact:930042",
        ]);
        assert_eq!(
            delete_json(&secret("KEY"), &secret("SES"), &objects),
            r#"{"appkey":"KEY","sessionID":"SES","counteragentIDs":[70011],"addressIDs":[810022],"phoneIDs":[920031],"contactIDs":[930041,930042]}"#
        );
    }

    /// Entry 31: empty lists are left out. Entry 12: repeats are removed, but not across kinds.
    #[test]
    fn kinds_without_objects_are_left_out_and_repeats_are_sent_once() {
        let objects = objects(&["phone:1", "contact:1", "phone:2", "phone:1"]);
        assert_eq!(
            delete_json(&secret("KEY"), &secret("SES"), &objects),
            r#"{"appkey":"KEY","sessionID":"SES","phoneIDs":[1,2],"contactIDs":[1]}"#
        );
    }

    #[test]
    fn secrets_are_escaped_for_json() {
        assert_eq!(
            delete_json(&secret("a\"b\\c"), &secret("d\ne"), &objects(&["phone:1"])),
            r#"{"appkey":"a\"b\\c","sessionID":"d\ne","phoneIDs":[1]}"#
        );
    }

    #[cfg(feature = "xml")]
    #[test]
    fn xml_repeats_an_element_per_id_in_the_documented_order() {
        let objects = objects(&["contact:930041", "address:810022", "address:810023"]);
        assert_eq!(
            delete_xml(&secret("K<&>"), &secret("SES"), &objects),
            "<request><appkey>K&lt;&amp;&gt;</appkey><sessionID>SES</sessionID>\
             <addressIDs>810022</addressIDs><addressIDs>810023</addressIDs>\
             <contactIDs>930041</contactIDs></request>"
        );
    }

    #[test]
    fn logins_go_to_the_address_of_their_version() {
        let base = BaseUrl::parse(DEFAULT_BASE_URL, false).unwrap();
        let request = |credentials| {
            let request = login(&base, &secret("KEY"), &credentials).unwrap().unwrap();
            let (parts, body) = request.into_parts();
            (parts.uri.to_string(), String::from_utf8(body.to_vec()).unwrap())
        };
        assert_eq!(
            request(Credentials::password("+79990000000", "pw")),
            (
                "https://api.dellin.ru/v3/auth/login.json".to_owned(),
                r#"{"appkey":"KEY","login":"+79990000000","password":"pw"}"#.to_owned()
            )
        );
        assert_eq!(
            request(Credentials::pat("dl-api-1")),
            (
                "https://api.dellin.ru/v4/auth/login.json".to_owned(),
                r#"{"appkey":"KEY","pat":"dl-api-1"}"#.to_owned()
            )
        );
        assert!(login(&base, &secret("KEY"), &Credentials::session("SES")).is_none());
    }

    #[test]
    fn the_wire_is_named_by_its_suffix() {
        assert_eq!("json".parse::<Wire>().unwrap(), Wire::Json);
        assert_eq!("xml".parse::<Wire>().is_ok(), cfg!(feature = "xml"));
        assert!("yaml".parse::<Wire>().is_err());
        assert_eq!(Wire::default().to_string(), "json");
    }
}
