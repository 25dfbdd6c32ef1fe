//! The calls, and those that went wrong.

use maud::{Markup, html};

use super::super::account::{Calls, MOST_CALLS};
use super::super::clock::{moment, precise};
use super::super::story;
use crate::progress::{grouped, span};

pub(super) fn made(calls: &Calls) -> Markup {
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
