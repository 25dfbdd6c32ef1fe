//! Why an outcome is what it is, and why a job stopped.

use std::fmt;
use std::sync::Arc;

use crate::error::CallError;
use crate::reply::Statement;

/// What kind of reason it is. Decide by this, never by the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReasonKind {
    /// The provider said it of this record, alone or by name.
    Provider,
    /// The record is not valid here; it was never sent.
    Validation,
    /// A call that may have acted ended without a readable answer.
    Ambiguous,
    /// The answer did not mention the record.
    Silent,
    /// The answer said two different things of the record.
    Conflict,
    /// The answer's number of results is not that of the records.
    Misaligned,
    /// What the answer said of the record cannot be read as an outcome.
    Unclear,
    /// Credentials were refused.
    Credentials,
    /// The server did not prove who it is.
    Untrusted,
    /// The campaign or the method's address is not there.
    Target,
    /// Every record of the first batches was "not found": the list may be for another campaign or account.
    WrongTarget,
    /// The provider's quota is spent.
    Quota,
    /// The job's budget of retries is spent.
    Budget,
    /// The provider refuses every request.
    Refused,
    /// The deadline came.
    Deadline,
    /// The job was asked to stop.
    Cancelled,
    /// The job was limited to fewer records.
    Limit,
    /// The input could not be read on.
    Input,
    /// The journal could not be read or written.
    Journal,
    /// An earlier run of the job may have sent it, and ended before it could note what came of it.
    Interrupted,
}

impl ReasonKind {
    /// The word for it in outputs: snake_case, stable.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Validation => "validation",
            Self::Ambiguous => "ambiguous",
            Self::Silent => "silent",
            Self::Conflict => "conflict",
            Self::Misaligned => "misaligned",
            Self::Unclear => "unclear",
            Self::Credentials => "credentials",
            Self::Untrusted => "untrusted",
            Self::Target => "target",
            Self::WrongTarget => "wrong_target",
            Self::Quota => "quota",
            Self::Budget => "budget",
            Self::Refused => "refused",
            Self::Deadline => "deadline",
            Self::Cancelled => "cancelled",
            Self::Limit => "limit",
            Self::Input => "input",
            Self::Journal => "journal",
            Self::Interrupted => "interrupted",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Provider => "refused by the provider",
            Self::Validation => "not valid",
            Self::Ambiguous => "a call that carried it may have acted, and its answer was lost",
            Self::Silent => "the answer does not mention it",
            Self::Conflict => "the answer says two different things of it",
            Self::Misaligned => "the answer has another number of results than the request had records",
            Self::Unclear => "the answer cannot be read as an outcome",
            Self::Credentials => "credentials refused",
            Self::Untrusted => "the server is not trusted",
            Self::Target => "target not found",
            Self::WrongTarget => "nothing was found so far: wrong campaign or account?",
            Self::Quota => "quota spent",
            Self::Budget => "retry budget spent",
            Self::Refused => "the provider refuses every request",
            Self::Deadline => "deadline",
            Self::Cancelled => "cancelled",
            Self::Limit => "limit",
            Self::Input => "input failed",
            Self::Journal => "journal failed",
            Self::Interrupted => "an earlier run may have sent it, and ended before its answer was noted",
        }
    }
}

/// Why: a kind, the provider's own words, and the call's error behind it. Opaque and cheap to clone.
#[derive(Clone)]
pub struct Reason(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ReasonKind,
    text: Option<String>,
    code: Option<String>,
    error: Option<CallError>,
}

impl Reason {
    fn of(kind: ReasonKind, text: Option<String>, code: Option<String>, error: Option<CallError>) -> Self {
        Self(Arc::new(Inner {
            kind,
            text,
            code,
            error,
        }))
    }

    /// A reason without words of its own.
    #[must_use]
    pub fn new(kind: ReasonKind) -> Self {
        Self::of(kind, None, None, None)
    }

    /// A reason in words, secrets masked.
    pub fn with_text(kind: ReasonKind, text: impl Into<String>) -> Self {
        Self::of(kind, Some(text.into()), None, None)
    }

    /// A reason with the call's error behind it.
    #[must_use]
    pub fn from_error(kind: ReasonKind, error: CallError) -> Self {
        Self::of(kind, None, None, Some(error))
    }

    /// A reason in the provider's words for one record, with the call's error behind it.
    pub fn provider(text: impl Into<String>, error: CallError) -> Self {
        Self::of(
            ReasonKind::Provider,
            Some(text.into()),
            error.code().map(str::to_owned),
            Some(error),
        )
    }

    /// A reason out of a statement's own words.
    #[must_use]
    pub fn stated(kind: ReasonKind, statement: &Statement) -> Self {
        Self::of(kind, statement.text.clone(), statement.code.clone(), None)
    }

    /// The same with the words of a statement that did not settle it.
    pub(crate) fn with_words_of(self, statement: &Statement) -> Self {
        match &statement.text {
            None => self,
            Some(text) => Self::of(
                self.0.kind,
                Some(format!("{text} (an earlier call may have done it)")),
                statement.code.clone(),
                self.0.error.clone(),
            ),
        }
    }

    /// True when both say the same. Two errors of calls are the same only as one reason.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let (one, two) = (&*self.0, &*other.0);
        Arc::ptr_eq(&self.0, &other.0)
            || (one.error.is_none()
                && two.error.is_none()
                && (one.kind, &one.text, &one.code) == (two.kind, &two.text, &two.code))
    }

    /// What kind of reason it is.
    #[must_use]
    pub fn kind(&self) -> ReasonKind {
        self.0.kind
    }

    /// The words of the provider, or of the check that failed.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.0
            .text
            .as_deref()
            .or_else(|| self.0.error.as_ref().and_then(CallError::message))
    }

    /// The provider's code.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0
            .code
            .as_deref()
            .or_else(|| self.0.error.as_ref().and_then(CallError::code))
    }

    /// The error of the call behind it.
    #[must_use]
    pub fn error(&self) -> Option<&CallError> {
        self.0.error.as_ref()
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.kind, &self.0.text) {
            // The provider's own words say it best.
            (ReasonKind::Provider | ReasonKind::Validation, Some(text)) => f.write_str(text)?,
            (kind, Some(text)) => write!(f, "{}: {text}", kind.sentence())?,
            (kind, None) => f.write_str(kind.sentence())?,
        }
        match (&self.0.text, &self.0.error) {
            (None, Some(error)) => write!(f, ": {error}"),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reason({}: {self})", self.0.kind.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::reply::Said;

    const ALL: [ReasonKind; 20] = [
        ReasonKind::Provider,
        ReasonKind::Validation,
        ReasonKind::Ambiguous,
        ReasonKind::Silent,
        ReasonKind::Conflict,
        ReasonKind::Misaligned,
        ReasonKind::Unclear,
        ReasonKind::Credentials,
        ReasonKind::Untrusted,
        ReasonKind::Target,
        ReasonKind::WrongTarget,
        ReasonKind::Quota,
        ReasonKind::Budget,
        ReasonKind::Refused,
        ReasonKind::Deadline,
        ReasonKind::Cancelled,
        ReasonKind::Limit,
        ReasonKind::Input,
        ReasonKind::Journal,
        ReasonKind::Interrupted,
    ];

    #[test]
    fn every_kind_has_a_word_and_a_sentence_of_its_own() {
        let words: HashSet<&str> = ALL.into_iter().map(ReasonKind::as_str).collect();
        let sentences: HashSet<String> = ALL.into_iter().map(|kind| Reason::new(kind).to_string()).collect();
        assert_eq!((words.len(), sentences.len()), (ALL.len(), ALL.len()));
        let snake = |word: &&str| word.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase());
        assert!(words.iter().all(snake), "{words:?}");
    }

    #[test]
    fn a_providers_own_words_stand_alone_and_others_behind_the_kind() {
        assert_eq!(
            Reason::with_text(ReasonKind::Provider, "no such log").to_string(),
            "no such log"
        );
        assert_eq!(
            Reason::with_text(ReasonKind::Input, "line 7").to_string(),
            "input failed: line 7"
        );
    }

    #[test]
    fn text_and_code_are_those_of_the_call_where_there_are_no_others() {
        let error = CallError::local("too long").with_code("7");
        let reason = Reason::from_error(ReasonKind::Validation, error.clone());
        assert_eq!((reason.text(), reason.code()), (Some("too long"), Some("7")));
        assert_eq!(reason.error().map(CallError::kind), Some(error.kind()));
        let reason = Reason::provider("line 3 is bad", error);
        assert_eq!((reason.text(), reason.code()), (Some("line 3 is bad"), Some("7")));
    }

    #[test]
    fn what_is_said_of_a_record_in_doubt_is_told_with_the_doubt() {
        let refused = Statement::new(Said::Refused { conclusive: false })
            .with_text("not found")
            .with_code("4");
        let reason = Reason::new(ReasonKind::Ambiguous).with_words_of(&refused);
        assert_eq!(reason.kind(), ReasonKind::Ambiguous);
        assert_eq!(reason.text(), Some("not found (an earlier call may have done it)"));
        assert_eq!(reason.code(), Some("4"));
        let silent = Statement::new(Said::Refused { conclusive: false });
        assert_eq!(Reason::new(ReasonKind::Ambiguous).with_words_of(&silent).text(), None);
    }

    #[test]
    fn debug_names_the_kind() {
        assert_eq!(
            format!("{:?}", Reason::new(ReasonKind::Quota)),
            "Reason(quota: quota spent)"
        );
    }
}
