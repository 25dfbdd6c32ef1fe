//! The records that are not as wanted, and the search among them.

use batchwise::Verdict;
use maud::{Markup, html};

use super::super::account::{Account, Failed};
use super::super::clock::moment;
use super::super::draw::tone;
use super::{isolated, prose, to_do};
use crate::progress::grouped;

pub(super) fn failed(account: &Account) -> Markup {
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
