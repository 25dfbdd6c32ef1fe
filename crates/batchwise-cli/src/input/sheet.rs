//! Rows of an .xlsx.

use std::io::{BufReader, Read, Seek};

use calamine::{Data, DataRef, Reader, Sheet, SheetType, SheetVisible, Xlsx, XlsxCellReader, open_workbook_from_rs};

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
pub(super) fn with_sheet<R: Read + Seek>(
    mut input: R,
    sheet: Option<&str>,
    read: &mut dyn FnMut(&mut dyn Rows, &str),
) -> Result<(), String> {
    check(BufReader::new(&mut input))?;
    input.rewind().map_err(|error| format!("it cannot be read: {error}"))?;
    let mut workbook: Xlsx<_> = open_workbook_from_rs(BufReader::new(input))
        .map_err(|error| format!("it is no .xlsx that can be read: {error}"))?;
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

/// The sheet that is meant: the one that was named, which may be hidden, or the only one that can be seen.
fn chosen<R: Read + Seek>(workbook: &Xlsx<R>, sheet: Option<&str>) -> Result<String, String> {
    let sheets = || {
        let all = workbook.sheets_metadata().iter();
        all.filter(|sheet| sheet.typ == SheetType::WorkSheet)
    };
    let is_seen = |sheet: &&Sheet| sheet.visible == SheetVisible::Visible;
    let listed = || {
        let names = sheets().map(|sheet| match is_seen(&sheet) {
            true => format!("`{}`", sheet.name),
            false => format!("`{}` (hidden)", sheet.name),
        });
        names.collect::<Vec<_>>().join(", ")
    };
    if let Some(name) = sheet {
        return match sheets().find(|sheet| sheet.name == name) {
            Some(named) => Ok(named.name.clone()),
            None => Err(format!("there is no sheet `{name}`; the sheets are {}", listed())),
        };
    }
    let seen: Vec<&Sheet> = sheets().filter(is_seen).collect();
    match (seen.as_slice(), sheets().count()) {
        ([only], _) => Ok(only.name.clone()),
        ([], 0) => Err("it has no sheet".to_owned()),
        ([], 1) => Err(format!("its only sheet is {}: name it with --sheet", listed())),
        _ => Err(format!("it has the sheets {}: say which with --sheet", listed())),
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

#[cfg(test)]
#[path = "../../tests/command/support/workbook.rs"]
mod workbook;

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::workbook::{sheet, workbook};
    use super::*;

    fn rows(book: Vec<u8>) -> Result<Vec<(u64, Vec<String>)>, String> {
        let mut found = Vec::new();
        let mut broken = None;
        with_sheet(Cursor::new(book), None, &mut |rows, _| {
            loop {
                match rows.next() {
                    Ok(Some((line, fields))) => {
                        let fields = fields.into_iter().map(|field| String::from_utf8(field).unwrap());
                        found.push((line, fields.collect()));
                    }
                    Ok(None) => break,
                    Err(why) => {
                        broken = Some(why);
                        break;
                    }
                }
            }
        })?;
        broken.map_or(Ok(found), Err)
    }

    const CELLS: &str = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>id</t></is></c><c r=\"C1\" t=\"b\"><v>1</v></c></row>\
        <row r=\"4\"><c r=\"A4\"><v>51001</v></c><c r=\"B4\" s=\"1\"><v>45356.604166666664</v></c><c r=\"C4\" t=\"e\"><v>#N/A</v></c></row>\
        <row r=\"5\"><c r=\"A5\"><v>7001.5</v></c><c r=\"B5\" s=\"1\"><v>45356</v></c><c r=\"C5\"><v>1e15</v></c></row>";

    #[test]
    fn cells_are_texts_at_their_places() {
        let row = |line, fields: [&str; 3]| (line, fields.map(str::to_owned).to_vec());
        assert_eq!(
            rows(workbook(&[("S", &sheet(CELLS))])),
            Ok(vec![
                row(1, ["id", "", "true"]),
                row(4, ["51001", "2024-03-05 14:30:00", "#N/A"]),
                row(5, ["7001.5", "2024-03-05", "1.00000000000000E15"]),
            ])
        );
    }

    #[test]
    fn cells_out_of_order_are_no_rows() {
        for cells in [
            "<row r=\"2\"><c r=\"A2\"><v>1</v></c></row><row r=\"1\"><c r=\"A1\"><v>2</v></c></row>",
            "<row r=\"1\"><c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>2</v></c></row>",
            "<row r=\"1\"><c r=\"XFE1\"><v>1</v></c></row>",
        ] {
            assert!(rows(workbook(&[("S", &sheet(cells))])).is_err(), "{cells}");
        }
    }

    #[test]
    fn a_row_is_no_longer_than_a_line() {
        let cell = |at: &str| {
            format!(
                "<c r=\"{at}\" t=\"inlineStr\"><is><t>{}</t></is></c>",
                "x".repeat(600_000)
            )
        };
        let cells = format!("<row r=\"1\">{}{}</row>", cell("A1"), cell("B1"));
        assert!(
            rows(workbook(&[("S", &sheet(&cells))]))
                .unwrap_err()
                .contains("longer than")
        );
    }

    #[test]
    fn a_text_beyond_bounds_is_not_read_into_memory() {
        let cells = format!(
            "<row r=\"1\"><c r=\"A1\" t=\"str\"><v>{}</v></c></row>",
            "x".repeat(3 << 20)
        );
        assert!(
            rows(workbook(&[("S", &sheet(&cells))]))
                .unwrap_err()
                .contains("unpacks to more")
        );
    }

    #[test]
    fn damaged_workbooks_are_read_or_refused_and_break_nothing() {
        let whole = sheet(CELLS);
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = move |below: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed % below as u64).unwrap()
        };
        let pieces = [
            "<c",
            "</c>",
            "\"",
            "99999999999",
            "<v>",
            "</row>",
            "A1048577",
            "&#0;",
            "s=\"9\"",
            "t=\"s\"",
            "-1",
            "ż",
            "<!--",
        ];
        for _ in 0..150 {
            let mut damaged = whole.clone();
            for _ in 0..=next(3) {
                let at = next(damaged.len());
                let end = (at + next(12)).min(damaged.len());
                if damaged.is_char_boundary(at) && damaged.is_char_boundary(end) {
                    damaged.replace_range(at..end, pieces[next(pieces.len())]);
                }
            }
            let _ = rows(workbook(&[("S", &damaged)]));
            let mut archive = workbook(&[("S", &whole)]);
            let at = next(archive.len());
            archive[at] ^= 1 << next(8);
            let _ = rows(archive);
        }
    }
}
