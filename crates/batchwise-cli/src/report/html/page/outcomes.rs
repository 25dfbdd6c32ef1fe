//! What came of the records, and why.

use maud::{Markup, html};

use super::super::account::Account;
use super::super::draw::{self, tone};
use super::prose;
use crate::progress::grouped;
use crate::report::words::sentence;

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

pub(super) fn outcomes(account: &Account) -> Markup {
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

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn shares_do_not_round_to_all_or_nothing() {
        assert_eq!(
            [(0, 9), (9, 9), (1, 1_000_000), (999_999, 1_000_000), (1, 3)].map(|(part, of)| share(part, of)),
            ["< 0.1 %", "100 %", "< 0.1 %", "> 99.9 %", "33.3 %"]
        );
    }
}
