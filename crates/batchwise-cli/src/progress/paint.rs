//! Colours, where they are wanted.

use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};
use batchwise::Verdict;

/// Paints words, or leaves them plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paint {
    on: bool,
}

impl Paint {
    /// No colours.
    pub(crate) const PLAIN: Self = Self { on: false };

    /// Colours on a terminal, unless `NO_COLOR` is set (<https://no-color.org>) or the terminal is a dumb one.
    pub(crate) fn of_stderr() -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        Self {
            on: std::io::stderr().is_terminal() && !dumb && !set("NO_COLOR"),
        }
    }

    /// The number and word of an outcome.
    pub(crate) fn outcome(self, verdict: Verdict, text: &str) -> String {
        self.with(style_of(verdict), text)
    }

    /// What nobody may overlook.
    pub(crate) fn alarm(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default().bold(), text)
    }

    /// What stands back.
    pub(crate) fn dim(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    /// What stands out.
    pub(crate) fn bold(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.on {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

fn style_of(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Deleted | Verdict::Updated => AnsiColor::Green.on_default(),
        Verdict::Unchanged | Verdict::NotFound | Verdict::PresumedDeleted => AnsiColor::Cyan.on_default(),
        Verdict::Busy | Verdict::NotSent => AnsiColor::Yellow.on_default(),
        Verdict::Unknown => AnsiColor::Magenta.on_default(),
        _ => AnsiColor::Red.on_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_surround_the_words_and_plain_words_stay_as_they_are() {
        assert_eq!(Paint::PLAIN.outcome(Verdict::Deleted, "3 deleted"), "3 deleted");
        assert_eq!(
            Paint { on: true }.outcome(Verdict::Deleted, "3 deleted"),
            "\u{1b}[32m3 deleted\u{1b}[0m"
        );
    }
}
