//! Records that are difficult.

use batchwise_core::{Action, BatchMethod, NamedRefusal, ReasonKind, Record, Verdict};

use super::plain::done;
use super::{CONCURRENCIES, RECORDS, SMALL, idle, seeds};
use crate::conformance::dice::Dice;
use crate::conformance::trial::Trial;
use crate::conformance::{Difficult, Difficulty, Subject};

/// A record's key and scope are the same whichever way a journal asks for them, and a copy is the same record.
pub fn are_told_alike_however_they_are_asked<S: Subject>(subject: &S) {
    let records: Vec<_> = (0..RECORDS).map(|number| subject.record(number)).collect();
    for (at, record) in records.iter().enumerate() {
        let mut written = "before ".to_owned();
        record.write_key(&mut written);
        assert_eq!(written, format!("before {}", record.key()));
        if let Some((prefix, number)) = record.numbered_key() {
            assert_eq!(format!("{prefix}{number}"), record.key());
        }
        for other in records.iter().skip(at) {
            assert_eq!(record.shares_scope(other), record.scope() == other.scope(), "{written}");
        }
        // What is asked for twice may have been kept.
        assert_eq!(record.identity(), record.identity());
        assert_eq!(record.identity(), record.clone().identity());
    }
}

/// Each difficulty alone, one record or several, wherever they stand: they come to what they should, all others are done.
pub fn have_their_outcome_one_difficulty_at_a_time<S: Subject>(subject: &S) {
    // Numbers that fall on batches' first, middle and last records whatever groups and stages there are.
    let places: [&[u64]; 6] = [&[15], &[20], &[29], &[RECORDS - 1], &[22, 23], &[17, 34, 51]];
    for difficulty in subject.difficulties() {
        for (place, concurrency) in places
            .iter()
            .flat_map(|place| CONCURRENCIES.map(|calls| (place, calls)))
        {
            let mut difficult = Difficult::default();
            place.iter().for_each(|number| difficult.set(*number, difficulty));
            let told = Trial::of(subject, format!("{difficulty:?} at {place:?}"), 0..RECORDS)
                .max_records(SMALL)
                .difficult(difficult)
                .concurrency(concurrency)
                .run();
            let done = done(&told);
            let action = told.run.descriptor.action;
            // Where a refusal by name may have deleted the others, their absence is no proof of anything else.
            let unclear =
                difficulty == Difficulty::Poison && told.run.descriptor.named_refusal == NamedRefusal::OthersUnclear;
            told.demand_verdicts(|number| match told.run.difficult.of(number) {
                Some(_) => vec![subject.expected(number, difficulty, action)],
                None if unclear => vec![done, Verdict::PresumedDeleted],
                None => vec![done],
            });
            told.demand(told.stopped().is_none(), || "it stopped".to_owned());
        }
    }
}

/// Absent records among present ones, in every batch, with the client's own batch size.
pub fn that_are_absent_leave_the_others_alone<S: Subject>(subject: &S) {
    if !subject.difficulties().contains(&Difficulty::Absent) {
        return;
    }
    for concurrency in CONCURRENCIES {
        let numbers = super::batches(subject, 4);
        let mut difficult = Difficult::default();
        numbers
            .clone()
            .filter(|number| number % 3 == 1)
            .for_each(|number| difficult.set(number, Difficulty::Absent));
        let told = Trial::of(subject, "a third is absent", numbers)
            .difficult(difficult)
            .concurrency(concurrency)
            .run();
        let (done, absent) = (done(&told), Difficulty::Absent.verdict(told.run.descriptor.action));
        told.demand_verdicts(|number| vec![told.run.difficult.of(number).map_or(done, |_| absent)]);
        let (calls, least) = (told.run.summary.calls, told.least);
        told.demand(calls == least, || format!("{calls} calls, where {least} are enough"));
    }
}

/// A list of records that are all absent: deletes stop after three batches, unless told to go on.
pub fn that_are_all_absent_stop_a_deletion<S: Subject>(subject: &S) {
    let deletes = idle(subject).descriptor().action == Action::Delete;
    for allow in [false, true] {
        let mut difficult = Difficult::default();
        (0..RECORDS).for_each(|number| difficult.set(number, Difficulty::Absent));
        let told = Trial::of(subject, format!("all are absent, allowed: {allow}"), 0..RECORDS)
            .max_records(SMALL)
            .difficult(difficult)
            .options(|options| options.allow_missing(allow))
            .run();
        let absent = Difficulty::Absent.verdict(told.run.descriptor.action);
        if deletes && !allow {
            told.demand(told.stopped() == Some(ReasonKind::WrongTarget), || {
                "it did not stop".to_owned()
            });
            told.demand(told.run.summary.calls == 3, || {
                "three batches are enough to see it".to_owned()
            });
            told.demand_verdicts(|_| vec![absent, Verdict::NotSent]);
        } else {
            told.demand(told.stopped().is_none(), || "it stopped".to_owned());
            told.demand_verdicts(|_| vec![absent]);
        }
    }
}

/// All difficulties at once, drawn from seeds.
pub fn keep_the_law_among_each_other<S: Subject>(subject: &S) {
    for seed in 0..seeds() / 2 {
        let mut dice = Dice::new(seed);
        let chance = [3, 10, 40]
            .get(usize::try_from(seed % 3).unwrap_or(0))
            .copied()
            .unwrap_or(10);
        let difficult = scatter(subject, &mut dice, chance);
        let concurrency = usize::try_from(1 + dice.below(4)).unwrap_or(1);
        Trial::of(subject, format!("difficult records, seed {seed}"), 0..RECORDS)
            .max_records(SMALL)
            .difficult(difficult)
            .options(|options| options.allow_missing(true))
            .concurrency(concurrency)
            .run();
    }
}

/// Makes about so many of a hundred records difficult.
pub(super) fn scatter<S: Subject>(subject: &S, dice: &mut Dice, chance: u64) -> Difficult {
    let kinds = subject.difficulties();
    let mut difficult = Difficult::default();
    for number in 0..RECORDS {
        let kind = dice.one_of(&kinds);
        if let Some(kind) = kind.filter(|_| dice.percent(chance)) {
            difficult.set(number, kind);
        }
    }
    difficult
}
