//! What happened, what is still there, and what to do next, in plain words.

use std::path::Path;

use batchwise::Verdict;
use batchwise_journal::InputKind;

use super::account::{Account, Standing, Step};
use super::clock::moment;
use super::gather::go_on;
use crate::ledger::{command_line, quoted};
use crate::progress::{grouped, span};
use crate::verify;

/// Where a job is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) journal: &'a Path,
    pub(super) results: Option<&'a Path>,
}

/// The sentence above everything.
pub(super) fn headline(account: &Account) -> String {
    let (records, reached, nouns) = (account.records(), account.reached, &account.nouns);
    let running = account.standing == Standing::Running;
    if let Some(contradiction) = verify::contradiction(account.contradicted) {
        return format!("{contradiction}.");
    }
    match (records, account.missed()) {
        (0, _) if running => "The job has begun, and nothing is settled yet.".to_owned(),
        (0, _) => "No record went in.".to_owned(),
        (1, 0) => format!("The {} {}.", nouns.count(1).replacen("1 ", "", 1), nouns.wanted(1)),
        (_, 0) if running => format!("So far all {} {}.", nouns.count(records), nouns.wanted(records)),
        (_, 0) => format!("All {} {}.", nouns.count(records), nouns.wanted(records)),
        _ if account.absent.total() > 0 => {
            let absent = account.absent.total();
            let rest = rest(account);
            format!(
                "By the answers {} of {} {}; {} {} seen to be absent afterwards{}{rest}.",
                grouped(reached),
                nouns.count(records),
                nouns.wanted(reached),
                grouped(absent),
                if absent == 1 { "more was" } else { "more were" },
                if rest.is_empty() { "" } else { "; " },
            )
        }
        (1, _) => format!(
            "The {} is not known to be in the wanted state.",
            nouns.count(1).replacen("1 ", "", 1)
        ),
        _ if reached == 0 => format!(
            "None of {} {}; {}.",
            nouns.count(records),
            nouns.wanted(1),
            rest(account)
        ),
        _ => {
            let so_far = if running { " so far" } else { "" };
            format!(
                "{} of {} {}{so_far}; {}.",
                grouped(reached),
                nouns.count(records),
                nouns.wanted(reached),
                rest(account)
            )
        }
    }
}

/// How many are not, of how many nobody can tell, and how many are under way.
fn rest(account: &Account) -> String {
    let (known, unsure, under_way) = (account.known_missed(), account.unsure(), account.under_way());
    let are = |count: u64| if count == 1 { "is" } else { "are" };
    let mut parts = Vec::new();
    if known > 0 {
        parts.push(format!("{} {} not", grouped(known), are(known)));
    }
    if unsure > 0 {
        parts.push(format!("of {} nobody can tell", grouped(unsure)));
    }
    if under_way > 0 {
        parts.push(format!("{} {} under way", grouped(under_way), are(under_way)));
    }
    let last = parts.pop().unwrap_or_default();
    if parts.is_empty() {
        last
    } else {
        format!("{}, and {last}", parts.join(", "))
    }
}

/// What happened, in a few sentences.
pub(super) fn what_happened(account: &Account) -> Vec<String> {
    let mut said = Vec::new();
    said.push(match &account.standing {
        Standing::Running => format!("The job runs; this is how it stood at {}.", moment(account.as_of)),
        Standing::Finished(at) => format!("The job came to its end at {}.", moment(*at)),
        Standing::Stopped(at, kind, detail) => {
            let at = at.map_or_else(String::new, |at| format!(" at {}", moment(at)));
            format!("The job stopped early{at}: {}.", stop(kind, detail).trim_end_matches('.'))
        }
        Standing::Died(at) => format!(
            "The job's process ended without a word after {}: it was killed, or the machine went down. Nothing of what it had \
             noted is lost; records that it had not read yet are not counted here.",
            moment(*at)
        ),
        Standing::Untold => "This is told from the result files of a job alone.".to_owned(),
    });
    let mut work = Vec::new();
    if let Some(calls) = account.calls.as_ref().filter(|calls| calls.all > 0) {
        let mut text = counted(calls.all, "call", "calls");
        if calls.failed > 0 {
            text.push_str(&format!(", {} of which failed or were refused", grouped(calls.failed)));
        }
        work.push(text);
    }
    if let Some(took) = account.took {
        work.push(span(took));
    }
    if account.runs.len() > 1 {
        work.push(format!("{} runs", account.runs.len()));
    }
    if !work.is_empty() {
        let took = if account.standing == Standing::Running {
            "So far it took"
        } else {
            "It took"
        };
        said.push(format!("{took} {}.", work.join("; ")));
    }
    if account.duplicates > 0 {
        said.push(format!(
            "{} more of the input {} one of these records and {} sent once.",
            grouped(account.duplicates),
            if account.duplicates == 1 { "repeats" } else { "repeat" },
            if account.duplicates == 1 { "was" } else { "were" }
        ));
    }
    if let Some(verified) = &account.verified {
        said.push(format!("A look at the provider afterwards showed: {verified}."));
    }
    if account.input_left {
        said.push("The input had not ended: what was not read is in no outcome.".to_owned());
    }
    said
}

/// What is not in the wanted state, a sentence for each kind, the most pressing one first.
pub(super) fn still_there(account: &Account) -> Vec<(Verdict, u64, String)> {
    let removal = account.removes();
    let mut said = Vec::new();
    let mut say = |verdict: Verdict, count: u64, text: &str| {
        if count > 0 && !account.reached_of(verdict) {
            said.push((verdict, count, agreeing(text, count)));
        }
    };
    // Whoever was seen to be absent is not there.
    let count = |verdict| {
        let count = account.counts.of(verdict);
        count.saturating_sub(account.absent.of(verdict))
    };
    let refused = if removal {
        "{were} refused and {are} STILL there, or never {were} valid; the reasons are below"
    } else {
        "{were} refused, or never {were} valid; the reasons are below"
    };
    say(Verdict::Rejected, count(Verdict::Rejected), refused);
    say(
        Verdict::Busy,
        count(Verdict::Busy),
        "{were} in use to the last attempt and {are} STILL there",
    );
    let unknown = if removal {
        "may still be there: a call may have acted, and no readable answer tells"
    } else {
        "may have been written to: a call may have acted, and no readable answer tells"
    };
    say(Verdict::Unknown, count(Verdict::Unknown), unknown);
    say(
        Verdict::NotSent,
        count(Verdict::NotSent),
        if removal {
            "{were} not sent and {are} STILL there"
        } else {
            "{were} not sent"
        },
    );
    say(
        Verdict::Unmatched,
        count(Verdict::Unmatched),
        "{were} matched by nothing at the provider; nothing was written",
    );
    say(
        Verdict::NotFound,
        count(Verdict::NotFound),
        "{were} not found, which may be a matter of spelling",
    );
    said
}

/// What is said of records that have no outcome yet.
pub(super) fn without_outcome(account: &Account) -> String {
    let text = match account.standing {
        Standing::Running => "{are} in a call right now",
        _ => "may have been sent by a run that ended before an answer was noted",
    };
    agreeing(text, account.open)
}

/// The text with its verbs for so many.
fn agreeing(text: &str, count: u64) -> String {
    let [are, were] = if count == 1 { ["is", "was"] } else { ["are", "were"] };
    text.replace("{are}", are).replace("{were}", were)
}

/// What to do, the first thing first.
pub(super) fn steps(account: &Account, place: &Place<'_>, resume: &[String], input: InputKind) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut step = |text: String, command: Option<String>| steps.push(Step { text, command });
    let count = |verdict| account.counts.of(verdict);
    let failed = count(Verdict::Rejected) + count(Verdict::Busy) + count(Verdict::Unknown) + count(Verdict::NotSent);
    let failed = failed.saturating_sub(account.overtaken);
    let can_resume = !resume.is_empty();
    let same_input = match input {
        InputKind::Pipe => "The input came through a pipe: give the same command the same input again, with",
        _ => "Give the same command again, with",
    };
    let with_journal = format!("--journal {}", quoted(&place.journal.to_string_lossy()));
    match &account.standing {
        Standing::Running => step(
            "Nothing yet: the job runs. Write this page anew to see how it goes on:".to_owned(),
            Some(command_line([
                "report".into(),
                place.journal.as_os_str().to_owned(),
                "--html".into(),
                "FILE".into(),
                "--force".into(),
            ])),
        ),
        Standing::Stopped(..) | Standing::Died(_) => {
            let kind = match &account.standing {
                Standing::Stopped(_, kind, _) => kind.as_str(),
                _ => "",
            };
            let first = match kind {
                "credentials" => "Mend the credentials (`batchwise doctor` looks at them), then go on:",
                "wrong_target" => "Make sure that campaign and account are the right ones for this list, then go on:",
                "quota" => "When the provider's quota allows calls again, go on:",
                "untrusted" => "Find out why the server could not prove who it is, then go on:",
                _ => "Go on with the job; what is settled is not sent again:",
            };
            if can_resume {
                step(first.to_owned(), Some(go_on(place.journal, false)));
            } else {
                step(same_input.to_owned(), Some(with_journal));
            }
        }
        Standing::Finished(_) if failed > 0 => {
            let text = format!(
                "Look at the reasons below and mend what can be mended, then try the {} again:",
                account.nouns.count(failed)
            );
            if can_resume {
                step(text, Some(go_on(place.journal, true)));
            } else {
                step(
                    format!("{text} {}", same_input.to_lowercase()),
                    Some(format!("{with_journal} --retry-failed")),
                );
            }
        }
        Standing::Finished(_) if account.missed() > 0 => step(
            "Trying again will not help: compare the records below with what the provider has.".to_owned(),
            None,
        ),
        Standing::Finished(_) | Standing::Untold => {}
    }
    if account.overtaken > 0 && account.standing != Standing::Running {
        step(
            format!(
                "{} of those below {} not sent again: a later line about the same one was written, or may have been, and would \
                 be overwritten.",
                grouped(account.overtaken),
                if account.overtaken == 1 { "is" } else { "are" }
            ),
            None,
        );
    }
    if account.unsure() > 0 && account.standing != Standing::Running {
        step(
            "Records of which nobody can tell may be tried again like the others; a look at the provider tells as well.".to_owned(),
            None,
        );
    }
    if account.contradicted > 0 {
        step(
            "Find out why they are there: somebody may have made them anew, or the provider did not do what it said. Look once more:"
                .to_owned(),
            Some(command_line(["verify".into(), place.journal.as_os_str().to_owned()])),
        );
    }
    // Lines that are no records can be looked for nowhere.
    if account.unchecked > account.counts.of(Verdict::Rejected) && account.standing != Standing::Running {
        step(
            format!(
                "A look at the provider could not tell of {} whether {} still there. Look once more:",
                account.nouns.count(account.unchecked),
                if account.unchecked == 1 { "it is" } else { "they are" },
            ),
            Some(command_line(["verify".into(), place.journal.as_os_str().to_owned()])),
        );
    }
    if account.missed() == 0
        && account.contradicted == 0
        && account.unchecked == 0
        && matches!(account.standing, Standing::Finished(_))
    {
        step(
            "Nothing is left to do. If somebody will ask what was done, keep the evidence:".to_owned(),
            Some(command_line([
                "report".into(),
                place.journal.as_os_str().to_owned(),
                "--evidence".into(),
                "evidence.txt".into(),
            ])),
        );
    }
    steps
}

/// Where every record is.
pub(super) fn whole_list(place: &Place<'_>) -> Step {
    let text = match place.results {
        Some(results) => format!(
            "All of them are in {}, and with every other record in the journal:",
            results.display()
        ),
        None => "All of them are in the journal:".to_owned(),
    };
    Step {
        text,
        command: Some(command_line([
            "report".into(),
            place.journal.as_os_str().to_owned(),
            "--only".into(),
            "rejected,unknown,busy,unmatched,not_found,not_sent".into(),
            "-o".into(),
            "csv".into(),
        ])),
    }
}

/// Why a job stopped, in words.
pub(super) fn stop(kind: &str, detail: &str) -> String {
    match kind {
        "cancelled" => "it was interrupted".to_owned(),
        "deadline" => "the deadline came".to_owned(),
        "limit" => "it was limited to fewer records (--limit)".to_owned(),
        "quota" => "the provider's quota is spent".to_owned(),
        "budget" => "too many calls failed, and its budget of retries is spent".to_owned(),
        _ if detail.is_empty() => kind.replace('_', " "),
        _ => detail.to_owned(),
    }
}

/// What went wrong with a call, for somebody who has not read the manual.
pub(super) fn fault(word: &str) -> &'static str {
    match word {
        "connect" => "no connection could be made",
        "untrusted" => "the server did not prove who it is",
        "closed" => "the connection broke before the answer was there",
        "timeout" => "no answer came in time",
        "unreadable" => "an answer came that cannot be read",
        "server" => "the server said that it failed",
        "rate_limited" => "the provider asked to slow down",
        "credentials" => "the credentials were refused",
        "target" => "the campaign or the method's address is not there",
        "too_large" => "the request was too large, and was halved",
        "refused" => "the provider refused the request",
        "local" => "the request could not be made",
        _ => "it went wrong",
    }
}

/// Whether a call that went wrong in this way may have acted, as far as the journal tells.
pub(super) fn may_have_acted(fault: &str, status: Option<u16>) -> bool {
    matches!(fault, "closed" | "timeout" | "unreadable" | "server") || status.is_some_and(|status| status >= 500)
}

fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { several })
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use batchwise::Counts;

    use super::*;
    use crate::report::nouns::Nouns;

    fn account(provider: &str, standing: Standing, counts: &[(Verdict, u64)]) -> Account {
        let mut all = Counts::default();
        counts
            .iter()
            .for_each(|(verdict, count)| all.add_many(*verdict, *count));
        let reached = [Verdict::Deleted, Verdict::Updated, Verdict::NotFound].map(|verdict| all.of(verdict));
        Account {
            id: "j".to_owned(),
            nouns: Nouns::named(provider, false, &["00042".to_owned()]),
            standing,
            facts: Vec::new(),
            counts: all,
            reached: reached.iter().sum(),
            open: 0,
            verified: None,
            unchecked: 0,
            absent: Counts::default(),
            contradicted: 0,
            overtaken: 0,
            duplicates: 0,
            input_left: false,
            took: None,
            why: Vec::new(),
            other_reasons: 0,
            failed: Vec::new(),
            whole_rows: false,
            course: None,
            calls: None,
            runs: Vec::new(),
            steps: Vec::new(),
            whole_list: Step {
                text: String::new(),
                command: None,
            },
            gaps: Vec::new(),
            as_of: SystemTime::UNIX_EPOCH,
        }
    }

    const DONE: Standing = Standing::Finished(SystemTime::UNIX_EPOCH);

    fn commands(account: &Account, resume: &[String], input: InputKind) -> Vec<String> {
        let place = Place {
            journal: Path::new("my job.db"),
            results: None,
        };
        let steps = steps(account, &place, resume, input);
        steps.into_iter().filter_map(|step| step.command).collect()
    }

    #[test]
    fn the_headline_says_in_plain_words_what_became_of_the_records() {
        use Verdict::{Busy, Deleted, NotFound, Rejected, Unknown, Updated};
        for (provider, counts, told) in [
            (
                "thulium-campaign",
                &[(Deleted, 399), (NotFound, 1)][..],
                "All 400 customers are out of campaign 00042.",
            ),
            ("calltouch-import", &[(Deleted, 1)], "The import log is gone."),
            (
                "thulium-campaign",
                &[(Deleted, 5), (Busy, 1), (Unknown, 2)],
                "5 of 8 customers are out of campaign 00042; 1 is not, and of 2 nobody can tell.",
            ),
            (
                "calltouch-leads",
                &[(Updated, 2), (Rejected, 1)],
                "2 of 3 leads have their fields; 1 is not.",
            ),
            (
                "dellin-book",
                &[(Rejected, 3)],
                "None of 3 address-book objects is gone; 3 are not.",
            ),
            ("dellin-book", &[], "No record went in."),
        ] {
            assert_eq!(headline(&account(provider, DONE, counts)), told);
        }
    }

    #[test]
    fn records_in_a_call_are_under_way_while_the_job_runs_and_doubtful_when_it_died() {
        let mut account = account("calltouch-import", Standing::Running, &[(Verdict::Deleted, 300)]);
        account.open = 100;
        assert_eq!(
            headline(&account),
            "300 of 400 import logs are gone so far; 100 are under way."
        );
        account.standing = Standing::Died(SystemTime::UNIX_EPOCH);
        assert_eq!(
            headline(&account),
            "300 of 400 import logs are gone; of 100 nobody can tell."
        );
    }

    #[test]
    fn what_is_still_there_is_said_with_verbs_that_agree() {
        let counts = [(Verdict::Busy, 1), (Verdict::NotSent, 2)];
        let told: Vec<String> = still_there(&account("thulium-campaign", DONE, &counts))
            .into_iter()
            .map(|(_, count, text)| format!("{count} {text}"))
            .collect();
        assert_eq!(
            told,
            [
                "1 was in use to the last attempt and is STILL there",
                "2 were not sent and are STILL there"
            ]
        );
    }

    #[test]
    fn what_a_later_line_has_overtaken_is_not_offered_once_more() {
        let resume = ["calltouch-leads".to_owned()];
        let mut account = account(
            "calltouch-leads",
            DONE,
            &[(Verdict::Updated, 1), (Verdict::Rejected, 1)],
        );
        account.overtaken = 1;
        assert_eq!(commands(&account, &resume, InputKind::File), [""; 0]);
        let place = Place {
            journal: Path::new("job.db"),
            results: None,
        };
        let told: Vec<String> = steps(&account, &place, &resume, InputKind::File)
            .into_iter()
            .map(|step| step.text)
            .collect();
        assert!(
            told.iter()
                .any(|text| text.starts_with("1 of those below is not sent again")),
            "{told:?}"
        );
    }

    #[test]
    fn the_next_step_is_the_command_that_helps() {
        let resume = ["calltouch-import".to_owned()];
        let stopped = Standing::Stopped(None, "deadline".to_owned(), String::new());
        let of = |standing, verdict| account("calltouch-import", standing, &[(verdict, 1)]);
        let file = InputKind::File;
        assert_eq!(
            commands(&of(stopped.clone(), Verdict::NotSent), &resume, file),
            ["batchwise resume 'my job.db'"]
        );
        assert_eq!(
            commands(&of(stopped, Verdict::NotSent), &[], InputKind::Pipe),
            ["--journal 'my job.db'"]
        );
        assert_eq!(
            commands(&of(DONE, Verdict::Rejected), &resume, file),
            ["batchwise resume 'my job.db' --retry-failed"]
        );
        assert_eq!(
            commands(&of(DONE, Verdict::Deleted), &resume, file),
            ["batchwise report 'my job.db' --evidence evidence.txt"]
        );
        assert_eq!(commands(&of(DONE, Verdict::Unmatched), &resume, file), [""; 0]);
    }
}
