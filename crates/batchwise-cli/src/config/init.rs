//! `batchwise config init`.

use std::fs::OpenOptions;
use std::io::Write;

use crate::failure::Failure;
use crate::settings::Place;
use crate::stdout::print;

const TEMPLATE: &str = include_str!("template.toml");

/// Writes a file with every setting explained, where there is none.
pub(super) fn write(place: &Place) -> Result<(), Failure> {
    let path = place.path();
    let shown = path.display().to_string();
    let unwritable = |error: std::io::Error| {
        Failure::usage(format!("the settings file cannot be written: {error}"))
            .at(shown.clone())
            .mend("BATCHWISE_CONFIG names another place")
    };
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        std::fs::create_dir_all(directory).map_err(unwritable)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    only_for_its_owner(&mut options);
    let mut file = options.open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::usage("there is a settings file already; it stays as it is")
            .at(shown.clone())
            .mend("edit it, or move it away first"),
        _ => unwritable(error),
    })?;
    file.write_all(TEMPLATE.as_bytes()).map_err(unwritable)?;
    print(&format!("{shown}\n"))
}

#[cfg(unix)]
fn only_for_its_owner(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

#[cfg(not(unix))]
fn only_for_its_owner(_options: &mut OpenOptions) {}
