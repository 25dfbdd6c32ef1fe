//! Whole numbers in the spellings of spreadsheets.

use std::borrow::Cow;

/// Where a text stands: a line may have several columns in it, a cell does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Line,
    Cell,
}

/// A whole number as plain digits; a text that is none is given back as it is, for whoever reads keys to judge.
///
/// Taken are quotes and white space around it, no-break spaces between groups of three digits, a fraction of zeros
/// (`7001.0`), and an exponent where every digit is there (`7.001E+3`).
///
/// # Errors
/// What to do about a text that may be one number or another: digits lost to an exponent, a fraction, separators of
/// thousands.
pub(crate) fn plain_number(text: &str, standing: Standing) -> Result<Cow<'_, str>, String> {
    let text = bare(text);
    if text.bytes().all(|byte| byte.is_ascii_digit()) || !text.starts_with(|first: char| first.is_ascii_digit()) {
        return Ok(Cow::Borrowed(text));
    }
    if let Some(joined) = without_groups(text)? {
        return Ok(Cow::Owned(joined));
    }
    if let Some((mantissa, exponent)) = text.split_once(['e', 'E']) {
        return scientific(text, mantissa, exponent);
    }
    let Some((whole, separator, fraction)) = parted(text) else {
        return separated(text);
    };
    if separator == ',' && standing == Standing::Line {
        return Err("it has a comma: name the column with --column if this is CSV, else write plain digits".to_owned());
    }
    if fraction.len() == 3 && whole.len() <= 3 && !whole.starts_with('0') {
        let thousands = format!("{whole}{fraction}");
        return Err(format!(
            "it may be {thousands} or a number with a fraction: write plain digits"
        ));
    }
    if fraction.bytes().all(|byte| byte == b'0') {
        return Ok(Cow::Borrowed(whole));
    }
    Err(
        "it has a fraction, and a key has none: format the column as whole numbers or as text and export again"
            .to_owned(),
    )
}

/// A phone number as text: what a spreadsheet made of one that it took for a number is undone.
///
/// # Errors
/// What to do about a number whose digits are lost to an exponent.
pub(crate) fn plain_phone(text: &str) -> Result<Cow<'_, str>, String> {
    let text = bare(text);
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        if let Some((mantissa, exponent)) = text.split_once(['e', 'E']) {
            return scientific(text, mantissa, exponent);
        }
        if let Some((whole, '.', "0")) = parted(text) {
            return Ok(Cow::Borrowed(whole));
        }
    }
    Ok(Cow::Borrowed(text))
}

/// A whole key without the quotes in which some exports put every value.
pub(crate) fn unquoted(key: &str) -> &str {
    let inner = key.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).map_or(key, str::trim)
}

/// The text without white space, marks that nobody sees, and quotes around it; `'51001` and `="51001"` are how Excel is told
/// that a number is a text.
fn bare(text: &str) -> &str {
    // U+202E turns what follows around for the eye: 321001 reads 100123. That is not what is written, and so no number.
    let unseen = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202d}'
            )
    };
    let text = text.trim_matches(unseen);
    let formula = text
        .strip_prefix('=')
        .filter(|rest| rest.starts_with('"'))
        .unwrap_or(text);
    for quote in ['"', '\''] {
        if let Some(inner) = formula.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner.trim_matches(unseen);
        }
    }
    text.strip_prefix('\'').unwrap_or(text)
}

/// Digits in groups, joined.
fn without_groups(text: &str) -> Result<Option<String>, String> {
    let glue = |c: char| matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}' | '\u{2009}');
    if !text.contains(|c: char| glue(c) || c == ' ' || c == '\t') {
        return Ok(None);
    }
    let number = match text.rsplit_once(['.', ',']) {
        Some((number, fraction)) if !fraction.is_empty() && fraction.bytes().all(|byte| byte == b'0') => number,
        _ => text,
    };
    if !number
        .chars()
        .all(|c| c.is_ascii_digit() || glue(c) || c == ' ' || c == '\t')
    {
        return Ok(None);
    }
    let mut groups = number.split(glue);
    let first = groups.next().unwrap_or_default();
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let grouped =
        (1..=3).contains(&first.len()) && digits(first) && groups.all(|group| group.len() == 3 && digits(group));
    if grouped && number.contains(glue) {
        return Ok(Some(number.chars().filter(char::is_ascii_digit).collect()));
    }
    Err("it has spaces between digits: write one key without them, or each of several on a line of its own".to_owned())
}

/// A number with an exponent, if every digit of it is there.
fn scientific<'a>(text: &'a str, mantissa: &str, exponent: &str) -> Result<Cow<'a, str>, String> {
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let places = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || places.is_empty() || ![whole, fraction, places].into_iter().all(digits) {
        return Ok(Cow::Borrowed(text));
    }
    let places = places.parse::<usize>().ok().filter(|_| !exponent.starts_with('-'));
    match places.and_then(|places| fraction.split_at_checked(places)) {
        Some((kept, rest)) if rest.bytes().all(|byte| byte == b'0') => {
            let number = format!("{whole}{kept}");
            let number = number.trim_start_matches('0');
            Ok(Cow::Owned(if number.is_empty() { "0" } else { number }.to_owned()))
        }
        _ => Err(
            "it is a number whose digits are lost to an exponent: format the column as whole numbers or as text and \
                  export again"
                .to_owned(),
        ),
    }
}

/// Digits, one separator, digits.
fn parted(text: &str) -> Option<(&str, char, &str)> {
    let at = text.find(['.', ','])?;
    let (whole, rest) = text.split_at(at);
    let mut rest = rest.chars();
    let separator = rest.next()?;
    let fraction = rest.as_str();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && digits(fraction)).then_some((whole, separator, fraction))
}

/// Digits with several separators, or other ones.
fn separated(text: &str) -> Result<Cow<'_, str>, String> {
    let separator = |c: char| matches!(c, '.' | ',' | '\'' | '’' | '_' | '`');
    if text.chars().all(|c| c.is_ascii_digit() || separator(c)) {
        return Err(
            "it has separators between digits, and may be one number or several: write plain digits".to_owned(),
        );
    }
    Ok(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, number: &str) {
        assert_eq!(plain_number(text, Standing::Cell).as_deref(), Ok(number), "{text}");
    }

    #[test]
    fn digits_are_themselves() {
        for text in ["51001", "007", "0", "18446744073709551616"] {
            reads(text, text);
        }
    }

    #[test]
    fn quotes_and_white_space_around_a_number_are_no_part_of_it() {
        for text in [
            "\"51001\"",
            "'51001",
            "=\"51001\"",
            " 51001\u{a0}",
            "\u{200e}51001",
            "' 51001 '",
        ] {
            reads(text, "51001");
        }
    }

    #[test]
    fn a_key_in_quotes_is_that_key_and_a_quote_within_stays() {
        assert_eq!(unquoted("\" phone:1 \""), "phone:1");
        for key in ["phone:1", "\"phone:1", "\"", "\"a\",\"b\"", "\"a\"\"b\""] {
            assert_eq!(unquoted(key), key);
        }
    }

    #[test]
    fn digits_that_are_shown_the_other_way_round_are_no_number() {
        // It comes back as it stands, for a parser of ids to refuse.
        let text = plain_number("\u{202e}321001\u{202c}", Standing::Cell).unwrap();
        assert!(text.parse::<u64>().is_err(), "{text}");
    }

    #[test]
    fn a_fraction_of_zeros_is_none() {
        for text in ["7001.0", "7001,0", "7001.00", "7001,000", "7001.0000"] {
            reads(text, "7001");
        }
        reads("70.0", "70");
    }

    #[test]
    fn no_break_spaces_group_digits() {
        for text in ["1\u{a0}234", "1\u{202f}234", "1\u{a0}234,00", "1\u{a0}234.0"] {
            reads(text, "1234");
        }
        reads("12\u{a0}345\u{a0}678", "12345678");
    }

    #[test]
    fn an_exponent_is_taken_where_every_digit_is_there() {
        reads("7.001E+3", "7001");
        reads("7,001e3", "7001");
        reads("1.2345678E+07", "12345678");
        reads("1.20E+1", "12");
        reads("5E+0", "5");
    }

    #[test]
    fn digits_that_are_lost_are_not_made_up() {
        for text in [
            "1.2E+7",
            "1,2E+07",
            "7.0E+3",
            "1E+10",
            "1.23457E+11",
            "5E-3",
            "1.2E+99999999999999999999",
        ] {
            let why = plain_number(text, Standing::Cell).unwrap_err();
            assert!(why.contains("export again"), "{text}: {why}");
        }
    }

    #[test]
    fn what_may_be_two_numbers_is_refused() {
        for text in [
            "1,234",
            "1.234",
            "701.000",
            "1 234",
            "1\u{a0}23",
            "12\u{a0}34\u{a0}567",
            "51001 51002",
            "1,234,567",
            "1.234.567",
            "1'234",
            "1_234",
            "7001.5",
            "7001,25",
            "1 234,0",
        ] {
            assert!(plain_number(text, Standing::Cell).is_err(), "{text}");
        }
    }

    #[test]
    fn a_line_with_a_comma_may_be_a_row() {
        assert!(plain_number("7001,0", Standing::Line).unwrap_err().contains("--column"));
        assert_eq!(plain_number("7001.0", Standing::Line).as_deref(), Ok("7001"));
    }

    #[test]
    fn a_phone_that_was_taken_for_a_number_is_text_again() {
        for (text, phone) in [
            ("79157771122.0", "79157771122"),
            ("7.9157771122E+10", "79157771122"),
            ("8 915 777 11 22", "8 915 777 11 22"),
            ("'+48 600 700 801", "+48 600 700 801"),
        ] {
            assert_eq!(plain_phone(text).as_deref(), Ok(phone));
        }
        assert!(plain_phone("7.91578E+10").is_err());
    }

    #[test]
    fn what_is_no_number_is_left_to_others() {
        for text in ["abc", "-5", "+5", "", "#N/A", "5x", "12:30", "5E", "0x1F"] {
            reads(text, text);
        }
    }
}
