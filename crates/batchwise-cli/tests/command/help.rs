//! Every help text, word by word.

use crate::support::{Cli, is_as_before};

fn help(words: &[&str]) -> String {
    let args = [words, &["--help"]].concat().join(" ");
    let ended = Cli::with_settings(std::path::Path::new(""), &args).run().with_code(0);
    assert_eq!(ended.stderr, "");
    ended.stdout
}

/// The commands that a help text lists.
fn commands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    listed
        .take_while(|line| !line.is_empty())
        // What goes on below a command stands further in.
        .filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// Every command there is, by its words.
fn all(words: &[&str], found: &mut Vec<Vec<String>>) {
    found.push(words.iter().map(|word| (*word).to_owned()).collect());
    for command in commands(&help(words)) {
        all(&[words, &[command.as_str()]].concat(), found);
    }
}

#[test]
fn every_help_text_is_as_before() {
    let mut found = Vec::new();
    all(&[], &mut found);
    assert!(found.len() > 10, "{found:?}");
    for words in found {
        let name: Vec<&str> = std::iter::once("batchwise")
            .chain(words.iter().map(String::as_str))
            .collect();
        is_as_before(&format!("help/{}", name.join("-")), &help(&name[1..]));
    }
}

#[test]
fn every_command_that_does_something_has_examples() {
    let mut found = Vec::new();
    all(&[], &mut found);
    for words in found {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let help = help(&words);
        let shows = help
            .lines()
            .any(|line| line.starts_with("  ") && line.contains("batchwise "));
        assert!(shows || !commands(&help).is_empty(), "{words:?} has no examples");
    }
}
