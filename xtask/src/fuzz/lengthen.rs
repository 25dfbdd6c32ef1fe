//! Long inputs made of short ones: a part of a known input, again and again in its place.
//!
//! Nothing here knows a format. What separates parts in JSON, XML, CSV and plain lines is enough to find the parts.

use std::collections::BTreeSet;

/// An input with a part that can be had as often as wanted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stretch {
    before: Vec<u8>,
    part: Vec<u8>,
    /// What is nested in the parts.
    between: Vec<u8>,
    /// What closes each part; nothing when they stand side by side.
    close: Vec<u8>,
    after: Vec<u8>,
    /// The numbers of each part are its own, so that no two parts are the same.
    numbered: bool,
}

impl Stretch {
    /// The input with so many parts that it has about this length.
    pub(super) fn of_length(&self, length: usize) -> Vec<u8> {
        let count = length / (self.part.len() + self.close.len()).max(1);
        let mut input = self.before.clone();
        for number in 0..count {
            if self.numbered {
                push_numbered(&mut input, &self.part, number);
            } else {
                input.extend_from_slice(&self.part);
            }
        }
        input.extend_from_slice(&self.between);
        for _ in 0..count {
            input.extend_from_slice(&self.close);
        }
        input.extend_from_slice(&self.after);
        input
    }

    /// What is said of it to a reader.
    pub(super) fn shown(&self) -> String {
        let part = String::from_utf8_lossy(&self.part);
        let numbers = if self.numbered { " with a number of its own" } else { "" };
        format!("`{}`{numbers}, again and again", part.trim())
    }

    /// Side by side: the part that stands here, again and again before itself.
    fn beside(input: &[u8], start: usize, end: usize, separator: &[u8]) -> Vec<Self> {
        let (before, rest) = input.split_at(start.min(end));
        let (own, _) = rest.split_at(end - start.min(end));
        let plain = Self {
            before: before.to_vec(),
            part: [own, separator].concat(),
            between: Vec::new(),
            close: Vec::new(),
            after: rest.to_vec(),
            numbered: false,
        };
        let numbered = Self {
            numbered: true,
            ..plain.clone()
        };
        if numbers(&plain.part).next().is_some() {
            vec![plain, numbered]
        } else {
            vec![plain]
        }
    }

    /// One in the other: the opening that stands here around all that it opens.
    fn nested(input: &[u8], start: usize, inner: usize, close: &[u8], end: usize) -> Option<Self> {
        Some(Self {
            before: input.get(..start)?.to_vec(),
            part: input.get(start..inner)?.to_vec(),
            between: input.get(start..end)?.to_vec(),
            close: close.to_vec(),
            after: input.get(end..)?.to_vec(),
            numbered: false,
        })
    }
}

/// Every way to lengthen these inputs, each part once for each first line that it stands below.
pub(super) fn stretches(inputs: &[Vec<u8>]) -> Vec<Stretch> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for input in inputs {
        let first_line = input.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let mut own = Stretch::beside(input, 0, input.len(), b"");
        own.extend(lines(input));
        own.extend(brackets(input));
        own.extend(tags(input));
        own.extend(bytes(input));
        for stretch in own {
            if stretch.part.is_empty() {
                continue;
            }
            let key = (
                first_line.to_vec(),
                stretch.part.clone(),
                stretch.close.clone(),
                stretch.numbered,
            );
            if seen.insert(key) {
                all.push(stretch);
            }
        }
    }
    all
}

fn lines(input: &[u8]) -> Vec<Stretch> {
    let mut start = 0;
    let mut found = Vec::new();
    for line in input.split_inclusive(|byte| *byte == b'\n') {
        let separator: &[u8] = if line.ends_with(b"\n") { b"" } else { b"\n" };
        found.extend(Stretch::beside(input, start, start + line.len(), separator));
        start += line.len();
    }
    found
}

/// What stands between commas within brackets, and the brackets themselves.
fn brackets(input: &[u8]) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut open: Vec<(usize, usize)> = Vec::new(); // where it opened, where the element began
    let mut quoted = false;
    for (at, byte) in input.iter().enumerate() {
        match byte {
            b'"' if at == 0 || input.get(at - 1) != Some(&b'\\') => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => open.push((at, at + 1)),
            b',' => {
                if let Some((_, element)) = open.last_mut() {
                    found.extend(Stretch::beside(input, *element, at, b","));
                    *element = at + 1;
                }
            }
            b']' | b'}' => {
                if let Some((start, element)) = open.pop() {
                    found.extend(Stretch::beside(input, element, at, b","));
                    // An opening of an object is one with its first name.
                    let name = input
                        .get(start..at)
                        .unwrap_or_default()
                        .iter()
                        .position(|byte| *byte == b':');
                    let inner = match (byte, name) {
                        (b'}', Some(colon)) => start + colon + 1,
                        _ => start + 1,
                    };
                    found.extend(Stretch::nested(input, start, inner, &[*byte], at + 1));
                }
            }
            _ => {}
        }
    }
    found
}

/// Elements of XML, beside and within one another, and attributes.
fn tags(input: &[u8]) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut open: Vec<(usize, usize, &[u8])> = Vec::new(); // where it opened, where its content begins, its name
    let mut from = 0;
    while let Some(start) = position(input, from, b'<') {
        let Some(end) = position(input, start, b'>').map(|end| end + 1) else {
            break;
        };
        from = end;
        let tag = input.get(start + 1..end - 1).unwrap_or_default();
        if let Some(name) = tag.strip_prefix(b"/") {
            if let Some((opened, inner, _)) = open
                .iter()
                .rposition(|(_, _, other)| *other == name)
                .map(|at| open.remove(at))
            {
                found.extend(Stretch::beside(input, opened, end, b""));
                let close = [b"</", name, b">"].concat();
                found.extend(Stretch::nested(input, opened, inner, &close, end));
            }
        } else if tag.ends_with(b"/") || tag.starts_with(b"?") || tag.starts_with(b"!") {
            found.extend(Stretch::beside(input, start, end, b""));
        } else {
            let name = tag.split(u8::is_ascii_whitespace).next().unwrap_or_default();
            if let Some(space) = position(tag, 0, b' ') {
                found.extend(Stretch::beside(input, start + 1 + space, end - 1, b""));
            }
            open.push((start, end, name));
        }
    }
    found
}

/// The first of every sign of punctuation, and of letters, digits and what is no ASCII.
fn bytes(input: &[u8]) -> Vec<Stretch> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (at, byte) in input.iter().enumerate() {
        let class = match byte {
            b'a'..=b'z' | b'A'..=b'Z' => b'a',
            b'0'..=b'9' => b'0',
            128.. => 128,
            other => *other,
        };
        if seen.insert(class) {
            found.extend(Stretch::beside(input, at, at + 1, b"").into_iter().take(1));
        }
    }
    found
}

fn position(input: &[u8], from: usize, wanted: u8) -> Option<usize> {
    input
        .get(from..)?
        .iter()
        .position(|byte| *byte == wanted)
        .map(|at| from + at)
}

/// Where numbers of two digits and more stand.
fn numbers(part: &[u8]) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut runs = Vec::new();
    let mut start = None;
    for (at, byte) in part.iter().chain([&b' ']).enumerate() {
        match (byte.is_ascii_digit(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                if at - from >= 2 {
                    runs.push(from..at);
                }
                start = None;
            }
            _ => {}
        }
    }
    runs.into_iter()
}

fn push_numbered(input: &mut Vec<u8>, part: &[u8], number: usize) {
    let mut from = 0;
    for run in numbers(part) {
        input.extend_from_slice(part.get(from..run.start).unwrap_or_default());
        input.extend_from_slice(format!("{number:0width$}", width = run.len()).as_bytes());
        from = run.end;
    }
    input.extend_from_slice(part.get(from..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengthened(input: &str, length: usize) -> Vec<String> {
        let all = stretches(&[input.as_bytes().to_vec()]);
        all.iter()
            .map(|one| String::from_utf8(one.of_length(length)).unwrap())
            .collect()
    }

    #[test]
    fn an_element_of_a_list_comes_again_and_again_with_numbers_of_its_own() {
        let all = lengthened(r#"{"ids":[51,"x"]}"#, 9);
        assert!(all.contains(&r#"{"ids":[51,51,51,51,"x"]}"#.to_owned()), "{all:?}");
        assert!(all.contains(&r#"{"ids":[00,01,02,51,"x"]}"#.to_owned()), "{all:?}");
        assert!(all.contains(&r#"{"ids":[51,"x","x","x"]}"#.to_owned()), "{all:?}");
    }

    #[test]
    fn what_opens_is_nested_and_closed() {
        let all = lengthened(r#"[{"a":1}]"#, 13);
        assert!(all.contains(&r#"[{"a":{"a":{"a":1}}}]"#.to_owned()), "{all:?}");
        let all = lengthened("<a><b>1</b></a>", 14);
        assert!(all.contains(&"<a><b><b><b>1</b></b></b></a>".to_owned()), "{all:?}");
        assert!(all.contains(&"<a><b>1</b><b>1</b></a>".to_owned()), "{all:?}");
    }

    #[test]
    fn a_line_and_a_sign_come_again_and_again() {
        let all = lengthened("id;name\n1;\"Ann\"\n", 8);
        assert!(all.contains(&"id;name\n1;\"Ann\"\n1;\"Ann\"\n".to_owned()), "{all:?}");
        assert!(all.contains(&"id;;;;;;;;;name\n1;\"Ann\"\n".to_owned()), "{all:?}");
    }

    #[test]
    fn a_part_that_two_inputs_share_is_lengthened_once() {
        let one = b"200\n[51]".to_vec();
        assert_eq!(stretches(&[one.clone(), one.clone()]), stretches(&[one]));
    }
}
