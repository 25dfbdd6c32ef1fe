//! Property paths of violations: which record a refusal names.

/// Reads `importLogIds[2]` or `leads[0].addCustomFields.customFields` as a zero-based index into `list` and the rest.
///
/// The spelling with the list's name in brackets (`[leads][0][matching]`), which the same validator uses for plain arrays,
/// is read too. Anything else is `None`: another list, no index, an index that is no number.
///
/// ```
/// use calltouch_common::violation_path;
///
/// assert_eq!(violation_path("importLogIds[2]", "importLogIds"), Some((2, "")));
/// assert_eq!(violation_path("leads[0].addCustomFields", "leads"), Some((0, "addCustomFields")));
/// assert_eq!(violation_path("leads", "leads"), None);
/// ```
#[must_use]
pub fn violation_path<'a>(path: &'a str, list: &str) -> Option<(usize, &'a str)> {
    let path = path.trim();
    let behind = match path.strip_prefix('[') {
        Some(bracketed) => bracketed.strip_prefix(list)?.strip_prefix(']')?,
        None => path.strip_prefix(list)?,
    };
    let (digits, rest) = behind.strip_prefix('[')?.split_once(']')?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let index = digits.parse().ok()?;
    match rest.chars().next() {
        None => Some((index, "")),
        Some('.') => Some((index, rest.get(1..)?)),
        Some('[') => Some((index, rest)),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_documented_paths() {
        assert_eq!(violation_path("importLogIds[2]", "importLogIds"), Some((2, "")));
        assert_eq!(
            violation_path("leads[0].addCustomFields.customFields", "leads"),
            Some((0, "addCustomFields.customFields"))
        );
        assert_eq!(
            violation_path("[leads][17][matching][0]", "leads"),
            Some((17, "[matching][0]"))
        );
    }

    #[test]
    fn is_total_on_garbage() {
        let long = format!("leads[{}]", "9".repeat(100_000));
        for path in [
            "",
            "leads",
            "leads[]",
            "leads[-1]",
            "leads[+1]",
            "leads[ 1]",
            "leads[1",
            "leads1]",
            "leads[1]x",
            "leads[x]",
            "leads[١]",
            "leadsleads[1]",
            "matching[1]",
            "[leads[1]",
            "[leads]",
            "ж[0]",
            "leads[99999999999999999999]",
            long.as_str(),
        ] {
            assert_eq!(violation_path(path, "leads"), None, "{path:.40}");
        }
    }
}
