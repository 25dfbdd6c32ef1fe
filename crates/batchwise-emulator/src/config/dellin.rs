//! Dellin: credentials, sessions and the address book.

use serde::Deserialize;

use super::id_set::NumberSet;
use super::space_config::SpaceConfig;

/// Credentials and sessions. By default any non-empty ones are accepted, and a session lives until it is logged out.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DellinConfig {
    /// The appkeys accepted; none given means any.
    pub appkeys: Vec<String>,
    /// The accounts that may log in with a password (v3); none given means any.
    pub accounts: Vec<Account>,
    /// The personal access tokens that may log in (v4); none given means any.
    pub pats: Vec<String>,
    /// Sessions that are open at the start. With any of these or a lifetime given, a session that neither stands here nor
    /// came from a login is refused.
    pub sessions: Vec<String>,
    /// A session dies after so many answered calls.
    pub session_calls: Option<u64>,
    /// A session dies after so many seconds, at most a century.
    pub session_seconds: Option<u64>,
    /// True when a login ends the older sessions. Default: false (not documented).
    pub single_session: bool,
}

impl std::fmt::Debug for DellinConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DellinConfig")
            .field("session_calls", &self.session_calls)
            .field("session_seconds", &self.session_seconds)
            .field("single_session", &self.single_session)
            .finish_non_exhaustive()
    }
}

impl DellinConfig {
    /// True when only known sessions are accepted.
    pub(crate) const fn knows_its_sessions(&self) -> bool {
        !self.sessions.is_empty()
            || self.session_calls.is_some()
            || self.session_seconds.is_some()
            || self.single_session
    }
}

/// A login and its password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The login.
    pub login: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").finish_non_exhaustive()
    }
}

/// The four number spaces of the address book; a kind that is not narrowed knows every id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BookConfig {
    /// Counteragents.
    pub counteragents: SpaceConfig<NumberSet>,
    /// Addresses.
    pub addresses: SpaceConfig<NumberSet>,
    /// Phones.
    pub phones: SpaceConfig<NumberSet>,
    /// Contact persons.
    pub contacts: SpaceConfig<NumberSet>,
    /// The counteragents that are anonymous receivers.
    pub anonymous: NumberSet,
    /// When counteragents and addresses were last updated, for lists; the first rule that holds. Others were updated on
    /// 2024-06-01.
    pub updated: Vec<UpdateRule>,
}

/// When objects were last updated.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateRule {
    /// The time as lists give it: `2023-05-18 17:23:58`.
    pub at: String,
    /// Counteragents.
    #[serde(default)]
    pub counteragents: NumberSet,
    /// Addresses, with their phones and contact persons.
    #[serde(default)]
    pub addresses: NumberSet,
}
