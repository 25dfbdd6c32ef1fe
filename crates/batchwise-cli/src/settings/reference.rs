//! Where a setting's value is.

use std::path::{Path, PathBuf};

use super::{keyring, secret_file};
use crate::failure::Failure;

/// Where a setting's value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reference {
    /// Here.
    Value(String),
    /// In an environment variable of this name.
    Variable(String),
    /// In a file of its own.
    File(PathBuf),
    /// In the system's keyring, under this name.
    Keyring(String),
}

impl Reference {
    /// The value.
    pub(crate) fn resolve(&self) -> Result<String, Failure> {
        match self {
            Self::Value(value) => Ok(value.clone()),
            Self::Variable(name) => match std::env::var(name) {
                Ok(value) if !value.trim().is_empty() => Ok(value),
                _ => Err(Failure::usage(format!("the environment variable {name} is not set"))
                    .mend("set it, or say in the settings file where the value is (`batchwise config show`)")),
            },
            Self::File(path) => secret_file::read(path),
            Self::Keyring(name) => keyring::read(name),
        }
    }

    /// Where it is, in words.
    pub(crate) fn shown(&self) -> Option<String> {
        match self {
            Self::Value(_) => None,
            Self::Variable(name) => Some(format!("variable {name}")),
            Self::File(path) => Some(format!("file {}", path.display())),
            Self::Keyring(name) => Some(format!("keyring {name}")),
        }
    }
}

/// A path of the settings file: `~/` is the home directory, and what is relative is so to the settings file.
pub(super) fn path_beside(settings: &Path, text: &str) -> PathBuf {
    if let Some(rest) = text.strip_prefix("~/")
        && let Ok(home) = etcetera::home_dir()
    {
        return home.join(rest);
    }
    settings.parent().unwrap_or_else(|| Path::new("")).join(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_path_stands_beside_the_settings_file() {
        let settings = Path::new("/etc/batchwise/config.toml");
        assert_eq!(path_beside(settings, "token"), Path::new("/etc/batchwise/token"));
        assert_eq!(path_beside(settings, "/run/token"), Path::new("/run/token"));
        assert!(path_beside(settings, "~/token").ends_with("token"));
    }
}
