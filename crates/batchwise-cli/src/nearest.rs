//! The nearest right word.

/// The known word that a mistyped one was meant to be, if any comes near.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let likeness = |candidate: &str| strsim::jaro_winkler(&word, &candidate.to_lowercase());
    known
        .into_iter()
        .map(|candidate| (likeness(candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_a_stranger_finds_none() {
        let known = ["calltouch", "dellin", "thulium"];
        assert_eq!(nearest("delin", known), Some("dellin"));
        assert_eq!(nearest("Thulum", known), Some("thulium"));
        assert_eq!(nearest("xyz", known), None);
    }
}
