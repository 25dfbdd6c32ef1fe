//! Which version comes next.

use std::str::FromStr;

use semver::{Prerelease, Version, VersionReq};

/// What is asked for: the next patch, the next minor version, or one by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// Repairs, and additions that break nobody.
    Patch,
    /// Below 1.0 the place of changes that break; above it that of additions.
    Minor,
    /// This one.
    Exactly(Version),
}

impl FromStr for Next {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "patch" => Ok(Self::Patch),
            "minor" => Ok(Self::Minor),
            version => match version.parse() {
                Ok(version) => Ok(Self::Exactly(version)),
                Err(error) => Err(format!("`{version}` is neither patch, minor nor a version: {error}")),
            },
        }
    }
}

impl Next {
    /// The version that follows this one. A pre-release is followed by what it was a pre-release of.
    pub(crate) fn after(&self, current: &Version) -> Version {
        let finished = Version::new(current.major, current.minor, current.patch);
        match self {
            Self::Exactly(version) => version.clone(),
            Self::Patch if current.pre != Prerelease::EMPTY => finished,
            Self::Minor if current.pre != Prerelease::EMPTY && current.patch == 0 => finished,
            Self::Patch => Version::new(current.major, current.minor, current.patch + 1),
            Self::Minor => Version::new(current.major, current.minor + 1, 0),
        }
    }
}

/// True where cargo gives users the second version in place of the first without asking them.
pub(crate) fn comes_unasked(first: &Version, second: &Version) -> bool {
    VersionReq::parse(&format!("^{first}")).is_ok_and(|wanted| wanted.matches(second))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(next: &str, current: &str) -> String {
        next.parse::<Next>()
            .unwrap()
            .after(&current.parse().unwrap())
            .to_string()
    }

    #[test]
    fn versions_follow_each_other() {
        assert_eq!(after("patch", "0.1.0"), "0.1.1");
        assert_eq!(after("minor", "0.1.3"), "0.2.0");
        assert_eq!(after("minor", "1.4.2"), "1.5.0");
        assert_eq!(after("0.9.0", "0.1.3"), "0.9.0");
    }

    #[test]
    fn a_pre_release_is_followed_by_its_release() {
        assert_eq!(after("patch", "0.2.0-rc.1"), "0.2.0");
        assert_eq!(after("minor", "0.2.0-rc.1"), "0.2.0");
        assert_eq!(after("minor", "0.2.1-rc.1"), "0.3.0");
    }

    #[test]
    fn what_is_no_version_is_told_so() {
        let error = "major".parse::<Next>().unwrap_err();
        assert!(error.contains("`major`"), "{error}");
    }

    #[test]
    fn below_one_a_patch_comes_unasked_and_a_minor_version_does_not() {
        let comes = |first: &str, second: &str| comes_unasked(&first.parse().unwrap(), &second.parse().unwrap());
        assert!(comes("0.1.0", "0.1.1"));
        assert!(!comes("0.1.0", "0.2.0"));
        assert!(comes("1.1.0", "1.2.0"));
        assert!(!comes("1.1.0", "2.0.0"));
    }
}
