//! Records that share everything but line and key, kept together in one row.
//!
//! Most records of a deleting job come to the same end in one call. As rows of their own they would cost a job that nothing
//! holds back several times what all of its calls cost; a sheaf costs one row for many. What differs from its neighbours is a
//! row of `record`. Each record is in one place: whatever touches a single record of a sheaf first breaks that up into rows.

use batchwise_core::journal::JournalKey;
use rusqlite::types::Type;
use rusqlite::{Connection, params};

/// Most lines from the first record of a sheaf to its last, as the schema demands: who looks for a line looks no further back.
pub(crate) const SPAN: i64 = 4096;

/// Most records of a sheaf.
const MOST: usize = 1000;

/// Fewer are rows of their own.
const FEWEST: usize = 4;

/// Most lines between two neighbours: each costs a `null`.
const GAP: i64 = 8;

/// What a sheaf is in `record`.
const BREAK_UP: &str = "
    INSERT INTO record (line, scope, key, outcome, reached, maybe_sent, cut_short, attempts, reason, call, run, at, verified)
    SELECT sheaf.line + member.key, sheaf.scope, member.value, sheaf.outcome, sheaf.reached, sheaf.maybe_sent, 0,
           sheaf.attempts, sheaf.reason, sheaf.call, sheaf.run, sheaf.at, sheaf.verified
      FROM sheaf, json_each(sheaf.keys) AS member
     WHERE member.value IS NOT NULL";

/// Makes rows of a sheaf's records.
pub(crate) fn break_up(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached(&format!("{BREAK_UP} AND sheaf.id = ?1"))?
        .execute([id])?;
    connection
        .prepare_cached("DELETE FROM sheaf WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

/// Makes rows of all records that an earlier run was about to send: what becomes of them now differs from one to the next.
pub(crate) fn break_up_open(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute(&format!("{BREAK_UP} AND sheaf.outcome IS NULL"), [])?;
    connection.execute("DELETE FROM sheaf WHERE outcome IS NULL", [])?;
    Ok(())
}

/// The sheaf that has the record of this line and scope, if one has; none is `longest` lines longer than its first.
pub(crate) fn holding(connection: &Connection, line: i64, scope: &str, longest: i64) -> rusqlite::Result<Option<i64>> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM sheaf
          WHERE line BETWEEN ?1 - ?3 AND ?1 AND scope = ?2 AND last_line >= ?1
            AND json_extract(keys, '$[' || (?1 - line) || ']') IS NOT NULL",
    )?;
    let mut rows = statement.query(params![line, scope, longest])?;
    rows.next()?.map(|row| row.get(0)).transpose()
}

/// All of it in parts as large as sheaves can be.
pub(crate) fn parts<T>(all: &[T], line: impl Fn(&T) -> i64, alike: impl Fn(&T, &T) -> bool) -> Vec<&[T]> {
    let mut parts = Vec::new();
    let mut rest = all;
    while let Some(first) = rest.first() {
        let joins = |before: &T, next: &T| {
            let step = line(next).saturating_sub(line(before));
            (1..=GAP).contains(&step) && line(next).saturating_sub(line(first)) < SPAN && alike(first, next)
        };
        let pairs = rest.iter().zip(rest.iter().skip(1)).take(MOST - 1);
        let more = pairs.take_while(|(before, next)| joins(before, next)).count();
        let (part, others) = rest.split_at(more + 1);
        parts.push(part);
        rest = others;
    }
    parts
}

/// True when so many records are better off as a sheaf than as rows.
pub(crate) const fn is_worth(records: usize) -> bool {
    records >= FEWEST
}

/// The keys of a sheaf whose lines rise, as its column has them.
pub(crate) fn written<'a>(keys: impl Iterator<Item = (i64, JournalKey<'a>)>) -> String {
    let mut text = String::with_capacity(16 * keys.size_hint().0);
    let mut next = None;
    for (line, key) in keys {
        text.push(if next.is_none() { '[' } else { ',' });
        for _ in next.unwrap_or(line)..line {
            text.push_str("null,");
        }
        key.push_json(&mut text);
        next = Some(line + 1);
    }
    text.push(']');
    text
}

/// The lines and keys of a sheaf that begins at this line.
pub(crate) fn read(line: i64, keys: &str) -> rusqlite::Result<impl Iterator<Item = (i64, String)> + use<>> {
    let keys: Vec<Option<String>> = serde_json::from_str(keys)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))?;
    Ok((line..).zip(keys).filter_map(|(line, key)| Some((line, key?))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(lines: &[i64]) -> Vec<Vec<i64>> {
        let parts = parts(lines, |line| *line, |_, _| true);
        parts.into_iter().map(<[i64]>::to_vec).collect()
    }

    #[test]
    fn what_stands_close_together_is_a_part() {
        assert_eq!(cut(&[1, 2, 4, 12]), [vec![1, 2, 4, 12]]);
        assert_eq!(cut(&[1, 2, 3, 12, 13]), [vec![1, 2, 3], vec![12, 13]]);
        assert_eq!(cut(&[4, 5, 6, 7, 3]), [vec![4, 5, 6, 7], vec![3]]);
        assert_eq!(cut(&[5, 5]), [vec![5], vec![5]]);
        assert!(cut(&[]).is_empty());
    }

    #[test]
    fn a_part_is_no_longer_than_the_schema_lets_a_sheaf_be() {
        let lines: Vec<i64> = (0..3000).collect();
        assert_eq!(cut(&lines).iter().map(Vec::len).collect::<Vec<_>>(), [1000; 3]);
        let sparse: Vec<i64> = (0..2000).map(|line| line * GAP).collect();
        let parts = cut(&sparse);
        assert!(parts.iter().all(|part| part[part.len() - 1] - part[0] < SPAN));
        assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), 2000);
    }

    #[test]
    fn keys_are_read_as_they_were_written() {
        let keys = [(7, "51"), (8, "+48 \"501\""), (11, "a\\b\n,]"), (12, "ключ"), (13, "")];
        let text = written(keys.map(|(line, key)| (line, JournalKey::Text(key))).into_iter());
        assert_eq!(text, r#"["51","+48 \"501\"",null,null,"a\\b\n,]","ключ",""]"#);
        let back: Vec<_> = read(7, &text).unwrap().collect();
        assert_eq!(back, keys.map(|(line, key)| (line, key.to_owned())));
        assert!(read(7, "[1]").is_err() && read(7, "").is_err());
        let numbers = [
            (1, JournalKey::Numbered("", 51001)),
            (3, JournalKey::Numbered("phone:", 7)),
        ];
        assert_eq!(written(numbers.into_iter()), r#"["51001",null,"phone:7"]"#);
    }
}
