//! Leads in the provider's own JSON, or in mapped columns.

use batchwise::calltouch_leads::LeadUpdate;
use serde_json::Value;

use super::Mapping;
use super::row::MappedRows;
use crate::input::{Bound, Shape, mask_contacts};
use crate::results::without_added;

/// Leads in the provider's own JSON, or in columns where there is a mapping.
#[derive(Debug, Default)]
pub(crate) struct LeadShape {
    pub(crate) mapping: Option<Mapping>,
}

impl Shape for LeadShape {
    type Record = LeadUpdate;

    fn of_text(&self, _text: &str, _to: &mut Vec<LeadUpdate>) -> Result<(), String> {
        Err(
            "expected a lead as a JSON object, such as {\"matching\": [...], \"addCustomFields\": {...}}; columns need a \
             mapping: --map FILE, or --match-... COLUMN and --field COLUMN=FIELD"
                .to_owned(),
        )
    }

    fn columns(&self) -> &'static [&'static [&'static str]] {
        &[]
    }

    fn of_columns(&self, _values: &[&str], to: &mut Vec<LeadUpdate>) -> Result<(), String> {
        self.of_text("", to)
    }

    fn bound(&self, header: &[&str]) -> Option<Bound<'_, LeadUpdate>> {
        let mapping = self.mapping.as_ref()?;
        Some(match MappedRows::find(mapping, header) {
            Ok(rows) => Ok(Box::new(rows)),
            Err(why) => Err(why),
        })
    }

    fn needs_columns(&self) -> bool {
        self.mapping.is_some()
    }

    fn has_columns(&self, header: &[&str]) -> bool {
        let mut columns = self.mapping.iter().flat_map(Mapping::columns);
        self.mapping.is_some() && columns.all(|column| header.contains(&column))
    }

    fn of_json_line(&self, line: &str, to: &mut Vec<LeadUpdate>) -> bool {
        // It knows no other members than a lead's, so this is no row of a result file, and none of them is there twice.
        line.parse().map(|lead| to.push(lead)).is_ok()
    }

    fn of_json(&self, value: Value, to: &mut Vec<LeadUpdate>) -> Result<(), String> {
        // A row of a result file may come back.
        let lead = LeadUpdate::from_json(&without_added(value)).map_err(|error| mask_contacts(&error.to_string()))?;
        to.push(lead);
        Ok(())
    }

    fn destroys(&self, record: &LeadUpdate) -> bool {
        record.overwrite()
    }

    fn shown(&self, record: &LeadUpdate) -> String {
        record.masked_key().to_owned()
    }

    fn shown_text(&self, text: &str) -> String {
        mask_contacts(text)
    }
}
