//! Tags that narrow a search.

use super::LeadError;
use super::encode::ObjectWriter;
use super::path::Path;

/// The only documented value of `tagsLogic`: the lead carries all of the tags.
pub const AND: &str = "and";

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tags {
    pub(super) tags: Vec<String>,
    pub(super) logic: Option<String>,
}

impl Tags {
    pub(super) fn write(&self, object: &mut ObjectWriter<'_>) {
        object.texts("tags", &self.tags);
        object.optional_text("tagsLogic", self.logic.as_deref());
    }

    pub(super) fn check(&self, path: &Path<'_>) -> Result<(), LeadError> {
        check_texts(&self.tags, &path.member("tags"))?;
        check_optional(self.logic.as_deref(), &path.member("tagsLogic"))
    }
}

/// What stands for a text that is none.
pub(super) const TEXT: &str = "a text that is not blank";

pub(super) fn check_texts(texts: &[String], path: &Path<'_>) -> Result<(), LeadError> {
    match texts.iter().position(|text| text.trim().is_empty()) {
        Some(blank) => Err(path.item(blank).refuse(TEXT)),
        None => Ok(()),
    }
}

pub(super) fn check_optional(text: Option<&str>, path: &Path<'_>) -> Result<(), LeadError> {
    match text {
        Some(text) if text.trim().is_empty() => Err(path.refuse(TEXT)),
        _ => Ok(()),
    }
}
