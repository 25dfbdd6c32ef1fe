//! From bytes to what they say about objects and sessions.

use std::collections::HashSet;

use batchwise_core::transport::Answer;
use batchwise_core::{CallError, CallErrorKind, Documented, Identity, Reply, Said, Secret, Statement};
use serde_json::Value;

use crate::envelope::{Envelope, each, number};
use crate::record::BookKind;
use crate::wire::MAX_OBJECTS;

/// Reads the answer to a deletion: one statement for each listing, ids that were never sent included.
///
/// `deleted` says done. `notDeleted` says absent: that no such object exists is the one documented reason for it.
///
/// # Errors
/// [`CallError`] by the effective status for a reported failure; unreadable for a success without `data` and for a
/// failure that lists deleted objects all the same.
pub(crate) fn reply(answer: &Answer) -> Result<Reply, CallError> {
    let documented = answer.status() == http::StatusCode::OK;
    match documented.then(|| all_deleted(answer.trimmed_body())).flatten() {
        Some(reply) => Ok(reply),
        None => interpreted(answer),
    }
}

/// The answer that nearly always comes, read in place: status 200 twice, and nothing that was not deleted. `None` for any
/// other.
fn all_deleted(body: &[u8]) -> Option<Reply> {
    let kinds = BookKind::ALL.map(BookKind::field);
    let mut statements = Vec::with_capacity(MAX_OBJECTS);
    let mut json = Documented::new(body);
    json.object(&["metadata", "data"], |name, json| match name {
        "metadata" => json.object(&["status", "generated_at"], |name, json| match name {
            "status" => (json.number()? == 200).then_some(()),
            _ => json.text().map(|_| ()),
        }),
        _ => json.object(&["deleted", "notDeleted"], |list, json| {
            json.object(&kinds, |name, json| {
                if list == "notDeleted" {
                    return json.nothing();
                }
                let kind = BookKind::ALL.into_iter().find(|kind| kind.field() == name)?;
                json.list(|json| {
                    statements.push((kind.identity(json.number()?), Statement::new(Said::Done)));
                    Some(())
                })
            })
        }),
    })?;
    json.end()?;
    Some(Reply::Named(statements))
}

/// The answer as a tree, whatever it is.
fn interpreted(answer: &Answer) -> Result<Reply, CallError> {
    let Some(envelope) = Envelope::read(answer) else {
        return Err(CallError::of_status(answer));
    };
    let mut listings = envelope.data().map(listings).unwrap_or_default();
    if let Some(kind) = envelope.failure(answer) {
        let deleted: HashSet<Identity> = listings
            .iter()
            .filter(|(_, statement)| statement.said == Said::Done)
            .map(|(identity, _)| identity.clone())
            .collect();
        if deleted.is_empty() {
            return Err(envelope.error(kind, answer));
        }
        if !envelope.is_success_by_status(answer) {
            // It may have acted, which no other kind of a 4xx admits.
            return Err(envelope.error(CallErrorKind::Unreadable, answer));
        }
        // What is listed as deleted is; but beside an error `notDeleted` may have another reason than absence, so those
        // ids are asked again. One in both lists still contradicts itself.
        listings.retain(|(identity, _)| deleted.contains(identity));
        return Ok(Reply::Named(listings));
    }
    match envelope.data() {
        Some(Value::Object(_) | Value::Array(_)) => Ok(Reply::Named(listings)),
        _ => Err(envelope.error(CallErrorKind::Unreadable, answer)),
    }
}

/// Every id of both lists, as tolerantly as they can be read; what cannot be read says nothing.
fn listings(data: &Value) -> Vec<(Identity, Statement)> {
    let mut statements = Vec::new();
    for data in each(data) {
        for (name, said) in [("deleted", Said::Done), ("notDeleted", Said::Absent)] {
            for lists in data.get(name).map(each).unwrap_or_default() {
                for kind in BookKind::ALL {
                    let ids = lists.get(kind.field()).map(each).unwrap_or_default();
                    let ids = ids.iter().filter_map(number);
                    statements.extend(ids.map(|id| (kind.identity(id), Statement::new(said))));
                }
            }
        }
    }
    statements
}

/// Reads the answer to a login of any version: the session.
///
/// # Errors
/// [`CallError`]: credentials for a readable 4xx, since a login has nothing else to refuse; a fault of the server, a
/// wrong address and a rate limit keep their kinds; unreadable for a success without a session. An answer that may hold
/// a session is not quoted.
pub(crate) fn login(answer: &Answer) -> Result<Secret, CallError> {
    let Some(envelope) = Envelope::read(answer) else {
        let error = CallError::of_status(answer);
        return Err(match error.kind() {
            // What is not this service's own refusal says nothing about the credentials.
            CallErrorKind::Refused | CallErrorKind::TooLarge => CallError::answered(CallErrorKind::Target, answer),
            CallErrorKind::Unreadable => CallError::answered(CallErrorKind::Unreadable, &answer.unquoted()),
            _ => error,
        });
    };
    let session = session(&envelope);
    match envelope.failure(answer) {
        None => session.ok_or_else(|| CallError::answered(CallErrorKind::Unreadable, &answer.unquoted())),
        Some(kind) => {
            let kind = match kind {
                CallErrorKind::Refused | CallErrorKind::TooLarge => CallErrorKind::Credentials,
                kind => kind,
            };
            match session {
                Some(_) => Err(CallError::answered(kind, &answer.unquoted())),
                None => Err(envelope.error(kind, answer)),
            }
        }
    }
}

/// `data.sessionID` of versions 3 and 4, else the top-level one of version 1.
fn session(envelope: &Envelope) -> Option<Secret> {
    let nested = envelope.data().and_then(|data| data.get("sessionID"));
    [nested, envelope.top("sessionID")]
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::trim)
        .find(|id| !id.is_empty())
        .map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;
    use proptest::prelude::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer::of(StatusCode::from_u16(status).unwrap(), body.to_owned())
    }

    /// What an answer says, as `+kind:id` for deleted and `-kind:id` for not deleted.
    fn said(body: &str) -> Vec<String> {
        let Reply::Named(statements) = reply(&answer(200, body)).unwrap() else {
            panic!("statements are named");
        };
        let text = |(identity, statement): &(Identity, Statement)| {
            let sign = if statement.said == Said::Done { '+' } else { '-' };
            let name = BookKind::ALL.into_iter().find_map(|kind| {
                let Identity::Number { id, .. } = identity else {
                    return None;
                };
                (kind.identity(*id) == *identity).then(|| format!("{kind}:{id}"))
            });
            format!("{sign}{}", name.unwrap())
        };
        statements.iter().map(text).collect()
    }

    #[test]
    fn ids_are_read_however_they_are_written() {
        for list in [
            "[7]",
            "7",
            "\"7\"",
            "[\"7\"]",
            "[\" 7 \", null, \"\", {}, -1, 1.5, \"+8\"]",
        ] {
            let body = format!(r#"{{"data":{{"deleted":{{"phoneIDs":{list}}}}}}}"#);
            assert_eq!(said(&body), ["+phone:7"], "{list}");
        }
    }

    #[test]
    fn empty_lists_are_empty_however_they_are_written() {
        for lists in [
            "null",
            "[]",
            "{}",
            "\"\"",
            r#"{"phoneIDs":null}"#,
            r#"{"phoneIDs":[]}"#,
            r#"{"phoneIDs":{}}"#,
        ] {
            let body = format!(r#"{{"data":{{"deleted":{lists},"notDeleted":{lists}}}}}"#);
            assert_eq!(said(&body), [""; 0], "{lists}");
        }
    }

    #[test]
    fn data_without_lists_says_nothing_and_is_readable() {
        assert_eq!(said(r#"{"metadata":{"status":200},"data":{}}"#), [""; 0]);
        assert_eq!(said(r#"{"metadata":{"status":200},"data":[]}"#), [""; 0]);
    }

    #[test]
    fn a_success_without_data_is_unreadable() {
        for body in [
            r#"{"metadata":{"status":200}}"#,
            r#"{"metadata":{"status":200},"data":null}"#,
            r#"{"metadata":{"status":200},"data":"ok"}"#,
            // The retired method's answer.
            r#"{"deleted":{"phones":["7"]}}"#,
        ] {
            assert_eq!(
                reply(&answer(200, body)).unwrap_err().kind(),
                CallErrorKind::Unreadable,
                "{body}"
            );
        }
    }

    #[test]
    fn lists_beside_errors_count_unless_a_status_is_bad() {
        let body = |status: u16| {
            format!(r#"{{"metadata":{{"status":{status}}},"errors":"x","data":{{"deleted":{{"phoneIDs":[7]}}}}}}"#)
        };
        assert_eq!(said(&body(200)), ["+phone:7"]);
        for status in [400, 401, 500] {
            let error = reply(&answer(200, &body(status))).unwrap_err();
            assert!(error.may_have_acted(), "{status}");
        }
    }

    #[test]
    fn beside_an_error_only_what_was_deleted_is_believed() {
        let body = r#"{"errors":"x","data":{"deleted":{"phoneIDs":[7,8]},"notDeleted":{"phoneIDs":[8,9]}}}"#;
        assert_eq!(said(body), ["+phone:7", "+phone:8", "-phone:8"]);
        let body = r#"{"errors":"x","data":{"notDeleted":{"phoneIDs":[9]}}}"#;
        assert_eq!(reply(&answer(200, body)).unwrap_err().kind(), CallErrorKind::Refused);
    }

    #[test]
    fn a_refusal_that_deleted_nothing_did_not_act() {
        let body = r#"{"errors":"x","metadata":{"status":400},"data":{"notDeleted":{"phoneIDs":[7]}}}"#;
        let error = reply(&answer(400, body)).unwrap_err();
        assert_eq!((error.kind(), error.may_have_acted()), (CallErrorKind::Refused, false));
    }

    /// Entry 29 of the fixture list.
    #[test]
    fn a_session_is_read_from_the_answers_of_all_versions() {
        for body in [
            r#"{"sessionID":"SES"}"#,
            r#"{"metadata":{"status":200},"data":{"sessionID":"SES"}}"#,
            r#"{"metadata":{"status":"200"},"data":{"sessionID":" SES "},"errors":[]}"#,
        ] {
            assert_eq!(login(&answer(200, body)).unwrap().expose(), "SES", "{body}");
        }
    }

    #[test]
    fn a_login_that_is_refused_readably_means_the_credentials() {
        for (status, body, kind) in [
            (
                400,
                r#"{"metadata":{"status":400},"errors":[{"code":1,"title":"no"}]}"#,
                CallErrorKind::Credentials,
            ),
            (
                200,
                r#"{"metadata":{"status":401},"errors":[]}"#,
                CallErrorKind::Credentials,
            ),
            (
                200,
                r#"{"metadata":{"status":200},"errors":"no"}"#,
                CallErrorKind::Credentials,
            ),
            (401, "", CallErrorKind::Credentials),
            (403, "<html></html>", CallErrorKind::Credentials),
            (422, r#"{"errors":"no"}"#, CallErrorKind::Credentials),
            (404, r#"{"errors":"no"}"#, CallErrorKind::Target),
            (400, "<html></html>", CallErrorKind::Target),
            (
                200,
                r#"{"metadata":{"status":500},"errors":"down"}"#,
                CallErrorKind::Server,
            ),
            (
                200,
                r#"{"metadata":{"status":429},"errors":"slow"}"#,
                CallErrorKind::RateLimited,
            ),
            (502, "<html></html>", CallErrorKind::Server),
            (200, "<html></html>", CallErrorKind::Unreadable),
            (200, "", CallErrorKind::Unreadable),
            (
                200,
                r#"{"metadata":{"status":200},"data":{}}"#,
                CallErrorKind::Unreadable,
            ),
            (
                200,
                r#"{"metadata":{"status":200},"data":{"sessionID":"  "}}"#,
                CallErrorKind::Unreadable,
            ),
        ] {
            assert_eq!(
                login(&answer(status, body)).unwrap_err().kind(),
                kind,
                "{status} {body}"
            );
        }
    }

    #[test]
    fn an_answer_that_may_hold_a_session_is_not_quoted() {
        for body in [
            r#"{"metadata":{"status":200},"data":{"session":"SES"}}"#,
            r#"{"metadata":{"status":500},"data":{"sessionID":"SES"},"errors":"SES"}"#,
            r#"{"metadata":{"status":200},"data":{"sessionID":"SES"#,
            r#"{"metadata":{"status":200,"detail":"session SES"},"data":{}}"#,
        ] {
            let error = login(&answer(200, body)).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("SES"), "{body}");
        }
    }

    #[test]
    fn a_login_without_a_session_repeats_no_secret_of_its_own() {
        let response = http::Response::builder()
            .header("x-request-id", "key-of-the-application")
            .body(bytes::Bytes::from_static(
                br#"{"metadata":{"status":200,"detail":"key-of-the-application"},"data":{}}"#,
            ))
            .unwrap();
        let secrets = batchwise_core::Secrets::new([&Secret::new("key-of-the-application")]);
        let error = login(&Answer::new(response, secrets)).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("key-of"), "{error:?}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_without_panic(status in 200_u16..600, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let answer = Answer::of(StatusCode::from_u16(status).unwrap(), bytes);
            let _ = reply(&answer);
            let _ = login(&answer);
        }

        #[test]
        fn no_cut_of_an_answer_says_anything(end in 0_usize..105) {
            let whole = r#"{"metadata":{"status":200},"data":{"deleted":{"phoneIDs":[71,72]},"notDeleted":{"addressIDs":[81]}}} "#;
            prop_assume!(end + 1 < whole.len());
            let error = reply(&answer(200, &whole[..end])).unwrap_err();
            prop_assert_eq!(error.kind(), CallErrorKind::Unreadable);
        }
    }

    const DOCUMENTED: &str = concat!(
        r#"{"metadata":{"status":200,"generated_at":"2026-11-22 08:00:00"},"data":{"deleted":"#,
        r#"{"counteragentIDs":[7],"addressIDs":[],"contactIDs":[8,9],"phoneIDs":[1]},"notDeleted":"#,
        r#"{"counteragentIDs":[],"addressIDs":[],"contactIDs":[],"phoneIDs":[]}}}"#
    );

    /// The statements in an order of their own: an answer has its lists in any.
    fn by_name(reply: Option<Reply>) -> Option<Vec<(Identity, Statement)>> {
        let Some(Reply::Named(mut statements)) = reply else {
            return None;
        };
        statements.sort_by(|left, right| left.0.cmp(&right.0));
        Some(statements)
    }

    #[test]
    fn the_documented_answer_is_read_in_place() {
        let read = all_deleted(DOCUMENTED.as_bytes());
        assert_eq!(
            by_name(read.clone()),
            by_name(interpreted(&answer(200, DOCUMENTED)).ok())
        );
        assert_eq!(read.map(|reply| reply.len()), Some(4));
        for odd in [
            DOCUMENTED.replace("\"phoneIDs\":[]", "\"phoneIDs\":[2]"),
            DOCUMENTED.replace(":200,", ":201,"),
            DOCUMENTED.replace(":200,", ":200,\"detail\":\"x\","),
            DOCUMENTED.replace("{\"metadata\"", "{\"errors\":[],\"metadata\""),
        ] {
            assert_eq!(all_deleted(odd.as_bytes()), None, "{odd}");
        }
    }

    #[test]
    fn the_documented_answer_beside_a_bad_status_tells_of_no_deletion() {
        for status in [400, 404, 429, 500] {
            let error = reply(&answer(status, DOCUMENTED)).unwrap_err();
            assert_eq!(error.kind(), CallErrorKind::Unreadable, "{status}");
            assert!(error.may_have_acted(), "{status}");
        }
    }

    proptest! {
        /// A byte or two of the documented answer are others: whatever is read in place is what interpreting it gives.
        #[test]
        fn what_is_read_in_place_is_what_the_tree_says(
            changes in prop::collection::vec((0..DOCUMENTED.len(), any::<u8>()), 0..3),
        ) {
            let mut body = DOCUMENTED.as_bytes().to_vec();
            for (at, byte) in changes {
                body[at] = byte;
            }
            if let Some(read) = all_deleted(&body) {
                let tree = interpreted(&Answer::of(StatusCode::OK, body)).ok();
                prop_assert_eq!(by_name(Some(read)), by_name(tree));
            }
        }
    }
}
