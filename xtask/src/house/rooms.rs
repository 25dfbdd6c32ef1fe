//! Whoever knows one provider crate finds the way in all of them.

use std::path::Path;

use anyhow::Result;

use super::Objections;
use crate::workspace::Workspace;

/// A file, or a folder of that name with a `mod.rs`.
const ROOMS: [&str; 4] = ["src/record", "src/wire", "src/decode", "src/client"];

/// A file, or a folder of that name with a `main.rs`.
const TESTS: [&str; 2] = ["tests/wire", "tests/conformance"];

pub(super) fn check(workspace: &Workspace) -> Result<Objections> {
    let mut objections = Vec::new();
    for provider in workspace.providers()? {
        let manifest = workspace.package(provider)?.manifest_path.as_std_path();
        let folder = manifest.parent().unwrap_or(manifest);
        for missing in missing(folder) {
            objections.push(format!("{provider} has no {missing}"));
        }
    }
    Ok(objections)
}

/// The rooms that a crate in this folder lacks.
fn missing(folder: &Path) -> Vec<String> {
    let is_there =
        |room: &&str, root: &str| folder.join(format!("{room}.rs")).is_file() || folder.join(room).join(root).is_file();
    let rooms = ROOMS.iter().filter(|room| !is_there(room, "mod.rs"));
    let tests = TESTS.iter().filter(|test| !is_there(test, "main.rs"));
    rooms.chain(tests).map(|room| format!("{room}.rs")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_a_file_or_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        };
        for name in [
            "src/record/mod.rs",
            "src/wire.rs",
            "src/decode.rs",
            "tests/wire.rs",
            "tests/conformance/main.rs",
        ] {
            write(name);
        }
        assert_eq!(missing(folder.path()), ["src/client.rs"]);
        write("src/client.rs");
        assert!(missing(folder.path()).is_empty());
    }
}
