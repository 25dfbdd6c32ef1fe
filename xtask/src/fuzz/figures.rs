//! What a run of a target came to, read from what the fuzzer says.

use std::fmt::Write;
use std::time::Duration;

use anyhow::{Context, Result};

/// The figures of one target.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Figures {
    target: String,
    seconds: u64,
    /// Files of the corpus.
    corpus: usize,
    /// Longer inputs that were made of them.
    lengthened: usize,
    executions: u64,
    /// Edges of the program that were reached.
    coverage: u64,
}

impl Figures {
    pub(super) fn read(target: &str, time: Duration, corpus: usize, lengthened: usize, said: &str) -> Result<Self> {
        let missing = || format!("the fuzzer did not say what it did for {target}");
        let executions = said
            .lines()
            .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
        let coverage = said
            .lines()
            .rev()
            .find_map(|line| line.split(" cov: ").nth(1)?.split(' ').next());
        Ok(Self {
            target: target.to_owned(),
            seconds: time.as_secs(),
            corpus,
            lengthened,
            executions: executions.with_context(missing)?.trim().parse().with_context(missing)?,
            coverage: coverage.with_context(missing)?.parse().with_context(missing)?,
        })
    }
}

/// A table of Markdown.
pub(super) fn table(all: &[Figures]) -> String {
    let mut table = String::from(
        "| target | corpus | lengthened | seconds | executions | edges reached |\n|---|---:|---:|---:|---:|---:|\n",
    );
    for figures in all {
        let Figures {
            target,
            seconds,
            corpus,
            lengthened,
            executions,
            coverage,
        } = figures;
        let _ = writeln!(
            table,
            "| `{target}` | {corpus} | {lengthened} | {seconds} | {executions} | {coverage} |"
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "\
INFO: Seed: 1
#2	INITED cov: 12 ft: 13 corp: 1/1b exec/s: 0 rss: 40Mb
#512	NEW    cov: 345 ft: 400 corp: 2/9b lim: 4 exec/s: 0 rss: 41Mb L: 8/8 MS: 1 CopyPart-
#9001	DONE   cov: 345 ft: 401 corp: 2/9b lim: 4 exec/s: 3000 rss: 42Mb
Done 9001 runs in 3 second(s)
stat::number_of_executed_units: 9001
stat::average_exec_per_sec:     3000
";

    #[test]
    fn executions_and_coverage_are_read_from_what_the_fuzzer_says() {
        let figures = Figures::read("retry_after", Duration::from_secs(3), 15, 40, SAID).unwrap();
        let shown = table(&[figures]);
        assert!(
            shown.ends_with("| `retry_after` | 15 | 40 | 3 | 9001 | 345 |\n"),
            "{shown}"
        );
    }

    #[test]
    fn a_run_that_says_nothing_is_an_error() {
        assert!(Figures::read("retry_after", Duration::ZERO, 15, 40, "").is_err());
    }
}
