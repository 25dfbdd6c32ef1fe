//! Where cargo keeps what it fetched.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folder, as cargo finds it.
pub(crate) fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        return Ok(home.into());
    }
    let home = std::env::home_dir().context("there is no home directory")?;
    Ok(home.join(".cargo"))
}

/// Removes what cargo unpacked of these packages (`NAME-VERSION`). It does so where it verifies packages that need each
/// other, and takes what lies there from an earlier time for the same, as long as the version is.
pub(crate) fn forget_unpacked(home: &Path, stems: &[String]) -> Result<()> {
    let Ok(registries) = std::fs::read_dir(home.join("registry").join("src")) else {
        return Ok(());
    };
    for registry in registries {
        let registry = registry?.path();
        for stale in stems
            .iter()
            .map(|stem| registry.join(stem))
            .filter(|place| place.exists())
        {
            std::fs::remove_dir_all(&stale).with_context(|| format!("{} cannot be removed", stale.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_unpacked_of_a_package_is_forgotten_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let place = |name: &str| home.path().join("registry/src").join(name);
        for name in [
            "-1/core-0.1.0/src",
            "-2/core-0.1.0",
            "-2/core-0.1.1",
            "-2/core-0.1.0-rc",
        ] {
            std::fs::create_dir_all(place(name)).unwrap();
        }
        forget_unpacked(home.path(), &["core-0.1.0".to_owned()]).unwrap();
        assert!(!place("-1/core-0.1.0").exists() && !place("-2/core-0.1.0").exists());
        assert!(place("-2/core-0.1.1").exists() && place("-2/core-0.1.0-rc").exists());
        forget_unpacked(&home.path().join("nowhere"), &["core-0.1.0".to_owned()]).unwrap();
    }
}
