//! The command line of a job, taken apart and put together again.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, Command, CommandFactory};

use crate::args::Cli;

/// Flags that are not part of what a job is: where it is written down, and how far one run of it goes.
const OF_ONE_RUN: &[&str] = &["journal", "no-journal", "resume", "retry-failed", "limit", "deadline"];

/// Flags that say how the original input reads; result files are of one known form.
const OF_THE_INPUT: &[&str] = &[
    "input",
    "delimiter",
    "encoding",
    "sheet",
    "results-dir",
    "summary",
    "force",
];

/// The arguments of a job, by flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invocation {
    subcommands: Vec<String>,
    /// Long names with their value, if they take one.
    flags: Vec<(String, Option<OsString>)>,
    keys: Vec<OsString>,
}

impl Invocation {
    /// Takes arguments apart, the program's name first. `None` when they are no command.
    pub(crate) fn of(argv: impl IntoIterator<Item = OsString>) -> Option<Self> {
        let mut command = Cli::command();
        command.build();
        let mut matches = &command.clone().try_get_matches_from(argv).ok()?;
        let mut command = &command;
        let mut subcommands = Vec::new();
        while let Some((name, inner)) = matches.subcommand() {
            command = command.find_subcommand(name)?;
            subcommands.push(name.to_owned());
            matches = inner;
        }
        let mut found = Self {
            subcommands,
            flags: Vec::new(),
            keys: Vec::new(),
        };
        found.collect(command, matches);
        Some(found)
    }

    /// The arguments of this process, or those that stand for them.
    pub(crate) fn of_job(argv: Option<&[OsString]>) -> Option<Self> {
        match argv {
            Some(argv) => Self::of(argv.iter().cloned()),
            None => Self::of(std::env::args_os()),
        }
    }

    fn collect(&mut self, command: &Command, matches: &ArgMatches) {
        for argument in command.get_arguments() {
            let id = argument.get_id().as_str();
            if matches.value_source(id) != Some(ValueSource::CommandLine) {
                continue;
            }
            let values = || matches.get_raw(id).into_iter().flatten().map(OsStr::to_owned);
            match (argument.get_long(), argument.get_action()) {
                (None, _) => self.keys.extend(values()),
                (Some(long), ArgAction::SetTrue) => self.flags.push((long.to_owned(), None)),
                (Some(long), ArgAction::Count) => {
                    let count = usize::from(matches.get_count(id));
                    self.flags.extend(std::iter::repeat_n((long.to_owned(), None), count));
                }
                (Some(long), _) => self.flags.extend(values().map(|value| (long.to_owned(), Some(value)))),
            }
        }
    }

    fn without(mut self, names: &[&str]) -> Self {
        self.flags.retain(|(name, _)| !names.contains(&name.as_str()));
        self
    }

    fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.flags.push((name.to_owned(), Some(value.into())));
        self
    }

    /// The job itself, without what concerns one run of it.
    pub(crate) fn of_whole_job(self) -> Self {
        self.without(OF_ONE_RUN)
    }

    /// The same job, written down in this journal.
    pub(crate) fn with_journal(self, journal: &Path) -> Self {
        self.of_whole_job().with("journal", journal)
    }

    /// A job of its own for the rows of a result file, the results of which go to `results`.
    pub(crate) fn on_rows_of(mut self, file: &Path, results: &Path) -> Self {
        self.keys.clear();
        self.of_whole_job()
            .without(OF_THE_INPUT)
            .with("input", file)
            .with("results-dir", results)
    }

    /// The same job with its results elsewhere.
    pub(crate) fn elsewhere(self) -> Self {
        let has = |name: &str| self.flags.iter().any(|(known, _)| known == name);
        let (directory, summary) = (has("results-dir"), has("summary"));
        let mut moved = self.without(&["results-dir", "summary"]);
        if directory {
            moved = moved.with("results-dir", "ANOTHER_DIRECTORY");
        }
        if summary {
            moved = moved.with("summary", "ANOTHER_FILE");
        }
        moved
    }

    /// The arguments, without the program's name.
    pub(crate) fn words(&self) -> Vec<OsString> {
        let mut words: Vec<OsString> = self.subcommands.iter().map(OsString::from).collect();
        for (name, value) in &self.flags {
            words.push(format!("--{name}").into());
            words.extend(value.clone());
        }
        if self.keys.iter().any(|key| key.as_encoded_bytes().starts_with(b"-")) {
            words.push("--".into());
        }
        words.extend(self.keys.iter().cloned());
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Invocation {
        Invocation::of(line.split_whitespace().map(OsString::from)).unwrap()
    }

    fn shown(invocation: &Invocation) -> String {
        let words: Vec<_> = invocation
            .words()
            .into_iter()
            .map(|word| word.into_string().unwrap())
            .collect();
        words.join(" ")
    }

    #[test]
    fn a_job_is_its_arguments_without_those_of_one_run() {
        let given = of(
            "batchwise thulium-campaign delete -i a.csv --campaign 00042 --campaign 00043 -vv --yes --limit 5 \
                        --journal j.db --retry-failed",
        );
        let job = given.clone().of_whole_job();
        assert_eq!(
            of(&format!("batchwise {}", shown(&job))),
            of("batchwise thulium-campaign delete --campaign 00042 --campaign 00043 -i a.csv --yes -v -v")
        );
        assert!(shown(&given.with_journal(Path::new("k.db"))).ends_with("--journal k.db"));
    }

    #[test]
    fn rows_of_a_result_file_are_a_job_of_their_own() {
        let given = of("batchwise calltouch-import delete 51001 51002 --results-dir r --yes --no-journal");
        let again = given.on_rows_of(Path::new("r/failed.csv"), Path::new("r/again"));
        assert_eq!(
            of(&format!("batchwise {}", shown(&again))),
            of("batchwise calltouch-import delete -i r/failed.csv --results-dir r/again --yes")
        );
    }
}
