//! Where in a lead something stands.

use std::fmt;

use super::LeadError;

/// Most characters of a member's name that a path shows.
const NAME_CHARS: usize = 64;

/// A place such as `matching[1].callContactParams.phones[0]`, written out only when it is needed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub(super) fn member(&'a self, name: &'a str) -> Path<'a> {
        Path::Member(self, name)
    }

    pub(super) fn item(&'a self, index: usize) -> Path<'a> {
        Path::Item(self, index)
    }

    pub(super) fn refuse(&self, expected: impl Into<String>) -> LeadError {
        LeadError::new(self.to_string(), expected)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Member(parent, name) => {
                parent.fmt(f)?;
                if !matches!(parent, Path::Root) {
                    f.write_str(".")?;
                }
                for c in name.chars().take(NAME_CHARS) {
                    write!(f, "{}", c.escape_debug())?;
                }
                Ok(())
            }
            Path::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_the_provider_writes_it() {
        let matching = Path::Root.member("matching");
        let row = matching.item(1);
        let params = row.member("callContactParams");
        let phones = params.member("phones");
        assert_eq!(phones.item(0).to_string(), "matching[1].callContactParams.phones[0]");
        assert_eq!(Path::Root.member("a\nb").to_string(), "a\\nb");
    }
}
