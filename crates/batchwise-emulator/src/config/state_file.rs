//! Why a state file can't be used.

/// A state file that can't be used: the text names the line, the key and what was expected there.
#[derive(Debug, Clone, thiserror::Error)]
#[error("state file: {0}")]
pub struct StateFileError(#[from] toml::de::Error);

#[cfg(test)]
mod tests {
    use crate::EmulatorConfig;

    fn error_of(text: &str) -> String {
        EmulatorConfig::from_toml(text).unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let error = error_of("[quota]\noff = true\nthulum = []\n");
        assert!(error.contains("line 3"), "{error}");
        assert!(error.contains("unknown field `thulum`"), "{error}");
        assert!(error.contains("expected one of `off`, `calltouch`"), "{error}");
    }

    #[test]
    fn a_bad_range_says_what_was_expected() {
        let error = error_of("[calltouch-import]\nids = [1, \"9-3\"]\n");
        assert!(error.contains("line 2"), "{error}");
        assert!(
            error.contains("expected an id such as 51205 or a range such as \"51001-51100\""),
            "{error}"
        );
    }

    #[test]
    fn a_bad_rate_says_what_was_expected() {
        let error = error_of("[quota]\ndellin = [\"45 a minute\"]\n");
        assert!(error.contains("line 2"), "{error}");
        assert!(error.contains("such as \"5/s\""), "{error}");
    }

    #[test]
    fn a_fault_of_an_unknown_kind_lists_the_known_ones() {
        let error = error_of("\n[[fault]]\nresult = \"explode\"\n");
        assert!(error.contains("line 2"), "{error}");
        assert!(error.contains("expected one of refuse, reset_before"), "{error}");
    }

    #[test]
    fn a_parameter_that_means_nothing_is_refused() {
        let error = error_of("[[fault]]\nresult = \"refuse\"\nretry_after = 3\n");
        assert!(
            error.contains("`retry_after` has no meaning for `result = \"refuse\"`"),
            "{error}"
        );
    }

    #[test]
    fn a_fault_on_nobody_lists_the_methods() {
        let error = error_of("[[fault]]\nresult = \"refuse\"\non = \"dellin-boook\"\n");
        assert!(error.contains("dellin-book, dellin-login"), "{error}");
    }

    #[test]
    fn a_busy_record_stays_for_answers_or_for_seconds() {
        let error = error_of(
            "[[thulium-campaign]]\nid = \"00042\"\n[thulium-campaign.customers]\nbusy = [{ ids = [1], answers = 2, seconds = 3 }]\n",
        );
        assert!(error.contains("line 4"), "{error}");
        assert!(error.contains("expected one of them"), "{error}");
    }

    #[test]
    fn a_number_with_more_records_than_an_answer_can_list_is_refused() {
        for records in ["0", "1001", "4294967295"] {
            let error = error_of(&format!(
                "[[thulium-campaign]]\nid = \"00042\"\n[thulium-campaign.phones]\nrecords = {{ \"600\" = {records} }}\n"
            ));
            assert!(error.contains("line 4"), "{error}");
            assert!(error.contains("expected 1 to 1000"), "{error}");
        }
    }

    #[test]
    fn a_whole_state_file_is_read() {
        EmulatorConfig::from_toml(include_str!("../../tests/state.toml")).unwrap();
    }

    #[test]
    fn the_state_file_of_the_readme_is_read() {
        let readme = include_str!("../../README.md");
        let (_, rest) = readme.split_once("```toml\n").unwrap();
        let (state, _) = rest.split_once("```").unwrap();
        EmulatorConfig::from_toml(state).unwrap();
    }
}
