//! Which column finds the lead, and which goes to which custom field.

use batchwise::calltouch_leads::{LONGEST_SEARCH_DEPTH, LeadUpdate, MAX_FIELDS, MAX_ROWS};

use super::field::FieldRule;
use super::map_file;
use super::rule::{By, Contact, Handling, Id, Rule};
use crate::args::{Empty, LeadsArgs};
use crate::failure::Failure;
use crate::input::mask_contacts;

/// A mapping of columns to leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapping {
    /// Rows by which a lead is found, in the order in which they are tried.
    pub(super) rules: Vec<Rule>,
    pub(super) fields: Vec<FieldRule>,
    pub(super) overwrite: bool,
    pub(super) empty: Empty,
    pub(super) handling: Handling,
}

impl Mapping {
    /// The mapping that the flags name, in a file or by themselves; `None` where they name none.
    pub(crate) fn of(args: &LeadsArgs) -> Result<Option<Self>, Failure> {
        let mut mapping = match &args.map {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| Failure::usage(format!("--map: `{}` cannot be read: {error}", path.display())))?;
                map_file::read(&text).map_err(|why| Failure::usage(format!("--map: `{}`: {why}", path.display())))?
            }
            None => match Self::of_flags(args)? {
                Some(mapping) => mapping,
                None => return Ok(None),
            },
        };
        mapping.overwrite |= args.overwrite;
        mapping.empty = args.empty.unwrap_or(mapping.empty);
        if let Some(split) = &args.split {
            mapping.handling.split = Some(split.clone());
        }
        mapping.handling.phones = args.phones.unwrap_or(mapping.handling.phones);
        mapping.handling.ten_digits = args.ten_digits.unwrap_or(mapping.handling.ten_digits);
        mapping.check().map_err(Failure::usage)?;
        Ok(Some(mapping))
    }

    /// The mapping of a file's text.
    #[cfg(fuzzing)]
    pub(crate) fn of_file(text: &str) -> Result<Self, String> {
        let mapping = map_file::read(text)?;
        mapping.check().map(|()| mapping)
    }

    /// Reads the value of `--field`.
    #[cfg(fuzzing)]
    pub(crate) fn flag_value(text: &str) {
        let _ = text.parse::<FieldRule>();
    }

    fn of_flags(args: &LeadsArgs) -> Result<Option<Self>, Failure> {
        let ids = [
            (Id::Request, &args.match_request),
            (Id::RequestNumber, &args.match_request_number),
            (Id::Call, &args.match_call),
            (Id::CallReference, &args.match_call_reference),
            (Id::SipCall, &args.match_sip_call),
        ];
        let by_ids = ids
            .into_iter()
            .filter_map(|(id, column)| Some(By::Id(id, column.clone()?)));
        let rules: Vec<Rule> = by_ids
            .chain(by_contacts(args)?)
            .map(|by| Rule {
                by,
                tags: Vec::new(),
                tags_logic: None,
            })
            .collect();
        if rules.is_empty() && args.field.is_empty() {
            return match args.stray() {
                Some(flag) => Err(Failure::usage(format!(
                    "{flag} goes with columns: give --map FILE, or --match-... COLUMN and --field COLUMN=FIELD"
                ))),
                None => Ok(None),
            };
        }
        let mut fields = Vec::new();
        for text in &args.field {
            let rule = text
                .parse()
                .map_err(|why| Failure::usage(format!("--field `{text}`: {why}")))?;
            fields.push(rule);
        }
        Ok(Some(Self {
            rules,
            fields,
            overwrite: false,
            empty: Empty::Skip,
            handling: Handling::default(),
        }))
    }

    /// What no row could pass.
    fn check(&self) -> Result<(), String> {
        if self.rules.is_empty() || self.rules.len() > MAX_ROWS {
            return Err(format!(
                "the mapping has {} rows to find a lead by, and it takes 1 to {MAX_ROWS}: --match-request COLUMN and the like, or [[match]]",
                self.rules.len()
            ));
        }
        if self.fields.is_empty() || self.fields.len() > MAX_FIELDS {
            return Err(format!(
                "the mapping has {} fields to write, and it takes 1 to {MAX_FIELDS}: --field COLUMN=FIELD, or [[field]]",
                self.fields.len()
            ));
        }
        let mut names: Vec<&str> = self.fields.iter().map(|field| field.field.as_str()).collect();
        names.sort_unstable();
        match names.iter().zip(names.iter().skip(1)).find(|(one, next)| one == next) {
            Some((twice, _)) => Err(format!("the mapping writes field `{twice}` twice")),
            None => Ok(()),
        }
    }

    /// What may not be meant so, in words.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let depth = |rule: &Rule| match &rule.by {
            By::Contact(contact) => Some(contact.depth.get()),
            By::Id(..) => None,
        };
        let deep = self
            .rules
            .iter()
            .filter_map(depth)
            .filter(|depth| *depth > LONGEST_SEARCH_DEPTH);
        deep.map(|depth| format!("the search depth {depth} is above {LONGEST_SEARCH_DEPTH}, the largest documented"))
            .collect()
    }

    /// All columns that it reads.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        let rules = self.rules.iter().flat_map(Rule::columns);
        rules.chain(self.fields.iter().map(|field| field.column.as_str()))
    }

    /// The lead of a row; `cell` gives the value of a column.
    pub(super) fn lead<'a>(&self, cell: &dyn Fn(&str) -> Result<&'a str, String>) -> Result<LeadUpdate, String> {
        if self.empty == Empty::Error {
            for column in self.columns() {
                if cell(column)?.is_empty() {
                    return Err(format!(
                        "column `{column}`: it is empty, and --empty error wants a value"
                    ));
                }
            }
        }
        let mut lead = LeadUpdate::builder().overwrite(self.overwrite);
        let mut found_by = 0;
        for rule in &self.rules {
            if let Some(matching) = rule.matching(&|column| cell(column), &self.handling)? {
                lead = lead.matching(matching);
                found_by += 1;
            }
        }
        if found_by == 0 {
            // A way to find it needs all of its columns; those that have something are not to blame.
            let is_empty = |column: &&str| cell(column).is_ok_and(str::is_empty);
            let columns: Vec<&str> = self.rules.iter().flat_map(Rule::columns).filter(is_empty).collect();
            return Err(format!(
                "there is nothing to find the lead by: empty are the columns `{}`",
                columns.join("`, `")
            ));
        }
        let mut written = 0;
        for rule in &self.fields {
            let text = cell(&rule.column)?;
            if !text.is_empty() {
                let value = rule
                    .kind
                    .value(text)
                    .map_err(|why| format!("column `{}`: {why}", rule.column))?;
                lead = lead.field(rule.field.as_str(), value);
                written += 1;
            }
        }
        if written == 0 {
            let columns: Vec<&str> = self.fields.iter().map(|field| field.column.as_str()).collect();
            return Err(format!(
                "there is nothing to write: empty are the columns `{}`",
                columns.join("`, `")
            ));
        }
        lead.build().map_err(|error| mask_contacts(&error.to_string()))
    }
}

/// The row that the flags of contacts make.
fn by_contacts(args: &LeadsArgs) -> Result<Option<By>, Failure> {
    if args.match_phone.is_empty() && args.match_email.is_empty() {
        return Ok(None);
    }
    if args.match_phone.is_empty() && args.match_among == crate::args::Among::Call {
        return Err(Failure::usage(
            "--match-among call: a call is not found by an e-mail alone: add --match-phone",
        ));
    }
    let date = args.match_date.as_deref().unwrap_or_default();
    let (column, form) = date
        .rsplit_once('=')
        .ok_or_else(|| Failure::usage("--match-date: expected COLUMN=FORMAT, such as 'Created=dd.mm.yyyy hh:mm'"))?;
    let form = form
        .parse()
        .map_err(|why| Failure::usage(format!("--match-date: {why}")))?;
    Ok(Some(By::Contact(Contact {
        among: args.match_among,
        phones: args.match_phone.clone(),
        md5_phones: Vec::new(),
        emails: args.match_email.clone(),
        date: (column.trim().to_owned(), form),
        which: args.match_which.clone(),
        depth: args.match_depth,
        in_text: None,
    })))
}
