//! A deliberate bug.

use anyhow::{Result, bail};

/// A bug that is put into a copy of the workspace, where a switch turns it on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bug {
    /// Its name, and its switch's.
    pub(crate) name: &'static str,
    /// What goes wrong with it.
    pub(crate) what: &'static str,
    /// The file, from the root.
    pub(crate) file: &'static str,
    /// A text that is in the file once.
    pub(crate) find: &'static str,
    /// What stands there instead: the same, unless `on!` (the switch) says otherwise.
    pub(crate) replace: &'static str,
}

impl Bug {
    /// The text of its file with the bug in it.
    ///
    /// # Errors
    /// When the text that it replaces is not there, or more than once: the bug has to be written anew.
    pub(crate) fn put_into(&self, text: &str) -> Result<String> {
        let Self { name, file, find, .. } = self;
        let found = text.matches(find).count();
        if found != 1 {
            bail!("bug `{name}`: its text is in {file} {found} times, not once; mend it in xtask/src/simulate/bugs");
        }
        if !self.replace.contains("on!") {
            bail!("bug `{name}` has no switch");
        }
        let core = if file.starts_with("crates/batchwise-core/") {
            "crate"
        } else {
            "batchwise_core"
        };
        let switch = format!("{core}::mutant(\"{name}\")");
        Ok(text.replace(find, &self.replace.replace("on!", &switch)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUG: Bug = Bug {
        name: "one-more",
        what: "counts one more",
        file: "crates/batchwise-core/src/count.rs",
        find: "count",
        replace: "count + u32::from(on!)",
    };

    #[test]
    fn a_bug_stands_behind_its_switch() {
        assert_eq!(
            BUG.put_into("let x = count;").unwrap(),
            "let x = count + u32::from(crate::mutant(\"one-more\"));"
        );
    }

    #[test]
    fn a_bug_whose_text_is_gone_or_not_alone_is_an_error() {
        for text in ["let x = 1;", "count(count)"] {
            let error = BUG.put_into(text).unwrap_err().to_string();
            assert!(error.contains("one-more") && error.contains("count.rs"), "{error}");
        }
    }
}
