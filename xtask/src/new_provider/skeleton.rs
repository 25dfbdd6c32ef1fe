//! The files of a new provider crate.

use std::path::Path;

use anyhow::Result;
use xshell::Shell;

use super::names::ProviderName;

/// Where each file goes, and its template.
const FILES: [(&str, &str); 10] = [
    ("Cargo.toml", include_str!("../../templates/provider/Cargo.toml.in")),
    ("README.md", include_str!("../../templates/provider/README.md.in")),
    ("src/lib.rs", include_str!("../../templates/provider/src/lib.rs.in")),
    (
        "src/record.rs",
        include_str!("../../templates/provider/src/record.rs.in"),
    ),
    (
        "src/credentials.rs",
        include_str!("../../templates/provider/src/credentials.rs.in"),
    ),
    ("src/wire.rs", include_str!("../../templates/provider/src/wire.rs.in")),
    (
        "src/decode.rs",
        include_str!("../../templates/provider/src/decode.rs.in"),
    ),
    (
        "src/client.rs",
        include_str!("../../templates/provider/src/client.rs.in"),
    ),
    (
        "tests/wire.rs",
        include_str!("../../templates/provider/tests/wire.rs.in"),
    ),
    (
        "tests/conformance/main.rs",
        include_str!("../../templates/provider/tests/conformance/main.rs.in"),
    ),
];

/// Writes the crate into this folder.
pub(super) fn write(shell: &Shell, folder: &Path, name: &ProviderName) -> Result<()> {
    for (file, template) in FILES {
        shell.write_file(folder.join(file), name.fill(template))?;
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        link(shell, licence, &shell.current_dir().join(folder).join(licence))?;
    }
    Ok(())
}

/// A package has its licence with it; the text stands in the root.
#[cfg(unix)]
fn link(_: &Shell, file: &str, place: &Path) -> Result<()> {
    Ok(std::os::unix::fs::symlink(Path::new("../..").join(file), place)?)
}

/// Links are not for everybody here.
#[cfg(not(unix))]
fn link(shell: &Shell, file: &str, place: &Path) -> Result<()> {
    Ok(shell.copy_file(file, place)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_to_fill_but_what_is_marked() {
        let name: ProviderName = "acme-contacts".parse().unwrap();
        for (file, template) in FILES {
            let text = name.fill(template);
            assert!(
                !text.contains("{{c") && !text.contains("{{C") && !text.contains("{{h"),
                "{file}"
            );
        }
    }

    #[test]
    fn every_test_that_fails_says_what_to_fill_in() {
        for (file, template) in FILES {
            let ends = template.matches("panic!(").count();
            let told = template.matches("panic!(\"FILL IN").count() + template.matches("panic!(\"results are").count();
            assert_eq!(ends, told, "{file}");
        }
    }
}
