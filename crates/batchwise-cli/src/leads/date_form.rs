//! How dates are written.

use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::fmt::strtime;

/// A form of dates: `dd.mm.yyyy hh:mm`, or `%d.%m.%Y %H:%M` as strftime has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DateForm {
    told: String,
    strftime: String,
}

/// As a workbook's own dates are read, and as the documents show a field's value.
pub(super) const ISO_DATE: &str = "%Y-%m-%d";
const ISO_MOMENT: &str = "%Y-%m-%d %H:%M:%S";

/// No lead is older; a year before it was written with fewer digits than its form has.
const FIRST_YEAR: i16 = 1000;

impl DateForm {
    /// The date of a cell; midnight where the form has no time.
    pub(super) fn read(&self, text: &str) -> Result<DateTime, String> {
        // The dates of a workbook carry no form of their own.
        [self.strftime.as_str(), ISO_MOMENT, ISO_DATE]
            .into_iter()
            .find_map(|form| DateTime::strptime(form, text).ok())
            // `26` is read as a year of four digits, and nobody means that of Tiberius.
            .filter(|date| date.year() >= FIRST_YEAR)
            .ok_or_else(|| format!("expected a date as in `{}`", self.told))
    }

    /// The date in this form.
    pub(super) fn write(&self, date: DateTime) -> Result<String, String> {
        strtime::format(&self.strftime, date).map_err(|_| format!("it cannot be written as in `{}`", self.told))
    }
}

impl FromStr for DateForm {
    type Err = String;

    fn from_str(told: &str) -> Result<Self, String> {
        let told = told.trim().to_owned();
        let strftime = if told.contains('%') {
            told.clone()
        } else {
            of_letters(&told)
        };
        let form = Self { told, strftime };
        let sample = DateTime::constant(2001, 12, 31, 0, 0, 0, 0);
        let read = form
            .write(sample)
            .ok()
            .and_then(|text| DateTime::strptime(&form.strftime, text).ok());
        if read == Some(sample) {
            Ok(form)
        } else {
            Err(format!(
                "`{}` is no form of a date: expected one such as dd.mm.yyyy, yyyy-mm-dd hh:mm:ss, or %d.%m.%Y",
                form.told
            ))
        }
    }
}

/// The form in the letters of spreadsheets; `mm` is a month unless an hour stands before it.
fn of_letters(told: &str) -> String {
    let mut form = String::new();
    let mut rest = told;
    let mut hour = false;
    while let Some(letter) = rest.chars().next() {
        let length = rest
            .chars()
            .take_while(|next| next.eq_ignore_ascii_case(&letter))
            .count();
        let run = letter.to_ascii_lowercase();
        let known = match (run, length) {
            ('y', 4) => Some("%Y"),
            ('y', 2) => Some("%y"),
            ('m', 1 | 2) if hour => Some("%M"),
            ('m', 1 | 2) => Some("%m"),
            ('d', 1 | 2) => Some("%d"),
            ('h', 1 | 2) => Some("%H"),
            ('s', 1 | 2) => Some("%S"),
            _ => None,
        };
        hour |= run == 'h';
        let end: usize = rest.chars().take(length).map(char::len_utf8).sum();
        let (same, after) = rest.split_at(end);
        form.push_str(known.unwrap_or(same));
        rest = after;
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: &str, text: &str) -> Option<String> {
        Some(form.parse::<DateForm>().unwrap().read(text).ok()?.to_string())
    }

    #[test]
    fn dates_are_read_in_the_form_that_was_told() {
        let moment = Some("2024-03-05T14:30:00".to_owned());
        assert_eq!(read("dd.mm.yyyy hh:mm", "05.03.2024 14:30"), moment);
        assert_eq!(read("%d.%m.%Y %H:%M:%S", "05.03.2024 14:30:00"), moment);
        assert_eq!(read("dd.mm.yyyy", "05.03.2024"), Some("2024-03-05T00:00:00".to_owned()));
        assert_eq!(read("m/d/yyyy", "3/5/2024"), Some("2024-03-05T00:00:00".to_owned()));
        assert_eq!(read("dd.mm.yyyy", "31.02.2024"), None);
        assert_eq!(read("dd.mm.yyyy", "05.03.2024 14:30"), None);
        assert_eq!(read("dd.mm.yyyy", "03/05/2024"), None);
    }

    #[test]
    fn a_year_of_two_digits_is_one_only_where_the_form_has_two() {
        assert_eq!(read("dd.mm.yyyy", "05.03.24"), None);
        assert_eq!(read("%d.%m.%Y", "05.03.24"), None);
        assert_eq!(read("dd.mm.yy", "05.03.24"), Some("2024-03-05T00:00:00".to_owned()));
        assert_eq!(read("dd.mm.yy", "05.03.2024"), None);
    }

    #[test]
    fn the_dates_of_a_workbook_are_read_in_any_form() {
        assert_eq!(
            read("dd.mm.yyyy", "2024-03-05 14:30:00"),
            Some("2024-03-05T14:30:00".to_owned())
        );
    }

    #[test]
    fn a_form_holds_a_whole_date() {
        for bad in ["", "dd.mm", "hh:mm", "%d.%Q.%Y", "datum"] {
            assert!(bad.parse::<DateForm>().is_err(), "{bad}");
        }
    }
}
