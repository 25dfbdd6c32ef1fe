//! A column and the custom field that it goes to.

use std::str::FromStr;

use batchwise::calltouch_leads::FieldValue;

use super::amount::{Mark, amount};
use super::date_form::{DateForm, ISO_DATE};

/// A column, a field, and what the cells hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldRule {
    pub(super) column: String,
    pub(super) field: String,
    pub(super) kind: FieldKind,
}

/// What the cells of a column hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FieldKind {
    Text,
    Number(Mark),
    /// Read in one form and sent in another.
    Date(DateForm, DateForm),
}

impl FieldKind {
    /// The value of a cell that is not empty.
    pub(super) fn value(&self, text: &str) -> Result<FieldValue, String> {
        match self {
            Self::Text => Ok(FieldValue::from(text)),
            Self::Number(mark) => amount(text, *mark),
            Self::Date(read, write) => Ok(FieldValue::from(write.write(read.read(text)?)?)),
        }
    }
}

impl FromStr for FieldKind {
    type Err = String;

    /// Reads `text`, `number`, `number(,)`, `date(dd.mm.yyyy)`, `date(dd.mm.yyyy -> dd-mm-yyyy)`.
    fn from_str(text: &str) -> Result<Self, String> {
        let inner = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        if let Some(forms) = inner("date") {
            let (read, write) = forms.split_once("->").unwrap_or((forms, ISO_DATE));
            return Ok(Self::Date(read.parse()?, write.parse()?));
        }
        match (text, inner("number")) {
            ("text", _) => Ok(Self::Text),
            ("number", _) => Ok(Self::Number(Mark::Clear)),
            (_, Some(",")) => Ok(Self::Number(Mark::Told(','))),
            (_, Some(".")) => Ok(Self::Number(Mark::Told('.'))),
            _ => Err(format!(
                "`{text}` is no type: expected text, number, number(,), number(.), or date(FORM) such as date(dd.mm.yyyy)"
            )),
        }
    }
}

impl FromStr for FieldRule {
    type Err = String;

    /// Reads `COLUMN=FIELD` and `COLUMN=FIELD:TYPE`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (column, rest) = text
            .split_once('=')
            .ok_or("expected COLUMN=FIELD, such as 'Contract no=contract_no'")?;
        let (field, kind) = match rest.split_once(':') {
            Some((field, kind)) => (field, kind.trim().parse()?),
            None => (rest, FieldKind::Text),
        };
        let (column, field) = (column.trim(), field.trim());
        if column.is_empty() || field.is_empty() || field.contains('=') {
            return Err(
                "expected COLUMN=FIELD, such as 'Contract no=contract_no'; a column with `=` in it needs a map file"
                    .to_owned(),
            );
        }
        Ok(Self {
            column: column.to_owned(),
            field: field.to_owned(),
            kind,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_a_column_a_name_and_a_type() {
        let rule: FieldRule = "Contract no=contract_no".parse().unwrap();
        assert_eq!(
            (rule.column.as_str(), rule.field.as_str()),
            ("Contract no", "contract_no")
        );
        assert_eq!(rule.kind, FieldKind::Text);
        let rule: FieldRule = "Подписан=signed:date(dd.mm.yyyy hh:mm -> dd-mm-yyyy)".parse().unwrap();
        assert_eq!(rule.kind.value("05.03.2024 14:30"), Ok(FieldValue::from("05-03-2024")));
        let rule: FieldRule = "Kwota=amount:number".parse().unwrap();
        assert_eq!(rule.kind.value("1 234,50"), Ok(FieldValue::from(1234.5)));
    }

    #[test]
    fn a_date_is_sent_as_the_documents_show_it_unless_told() {
        let kind: FieldKind = "date(dd.mm.yyyy)".parse().unwrap();
        assert_eq!(kind.value("31.12.1990"), Ok(FieldValue::from("1990-12-31")));
    }

    #[test]
    fn what_says_no_field_is_refused() {
        for bad in ["x", "=y", "x=", "x=y:datum", "x=y:date", "x=y:date(dd)", "a=b=c"] {
            assert!(bad.parse::<FieldRule>().is_err(), "{bad}");
        }
    }
}
