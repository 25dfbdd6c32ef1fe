//! Rows under a header as leads.

use std::collections::HashMap;

use batchwise::calltouch_leads::LeadUpdate;

use super::Mapping;
use crate::input::{RowReader, place_of};

/// A mapping whose columns were found in a header.
pub(super) struct MappedRows<'a> {
    mapping: &'a Mapping,
    places: HashMap<&'a str, usize>,
}

impl<'a> MappedRows<'a> {
    /// Finds the columns; an error names one that is missing and those there are.
    pub(super) fn find(mapping: &'a Mapping, header: &[&str]) -> Result<Self, String> {
        let places: Result<HashMap<&str, usize>, String> = mapping
            .columns()
            .map(|column| Ok((column, place_of(header, column)?)))
            .collect();
        Ok(Self {
            mapping,
            places: places?,
        })
    }
}

impl RowReader<LeadUpdate> for MappedRows<'_> {
    fn read(&self, values: &[&str], to: &mut Vec<LeadUpdate>) -> Result<(), String> {
        // A row that ends early ends in empty cells.
        let cell = |column: &str| {
            let place = self.places.get(column);
            Ok(place.and_then(|place| values.get(*place)).copied().unwrap_or_default())
        };
        to.push(self.mapping.lead(&cell)?);
        Ok(())
    }
}
