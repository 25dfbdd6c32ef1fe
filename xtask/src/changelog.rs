//! `CHANGELOG.md`: its sections, and the turn from "Unreleased" to a version.

use anyhow::{Context, Result, bail};
use jiff::civil::Date;
use parse_changelog::Parser;
use semver::Version;

/// The file.
pub(crate) const FILE: &str = "CHANGELOG.md";

/// The heading that changes are gathered under.
const UNRELEASED: &str = "Unreleased";

/// The section headings, as they stand in the file.
const HEADING: &str = "## [Unreleased]";

/// The changelog, section by section.
#[derive(Debug)]
pub(crate) struct Changelog<'a> {
    text: &'a str,
    sections: parse_changelog::Changelog<'a>,
}

impl<'a> Changelog<'a> {
    /// Reads the file.
    pub(crate) fn parse(text: &'a str) -> Result<Self> {
        let sections = Parser::new()
            .parse(text)
            .with_context(|| format!("{FILE} cannot be read"))?;
        Ok(Self { text, sections })
    }

    /// What a section says; `None` where there is no such section.
    pub(crate) fn notes(&self, version: &str) -> Option<&'a str> {
        self.sections.get(version).map(|release| release.notes.trim())
    }

    /// What waits for a release.
    ///
    /// # Errors
    /// None is there, or it says nothing: a heading alone is nothing.
    pub(crate) fn unreleased(&self) -> Result<&'a str> {
        let Some(notes) = self.notes(UNRELEASED) else {
            bail!("{FILE} has no section `{HEADING}`");
        };
        let says_something = notes
            .lines()
            .any(|line| !line.trim().is_empty() && !line.starts_with('#'));
        if !says_something {
            bail!("{FILE}: the section {UNRELEASED} is empty; there is nothing to release, or nobody wrote it down");
        }
        Ok(notes)
    }

    /// The text with the unreleased section turned into that of a version, and an empty one above it.
    pub(crate) fn release(&self, version: &Version, date: Date) -> Result<String> {
        self.unreleased()?;
        if self.notes(&version.to_string()).is_some() {
            bail!("{FILE} has a section of {version} already");
        }
        let (before, after) = self
            .text
            .split_once(HEADING)
            .with_context(|| format!("{FILE} has no line `{HEADING}`"))?;
        Ok(format!("{before}{HEADING}\n\n## [{version}] - {date}{after}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Changelog\n\nWords.\n\n## [Unreleased]\n\n### Added\n\n- a thing\n\n## [0.1.0] - 2026-01-01\n\n- the first\n";

    #[test]
    fn the_unreleased_section_becomes_that_of_the_version() {
        let changelog = Changelog::parse(TEXT).unwrap();
        let turned = changelog
            .release(&Version::new(0, 2, 0), jiff::civil::date(2026, 11, 26))
            .unwrap();
        let turned = Changelog::parse(&turned).unwrap();
        assert_eq!(turned.notes("0.2.0"), Some("### Added\n\n- a thing"));
        assert_eq!(turned.notes("0.1.0"), Some("- the first"));
        assert_eq!(turned.notes("Unreleased"), Some(""));
    }

    #[test]
    fn an_empty_section_is_nothing_to_release() {
        for empty in ["", "### Added\n", "\n\n### Added\n\n### Fixed\n"] {
            let text = format!("# Changelog\n\n## [Unreleased]\n{empty}\n## [0.1.0] - 2026-01-01\n\n- x\n");
            let error = Changelog::parse(&text).unwrap().unreleased().unwrap_err();
            assert!(error.to_string().contains("empty"), "{error}");
        }
    }

    #[test]
    fn a_version_has_one_section() {
        let error = Changelog::parse(TEXT)
            .unwrap()
            .release(&Version::new(0, 1, 0), jiff::civil::date(2026, 11, 26));
        assert!(error.unwrap_err().to_string().contains("already"));
    }
}
