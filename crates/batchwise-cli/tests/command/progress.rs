//! Progress: live lines on a terminal, nothing of it anywhere else.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::Read;
use std::time::Duration;

use batchwise_emulator::{Busy, CampaignConfig, EmulatorConfig, Fault, FaultRule, Method, SpaceConfig};
use tempfile::NamedTempFile;

use crate::support::terminal::{Seen, Size, WIDE, watch};
use crate::support::{Cli, Emulated, file};

/// Every call takes its time.
fn slow(method: Method) -> Emulated {
    let rule = FaultRule::new(Fault::Slow(Duration::from_millis(450))).on(method);
    Emulated::with(EmulatorConfig::default().fault(rule))
}

fn ids(count: u64) -> NamedTempFile {
    file(".txt", (1..=count).map(|id| format!("{id}\n")).collect::<String>())
}

/// Watches a job whose outcomes go to a file, and brings both.
fn to_a_file(cli: Cli, size: Size) -> (Seen, String) {
    let mut out = tempfile::tempfile().unwrap();
    let stdout = out.try_clone().unwrap().into();
    let seen = watch(&cli.into_inner(), size, Some(stdout), |_, _| {});
    (seen, content(&mut out))
}

fn content(file: &mut File) -> String {
    std::io::Seek::rewind(file).unwrap();
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_terminal_shows_how_far_the_job_is_and_then_how_it_went() {
    let emulated = slow(Method::CalltouchImport);
    let input = ids(300);
    let cli = Cli::new(&emulated.url(), "calltouch-import delete --yes --no-journal").input(&input);
    let (seen, outcomes) = to_a_file(cli, WIDE);
    assert_eq!(seen.code, Some(0), "{:#?}", seen.screens);
    seen.shows("━")
        .shows("100/300")
        .shows("200/300")
        .shows("2 requests")
        .shows("about")
        .shows("100 deleted");
    let last: Vec<&str> = seen.last().lines().map(str::trim_end).collect();
    assert_eq!(
        last[..3],
        ["  in     300 import logs", "  out    300 deleted", "  calls  3"]
    );
    assert!(last[3].starts_with("  time   ") && last.len() == 4, "{last:?}");
    assert_eq!(outcomes.lines().count(), 300);
    assert!(outcomes.lines().all(|line| line.starts_with("deleted           ")));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let emulated = slow(Method::CalltouchImport);
    let input = ids(300);
    let cli = Cli::new(&emulated.url(), "calltouch-import delete --yes --no-journal").input(&input);
    let narrow = Size { columns: 30, rows: 20 };
    let (seen, _) = to_a_file(cli, narrow);
    seen.shows("100/300");
    assert!(
        seen.most_rows_with('━') == 1 && seen.most_rows <= 4,
        "{:#?}",
        seen.screens
    );
}

#[test]
fn outcomes_on_the_same_terminal_stay_whole() {
    let emulated = slow(Method::CalltouchImport);
    let input = ids(250);
    let cli = Cli::new(&emulated.url(), "calltouch-import delete --yes --no-journal").input(&input);
    let seen = watch(&cli.into_inner(), Size { columns: 80, rows: 400 }, None, |_, _| {});
    seen.shows("100/250");
    let (outcomes, rest): (Vec<&str>, Vec<&str>) = seen.last().lines().partition(|line| line.starts_with("deleted  "));
    let mut found: Vec<u64> = outcomes.iter().map(|line| line[18..].trim().parse().unwrap()).collect();
    found.sort_unstable();
    assert_eq!(found, (1..=250).collect::<Vec<u64>>());
    assert_eq!(
        rest.first().map(|line| line.trim_end()),
        Some("  in     250 import logs")
    );
}

#[test]
fn colours_are_for_those_who_want_them() {
    let emulated = slow(Method::CalltouchImport);
    let run = |no_color: Option<&str>| {
        let input = ids(200);
        let args = "calltouch-import delete --yes --allow-missing";
        let mut cli = Cli::new(&emulated.url(), args).input(&input);
        if let Some(value) = no_color {
            cli = cli.env("NO_COLOR", value);
        }
        to_a_file(cli, WIDE).0.raw
    };
    assert!(run(None).contains("\u{1b}[32m200 deleted"));
    // They are gone now; an empty variable is none.
    assert!(run(Some("")).contains("\u{1b}[36m200 not_found"));
    let plain = run(Some("1"));
    let colours: Vec<&str> = plain
        .split('\u{1b}')
        .filter(|piece| piece.starts_with('[') && is_colour(piece))
        .collect();
    assert_eq!(colours, [""; 0]);
    assert!(plain.contains("100/200"));
}

/// True for a sequence that changes how characters look.
fn is_colour(sequence: &str) -> bool {
    let end = sequence[1..].find(|c: char| c.is_ascii_alphabetic());
    end.is_some_and(|at| sequence.as_bytes()[at + 1] == b'm')
}

#[test]
fn progress_is_left_out_where_it_is_not_wanted() {
    let emulated = slow(Method::CalltouchImport);
    for (args, term) in [("--no-progress", "xterm"), ("-q", "xterm"), ("", "dumb")] {
        let cli = Cli::new(
            &emulated.url(),
            &format!("calltouch-import delete --yes --allow-missing {args}"),
        );
        let input = ids(200);
        let (seen, _) = to_a_file(cli.input(&input).env("TERM", term), WIDE);
        assert_eq!(seen.code, Some(0));
        assert!(
            !seen.raw.contains('━') && !seen.raw.contains("100/200"),
            "{args} {term}: {}",
            seen.raw
        );
        assert!(
            !seen.raw.contains("\u{1b}[1A") && !seen.raw.contains("\u{1b}[2K"),
            "{args} {term}: {}",
            seen.raw
        );
        assert_eq!(seen.raw.is_empty(), args == "-q");
    }
}

#[test]
fn a_log_and_live_lines_do_not_run_into_each_other() {
    let emulated = slow(Method::CalltouchImport);
    let input = ids(300);
    let cli = Cli::new(&emulated.url(), "calltouch-import delete --yes -vv").input(&input);
    let (seen, _) = to_a_file(cli, WIDE);
    seen.shows("100/300");
    let log: Vec<&str> = seen.last().lines().filter(|line| line.contains("answered")).collect();
    assert_eq!(log.len(), 3, "{}", seen.last());
    assert!(seen.last().lines().all(|line| !line.contains('━')), "{}", seen.last());
}

#[test]
fn what_is_waited_for_is_said_in_words() {
    let customers = SpaceConfig::any().busy([7001, 7002], Busy::Answers(1));
    let config = EmulatorConfig::default()
        .campaign(CampaignConfig::new("00042").customers(customers))
        .fault(
            FaultRule::new(Fault::TooManyRequests { retry_after: Some(1) })
                .on(Method::CalltouchImport)
                .nth(1),
        )
        .fault(FaultRule::new(Fault::Slow(Duration::from_millis(1500))).on(Method::DellinBook));
    let emulated = Emulated::with(config);
    let run = |args: &str| to_a_file(Cli::plain(&emulated.url(), args), WIDE).0;
    run("thulium-campaign delete --campaign 00042 7001 7002 7003 --yes --busy-wait 1")
        .shows("1 deleted  2 customers in a call, next try in 0.");
    run("calltouch-import delete 51001 --yes --rate off").shows("the server asked to wait: 0.");
    run("dellin-book delete phone:5 --yes --rate off").shows("waiting for an answer since 1.");
    let input = ids(200);
    let cli = Cli::plain(&emulated.url(), "calltouch-import delete --yes --rate 1/s").input(&input);
    to_a_file(cli, WIDE).0.shows("100 deleted  quota: next slot in 0.");
}

#[test]
fn ctrl_c_finishes_what_is_in_flight_and_says_how_to_go_on() {
    let emulated = slow(Method::CalltouchImport);
    let ids = ids(1000);
    let cli = Cli::new(&emulated.url(), "calltouch-import delete --yes").input(&ids);
    let mut out = tempfile::tempfile().unwrap();
    let stdout = out.try_clone().unwrap().into();
    let mut typed = false;
    let seen = watch(&cli.into_inner(), WIDE, Some(stdout), |screen, keyboard| {
        if !typed && screen.contains("100/1,000") {
            typed = true;
            keyboard.write_all(b"\x03").unwrap();
        }
    });
    assert_eq!(seen.code, Some(3), "{:#?}", seen.screens);
    seen.shows("stopping");
    let again = "go on with: batchwise resume ";
    let last = seen.last().replace('\n', "");
    assert!(
        last.contains(again) && last.contains("stopped early: interrupted"),
        "{last}"
    );
    let outcomes = content(&mut out);
    assert_eq!(outcomes.lines().count(), 1000);
    let deleted = outcomes.lines().filter(|line| line.starts_with("deleted")).count() as u64;
    assert_eq!(deleted, emulated.truth().calltouch.removed_count());
}

#[test]
fn a_second_ctrl_c_ends_at_once_and_leaves_the_terminal_clean() {
    let rule = FaultRule::new(Fault::HangBefore).on(Method::CalltouchImport);
    let emulated = Emulated::with(EmulatorConfig::default().fault(rule));
    let cli = Cli::new(&emulated.url(), "calltouch-import delete 51001 --yes");
    let out = tempfile::tempfile().unwrap().into();
    let mut typed = 0;
    let seen = watch(&cli.into_inner(), WIDE, Some(out), |screen, keyboard| {
        let wanted = ["1 request", "once more stops at once"].get(typed);
        if wanted.is_some_and(|wanted| screen.contains(wanted)) {
            typed += 1;
            keyboard.write_all(b"\x03").unwrap();
        }
    });
    assert_eq!(seen.code, Some(3), "{:#?}", seen.screens);
    assert!(!seen.last().contains('━'), "{}", seen.last());
}

#[test]
fn no_contact_and_no_secret_is_in_anything_that_is_drawn() {
    let emulated = slow(Method::ThuliumPhones);
    let phones: String = (0..250).map(|at| format!("48600700{at:03}\n")).collect();
    let cli = Cli::new(
        &emulated.url(),
        "thulium-campaign delete --campaign 00042 --by phone --yes -v",
    );
    let input = file(".txt", phones);
    let (seen, outcomes) = to_a_file(cli.input(&input), WIDE);
    seen.shows("100/250");
    assert!(
        !seen.raw.contains("600700") && !seen.raw.contains("secret"),
        "{}",
        seen.raw
    );
    assert_eq!(outcomes.lines().count(), 250);
}

#[test]
fn elsewhere_than_on_a_terminal_nothing_steers_one() {
    let emulated = slow(Method::CalltouchImport);
    let ended = Cli::new(&emulated.url(), "calltouch-import delete --yes")
        .input(&ids(200))
        .run();
    let ended = ended.with_code(0);
    assert!(!ended.stderr.contains(['\u{1b}', '\r', '━']), "{}", ended.stderr);
}

/// Lists of a campaign of 250 records; every answer takes its time.
fn slow_lists() -> Emulated {
    let campaign = CampaignConfig::new("00042").customers(SpaceConfig::only(7001..=7250));
    let rule = FaultRule::new(Fault::Slow(Duration::from_millis(450))).on(Method::ThuliumLists);
    Emulated::with(EmulatorConfig::default().campaign(campaign).fault(rule))
}

const LIST: &str = "thulium-campaign list --campaign 00042";

#[test]
fn a_list_is_one_live_line_that_is_gone_when_it_ends() {
    let emulated = slow_lists();
    let (seen, rows) = to_a_file(Cli::new(&emulated.url(), LIST), WIDE);
    assert_eq!(seen.code, Some(0), "{:#?}", seen.screens);
    seen.shows("100 records found  2 requests")
        .shows("200 records found  3 requests");
    assert_eq!(seen.most_rows, 1, "{:#?}", seen.screens);
    assert_eq!(seen.last().trim_end(), "batchwise: 250 records listed; 3 calls");
    assert_eq!(rows.lines().count(), 251);
}

#[test]
fn a_list_says_what_it_waits_for() {
    let rule = FaultRule::new(Fault::TooManyRequests { retry_after: Some(1) })
        .on(Method::DellinLists)
        .nth(1);
    let emulated = Emulated::with(EmulatorConfig::default().fault(rule));
    let args = "dellin-book list --kind counteragent --rate off";
    to_a_file(Cli::plain(&emulated.url(), args), WIDE)
        .0
        .shows("address-book objects found")
        .shows("(1 failed)")
        .shows("the server asked to wait: 0.");
}

#[test]
fn a_look_afterwards_has_its_line_too() {
    let emulated = slow_lists();
    let args = "thulium-campaign delete --campaign 00042 7001 --yes --verify";
    let (seen, _) = to_a_file(Cli::new(&emulated.url(), args), WIDE);
    assert_eq!(seen.code, Some(0), "{:#?}", seen.screens);
    seen.shows("100 records found  2 requests")
        .shows("200 records found  3 requests");
    assert!(!seen.last().contains("found"), "{}", seen.last());
}

#[test]
fn a_look_at_a_job_that_ended_has_its_line_too() {
    let emulated = slow_lists();
    let journal = tempfile::tempdir().unwrap();
    let journal = journal.path().join("job.db");
    let journal = journal.display();
    let args = format!("thulium-campaign delete --campaign 00042 7001 --yes --journal {journal}");
    Cli::new(&emulated.url(), &args).run().with_code(0);
    let (seen, counts) = to_a_file(Cli::new(&emulated.url(), &format!("verify {journal}")), WIDE);
    seen.shows("100 records found  2 requests");
    assert_eq!((seen.code, counts.as_str()), (Some(0), "1 absent\n"));
}

#[test]
fn the_line_of_a_list_is_left_out_where_it_is_not_wanted() {
    let emulated = slow_lists();
    for (args, term) in [("--no-progress", "xterm"), ("-q", "xterm"), ("", "dumb")] {
        let cli = Cli::new(&emulated.url(), &format!("{LIST} {args}"));
        let (seen, _) = to_a_file(cli.env("TERM", term), WIDE);
        assert_eq!(seen.code, Some(0));
        assert!(
            !seen.raw.contains("found") && !seen.raw.contains('\u{1b}'),
            "{args} {term}: {}",
            seen.raw
        );
        assert_eq!(seen.raw.is_empty(), args == "-q");
    }
}

#[test]
fn the_line_of_a_list_has_no_colours_where_nobody_wants_them() {
    let emulated = slow_lists();
    let raw = to_a_file(Cli::new(&emulated.url(), LIST).env("NO_COLOR", "1"), WIDE)
        .0
        .raw;
    assert!(raw.contains("100 records found"), "{raw}");
    assert!(
        !raw.split('\u{1b}')
            .any(|piece| piece.starts_with('[') && is_colour(piece)),
        "{raw}"
    );
}

#[test]
fn ctrl_c_ends_a_list_after_the_call_in_flight_and_writes_nothing() {
    let emulated = slow_lists();
    let mut out = tempfile::tempfile().unwrap();
    let stdout = out.try_clone().unwrap().into();
    let mut typed = false;
    let cli = Cli::new(&emulated.url(), LIST);
    let seen = watch(&cli.into_inner(), WIDE, Some(stdout), |screen, keyboard| {
        if !typed && screen.contains("100 records found") {
            typed = true;
            keyboard.write_all(b"\x03").unwrap();
        }
    });
    assert_eq!(seen.code, Some(3), "{:#?}", seen.screens);
    seen.shows("stopping: the call in flight is finished first");
    assert!(seen.last().contains("nothing was written"), "{}", seen.last());
    assert_eq!(content(&mut out), "");
}
