//! The columns that stand behind the input's own.

use batchwise_journal::Verified;
use serde_json::{Map, Value};

use super::Settled;

/// What every row gets, in this order; the provider's ids follow, then [`LAST`].
const FIRST: [&str; 5] = ["line", "outcome", "attempts", "detail", "at"];

/// What ends the added columns.
const LAST: [&str; 2] = ["duplicate_of_line", "job_id"];

/// Ids that a provider may give for a record.
const LEAD_IDS: &[&str] = &[
    "matched_type",
    "call_id",
    "call_reference_id",
    "sip_call_id",
    "request_id",
    "request_number",
    "error_request_id",
];
const CAMPAIGN_IDS: &[&str] = &["record_id", "record_ids", "error_request_id"];
const OTHER_IDS: &[&str] = &["error_request_id"];

/// What a look at the provider after the job showed; only where somebody looked.
const VERIFIED: &str = "verified";

/// Stands before the name of an added column where the input has a column of that name.
const PREFIX: &str = "batchwise_";

fn ids_of(provider: &str) -> &'static [&'static str] {
    match provider {
        "calltouch-leads" => LEAD_IDS,
        "thulium-campaign" => CAMPAIGN_IDS,
        _ => OTHER_IDS,
    }
}

fn is_id(name: &str) -> bool {
    name == VERIFIED
        || [LEAD_IDS, CAMPAIGN_IDS, OTHER_IDS]
            .iter()
            .any(|ids| ids.contains(&name))
}

fn plain(name: &str) -> &str {
    name.strip_prefix(PREFIX).unwrap_or(name)
}

/// How many of these columns are the input's own: those before what an earlier run added, which is known by its order.
pub(crate) fn own_columns<S: AsRef<str>>(names: &[S]) -> usize {
    let is_added = |added: &[S]| {
        let mut names = added.iter().map(|name| plain(name.as_ref()));
        FIRST.iter().all(|known| names.next() == Some(known))
            && names
                .by_ref()
                .find(|name| !is_id(name))
                .is_some_and(|name| LAST.first() == Some(&name))
            && names.next() == LAST.last().copied()
            && names.next().is_none()
    };
    (0..names.len())
        .find(|start| names.get(*start..).is_some_and(is_added))
        .unwrap_or(names.len())
}

/// Where the added column of this name stands behind so many of the input's own.
pub(crate) fn column_of<S: AsRef<str>>(names: &[S], own: usize, name: &str) -> Option<usize> {
    let added = names.iter().skip(own).position(|known| plain(known.as_ref()) == name);
    added.map(|at| own + at)
}

/// The object without what an earlier run added to it.
pub(crate) fn without_added(value: Value) -> Value {
    let Value::Object(object) = value else { return value };
    let is_ours = FIRST
        .iter()
        .chain(&LAST[1..])
        .all(|name| object.contains_key(*name) || object.contains_key(&format!("{PREFIX}{name}")));
    if !is_ours {
        return Value::Object(object);
    }
    let both =
        |name: &String| object.contains_key(plain(name)) && object.contains_key(&format!("{PREFIX}{}", plain(name)));
    let kept = |name: &String| {
        let known = FIRST.contains(&plain(name)) || LAST.contains(&plain(name)) || is_id(plain(name));
        // Where there are two, the one without the prefix is the input's own.
        !known || both(name) && !name.starts_with(PREFIX)
    };
    Value::Object(
        object
            .iter()
            .filter(|(name, _)| kept(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect::<Map<_, _>>(),
    )
}

/// The columns that a job adds to the rows of one input.
#[derive(Debug, Clone)]
pub(super) struct Added {
    job_id: String,
    ids: &'static [&'static str],
    /// A campaign stands in front of them.
    campaign: bool,
    verified: bool,
    names: Vec<String>,
}

impl Added {
    /// The same with what a look at the provider showed, if somebody looked. `own` are the input's own columns.
    pub(super) fn verified<S: AsRef<str>>(mut self, own: &[S], verified: bool) -> Self {
        if verified {
            let is_taken = own.iter().any(|known| known.as_ref() == VERIFIED);
            let name = if is_taken {
                format!("{PREFIX}{VERIFIED}")
            } else {
                VERIFIED.to_owned()
            };
            self.names.insert(self.names.len() - LAST.len(), name);
            self.verified = true;
        }
        self
    }

    /// For an input with these columns of its own. `with_campaign` when its records are unique within a campaign.
    pub(super) fn new<S: AsRef<str>>(provider: &str, job_id: &str, own: &[S], with_campaign: bool) -> Self {
        let has = |name: &str| own.iter().any(|known| known.as_ref() == name);
        let campaign = with_campaign && !has("campaign");
        let ids = ids_of(provider);
        let names = FIRST.iter().chain(ids).chain(&LAST).map(|name| match has(name) {
            true => format!("{PREFIX}{name}"),
            false => (*name).to_owned(),
        });
        Self {
            job_id: job_id.to_owned(),
            ids,
            campaign,
            verified: false,
            names: campaign
                .then(|| "campaign".to_owned())
                .into_iter()
                .chain(names)
                .collect(),
        }
    }

    /// Their names.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Their values for a record on this line; `null` for what there is not.
    pub(super) fn values(&self, line: u64, campaign: Option<&str>, settled: &Settled, repeats: bool) -> Vec<Value> {
        let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
        let mut values = Vec::with_capacity(self.names.len());
        if self.campaign {
            values.push(text(campaign));
        }
        let at = settled.time();
        values.extend([
            Value::from(line),
            Value::from(settled.verdict.as_str()),
            Value::from(settled.attempts),
            text(settled.detail.as_deref()),
            text(Some(at.as_str()).filter(|at| !at.is_empty())),
        ]);
        values.extend(
            self.ids
                .iter()
                .map(|id| settled.provider.get(*id).cloned().unwrap_or_default()),
        );
        if self.verified {
            values.push(text(settled.verified.map(Verified::as_str)));
        }
        values.push(if repeats {
            Value::from(settled.line)
        } else {
            Value::Null
        });
        values.push(Value::from(self.job_id.as_str()));
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_earlier_run_added_is_known_by_its_order() {
        let added = Added::new("thulium-campaign", "j", &["customer_id"], true);
        let mut names = vec!["customer_id".to_owned()];
        names.extend(added.names().iter().cloned());
        // The campaign is part of the record's name from then on.
        assert_eq!(own_columns(&names), 2);
        names.push("note".to_owned());
        assert_eq!(own_columns(&names), names.len());
    }

    #[test]
    fn what_a_look_showed_is_one_of_the_added_columns() {
        let added = Added::new("dellin-book", "j", &["kind", "id"], false).verified(&["kind", "id"], true);
        let names: Vec<String> = ["kind", "id"]
            .map(str::to_owned)
            .into_iter()
            .chain(added.names().to_vec())
            .collect();
        assert_eq!(
            names[7..],
            ["error_request_id", "verified", "duplicate_of_line", "job_id"]
        );
        assert_eq!(own_columns(&names), 2);
        let values = added.values(1, None, &Settled::unread(1), false);
        assert_eq!(values.len(), added.names().len());
    }

    #[test]
    fn a_column_of_the_input_keeps_its_name_and_ours_gives_way() {
        let own = ["line", "detail"];
        let added = Added::new("calltouch-import", "j", &own, false);
        assert_eq!(
            added.names()[..4],
            ["batchwise_line", "outcome", "attempts", "batchwise_detail"]
        );
        let names: Vec<String> = own
            .iter()
            .map(|name| (*name).to_owned())
            .chain(added.names().to_vec())
            .collect();
        assert_eq!(own_columns(&names), 2);
    }

    #[test]
    fn an_object_is_given_back_as_it_came() {
        let own = serde_json::json!({"matching": [], "line": 3, "detail": "mine"});
        let mut object = own.as_object().unwrap().clone();
        let added = Added::new("calltouch-leads", "j", &["matching", "line", "detail"], false);
        let values = added.values(1, None, &Settled::unread(1), false);
        object.extend(added.names().iter().cloned().zip(values));
        assert_eq!(without_added(Value::Object(object)), own);
        assert_eq!(without_added(own.clone()), own);
    }
}
