//! JSON as it is read: a tree that borrows the texts it was read from.
//!
//! Half a lead's bytes are often one value. A tree that owns its texts copies each of them, and costs a node of some 600 bytes
//! for every object: together more than all the rest that is done with a lead.

use std::borrow::Cow;
use std::fmt;

use serde_core::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

/// A value of JSON.
#[derive(Debug)]
pub(super) enum Tree<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Members<'a>),
}

/// The members of an object, in the order in which they came; a name may come twice.
#[derive(Debug, Default)]
pub(super) struct Members<'a>(Vec<(Cow<'a, str>, Tree<'a>)>);

impl<'a> Members<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&Tree<'a>> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_ref())
    }

    /// A name that came twice.
    pub(super) fn repeated(&self) -> Option<&str> {
        let mut names = self.names().enumerate();
        names.find_map(|(at, name)| self.names().take(at).any(|other| other == name).then_some(name))
    }
}

impl<'a> Tree<'a> {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl<'a> From<&'a Value> for Tree<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(yes) => Self::Bool(*yes),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(members) => {
                let members = members.iter();
                let members = members.map(|(name, value)| (Cow::Borrowed(name.as_str()), Self::from(value)));
                Self::Object(Members(members.collect()))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Tree<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Self::Value, E> {
        Ok(Tree::Bool(yes))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Tree::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Tree::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        // JSON has no number that is not finite.
        Ok(Number::from_f64(number).map_or(Tree::Null, Tree::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Tree::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Tree::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Name(name), value)) = map.next_entry()? {
            members.push((name, value));
        }
        Ok(Tree::Object(Members(members)))
    }
}

/// The name of a member.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }

        deserializer.deserialize_str(NameVisitor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn value(tree: &Tree<'_>) -> Value {
        match tree {
            Tree::Null => Value::Null,
            Tree::Bool(yes) => (*yes).into(),
            Tree::Number(number) => number.clone().into(),
            Tree::Text(text) => text.as_ref().into(),
            Tree::List(items) => items.iter().map(value).collect(),
            Tree::Object(members) => members
                .0
                .iter()
                .map(|(name, tree)| (name.clone(), value(tree)))
                .collect(),
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_text_and_its_value_are_the_same_tree(json in any_value()) {
            let text = json.to_string();
            let read: Tree<'_> = serde_json::from_str(&text).unwrap();
            // What is read of a text is what serde reads of it.
            prop_assert_eq!(value(&read), serde_json::from_str::<Value>(&text).unwrap());
            prop_assert_eq!(value(&Tree::from(&json)), json);
        }
    }

    #[test]
    fn a_text_without_escaped_characters_is_borrowed() {
        let tree: Tree<'_> = serde_json::from_str(r#"{"a":["b","\n"]}"#).unwrap();
        let Tree::Object(members) = tree else {
            panic!("an object")
        };
        assert!(matches!(members.0[0].0, Cow::Borrowed("a")));
        let Some(Tree::List(items)) = members.get("a") else {
            panic!("a list")
        };
        assert!(matches!(items[0], Tree::Text(Cow::Borrowed("b"))));
        assert_eq!(items[1].text(), Some("\n"));
    }

    #[test]
    fn a_name_that_comes_twice_is_known() {
        let repeated = |text: &str| {
            let tree: Tree<'_> = serde_json::from_str(text).unwrap();
            let Tree::Object(members) = tree else {
                panic!("an object")
            };
            members.repeated().map(str::to_owned)
        };
        assert_eq!(repeated(r#"{"a":1,"b":2,"\u0061":3}"#).as_deref(), Some("a"));
        assert_eq!(repeated(&json!({"a": 1, "b": 2}).to_string()), None);
        assert_eq!(repeated("{}"), None);
    }
}
