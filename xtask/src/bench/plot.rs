//! The plot: records per second of every peer, a panel for each method.

use std::fmt::Write;

use super::method::Method;
use super::peers;
use super::report::Report;
use super::row::{median, number};
use super::throughput::{Speed, to_float};

const WIDTH: u32 = 760;
/// Where bars begin, and how long the longest is.
const LEFT: u32 = 160;
const LONGEST: f64 = 480.0;
const BAR: u32 = 16;
const STEP: u32 = 22;

/// The plot as SVG; an empty one where nothing was compared.
pub(super) fn draw(report: &Report) -> String {
    let mut out = String::new();
    write(report, &mut out).unwrap_or_default();
    out
}

fn write(report: &Report, out: &mut String) -> std::fmt::Result {
    let panels: Vec<(Method, Vec<&Speed>)> = Method::ALL
        .into_iter()
        .filter_map(|method| panel(report, method).map(|speeds| (method, speeds)))
        .collect();
    let bars: usize = panels.iter().map(|(_, speeds)| speeds.len()).sum();
    let height = 20 + u32::try_from(panels.len() * 40 + bars * 22).unwrap_or(0);
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>"
    )?;
    let mut y = 10;
    for (method, speeds) in panels {
        let records = speeds.first().map_or(0, |speed| speed.records);
        y += 18;
        writeln!(
            out,
            "<text x=\"10\" y=\"{y}\" font-weight=\"bold\">{}: records per second, {} records</text>",
            method.provider(),
            number(to_float(records))
        )?;
        y += 10;
        let most = speeds.iter().map(|speed| median(&speed.rounds)).fold(1.0, f64::max);
        for speed in speeds {
            let rate = median(&speed.rounds);
            let width = (rate / most * LONGEST).max(1.0);
            let ours = [peers::STREAM, peers::DELETER, peers::COMMAND].contains(&speed.peer);
            let colour = if ours { "#1f6feb" } else { "#9aa4b2" };
            let middle = y + 12;
            writeln!(
                out,
                "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{}</text>",
                LEFT - 8,
                speed.peer
            )?;
            writeln!(
                out,
                "<rect x=\"{LEFT}\" y=\"{y}\" width=\"{width:.1}\" height=\"{BAR}\" fill=\"{colour}\"/>"
            )?;
            writeln!(
                out,
                "<text x=\"{:.1}\" y=\"{middle}\">{}</text>",
                f64::from(LEFT) + width + 6.0,
                number(rate)
            )?;
            y += STEP;
        }
        y += 12;
    }
    writeln!(out, "</svg>")
}

/// The speeds of a method at the greatest number of records that all its peers were given.
fn panel(report: &Report, method: Method) -> Option<Vec<&Speed>> {
    let of_method: Vec<&Speed> = report.speeds.iter().filter(|speed| speed.method == method).collect();
    let count = |size: u64| of_method.iter().filter(|speed| speed.records == size).count();
    let sizes = of_method.iter().map(|speed| speed.records);
    let size = sizes.max_by_key(|size| (count(*size), *size))?;
    Some(of_method.into_iter().filter(|speed| speed.records == size).collect())
}
