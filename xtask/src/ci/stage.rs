//! One check.

use anyhow::Result;

use crate::workspace::Workspace;

/// A check that a developer can run alone: `cargo xtask ci NAME`.
#[derive(Debug)]
pub(crate) struct Stage {
    /// What it is called on the command line.
    pub(crate) name: &'static str,
    /// What it looks at.
    pub(crate) about: &'static str,
    /// What to do when it fails.
    pub(crate) mend: &'static str,
    /// Does it, printing as it goes.
    pub(crate) run: fn(&Workspace) -> Result<()>,
}
