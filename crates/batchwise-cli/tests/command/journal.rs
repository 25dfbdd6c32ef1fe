//! Jobs that outlive their process.

use std::path::Path;

use batchwise_emulator::{EmulatorConfig, Fault, FaultRule, Method, SpaceConfig};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::support::{Cli, Emulated, Ended, file};

fn ids(count: u64) -> String {
    (1..=count).map(|id| format!("{id}\n")).collect()
}

/// An emulator whose import 3 is refused by name.
fn with_a_refusal() -> Emulated {
    Emulated::with(EmulatorConfig::default().calltouch_import(SpaceConfig::any().poison(vec![3])))
}

fn delete(emulated: &Emulated, journal: &Path, args: &str) -> Cli {
    Cli::new(
        &emulated.url(),
        &format!("calltouch-import delete --yes -o ndjson {args}"),
    )
    .arg("--journal")
    .arg(journal)
}

fn report(journal: &Path, args: &str) -> Ended {
    Cli::bare(&format!("report {args}")).arg(journal).run().with_code(0)
}

fn calls(emulated: &Emulated) -> u64 {
    emulated.truth().tally(Method::CalltouchImport).received
}

struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// The command with result files and a summary here.
    fn kept(&self, cli: Cli) -> Cli {
        let results = cli.arg("--results-dir").arg(self.path("results"));
        results.arg("--summary").arg(self.path("sum.json"))
    }
}

#[test]
fn a_dry_run_beside_a_journal_says_that_it_counts_what_is_settled_there() {
    let emulated = Emulated::any();
    let home = tempfile::tempdir().unwrap();
    let journal = home.path().join("job.db");
    let run = |args: &str| {
        Cli::new(&emulated.url(), &format!("calltouch-import delete 51001 {args}"))
            .arg("--journal")
            .arg(&journal)
            .run()
            .with_code(0)
            .stdout
    };
    assert!(!run("--dry-run").contains("journal"), "there is none yet");
    run("--yes");
    let told = run("--dry-run");
    assert!(
        told.contains("records     1 ") && told.contains("job.db was not looked at"),
        "{told}"
    );
}

#[test]
fn an_unfinished_job_goes_on_with_what_is_not_settled_and_is_judged_as_a_whole() {
    let (emulated, desk) = (with_a_refusal(), Desk::new());
    let (journal, input) = (desk.path("job.db"), file(".txt", ids(250)));
    let first = delete(&emulated, &journal, "--limit 150")
        .input(&input)
        .run()
        .with_code(3);
    assert_eq!(
        first.rows().iter().filter(|row| row["outcome"] == "not_sent").count(),
        100
    );
    let second = delete(&emulated, &journal, "")
        .input(&input)
        .run()
        .with_code(1)
        .says("going on with journal")
        .says("the whole job: 250 import logs: 249 deleted, 1 rejected");
    // What was settled is neither sent nor told again.
    let rows = second.rows();
    assert_eq!(rows.len(), 100);
    assert!(
        rows.iter()
            .all(|row| row["line"].as_u64() > Some(150) && row["outcome"] == "deleted")
    );
    for id in 1..=150 {
        assert!(emulated.truth().calltouch.account(&id).received <= 2, "{id}");
    }
}

#[test]
fn a_finished_job_sends_nothing_and_keeps_its_exit_code() {
    let (emulated, desk) = (with_a_refusal(), Desk::new());
    let (journal, input) = (desk.path("job.db"), file(".txt", ids(10)));
    delete(&emulated, &journal, "").input(&input).run().with_code(1);
    let before = calls(&emulated);
    let again = delete(&emulated, &journal, "")
        .input(&input)
        .run()
        .with_code(1)
        .says("finished at 20")
        .says("nothing sent");
    assert_eq!(again.stdout, "");
    assert_eq!(calls(&emulated), before);
    // Nobody is asked either.
    Cli::new(&emulated.url(), "calltouch-import delete")
        .arg("--journal")
        .arg(&journal)
        .input(&input)
        .run()
        .with_code(1);
}

#[test]
fn another_input_is_refused_unless_the_job_is_to_be_extended() {
    let (emulated, desk) = (Emulated::any(), Desk::new());
    let journal = desk.path("job.db");
    delete(&emulated, &journal, "")
        .input(&file(".txt", ids(10)))
        .run()
        .with_code(0);
    let longer = file(".txt", ids(12));
    let before = calls(&emulated);
    delete(&emulated, &journal, "")
        .input(&longer)
        .run()
        .with_code(2)
        .says("--resume extend");
    assert_eq!(calls(&emulated), before);
    let extended = delete(&emulated, &journal, "--resume extend")
        .input(&longer)
        .run()
        .with_code(0);
    assert_eq!(extended.outcomes_of_rows(), ["11 deleted", "12 deleted"]);
    assert_eq!(report(&journal, "-o ndjson").rows().len(), 12);
}

#[test]
fn a_pipe_of_a_finished_job_may_come_again_and_another_may_not() {
    let (emulated, desk) = (Emulated::any(), Desk::new());
    let journal = desk.path("job.db");
    let run = |args: &str, input: &str| delete(&emulated, &journal, args).arg("-i").arg("-").run_with(input);
    run("", "1\n2\n2\n").with_code(0);
    run("", "1\n2\n2\n").with_code(0).says("nothing sent");
    run("", "1\n2\n2\n4\n")
        .with_code(2)
        .says("line 4")
        .says("--resume extend");
    run("", "1\n3\n").with_code(2);
    assert!(!emulated.truth().calltouch.is_removed(&3));
    run("--resume extend", "1\n2\n2\n4\n").with_code(0);
    assert!(emulated.truth().calltouch.is_removed(&4));
}

#[test]
fn a_job_that_was_extended_goes_on_with_the_longer_input() {
    let (emulated, desk) = (Emulated::any(), Desk::new());
    let journal = desk.path("job.db");
    delete(&emulated, &journal, "")
        .input(&file(".txt", ids(10)))
        .run()
        .with_code(0);
    let longer = file(".txt", ids(20));
    delete(&emulated, &journal, "--resume extend --limit 5")
        .input(&longer)
        .run()
        .with_code(3)
        .says(&format!(
            "go on with: batchwise calltouch-import delete --input {}",
            longer.path().display()
        ));
    delete(&emulated, &journal, "").input(&longer).run().with_code(0);
}

#[test]
fn a_shorter_input_of_a_finished_job_is_another_one() {
    let (emulated, desk) = (Emulated::any(), Desk::new());
    let journal = desk.path("job.db");
    let run = |args: &str, input: &str| delete(&emulated, &journal, args).arg("-i").arg("-").run_with(input);
    run("", "1\n2\n3\n").with_code(0);
    run("", "1\n2\n").with_code(2).says("one entry of it is missing here");
    run("", "").with_code(2).says("3 entries of it are missing here");
    run("--resume extend", "1\n2\n")
        .with_code(2)
        .says("the input ends at line 2");
    run("", "1\n2\n3\n").with_code(0);
}

#[test]
fn another_column_of_the_file_of_a_finished_job_is_another_input_and_its_results_stay() {
    let (emulated, desk) = (Emulated::any(), Desk::new());
    let (journal, results) = (desk.path("job.db"), desk.path("results"));
    let input = file(".csv", "A;B\n81001;82001\n81002;82002\n");
    let run = |column: &str| {
        delete(&emulated, &journal, &format!("--column {column}"))
            .input(&input)
            .arg("--results-dir")
            .arg(&results)
            .run()
    };
    run("A").with_code(0);
    let succeeded = || std::fs::read_to_string(results.join("succeeded.csv")).unwrap();
    let before = succeeded();
    assert!(before.contains("81001"), "{before}");
    run("B").with_code(2).says("line 2 is not what it was");
    assert_eq!(succeeded(), before);
    assert!(!emulated.truth().calltouch.is_removed(&82001));
    run("A").with_code(0).says("nothing sent");
}

#[test]
fn an_input_that_moved_by_a_line_is_refused_and_leaves_job_and_results_as_they_were() {
    let (emulated, desk) = (Emulated::any(), Desk::new());
    let (journal, results) = (desk.path("job.db"), desk.path("results"));
    let run = |args: &str, input: &str| {
        delete(&emulated, &journal, args)
            .input(&file(".txt", input))
            .arg("--results-dir")
            .arg(&results)
            .run()
    };
    run("", "1\n2\n").with_code(0);
    let succeeded = || std::fs::read_to_string(results.join("succeeded.csv")).unwrap();
    let before = succeeded();
    run("--resume extend", "5\n1\n2\n")
        .with_code(2)
        .says("the files of --results-dir stay as they are");
    assert_eq!(succeeded(), before);
    assert!(!emulated.truth().calltouch.is_removed(&5));
    assert!(report(&journal, "").stdout.contains("state      finished"));
    run("", "1\n2\n").with_code(0).says("nothing sent");
}

/// A changed line of an unfinished job is refused with its place, and nothing of the job is told anew.
#[track_caller]
fn is_refused_and_leaves_all(command: impl Fn() -> Cli, desk: &Desk) {
    let files = || ["sum.json", "results/succeeded.csv"].map(|name| std::fs::read(desk.path(name)).unwrap());
    let before = files();
    let ended = command()
        .run()
        .with_code(2)
        .says("the input is refused: line 2 of the input is not what it was")
        .says("the files of --results-dir and --summary stay as they are")
        .says("to do: give the input and the flags with which the job began");
    for wrong in [
        "the whole job",
        "0 calls",
        "go on with",
        "wrong campaign",
        "summary in",
        "results in",
    ] {
        assert!(!ended.stderr.contains(wrong), "`{wrong}` is said: {ended:#?}");
    }
    assert_eq!(files(), before);
}

#[test]
fn a_changed_line_of_an_unfinished_job_is_refused_with_2_and_nothing_is_told_anew() {
    let (emulated, desk) = (Emulated::any(), Desk::new());
    let journal = desk.path("job.db");
    let run = |args: &str| {
        desk.kept(delete(&emulated, &journal, args))
            .arg("-i")
            .arg(desk.path("ids.txt"))
    };
    std::fs::write(desk.path("ids.txt"), "1\n2\n3\n").unwrap();
    run("--limit 2").run().with_code(3);
    std::fs::write(desk.path("ids.txt"), "1\n5\n3\n4\n").unwrap();
    is_refused_and_leaves_all(|| run("--resume extend"), &desk);
    assert!(!emulated.truth().calltouch.is_removed(&3) && !emulated.truth().calltouch.is_removed(&5));
}

#[test]
fn another_mapping_of_an_unfinished_job_of_leads_is_refused_with_2_and_nothing_is_told_anew() {
    let (emulated, desk) = (Emulated::any(), Desk::new());
    std::fs::write(desk.path("leads.csv"), "Request,A,B\n1,x,y\n2,x,y\n3,x,y\n").unwrap();
    let run = |args: &str| {
        let args = format!("calltouch-leads add-fields --yes --match-request Request {args}");
        desk.kept(Cli::new(&emulated.url(), &args))
            .arg("-i")
            .arg(desk.path("leads.csv"))
            .arg("--journal")
            .arg(desk.path("job.db"))
    };
    run("--field A=f --limit 2").run().with_code(3);
    is_refused_and_leaves_all(|| run("--field B=f"), &desk);
}

#[test]
fn what_failed_is_tried_again_when_asked() {
    let (emulated, desk) = (with_a_refusal(), Desk::new());
    let (journal, input) = (desk.path("job.db"), file(".txt", ids(5)));
    delete(&emulated, &journal, "")
        .input(&input)
        .run()
        .with_code(1)
        .says("try the 1 that failed again with: batchwise resume ");
    let again = delete(&emulated, &journal, "--retry-failed")
        .input(&input)
        .run()
        .with_code(1);
    assert_eq!(again.outcomes_of_rows(), ["3 rejected"]);
}

#[test]
fn a_fault_has_one_word_in_notes_log_and_report() {
    let slow_down = FaultRule::new(Fault::TooManyRequests { retry_after: Some(0) });
    let slow_down = slow_down.on(Method::CalltouchImport).nth(1);
    let config = EmulatorConfig::default().fault(slow_down);
    for (args, says) in [("", "call 1: rate_limited (HTTP 429)"), ("-v", "kind=\"rate_limited\"")] {
        let (emulated, desk) = (Emulated::with(config.clone()), Desk::new());
        let journal = desk.path("job.db");
        delete(&emulated, &journal, &format!("1 {args}"))
            .run()
            .with_code(0)
            .says(says);
        assert!(report(&journal, "").stdout.contains("rate_limited"));
    }
}

#[test]
fn a_journal_of_another_job_or_account_is_refused_before_anything_is_sent() {
    let (emulated, desk) = (Emulated::any(), Desk::new());
    let journal = desk.path("job.db");
    delete(&emulated, &journal, "1").run().with_code(0);
    let before = calls(&emulated);
    delete(&emulated, &journal, "1")
        .env("CALLTOUCH_SITE_ID", "4712")
        .run()
        .with_code(2)
        .says("another account");
    Cli::new(&emulated.url(), "dellin-book delete phone:1 --yes")
        .arg("--journal")
        .arg(&journal)
        .run()
        .with_code(2)
        .says("another job");
    let other = file(".db", "precious notes");
    delete(&emulated, other.path(), "1")
        .run()
        .with_code(2)
        .says("not a journal");
    assert_eq!(std::fs::read_to_string(other.path()).unwrap(), "precious notes");
    assert_eq!(calls(&emulated), before);
}

#[test]
fn a_journal_that_cannot_be_kept_keeps_the_job_from_beginning() {
    let (emulated, desk) = (Emulated::any(), Desk::new());
    delete(&emulated, &desk.path("none/job.db"), "1").run().with_code(2);
    std::fs::write(desk.path("file"), "").unwrap();
    Cli::new(&emulated.url(), "calltouch-import delete 1 --yes")
        .env("BATCHWISE_STATE_DIR", desk.path("file").to_str().unwrap())
        .run()
        .with_code(2)
        .says("--no-journal");
    assert_eq!(calls(&emulated), 0);
}

#[test]
fn without_a_name_a_journal_is_kept_and_the_job_is_resumed_by_it() {
    let (emulated, desk) = (Emulated::any(), Desk::new());
    let state = desk.path("state");
    let state = state.to_str().unwrap();
    std::fs::write(desk.path("ids.txt"), ids(120)).unwrap();
    let first = Cli::new(
        &emulated.url(),
        "calltouch-import delete -i ids.txt --yes --limit 50 -o ndjson",
    )
    .env("BATCHWISE_STATE_DIR", state)
    .within(desk.0.path())
    .run()
    .with_code(3);
    let notes: Vec<&str> = first.stderr.lines().collect();
    let journal = notes[0].strip_prefix("batchwise: journal ").unwrap();
    assert!(
        journal.starts_with(state) && journal.contains("-calltouch-import-"),
        "{journal}"
    );
    assert_eq!(
        notes.last().copied(),
        Some(format!("batchwise: go on with: batchwise resume {journal}").as_str())
    );
    // From elsewhere, and the flags of one run are not repeated.
    let second = Cli::plain(&emulated.url(), "resume last -o ndjson")
        .env("BATCHWISE_STATE_DIR", state)
        .run()
        .with_code(0);
    assert_eq!(second.rows().len(), 70);
    assert_eq!(emulated.truth().calltouch.removed_count(), 120);
    let list = Cli::bare("journal list")
        .env("BATCHWISE_STATE_DIR", state)
        .run()
        .with_code(0);
    assert!(
        list.stdout.contains("finished") && list.stdout.contains(journal),
        "{list:#?}"
    );
}

#[test]
fn no_journal_means_none() {
    let (emulated, desk) = (Emulated::any(), Desk::new());
    let state = desk.path("state");
    let ended = Cli::new(&emulated.url(), "calltouch-import delete 1 --yes --no-journal")
        .env("BATCHWISE_STATE_DIR", state.to_str().unwrap())
        .run()
        .with_code(0);
    assert!(!state.exists() && !ended.stderr.contains("journal"), "{ended:#?}");
}

#[test]
fn a_resume_rewrites_the_result_files_of_its_job_for_all_rows() {
    let (emulated, desk) = (with_a_refusal(), Desk::new());
    let (journal, input) = (desk.path("job.db"), file(".txt", ids(10)));
    let results = desk.path("results");
    let run = |args: &str| {
        delete(&emulated, &journal, args)
            .arg("--results-dir")
            .arg(&results)
            .input(&input)
            .run()
    };
    let rows = |name: &str| std::fs::read_to_string(results.join(name)).unwrap().lines().count() - 1;
    run("--limit 4").with_code(3);
    assert_eq!(
        (rows("succeeded.csv"), rows("failed.csv"), rows("unprocessed.csv")),
        (3, 1, 6)
    );
    run("").with_code(1);
    assert_eq!(
        (rows("succeeded.csv"), rows("failed.csv"), rows("unprocessed.csv")),
        (9, 1, 0)
    );
    std::fs::remove_file(results.join("succeeded.csv")).unwrap();
    run("").with_code(1).says("nothing sent");
    assert_eq!(rows("succeeded.csv"), 9);
}

#[test]
fn a_second_copy_of_a_running_job_is_refused_and_its_report_is_not() {
    let rule = FaultRule::new(Fault::Slow(std::time::Duration::from_millis(700)));
    let emulated = Emulated::with(EmulatorConfig::default().fault(rule.on(Method::CalltouchImport).nth(2)));
    let (desk, input) = (Desk::new(), file(".txt", ids(300)));
    let journal = desk.path("job.db");
    let running = delete(&emulated, &journal, "").input(&input).start();
    running.line();
    delete(&emulated, &journal, "")
        .input(&input)
        .run()
        .with_code(2)
        .says("in use");
    let table = report(&journal, "").stdout;
    assert!(table.contains("running (process "), "{table}");
    // What is under way is no part of the speed: a hundred are settled by a call. Seconds are rounded, so none is reckoned with.
    let speed = table.lines().find(|line| line.starts_with("speed")).unwrap();
    let figures: Vec<f64> = speed.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [records, calls] = figures[..] else {
        panic!("{speed}")
    };
    assert!(records / calls < 150.0, "{table}");
    assert!(
        table.contains("  under way: in a call, or noted for one of the next"),
        "{table}"
    );
    assert!(report(&journal, "-o ndjson").rows().len() >= 100);
    let refused = Cli::bare("report --evidence")
        .arg(desk.path("e.txt"))
        .arg(&journal)
        .run()
        .with_code(2);
    assert!(refused.stderr.contains("the job runs"), "{refused:#?}");
    running.end().with_code(0);
}

#[test]
fn a_report_tells_outcomes_reasons_and_calls_and_every_record() {
    let (emulated, desk) = (with_a_refusal(), Desk::new());
    let journal = desk.path("job.db");
    delete(&emulated, &journal, "--keep-going")
        .input(&file(".txt", "1\n2\n3\nabc\n1\n"))
        .run()
        .with_code(1);
    let table = report(&journal, "").stdout;
    for line in [
        "        2  deleted",
        "        2  rejected",
        "        4  records, 2 in the wanted state; 1 more repeat one of them",
        "no quota was kept",
        "state      finished 20",
    ] {
        assert!(table.contains(line), "`{line}` is missing:\n{table}");
    }
    let all = report(&journal, "-o ndjson").rows();
    assert_eq!(all.len(), 4);
    assert_eq!(
        (&all[2]["record"], &all[2]["outcome"], &all[2]["line"]),
        (&"3".into(), &"rejected".into(), &3.into())
    );
    let some = report(&journal, "--only rejected,unknown -o csv").stdout;
    assert_eq!(some.lines().count(), 3, "{some}");
}

#[test]
fn the_evidence_adds_up_and_is_summed() {
    let (emulated, desk) = (with_a_refusal(), Desk::new());
    let (journal, input, file) = (desk.path("job.db"), file(".txt", ids(5)), desk.path("evidence.txt"));
    delete(&emulated, &journal, "").input(&input).run().with_code(1);
    let write = |args: &str| {
        Cli::bare(&format!("report {args} --evidence"))
            .arg(&file)
            .arg(&journal)
            .run()
    };
    write("").with_code(0);
    write("").with_code(2).says("--force");
    write("--force").with_code(0);
    let text = std::fs::read_to_string(&file).unwrap();
    let (above, sum) = text.trim_end().rsplit_once("SHA-256 of all lines above: ").unwrap();
    let hex = |digest: &[u8]| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(sum, hex(&Sha256::digest(above)));
    assert!(text.contains(&hex(&Sha256::digest(ids(5)))), "{text}");
    assert!(
        text.contains("4  deleted: The provider confirmed that it deleted the record."),
        "{text}"
    );
    let (_, records) = above.split_once("\nRECORDS\n").unwrap();
    assert_eq!(records.trim_end().lines().count(), 1 + 5);
    assert!(!text.contains("secret-token"));
}

#[test]
fn old_journals_are_purged_and_unfinished_ones_stay() {
    let (emulated, desk) = (Emulated::any(), Desk::new());
    let state = desk.path("state");
    let run = |command: Cli| command.env("BATCHWISE_STATE_DIR", state.to_str().unwrap()).run();
    run(Cli::new(&emulated.url(), "calltouch-import delete 1 --yes")).with_code(0);
    run(Cli::new(&emulated.url(), "calltouch-import delete 2 3 --yes --limit 1")).with_code(3);
    assert_eq!(run(Cli::bare("journal purge --older-than 1d")).with_code(0).stdout, "");
    let shown = run(Cli::bare("journal purge --older-than 0s --dry-run"))
        .with_code(0)
        .stdout;
    assert_eq!(shown.lines().count(), 1, "{shown}");
    run(Cli::bare("journal purge --older-than 0s")).with_code(0);
    let left = run(Cli::bare("journal list")).with_code(0).stdout;
    assert!(left.lines().count() == 1 && left.contains("unfinished"), "{left}");
}

#[test]
fn a_pseudonymised_journal_keeps_its_counts_and_no_key() {
    let (emulated, desk) = (Emulated::any(), Desk::new());
    let journal = desk.path("job.db");
    delete(&emulated, &journal, "511322733").run().with_code(0);
    Cli::bare("journal pseudonymise").arg(&journal).run().with_code(0);
    let bytes = std::fs::read(&journal).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("511322733"));
    assert!(report(&journal, "").stdout.contains("1  deleted"));
}
