//! Finds a text in what a server wrote, however the server escaped it.

/// So many characters at the beginning of a text are taken for it: servers cut what they echo.
const TELLING_CHARS: usize = 8;

/// Longest run of backslashes, and most layers of percent-encoding or entities, that are looked through.
const MOST_LAYERS: usize = 16;

/// How many bytes at the start of `text` spell `wanted`; `None` when they spell something else.
///
/// Each character may stand as it is, escaped as in JSON (`\"`, `\/`, `\u00e4`), percent-encoded (`%2F`, `+` for a blank) or
/// as an entity (`&amp;`, `&#39;`, `&#x27;`), and within another such layer, as a JSON text within a JSON text has it.
/// Where `text` goes on with something else, a long enough beginning of `wanted` counts.
pub(crate) fn echo(text: &str, wanted: &str) -> Option<usize> {
    let mut ends = vec![0];
    let mut next = Vec::new();
    let mut wanted = wanted.chars().peekable();
    let mut matched = 0;
    while let Some(c) = wanted.next() {
        // Several backslashes in a row are told apart by nothing but their number.
        let mut run = 1;
        while c == '\\' && wanted.next_if_eq(&'\\').is_some() {
            run += 1;
        }
        for &end in &ends {
            let rest = text.get(end..).unwrap_or_default();
            let mut found = |after: &str| {
                let end = text.len() - after.len();
                if !next.contains(&end) {
                    next.push(end);
                }
            };
            match c {
                '\\' => backslashes(rest, run, &mut found),
                c => spellings(rest, c, &mut found),
            }
        }
        if next.is_empty() {
            ends.retain(|_| matched >= TELLING_CHARS);
            break;
        }
        std::mem::swap(&mut ends, &mut next);
        next.clear();
        matched += run;
    }
    ends.into_iter().max()
}

/// Reports what is left behind each spelling of `c` at the start of `rest`.
fn spellings<'a>(rest: &'a str, c: char, found: &mut impl FnMut(&'a str)) {
    if let Some(after) = rest.strip_prefix(c) {
        found(after);
    }
    match rest.as_bytes().first() {
        Some(b'\\') => backslashed(rest, c).into_iter().for_each(found),
        Some(b'%') => percented(rest, c, found),
        Some(b'&') => entities(rest, c, found),
        Some(b'+') if c == ' ' => rest.strip_prefix('+').into_iter().for_each(found),
        _ => {}
    }
}

/// A run of backslashes may stand for `run` of them, each doubled or not; so may each of them encoded.
fn backslashes<'a>(rest: &'a str, run: usize, found: &mut impl FnMut(&'a str)) {
    let after = rest.trim_start_matches('\\');
    if rest.len() - after.len() >= run {
        found(after);
    }
    let mut after = Some(rest);
    for _ in 0..run {
        after = after.and_then(|rest| {
            let mut last = backslashed(rest, '\\');
            percented(rest, '\\', &mut |after| last = Some(after));
            entities(rest, '\\', &mut |after| last = Some(after));
            last
        });
    }
    after.into_iter().for_each(found);
}

/// What is left behind `c` behind backslashes: `\"`, `\n`, `\u0022`.
fn backslashed(rest: &str, c: char) -> Option<&str> {
    let after = without_backslashes(rest)?;
    let letter = match c {
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        '\u{8}' => 'b',
        '\u{c}' => 'f',
        c => c,
    };
    // A backslash is doubled, and that is read as a run of them.
    if let Some(after) = after.strip_prefix(letter).filter(|_| c != '\\') {
        return Some(after);
    }
    let mut units = [0; 2];
    let mut after = after.strip_prefix('u')?;
    for (at, unit) in c.encode_utf16(&mut units).iter().enumerate() {
        if at > 0 {
            after = without_backslashes(after)?.strip_prefix('u')?;
        }
        let (digits, rest) = after.split_at_checked(4)?;
        if u16::from_str_radix(digits, 16).ok()? != *unit {
            return None;
        }
        after = rest;
    }
    Some(after)
}

fn without_backslashes(rest: &str) -> Option<&str> {
    let run = rest.bytes().take(MOST_LAYERS).take_while(|byte| *byte == b'\\').count();
    if run == 0 { None } else { rest.get(run..) }
}

/// Reports what is left behind the bytes of `c` as `%C3%A4`, or as `%25C3%25A4`.
fn percented<'a>(rest: &'a str, c: char, found: &mut impl FnMut(&'a str)) {
    if c == '%' {
        let mut after = rest.strip_prefix('%');
        for _ in 0..MOST_LAYERS {
            after = after.and_then(|rest| rest.strip_prefix("25"));
            after.into_iter().for_each(&mut *found);
        }
        return;
    }
    let mut buffer = [0; 4];
    let mut bytes = c.encode_utf8(&mut buffer).bytes();
    let after = bytes.try_fold(rest, |rest, byte| byte_of(rest.strip_prefix('%')?, byte));
    after.into_iter().for_each(found);
}

fn byte_of(mut rest: &str, byte: u8) -> Option<&str> {
    for _ in 0..MOST_LAYERS {
        let (digits, after) = rest.split_at_checked(2)?;
        if u8::from_str_radix(digits, 16).ok() == Some(byte) && !digits.starts_with('+') {
            return Some(after);
        }
        rest = rest.strip_prefix("25")?;
    }
    None
}

/// Reports what is left behind `c` as `&quot;`, `&#34;`, `&#x22;`, or one of them with its `&` as an entity again.
fn entities<'a>(rest: &'a str, c: char, found: &mut impl FnMut(&'a str)) {
    let mut after = rest.strip_prefix('&');
    for _ in 0..MOST_LAYERS {
        after
            .and_then(|rest| reference(rest, c))
            .into_iter()
            .for_each(&mut *found);
        after = after.and_then(|rest| rest.strip_prefix("amp;"));
    }
}

fn reference(rest: &str, c: char) -> Option<&str> {
    let name = match c {
        '&' => "amp;",
        '<' => "lt;",
        '>' => "gt;",
        '"' => "quot;",
        '\'' => "apos;",
        _ => "",
    };
    if let Some(after) = rest.strip_prefix(name).filter(|_| !name.is_empty()) {
        return Some(after);
    }
    let number = rest.strip_prefix('#')?;
    // The longest number of a character is `x10ffff`; zeros may lead it.
    let end = number.bytes().take(MOST_LAYERS).position(|byte| byte == b';')?;
    let (digits, after) = (number.get(..end)?, number.get(end + 1..)?);
    let value = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    (value.ok()? == u32::from(c)).then_some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is_echo(text: &str, wanted: &str) {
        assert_eq!(echo(text, wanted), Some(text.len()), "{text}");
    }

    #[test]
    fn a_text_is_found_as_it_is_and_nothing_else_is() {
        is_echo("to/ken", "to/ken");
        assert_eq!(echo("to/ken and more", "to/ken"), Some(6));
        for other in [
            "",
            "to/",
            "To/ken",
            "t0/ken",
            "to//ken",
            "%zz/ken",
            "\\u00/ken",
            "&#/ken",
        ] {
            assert_eq!(echo(other, "to/ken"), None, "{other}");
        }
    }

    #[test]
    fn json_may_escape_what_it_likes() {
        for text in [
            r#"a\"/ä😀=\n"#,
            r#"a\"\/\u00e4\uD83D\ude00\u003d\u000a"#,
            r"\u0061\u0022\u002f\u00E4\ud83d\uDE00=\n",
        ] {
            is_echo(text, "a\"/ä😀=\n");
        }
    }

    #[test]
    fn every_letter_that_json_has_for_a_control_character_is_read() {
        is_echo(r"\n\r\t\b\f", "\n\r\t\u{8}\u{c}");
    }

    #[test]
    fn a_json_text_within_a_json_text_is_seen_through() {
        is_echo(r#"a\\\"\\\/\\u00e4"#, "a\"/ä");
        is_echo(r#"a\\\\b"#, r"a\b");
        is_echo(r#"a\\\\\\\\b"#, r"a\\b");
        is_echo(r#"a\u005cb"#, r"a\b");
        is_echo(r"a\\\", r#"a\"#);
    }

    #[test]
    fn percent_encoding_may_be_of_either_case_of_any_character_and_twofold() {
        for text in ["a%2Fb%20%C3%A4", "a%2fb+%c3%a4", "%61/%62 ä", "a%252Fb%2520%25C3%25A4"] {
            is_echo(text, "a/b ä");
        }
        is_echo("100%2525%2F", "100%/");
        is_echo("100%25", "100%");
        is_echo("100%", "100%");
    }

    #[test]
    fn entities_may_have_names_numbers_and_layers() {
        for text in [
            "&lt;a&gt;&amp;&quot;&apos;",
            "&#60;a&#62;&#38;&#34;&#039;",
            "&#x3C;a&#x3e;&#x26;&#x22;&#x27;",
            "&amp;lt;a&amp;gt;&amp;amp;&amp;quot;&amp;#39;",
            "<a>&\"'",
        ] {
            is_echo(text, "<a>&\"'");
        }
        is_echo("&amp;x", "&amp;x");
    }

    #[test]
    fn a_beginning_of_eight_characters_is_enough() {
        is_echo("secret-t", "secret-token/x");
        is_echo("secret%2", "secret%2d");
        assert_eq!(echo("secret-to\"}", "secret-token/x"), Some(9));
        assert_eq!(echo("secret-token%2", "secret-token/x"), Some(12));
        assert_eq!(echo("secret-service", "secret-token/x"), None);
        assert_eq!(echo("secret", "secret7"), None);
    }

    #[test]
    fn endless_escapes_are_not_followed() {
        assert_eq!(echo(&"\\".repeat(1000), "a"), None);
        assert_eq!(echo(&format!("%{}", "25".repeat(1000)), "a"), None);
        assert_eq!(echo(&format!("&{}", "amp;".repeat(1000)), "a"), None);
    }
}
