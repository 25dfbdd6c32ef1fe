//! Why a job stopped early, and what helps.

use batchwise::{CallError, Reason, ReasonKind};

/// Why the job stopped, and what helps. Where records are contacts nothing that the provider says is repeated; it stands with
/// the outcomes.
pub(super) fn stopped(stop: &Reason, contacts: bool) -> String {
    let status = stop.error().and_then(CallError::status);
    match stop.kind() {
        ReasonKind::Input => stop.text().unwrap_or("the input cannot be read").to_owned(),
        ReasonKind::Cancelled => "stopped early: interrupted".to_owned(),
        ReasonKind::Deadline => "stopped early: the deadline came".to_owned(),
        ReasonKind::Limit => "stopped early: --limit".to_owned(),
        ReasonKind::WrongTarget => format!("stopped early: {stop} (--allow-missing goes on)"),
        // A provider that refuses records may quote a contact.
        kind if kind == ReasonKind::Refused || contacts && status.is_some() => {
            let status = status.map_or_else(String::new, |status| format!(" (HTTP {})", status.as_u16()));
            format!("stopped early: {}{status}", Reason::new(kind))
        }
        _ => format!("stopped early: {stop}"),
    }
}

#[cfg(test)]
mod tests {
    use batchwise::transport::Answer;
    use http::StatusCode;

    use super::*;

    #[test]
    fn where_records_are_contacts_the_providers_words_are_not_repeated() {
        let answer = Answer::of(StatusCode::UNAUTHORIZED, "+79157771122");
        let error = CallError::of_status(&answer).with_message("who is +79157771122?");
        let stop = Reason::from_error(ReasonKind::Credentials, error);
        assert!(stopped(&stop, false).contains("who is"));
        assert_eq!(stopped(&stop, true), "stopped early: credentials refused (HTTP 401)");
    }
}
