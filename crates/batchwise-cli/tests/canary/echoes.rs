//! Answers that repeat the request, in every member and spelling that a server may choose.

use serde_json::Value;

/// How a text is written before it gets into an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Spelling {
    AsItIs,
    /// Everything but letters and digits as `%2f`.
    Percent,
    /// A JSON text, to be put into a JSON text.
    JsonTwice,
    /// All but letters as `\u002f`; to be read as a part of JSON.
    Unicode,
    /// All but letters as `&#47;`.
    Entities,
    /// Cut within a secret.
    Cut,
    /// Ten times over.
    Repeated,
}

impl Spelling {
    pub(crate) const ALL: [Self; 7] = [
        Self::AsItIs,
        Self::Percent,
        Self::JsonTwice,
        Self::Unicode,
        Self::Entities,
        Self::Cut,
        Self::Repeated,
    ];

    fn write(self, text: &str) -> String {
        let each = |escape: &dyn Fn(char) -> String| -> String {
            text.chars()
                .map(|c| {
                    if c.is_ascii_alphanumeric() {
                        c.to_string()
                    } else {
                        escape(c)
                    }
                })
                .collect()
        };
        match self {
            Self::AsItIs | Self::Unicode => text.to_owned(),
            Self::Percent => each(&|c| c.to_string().bytes().map(|byte| format!("%{byte:02x}")).collect()),
            Self::JsonTwice => Value::from(text).to_string(),
            Self::Entities => each(&|c| format!("&#{};", u32::from(c))),
            Self::Cut => {
                let end = text.rfind("CANARY").map_or(text.len(), |at| at + 10);
                text.get(..end).unwrap_or(text).to_owned()
            }
            Self::Repeated => format!("{text} ").repeat(10),
        }
    }

    /// As a JSON text with its quotes.
    fn quoted(self, text: &str) -> String {
        match self {
            Self::Unicode => {
                let units = text.encode_utf16().map(|unit| match u8::try_from(unit) {
                    Ok(byte) if byte.is_ascii_alphabetic() => char::from(byte).to_string(),
                    _ => format!("\\u{unit:04X}"),
                });
                format!("\"{}\"", units.collect::<String>())
            }
            other => Value::from(other.write(text)).to_string(),
        }
    }
}

/// Bodies that repeat a text wherever some decoder looks.
pub(crate) fn bodies(text: &str, spelling: Spelling) -> Vec<String> {
    let plain = spelling.write(text);
    let q = spelling.quoted(text);
    let markup = plain
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    vec![
        plain,
        format!("<html><body><pre>{markup}</pre></body></html>"),
        format!(r#"{{"message":{q}}}"#),
        format!(r#"{{"meta":{q},"data":{{"message":{q},"type":{q}}}}}"#),
        format!(
            r#"{{"data":{{"type":"validationError","validationErrorData":{{"violations":[
            {{"fieldPath":"importLogIds[0]","message":{q}}},{{"fieldPath":"leads[0].matching","message":{q}}},
            {{"fieldPath":{q},"message":{q}}},{q}]}}}}}}"#
        ),
        format!(
            r#"{{"data":{{"type":"apiError","apiErrorData":{{"errorCode":{q},"errorMessage":{q},"errorDescription":{{"a":[{q}]}}}}}}}}"#
        ),
        format!(
            r#"{{"data":{{"importLogs":[{{"importLogId":51001,"deleteStatus":"error","error":{q}}},
            {{"importLogId":51002,"deleteStatus":{q},"error":{{"x":{q}}}}},{{"importLogId":{q},"deleteStatus":"success"}}]}}}}"#
        ),
        format!(
            r#"{{"data":{{"leads":[{{"isCustomFieldsAdded":false,"matchedType":{q},"callInfo":{{"callId":{q},"callReferenceId":{q},
            "sipCallId":{q}}},"requestInfo":{{"requestId":{q},"requestNumber":{q}}},"error":{q}}}]}}}}"#
        ),
        format!(
            r#"{{"metadata":{{"status":400,"detail":{q}}},"errors":[{{"code":{q},"title":{q},"detail":{q},"description":{q},"message":{q},
            "link":{q},"fields":[{q}],"badValues":[{q}]}},{q}]}}"#
        ),
        format!(r#"{{"metadata":{{"status":200,"detail":{q}}},"data":{{"session":{q}}}}}"#),
        format!(r#"{{"metadata":{{"status":200}},"errors":{{{q}:[{q}]}},"data":{{"deleted":{{"phoneIDs":[5]}}}}}}"#),
        format!(
            "<response><metadata><status>401</status><detail>{markup}</detail></metadata><errors><error><code>1</code>\
                 <title>{markup}</title><detail><![CDATA[{}]]></detail></error></errors></response>",
            spelling.write(text)
        ),
        format!(r#"{{"request_id":{q},"errors":[{{"message":{q},"code":{q},"field":{q}}},{q}]}}"#),
        format!(
            r#"{{"7001":{{"status":{q},"message":{q},"record_id":{q}}},{q}:{{"status":"REMOVED","message":{q}}},
            "+48 511 322 733":[{{"status":"NOT_EXIST","message":{q}}},{{"x":{q}}}]}}"#
        ),
        format!(
            r#"[{{"customer_id":7001,"phone_number":"+48 511 322 733","status":"CALL_IN_PROGRESS","message":{q}}}]"#
        ),
    ]
}
