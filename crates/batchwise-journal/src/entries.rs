//! How a run writes what it knows of its entries: as rows, and as sheaves where many share everything but line and key.

use std::time::SystemTime;

use batchwise_core::Verdict;
use batchwise_core::journal::{JournalEntries, JournalKey, JournalVerdict};
use rusqlite::{Connection, params};

use crate::alike::{One, are_alike, are_bare, is_shared, scope_of};
use crate::open_sheaves::{OpenSheaf, OpenSheaves};
use crate::reasons::Reasons;
use crate::tables::{WriteError, Written};
use crate::{sheaf, words};

const INTEND: &str = "
    INSERT INTO record (line, scope, key, content, reached, maybe_sent, cut_short, attempts, run, at)
    VALUES (?1, ?2, ?3, ?4, 0, 1, 0, 0, ?5, ?6)
    ON CONFLICT (line, scope) DO UPDATE
       SET outcome = NULL, reached = 0, maybe_sent = 1, cut_short = 0, reason = NULL, facts = NULL, call = NULL,
           verified = NULL, run = excluded.run, at = excluded.at
     WHERE key = excluded.key AND content IS excluded.content";

const SETTLE: &str = "
    INSERT INTO record (line, scope, key, content, outcome, reached, maybe_sent, cut_short, attempts, reason, facts, call,
                        run, at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
    ON CONFLICT (line, scope) DO UPDATE
       SET outcome = excluded.outcome, reached = excluded.reached, maybe_sent = excluded.maybe_sent,
           cut_short = excluded.cut_short, attempts = excluded.attempts, reason = excluded.reason, facts = excluded.facts,
           call = excluded.call, verified = NULL, run = excluded.run, at = excluded.at
     WHERE key = excluded.key AND content IS excluded.content";

/// What a run leaves alone keeps the outcome that it has.
const LEAVE: &str = "
    UPDATE record SET cut_short = 1
     WHERE line = ?1 AND scope = ?2 AND key = ?3 AND content IS ?4 AND outcome <> 'not_sent'";

const SHEAF: &str = "
    INSERT INTO sheaf (line, last_line, scope, records, keys, outcome, reached, maybe_sent, attempts, reason, call, run, at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";

const SETTLE_SHEAF: &str = "
    UPDATE sheaf SET outcome = ?2, reached = ?3, maybe_sent = ?4, attempts = ?5, reason = ?6, call = ?7, run = ?8, at = ?9
     WHERE id = ?1";

const ROWS_BETWEEN: &str = "SELECT line FROM record WHERE line BETWEEN ?1 AND ?2 AND scope = ?3";

const SHEAVES_BETWEEN: &str = "
    SELECT EXISTS (SELECT 1 FROM sheaf WHERE line BETWEEN ?1 - ?4 AND ?2 AND scope = ?3 AND last_line >= ?1)";

const ROW: &str = "
    INSERT INTO record (line, scope, key, outcome, reached, maybe_sent, cut_short, attempts, reason, call, run, at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9, ?10, ?11)";

/// Ends that a sheaf's records come to; those of further ones are rows, so that each is not compared with all.
const MOST_GROUPS: usize = 8;

/// What a run writes of its entries.
#[derive(Debug)]
pub(crate) struct Entries {
    run: i64,
    /// Calls of earlier runs.
    calls_before: u64,
    reasons: Reasons,
    open: OpenSheaves,
    /// Nothing is known of lines after this one.
    known_to: i64,
    /// No sheaf is after this line.
    sheaves_to: i64,
    /// Lines from the first record of the longest sheaf to its last.
    longest: i64,
}

/// What the records of a sheaf share.
struct Shared {
    outcome: Option<&'static str>,
    reached: bool,
    maybe_sent: bool,
    attempts: u32,
    reason: Option<i64>,
    call: Option<i64>,
    at: i64,
}

impl Shared {
    /// Of records that a call is about to carry.
    fn open(at: i64) -> Self {
        Self {
            outcome: None,
            reached: false,
            maybe_sent: true,
            attempts: 0,
            reason: None,
            call: None,
            at,
        }
    }
}

/// Records of a sheaf that came to the same end, or are still on their way: how, and which.
type Group<'a> = (Option<One<'a>>, Vec<&'a (i64, String)>);

impl Entries {
    /// As they are when a run begins.
    pub(crate) fn of_run(connection: &Connection, run: i64, calls_before: u64) -> rusqlite::Result<Self> {
        let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        let sheaves_to = number("SELECT coalesce(max(last_line), 0) FROM sheaf")?;
        Ok(Self {
            run,
            calls_before,
            reasons: Reasons::default(),
            open: OpenSheaves::default(),
            known_to: number("SELECT coalesce(max(line), 0) FROM record")?.max(sheaves_to),
            sheaves_to,
            longest: number("SELECT coalesce(max(last_line - line), 0) FROM sheaf")?,
        })
    }

    /// Nothing is known of lines after this one.
    pub(crate) fn known_to(&self) -> i64 {
        self.known_to
    }

    /// Notes that calls are about to carry these entries.
    pub(crate) fn intend(&mut self, connection: &Connection, batches: &[JournalEntries]) -> Written {
        let now = words::millis(SystemTime::now());
        for batch in batches {
            let (scope, bare) = (scope_of(batch), are_bare(batch));
            let lines: Vec<i64> = batch.lines().iter().map(|line| words::signed(*line)).collect();
            let mut entries = batch.keys().zip(batch.contents());
            for part in sheaf::parts(&lines, |line| *line, |_, _| true) {
                let mut entries = part.iter().copied().zip(entries.by_ref());
                if bare && sheaf::is_worth(part.len()) && self.is_free(connection, scope, part)? {
                    let keys = sheaf::written(entries.map(|(line, (key, _))| (line, key)));
                    self.insert_sheaf(connection, scope, part, &keys, &Shared::open(now), true)?;
                } else {
                    entries.try_for_each(|(line, (key, content))| {
                        self.make_room(connection, line, scope)?;
                        self.intend_row(connection, (line, scope, key, content), now)
                    })?;
                }
            }
        }
        Ok(())
    }

    fn intend_row(
        &mut self,
        connection: &Connection,
        (line, scope, key, content): (i64, &str, JournalKey<'_>, Option<u128>),
        now: i64,
    ) -> Written {
        let row = params![
            line,
            scope,
            key.to_text(),
            content.map(u128::to_be_bytes),
            self.run,
            now
        ];
        let changed = connection.prepare_cached(INTEND)?.execute(row)?;
        self.known_to = self.known_to.max(line);
        if changed == 0 {
            return Err(WriteError::OtherEntry(words::unsigned(line)));
        }
        Ok(())
    }

    pub(crate) fn settle(&mut self, connection: &Connection, verdicts: &[JournalVerdict]) -> Written {
        let mut others = Vec::new();
        for verdict in verdicts {
            if !self.settle_together(connection, verdict)? {
                others.extend(One::each(verdict));
            }
        }
        let mut rest = others.as_slice();
        while let Some(one) = rest.first() {
            let settled = match self.open.take(one.scope(), one.line) {
                Some(sheaf) => self.settle_some(connection, &sheaf, rest)?,
                None => {
                    self.make_room(connection, one.line, one.scope())?;
                    self.settle_row(connection, *one)?;
                    1
                }
            };
            rest = rest.get(settled..).unwrap_or_default();
        }
        Ok(())
    }

    /// Settles a whole sheaf at once, if these are its records.
    fn settle_together(&mut self, connection: &Connection, verdict: &JournalVerdict) -> Result<bool, WriteError> {
        if !is_shared(verdict) {
            return Ok(false);
        }
        let (scope, lines) = (scope_of(&verdict.entries), verdict.entries.lines());
        let Some(sheaf) = self.open.take_whole(scope, lines) else {
            return Ok(false);
        };
        let shared = self.shared(connection, verdict)?;
        connection.prepare_cached(SETTLE_SHEAF)?.execute(params![
            sheaf.id,
            shared.outcome,
            shared.reached,
            shared.maybe_sent,
            shared.attempts,
            shared.reason,
            shared.call,
            self.run,
            shared.at,
        ])?;
        Ok(true)
    }

    /// Settles the records of a sheaf that came to different ends, or of which some are still on their way: those with which
    /// these begin. Says how many that were.
    fn settle_some(
        &mut self,
        connection: &Connection,
        sheaf: &OpenSheaf,
        ones: &[One<'_>],
    ) -> Result<usize, WriteError> {
        let scope = ones.first().map_or("", One::scope);
        let mut settled: Vec<Option<One<'_>>> = vec![None; sheaf.lines.len()];
        let mut taken = 0;
        for one in ones {
            let at = sheaf.lines.binary_search(&one.line);
            let place = at.ok().and_then(|at| settled.get_mut(at));
            match place.filter(|place| place.is_none() && one.scope() == scope) {
                Some(place) => *place = Some(*one),
                None => break,
            }
            taken += 1;
        }
        self.part_sheaf(connection, sheaf, scope, &settled)?;
        Ok(taken)
    }

    /// Makes of a sheaf what its records are now: sheaves of those that came to the same end and of those that are still on
    /// their way, and rows. `settled` has a place for each of its records.
    fn part_sheaf(
        &mut self,
        connection: &Connection,
        sheaf: &OpenSheaf,
        scope: &str,
        settled: &[Option<One<'_>>],
    ) -> Written {
        let (keys, at): (String, i64) = connection
            .prepare_cached("SELECT keys, at FROM sheaf WHERE id = ?1")?
            .query_row([sheaf.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        connection
            .prepare_cached("DELETE FROM sheaf WHERE id = ?1")?
            .execute([sheaf.id])?;
        let first = sheaf.lines.first().copied().unwrap_or_default();
        let members: Vec<(i64, String)> = sheaf::read(first, &keys)?.collect();
        if !members.iter().map(|(line, _)| line).eq(&sheaf.lines) {
            return Err(WriteError::Sql(rusqlite::Error::InvalidQuery));
        }
        let mut groups: Vec<Group<'_>> = Vec::new();
        for (member, one) in members.iter().zip(settled) {
            let count = groups.len();
            if one.is_some_and(|one| one.key.to_text() != member.1) {
                return Err(WriteError::OtherEntry(words::unsigned(member.0)));
            }
            match one {
                Some(one) if !is_shared(one.verdict) => self.settle_row(connection, *one)?,
                one => {
                    let alike = |of: &Option<One<'_>>| match (of, one) {
                        (None, None) => true,
                        (Some(of), Some(one)) => are_alike(of.verdict, one.verdict),
                        _ => false,
                    };
                    match (groups.iter_mut().find(|(of, _)| alike(of)), one) {
                        (Some((_, group)), _) => group.push(member),
                        (None, Some(one)) if count >= MOST_GROUPS => self.settle_row(connection, *one)?,
                        (None, _) => groups.push((*one, vec![member])),
                    }
                }
            }
        }
        for (of, group) in groups {
            let shared = match of {
                Some(one) => self.shared(connection, one.verdict)?,
                None => Shared::open(at),
            };
            for part in sheaf::parts(&group, |member| member.0, |_, _| true) {
                if sheaf::is_worth(part.len()) {
                    let lines: Vec<i64> = part.iter().map(|member| member.0).collect();
                    let keys = sheaf::written(part.iter().map(|member| (member.0, JournalKey::Text(&member.1))));
                    self.insert_sheaf(connection, scope, &lines, &keys, &shared, of.is_none())?;
                } else {
                    self.insert_rows(connection, scope, part, &shared)?;
                }
            }
        }
        Ok(())
    }

    /// A sheaf of records of which nothing else is known.
    fn insert_sheaf(
        &mut self,
        connection: &Connection,
        scope: &str,
        lines: &[i64],
        keys: &str,
        shared: &Shared,
        is_open: bool,
    ) -> Written {
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            return Ok(());
        };
        let id = connection.prepare_cached(SHEAF)?.insert(params![
            first,
            last,
            scope,
            i64::try_from(lines.len()).unwrap_or(i64::MAX),
            keys,
            shared.outcome,
            shared.reached,
            shared.maybe_sent,
            shared.attempts,
            shared.reason,
            shared.call,
            self.run,
            shared.at,
        ])?;
        self.known_to = self.known_to.max(*last);
        self.sheaves_to = self.sheaves_to.max(*last);
        self.longest = self.longest.max(last - first);
        if is_open {
            let lines = lines.to_vec();
            self.open.insert(scope, OpenSheaf { id, lines });
        }
        Ok(())
    }

    /// True when nothing is known of the records of these lines, which rise.
    fn is_free(&self, connection: &Connection, scope: &str, lines: &[i64]) -> rusqlite::Result<bool> {
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            return Ok(true);
        };
        if *first > self.known_to {
            return Ok(true);
        }
        let mut statement = connection.prepare_cached(ROWS_BETWEEN)?;
        let mut rows = statement.query(params![first, last, scope])?;
        while let Some(row) = rows.next()? {
            if lines.binary_search(&row.get(0)?).is_ok() {
                return Ok(false);
            }
        }
        let near = params![first, last, scope, self.longest];
        connection
            .prepare_cached(SHEAVES_BETWEEN)?
            .query_row(near, |row| row.get(0))
            .map(|some: bool| !some)
    }

    /// Breaks up the sheaf that has this record, before it becomes a row.
    fn make_room(&mut self, connection: &Connection, line: i64, scope: &str) -> Written {
        if line <= self.sheaves_to
            && let Some(id) = sheaf::holding(connection, line, scope, self.longest)?
        {
            sheaf::break_up(connection, id)?;
            self.open.take(scope, line);
        }
        Ok(())
    }

    /// Rows of records that were a sheaf's.
    fn insert_rows(
        &self,
        connection: &Connection,
        scope: &str,
        members: &[&(i64, String)],
        shared: &Shared,
    ) -> Written {
        let mut statement = connection.prepare_cached(ROW)?;
        for (line, key) in members {
            statement.execute(params![
                line,
                scope,
                key,
                shared.outcome,
                shared.reached,
                shared.maybe_sent,
                shared.attempts,
                shared.reason,
                shared.call,
                self.run,
                shared.at,
            ])?;
        }
        Ok(())
    }

    fn shared(&mut self, connection: &Connection, verdict: &JournalVerdict) -> rusqlite::Result<Shared> {
        Ok(Shared {
            outcome: Some(verdict.verdict.as_str()),
            reached: verdict.reached,
            maybe_sent: verdict.maybe_sent,
            attempts: verdict.attempts,
            reason: match &verdict.reason {
                Some(reason) => Some(self.reasons.id(connection, reason)?),
                None => None,
            },
            call: verdict.call.map(|call| words::signed(self.calls_before + call)),
            at: words::millis(verdict.at),
        })
    }

    fn settle_row(&mut self, connection: &Connection, one: One<'_>) -> Written {
        let verdict = one.verdict;
        if verdict.verdict == Verdict::NotSent && Self::leave(connection, one)? {
            return Ok(());
        }
        let shared = self.shared(connection, verdict)?;
        let changed = connection.prepare_cached(SETTLE)?.execute(params![
            one.line,
            one.scope(),
            one.key.to_text(),
            one.content.map(u128::to_be_bytes),
            shared.outcome,
            shared.reached,
            shared.maybe_sent,
            verdict.cut_short,
            shared.attempts,
            shared.reason,
            words::facts(&verdict.facts),
            shared.call,
            self.run,
            shared.at,
        ])?;
        self.known_to = self.known_to.max(one.line);
        if changed == 0 {
            return Err(WriteError::OtherEntry(words::unsigned(one.line)));
        }
        Ok(())
    }

    /// True when the entry had an outcome and was opened again: it stands, and the next run goes on with it.
    fn leave(connection: &Connection, one: One<'_>) -> rusqlite::Result<bool> {
        let content = one.content.map(u128::to_be_bytes);
        let changed =
            connection
                .prepare_cached(LEAVE)?
                .execute(params![one.line, one.scope(), one.key.to_text(), content])?;
        Ok(changed > 0)
    }
}
