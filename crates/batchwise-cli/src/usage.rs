//! Mistakes on the command line, answered with the nearest right words.

use clap::CommandFactory;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use crate::args::Cli;

/// The error with a tip where clap knows none.
pub(crate) fn helped(mut error: Error) -> Error {
    if error.kind() != ErrorKind::InvalidSubcommand || error.get(ContextKind::SuggestedSubcommand).is_some() {
        return error;
    }
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return error;
    };
    let arguments: Vec<String> = std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    if let Some(tip) = tip(word, &arguments) {
        let tips = vec![StyledStr::from(tip)];
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
    }
    error
}

/// What somebody meant who gave this word where a command was expected.
fn tip(word: &str, arguments: &[String]) -> Option<String> {
    let cli = Cli::command();
    let methods = cli.get_subcommands().flat_map(|provider| {
        let methods = provider.get_subcommands();
        methods.map(move |method| (provider.get_name(), method.get_name()))
    });
    if arguments.get(1).is_some_and(|first| first == word) {
        // `batchwise delete ...`
        let having: Vec<String> = methods
            .filter(|(_, method)| *method == word)
            .map(|(provider, method)| format!("'batchwise {provider} {method}'"))
            .collect();
        return (!having.is_empty()).then(|| format!("name the provider first: {}", having.join(", ")));
    }
    let methods: Vec<_> = methods
        .filter(|(provider, _)| arguments.get(1).is_some_and(|first| first == provider))
        .collect();
    let (provider, method) = methods.first()?;
    if word.chars().any(|c| c.is_ascii_digit()) {
        // `batchwise calltouch-import 51001`
        return Some(format!("keys stand behind the method: 'batchwise {provider} {method}'"));
    }
    // `batchwise calltouch-import remove`
    let all: Vec<String> = methods
        .iter()
        .map(|(provider, method)| format!("'batchwise {provider} {method}'"))
        .collect();
    Some(format!("there is {}", all.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tip_for(line: &str, word: &str) -> Option<String> {
        tip(word, &line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_method_without_its_provider_names_those_that_have_it() {
        let tip = tip_for("batchwise delete 51001", "delete").unwrap();
        assert!(tip.contains("'batchwise calltouch-import delete'") && tip.contains("'batchwise dellin-book delete'"));
        assert!(!tip.contains("calltouch-leads"), "{tip}");
    }

    #[test]
    fn a_key_without_its_method_names_the_method() {
        let tip = tip_for("batchwise calltouch-import 51001", "51001").unwrap();
        assert_eq!(tip, "keys stand behind the method: 'batchwise calltouch-import delete'");
    }

    #[test]
    fn another_word_has_no_tip() {
        assert_eq!(tip_for("batchwise nonsense", "nonsense"), None);
    }

    #[test]
    fn another_word_behind_a_provider_names_what_it_has() {
        let tip = tip_for("batchwise journal nonsense", "nonsense").unwrap();
        assert_eq!(
            tip,
            "there is 'batchwise journal list', 'batchwise journal purge', 'batchwise journal pseudonymise'"
        );
        let tip = tip_for("batchwise calltouch-import remove", "remove").unwrap();
        assert_eq!(tip, "there is 'batchwise calltouch-import delete'");
    }
}
