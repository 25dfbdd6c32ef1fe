//! Rows of an .xlsx.

use std::fs::File;
use std::io::{BufReader, Read, Seek};

use calamine::{Data, DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader, open_workbook_from_rs};

use super::csv_rows::CsvRow;
use super::lines::MAX_LINE_BYTES;
use super::table::Rows;
use super::workbook_bounds::check;

/// Most columns of a sheet.
const MAX_COLUMNS: u32 = 16_384;

/// From here on Excel keeps no more than fifteen digits of a number.
const LOSES_DIGITS: f64 = 1e15;

/// Opens a workbook, within bounds, and hands the rows of the sheet to `read` with the sheet's name.
///
/// # Errors
/// What the file is instead, or which sheets it has where none or several could be meant.
pub(super) fn with_sheet(
    file: &File,
    sheet: Option<&str>,
    read: &mut dyn FnMut(&mut dyn Rows, &str),
) -> Result<(), String> {
    let reader = || {
        let mut file = file
            .try_clone()
            .map_err(|error| format!("it cannot be read: {error}"))?;
        file.rewind().map_err(|error| format!("it cannot be read: {error}"))?;
        Ok::<_, String>(BufReader::new(file))
    };
    check(reader()?)?;
    let mut workbook: Xlsx<_> =
        open_workbook_from_rs(reader()?).map_err(|error| format!("it is no .xlsx that can be read: {error}"))?;
    let name = chosen(&workbook, sheet)?;
    let cells = workbook
        .worksheet_cells_reader(&name)
        .map_err(|error| format!("sheet `{name}` cannot be read: {error}"))?;
    read(
        &mut SheetRows {
            cells,
            next: None,
            line: 0,
            over: false,
        },
        &name,
    );
    Ok(())
}

/// The sheet that is meant: the one that was named, or the only one that can be seen.
fn chosen<R: Read + Seek>(workbook: &Xlsx<R>, sheet: Option<&str>) -> Result<String, String> {
    let sheets: Vec<&str> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .filter(|known| known.visible == SheetVisible::Visible || Some(known.name.as_str()) == sheet)
        .map(|sheet| sheet.name.as_str())
        .collect();
    let listed = || {
        sheets
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match (sheet, sheets.as_slice()) {
        (Some(name), some) if some.contains(&name) => Ok(name.to_owned()),
        (Some(name), _) => Err(format!("there is no sheet `{name}`; the sheets are {}", listed())),
        (None, [only]) => Ok((*only).to_owned()),
        (None, []) => Err("it has no sheet".to_owned()),
        (None, _) => Err(format!("it has the sheets {}: say which with --sheet", listed())),
    }
}

/// Rows as they stand in the sheet; their lines are the numbers at their left.
struct SheetRows<'a, R: Read + Seek> {
    cells: XlsxCellReader<'a, R>,
    /// The first cell of the row that comes next: row and column from 0, and the text.
    next: Option<(u32, u32, String)>,
    /// The line that was given last.
    line: u64,
    /// The last cell was read.
    over: bool,
}

impl<R: Read + Seek> SheetRows<'_, R> {
    /// The next cell that holds anything.
    fn cell(&mut self) -> Result<Option<(u32, u32, String)>, String> {
        if let Some(cell) = self.next.take() {
            return Ok(Some(cell));
        }
        while !self.over {
            let cell = self
                .cells
                .next_cell()
                .map_err(|error| format!("line {}: the sheet cannot be read on: {error}", self.line + 1))?;
            let Some(cell) = cell else {
                self.over = true;
                break;
            };
            let text = text_of(cell.get_value());
            if !text.is_empty() {
                let (row, column) = cell.get_position();
                return Ok(Some((row, column, text)));
            }
        }
        Ok(None)
    }
}

impl<R: Read + Seek> Rows for SheetRows<'_, R> {
    fn next(&mut self) -> Result<Option<CsvRow>, String> {
        let mut row: Option<(u32, Vec<Vec<u8>>, usize)> = None;
        while let Some((at, column, text)) = self.cell()? {
            let (line, mut fields, mut bytes) = match row.take() {
                Some(open) if open.0 != at => {
                    self.next = Some((at, column, text));
                    row = Some(open);
                    break;
                }
                Some(open) => open,
                None => (at, Vec::new(), 0),
            };
            let line_number = u64::from(line) + 1;
            let place = usize::try_from(column).unwrap_or(usize::MAX);
            if line_number <= self.line || column >= MAX_COLUMNS || place < fields.len() {
                return Err(format!("line {line_number}: the cells of the sheet are out of order"));
            }
            bytes += text.len() + 1;
            if bytes > MAX_LINE_BYTES {
                return Err(format!("line {line_number} is longer than {MAX_LINE_BYTES} bytes"));
            }
            fields.resize(place, Vec::new());
            fields.push(text.into_bytes());
            row = Some((line, fields, bytes));
        }
        Ok(row.map(|(line, fields, _)| {
            self.line = u64::from(line) + 1;
            (self.line, fields)
        }))
    }
}

/// The text of a cell. A number of more than fifteen digits keeps its exponent, since its last digits are not to be trusted.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Float(number) if number.abs() >= LOSES_DIGITS => format!("{number:.14E}"),
        DataRef::Float(number) => number.to_string(),
        DataRef::DateTime(date) if date.is_datetime() => date_text(date.to_ymd_hms_milli()),
        other => Data::from(other.clone()).to_string(),
    }
}

/// `2024-03-05 14:30:00`; a date alone without its midnight, a time alone without its day.
fn date_text((year, month, day, hour, minute, second, _): (u16, u8, u8, u8, u8, u8, u16)) -> String {
    if (hour, minute, second) == (0, 0, 0) {
        return format!("{year:04}-{month:02}-{day:02}");
    }
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}
