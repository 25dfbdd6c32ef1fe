//! The README in other languages: the same sections, commands, tables and links as the English one.

use std::collections::BTreeSet;

/// Sections that are for those who write Rust; they are in English alone.
const ENGLISH_ONLY: &[&str] = &["As a library"];

/// What has to be alike in every language.
#[derive(Debug, Default, PartialEq, Eq)]
struct Section {
    level: usize,
    heading: String,
    /// Blocks of code with their language.
    blocks: Vec<String>,
    /// Cells in each row of its tables, and what stands in them as code.
    rows: Vec<(usize, BTreeSet<String>)>,
    /// What stands in its text as code.
    code: BTreeSet<String>,
    links: BTreeSet<String>,
}

/// What differs in a translation, in words; nothing when it is in step.
pub(crate) fn differences(english: &str, translation: &str) -> Vec<String> {
    let english = without_english_only(sections(english));
    let translation = sections(translation);
    let mut found = Vec::new();
    if english.len() != translation.len() {
        let (wanted, has) = (english.len(), translation.len());
        found.push(format!("{wanted} sections are expected, {has} are there"));
    }
    for (original, other) in english.iter().zip(&translation) {
        let mut differs = |what: &str, original: String, other: String| {
            if original != other {
                found.push(format!("{what}: expected {original}, found {other}"));
            }
        };
        let place = |what: &str| format!("section `{}` (`{}`), {what}", other.heading, original.heading);
        differs(&place("level"), original.level.to_string(), other.level.to_string());
        differs(
            &place("blocks"),
            format!("{:?}", original.blocks),
            format!("{:?}", other.blocks),
        );
        differs(
            &place("tables"),
            format!("{:?}", original.rows),
            format!("{:?}", other.rows),
        );
        differs(
            &place("code"),
            format!("{:?}", original.code),
            format!("{:?}", other.code),
        );
        differs(
            &place("links"),
            format!("{:?}", original.links),
            format!("{:?}", other.links),
        );
    }
    found
}

fn without_english_only(sections: Vec<Section>) -> Vec<Section> {
    let mut left_out_below = None;
    let wanted = |section: &Section| {
        if left_out_below.is_some_and(|level| section.level <= level) {
            left_out_below = None;
        }
        if ENGLISH_ONLY.contains(&section.heading.as_str()) {
            left_out_below = Some(section.level);
        }
        left_out_below.is_none()
    };
    let mut wanted = wanted;
    sections.into_iter().filter(|section| wanted(section)).collect()
}

fn sections(readme: &str) -> Vec<Section> {
    let mut found = Vec::new();
    let mut section = Section::default();
    let mut block: Option<String> = None;
    let mut text = String::new();
    for line in readme.lines() {
        if let Some(open) = &mut block {
            if line.starts_with("```") {
                section.blocks.push(std::mem::take(open));
                block = None;
            } else {
                open.push_str(&format!("\n{line}"));
            }
        } else if let Some(language) = line.strip_prefix("```") {
            block = Some(language.to_owned());
        } else if line.starts_with('#') {
            section.read(&std::mem::take(&mut text));
            found.push(std::mem::take(&mut section));
            section.level = line.chars().take_while(|c| *c == '#').count();
            line.trim_start_matches('#').trim().clone_into(&mut section.heading);
        } else if line.starts_with('|') {
            // A bar within code is written `\|`.
            let cells = line.replace("\\|", "").matches('|').count();
            section.rows.push((cells, code(line)));
            section.links.extend(links(line));
        } else {
            // A code or a link may stand across the end of a line.
            text.push_str(&format!("{line} "));
        }
    }
    section.read(&text);
    found.push(section);
    // Nothing stands before the title.
    found.remove(0);
    found
}

impl Section {
    fn read(&mut self, text: &str) {
        self.code.extend(code(text));
        self.links.extend(links(text));
    }
}

/// What stands between backticks.
fn code(text: &str) -> BTreeSet<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Where links lead, but for the READMEs in other languages.
fn links(text: &str) -> BTreeSet<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let other = |target: &&str| !target.starts_with("README.");
    targets.filter(other).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    const ENGLISH: &str = "# x\n\nSee [a](A.md) and `b`.\n\n```sh\nb --c\n```\n\n## Words\n\n| `d` | yes |\n\n\
                           ## As a library\n\n### Deep\n\n`rust`\n\n## Licence\n";
    const POLISH: &str = "# x\n\n[English](README.md). Zobacz `b` i [a](A.md).\n\n```sh\nb --c\n```\n\n## Słowa\n\n\
                          | `d` | tak |\n\n## Licencja\n";

    #[test]
    fn a_translation_in_step_differs_in_nothing() {
        assert_eq!(differences(ENGLISH, POLISH), [""; 0]);
    }

    #[test]
    fn what_is_missing_or_another_in_a_translation_is_found() {
        for (from, to, what) in [
            ("b --c", "b --d", "blocks"),
            ("`d` | tak", "`e` | tak", "tables"),
            ("| `d` | tak |\n", "", "tables"),
            ("`b` i", "`c` i", "code"),
            ("[a](A.md)", "a", "links"),
            ("## Słowa", "### Słowa", "level"),
            ("\n## Licencja\n", "", "3 sections are expected, 2 are there"),
        ] {
            let changed = POLISH.replace(from, to);
            assert_ne!(changed, POLISH);
            let found = differences(ENGLISH, &changed);
            assert!(found.iter().any(|text| text.contains(what)), "{what}: {found:?}");
        }
    }

    #[test]
    fn the_readmes_of_this_workspace_are_in_step() {
        let workspace = Workspace::of_this_checkout().unwrap();
        let english = workspace.readme().unwrap();
        for language in ["ru", "pl"] {
            let name = format!("README.{language}.md");
            let found = differences(&english, &workspace.shell().read_file(&name).unwrap());
            assert!(found.is_empty(), "{name}:\n{}", found.join("\n"));
        }
    }
}
