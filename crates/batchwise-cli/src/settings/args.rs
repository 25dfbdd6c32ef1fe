//! The flag.

use clap::Args;

/// Which settings are taken.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SettingsArgs {
    /// The profile of the settings file to take, in place of BATCHWISE_PROFILE and of the file's own choice
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
}

impl SettingsArgs {
    /// The profile that was asked for: by the flag, else by `BATCHWISE_PROFILE`.
    pub(crate) fn asked(&self) -> Option<String> {
        let variable = || std::env::var("BATCHWISE_PROFILE").ok();
        let profile = self.profile.clone().or_else(variable);
        profile.filter(|name| !name.trim().is_empty())
    }
}
