//! What it was measured on, without a name or a path of the machine.

use std::fs;

use anyhow::Result;
use xshell::cmd;

use crate::workspace::Workspace;

/// The machine and the versions of what ran on it.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) processor: String,
    pub(super) cores: usize,
    pub(super) memory_gib: f64,
    pub(super) system: String,
    /// Processes that wanted to run when the bench began; near 0 on an idle machine.
    pub(super) load: Option<f64>,
    pub(super) date: String,
    pub(super) revision: String,
    /// Names and versions of programs and libraries.
    pub(super) versions: Vec<(String, String)>,
}

impl Machine {
    pub(super) fn here(workspace: &Workspace) -> Result<Self> {
        let shell = workspace.shell();
        let told = |file: &str| fs::read_to_string(file).unwrap_or_default();
        let field = |text: &str, name: &str| {
            let line = text.lines().find(|line| line.starts_with(name))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let memory = field(&told("/proc/meminfo"), "MemTotal").unwrap_or_default();
        let kib: f64 = memory.trim_end_matches(" kB").parse().unwrap_or_default();
        let dirty = !cmd!(shell, "git status --porcelain --untracked-files=no")
            .quiet()
            .read()?
            .is_empty();
        let revision = cmd!(shell, "git rev-parse --short HEAD").quiet().read()?;
        let version = |program: &str| cmd!(shell, "{program} --version").quiet().ignore_stderr().read().ok();
        let mut versions = Vec::new();
        for program in ["rustc", "valgrind"] {
            if let Some(text) = version(program) {
                let text = text.lines().next().unwrap_or_default();
                let text = text.trim_start_matches(program).trim_start_matches([' ', '-']);
                versions.push((program.to_owned(), text.to_owned()));
            }
        }
        for (name, version) in locked(workspace)? {
            if ["reqwest", "hyper", "serde_json", "tokio"].contains(&name.as_str()) {
                versions.push((name, version));
            }
        }
        Ok(Self {
            processor: field(&told("/proc/cpuinfo"), "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: std::thread::available_parallelism()?.get(),
            memory_gib: kib / 1024.0 / 1024.0,
            system: cmd!(shell, "uname -srm").quiet().read().unwrap_or_default(),
            load: told("/proc/loadavg")
                .split_whitespace()
                .next()
                .and_then(|load| load.parse().ok()),
            date: jiff::Zoned::now().strftime("%Y-%m-%d").to_string(),
            revision: if dirty {
                format!("{revision} and changes")
            } else {
                revision
            },
            versions,
        })
    }
}

/// The versions of the lock file.
fn locked(workspace: &Workspace) -> Result<Vec<(String, String)>> {
    let text = fs::read_to_string(workspace.root().join("Cargo.lock"))?;
    let lock: toml_edit::DocumentMut = text.parse()?;
    let packages = lock.get("package").and_then(toml_edit::Item::as_array_of_tables);
    let text = |table: &toml_edit::Table, name: &str| Some(table.get(name)?.as_str()?.to_owned());
    let named = |table| Some((text(table, "name")?, text(table, "version")?));
    Ok(packages.into_iter().flatten().filter_map(named).collect())
}
