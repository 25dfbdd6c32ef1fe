//! The page itself. Every text goes through `maud`, which escapes it; nothing is taken as markup but what stands here.

mod calls;
mod course;
mod outcomes;
mod records;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::account::{Account, Step};
use super::clock::moment;
use super::draw::tone;
use super::story;
use crate::output::one_line;
use crate::progress::{grouped, span};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Shown in the browser's tab; drawn here, so that nothing is asked for.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' \
    height='16' rx='3' fill='%230f7b5f'/%3E%3Cpath d='M4 8.5l2.6 2.6L12 5.5' stroke='%23fff' stroke-width='2' fill='none'/%3E%3C/svg%3E";

/// Nothing may be loaded, sent or run but this style and this script.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// The whole page. No control character of a text from outside is in it, wherever that stands.
pub(super) fn page(account: &Account) -> String {
    let page = markup(account).into_string();
    let visible = |c: char| {
        if c.is_control() && c != '\n' {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    page.chars().map(visible).collect()
}

fn markup(account: &Account) -> Markup {
    let headline = story::headline(account);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                title { (headline) " · batchwise" }
                link rel="icon" href=(ICON);
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#failed" { "To the records that are not as wanted" }
                header {
                    p.kicker { "Report of batchwise job " (account.id) ", written " (moment(account.as_of)) }
                    h1 { (isolated(&headline)) }
                    @for text in story::what_happened(account) {
                        p { (prose(&text)) }
                    }
                    (tiles(account))
                }
                main {
                    (next(account))
                    (outcomes::outcomes(account))
                    @if let Some(course) = &account.course {
                        (course::over_time(course))
                    }
                    @if let Some(calls) = &account.calls {
                        (calls::made(calls))
                    }
                    (records::failed(account))
                    (about(account))
                }
                footer {
                    p {
                        "This page holds keys of records and what the provider said of them, which may be personal data: it is \
                         readable for its owner alone, loads nothing and sends nothing. Times are in UTC. Written by batchwise "
                        (env!("CARGO_PKG_VERSION")) "."
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// A text from outside, whose letters steer neither a terminal nor the direction of what stands around them.
fn isolated(text: &str) -> Markup {
    html! { bdi { (one_line(text)) } }
}

/// A text with what stands in backticks as code.
fn prose(text: &str) -> Markup {
    let text = one_line(text);
    html! {
        bdi {
            @for (nth, part) in text.split('`').enumerate() {
                @if nth % 2 == 0 { (part) } @else { code { (part) } }
            }
        }
    }
}

fn tiles(account: &Account) -> Markup {
    let (unsure, known) = (account.unsure(), account.known_missed());
    html! {
        ul.tiles {
            li { b { (grouped(account.records())) } span { (account.nouns.plural()) } }
            li.good { b { (grouped(account.reached)) } span { "in the wanted state" } }
            li class=(if known > 0 { "bad" } else { "" }) { b { (grouped(known)) } span { "are not" } }
            li class=(if unsure > 0 { "doubt" } else { "" }) { b { (grouped(unsure)) } span { "nobody can tell" } }
            @if account.under_way() > 0 {
                li.calm { b { (grouped(account.under_way())) } span { "under way" } }
            }
            @if let Some(calls) = &account.calls {
                li.calm { b { (grouped(calls.all)) } span { "calls" } }
            }
            @if let Some(took) = account.took {
                li.calm { b { (span(took)) } span { "of running" } }
            }
        }
    }
}

fn next(account: &Account) -> Markup {
    let still = story::still_there(account);
    html! {
        section aria-labelledby="next-title" {
            h2 id="next-title" { "What is left, and what to do next" }
            @if !still.is_empty() || account.open > 0 {
                ul.still {
                    @for (verdict, count, text) in &still {
                        li class=(tone(*verdict)) { b { (account.nouns.count(*count)) } " " (text) " (" code { (verdict.as_str()) } ")." }
                    }
                    @if account.open > 0 {
                        li.doubt { b { (account.nouns.count(account.open)) } " " (story::without_outcome(account)) "." }
                    }
                }
            }
            @if account.steps.is_empty() && account.missed() == 0 {
                p { "Nothing is left to do." }
            }
            @if !account.steps.is_empty() {
                ol.steps {
                    @for (nth, step) in account.steps.iter().enumerate() {
                        li { (to_do(step, &format!("step-{nth}"))) }
                    }
                }
            }
            @for gap in &account.gaps {
                p.note { (prose(gap)) }
            }
        }
    }
}

fn to_do(step: &Step, id: &str) -> Markup {
    html! {
        p { (prose(&step.text)) }
        @if let Some(command) = &step.command {
            div.command {
                code id=(id) tabindex="-1" { (one_line(command)) }
                button type="button" hidden data-copies=(id) { "copy" }
            }
        }
    }
}

fn about(account: &Account) -> Markup {
    html! {
        section aria-labelledby="about-heading" {
            h2 id="about-heading" { "About the job" }
            dl.facts {
                @for (name, value) in &account.facts {
                    dt { (name) } dd { (prose(value)) }
                }
            }
            @if !account.runs.is_empty() {
                div.scroll {
                    table {
                        caption { "Runs" }
                        thead { tr {
                            th.number scope="col" { "run" } th scope="col" { "began" } th scope="col" { "ended" }
                            th.number scope="col" { "calls" } th scope="col" { "by" } th scope="col" { "how it ended" }
                        } }
                        tbody {
                            @for run in &account.runs {
                                tr {
                                    th.number scope="row" { (run.number) } td.moment { (moment(run.started)) }
                                    td.moment { (run.ended.map_or_else(|| "-".to_owned(), moment)) } td.number { (grouped(run.calls)) }
                                    td { (isolated(&run.who)) } td.reason { (prose(&run.ending)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use batchwise::{Counts, Verdict};

    use super::super::account::{Calls, Failed, FailedCall, Mishap, Run, Standing, Why};
    use super::super::course::{Call, Counting};
    use super::*;
    use crate::report::nouns::Nouns;

    /// What would be an element, an end of a script, an attribute and the end of one.
    const HOSTILE: &str = "<img src=x onerror=alert(1)></script><script>alert(2)</script>\" onload=alert(3) '--><!--\u{202e}\u{0}\u{1b}[2J";

    fn account(text: &str) -> Account {
        let hostile = || text.to_owned();
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_764_000_000);
        let mut counts = Counts::default();
        counts.add_many(Verdict::Deleted, 5);
        counts.add_many(Verdict::Rejected, 1);
        let mut counting = Counting::new(&[(1, at, Duration::from_secs(9))], &[]);
        counting.call(Call {
            run: 1,
            started: at,
            waited: Duration::ZERO,
            took: Duration::from_millis(20),
            fault: Some(text),
        });
        let step = || Step {
            text: hostile(),
            command: Some(hostile()),
        };
        Account {
            id: hostile(),
            nouns: Nouns::named("thulium-campaign", false, &[hostile()]),
            standing: Standing::Stopped(Some(at), hostile(), hostile()),
            facts: vec![("account", hostile())],
            counts,
            reached: 5,
            open: 1,
            verified: None,
            unchecked: 0,
            absent: Counts::default(),
            contradicted: 0,
            overtaken: 0,
            duplicates: 1,
            input_left: true,
            took: Some(Duration::from_secs(9)),
            why: vec![Why {
                verdict: Verdict::Rejected,
                detail: hostile(),
                code: Some(hostile()),
                records: 1,
            }],
            other_reasons: 1,
            failed: vec![Failed {
                line: 1,
                campaign: Some(hostile()),
                record: hostile(),
                verdict: Some(Verdict::Rejected),
                detail: hostile(),
                attempts: 1,
                at: Some(at),
            }],
            whole_rows: false,
            course: Some(counting.end()),
            calls: Some(Calls {
                all: 1,
                failed: 1,
                mishaps: vec![Mishap {
                    fault: hostile(),
                    status: Some(500),
                    calls: 1,
                    records: 1,
                    may_have_acted: 1,
                    first: at,
                    last: at,
                }],
                listed: vec![FailedCall {
                    number: 1,
                    started: at,
                    waited: Duration::ZERO,
                    took: Duration::ZERO,
                    records: 1,
                    fault: hostile(),
                    status: Some(500),
                    sent: hostile(),
                }],
                quota: hostile(),
                ..Calls::default()
            }),
            runs: vec![Run {
                number: 1,
                started: at,
                ended: None,
                who: hostile(),
                calls: 1,
                ending: hostile(),
            }],
            steps: vec![step()],
            whole_list: step(),
            gaps: vec![hostile()],
            as_of: at,
        }
    }

    /// What is markup in a page: every tag with its attributes, their values left out.
    fn tags(page: &str) -> Vec<String> {
        let (mut tags, mut tag, mut quoted) = (Vec::new(), None::<String>, false);
        for character in page.chars() {
            match (&mut tag, character) {
                (None, '<') => tag = Some(String::new()),
                (None, _) => {}
                (Some(_), '"') => quoted = !quoted,
                (Some(_), _) if quoted => {}
                (Some(_), '>') => tags.extend(tag.take()),
                (Some(tag), other) => tag.push(other),
            }
        }
        tags
    }

    #[test]
    fn a_text_from_outside_is_never_markup_wherever_it_stands() {
        let (page, plain) = (page(&account(HOSTILE)), page(&account("plain")));
        assert!(page.matches("&lt;img src=x").count() > 20, "{page}");
        assert_eq!(tags(&page), tags(&plain));
        assert!(!page.contains(['\u{0}', '\u{1b}']));
    }

    #[test]
    fn a_text_that_changes_the_direction_of_writing_does_so_for_itself_alone() {
        let page = page(&account(HOSTILE));
        let rows = page.split("<tbody>").last().unwrap_or_default();
        for piece in rows.split('\u{202e}').skip(1) {
            assert!(piece.starts_with("\\u{0}"), "{piece}");
        }
        let failed = page.split("id=\"records\"").nth(1).unwrap_or_default();
        assert!(failed.contains("<bdi>&lt;img"), "{failed}");
    }

    #[test]
    fn nothing_is_run_styled_or_loaded_but_what_the_policy_names() {
        let page = page(&account("plain"));
        for hash in [STYLE, SCRIPT].map(|text| STANDARD.encode(Sha256::digest(text))) {
            assert!(page.contains(&format!("'sha256-{hash}'")));
        }
        let shown = page.replace(STYLE, "").replace(SCRIPT, "");
        for forbidden in [
            " style=",
            " onclick=",
            " src=",
            "url(",
            "http-equiv=\"refresh",
            "@import",
            "<iframe",
            "<object",
        ] {
            assert!(!shown.contains(forbidden), "{forbidden}");
        }
        // The icon's name space is the only address there is.
        assert_eq!(page.matches("http://").count() + page.matches("https://").count(), 1);
        assert!(!SCRIPT.contains("innerHTML") && !SCRIPT.contains("eval"));
    }
}
