//! Programs of users, built and run from the packages alone.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::cmd;

use super::built_alike;
use super::crates::unpack;
use crate::readme;
use crate::workspace::{FACADE, Workspace};

/// A program with one provider and no facade.
const ONE_PROVIDER: &str = include_str!("../../consumers/one_provider.rs");

/// Builds and runs a program on the facade, and one on a provider crate alone.
pub(crate) fn consume(workspace: &Workspace) -> Result<()> {
    let folder = workspace.target().join("consumers");
    let packages = unpack(workspace, &folder.join("packages"))?;
    let version = &workspace.package(FACADE)?.version;

    let facade_readme = packages
        .iter()
        .find(|(name, _)| name == FACADE)
        .map(|(_, place)| place.join("README.md"));
    let facade_readme = workspace
        .shell()
        .read_file(facade_readme.context("the facade is not packaged")?)?;
    let example = readme::program(&facade_readme).context("the facade's README has no program")?;
    let providers: Vec<String> = workspace
        .providers()?
        .iter()
        .map(|name| name.replace('-', "_"))
        .collect();
    let facade = Consumer {
        name: "on-the-facade",
        dependencies: format!(
            "batchwise = {{ version = \"={version}\", features = [\"test-util\"] }}\n\
             futures-util = {{ version = \"0.3\", default-features = false }}\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n"
        ),
        main: format!(
            "#[allow(unused_imports)]\nuse batchwise::{{{} as _}};\n{example}",
            providers.join(" as _, ")
        ),
    };
    let one = Consumer {
        name: "on-one-provider",
        dependencies: format!(
            "batchwise-core = {{ version = \"={version}\", default-features = false }}\n\
             thulium-campaign = {{ version = \"={version}\" }}\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n"
        ),
        main: ONE_PROVIDER.to_owned(),
    };
    for consumer in [facade, one] {
        consumer.run(workspace, &folder, &packages)?;
    }
    Ok(())
}

/// A project outside the workspace.
struct Consumer {
    name: &'static str,
    dependencies: String,
    main: String,
}

impl Consumer {
    fn run(&self, workspace: &Workspace, folder: &Path, packages: &[(String, PathBuf)]) -> Result<()> {
        let shell = workspace.shell();
        let project = folder.join(self.name);
        shell.create_dir(project.join("src"))?;
        shell.write_file(project.join("Cargo.toml"), self.manifest(packages)?)?;
        shell.write_file(project.join("src/main.rs"), &self.main)?;
        // The same versions of everything else, which are here already.
        shell.copy_file("Cargo.lock", project.join("Cargo.lock"))?;
        // What the packages were built with is there, and is good for their users too.
        let target = workspace.target();
        let _there = shell.push_dir(&project);
        built_alike(cmd!(shell, "cargo run --quiet --target-dir {target}"))
            .run()
            .with_context(|| format!("the program {} does not work from the packages", self.name))
    }

    fn manifest(&self, packages: &[(String, PathBuf)]) -> Result<String> {
        let mut manifest = format!(
            "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[workspace]\n\n\
             [dependencies]\n{}\n[patch.crates-io]\n",
            self.name, self.dependencies
        );
        for (name, place) in packages {
            let place = place.to_str().context("a path that is no text")?;
            manifest.push_str(&format!("{name} = {{ path = {} }}\n", toml_edit::Value::from(place)));
        }
        Ok(manifest)
    }
}
