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

/// Removes what cargo unpacked of these packages (name and version), and with it whatever the target folder says was built
/// of them. Cargo unpacks packages where it verifies some that need each other, and takes what lies there from an earlier
/// time for the same, as long as the version is.
pub(crate) fn forget_unpacked(home: &Path, target: &Path, packages: &[(String, String)]) -> Result<()> {
    for registry in folders(&home.join("registry").join("src")) {
        for (name, version) in packages {
            let stale = registry.join(format!("{name}-{version}"));
            if !stale.exists() {
                continue;
            }
            remove(&stale)?;
            // A name, a hyphen and a hash, which has none.
            let of_it = |folder: &&PathBuf| {
                let file = folder.file_name().and_then(|file| file.to_str());
                file.and_then(|file| file.rsplit_once('-'))
                    .is_some_and(|(stem, _)| stem == name)
            };
            let built = folders(&target.join("debug").join(".fingerprint"));
            built.iter().filter(of_it).try_for_each(|folder| remove(folder))?;
        }
    }
    Ok(())
}

fn folders(place: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(place).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

fn remove(folder: &Path) -> Result<()> {
    std::fs::remove_dir_all(folder).with_context(|| format!("{} cannot be removed", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_unpacked_of_a_package_is_forgotten_with_what_was_built_of_it_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let (home, target) = (directory.path().join("home"), directory.path().join("target"));
        let unpacked = |name: &str| home.join("registry/src").join(name);
        let built = |name: &str| target.join("debug/.fingerprint").join(name);
        for name in [
            "-1/core-0.1.0/src",
            "-2/core-0.1.0",
            "-2/core-0.1.1",
            "-2/core-0.1.0-rc",
        ] {
            std::fs::create_dir_all(unpacked(name)).unwrap();
        }
        for name in ["core-12ab", "core-34cd", "core-common-12ab"] {
            std::fs::create_dir_all(built(name)).unwrap();
        }
        let packages = [("core".to_owned(), "0.1.0".to_owned())];
        forget_unpacked(&home, &target, &packages).unwrap();
        assert!(!unpacked("-1/core-0.1.0").exists() && !unpacked("-2/core-0.1.0").exists());
        assert!(unpacked("-2/core-0.1.1").exists() && unpacked("-2/core-0.1.0-rc").exists());
        assert!(!built("core-12ab").exists() && !built("core-34cd").exists() && built("core-common-12ab").exists());
        // What is not unpacked was not built of it.
        std::fs::create_dir_all(built("core-12ab")).unwrap();
        forget_unpacked(&home, &target, &packages).unwrap();
        assert!(built("core-12ab").exists());
        forget_unpacked(&directory.path().join("nowhere"), &target, &packages).unwrap();
    }
}
