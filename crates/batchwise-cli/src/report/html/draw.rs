//! Pictures, as SVG. Colours come from the page's style, so that they follow light, dark and paper.

use std::time::{Duration, SystemTime};

use batchwise::Verdict;
use maud::{Markup, html};

use super::account::Account;
use super::axis::Stretch;
use super::clock::{day_and_time, precise, round, time_of_day};
use super::course::{Bin, Course};
use crate::progress::{grouped, span};

/// Width of the pictures, and where the drawing begins and ends in it.
const WIDTH: f64 = 960.0;
const LEFT: f64 = 86.0;
const RIGHT: f64 = 8.0;

/// Where the first lane begins: below the names of the runs and its own heading.
const TOP: f64 = 44.0;

/// Room between two runs.
const GAP: f64 = 12.0;

/// Steps between ticks of the axis, in seconds.
const TICKS: [u64; 17] = [
    1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400, 604_800, 2_592_000,
];

/// A number to draw by.
#[allow(clippy::cast_precision_loss)] // a picture
fn real(number: u64) -> f64 {
    number as f64
}

/// A coordinate, in tenths.
fn at(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// How the outcomes are coloured.
pub(super) const fn tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Deleted | Verdict::Updated => "good",
        Verdict::Unchanged | Verdict::NotFound | Verdict::PresumedDeleted => "fair",
        Verdict::Busy | Verdict::Unknown => "doubt",
        Verdict::Rejected | Verdict::Unmatched => "bad",
        _ => "idle",
    }
}

/// All outcomes as one bar, each as wide as its share, but wide enough to be seen.
pub(super) fn outcomes(account: &Account) -> Markup {
    const LEAST: f64 = 4.0;
    const HEIGHT: f64 = 34.0;
    let mut parts: Vec<(&str, &str, u64)> = account
        .counts
        .iter()
        .map(|(verdict, count)| (verdict.as_str(), tone(verdict), count))
        .collect();
    if account.open > 0 {
        parts.push(("without an outcome", "doubt", account.open));
    }
    let total = real(account.records().max(1));
    let widened: f64 = parts
        .iter()
        .map(|(_, _, count)| (real(*count) / total * WIDTH).max(LEAST))
        .sum();
    let scale = WIDTH / widened.max(1.0);
    let mut x = 0.0;
    let drawn: Vec<(f64, f64, &str, String)> = parts
        .iter()
        .map(|(word, tone, count)| {
            let width = (real(*count) / total * WIDTH).max(LEAST) * scale;
            let place = (x, width, *tone, format!("{} {word}", grouped(*count)));
            x += width;
            place
        })
        .collect();
    let told: Vec<&str> = drawn.iter().map(|(.., told)| told.as_str()).collect();
    html! {
        svg.picture.bar viewBox={ "0 0 " (at(WIDTH)) " " (at(HEIGHT)) } preserveAspectRatio="none" role="img"
            aria-labelledby="outcomes-title outcomes-desc" {
            title id="outcomes-title" { "Outcomes of all records" }
            desc id="outcomes-desc" { (told.join(", ")) }
            @for (x, width, tone, told) in &drawn {
                rect class={ "fill " (tone) } x=(at(*x)) y="0" width=(at((width - 1.0).max(2.0))) height=(at(HEIGHT)) {
                    title { (told) }
                }
            }
        }
    }
}

/// One picture under the other over the same time.
struct Lane {
    top: f64,
    height: f64,
    most: f64,
}

impl Lane {
    fn y(&self, value: f64) -> f64 {
        self.top + self.height - (value / self.most).clamp(0.0, 1.0) * self.height
    }

    fn bottom(&self) -> f64 {
        self.top + self.height
    }
}

/// Where time is.
struct Scale<'a> {
    course: &'a Course,
    /// Width of a millisecond.
    unit: f64,
}

impl<'a> Scale<'a> {
    fn of(course: &'a Course) -> Self {
        let total: f64 = course.axis.stretches.iter().map(|stretch| millis(stretch.length)).sum();
        let gaps = course.axis.stretches.len().saturating_sub(1);
        let room = WIDTH - LEFT - RIGHT - GAP * real(gaps as u64);
        Self {
            course,
            unit: room / total.max(1.0),
        }
    }

    /// Where a run begins.
    fn begin(&self, nth: usize) -> f64 {
        let before = self.course.axis.stretches.get(..nth).unwrap_or_default();
        let drawn: f64 = before.iter().map(|stretch| millis(stretch.length) * self.unit).sum();
        LEFT + drawn + GAP * real(nth as u64)
    }

    fn x(&self, nth: usize, stretch: &Stretch, moment: SystemTime) -> f64 {
        let since = moment.duration_since(stretch.started).unwrap_or_default();
        self.begin(nth) + millis(since.min(stretch.length)) * self.unit
    }

    /// Every bin with its sides.
    fn bins(&self) -> Vec<(f64, f64, &'a Bin, (SystemTime, SystemTime))> {
        let mut bins = Vec::new();
        for (nth, stretch) in self.course.axis.stretches.iter().enumerate() {
            for at in stretch.first..stretch.first + stretch.bins {
                let (Some(span), Some(bin)) = (self.course.axis.span_of(at), self.course.bins.get(at)) else {
                    continue;
                };
                let sides = (self.x(nth, stretch, span.0), self.x(nth, stretch, span.1));
                bins.push((sides.0, sides.1, bin, span));
            }
        }
        bins
    }
}

fn millis(length: Duration) -> f64 {
    length.as_secs_f64() * 1000.0
}

/// A round number that is no smaller.
fn round_up(value: f64) -> f64 {
    let power = 10_f64.powf(value.max(0.1).log10().floor());
    let found = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0].map(|step| step * power);
    found.into_iter().find(|step| *step >= value).unwrap_or(value)
}

/// Boxes that stand on one another's sides, as one path.
fn boxes(boxes: impl IntoIterator<Item = (f64, f64, f64, f64)>) -> String {
    let mut path = String::new();
    for (left, right, top, bottom) in boxes {
        if bottom - top > 0.04 {
            path.push_str(&format!(
                "M{} {}H{}V{}H{}Z",
                at(left),
                at(top),
                at(right.max(left + 0.5)),
                at(bottom),
                at(left)
            ));
        }
    }
    path
}

/// Calls against the quota, records, waits and faults, over the time in which the job ran.
pub(super) fn course(course: &Course) -> Markup {
    let scale = Scale::of(course);
    let bins = scale.bins();
    let faults = course.faults();
    let window = course.window.as_secs_f64();
    let average = |bin: &Bin, span: &(SystemTime, SystemTime)| {
        let length = span.1.duration_since(span.0).unwrap_or_default().as_secs_f64();
        // The last bin of a run may be much shorter than the window.
        real(bin.calls) * window / length.max(window)
    };
    let per_second = |count: u64, span: &(SystemTime, SystemTime)| {
        let length = span.1.duration_since(span.0).unwrap_or_default().as_secs_f64();
        real(count) / length.max(course.axis.bin.as_secs_f64() / 2.0)
    };
    let fullest = bins.iter().map(|(_, _, bin, _)| bin.fullest).max().unwrap_or_default();
    let limit = course.limit.map(|limit| real(limit.into()));
    let most_records = bins
        .iter()
        .map(|(_, _, bin, span)| per_second(bin.reached + bin.missed, span))
        .fold(0.0, f64::max);

    let mut top = TOP;
    let mut lane = |height: f64, most: f64| {
        let lane = Lane { top, height, most };
        top += height + 30.0;
        lane
    };
    let calls = course
        .has_calls
        .then(|| lane(120.0, round_up(real(fullest).max(limit.unwrap_or(0.0)) * 1.08)));
    let records = lane(100.0, round_up(most_records));
    let doing = course.has_calls.then(|| lane(40.0, 1.0));
    let marks = (!faults.is_empty()).then(|| lane(18.0 * real(faults.len() as u64), 1.0));
    let bottom = top - 30.0 + 6.0;
    let height = bottom + 34.0;
    let floor = bottom - 6.0;

    html! {
        svg.picture viewBox={ "0 0 " (at(WIDTH)) " " (at(height)) } role="img" aria-labelledby="course-title course-desc" {
            title id="course-title" { "The job over time" }
            desc id="course-desc" { (described(course, fullest, most_records)) }
            (ruler(&scale, floor, bottom))
            @if let Some(lane) = &calls {
                (heading(lane, &format!("calls in {}", per(course.window))))
                (grid(lane))
                @if course.has_average() {
                    path.fill.calm.average d=(boxes(bins.iter().map(|(l, r, bin, span)| {
                        (*l, *r, lane.y(average(bin, span)), lane.bottom())
                    }))) {}
                    path.line d=(boxes(bins.iter().map(|(l, r, bin, _)| {
                        let y = lane.y(real(bin.fullest));
                        (*l, *r, y - if bin.fullest > 0 { 1.0 } else { 0.0 }, y + if bin.fullest > 0 { 1.0 } else { 0.0 })
                    }))) {}
                } @else {
                    path.fill.calm d=(boxes(bins.iter().map(|(l, r, bin, _)| (*l, *r, lane.y(real(bin.fullest)), lane.bottom())))) {}
                }
                @if let Some(limit) = limit {
                    line.limit x1=(at(LEFT)) x2=(at(WIDTH - RIGHT)) y1=(at(lane.y(limit))) y2=(at(lane.y(limit))) {}
                    text.label.limited x=(at(WIDTH - RIGHT)) y=(at(lane.y(limit) - 5.0)) text-anchor="end" {
                        "the quota: " (limit) " in " (per(course.window))
                    }
                }
            }
            (heading(&records, "records settled a second"))
            (grid(&records))
            path.fill.good d=(boxes(bins.iter().map(|(l, r, bin, span)| {
                (*l, *r, records.y(per_second(bin.reached, span)), records.bottom())
            }))) {}
            path.fill.bad d=(boxes(bins.iter().map(|(l, r, bin, span)| {
                let all = per_second(bin.reached + bin.missed, span);
                // A few among many are to be seen.
                let least = if bin.missed > 0 { 2.0 } else { 0.0 };
                let lower = records.y(per_second(bin.reached, span));
                (*l, *r, records.y(all).min(lower - least), lower)
            }))) {}
            @if let Some(lane) = &doing {
                (heading(lane, "what its time went into"))
                path.fill.idle d=(boxes(bins.iter().map(|(l, r, ..)| (*l, *r, lane.top, lane.bottom())))) {}
                path.fill.waits d=(boxes(bins.iter().map(|(l, r, bin, span)| {
                    let (call, waits) = shares(bin, span);
                    (*l, *r, lane.y(call + waits), lane.bottom())
                }))) {}
                path.fill.calm d=(boxes(bins.iter().map(|(l, r, bin, span)| (*l, *r, lane.y(shares(bin, span).0), lane.bottom())))) {}
            }
            @if let Some(lane) = &marks {
                (heading(lane, "calls that went wrong"))
                @for (nth, (fault, _)) in faults.iter().enumerate() {
                    @let y = lane.top + 18.0 * real(nth as u64) + 9.0;
                    line.rule x1=(at(LEFT)) x2=(at(WIDTH - RIGHT)) y1=(at(y)) y2=(at(y)) {}
                    text.label x=(at(LEFT - 8.0)) y=(at(y + 4.0)) text-anchor="end" { (fault.replace('_', " ")) }
                    @for (left, right, count) in bins.iter().filter_map(|(l, r, bin, _)| bin.faults.get(*fault).map(|count| (l, r, count))) {
                        circle.fill.bad cx=(at(f64::midpoint(*left, *right))) cy=(at(y)) r=(at((3.0 + real(*count).sqrt()).min(8.0))) {}
                    }
                }
            }
            @for (left, right, bin, span) in &bins {
                rect.probe x=(at(*left)) y=(at(TOP)) width=(at((right - left).max(1.0))) height=(at(floor - TOP)) {
                    title { (told(course, bin, span)) }
                }
            }
        }
    }
}

/// `a second`, `a minute`, `20 s`.
pub(super) fn per(window: Duration) -> String {
    match window.as_secs() {
        1 => "a second".to_owned(),
        60 => "a minute".to_owned(),
        3600 => "an hour".to_owned(),
        _ => round(window),
    }
}

/// How much of a bin's time calls and waits took.
fn shares(bin: &Bin, span: &(SystemTime, SystemTime)) -> (f64, f64) {
    let length = span
        .1
        .duration_since(span.0)
        .unwrap_or_default()
        .as_secs_f64()
        .max(0.001);
    let share = |time: Duration| (time.as_secs_f64() / length).min(1.0);
    (share(bin.in_call), share(bin.waiting))
}

fn heading(lane: &Lane, text: &str) -> Markup {
    html! { text.heading x=(at(LEFT)) y=(at(lane.top - 8.0)) { (text) } }
}

/// Lines for nothing, half and all, with what they mean.
fn grid(lane: &Lane) -> Markup {
    let values = [0.0, lane.most / 2.0, lane.most];
    html! {
        @for value in values {
            line.rule x1=(at(LEFT)) x2=(at(WIDTH - RIGHT)) y1=(at(lane.y(value))) y2=(at(lane.y(value))) {}
            text.label x=(at(LEFT - 8.0)) y=(at(lane.y(value) + 4.0)) text-anchor="end" { (figure(value)) }
        }
    }
}

/// A value beside a line.
fn figure(value: f64) -> String {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // it is whole, and between these
    if (10.0..1e15).contains(&value) || value == 0.0 {
        grouped(value.round() as u64)
    } else {
        let text = format!("{value:.2}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// The time below the lanes, and where runs begin.
fn ruler(scale: &Scale<'_>, floor: f64, bottom: f64) -> Markup {
    const LABEL: f64 = 74.0;
    const DAY: f64 = 112.0;
    let several = scale.course.axis.stretches.len() > 1;
    let step = TICKS
        .iter()
        .map(|step| Duration::from_secs(*step))
        .find(|step| millis(*step) * scale.unit >= LABEL);
    let step = step.unwrap_or(Duration::from_secs(31_536_000));
    let mut free = 0.0;
    let mut runs = Vec::new();
    for (nth, stretch) in scale.course.axis.stretches.iter().enumerate() {
        let left = scale.begin(nth);
        let has_room = left >= free;
        if has_room {
            free = left + DAY;
        }
        runs.push((nth, stretch, left, left + millis(stretch.length) * scale.unit, has_room));
    }
    html! {
        @for (nth, stretch, left, right, has_room) in &runs {
            rect.ground x=(at(*left)) y=(at(TOP)) width=(at(right - left)) height=(at(floor - TOP)) {}
            @if several && right - left > 44.0 {
                text.label.run x=(at(*left)) y="13" { "run " (stretch.run) }
            }
            @if *has_room {
                text.label.day x=(at(*left)) y=(at(bottom + 28.0)) { (day_and_time(stretch.started)) }
            }
            @for (x, moment) in ticks(scale, *nth, stretch, step) {
                line.tick x1=(at(x)) x2=(at(x)) y1=(at(TOP)) y2=(at(bottom)) {}
                text.label x=(at(x)) y=(at(bottom + 13.0)) text-anchor="middle" { (time_of_day(moment, step)) }
            }
        }
    }
}

/// Where whole steps of the clock are within a run, with room for what is written there.
fn ticks(scale: &Scale<'_>, nth: usize, stretch: &Stretch, step: Duration) -> Vec<(f64, SystemTime)> {
    let since = stretch
        .started
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let step_seconds = step.as_secs().max(1);
    let mut ticks = Vec::new();
    let mut seconds = since.div_ceil(step_seconds) * step_seconds;
    let end = stretch.started + stretch.length;
    while let Some(moment) = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
        && moment <= end
        && ticks.len() < 40
    {
        let x = scale.x(nth, stretch, moment);
        if x > LEFT + 10.0 && x < WIDTH - 26.0 {
            ticks.push((x, moment));
        }
        seconds += step_seconds;
    }
    ticks
}

/// What is told of a bin where somebody points at it.
fn told(course: &Course, bin: &Bin, span: &(SystemTime, SystemTime)) -> String {
    let mut told = format!("{} and {} on", day_and_time(span.0), round(course.axis.bin));
    if course.has_calls {
        told.push_str(&format!(
            "\n{} calls, at most {} in {}",
            grouped(bin.calls),
            bin.fullest,
            per(course.window)
        ));
    }
    told.push_str(&format!("\n{} records settled", grouped(bin.reached + bin.missed)));
    if bin.missed > 0 {
        told.push_str(&format!(", {} of them not as wanted", grouped(bin.missed)));
    }
    if course.has_calls {
        let (call, waits) = shares(bin, span);
        told.push_str(&format!(
            "\n{:.0} % in calls, {:.0} % waiting for the quota",
            call * 100.0,
            waits * 100.0
        ));
    }
    for (fault, count) in &bin.faults {
        told.push_str(&format!("\n{} × {}", grouped(*count), fault.replace('_', " ")));
    }
    told
}

/// The picture in words.
fn described(course: &Course, fullest: u64, most_records: f64) -> String {
    let total: Duration = course.axis.stretches.iter().map(|stretch| stretch.length).sum();
    let mut text = format!("Over {} in {} runs", span(total), course.axis.stretches.len());
    if course.has_calls {
        text.push_str(&format!(", at most {fullest} calls in {}", per(course.window)));
        match course.limit {
            Some(limit) => text.push_str(&format!(" where the quota allows {limit}")),
            None => text.push_str(" without a quota"),
        }
        let sum = |of: fn(&Bin) -> Duration| course.bins.iter().map(of).sum::<Duration>();
        text.push_str(&format!(
            "; {} in calls, {} waiting for the quota",
            precise(sum(|bin| bin.in_call)),
            precise(sum(|bin| bin.waiting))
        ));
    }
    text.push_str(&format!("; up to {} records settled a second", figure(most_records)));
    for (fault, count) in course.faults() {
        text.push_str(&format!("; {count} calls: {}", fault.replace('_', " ")));
    }
    text.push_str(". The same stands in figures in the table below the picture.");
    text
}
