//! What a provider gave for a record besides the verdict.

use std::collections::HashSet;
use std::fmt;

/// A value that a provider gave: a number or a text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fact {
    /// A whole number, such as a record id.
    Number(u64),
    /// A text, such as a request id.
    Text(String),
    /// Several numbers, such as the records of one phone number.
    Numbers(Vec<u64>),
}

impl Fact {
    fn numbers(&self) -> Option<&[u64]> {
        match self {
            Self::Number(number) => Some(std::slice::from_ref(number)),
            Self::Numbers(numbers) => Some(numbers),
            Self::Text(_) => None,
        }
    }

    fn of_numbers(numbers: Vec<u64>) -> Self {
        match *numbers.as_slice() {
            [number] => Self::Number(number),
            _ => Self::Numbers(numbers),
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
            Self::Numbers(numbers) => {
                let mut first = true;
                for number in numbers {
                    if !first {
                        f.write_str(" ")?;
                    }
                    first = false;
                    write!(f, "{number}")?;
                }
                Ok(())
            }
        }
    }
}

impl From<u64> for Fact {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<String> for Fact {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// Named values that a provider gave for a record (`record_id`, `matched_type`, `call_id`, `request_id`, ...).
///
/// Names are stable: they appear in outputs and the journal. No fact and a single number cost no allocation.
#[derive(Debug, Clone, Default)]
pub struct Facts(Named);

/// Names and values; one pair, which is what most methods give, lies in place.
#[derive(Debug, Clone, Default)]
enum Named {
    #[default]
    None,
    One((&'static str, Fact)),
    Many(Vec<(&'static str, Fact)>),
}

impl Facts {
    /// No facts.
    #[must_use]
    pub const fn none() -> Self {
        Self(Named::None)
    }

    fn as_slice(&self) -> &[(&'static str, Fact)] {
        match &self.0 {
            Named::None => &[],
            Named::One(one) => std::slice::from_ref(one),
            Named::Many(many) => many,
        }
    }

    /// These facts and one more; a fact of the same name is replaced.
    #[must_use]
    pub fn with(mut self, name: &'static str, fact: impl Into<Fact>) -> Self {
        self.set(name, fact);
        self
    }

    /// Sets a fact; one of the same name is replaced.
    pub fn set(&mut self, name: &'static str, fact: impl Into<Fact>) {
        let fact = fact.into();
        let known = match &mut self.0 {
            Named::None => {
                self.0 = Named::One((name, fact));
                return;
            }
            Named::One(one) => std::slice::from_mut(one),
            Named::Many(many) => many.as_mut_slice(),
        };
        if let Some((_, old)) = known.iter_mut().find(|(known, _)| *known == name) {
            *old = fact;
            return;
        }
        self.0 = Named::Many(match std::mem::take(&mut self.0) {
            Named::None => vec![(name, fact)],
            Named::One(one) => vec![one, (name, fact)],
            Named::Many(mut many) => {
                many.push((name, fact));
                many
            }
        });
    }

    /// The fact of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.as_slice()
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, fact)| fact)
    }

    /// Name and value, in the order in which they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Fact)> {
        self.as_slice().iter().map(|(name, fact)| (*name, fact))
    }

    /// True when the provider gave nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }
}

impl PartialEq for Facts {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            // Most records have none.
            (Named::None, Named::None) => true,
            _ => self.as_slice() == other.as_slice(),
        }
    }
}

impl Eq for Facts {}

impl IntoIterator for Facts {
    type Item = (&'static str, Fact);
    type IntoIter = std::iter::Chain<std::option::IntoIter<Self::Item>, std::vec::IntoIter<Self::Item>>;

    fn into_iter(self) -> Self::IntoIter {
        let (one, many) = match self.0 {
            Named::None => (None, Vec::new()),
            Named::One(one) => (Some(one), Vec::new()),
            Named::Many(many) => (None, many),
        };
        one.into_iter().chain(many)
    }
}

impl Facts {
    /// Takes over what a later answer gave: numbers of the same name are collected, texts are replaced.
    pub(crate) fn merge(&mut self, later: Self) {
        if later.is_empty() {
            return;
        }
        if self.is_empty() {
            *self = later;
            return;
        }
        for (name, fact) in later {
            let merged = match (self.get(name).and_then(Fact::numbers), fact.numbers()) {
                (Some(old), Some(new)) => {
                    let mut seen = HashSet::new();
                    let all = old.iter().chain(new).copied();
                    Fact::of_numbers(all.filter(|number| seen.insert(*number)).collect())
                }
                _ => fact,
            };
            self.set(name, merged);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(earlier: Fact, later: Fact) -> Option<Fact> {
        let mut facts = Facts::none().with("record_id", earlier);
        facts.merge(Facts::none().with("record_id", later));
        facts.get("record_id").cloned()
    }

    #[test]
    fn no_number_that_was_given_is_lost_when_a_later_answer_gives_more() {
        let numbers = |numbers: &[u64]| Fact::Numbers(numbers.to_vec());
        for (earlier, later, both) in [
            (Fact::Number(1), Fact::Number(1), Fact::Number(1)),
            (Fact::Number(1), Fact::Number(2), numbers(&[1, 2])),
            (numbers(&[1, 2]), Fact::Number(2), numbers(&[1, 2])),
            (numbers(&[1, 2]), Fact::Number(3), numbers(&[1, 2, 3])),
            (Fact::Number(1), numbers(&[2, 3]), numbers(&[1, 2, 3])),
            (numbers(&[1, 2]), numbers(&[2, 3]), numbers(&[1, 2, 3])),
        ] {
            assert_eq!(
                merged(earlier.clone(), later.clone()),
                Some(both),
                "{earlier} and {later}"
            );
        }
    }

    #[test]
    fn a_text_gives_way_to_a_later_one() {
        let text = |text: &str| Fact::Text(text.to_owned());
        assert_eq!(merged(text("call"), text("request")), Some(text("request")));
        assert_eq!(merged(text("call"), Fact::Number(1)), Some(Fact::Number(1)));
    }

    #[test]
    fn facts_keep_the_order_in_which_they_were_set_and_each_name_once() {
        let facts = Facts::none().with("a", 1).with("b", 2).with("c", 3).with("b", 4);
        let shown: Vec<String> = facts.iter().map(|(name, fact)| format!("{name}={fact}")).collect();
        assert_eq!(shown, ["a=1", "b=4", "c=3"]);
        let taken: Vec<(&str, Fact)> = facts.into_iter().collect();
        assert_eq!(taken.len(), 3);
        assert_eq!(Facts::none().into_iter().count(), 0);
    }

    #[test]
    fn several_numbers_are_shown_with_blanks_between_them() {
        assert_eq!(Fact::Numbers(vec![1, 20, 3]).to_string(), "1 20 3");
        assert_eq!(Fact::Text("call".to_owned()).to_string(), "call");
    }
}
