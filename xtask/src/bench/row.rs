//! One figure and what it is held against.

/// What a figure should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// Told for its own sake.
    None,
}

/// One line of a table.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) measure: String,
    pub(super) target: Target,
    /// `None` where it could not be measured; `detail` says why.
    pub(super) figure: Option<f64>,
    pub(super) unit: &'static str,
    pub(super) detail: String,
}

impl Row {
    pub(super) fn new(measure: impl Into<String>, target: Target, figure: f64, unit: &'static str) -> Self {
        Self {
            measure: measure.into(),
            target,
            figure: Some(figure),
            unit,
            detail: String::new(),
        }
    }

    /// A figure that there is none of, and why.
    pub(super) fn missing(measure: impl Into<String>, target: Target, why: impl Into<String>) -> Self {
        Self {
            measure: measure.into(),
            target,
            figure: None,
            unit: "",
            detail: why.into(),
        }
    }

    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Whether the figure is what it should be, where both are known.
    pub(super) fn is_met(&self) -> Option<bool> {
        let figure = self.figure?;
        match self.target {
            Target::AtLeast(least) => Some(figure >= least),
            Target::AtMost(most) => Some(figure <= most),
            Target::None => None,
        }
    }

    pub(super) fn target_text(&self) -> String {
        match self.target {
            Target::AtLeast(least) => format!(">= {}{}", number(least), self.unit),
            Target::AtMost(most) => format!("<= {}{}", number(most), self.unit),
            Target::None => String::new(),
        }
    }

    pub(super) fn figure_text(&self) -> String {
        match self.figure {
            Some(figure) => format!("{}{}", number(figure), self.unit),
            None => "not measured".to_owned(),
        }
    }
}

/// Rows that belong together, and the command that brings them.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) how: String,
    pub(super) rows: Vec<Row>,
}

/// Three digits, or all that stand before the point, in groups of three.
pub(super) fn number(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 || size == 0.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    let (whole, rest) = text
        .split_once('.')
        .map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match rest.map(|rest| rest.trim_end_matches('0')) {
        Some(rest) if !rest.is_empty() => format!("{sign}{grouped}.{rest}"),
        _ => format!("{sign}{grouped}"),
    }
}

/// The middle one; between two the mean.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.len() % 2) {
        (Some(upper), 0) => (upper + sorted.get(middle.wrapping_sub(1)).unwrap_or(upper)) / 2.0,
        (Some(value), _) => *value,
        (None, _) => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_shows_three_digits_and_groups_of_three() {
        let shown = [0.0, 0.97, 1.1, 12.34, 999.6, 1_234_567.0, -0.25].map(number);
        assert_eq!(shown, ["0", "0.97", "1.1", "12.3", "1,000", "1,234,567", "-0.25"]);
    }

    #[test]
    fn the_median_lies_in_the_middle() {
        assert_eq!((median(&[3.0, 1.0, 2.0]), median(&[4.0, 1.0])), (2.0, 2.5));
    }

    #[test]
    fn a_row_says_whether_its_target_is_met() {
        let row = |figure| Row::new("a", Target::AtMost(1.1), figure, "x");
        assert_eq!((row(1.1).is_met(), row(1.2).is_met()), (Some(true), Some(false)));
        assert_eq!(
            (row(1.2).target_text(), row(1.2).figure_text()),
            ("<= 1.1x".into(), "1.2x".into())
        );
        assert_eq!(Row::missing("a", Target::AtMost(1.1), "no php").is_met(), None);
    }
}
