//! The job over time.

use maud::{Markup, html};

use super::super::clock::{moment, precise, round};
use super::super::course::Course;
use super::super::draw;
use crate::progress::grouped;

pub(super) fn over_time(course: &Course) -> Markup {
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
