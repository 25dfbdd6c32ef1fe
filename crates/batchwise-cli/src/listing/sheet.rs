//! Rows that wait until the list is whole.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use serde_json::Value;

use super::ListForm;
use crate::output::defused;

/// One cell of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// What a deletion reads: as it is.
    Key(String),
    /// A number of the provider.
    Number(Option<u64>),
    /// A text of the provider, which must not become a formula in a spreadsheet.
    Text(String),
    /// Yes, no, or not said.
    Flag(Option<bool>),
}

/// Rows in a file without a name.
#[derive(Debug)]
pub(super) struct Sheet {
    columns: &'static [&'static str],
    rows: Rows,
}

#[derive(Debug)]
enum Rows {
    Csv(Box<csv::Writer<File>>),
    Ndjson(BufWriter<File>),
}

impl Sheet {
    pub(super) fn new(columns: &'static [&'static str], form: ListForm) -> io::Result<Self> {
        let file = tempfile::tempfile()?;
        let rows = match form {
            ListForm::Csv => {
                let mut writer = csv::Writer::from_writer(file);
                writer.write_record(columns)?;
                Rows::Csv(Box::new(writer))
            }
            ListForm::Ndjson => Rows::Ndjson(BufWriter::new(file)),
        };
        Ok(Self { columns, rows })
    }

    /// One more row, a cell for each column.
    pub(super) fn write(&mut self, cells: &[Cell]) -> io::Result<()> {
        match &mut self.rows {
            Rows::Csv(writer) => Ok(writer.write_record(cells.iter().map(Cell::csv))?),
            Rows::Ndjson(writer) => {
                let member = |(name, cell): (&&str, &Cell)| format!("\"{name}\":{}", cell.json());
                let members: Vec<String> = self.columns.iter().zip(cells).map(member).collect();
                writeln!(writer, "{{{}}}", members.join(","))
            }
        }
    }

    /// Hands everything over.
    pub(super) fn copy_to(self, mut out: impl Write) -> io::Result<()> {
        let mut file = match self.rows {
            Rows::Csv(writer) => writer.into_inner().map_err(csv::IntoInnerError::into_error)?,
            Rows::Ndjson(writer) => writer.into_inner().map_err(io::IntoInnerError::into_error)?,
        };
        file.seek(SeekFrom::Start(0))?;
        let mut rows = BufReader::new(file);
        let mut piece = vec![0; 64 * 1024];
        loop {
            match rows.read(&mut piece)? {
                0 => return out.flush(),
                read => out.write_all(piece.get(..read).unwrap_or_default())?,
            }
        }
    }
}

impl Cell {
    fn csv(&self) -> String {
        match self {
            Self::Key(key) => key.clone(),
            Self::Number(number) => number.map(|number| number.to_string()).unwrap_or_default(),
            Self::Text(text) => defused(text),
            Self::Flag(flag) => flag.map(|flag| flag.to_string()).unwrap_or_default(),
        }
    }

    fn json(&self) -> Value {
        match self {
            // Numbers that are keys are numbers.
            Self::Key(key) => match key.parse::<u64>() {
                Ok(number) if number.to_string() == *key => Value::from(number),
                _ => Value::from(key.as_str()),
            },
            Self::Number(number) => number.map_or(Value::Null, Value::from),
            Self::Text(text) if text.is_empty() => Value::Null,
            Self::Text(text) => Value::from(text.as_str()),
            Self::Flag(flag) => flag.map_or(Value::Null, Value::from),
        }
    }
}
