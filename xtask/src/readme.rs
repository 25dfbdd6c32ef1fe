//! The commands that the README promises: what is checked is what is written there.

use anyhow::{Context, Result, bail};

/// The README's `cargo` commands, in order, out of its `sh` blocks.
pub(crate) fn commands(readme: &str) -> Vec<Vec<&str>> {
    let mut commands = Vec::new();
    let mut in_shell = false;
    for line in readme.lines() {
        let line = line.trim_end();
        match line.strip_prefix("```") {
            Some(language) => in_shell = !in_shell && language == "sh",
            None if in_shell && line.starts_with("cargo ") => {
                let code = line.split(" #").next().unwrap_or_default();
                commands.push(code.split_whitespace().collect());
            }
            None => {}
        }
    }
    commands
}

/// The first command: what a newcomer types.
pub(crate) fn first(readme: &str) -> Result<Vec<&str>> {
    let first = commands(readme).into_iter().next();
    first.context("README.md: no `cargo` command in an `sh` block")
}

/// The first command that runs the tests.
pub(crate) fn test(readme: &str) -> Result<Vec<&str>> {
    let tests = |command: &Vec<&str>| command.get(1) == Some(&"test");
    match commands(readme).into_iter().find(tests) {
        Some(command) => Ok(command),
        None => bail!("README.md: no `cargo test` command in an `sh` block"),
    }
}

/// The first whole program among the Rust examples.
pub(crate) fn program(readme: &str) -> Option<String> {
    let mut example: Option<Vec<&str>> = None;
    for line in readme.lines() {
        match (&mut example, line.strip_prefix("```")) {
            (None, Some(language)) if language.split(',').next() == Some("rust") => example = Some(Vec::new()),
            (None, _) => {}
            (Some(lines), Some(_)) => {
                if lines.iter().any(|line| line.contains("fn main()")) {
                    return Some(lines.join("\n"));
                }
                example = None;
            }
            (Some(lines), None) => lines.push(line),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    const README: &str = "# x\n\n`cargo build`\n\n```sh\n# a remark\ncargo run -p x -- demo   # the story\nls\n\
                          cargo test --workspace\n```\n\n```text\ncargo no\n```\n";

    #[test]
    fn only_cargo_lines_of_shell_blocks_are_commands() {
        assert_eq!(
            commands(README),
            [
                vec!["cargo", "run", "-p", "x", "--", "demo"],
                vec!["cargo", "test", "--workspace"]
            ]
        );
    }

    #[test]
    fn the_test_command_is_the_first_that_tests() {
        assert_eq!(test(README).unwrap(), ["cargo", "test", "--workspace"]);
        assert!(test("```sh\ncargo run\n```").is_err());
    }

    #[test]
    fn a_program_is_an_example_with_a_main() {
        let readme = "```rust\nlet x = 1;\n```\n```text\nfn main() {}\n```\n```rust,no_run\nfn main() {\n}\n```\n";
        assert_eq!(program(readme).as_deref(), Some("fn main() {\n}"));
        assert_eq!(program("```rust\nlet x = 1;\n```\n"), None);
    }

    #[test]
    fn this_readme_begins_with_the_demo_and_tests_the_whole_workspace() {
        let readme = Workspace::of_this_checkout().unwrap().readme().unwrap();
        assert_eq!(
            first(&readme).unwrap().join(" "),
            "cargo run --release -p batchwise-cli -- demo"
        );
        assert_eq!(test(&readme).unwrap().join(" "), "cargo test --workspace");
    }
}
