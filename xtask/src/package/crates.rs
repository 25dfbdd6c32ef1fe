//! The packages that cargo made, unpacked.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use tar::Archive;

use crate::workspace::Workspace;

/// Unpacks the package of every published crate below a folder; gives name and place of each.
pub(super) fn unpack(workspace: &Workspace, folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let shell = workspace.shell();
    shell.remove_path(folder)?;
    shell.create_dir(folder)?;
    let mut places = Vec::new();
    for package in workspace.published() {
        let stem = format!("{}-{}", package.name, package.version);
        let file = workspace.target().join("package").join(format!("{stem}.crate"));
        let packed = std::fs::File::open(&file).with_context(|| format!("there is no {}", file.display()))?;
        Archive::new(GzDecoder::new(packed))
            .unpack(folder)
            .with_context(|| format!("{} cannot be unpacked", file.display()))?;
        places.push((package.name.to_string(), folder.join(stem)));
    }
    Ok(places)
}
