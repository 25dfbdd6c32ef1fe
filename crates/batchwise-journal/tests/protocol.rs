//! What a journal promises to the job: what was durable is known again, and nothing else is.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use batchwise_core::journal::{Journal, JournalEntries, JournalEntry, Recall};
use batchwise_core::{Reason, ReasonKind, Summary, Verdict};
use batchwise_journal::{Filter, JournalReader, Opened, Resume, open};
use common::*;

#[test]
fn a_settled_record_is_known_an_intended_one_may_have_been_sent_and_the_rest_is_new() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    assert_eq!(recall(&journal, 1), Recall::New);
    intend(&journal, 1..=4);
    settle(&journal, 1..=2, Verdict::Deleted);
    drop(journal);
    let journal = go_on(&path);
    assert_eq!(recall(&journal, 1), Recall::Settled(Verdict::Deleted));
    assert_eq!(recall(&journal, 2), Recall::Settled(Verdict::Deleted));
    assert_eq!(recall(&journal, 3), MAYBE_SENT);
    assert_eq!(recall(&journal, 4), MAYBE_SENT);
    assert_eq!(recall(&journal, 5), Recall::New);
}

#[test]
fn a_finished_job_is_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    settle(&journal, 1..=2, Verdict::Deleted);
    finish(&journal);
    drop(journal);
    let Opened::Finished(past) = open(&path, &header(&[]), Resume::by_itself()).unwrap() else {
        panic!("it goes on");
    };
    assert!(past.is_finished());
    assert_eq!((past.header, past.runs.len()), (header(&[]), 1));
}

#[test]
fn a_stopped_job_goes_on_with_what_the_stop_cut_short() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    intend(&journal, 1..=4);
    let mut doubtful = verdict(1, Verdict::Unknown);
    (doubtful.maybe_sent, doubtful.cut_short) = (true, true);
    let mut busy = verdict(2, Verdict::Busy);
    busy.cut_short = true;
    let given_up = verdict(3, Verdict::Unknown);
    let mut left = verdict(4, Verdict::NotSent);
    (left.cut_short, left.attempts) = (true, 0);
    wait(journal.settle(vec![doubtful, busy, given_up, left])).unwrap();
    let mut stopped = Summary::default();
    stopped.stop = Some(Reason::new(ReasonKind::Cancelled));
    wait(journal.close(&stopped)).unwrap();
    drop(journal);
    let journal = go_on(&path);
    let open = |maybe_sent, attempts| Recall::Open { maybe_sent, attempts };
    assert_eq!(recall(&journal, 1), open(true, 1));
    assert_eq!(recall(&journal, 2), open(false, 1));
    assert_eq!(recall(&journal, 3), Recall::Settled(Verdict::Unknown));
    assert_eq!(recall(&journal, 4), open(false, 0));
}

#[test]
fn a_finished_job_goes_on_with_its_failures_when_asked_to() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    for (line, word) in (1..).zip([Verdict::Deleted, Verdict::Rejected, Verdict::Busy, Verdict::Unknown]) {
        settle(&journal, [line], word);
    }
    finish(&journal);
    drop(journal);
    let retry = Resume::by_itself().retry_failed(true);
    let journal = go_on_with(&path, retry);
    assert_eq!(recall(&journal, 1), Recall::Settled(Verdict::Deleted));
    for line in 2..=4 {
        assert!(matches!(recall(&journal, line), Recall::Open { .. }), "line {line}");
    }
    // What is about to be sent again may have been: its old verdict is no longer the truth.
    intend(&journal, [2]);
    drop(journal);
    let journal = go_on(&path);
    assert!(matches!(recall(&journal, 2), Recall::Open { maybe_sent: true, .. }));
    assert_eq!(recall(&journal, 3), Recall::Settled(Verdict::Busy));
}

#[test]
fn records_of_one_line_are_told_apart_by_their_campaigns() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let in_campaign = |line, campaign: &str| JournalEntry {
        scope: Some(campaign.to_owned()),
        ..entry(line)
    };
    let journal = begin(&path);
    let batch = [
        in_campaign(1, "00042"),
        in_campaign(2, "00042"),
        in_campaign(2, "00007"),
    ];
    wait(journal.intend(JournalEntries::of(batch))).unwrap();
    drop(journal);
    let journal = go_on(&path);
    assert_eq!(journal.recall(&in_campaign(1, "00042")).unwrap(), MAYBE_SENT);
    assert_eq!(journal.recall(&in_campaign(1, "00007")).unwrap(), Recall::New);
    // Whatever the order of a line's campaigns.
    assert_eq!(journal.recall(&in_campaign(2, "00042")).unwrap(), MAYBE_SENT);
    assert_eq!(journal.recall(&in_campaign(2, "00007")).unwrap(), MAYBE_SENT);
    assert_eq!(journal.recall(&in_campaign(3, "00007")).unwrap(), Recall::New);
}

#[test]
fn an_input_that_begins_anew_for_its_next_stage_is_followed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    // More than a page.
    settle(&journal, 1..=9000, Verdict::Deleted);
    drop(journal);
    let journal = go_on(&path);
    for stage in 0..3 {
        for line in (1..=9100).filter(|line| line % 3 == stage) {
            let expected = if line <= 9000 {
                Recall::Settled(Verdict::Deleted)
            } else {
                Recall::New
            };
            assert_eq!(recall(&journal, line), expected, "line {line}");
        }
    }
}

#[test]
fn another_record_on_a_known_line_is_another_input() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    intend(&journal, 1..=2);
    drop(journal);
    let journal = go_on(&path);
    let mut other = entry(2);
    other.key = "7".to_owned();
    let error = journal.recall(&other).unwrap_err().to_string();
    assert!(error.contains("line 2 of the input is not what it was"), "{error}");
    // And it is not written over the one that is known.
    assert!(wait(journal.intend(vec![other.into()])).is_err());
}

#[test]
fn an_update_is_settled_only_for_the_same_content() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let lead = |hash| JournalEntry {
        content: Some(hash),
        ..entry(1)
    };
    let journal = begin(&path);
    wait(journal.settle(vec![batchwise_core::journal::JournalVerdict::new(
        lead(7),
        Verdict::Updated,
        moment(),
    )]))
    .unwrap();
    drop(journal);
    let journal = go_on(&path);
    assert_eq!(journal.recall(&lead(7)).unwrap(), Recall::Settled(Verdict::Updated));
    assert!(journal.recall(&lead(8)).is_err());
    assert!(journal.recall(&entry(1)).is_err());
}

#[test]
fn a_job_that_ended_is_one_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    drop(begin(&path));
    let journal = go_on(&path);
    assert_eq!(recall(&journal, 1), Recall::New);
    settle(&journal, 1..=2, Verdict::Deleted);
    finish(&journal);
    drop(journal);
    let names: Vec<_> = directory
        .path()
        .read_dir()
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert_eq!(names, ["job"]);
    // Read, and nothing is left beside it.
    assert_eq!(JournalReader::open(&path).unwrap().tally().unwrap().reached, 2);
    assert_eq!(directory.path().read_dir().unwrap().count(), 1);
}

#[test]
fn a_retry_that_stops_before_a_record_leaves_it_its_outcome_and_goes_on_with_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    settle(&journal, [1], Verdict::Rejected);
    finish(&journal);
    drop(journal);
    let journal = go_on_with(&path, Resume::by_itself().retry_failed(true));
    let mut left = verdict(1, Verdict::NotSent);
    left.cut_short = true;
    wait(journal.settle(vec![left])).unwrap();
    let mut stopped = Summary::default();
    stopped.stop = Some(Reason::new(ReasonKind::Cancelled));
    wait(journal.close(&stopped)).unwrap();
    drop(journal);
    let row = JournalReader::open(&path)
        .unwrap()
        .records(Filter::all())
        .next()
        .unwrap()
        .unwrap();
    assert_eq!(
        (row.verdict, row.attempts, row.cut_short),
        (Some(Verdict::Rejected), 1, true)
    );
    assert!(matches!(
        recall(&go_on(&path), 1),
        Recall::Open { maybe_sent: false, .. }
    ));
}

#[test]
fn an_input_that_ends_before_what_earlier_runs_read_of_it_does_not_finish_the_job() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    settle(&journal, 1..=2, Verdict::Deleted);
    settle(&journal, 3..=4, Verdict::NotSent);
    drop(journal);
    let journal = go_on(&path);
    recall(&journal, 1);
    recall(&journal, 2);
    let error = wait(journal.close(&Summary::default())).unwrap_err().to_string();
    assert!(
        error.contains("the input ends at line 2") && error.contains("read line 4"),
        "{error}"
    );
    drop(journal);
    let reader = JournalReader::open(&path).unwrap();
    assert_eq!(reader.state().unwrap(), batchwise_journal::JobState::Unfinished);
    assert_eq!(reader.runs().unwrap()[1].stop.as_ref().unwrap().0, "journal");
}

#[test]
fn a_run_that_was_given_another_input_leaves_the_job_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    settle(&journal, 1..=2, Verdict::Rejected);
    finish(&journal);
    drop(journal);
    let journal = go_on_with(&path, Resume::by_itself().retry_failed(true));
    let mut other = entry(1);
    other.key = "7".to_owned();
    assert!(journal.recall(&other).is_err());
    let mut stopped = Summary::default();
    stopped.stop = Some(Reason::new(ReasonKind::Journal));
    wait(journal.close(&stopped)).unwrap();
    drop(journal);
    let reader = JournalReader::open(&path).unwrap();
    assert_eq!(reader.state().unwrap(), batchwise_journal::JobState::Finished);
    assert_eq!(reader.runs().unwrap().len(), 1);
}

#[test]
fn an_input_is_held_against_a_job_entry_by_entry() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    intend(&journal, 1..=5);
    settle(&journal, 1..=5, Verdict::Deleted);
    settle(&journal, 6..=6, Verdict::Rejected);
    journal.repeated(7, None, Some(1));
    finish(&journal);
    drop(journal);
    let reader = JournalReader::open(&path).unwrap();
    let mut check = reader.check_input().unwrap();
    for line in 1..=6 {
        assert!(check.knows(&entry(line)).unwrap());
    }
    assert_eq!(check.missing().unwrap(), 1);
    assert!(check.knows(&entry(7)).unwrap());
    assert_eq!(check.missing().unwrap(), 0);
    assert!(!check.knows(&entry(8)).unwrap());
    let mut other = entry(3);
    other.key = "7".to_owned();
    assert!(reader.check_input().unwrap().knows(&other).is_err());
}
