//! The program, so that the same commit gives the same bytes wherever it is built.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::camino::Utf8Path;
use xshell::{Cmd, cmd};

use crate::cargo_home::cargo_home;
use crate::tool::{CARGO_AUDITABLE, CARGO_CYCLONEDX};
use crate::workspace::{COMMAND, Workspace};

/// A build for one platform.
pub(super) struct Build<'a> {
    workspace: &'a Workspace,
    target: &'a str,
    /// The time that everything is of: that of the commit, or what `SOURCE_DATE_EPOCH` says.
    epoch: u64,
}

impl<'a> Build<'a> {
    /// For this platform.
    pub(super) fn new(workspace: &'a Workspace, target: &'a str) -> Result<Self> {
        let told = match std::env::var("SOURCE_DATE_EPOCH") {
            Ok(told) => told,
            Err(_) => cmd!(workspace.shell(), "git log -1 --format=%ct").quiet().read()?,
        };
        let epoch = told
            .trim()
            .parse()
            .context("SOURCE_DATE_EPOCH is no number of seconds")?;
        Ok(Self {
            workspace,
            target,
            epoch,
        })
    }

    /// The time of everything, in seconds since 1970.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Builds the command, with the list of its dependencies inside.
    pub(super) fn command(&self) -> Result<PathBuf> {
        let auditable = self.auditable()?;
        let target = self.target;
        let place = self.workspace.target().join("dist-build");
        let cargo = cmd!(
            self.workspace.shell(),
            "{auditable} auditable build --release --locked -p {COMMAND} --target {target} --target-dir {place}"
        );
        self.reproducible(cargo)?.run()?;
        let name = if target.contains("windows") {
            "batchwise.exe"
        } else {
            "batchwise"
        };
        Ok(place.join(target).join("release").join(name))
    }

    /// The wrapper of the compiler, in a place that does not depend on the checkout: cargo takes its path into the names of
    /// the workspace's symbols, and so into the program.
    fn auditable(&self) -> Result<PathBuf> {
        let tool = CARGO_AUDITABLE.get(self.workspace)?;
        // One that `PATH` finds is named without its place.
        let (true, Some(name)) = (tool.is_absolute(), tool.file_name()) else {
            return Ok(tool);
        };
        let shell = self.workspace.shell();
        let place = std::env::temp_dir().join("batchwise-dist");
        shell.create_dir(&place)?;
        let copy = place.join(name);
        // A new file each time: the old one may be running for another checkout.
        shell.remove_path(&copy)?;
        shell.copy_file(&tool, &copy)?;
        Ok(copy)
    }

    /// The bill of materials of the command, beside its manifest; gives the file.
    pub(super) fn bill(&self, name: &str) -> Result<PathBuf> {
        let cyclonedx = CARGO_CYCLONEDX.get(self.workspace)?;
        let manifest = self.workspace.package(COMMAND)?.manifest_path.clone();
        let target = self.target;
        let cargo = cmd!(
            self.workspace.shell(),
            "{cyclonedx} cyclonedx --manifest-path {manifest} --format json --spec-version 1.5 --target {target} --override-filename {name}"
        );
        self.reproducible(cargo)?.run()?;
        let bill = |manifest: &Utf8Path| manifest.with_file_name(format!("{name}.json"));
        // One is written for every member, wanted or not.
        for other in self
            .workspace
            .packages()
            .filter(|package| package.manifest_path != manifest)
        {
            self.workspace.shell().remove_path(bill(&other.manifest_path))?;
        }
        Ok(bill(&manifest).into_std_path_buf())
    }

    /// Without the places and the time of this machine.
    fn reproducible<'b>(&self, cargo: Cmd<'b>) -> Result<Cmd<'b>> {
        let root = self.workspace.root();
        let home = cargo_home()?;
        let flags = format!(
            "--remap-path-prefix={}=/cargo --remap-path-prefix={}=/batchwise",
            home.display(),
            root.display()
        );
        let mut cargo = cargo
            .env("SOURCE_DATE_EPOCH", self.epoch.to_string())
            .env("RUSTFLAGS", flags);
        if !self.target.contains("msvc") {
            let map = |from: &Path, to: &str| format!("-ffile-prefix-map={}={to}", from.display());
            let given = std::env::var("CFLAGS").unwrap_or_default();
            let target = self.workspace.target();
            // The last that holds is taken.
            let flags = format!(
                "{given} {} {} {}",
                map(&home, "/cargo"),
                map(root, "/batchwise"),
                map(&target, "/target")
            );
            cargo = cargo.env("CFLAGS", flags.trim());
        }
        Ok(cargo)
    }
}
