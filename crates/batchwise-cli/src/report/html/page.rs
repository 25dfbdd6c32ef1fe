//! The page itself. Every text goes through `maud`, which escapes it; nothing is taken as markup but what stands here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use batchwise::Verdict;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::account::{Account, Calls, Failed, MOST_CALLS, Step};
use super::clock::{moment, precise, round};
use super::course::Course;
use super::draw::{self, tone};
use super::story;
use crate::output::one_line;
use crate::progress::{grouped, span};
use crate::report::words::sentence;

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
                    (outcomes(account))
                    @if let Some(course) = &account.course {
                        (over_time(course))
                    }
                    @if let Some(calls) = &account.calls {
                        (made(calls))
                    }
                    (failed(account))
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

fn share(count: u64, of: u64) -> String {
    #[allow(clippy::cast_precision_loss)] // a figure for people
    let share = count as f64 * 100.0 / of.max(1) as f64;
    match share {
        _ if count == of => "100 %".to_owned(),
        0.0..0.1 => "< 0.1 %".to_owned(),
        99.9..=100.0 => "> 99.9 %".to_owned(),
        _ => format!("{share:.1} %"),
    }
}

fn outcomes(account: &Account) -> Markup {
    let all = account.records();
    html! {
        section aria-labelledby="outcomes-heading" {
            h2 id="outcomes-heading" { "Outcomes" }
            @if all > 0 {
                (draw::outcomes(account))
            }
            div.scroll {
                table {
                    thead { tr {
                        th scope="col" { "outcome" } th.number scope="col" { "records" } th.number scope="col" { "share" }
                        th scope="col" { "wanted" } th scope="col" { "what it means" }
                    } }
                    tbody {
                        @for (verdict, count) in account.counts.iter() {
                            tr {
                                th scope="row" { span class={ "word " (tone(verdict)) } { (verdict.as_str()) } }
                                td.number { (grouped(count)) } td.number { (share(count, all)) }
                                td { (if account.reached_of(verdict) { "yes" } else { "no" }) }
                                td.reason { (sentence(verdict)) }
                            }
                        }
                        @if account.open > 0 {
                            tr {
                                th scope="row" { span.word.doubt { "none yet" } }
                                td.number { (grouped(account.open)) } td.number { (share(account.open, all)) }
                                td { "no" }
                                td.reason { "It was noted that a call would carry the record; what came of it is not." }
                            }
                        }
                    }
                }
            }
            (reasons(account))
        }
    }
}

fn reasons(account: &Account) -> Markup {
    html! {
        @if !account.why.is_empty() {
            div.scroll {
                table {
                    caption { "Why, the most frequent first. A number lists its records, as far as this page holds them." }
                    thead { tr {
                        th.number scope="col" { "records" } th scope="col" { "outcome" } th scope="col" { "reason" }
                        th scope="col" { "code" }
                    } }
                    tbody {
                        @for why in &account.why {
                            tr {
                                td.number {
                                    @if account.reached_of(why.verdict) {
                                        (grouped(why.records))
                                    } @else {
                                        button type="button" disabled data-finds=(why.detail.trim_end_matches('…'))
                                            data-outcome=(why.verdict.as_str())
                                            aria-label={ (grouped(why.records)) " records: list them" } { (grouped(why.records)) }
                                    }
                                }
                                td { span class={ "word " (tone(why.verdict)) } { (why.verdict.as_str()) } }
                                td.reason { (prose(&why.detail)) }
                                td { @if let Some(code) = &why.code { code { (code) } } }
                            }
                        }
                        @if account.other_reasons > 0 {
                            tr { td.number { (grouped(account.other_reasons)) } td {} td { "other reasons; they stand with the records" } td {} }
                        }
                    }
                }
            }
        }
    }
}

fn over_time(course: &Course) -> Markup {
    let several = course.axis.stretches.len() > 1;
    html! {
        section aria-labelledby="course-heading" {
            h2 id="course-heading" { "Over time" }
            figure {
                div.scroll { div.wide { (draw::course(course)) } }
                ul.legend {
                    @if course.has_calls {
                        @if course.has_average() {
                            li { span.word.calm { "calls in " (draw::per(course.window)) " on average" } }
                            li { span.word.edge { "in the fullest one of each " (round(course.axis.bin)) } }
                        } @else {
                            li { span.word.calm { "calls in " (draw::per(course.window)) ", up to there" } }
                        }
                        @if course.limit.is_some() { li { span.word.dash { "what the quota allows" } } }
                    }
                    li { span.word.good { "records as wanted" } }
                    li { span.word.bad { "records that are not" @if course.has_calls { "; calls that went wrong" } } }
                    @if course.has_calls {
                        li { span.word.calm { "time in calls" } }
                        li { span.word.waits { "waiting for the quota" } }
                        li { span.word.rest { "pauses, rounds of busy records, the input" } }
                    }
                }
                figcaption {
                    "Each step is " (round(course.axis.bin)) "."
                    @if several { " Runs stand side by side; the time between them is left out." }
                    @if course.axis.left_out > 0 {
                        " Of " (course.axis.left_out + course.axis.stretches.len()) " runs the last "
                        (course.axis.stretches.len()) " are drawn."
                    }
                }
            }
            (in_figures(course))
        }
    }
}

fn in_figures(course: &Course) -> Markup {
    html! {
        details {
            summary { "The same in figures" }
            div.scroll tabindex="0" role="region" aria-label="The job over time, in figures" {
                table {
                    thead { tr {
                        th scope="col" { "from" }
                        @if course.has_calls {
                            th.number scope="col" { "calls" } th.number scope="col" { "at most in a window" }
                        }
                        th.number scope="col" { "records as wanted" } th.number scope="col" { "records not" }
                        @if course.has_calls {
                            th.number scope="col" { "in calls" } th.number scope="col" { "waiting for the quota" }
                            th scope="col" { "went wrong" }
                        }
                    } }
                    tbody {
                        @for (at, bin) in course.bins.iter().enumerate() {
                            tr {
                                th.moment scope="row" { @if let Some((begin, _)) = course.axis.span_of(at) { (moment(begin)) } }
                                @if course.has_calls { td.number { (grouped(bin.calls)) } td.number { (bin.fullest) } }
                                td.number { (grouped(bin.reached)) } td.number { (grouped(bin.missed)) }
                                @if course.has_calls {
                                    td.number { (precise(bin.in_call)) } td.number { (precise(bin.waiting)) }
                                    td {
                                        @for (nth, (fault, count)) in bin.faults.iter().enumerate() {
                                            @if nth > 0 { ", " }
                                            (count) " " (fault.replace('_', " "))
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn made(calls: &Calls) -> Markup {
    html! {
        section aria-labelledby="calls-heading" {
            h2 id="calls-heading" { "Calls" }
            dl.facts {
                dt { "calls" }
                dd {
                    (grouped(calls.all))
                    @if calls.failed > 0 { ", " (grouped(calls.failed)) " of which failed or were refused" }
                    @if calls.logins > 0 { "; " (grouped(calls.logins)) " logins beside them" }
                }
                @if let Some(each) = calls.records.checked_div(calls.all) {
                    dt { "records in a call" } dd { (grouped(each)) " on average" }
                }
                @if let Some([half, most, longest]) = calls.took {
                    dt { "an answer took" }
                    dd { (precise(half)) " in half of the calls, " (precise(most)) " in 95 of 100 at most; " (precise(longest)) " at the longest" }
                }
                dt { "quota" } dd { (calls.quota) }
                dt { "waits" } dd { (span(calls.waited)) " for slots of the quota, over all calls" }
            }
            @if !calls.mishaps.is_empty() {
                div.scroll {
                    table {
                        caption { "Calls that went wrong. What may have acted leaves a doubt on its records, which were sent again." }
                        thead { tr {
                            th.number scope="col" { "calls" } th scope="col" { "what" } th scope="col" { "HTTP" }
                            th.number scope="col" { "may have acted" } th.number scope="col" { "records in them" }
                            th scope="col" { "first" } th scope="col" { "last" }
                        } }
                        tbody {
                            @for mishap in &calls.mishaps {
                                tr {
                                    td.number { (grouped(mishap.calls)) }
                                    td.reason { (story::fault(&mishap.fault)) " (" code { (mishap.fault) } ")" }
                                    td { (mishap.status.map_or_else(String::new, |status| status.to_string())) }
                                    td.number { (grouped(mishap.may_have_acted)) } td.number { (grouped(mishap.records)) }
                                    td.moment { (moment(mishap.first)) } td.moment { (moment(mishap.last)) }
                                }
                            }
                        }
                    }
                }
                (wrong_ones(calls))
            }
        }
    }
}

fn wrong_ones(calls: &Calls) -> Markup {
    let left_out = calls.failed - (calls.listed.len() as u64).min(calls.failed);
    html! {
        details {
            summary { "Each of them" @if left_out > 0 { " (the first " (MOST_CALLS) ")" } }
            div.scroll tabindex="0" role="region" aria-label="Calls that went wrong" {
                table {
                    thead { tr {
                        th.number scope="col" { "call" } th scope="col" { "began" } th.number scope="col" { "waited" }
                        th.number scope="col" { "took" } th.number scope="col" { "records" } th scope="col" { "what" }
                        th scope="col" { "HTTP" } th scope="col" { "sent" }
                    } }
                    tbody {
                        @for call in &calls.listed {
                            tr {
                                th.number scope="row" { (grouped(call.number)) } td.moment { (moment(call.started)) }
                                td.number { (precise(call.waited)) } td.number { (precise(call.took)) }
                                td.number { (grouped(call.records)) } td { (call.fault.replace('_', " ")) }
                                td { (call.status.map_or_else(String::new, |status| status.to_string())) } td { (call.sent) }
                            }
                        }
                    }
                }
            }
            @if left_out > 0 {
                p.note { (grouped(left_out)) " more are in the table " code { "call" } " of the journal." }
            }
        }
    }
}

fn failed(account: &Account) -> Markup {
    let (missed, listed) = (account.missed(), account.failed.len() as u64);
    let with_campaign = account.failed.iter().any(|row| row.campaign.is_some());
    html! {
        section id="failed" aria-labelledby="failed-heading" {
            h2 id="failed-heading" { "Records that are not in the wanted state" }
            @if missed == 0 {
                p { "There are none." }
            } @else {
                @if listed < missed {
                    p {
                        "This page holds " (grouped(listed)) " of " (grouped(missed)) ": all of the rare outcomes, and the first of the \
                         others. " b { (grouped(missed - listed.min(missed))) " are left out." }
                    }
                    div { (to_do(&account.whole_list, "whole-list")) }
                } @else {
                        p.note { "All of them are on this page." }
                    div.note { (to_do(&account.whole_list, "whole-list")) }
                }
                (tools(account))
                div.longlist tabindex="0" role="region" aria-label="Records that are not in the wanted state" {
                    table id="records" {
                        thead { tr {
                            th.number scope="col" { "line" }
                            @if with_campaign { th scope="col" { "campaign" } }
                            th scope="col" { (if account.whole_rows { "row" } else { "record" }) }
                            th scope="col" { "outcome" } th scope="col" { "reason" }
                            th.number scope="col" { "attempts" } th scope="col" { "when" }
                        } }
                        tbody {
                            @for row in &account.failed { (record(row, with_campaign)) }
                        }
                    }
                }
                p id="none" hidden { "No record on this page has these words." }
            }
        }
    }
}

fn record(row: &Failed, with_campaign: bool) -> Markup {
    let verdict = row.verdict.unwrap_or(Verdict::Unknown);
    html! {
        tr data-outcome=(verdict.as_str()) {
            td.number { (row.line) }
            @if with_campaign { td { (isolated(row.campaign.as_deref().unwrap_or_default())) } }
            th.key scope="row" { (isolated(&row.record)) }
            td { span class={ "word " (tone(verdict)) } { (verdict.as_str()) } }
            td.reason { (prose(&row.detail)) }
            td.number { (row.attempts) }
            td.moment { @if let Some(at) = row.at { (moment(at)) } }
        }
    }
}

/// The search: of no use without its script, and not to be seen then.
fn tools(account: &Account) -> Markup {
    let mut words: Vec<&str> = Vec::new();
    for row in &account.failed {
        let word = row.verdict.unwrap_or(Verdict::Unknown).as_str();
        if !words.contains(&word) {
            words.push(word);
        }
    }
    html! {
        div id="tools" hidden role="search" {
            input id="search" type="search" placeholder="record, reason, line…" aria-label="Search the records" autocomplete="off"
                spellcheck="false";
            select id="only" aria-label="Outcome" {
                option value="" { "all outcomes" }
                @for word in words { option value=(word) { (word) } }
            }
            button type="button" id="clear" { "clear" }
            span id="shown" role="status" aria-live="polite" {}
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

    use batchwise::Counts;

    use super::super::account::{FailedCall, Mishap, Run, Standing, Why};
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

    #[test]
    fn shares_do_not_round_to_all_or_nothing() {
        assert_eq!(
            [(0, 9), (9, 9), (1, 1_000_000), (999_999, 1_000_000), (1, 3)].map(|(part, of)| share(part, of)),
            ["< 0.1 %", "100 %", "< 0.1 %", "> 99.9 %", "33.3 %"]
        );
    }
}
