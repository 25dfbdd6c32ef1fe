//! A user of the facade can turn on whatever a user of a provider crate can.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use cargo_metadata::Package;

use super::Objections;
use crate::workspace::{FACADE, Workspace};

/// The features of a crate: what each turns on.
type Features = BTreeMap<String, Vec<String>>;

pub(super) fn check(workspace: &Workspace) -> Result<Objections> {
    let members: BTreeMap<&str, &Features> = workspace.packages().map(features).collect();
    let facade = workspace.package(FACADE)?;
    let mut objections = Vec::new();
    for provider in workspace.providers()? {
        objections.extend(unreachable(&members, features(facade).1, provider));
    }
    Ok(objections)
}

fn features(package: &Package) -> (&str, &Features) {
    (package.name.as_str(), &package.features)
}

/// The features of a provider that no feature of the facade turns on.
fn unreachable(members: &BTreeMap<&str, &Features>, facade: &Features, provider: &str) -> Objections {
    let Some(offered) = members.get(provider) else {
        return vec![format!("{provider} is no member of the workspace")];
    };
    let mut by_the_facade = BTreeSet::new();
    for name in facade.keys() {
        collect(members, FACADE, name, &mut by_the_facade);
    }
    let missing = offered.keys().filter(|name| *name != "default").filter(|name| {
        let mut turned_on = BTreeSet::new();
        collect(members, provider, name, &mut turned_on);
        !turned_on.is_subset(&by_the_facade)
    });
    missing
        .map(|name| {
            format!(
                "feature `{name}` of {provider} cannot be turned on through {FACADE}: forward it as `{provider}?/{name}`"
            )
        })
        .collect()
}

/// What a feature turns on in the end, here and below. One that only forwards to others stands for them.
fn collect<'a>(
    members: &BTreeMap<&'a str, &'a Features>,
    package: &'a str,
    feature: &'a str,
    into: &mut BTreeSet<(&'a str, &'a str)>,
) {
    let items = members.get(package).and_then(|features| features.get(feature));
    let forwards = items.into_iter().flatten().map(|item| match item.split_once('/') {
        Some((below, feature)) => (below.trim_end_matches('?'), feature),
        None => (package, item.as_str()),
    });
    let (below, outside): (Vec<_>, Vec<_>) =
        forwards.partition(|(package, feature)| members.contains_key(package) && !feature.starts_with("dep:"));
    if below.is_empty() || !outside.is_empty() {
        into.insert((package, feature));
    }
    for (package, feature) in below {
        collect(members, package, feature, into);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(list: &[(&str, &[&str])]) -> Features {
        let owned = |(name, items): &(&str, &[&str])| {
            (
                (*name).to_owned(),
                items.iter().map(|item| (*item).to_owned()).collect(),
            )
        };
        list.iter().map(owned).collect()
    }

    fn missing(facade: &Features, provider: &Features) -> Objections {
        let core = features(&[("rustls", &["dep:rustls"])]);
        let members = BTreeMap::from([(FACADE, facade), ("x-delete", provider), ("batchwise-core", &core)]);
        unreachable(&members, facade, "x-delete")
    }

    #[test]
    fn a_feature_that_the_facade_forwards_is_reachable() {
        let provider = features(&[("default", &[]), ("xml", &["dep:quick-xml"])]);
        assert!(missing(&features(&[("xml", &["x-delete?/xml"])]), &provider).is_empty());
    }

    #[test]
    fn a_feature_that_only_forwards_to_core_is_reachable_through_core() {
        let provider = features(&[("rustls", &["batchwise-core/rustls"])]);
        assert!(missing(&features(&[("rustls", &["batchwise-core/rustls"])]), &provider).is_empty());
    }

    #[test]
    fn a_forgotten_feature_is_named_with_what_to_do() {
        let provider = features(&[("xml", &["dep:quick-xml"])]);
        let objections = missing(&features(&[("x-delete", &["dep:x-delete"])]), &provider);
        assert_eq!(objections.len(), 1);
        assert!(objections[0].contains("`x-delete?/xml`"), "{objections:?}");
    }

    #[test]
    fn a_feature_that_turns_nothing_on_has_to_be_forwarded_by_name() {
        let provider = features(&[("strict", &[])]);
        assert_eq!(
            missing(&features(&[("rustls", &["batchwise-core/rustls"])]), &provider).len(),
            1
        );
        assert!(missing(&features(&[("strict", &["x-delete/strict"])]), &provider).is_empty());
    }
}
