//! The question before something is destroyed.

use std::io::{self, BufRead, IsTerminal, Write};
use std::time::Duration;

use batchwise::Action;

use crate::failure::Failure;
use crate::input::Check;
use crate::output::one_line;
use crate::progress::span;
use crate::target::Target;

/// True when there is someone to ask.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks where something is deleted or overwritten. Returns whether records that destroy something may pass.
///
/// `known` is what was found out about the target, a line each; `check` is what is known of a whole input; a pipe shows its records only as they come.
pub(crate) fn given(
    target: &Target,
    known: &[String],
    check: Option<&Check>,
    least: Option<Duration>,
    action: Action,
) -> Result<bool, Failure> {
    let destroys = match (check, action) {
        (Some(check), _) => check.destroys,
        (None, Action::Delete) => true,
        // Leads from a pipe: each one that overwrites is stopped on its way.
        (None, Action::Update) => return Ok(false),
    };
    if !destroys {
        return Ok(true);
    }
    if !can_ask() {
        return Err(Failure::usage(
            "this cannot be undone, and there is no terminal to ask on: give --yes (or --dry-run to see the plan)",
        ));
    }
    let mut question = format!("{} at {}, account {}", target.provider, target.host, target.account);
    if let Some(campaigns) = &target.campaigns {
        question.push_str(&format!(", campaign {campaigns}"));
    }
    question.push('\n');
    for line in known {
        question.push_str(&format!("{line}\n"));
    }
    match check {
        Some(check) => {
            question.push_str(&format!("{} {}", target.verb, target.count(check.wanted)));
            if check.wanted < check.records {
                question.push_str(&format!(" (the first of {})", check.records));
            }
            question.push_str(&format!(": {}", check.first.join(", ")));
            if let Some(last) = check.last.as_ref().filter(|_| check.wanted > 3) {
                question.push_str(&format!(" … {last}"));
            }
            question.push('\n');
        }
        None => question.push_str(&format!("{} {} as they come\n", target.verb, target.plural())),
    }
    if let Some(least) = least.filter(|least| !least.is_zero()) {
        question.push_str(&format!("takes at least {}\n", span(least)));
    }
    question.push_str("This cannot be undone. Go on? [y/N] ");
    let fault = |error| Failure::fault(format!("the terminal cannot be used: {error}"));
    let question: String = question.split_inclusive('\n').map(shown).collect();
    io::stderr().write_all(question.as_bytes()).map_err(fault)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(fault)?;
    if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        return Ok(true);
    }
    Err(Failure::usage("nothing was sent"))
}

/// A line of the question; nothing in it steers the terminal.
fn shown(line: &str) -> String {
    match line.strip_suffix('\n') {
        Some(line) => format!("{}\n", one_line(line)),
        None => one_line(line),
    }
}
