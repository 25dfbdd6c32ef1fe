//! JSON of a documented shape, read in place.

/// Reads JSON of exactly the shape that its caller expects, in one pass and without memory of its own.
///
/// A decoder tries this first: nearly every answer is the documented one in which everything was done, and building a tree
/// of it would cost more than the rest of the call. Every method gives `None` at the first thing that is not as expected
/// (another type, an unknown, missing or repeated name, an escaped character, a number with a sign or a fraction); the
/// decoder then parses the whole text anew and interprets what is there. So whatever is read here is plain JSON, and
/// nothing odd is ever judged by it.
///
/// ```
/// use batchwise_core::Documented;
///
/// let mut json = Documented::new(br#"{"ids": [7, 8], "error": null}"#);
/// let mut ids = Vec::new();
/// let read = json.object(&["error", "ids"], |name, json| match name {
///     "ids" => json.list(|json| Some(ids.push(json.number()?))),
///     _ => json.null(),
/// });
/// assert!(read.and_then(|()| json.end()).is_some());
/// assert_eq!(ids, [7, 8]);
/// ```
#[derive(Debug, Clone)]
pub struct Documented<'a> {
    rest: &'a [u8],
}

impl<'a> Documented<'a> {
    /// Begins at the first byte.
    #[must_use]
    pub const fn new(json: &'a [u8]) -> Self {
        Self { rest: json }
    }

    /// An object with each of these names once, in any order, and no other; at most 32 of them. `value` reads what stands
    /// under a name.
    pub fn object(
        &mut self,
        names: &[&'static str],
        mut value: impl FnMut(&'static str, &mut Self) -> Option<()>,
    ) -> Option<()> {
        let mut missing: u32 = u32::MAX
            .checked_shr(32_u32.checked_sub(u32::try_from(names.len()).ok()?)?)
            .unwrap_or(0);
        self.byte(b'{')?;
        if self.takes(b'}') {
            return (missing == 0).then_some(());
        }
        let mut next = 0;
        loop {
            let at = self.name(names, next)?;
            next = at + 1;
            let mark = 1_u32.checked_shl(u32::try_from(at).ok()?)?;
            if missing & mark == 0 {
                return None;
            }
            missing ^= mark;
            value(names.get(at).copied()?, self)?;
            if !self.takes(b',') {
                self.byte(b'}')?;
                return (missing == 0).then_some(());
            }
        }
    }

    /// Which of the names comes, with its colon. Most answers have them in the order in which they are documented: the next
    /// one is compared as bytes, which is cheaper than to read a text first.
    #[inline]
    fn name(&mut self, names: &[&'static str], next: usize) -> Option<usize> {
        if let Some(rest) = names.get(next).and_then(|expected| self.after_name(expected)) {
            self.rest = rest;
            return Some(next);
        }
        let at = match names.get(next) {
            Some(expected) if self.exactly(expected).is_some() => next,
            _ => {
                let name = self.text()?;
                names.iter().position(|expected| *expected == name)?
            }
        };
        self.byte(b':')?;
        Some(at)
    }

    /// What follows this name and its colon, with no white space among them, as most servers write it: one comparison.
    #[inline]
    fn after_name(&self, name: &str) -> Option<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(name.len() + 3)?;
        match head {
            [b'"', spelled @ .., b'"', b':'] if spelled == name.as_bytes() => Some(rest),
            _ => None,
        }
    }

    /// An object with any names. `value` reads what stands under a name, and sees to it that none comes twice.
    pub fn members(&mut self, mut value: impl FnMut(&'a str, &mut Self) -> Option<()>) -> Option<()> {
        self.byte(b'{')?;
        if self.takes(b'}') {
            return Some(());
        }
        loop {
            let name = self.text()?;
            self.byte(b':')?;
            value(name, self)?;
            if !self.takes(b',') {
                return self.byte(b'}');
            }
        }
    }

    /// A list; `element` reads one of its elements.
    pub fn list(&mut self, mut element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.byte(b'[')?;
        if self.takes(b']') {
            return Some(());
        }
        loop {
            element(self)?;
            if !self.takes(b',') {
                return self.byte(b']');
            }
        }
    }

    /// An empty list.
    pub fn nothing(&mut self) -> Option<()> {
        self.list(|_| None)
    }

    /// A text without escaped characters.
    pub fn text(&mut self) -> Option<&'a str> {
        self.byte(b'"')?;
        let end = self
            .rest
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?;
        let text = std::str::from_utf8(self.rest.get(..end)?).ok()?;
        self.rest = self.rest.get(end..)?;
        self.here(b'"')?;
        Some(text)
    }

    /// This text and no other; one that JSON writes as it is.
    #[inline]
    pub fn exactly(&mut self, text: &'static str) -> Option<()> {
        self.skip_blanks();
        let rest = self.rest.strip_prefix(b"\"")?.strip_prefix(text.as_bytes())?;
        self.rest = rest.strip_prefix(b"\"")?;
        Some(())
    }

    /// These characters and no others, white space included. Where others come nothing is read, so that they can be looked at
    /// in another way: most servers write an element in one way, and to compare it whole is cheaper than to read its members.
    #[inline]
    pub fn spelled(&mut self, json: &'static str) -> Option<()> {
        self.rest = self.rest.strip_prefix(json.as_bytes())?;
        Some(())
    }

    /// A whole number from 0, in plain digits. What follows it has to be something else than a part of a number.
    pub fn number(&mut self) -> Option<u64> {
        /// So many digits fit into 64 bits, whatever they are.
        const SURE_DIGITS: usize = 19;
        self.skip_blanks();
        let (mut number, mut digits) = (0_u64, 0);
        for byte in self.rest {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
            digits += 1;
        }
        let (spelled, rest) = self.rest.split_at_checked(digits)?;
        if digits > SURE_DIGITS {
            number = std::str::from_utf8(spelled).ok()?.parse().ok()?;
        }
        let leading_zero = digits > 1 && spelled.first() == Some(&b'0');
        let goes_on = matches!(rest.first(), Some(b'.' | b'e' | b'E'));
        self.rest = rest;
        (digits > 0 && !leading_zero && !goes_on).then_some(number)
    }

    /// `null`.
    #[inline]
    pub fn null(&mut self) -> Option<()> {
        self.skip_blanks();
        self.rest = self.rest.strip_prefix(b"null")?;
        Some(())
    }

    /// `true`.
    pub fn truth(&mut self) -> Option<()> {
        self.skip_blanks();
        self.rest = self.rest.strip_prefix(b"true")?;
        Some(())
    }

    /// `null`, which is `Some(None)`, or what `value` reads.
    pub fn optional<T>(&mut self, value: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.null() {
            Some(()) => Some(None),
            None => value(self).map(Some),
        }
    }

    /// The end: nothing but white space follows.
    pub fn end(&mut self) -> Option<()> {
        self.skip_blanks();
        self.rest.is_empty().then_some(())
    }

    #[inline]
    fn skip_blanks(&mut self) {
        while let Some((b' ' | b'\t' | b'\n' | b'\r', rest)) = self.rest.split_first() {
            self.rest = rest;
        }
    }

    /// This byte, after white space.
    #[inline]
    fn byte(&mut self, byte: u8) -> Option<()> {
        self.skip_blanks();
        self.here(byte)
    }

    #[inline]
    fn here(&mut self, byte: u8) -> Option<()> {
        match self.rest.split_first() {
            Some((first, rest)) if *first == byte => {
                self.rest = rest;
                Some(())
            }
            _ => None,
        }
    }

    /// True when this byte was next, which is then behind.
    #[inline]
    fn takes(&mut self, byte: u8) -> bool {
        self.byte(byte).is_some()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// Everything that can be read, as a tree: objects of the names `a` and `b`.
    fn tree(json: &mut Documented<'_>) -> Option<Value> {
        json.skip_blanks();
        match json.rest.first()? {
            b'{' => {
                let mut members = serde_json::Map::new();
                json.object(&["a", "b"], |name, json| {
                    let value = tree(json)?;
                    members.insert(name.to_owned(), value);
                    Some(())
                })?;
                Some(Value::Object(members))
            }
            b'[' => {
                let mut elements = Vec::new();
                json.list(|json| {
                    elements.push(tree(json)?);
                    Some(())
                })?;
                Some(Value::Array(elements))
            }
            b'"' => json.text().map(Value::from),
            b'n' => json.null().map(|()| Value::Null),
            b't' => json.truth().map(|()| Value::Bool(true)),
            _ => json.number().map(Value::from),
        }
    }

    fn read(text: &[u8]) -> Option<Value> {
        let mut json = Documented::new(text);
        let value = tree(&mut json)?;
        json.end()?;
        Some(value)
    }

    #[test]
    fn what_is_spelled_is_read_whole_and_anything_else_is_left_where_it_is() {
        let mut json = Documented::new(br#"{"id":7,"error":null}"#);
        for other in [r#"{"id": "#, r#" {"id":"#, r#"{"no":"#] {
            assert_eq!(json.spelled(other), None, "{other}");
        }
        assert_eq!(json.spelled(r#"{"id":"#), Some(()));
        assert_eq!(json.number(), Some(7));
        assert_eq!(json.spelled(r#","error":null}"#), Some(()));
        assert_eq!(json.end(), Some(()));
    }

    #[test]
    fn what_is_plain_is_read() {
        for text in [
            "7",
            " [ ] ",
            r#"[0,18446744073709551615,9999999999999999999,"x","ж",null,true]"#,
            r#"{"b":1,"a":2}"#,
            "{ \"b\" : [ ] , \"a\" : { \"a\" : 1 , \"b\" : \"\" } }\r\n",
        ] {
            assert_eq!(read(text.as_bytes()), serde_json::from_str(text).ok(), "{text}");
        }
    }

    #[test]
    fn what_is_odd_is_left_to_a_parser() {
        for text in [
            "",
            "07",
            "007",
            "-7",
            "7.0",
            "7e1",
            "18446744073709551616",
            "99999999999999999999",
            "false",
            "truer",
            "nul",
            "7 8",
            "[7,]",
            "[7",
            r#""a\"b""#,
            "\"a\nb\"",
            r#""a"#,
            r#"{"a":1}"#,
            r#"{"a":1,"b":2,"c":3}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"a":1,"b":2,"a":3}"#,
            r#"{"a" 1,"b":2}"#,
            r#"{"a":1,"b":2,}"#,
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
        assert_eq!(read(b"\"\xff\""), None);
    }

    #[test]
    fn a_text_is_exactly_what_is_expected_or_left_where_it_is() {
        let mut json = Documented::new(b" \"success\" \"successful\"");
        assert_eq!(json.exactly("success"), Some(()));
        assert_eq!(json.exactly("success"), None);
        assert_eq!(json.text(), Some("successful"));
    }

    #[test]
    fn what_may_be_null_is_read_either_way() {
        let mut json = Documented::new(b"[null,7,true]");
        let mut read = Vec::new();
        let end = json.list(|json| {
            read.push(json.optional(Documented::number)?);
            Some(())
        });
        assert_eq!(end, None);
        assert_eq!(read, [None, Some(7)]);
    }

    #[test]
    fn an_object_of_no_names_is_empty() {
        assert_eq!(Documented::new(b"{}").object(&[], |_, _| None), Some(()));
        assert_eq!(Documented::new(b"{\"a\":1}").object(&[], |_, json| json.null()), None);
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_what_a_parser_reads(text in r#"[\[\]{},:"\\ab01.e n\t-]{0,24}|\{"a":[0-9"n\[\]ul,]{0,6},"b":[0-9nul]{1,5}\}"#) {
            if let Some(value) = read(text.as_bytes()) {
                prop_assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value));
            }
        }
    }
}
