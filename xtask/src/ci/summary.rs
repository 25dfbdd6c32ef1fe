//! How the stages went.

use std::fmt;
use std::time::Duration;

use anyhow::Result;

use super::skipped::Skipped;
use super::stage::Stage;

/// How a stage ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// Nothing to object to.
    Passed(Duration),
    /// Why not.
    Failed(Duration, String),
    /// What was missing to look at all.
    Skipped(String),
    /// An earlier stage failed.
    NotRun,
}

impl Ended {
    /// The end of a stage that took so long.
    pub(crate) fn of(result: Result<()>, took: Duration) -> Self {
        match result {
            Ok(()) => Self::Passed(took),
            Err(error) => match error.downcast_ref::<Skipped>() {
                Some(skipped) => Self::Skipped(skipped.to_string()),
                None => Self::Failed(took, format!("{error:#}")),
            },
        }
    }

    /// What stands behind the time of a stage that did not pass.
    pub(crate) fn mark(&self) -> String {
        match self {
            Self::Failed(..) => ", FAILED".to_owned(),
            Self::Skipped(why) => format!(", SKIPPED: {why}"),
            Self::Passed(_) | Self::NotRun => String::new(),
        }
    }

    /// True for a check that found something.
    pub(crate) fn is_failure(&self) -> bool {
        matches!(self, Self::Failed(..))
    }
}

/// A line for each stage, and for each failure what to do.
#[derive(Debug, Default)]
pub(crate) struct Summary(Vec<(&'static Stage, Ended)>);

impl Summary {
    /// Notes the end of a stage.
    pub(crate) fn add(&mut self, stage: &'static Stage, ended: Ended) {
        self.0.push((stage, ended));
    }

    /// The names of the stages that failed.
    pub(crate) fn failures(&self) -> Vec<&'static str> {
        let failed = self.0.iter().filter(|(_, ended)| ended.is_failure());
        failed.map(|(stage, _)| stage.name).collect()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut total = Duration::ZERO;
        for (stage, ended) in &self.0 {
            let name = stage.name;
            match ended {
                Ended::Passed(took) => {
                    total += *took;
                    writeln!(f, "{name:<16} ok      {:>7.1} s", took.as_secs_f64())?;
                }
                Ended::Failed(took, _) => {
                    total += *took;
                    writeln!(f, "{name:<16} FAILED  {:>7.1} s", took.as_secs_f64())?;
                }
                Ended::Skipped(why) => writeln!(f, "{name:<16} SKIPPED           {why}")?,
                Ended::NotRun => writeln!(f, "{name:<16} not run")?,
            }
        }
        writeln!(f, "{:<16}         {:>7.1} s", "total", total.as_secs_f64())?;
        for (stage, ended) in &self.0 {
            if let Ended::Failed(_, why) = ended {
                writeln!(f, "\n{} failed: {why}\n  {}", stage.name, stage.mend)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    static STAGE: Stage = Stage {
        name: "fmt",
        about: "the form",
        mend: "run cargo fmt",
        run: |_| Ok(()),
    };

    #[test]
    fn a_failure_comes_with_its_reason_and_what_to_do() {
        let mut summary = Summary::default();
        summary.add(
            &STAGE,
            Ended::of(Err(anyhow!("two files")), Duration::from_millis(1500)),
        );
        summary.add(&STAGE, Ended::NotRun);
        let text = summary.to_string();
        assert!(text.contains("fmt              FAILED      1.5 s"), "{text}");
        assert!(text.contains("fmt              not run"), "{text}");
        assert!(text.contains("fmt failed: two files\n  run cargo fmt"), "{text}");
        assert_eq!(summary.failures(), ["fmt"]);
    }

    #[test]
    fn what_was_skipped_is_neither_passed_nor_failed_and_says_why() {
        let mut summary = Summary::default();
        let skipped = Err(Skipped::because("no database"));
        summary.add(&STAGE, Ended::of(skipped, Duration::from_secs(1)));
        let text = summary.to_string();
        assert!(text.contains("SKIPPED") && text.contains("no database"), "{text}");
        assert!(!text.contains("ok") && summary.failures().is_empty(), "{text}");
    }

    #[test]
    fn the_times_are_summed_up() {
        let mut summary = Summary::default();
        summary.add(&STAGE, Ended::of(Ok(()), Duration::from_secs(2)));
        summary.add(&STAGE, Ended::of(Ok(()), Duration::from_secs(3)));
        assert!(summary.to_string().contains("total                        5.0 s"));
    }
}
