//! The root manifest with another version in it, and nothing else changed.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use semver::{Prerelease, Version};
use toml_edit::{DocumentMut, Item, TableLike, value};

/// The manifest with this version for the workspace and for every member that others depend on.
pub(super) fn with_version(manifest: &str, members: &BTreeSet<&str>, version: &Version) -> Result<String> {
    let mut document: DocumentMut = manifest.parse().context("Cargo.toml is no TOML")?;
    let workspace = table(document.as_table_mut(), "workspace")?;
    replace(table(workspace, "package")?, version.to_string())?;
    let dependencies = table(workspace, "dependencies")?;
    let own: Vec<String> = dependencies
        .iter()
        .map(|(name, _)| name.to_owned())
        .filter(|name| members.contains(name.as_str()))
        .collect();
    for name in own {
        let dependency = table(dependencies, &name)?;
        if dependency.contains_key("version") {
            replace(dependency, requirement(version))?;
        }
    }
    Ok(document.to_string())
}

/// Any pre-release may break the one before it, so it is wanted exactly.
fn requirement(version: &Version) -> String {
    let exactly = if version.pre == Prerelease::EMPTY { "" } else { "=" };
    format!("{exactly}{version}")
}

/// The table at a key. Indexing would make one where there is none.
fn table<'a>(parent: &'a mut dyn TableLike, key: &str) -> Result<&'a mut dyn TableLike> {
    let item = parent
        .get_mut(key)
        .with_context(|| format!("Cargo.toml has no `{key}`"))?;
    item.as_table_like_mut()
        .with_context(|| format!("Cargo.toml: `{key}` is no table"))
}

/// Another value for `version`, in the same place with the same space around it.
fn replace(table: &mut dyn TableLike, version: String) -> Result<()> {
    let Some(item @ Item::Value(_)) = table.get_mut("version") else {
        bail!("Cargo.toml: there is no `version` to replace");
    };
    let decor = item.as_value().map(|old| old.decor().clone());
    *item = value(version);
    if let (Some(new), Some(decor)) = (item.as_value_mut(), decor) {
        *new.decor_mut() = decor;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[workspace]\nmembers = [\"a\"] # all\n\n[workspace.package]\nversion = \"0.1.0\" # of all\n\n\
                            [workspace.dependencies]\na = { path = \"a\", version = \"0.1.0\", default-features = false }\n\
                            b = { path = \"b\" } # tests\nserde = \"0.1.0\" # not ours\n";

    fn bumped(version: &str) -> String {
        with_version(MANIFEST, &BTreeSet::from(["a", "b"]), &version.parse().unwrap()).unwrap()
    }

    #[test]
    fn only_our_versions_change_and_every_remark_stays() {
        assert_eq!(
            bumped("0.2.0"),
            MANIFEST
                .replace("version = \"0.1.0\" # of all", "version = \"0.2.0\" # of all")
                .replace(
                    "a = { path = \"a\", version = \"0.1.0\"",
                    "a = { path = \"a\", version = \"0.2.0\""
                )
        );
    }

    #[test]
    fn a_pre_release_is_wanted_exactly() {
        let manifest = bumped("0.2.0-rc.1");
        assert!(manifest.contains("version = \"0.2.0-rc.1\" # of all"), "{manifest}");
        assert!(manifest.contains("version = \"=0.2.0-rc.1\", default"), "{manifest}");
    }

    #[test]
    fn a_manifest_without_the_place_is_an_error_and_gets_none() {
        let error = with_version("[workspace]\n", &BTreeSet::new(), &Version::new(1, 0, 0)).unwrap_err();
        assert!(error.to_string().contains("`package`"), "{error}");
    }
}
