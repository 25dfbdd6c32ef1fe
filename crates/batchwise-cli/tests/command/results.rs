//! Result files and the summary file.

use std::path::Path;
#[cfg(unix)]
use std::process::{Command, Stdio};

use batchwise_emulator::{EmulatorConfig, SpaceConfig};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Cli, Emulated, Ended, file};

/// Imports of which one is not there and one is refused by name.
fn imports() -> Emulated {
    let imports = SpaceConfig::any().absent(vec![51_002]).poison(vec![51_003]);
    Emulated::with(EmulatorConfig::default().calltouch_import(imports))
}

fn read(directory: &Path, name: &str) -> String {
    let text = std::fs::read_to_string(directory.join(name)).unwrap();
    text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)
}

/// The rows of a CSV file without its header, and without the columns that differ in each run.
fn rows(directory: &Path, name: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let text = read(directory, name);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let places = columns
        .iter()
        .map(|name| header.iter().position(|known| known == *name).unwrap());
    let places: Vec<usize> = places.collect();
    reader
        .records()
        .map(|row| {
            let row = row.unwrap();
            places.iter().map(|place| row[*place].to_owned()).collect()
        })
        .collect()
}

fn delete(emulated: &Emulated, input: &tempfile::NamedTempFile, directory: &TempDir, args: &str) -> Ended {
    Cli::new(&emulated.url(), &format!("calltouch-import delete --yes {args}"))
        .input(input)
        .arg("--results-dir")
        .arg(directory.path())
        .run()
}

#[test]
fn each_row_stands_in_the_file_of_its_outcome_as_it_came() {
    let emulated = imports();
    let directory = tempfile::tempdir().unwrap();
    let text = "name;note,import id\n\"Ann; \"\"A\"\"\",51001\n=1+1,51002\n,51003\nlast,51004\n";
    let input = file(".csv", text);
    let ended = Cli::new(&emulated.url(), "calltouch-import delete --yes --limit 3")
        .input(&input)
        .arg("--column")
        .arg("import id")
        .arg("--results-dir")
        .arg(directory.path())
        .run()
        .with_code(3);
    let own = ["name;note", "import id", "line", "outcome", "attempts"];
    let of = |name| rows(directory.path(), name, &own);
    assert_eq!(
        of("succeeded.csv"),
        [
            ["Ann; \"A\"", "51001", "2", "deleted", "1"],
            ["=1+1", "51002", "3", "presumed_deleted", "1"]
        ]
    );
    assert_eq!(of("failed.csv"), [["", "51003", "4", "rejected", "1"]]);
    assert_eq!(of("unprocessed.csv"), [["last", "51004", "5", "not_sent", "0"]]);
    for name in ["succeeded.csv", "failed.csv", "unprocessed.csv"] {
        let path = directory.path().join(name);
        assert!(std::fs::read(&path).unwrap().starts_with("\u{feff}".as_bytes()));
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions()) & 0o777,
            0o600
        );
        assert!(ended.stderr.contains(name), "{}", ended.stderr);
    }
}

#[test]
fn a_repeat_tells_the_line_it_repeats_and_the_rows_add_up() {
    let emulated = Emulated::any();
    let directory = tempfile::tempdir().unwrap();
    let input = file(".txt", "51001\n\n51002\n51001\n");
    delete(&emulated, &input, &directory, "")
        .with_code(0)
        .says("4 rows read: 2 outcomes + 1 repeated + 1 blank");
    assert_eq!(
        rows(
            directory.path(),
            "succeeded.csv",
            &["record", "line", "duplicate_of_line", "outcome"]
        ),
        [
            ["51001", "1", "", "deleted"],
            ["51002", "3", "", "deleted"],
            ["51001", "4", "1", "deleted"]
        ]
    );
}

#[test]
fn a_repeat_is_told_even_when_its_first_line_is_long_ago() {
    let emulated = Emulated::any();
    let directory = tempfile::tempdir().unwrap();
    let ids: String = (1..=70_000).chain([69_999]).map(|id| format!("{id}\n")).collect();
    delete(&emulated, &file(".txt", ids), &directory, "--concurrency 4").with_code(0);
    let rows = rows(directory.path(), "succeeded.csv", &["line", "duplicate_of_line"]);
    assert_eq!(rows.len(), 70_001);
    assert_eq!(rows[70_000], ["70001", "69999"]);
}

#[test]
fn what_failed_and_what_was_not_sent_is_fed_back_and_its_columns_are_replaced() {
    let emulated = imports();
    let first = tempfile::tempdir().unwrap();
    let input = file(".csv", "note,id\nx,51001\ny,51003\nz,51004\n");
    delete(&emulated, &input, &first, "--limit 2").with_code(3);
    for name in ["failed.csv", "unprocessed.csv"] {
        let again = tempfile::tempdir().unwrap();
        let fed = file(".csv", std::fs::read(first.path().join(name)).unwrap());
        delete(&emulated, &fed, &again, "");
        let header = |directory: &TempDir| read(directory.path(), name).lines().next().unwrap().to_owned();
        assert_eq!(header(&again), header(&first));
    }
    assert!(emulated.truth().calltouch.is_removed(&51_004));
}

#[test]
fn other_files_are_overwritten_by_force_alone() {
    let emulated = Emulated::any();
    let directory = tempfile::tempdir().unwrap();
    let mine = directory.path().join("failed.csv");
    std::fs::write(&mine, "precious\n1\n").unwrap();
    let input = file(".txt", "51001\n");
    delete(&emulated, &input, &directory, "").with_code(2).says("--force");
    assert_eq!(std::fs::read_to_string(&mine).unwrap(), "precious\n1\n");
    assert!(!emulated.truth().calltouch.is_removed(&51_001));
    delete(&emulated, &input, &directory, "--force").with_code(0);
    // Files of another job are other files.
    delete(&emulated, &input, &directory, "")
        .with_code(2)
        .says("not of this job");
}

#[test]
fn the_input_is_never_overwritten() {
    let emulated = Emulated::any();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("failed.csv");
    std::fs::write(&path, "id\n51001\n").unwrap();
    Cli::new(&emulated.url(), "calltouch-import delete --yes --force")
        .arg("-i")
        .arg(&path)
        .arg("--results-dir")
        .arg(directory.path())
        .run()
        .with_code(2)
        .says("is the input (-i) and a result file (--results-dir)");
}

#[test]
fn a_pipe_has_result_files_too_and_without_a_journal() {
    for args in ["", "--no-journal"] {
        let emulated = imports();
        let directory = tempfile::tempdir().unwrap();
        Cli::new(&emulated.url(), &format!("calltouch-import delete --yes -i - {args}"))
            .arg("--results-dir")
            .arg(directory.path())
            .run_with("id,note\n51001,a\n51003,b\nabc,c\n51004,d\n")
            .with_code(3);
        let of = |name| rows(directory.path(), name, &["id", "note", "outcome"]);
        assert_eq!(of("succeeded.csv"), [["51001", "a", "deleted"]]);
        assert_eq!(of("failed.csv"), [["51003", "b", "rejected"]]);
        assert!(of("unprocessed.csv").is_empty());
    }
}

#[test]
fn bad_lines_stand_among_the_failed_when_the_job_goes_on() {
    let emulated = Emulated::any();
    let directory = tempfile::tempdir().unwrap();
    delete(&emulated, &file(".txt", "51001\nabc\n"), &directory, "--keep-going").with_code(1);
    let failed = rows(directory.path(), "failed.csv", &["record", "outcome", "line"]);
    assert_eq!(failed, [["abc", "rejected", "2"]]);
}

#[test]
fn customers_of_several_campaigns_have_a_row_for_each() {
    let emulated = Emulated::any();
    let directory = tempfile::tempdir().unwrap();
    let run = |input: &tempfile::NamedTempFile, directory: &TempDir, args: &str| {
        Cli::new(&emulated.url(), &format!("thulium-campaign delete --yes {args}"))
            .input(input)
            .arg("--results-dir")
            .arg(directory.path())
            .run()
    };
    let columns = ["record", "campaign", "line", "outcome"];
    run(
        &file(".txt", "7001\n00043:7002\n"),
        &directory,
        "--campaign 00042 --campaign 00043 --limit 2",
    )
    .with_code(3);
    assert_eq!(
        rows(directory.path(), "succeeded.csv", &columns),
        [["7001", "00042", "1", "deleted"], ["7001", "00043", "1", "deleted"]]
    );
    let left = file(".csv", std::fs::read(directory.path().join("unprocessed.csv")).unwrap());
    let again = tempfile::tempdir().unwrap();
    run(&left, &again, "").with_code(0);
    assert_eq!(
        rows(again.path(), "succeeded.csv", &columns),
        [["7002", "00043", "2", "deleted"]]
    );
}

#[test]
fn leads_come_back_as_they_were_written_and_go_in_again() {
    let emulated = Emulated::any();
    let lead = |request: u64| {
        format!(
            "{{\"matching\": [{{\"type\":\"request\",\"requestParams\":{{\"requestId\":{request}}}}}], \"addCustomFields\":\
             {{\"customFields\":[{{\"field\":\"rate\",\"value\":1.50}}]}}}}\n"
        )
    };
    let directory = tempfile::tempdir().unwrap();
    let run = |input: &tempfile::NamedTempFile, directory: &TempDir, args: &str| {
        Cli::new(&emulated.url(), &format!("calltouch-leads add-fields --yes {args}"))
            .input(input)
            .arg("--results-dir")
            .arg(directory.path())
            .run()
    };
    run(
        &file(".ndjson", lead(900_100) + &lead(900_101)),
        &directory,
        "--limit 1",
    )
    .with_code(3);
    let done: Value = serde_json::from_str(&read(directory.path(), "succeeded.ndjson")).unwrap();
    assert_eq!(
        (&done["outcome"], &done["request_id"]),
        (&"updated".into(), &900_100.into())
    );
    assert!(read(directory.path(), "succeeded.ndjson").contains("\"value\":1.50"));
    let left = file(".ndjson", read(directory.path(), "unprocessed.ndjson"));
    let again = tempfile::tempdir().unwrap();
    run(&left, &again, "").with_code(0);
    let done = read(again.path(), "succeeded.ndjson");
    assert_eq!(done.matches("job_id").count(), 1, "{done}");
    assert!(read(directory.path(), "failed.ndjson").is_empty());
}

#[test]
fn a_summary_tells_counts_calls_and_why_the_job_stopped() {
    let emulated = imports();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("summary.json");
    let run = |args: &str| {
        Cli::new(
            &emulated.url(),
            &format!("calltouch-import delete --yes 51001 51002 51003 51004 51001 {args}"),
        )
        .arg("--summary")
        .arg(&path)
        .run()
    };
    run("--limit 3").with_code(3);
    let summary: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(
        summary["outcomes"],
        serde_json::json!({"deleted": 1, "presumed_deleted": 1, "rejected": 1, "not_sent": 1})
    );
    assert_eq!(summary["records"], 4);
    assert_eq!(summary["duplicates"], 1);
    assert_eq!(summary["stop"]["kind"], "limit");
    assert_eq!(summary["exit_code"], 3);
    assert!(summary["calls"].as_u64().unwrap() > 0);
    run("").with_code(2).says("--force");
}

/// The command in a shell in which no file may grow beyond so many blocks of 512 bytes.
#[cfg(unix)]
fn limited(command: &Command, blocks: u32) -> Command {
    let mut shell = Command::new("sh");
    let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    shell.env_clear().args(["-c", &limit, "sh"]).arg(command.get_program());
    shell.args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    shell
}

/// What a job said and left whose journal failed.
#[cfg(unix)]
struct Broken {
    stderr: String,
    outcomes: Vec<Value>,
    /// Outcomes, repeated, blank and unnoted rows.
    sums: Vec<u64>,
    /// Record, line, outcome and repeated line of the rows of `succeeded`, `failed` and `unprocessed`.
    files: [Vec<Vec<String>>; 3],
    truth: batchwise_emulator::Numbers,
}

/// Removes ids, a blank line and the first id once more, where no file may grow beyond so many blocks.
#[cfg(unix)]
fn broken_at(blocks: u32) -> Broken {
    let emulated = Emulated::any();
    let desk = tempfile::tempdir().unwrap();
    let results = desk.path().join("results");
    let ids: String = (1..=ROWS - 2).map(|id| format!("{id}\n")).collect();
    let input = file(".txt", format!("{ids}\n1\n"));
    // One call after the other, so that each has a commit of its own.
    let command = Cli::new(
        &emulated.url(),
        "calltouch-import delete --yes -o ndjson --concurrency 1",
    )
    .input(&input)
    .arg("--journal")
    .arg(desk.path().join("job.db"))
    .arg("--results-dir")
    .arg(&results)
    .into_inner();
    let output = limited(&command, blocks).stdin(Stdio::null()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("stopped early: journal failed"), "{stderr}");
    let sums = stderr
        .lines()
        .find_map(|line| line.strip_prefix(&format!("batchwise: {ROWS} rows read: ")));
    let words = sums.unwrap_or_default().split(|c: char| !c.is_ascii_digit());
    let of = |name| rows(&results, name, &["record", "line", "outcome", "duplicate_of_line"]);
    Broken {
        sums: words.filter_map(|word| word.parse().ok()).collect(),
        outcomes: std::str::from_utf8(&output.stdout)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
        files: ["succeeded.csv", "failed.csv", "unprocessed.csv"].map(of),
        truth: emulated.truth().calltouch,
        stderr,
    }
}

#[cfg(unix)]
const ROWS: u64 = 1502;

#[cfg(unix)]
#[test]
fn the_result_files_of_a_journal_that_failed_say_what_standard_output_says_and_it_is_true() {
    // Room for the result files, and not for what all batches add to the journal.
    for blocks in [300, 360] {
        let Broken {
            stderr,
            outcomes: told,
            sums,
            files: [succeeded, failed, unprocessed],
            truth,
        } = broken_at(blocks);
        // Each record has its outcome on standard output, and each row is in a file; the sums add up.
        assert_eq!(told.len() as u64, ROWS - 2);
        let [outcomes, repeated, blank, ..] = sums[..] else {
            panic!("{stderr}");
        };
        let unnoted = sums.get(3).copied().unwrap_or_default();
        assert_eq!((repeated, blank), (1, 1), "{stderr}");
        assert_eq!(outcomes + repeated + blank + unnoted, ROWS, "{stderr}");
        assert_eq!(
            (succeeded.len() + unprocessed.len()) as u64,
            outcomes + repeated + unnoted
        );
        // Also of what the journal could not take.
        for outcome in &told {
            let line = outcome["line"].to_string();
            let mut rows = succeeded.iter().chain(&unprocessed);
            let row = rows.find(|row| row[1] == line).unwrap();
            assert_eq!(row[2], outcome["outcome"].as_str().unwrap(), "line {line}");
        }
        // What reads deleted is gone and what reads unsent is there; there is nothing of which nobody could tell.
        let is_gone = |row: &Vec<String>| truth.is_removed(&row[0].parse().unwrap());
        assert!(succeeded.len() > 100 && succeeded.iter().all(|row| row[2] == "deleted" && is_gone(row)));
        assert!(failed.is_empty(), "{failed:?}");
        assert!(unprocessed.iter().all(|row| row[2] == "not_sent" && !is_gone(row)));
        // A repeat is told by its key: the journal did not get as far as its line.
        assert_eq!(succeeded.last().unwrap()[..], ["1", &ROWS.to_string(), "deleted", "1"]);
    }
}

#[cfg(unix)]
#[test]
fn a_result_file_that_cannot_be_written_leaves_all_of_them_as_they_were() {
    use std::os::unix::fs::MetadataExt;
    let (emulated, desk) = (Emulated::any(), tempfile::tempdir().unwrap());
    let results = desk.path().join("results");
    let bad: String = (1..=300).map(|line| format!("x{line}\n")).collect();
    let input = file(".txt", format!("51001\n{bad}"));
    let command = || {
        Cli::new(&emulated.url(), "calltouch-import delete --yes --keep-going")
            .input(&input)
            .arg("--journal")
            .arg(desk.path().join("job.db"))
            .arg("--results-dir")
            .arg(&results)
    };
    command().run().with_code(1);
    let files =
        || ["succeeded.csv", "failed.csv", "unprocessed.csv"].map(|name| results.join(name).metadata().unwrap().ino());
    let before = files();
    // Room for the first and the last of them alone.
    let output = limited(&command().into_inner(), 20)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("the result files cannot be written"), "{stderr}");
    assert_eq!(files(), before);
}

#[test]
fn files_of_a_job_that_ended_meanwhile_are_not_overwritten_and_it_is_said_where_the_rows_are() {
    let (emulated, desk) = (Emulated::any(), tempfile::tempdir().unwrap());
    let command = |args: &str| {
        Cli::new(
            &emulated.url(),
            &format!("calltouch-import delete --yes --results-dir r --summary sum.json {args}"),
        )
        .within(desk.path())
    };
    let mut first = command("-i - --journal first.db").start();
    first.write("51001\n");
    first.wait_for_note("journal first.db");
    command("51002 --journal second.db").run().with_code(0);
    let files = || ["r/succeeded.csv", "r/failed.csv", "sum.json"].map(|name| read(desk.path(), name));
    let before = files();
    let ended = first
        .close()
        .with_code(3)
        .says("`r/succeeded.csv` is there by now, and not of this job: nothing was overwritten")
        .says("`sum.json` is there by now, and not of this job")
        .says("batchwise report -o csv first.db")
        .says("--results-dir ANOTHER_DIRECTORY");
    assert!(
        !ended.stderr.contains("results in") && !ended.stderr.contains("summary in"),
        "{ended:#?}"
    );
    assert_eq!(files(), before);
    let kept = std::fs::read_dir(desk.path().join("r")).unwrap().filter_map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        (name.starts_with("succeeded.csv.") && name.ends_with(".part")).then_some(name)
    });
    let kept: Vec<String> = kept.collect();
    assert_eq!(
        rows(&desk.path().join("r"), &kept[0], &["record", "outcome"]),
        [["51001", "deleted"]]
    );
}

#[test]
fn results_and_summary_that_could_not_be_written_are_not_claimed() {
    let (emulated, desk) = (Emulated::any(), tempfile::tempdir().unwrap());
    std::fs::create_dir(desk.path().join("d")).unwrap();
    let mut job = Cli::new(
        &emulated.url(),
        "calltouch-import delete --yes -i - --journal job.db --results-dir d/r --summary d/sum.json",
    )
    .within(desk.path())
    .start();
    job.write("51001\n");
    job.wait_for_note("journal job.db");
    std::fs::remove_dir_all(desk.path().join("d")).unwrap();
    let ended = job
        .close()
        .with_code(3)
        .says("--summary: `d/sum.json` cannot be written");
    assert!(
        !ended.stderr.contains("results in") && !ended.stderr.contains("summary in"),
        "{ended:#?}"
    );
}

#[cfg(unix)]
#[test]
fn parts_of_files_that_could_not_be_written_do_not_stay() {
    let (emulated, desk) = (Emulated::any(), tempfile::tempdir().unwrap());
    let ids: String = (1..=300).map(|line| format!("x{line}\n")).collect();
    let command = Cli::new(
        &emulated.url(),
        "calltouch-import delete --yes --keep-going --no-journal --results-dir r --summary sum.json",
    )
    .input(&file(".txt", ids))
    .within(desk.path())
    .into_inner();
    let (results, summary) = (desk.path().join("r"), desk.path().join("sum.json"));
    let mut limited = limited(&command, 0);
    let output = limited.current_dir(desk.path()).stdin(Stdio::null()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!stderr.contains("summary in") && !summary.exists(), "{stderr}");
    for directory in [desk.path(), &results] {
        let names = std::fs::read_dir(directory).into_iter().flatten();
        let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        assert!(
            names.iter().all(|name| !name.to_string_lossy().ends_with(".part")),
            "{names:?}"
        );
    }
}
