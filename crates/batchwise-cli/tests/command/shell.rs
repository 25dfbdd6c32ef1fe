//! Completions and manual pages.

use std::path::Path;
use std::process::Command;

use crate::support::Cli;

fn print(args: &str) -> String {
    Cli::with_settings(Path::new(""), args).run().with_code(0).stdout
}

#[test]
fn every_shell_has_its_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = print(&format!("completions {shell}"));
        for word in ["thulium-campaign", "add-fields", "busy-rounds", "profile"] {
            assert!(script.contains(word), "{shell} has no `{word}`");
        }
    }
}

#[test]
fn bash_completes_commands_and_flags() {
    let script = print("completions bash");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("batchwise");
    std::fs::write(&path, script).unwrap();
    let complete = |words: &str| {
        let ask = format!(
            "source '{}'; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _batchwise batchwise \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; echo \"${{COMPREPLY[@]}}\"",
            path.display()
        );
        let output = Command::new("bash")
            .args(["--norc", "-c", &ask])
            .output()
            .expect("bash");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(complete("batchwise thu"), "thulium-campaign");
    assert_eq!(complete("batchwise thulium-campaign delete --busy-r"), "--busy-rounds");
    assert_eq!(complete("batchwise calltouch-import delete -o nd"), "ndjson");
}

#[test]
fn a_page_has_the_flags_and_examples_of_its_command() {
    let page = print("man thulium-campaign delete");
    assert!(page.contains(".TH batchwise-thulium-campaign-delete 1"), "{page}");
    for words in ["\\-\\-busy\\-rounds", "Examples:", "\\-\\-campaign 00042"] {
        assert!(page.contains(words), "`{words}` is not in:\n{page}");
    }
    assert!(print("man").contains(".TH batchwise 1"));
}

#[test]
fn there_is_a_page_for_every_command() {
    let directory = tempfile::tempdir().unwrap();
    let cli = Cli::with_settings(Path::new(""), "man --dir").arg(directory.path());
    cli.run().with_code(0);
    for page in [
        "batchwise.1",
        "batchwise-doctor.1",
        "batchwise-dellin-book-delete.1",
        "batchwise-config-init.1",
    ] {
        assert!(directory.path().join(page).is_file(), "{page}");
    }
}
