//! Where the settings file is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::failure::Failure;

/// Names another settings file, which has to be there.
const VARIABLE: &str = "BATCHWISE_CONFIG";

/// Where the settings file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    path: PathBuf,
    named: bool,
}

impl Place {
    /// `BATCHWISE_CONFIG`, else the platform's place: `$XDG_CONFIG_HOME/batchwise/config.toml` or
    /// `~/.config/batchwise/config.toml`, on Windows `%APPDATA%\batchwise\config.toml`.
    pub(crate) fn find() -> Result<Self, Failure> {
        Self::named(std::env::var_os(VARIABLE)).map_or_else(Self::of_platform, Ok)
    }

    fn named(variable: Option<OsString>) -> Option<Self> {
        let path = variable.filter(|path| !path.is_empty())?;
        Some(Self {
            path: path.into(),
            named: true,
        })
    }

    fn of_platform() -> Result<Self, Failure> {
        let base = etcetera::choose_base_strategy().map_err(|error| {
            Failure::usage(format!("this user has no home directory ({error})"))
                .mend(format!("name a settings file in {VARIABLE}"))
        })?;
        Ok(Self {
            path: base.config_dir().join("batchwise").join("config.toml"),
            named: false,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// True when the user named it: then it has to be there.
    pub(crate) fn is_named(&self) -> bool {
        self.named
    }
}

/// A path as it is shown.
pub(crate) fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_names_nothing() {
        assert_eq!(Place::named(Some(OsString::new())), None);
        assert!(Place::named(Some("x.toml".into())).is_some_and(|place| place.is_named()));
    }
}
