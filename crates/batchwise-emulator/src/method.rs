//! The methods that the emulator serves.

use std::fmt;

/// A provider: who shares a quota and a set of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Provider {
    /// Calltouch, both methods.
    Calltouch,
    /// Dellin, the address book and the logins.
    Dellin,
    /// Thulium, both campaign methods.
    Thulium,
}

impl Provider {
    /// The name in state files and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calltouch => "calltouch",
            Self::Dellin => "dellin",
            Self::Thulium => "thulium",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One method of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Calltouch: `POST /report-service/RestAPI/api/users-import/delete`.
    CalltouchImport,
    /// Calltouch: `POST /lead-service/v1/api/customfield/lead/add`.
    CalltouchLeads,
    /// Dellin: `POST /v2/book/delete.json` and `.xml`.
    DellinBook,
    /// Dellin: `POST /v3/auth/login.json`, `.xml` and `/v4/auth/login.json`.
    DellinLogin,
    /// Dellin: `POST /v3/auth/session_info.json` and `/v3/auth/logout.json`.
    DellinSession,
    /// Thulium: `DELETE /api/batch/crm_outbounds/:id/records`.
    ThuliumCustomers,
    /// Thulium: `DELETE /api/batch/outbounds/:id/records`.
    ThuliumPhones,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 7] = [
        Self::CalltouchImport,
        Self::CalltouchLeads,
        Self::DellinBook,
        Self::DellinLogin,
        Self::DellinSession,
        Self::ThuliumCustomers,
        Self::ThuliumPhones,
    ];

    /// The name in state files and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CalltouchImport => "calltouch-import",
            Self::CalltouchLeads => "calltouch-leads",
            Self::DellinBook => "dellin-book",
            Self::DellinLogin => "dellin-login",
            Self::DellinSession => "dellin-session",
            Self::ThuliumCustomers => "thulium-campaign",
            Self::ThuliumPhones => "thulium-phone",
        }
    }

    /// Whose method it is.
    #[must_use]
    pub const fn provider(self) -> Provider {
        match self {
            Self::CalltouchImport | Self::CalltouchLeads => Provider::Calltouch,
            Self::DellinBook | Self::DellinLogin | Self::DellinSession => Provider::Dellin,
            Self::ThuliumCustomers | Self::ThuliumPhones => Provider::Thulium,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
