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
    /// Dellin: `POST /v2/book/counteragents.json`, `addresses.json` and `contacts.json`.
    DellinLists,
    /// Thulium: `DELETE /api/batch/crm_outbounds/:id/records`.
    ThuliumCustomers,
    /// Thulium: `DELETE /api/batch/outbounds/:id/records`.
    ThuliumPhones,
    /// Thulium: `GET /api/crm_outbounds/:id/records` and `/api/outbounds/:id/records`.
    ThuliumLists,
    /// Thulium: `GET /api/outbounds/stats`.
    ThuliumStats,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 10] = [
        Self::CalltouchImport,
        Self::CalltouchLeads,
        Self::DellinBook,
        Self::DellinLogin,
        Self::DellinSession,
        Self::DellinLists,
        Self::ThuliumCustomers,
        Self::ThuliumPhones,
        Self::ThuliumLists,
        Self::ThuliumStats,
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
            Self::DellinLists => "dellin-lists",
            Self::ThuliumCustomers => "thulium-campaign",
            Self::ThuliumPhones => "thulium-phone",
            Self::ThuliumLists => "thulium-lists",
            Self::ThuliumStats => "thulium-stats",
        }
    }

    /// Whose method it is.
    #[must_use]
    pub const fn provider(self) -> Provider {
        match self {
            Self::CalltouchImport | Self::CalltouchLeads => Provider::Calltouch,
            Self::DellinBook | Self::DellinLogin | Self::DellinSession | Self::DellinLists => Provider::Dellin,
            Self::ThuliumCustomers | Self::ThuliumPhones | Self::ThuliumLists | Self::ThuliumStats => Provider::Thulium,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
