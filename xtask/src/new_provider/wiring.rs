//! A new provider in the places that know all of them.

use anyhow::{Context, Result, bail};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, value};

use super::names::ProviderName;

/// The root manifest, with the crate among the workspace's own.
pub(super) fn root_manifest(manifest: &str, name: &ProviderName, before: &str) -> Result<String> {
    let mut document: DocumentMut = manifest.parse()?;
    let version = item(&mut document, &["workspace", "package", "version"])?
        .as_str()
        .context("no version")?
        .to_owned();
    let mut dependency = InlineTable::new();
    dependency.insert("path", format!("crates/{}", name.krate()).into());
    dependency.insert("version", version.into());
    dependency.insert("default-features", false.into());
    let dependencies = item(&mut document, &["workspace", "dependencies"])?
        .as_table_mut()
        .context("no [workspace.dependencies]")?;
    insert_before(dependencies, before, name.krate(), value(dependency));
    Ok(document.to_string())
}

/// The facade's manifest, with a feature that is on by default.
pub(super) fn facade_manifest(manifest: &str, name: &ProviderName, after: &str) -> Result<String> {
    let krate = name.krate();
    let mut document: DocumentMut = manifest.parse()?;
    let features = item(&mut document, &["features"])?
        .as_table_mut()
        .context("no [features]")?;
    let default = features
        .get_mut("default")
        .and_then(Item::as_array_mut)
        .context("no default features")?;
    let place = default
        .iter()
        .position(|feature| feature.as_str() == Some(after))
        .map_or(0, |place| place + 1);
    default.insert(place, krate);
    insert_after(
        features,
        after,
        krate,
        value(Array::from_iter([format!("dep:{krate}")])),
    );
    let mut dependency = InlineTable::new();
    dependency.insert("workspace", true.into());
    dependency.insert("optional", true.into());
    let dependencies = item(&mut document, &["dependencies"])?
        .as_table_mut()
        .context("no [dependencies]")?;
    insert_after(dependencies, after, krate, value(dependency));
    Ok(document.to_string())
}

/// `deny.toml`, with the mock server allowed for the crate's wire tests.
pub(super) fn deny(settings: &str, name: &ProviderName) -> Result<String> {
    let mut document: DocumentMut = settings.parse()?;
    let rules = item(&mut document, &["bans", "deny"])?
        .as_array_of_tables_mut()
        .context("deny.toml has no rules")?;
    let rule = rules
        .iter_mut()
        .find(|rule| rule.get("crate").and_then(Item::as_str) == Some("httpmock"));
    let wrappers = rule.and_then(|rule| rule.get_mut("wrappers")?.as_array_mut());
    wrappers
        .context("deny.toml has no rule for httpmock")?
        .push(name.krate());
    Ok(document.to_string())
}

/// The facade's code, with the crate re-exported.
pub(super) fn facade_code(code: &str, name: &ProviderName) -> String {
    format!(
        "{code}#[cfg(feature = \"{}\")]\npub use {};\n",
        name.krate(),
        name.module()
    )
}

/// The facade's README, with the feature in its table.
pub(super) fn facade_readme(readme: &str, name: &ProviderName) -> Result<String> {
    let marker = " | the provider of that name";
    let Some(place) = readme.find(marker) else {
        bail!("the facade's README has no row of provider features");
    };
    let (before, after) = readme.split_at(place);
    Ok(format!("{before}, `{}`{after}", name.krate()))
}

/// The root README, with a row in the table of providers.
pub(super) fn readme(readme: &str, name: &ProviderName) -> Result<String> {
    let last = readme.lines().rfind(|line| line.starts_with("| [`"));
    let last = last.context("README.md has no table of providers")?;
    let krate = name.krate();
    let row = format!("| [`{krate}`](crates/{krate}) | FILL IN | FILL IN | FILL IN |");
    Ok(readme.replacen(last, &format!("{last}\n{row}"), 1))
}

/// The changelog, with a line under what is new.
pub(super) fn changelog(text: &str, name: &ProviderName) -> Result<String> {
    let (head, unreleased) = text
        .split_once("## [Unreleased]")
        .context("CHANGELOG.md has no [Unreleased]")?;
    let line = format!("- `{}`: FILL IN.\n", name.krate());
    let section = unreleased.find("\n## ").unwrap_or(unreleased.len());
    let added = unreleased.find("### Added\n\n").filter(|place| *place < section);
    let written = match added {
        Some(place) => {
            let (before, after) = unreleased.split_at(place + "### Added\n\n".len());
            format!("{before}{line}{after}")
        }
        None => format!("\n\n### Added\n\n{line}{unreleased}"),
    };
    Ok(format!("{head}## [Unreleased]{written}"))
}

fn insert_before(table: &mut Table, before: &str, key: &str, item: Item) {
    place(table, key, item, |order| order.iter().position(|other| other == before));
}

fn insert_after(table: &mut Table, after: &str, key: &str, item: Item) {
    place(table, key, item, |order| {
        order.iter().position(|other| other == after).map(|place| place + 1)
    });
}

/// Inserts at a place among the keys, whose remarks stay with them.
fn place(table: &mut Table, key: &str, item: Item, at: impl Fn(&[String]) -> Option<usize>) {
    let mut order: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    let place = at(&order).unwrap_or(order.len());
    order.insert(place, key.to_owned());
    table.insert(key, item);
    let rank = |key: &str| order.iter().position(|other| other == key);
    table.sort_values_by(|a, _, b, _| rank(a.get()).cmp(&rank(b.get())));
}

/// What stands at a path of keys. Indexing would make what is not there.
fn item<'a>(document: &'a mut DocumentMut, path: &[&str]) -> Result<&'a mut Item> {
    let mut item = document.as_item_mut();
    for key in path {
        let table = item.as_table_like_mut();
        item = table
            .and_then(|table| table.get_mut(key))
            .with_context(|| format!("there is no `{}`", path.join(".")))?;
    }
    Ok(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name() -> ProviderName {
        "acme-contacts".parse().unwrap()
    }

    #[test]
    fn the_crate_stands_among_the_workspaces_own_and_remarks_stay() {
        let manifest = "[workspace.package]\nversion = \"0.3.0\"\n\n[workspace.dependencies]\n# Ours.\n\
                        a = { path = \"a\" }\nfacade = { path = \"f\" }\n\n# Others.\nserde = \"1\" # wire\n";
        assert_eq!(
            root_manifest(manifest, &name(), "facade").unwrap(),
            manifest.replace(
                "facade =",
                "acme-contacts = { path = \"crates/acme-contacts\", version = \"0.3.0\", default-features = false }\nfacade ="
            )
        );
    }

    #[test]
    fn the_facade_takes_it_by_a_feature_that_is_on() {
        let manifest = "[features]\ndefault = [\"x-a\", \"rustls\"]\n# Each.\nx-a = [\"dep:x-a\"]\n# TLS.\nrustls = []\n\n\
                        [dependencies]\nx-a = { workspace = true, optional = true }\n";
        assert_eq!(
            facade_manifest(manifest, &name(), "x-a").unwrap(),
            "[features]\ndefault = [\"x-a\", \"acme-contacts\", \"rustls\"]\n# Each.\nx-a = [\"dep:x-a\"]\n\
             acme-contacts = [\"dep:acme-contacts\"]\n# TLS.\nrustls = []\n\n[dependencies]\n\
             x-a = { workspace = true, optional = true }\nacme-contacts = { workspace = true, optional = true }\n"
        );
    }

    #[test]
    fn the_mock_server_is_allowed_for_its_tests() {
        let settings = "[[bans.deny]]\ncrate = \"httpmock\"\nwrappers = [\"x-a\"]\n";
        assert!(
            deny(settings, &name())
                .unwrap()
                .contains("[\"x-a\", \"acme-contacts\"]")
        );
    }

    #[test]
    fn the_papers_name_it() {
        let row = "| [`x-a`](crates/x-a) | a | b | c |\n\nmore\n";
        assert!(
            readme(row, &name())
                .unwrap()
                .contains("c |\n| [`acme-contacts`](crates/acme-contacts) |")
        );
        let row = "| `x-a` | the provider of that name; all by default |\n";
        assert!(
            facade_readme(row, &name())
                .unwrap()
                .starts_with("| `x-a`, `acme-contacts` | the provider")
        );
    }

    #[test]
    fn the_changelog_gets_a_line_in_what_is_not_released() {
        let with = "# C\n\n## [Unreleased]\n\n### Added\n\n- a\n\n## [0.1.0]\n\n### Added\n\n- b\n";
        assert!(
            changelog(with, &name())
                .unwrap()
                .contains("### Added\n\n- `acme-contacts`: FILL IN.\n- a\n")
        );
        let without = "# C\n\n## [Unreleased]\n\n## [0.1.0]\n\n### Added\n\n- b\n";
        let text = changelog(without, &name()).unwrap();
        assert!(
            text.contains("## [Unreleased]\n\n### Added\n\n- `acme-contacts`: FILL IN.\n\n\n## [0.1.0]"),
            "{text}"
        );
    }
}
