//! Numbers for fields, in the spellings of spreadsheets.

use batchwise::calltouch_leads::FieldValue;

/// From here on a number does not keep its digits in JSON.
const MAX_DIGITS: usize = 15;

/// The mark between whole and fraction: told, or read off the number where that is clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Clear,
    Told(char),
}

/// The number of a cell: `1 234,56`, `-17`, `1.234,5`.
pub(super) fn amount(text: &str, mark: Mark) -> Result<FieldValue, String> {
    let (negative, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    };
    let (whole, fraction) = parts(digits, mark)?;
    let significant = format!("{whole}{fraction}");
    let significant = significant.trim_start_matches('0');
    if significant.len() > MAX_DIGITS {
        return Err("it has more digits than a number keeps: map it as text".to_owned());
    }
    let sign = if negative { "-" } else { "" };
    if fraction.bytes().all(|byte| byte == b'0') {
        let number = format!("{sign}{whole}").parse::<i64>().map_err(|_| not_a_number())?;
        return Ok(FieldValue::from(number));
    }
    let number = format!("{sign}{whole}.{fraction}")
        .parse::<f64>()
        .map_err(|_| not_a_number())?;
    Ok(FieldValue::from(number))
}

fn not_a_number() -> String {
    "expected a number such as 1234.5 or 1 234,5".to_owned()
}

/// Whole and fraction as plain digits.
fn parts(text: &str, mark: Mark) -> Result<(String, String), String> {
    let is_space = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2007}' | '\u{2009}');
    let spaced = text.contains(is_space);
    let marks: Vec<char> = text.chars().filter(|c| matches!(c, '.' | ',')).collect();
    let mark = match (mark, marks.as_slice()) {
        (Mark::Told(mark), _) => Some(mark),
        (Mark::Clear, []) => None,
        // Both are there: the later one is the mark.
        (Mark::Clear, [.., before, last]) if before != last => Some(*last),
        // The same one twice separates thousands.
        (Mark::Clear, [_, _, ..]) => None,
        (Mark::Clear, [one]) => match text.split_once(*one) {
            Some((whole, fraction))
                if !spaced && fraction.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0') =>
            {
                return Err(format!(
                    "it may be {whole}{fraction} or {whole} and a fraction: say what marks the fraction, as in number(,) or number(.)"
                ));
            }
            _ => Some(*one),
        },
    };
    let (whole, fraction) = match mark.and_then(|mark| text.rsplit_once(mark)) {
        Some((whole, fraction)) => (whole, fraction),
        None => (text, ""),
    };
    let separates = |c: char| is_space(c) || (matches!(c, '.' | ',') && Some(c) != mark);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let groups: Vec<&str> = whole.split(separates).collect();
    let grouped = match groups.as_slice() {
        [one] => digits(one),
        [first, rest @ ..] => {
            first.len() <= 3 && digits(first) && rest.iter().all(|group| group.len() == 3 && digits(group))
        }
        [] => false,
    };
    let whole_mark = mark.is_some_and(|mark| text.contains(mark));
    if !grouped || (whole_mark && !digits(fraction)) {
        return Err(not_a_number());
    }
    Ok((groups.concat(), fraction.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, mark: Mark, number: f64) {
        let expected = if number.fract() == 0.0 {
            #[allow(clippy::cast_possible_truncation)]
            FieldValue::from(number as i64)
        } else {
            FieldValue::from(number)
        };
        assert_eq!(amount(text, mark), Ok(expected), "{text}");
    }

    #[test]
    fn numbers_are_read_as_russian_polish_and_english_spreadsheets_write_them() {
        for text in [
            "1234.56",
            "1234,56",
            "1 234,56",
            "1\u{a0}234,56",
            "1\u{202f}234,56",
            "1,234.56",
            "1.234,56",
        ] {
            reads(text, Mark::Clear, 1234.56);
        }
        reads("12 345 678", Mark::Clear, 12_345_678.0);
        reads("1,234,567", Mark::Clear, 1_234_567.0);
        reads("-17", Mark::Clear, -17.0);
        reads("−17,5", Mark::Clear, -17.5);
        reads("0,125", Mark::Clear, 0.125);
        reads("7001.0", Mark::Clear, 7001.0);
    }

    #[test]
    fn what_may_be_thousands_has_to_be_told() {
        assert!(amount("1,234", Mark::Clear).unwrap_err().contains("number(,)"));
        reads("1,234", Mark::Told(','), 1.234);
        reads("1,234", Mark::Told('.'), 1234.0);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "-",
            "abc",
            "1 23",
            "1,23,4",
            "1.2.3",
            "5%",
            "100 zł",
            "1E+7",
            "1e5",
            ",5",
            "5,",
            "1,234.5,6",
        ] {
            assert!(amount(text, Mark::Clear).is_err(), "{text}");
        }
        assert!(amount("1234567890123456", Mark::Clear).is_err());
    }
}
