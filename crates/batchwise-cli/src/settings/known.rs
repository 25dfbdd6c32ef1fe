//! Every setting there is.

use std::fmt;

/// A provider's settings: those of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Provider {
    Calltouch,
    Dellin,
    Thulium,
}

/// How a setting is kept and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Stands in the file and is shown.
    Plain,
    /// May stand in the file; it is shown but for its last characters.
    Contact,
    /// Never stands in the file: a file of its own, a variable or the keyring holds it. It is never shown.
    Secret,
}

/// One setting.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Its name in the settings file.
    pub(crate) name: &'static str,
    /// The environment variable that goes before it.
    pub(crate) variable: &'static str,
    pub(crate) kind: Kind,
}

const fn setting(name: &'static str, variable: &'static str, kind: Kind) -> Setting {
    Setting { name, variable, kind }
}

const CALLTOUCH: &[Setting] = &[
    setting("token", "CALLTOUCH_TOKEN", Kind::Secret),
    setting("site_id", "CALLTOUCH_SITE_ID", Kind::Plain),
    setting("base_url", "CALLTOUCH_BASE_URL", Kind::Plain),
];

const DELLIN: &[Setting] = &[
    setting("appkey", "DELLIN_APPKEY", Kind::Secret),
    setting("session", "DELLIN_SESSION", Kind::Secret),
    setting("login", "DELLIN_LOGIN", Kind::Contact),
    setting("password", "DELLIN_PASSWORD", Kind::Secret),
    setting("pat", "DELLIN_PAT", Kind::Secret),
    setting("base_url", "DELLIN_BASE_URL", Kind::Plain),
];

const THULIUM: &[Setting] = &[
    setting("system", "THULIUM_SYSTEM", Kind::Plain),
    setting("base_url", "THULIUM_BASE_URL", Kind::Plain),
    setting("user", "THULIUM_USER", Kind::Plain),
    setting("password", "THULIUM_PASSWORD", Kind::Secret),
];

impl Provider {
    pub(crate) const ALL: [Self; 3] = [Self::Calltouch, Self::Dellin, Self::Thulium];

    /// Its name in the settings file and on the command line.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Calltouch => "calltouch",
            Self::Dellin => "dellin",
            Self::Thulium => "thulium",
        }
    }

    /// Its settings, in the order in which they are shown.
    pub(crate) const fn settings(self) -> &'static [Setting] {
        match self {
            Self::Calltouch => CALLTOUCH,
            Self::Dellin => DELLIN,
            Self::Thulium => THULIUM,
        }
    }

    /// Settings of which one group is enough, the first before the others. A group that is whole in a source of higher rank
    /// puts the others out of action, so that two accounts are never mixed.
    pub(crate) const fn alternatives(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Calltouch => &[],
            Self::Dellin => &[&["session"], &["login", "password"], &["pat"]],
            Self::Thulium => &[&["base_url"], &["system"]],
        }
    }

    /// The setting of this name.
    pub(crate) fn setting(self, name: &str) -> Option<&'static Setting> {
        self.settings().iter().find(|setting| setting.name == name)
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
