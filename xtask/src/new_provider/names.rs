//! What a provider crate is called, in each of the places where it has a name.

use std::str::FromStr;

/// The name of a new crate: the provider, a dash, and what its records are or what is done to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProviderName(String);

impl FromStr for ProviderName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> = text.split('-').collect();
        let is_word = |word: &&str| {
            word.starts_with(|first: char| first.is_ascii_lowercase())
                && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        if words.len() >= 2 && words.iter().all(is_word) {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!(
                "`{text}` names no provider crate: say the provider and its records in small letters, such as acme-contacts"
            ))
        }
    }
}

impl ProviderName {
    /// `acme-contacts`.
    pub(super) fn krate(&self) -> &str {
        &self.0
    }

    /// `acme_contacts`.
    pub(super) fn module(&self) -> String {
        self.0.replace('-', "_")
    }

    /// `acme`.
    pub(super) fn house(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// `AcmeContacts`.
    pub(super) fn client(&self) -> String {
        let capital = |word: &str| {
            let mut letters = word.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        };
        self.0.split('-').map(capital).collect()
    }

    /// A template with the names in it.
    pub(super) fn fill(&self, template: &str) -> String {
        template
            .replace("{{crate}}", self.krate())
            .replace("{{module}}", &self.module())
            .replace("{{house}}", self.house())
            .replace("{{HOUSE}}", &self.house().to_uppercase())
            .replace("{{Client}}", &self.client())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_a_form_for_each_place() {
        let name: ProviderName = "acme-old-contacts".parse().unwrap();
        assert_eq!(
            name.fill("{{crate}} {{module}} {{house}} {{HOUSE}} {{Client}}"),
            "acme-old-contacts acme_old_contacts acme ACME AcmeOldContacts"
        );
        assert_eq!(name.fill("{{{Client}}, x}"), "{AcmeOldContacts, x}");
    }

    #[test]
    fn what_is_no_crate_name_is_refused() {
        for bad in [
            "acme",
            "Acme-contacts",
            "acme_contacts",
            "acme-",
            "-x",
            "acme-1",
            "acme contacts",
            "",
        ] {
            assert!(bad.parse::<ProviderName>().is_err(), "{bad}");
        }
    }
}
