//! A scenario in words.

use std::fmt;
use std::time::Duration;

use super::{At, FaultPlan, Halt, Job, Life, Run, RunEnd, Scenario, What, When};

/// Lines of an input on one line of the text.
const ON_A_LINE: usize = 12;

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?}, chance {:#x}", self.target, self.chance)?;
        writeln!(f, "  quota: {:?}", self.quota)?;
        writeln!(f, "  network: {:?}", self.network)?;
        if let Some(calls) = self.session_calls {
            writeln!(f, "  sessions die after {calls} calls")?;
        }
        for jump in &self.jumps {
            writeln!(f, "  the machine sleeps at {:?} for {:?}", jump.at, jump.by)?;
        }
        for fault in &self.faults {
            writeln!(f, "  fault: {fault}")?;
        }
        if self.jobs.len() > 1 {
            let clients = if self.one_client {
                "clones of one client"
            } else {
                "a client each"
            };
            writeln!(f, "  {} jobs over {clients}", self.jobs.len())?;
        }
        for (at, job) in self.jobs.iter().enumerate() {
            write!(f, "  job {}: {job}", at + 1)?;
        }
        Ok(())
    }
}

impl fmt::Display for FaultPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at ", self.fault)?;
        match self.at {
            At::Nth(number) => write!(f, "request {number}"),
            At::Every(step) => write!(f, "every {step}. request"),
            At::Burst(from, count) => write!(f, "{count} requests from request {from} on"),
            At::From(from) => write!(f, "all requests from request {from} on"),
            At::Percent(percent) => write!(f, "{percent} of 100 requests"),
            At::Record(number, times) => write!(f, "requests with record {number} of job 1, {times} times"),
        }?;
        f.write_str(if self.logins { " that log in" } else { "" })
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} lines", self.lines.len())?;
        match self.max_records {
            Some(most) => write!(f, ", {most} records a request")?,
            None => write!(f, ", requests of the client's own size")?,
        }
        write!(f, ", {} in flight, input {:?}", self.concurrency, self.end())?;
        if self.in_passes {
            f.write_str(" stage by stage")?;
        }
        if self.starts > Duration::ZERO {
            write!(f, ", starts at {:?}", self.starts)?;
        }
        if let Some(rest) = self.rest {
            write!(f, ", consumer rests up to {rest:?}")?;
        }
        writeln!(f, "{}", self.halt)?;
        let set = format!("{:?}", self.options);
        let set: Vec<&str> = set
            .trim_start_matches("Options { ")
            .trim_end_matches(" }")
            .split(", ")
            .filter(|option| !option.ends_with(": None"))
            .collect();
        writeln!(f, "    options: {}", set.join(", "))?;
        if let Some(life) = &self.life {
            writeln!(f, "    {life}")?;
        }
        for (at, lines) in self.lines.chunks(ON_A_LINE).enumerate() {
            write!(f, "    line {:>3}:", at * ON_A_LINE + 1)?;
            for line in lines {
                f.write_str(if line.late { " ..." } else { " " })?;
                match line.what {
                    What::Record(number, None) => write!(f, "{number}")?,
                    What::Record(number, Some(difficulty)) => write!(f, "{number}[{difficulty:?}]")?,
                    What::Invalid(which) => write!(f, "invalid-{which}")?,
                }
            }
            writeln!(f)?;
        }
        if self.lines.iter().any(|line| line.late) {
            writeln!(f, "    \"...\" is a pause of {:?}", self.pause)?;
        }
        Ok(())
    }
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => Ok(()),
            Self::Stop(when) => write!(f, ", stopped {when}"),
            Self::Drop(when) => write!(f, ", dropped {when}"),
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outcomes(count) => write!(f, "after {count} outcomes"),
            Self::Poll(poll) => write!(f, "before poll {poll}"),
            Self::Time(time) => write!(f, "after {time:?}"),
            Self::Send(nth) => write!(f, "while request {nth} is sent"),
        }
    }
}

impl fmt::Display for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a journal whose writes take up to {:?}", self.takes)?;
        if self.reopens {
            f.write_str(", records without success open again")?;
        }
        if self.forgets_calls {
            f.write_str(", quotas kept in the process")?;
        }
        for (run, Run { end, down }) in (1..).zip(&self.earlier) {
            write!(f, "\n    run {run}")?;
            match end {
                RunEnd::CrashAtWrite(write, fate) => write!(f, " crashes at write {write}, which is {fate:?}"),
                RunEnd::Crash(when) => write!(f, " crashes {when}"),
                RunEnd::Halt(halt) => write!(f, "{halt}"),
                RunEnd::DiskFull(write, fate) => write!(f, " has a full disk from write {write} on, which is {fate:?}"),
                RunEnd::Unreadable(entry) => write!(f, " cannot read entry {entry} of the journal"),
            }?;
            write!(f, "; the next one {down:?} later")?;
        }
        Ok(())
    }
}
