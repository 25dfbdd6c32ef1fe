//! No output of a command may be its input, its journal, or another output.

use std::path::Path;

use crate::support::{Cli, Emulated};

/// What is there before the command runs.
const INPUT: &str = "id\n51001\n";

/// The command is refused before anything is sent, says both names of the file, and leaves all files as they were.
#[track_caller]
fn is_refused(args: &str, says: &[&str]) {
    let (emulated, desk) = (Emulated::any(), tempfile::tempdir().unwrap());
    std::fs::write(desk.path().join("d.csv"), INPUT).unwrap();
    let ended = Cli::new(&emulated.url(), &format!("calltouch-import delete --yes {args}"))
        .within(desk.path())
        .run()
        .with_code(2);
    for text in says {
        assert!(ended.stderr.contains(text), "`{text}` is not said: {ended:#?}");
    }
    assert_eq!(names(desk.path()), ["d.csv"]);
    assert_eq!(std::fs::read_to_string(desk.path().join("d.csv")).unwrap(), INPUT);
    assert_eq!(
        emulated
            .truth()
            .tally(batchwise_emulator::Method::CalltouchImport)
            .received,
        0
    );
}

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_summary_in_the_journal_or_beside_it_is_refused() {
    let both = [
        "the journal (--journal)",
        "the summary (--summary)",
        "to do: name another file",
    ];
    is_refused("51001 --journal a.db --summary a.db", &both);
    is_refused("51001 --journal a.db --summary ./a.db --force", &both);
    is_refused("51001 --journal a.db --summary a.db-wal", &both);
}

#[test]
fn a_journal_or_a_summary_among_the_result_files_is_refused() {
    let results = "a result file (--results-dir)";
    is_refused(
        "51001 --results-dir rr --journal rr/failed.csv",
        &["the journal (--journal)", results],
    );
    is_refused(
        "51001 --results-dir rr --summary rr/failed.csv --force",
        &["the summary (--summary)", results],
    );
}

#[test]
fn an_output_over_the_input_is_refused_also_by_force() {
    let input = "`d.csv` is the input (-i)";
    is_refused("-i d.csv --summary d.csv --force", &[input, "the summary (--summary)"]);
    is_refused("-i d.csv --journal d.csv", &[input, "the journal (--journal)"]);
}

#[test]
fn an_output_over_the_map_of_leads_or_the_settings_is_refused() {
    let desk = tempfile::tempdir().unwrap();
    let path = |name: &str| desk.path().join(name);
    let map = "[[match]]\ntype = \"request\"\nrequest_id = \"id\"\n\n[[field]]\ncolumn = \"id\"\nfield = \"no\"\n";
    std::fs::write(path("map.toml"), map).unwrap();
    std::fs::write(path("settings.toml"), "").unwrap();
    std::fs::write(path("d.csv"), INPUT).unwrap();
    let run = |output: &str| {
        Cli::new(
            "http://127.0.0.1:9",
            "calltouch-leads add-fields --yes --force -i d.csv",
        )
        .env("BATCHWISE_CONFIG", path("settings.toml").to_str().unwrap())
        .arg("--match-request")
        .arg("id")
        .arg("--field")
        .arg("id=no")
        .arg("--summary")
        .arg(output)
        .within(desk.path())
    };
    run("settings.toml").run().with_code(2).says("the settings file");
    Cli::new(
        "http://127.0.0.1:9",
        "calltouch-leads add-fields --yes --force -i d.csv --map map.toml --summary map.toml",
    )
    .within(desk.path())
    .run()
    .with_code(2)
    .says("the map (--map)");
    assert_eq!(std::fs::read_to_string(path("map.toml")).unwrap(), map);
}

#[cfg(unix)]
#[test]
fn a_link_to_the_input_is_the_input() {
    let desk = tempfile::tempdir().unwrap();
    let path = |name: &str| desk.path().join(name);
    std::fs::write(path("d.csv"), INPUT).unwrap();
    std::fs::hard_link(path("d.csv"), path("hard.json")).unwrap();
    std::os::unix::fs::symlink("d.csv", path("soft.json")).unwrap();
    for link in ["hard.json", "soft.json"] {
        Cli::new(
            "http://127.0.0.1:9",
            &format!("calltouch-import delete --yes -i d.csv --force --summary {link}"),
        )
        .within(desk.path())
        .run()
        .with_code(2)
        .says("one would destroy the other");
    }
}

#[test]
fn a_report_over_its_journal_or_over_its_result_files_is_refused() {
    let (emulated, desk) = (Emulated::any(), tempfile::tempdir().unwrap());
    Cli::new(
        &emulated.url(),
        "calltouch-import delete --yes 51001 --journal b.db --results-dir r",
    )
    .within(desk.path())
    .run()
    .with_code(0);
    let files = || ["b.db", "r/succeeded.csv"].map(|name| std::fs::read(desk.path().join(name)).unwrap());
    let before = files();
    for args in [
        "b.db --html b.db",
        "b.db --evidence ./b.db",
        "b.db --html b.db-wal",
        "r --html r/succeeded.csv",
    ] {
        Cli::bare(&format!("report {args} --force"))
            .within(desk.path())
            .run()
            .with_code(2)
            .says("one would destroy the other");
    }
    assert_eq!(files(), before);
}
