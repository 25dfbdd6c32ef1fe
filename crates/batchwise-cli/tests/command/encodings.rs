//! Input as spreadsheets and shells write it: encodings, delimiters, compression, workbooks.

use std::io::Write;

use batchwise_emulator::Method;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{Cli, Emulated, Ended, file, sheet, workbook};

fn delete(emulated: &Emulated, suffix: &str, content: &[u8], args: &[&str]) -> Ended {
    let input = file(suffix, content);
    let mut cli = Cli::new(&emulated.url(), "calltouch-import delete --yes").input(&input);
    for arg in args {
        cli = cli.arg(arg);
    }
    cli.run()
}

/// 51001 and 51002 are deleted, and nothing else; what was said.
#[track_caller]
fn deletes(suffix: &str, content: &[u8], args: &[&str]) -> String {
    let emulated = Emulated::any();
    let ended = delete(&emulated, suffix, content, args).with_code(0);
    let truth = emulated.truth();
    assert_eq!(truth.calltouch.removed_count(), 2, "{ended:#?}");
    assert!(truth.calltouch.is_removed(&51001) && truth.calltouch.is_removed(&51002));
    ended.stderr
}

#[track_caller]
fn refuses(suffix: &str, content: &[u8], args: &[&str], says: &[&str]) {
    let emulated = Emulated::any();
    let ended = delete(&emulated, suffix, content, args).with_code(2);
    for text in says {
        assert!(ended.stderr.contains(text), "`{text}` is not said: {ended:#?}");
    }
    assert_eq!(emulated.truth().tally(Method::CalltouchImport).received, 0);
}

/// `Номер;Имя` / `51001;Иванов Пётр` / `51002;Мария` in Windows-1251.
const RUSSIAN: &[u8] = b"\xcd\xee\xec\xe5\xf0;\xc8\xec\xff\r\n\
    51001;\xc8\xe2\xe0\xed\xee\xe2 \xcf\xb8\xf2\xf0\r\n\
    51002;\xcc\xe0\xf0\xe8\xff\r\n";

/// `Numer;Imię` / `51001;Łukasz Wiśniewski` / `51002;Grażyna Dąbek` in Windows-1250.
const POLISH: &[u8] = b"Numer;Imi\xea\r\n\
    51001;\xa3ukasz Wi\x9cniewski\r\n\
    51002;Gra\xbfyna D\xb9bek\r\n";

/// The text in UTF-16.
fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::default());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

#[test]
fn a_russian_export_is_read_and_what_was_detected_is_shown_with_a_sample() {
    let said = deletes(".csv", RUSSIAN, &["--column", "Номер"]);
    assert!(
        said.contains("windows-1251 (detected), such as `Номер`; columns separated by `;`"),
        "{said}"
    );
}

#[test]
fn a_polish_export_is_read_and_what_was_detected_is_shown_with_a_sample() {
    let said = deletes(".csv", POLISH, &["--column", "Numer"]);
    assert!(
        said.contains("windows-1250 (detected), such as `Imię`; columns separated by `;`"),
        "{said}"
    );
}

#[test]
fn quiet_says_nothing_of_what_was_detected() {
    assert_eq!(deletes(".csv", RUSSIAN, &["--column", "Номер", "-q"]), "");
}

#[test]
fn a_contact_in_a_sample_is_masked() {
    // тел. +7 915 777-11-22
    let text = b"id;x\n51001;\xf2\xe5\xeb. +7 915 777-11-22\n51002;\n";
    let said = deletes(".csv", text, &["--encoding", "cp1251"]);
    assert!(said.contains("windows-1251 (as told), such as `…1-22`"), "{said}");
}

#[test]
fn text_whose_encoding_is_in_doubt_is_2_with_what_it_may_be() {
    // № of Windows-1251 is ą of Windows-1250.
    let text = b"id;n\n51001;\xb9 5\n";
    refuses(
        ".csv",
        text,
        &[],
        &[
            "line 2 is not UTF-8",
            "`№ 5` in windows-1251",
            "`ą 5` in windows-1250",
            "--encoding",
        ],
    );
}

#[test]
fn an_encoding_that_is_told_is_taken() {
    let said = deletes(".csv", b"id;n\n51001;\xb9 5\n51002;\n", &["--encoding", "windows-1250"]);
    assert!(said.contains("windows-1250 (as told), such as `ą 5`"), "{said}");
    refuses(
        ".csv",
        b"\xef\xbb\xbfid\n51001\n",
        &["--encoding", "cp1251"],
        &["the mark of UTF-8"],
    );
    refuses(".csv", b"id\n51001\n", &["--encoding", "klingon"], &["utf-16le"]);
}

#[test]
fn utf16_of_excel_and_powershell_is_read() {
    let tabs = "\u{feff}Номер\tИмя\r\n51001\tИванов\r\n51002\tŁukasz\r\n";
    let said = deletes(".txt", &utf16(tabs, u16::to_le_bytes), &["--column", "Номер"]);
    assert!(
        said.contains("UTF-16LE (detected), such as `Номер`; columns separated by tab"),
        "{said}"
    );
    deletes(".csv", &utf16(tabs, u16::to_be_bytes), &["--column", "Номер"]);
    deletes(".txt", &utf16("51001\r\n51002\r\n", u16::to_le_bytes), &[]);
    deletes(".txt", &utf16("\u{feff}51001\r\n51002\r\n", u16::to_be_bytes), &[]);
}

#[test]
fn text_that_is_cut_within_a_character_is_refused_with_its_line() {
    let mut text = utf16("\u{feff}51001\n51002\n", u16::to_le_bytes);
    text.pop();
    refuses(".txt", &text, &[], &["line 2", "UTF-16LE"]);
}

#[test]
fn a_delimiter_is_detected_told_or_named_by_the_file() {
    deletes(".csv", b"name;id\nx;51001\ny;51002\n", &[]);
    deletes(".tsv", b"name\tid\nx\t51001\ny\t51002\n", &[]);
    deletes(".csv", b"sep=;\r\nname;id\r\nx;51001\r\ny;51002\r\n", &[]);
    deletes(
        ".csv",
        b"a,b;key\nx,y;51001\nx,y;51002\n",
        &["--column", "key", "--delimiter", ";"],
    );
    deletes("", b"name;importLogId\nx;51001\ny;51002\n", &[]);
}

#[test]
fn a_delimiter_in_doubt_is_2() {
    refuses(
        ".csv",
        b"a,b;c\n1,2;51001\n",
        &[],
        &["line 1", "`,`", "`;`", "--delimiter"],
    );
}

#[test]
fn a_column_that_stands_twice_is_refused() {
    refuses(
        ".csv",
        b"id,name,id\n51001,x,51002\n",
        &[],
        &["column `id` stands 2 times"],
    );
}

#[test]
fn gzip_is_unpacked_whatever_it_is_named() {
    let said = deletes(".csv.gz", &gzip(b"id\n51001\n51002\n"), &[]);
    assert!(said.contains("unpacked from .gz"), "{said}");
    deletes("", &gzip(&utf16("51001\n51002\n", u16::to_le_bytes)), &[]);
    deletes(".csv.gz", &gzip(RUSSIAN), &["--column", "Номер"]);
}

#[test]
fn gzip_that_is_cut_is_refused() {
    let mut cut = gzip(b"51001\n51002\n");
    cut.truncate(cut.len() - 9);
    refuses(".gz", &cut, &[], &["cannot be read"]);
}

#[test]
fn a_gzip_pipe_is_read_as_it_comes() {
    let emulated = Emulated::any();
    let ended = Cli::new(&emulated.url(), "calltouch-import delete --yes -i -").run_with(gzip(b"51001\n51002\n"));
    assert_eq!(
        ended.with_code(0).outcomes(),
        [("51001", "deleted"), ("51002", "deleted")]
    );
}

/// A full batch goes through a pipe that stays open.
fn batch_leaves_at_once(encode: impl Fn(&str) -> Vec<u8>) {
    let emulated = Emulated::any();
    let mut running = Cli::new(&emulated.url(), "calltouch-import delete --yes -i -").start();
    running.write(encode(&(1..=100).map(|id| format!("{id}\n")).collect::<String>()));
    let lines: Vec<String> = (0..100).map(|_| running.line()).collect();
    assert!(lines.iter().all(|line| line.starts_with("deleted")));
    assert_eq!(emulated.truth().tally(Method::CalltouchImport).received, 1);
    running.close();
}

#[test]
fn a_full_batch_of_utf16_leaves_an_open_pipe() {
    batch_leaves_at_once(|text| utf16(text, u16::to_le_bytes));
}

#[test]
fn a_full_batch_of_gzip_leaves_an_open_pipe() {
    batch_leaves_at_once(|text| {
        let mut writer = GzEncoder::new(Vec::new(), Compression::default());
        writer.write_all(text.as_bytes()).unwrap();
        // As a packer does that is told to hand on what it has.
        writer.flush().unwrap();
        writer.get_ref().clone()
    });
}

#[test]
fn a_pipe_of_utf16_or_a_code_page_is_read() {
    let run = |args: &str, bytes: &[u8]| {
        let emulated = Emulated::any();
        let cli = Cli::new(&emulated.url(), &format!("calltouch-import delete --yes -i - {args}"));
        let ended = cli.run_with(bytes).with_code(0);
        assert_eq!(emulated.truth().calltouch.removed_count(), 2);
        ended
    };
    run("", &utf16("\u{feff}51001\r\n51002\r\n", u16::to_le_bytes)).says("UTF-16LE (detected)");
    run("--column Номер", RUSSIAN).says("windows-1251 (detected)");
    run("--column Numer --encoding cp1250", POLISH).says("windows-1250 (as told)");
}

#[test]
fn a_line_of_a_pipe_that_is_not_utf8_says_what_helps() {
    let emulated = Emulated::any();
    let ended = Cli::new(&emulated.url(), "calltouch-import delete --yes -i - --column id")
        .run_with(b"id,n\n51001,x\n51002,\xc8\xe2\n");
    let ended = ended.with_code(3).says("line 3").says("--encoding");
    assert_eq!(ended.outcomes(), [("51001", "deleted")]);
}

#[test]
fn a_workbook_is_read_with_the_numbers_of_its_rows() {
    let cells = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Имя</t></is></c><c r=\"C1\" t=\"inlineStr\"><is><t>Номер</t></is></c></row>\
        <row r=\"3\"><c r=\"C3\"><v>51001</v></c></row>\
        <row r=\"5\"><c r=\"A5\" t=\"inlineStr\"><is><t>Мария</t></is></c><c r=\"C5\" t=\"str\"><f>A1</f><v>51002</v></c></row>";
    let book = workbook(&[("Лист1", &sheet(cells))]);
    let said = deletes(".xlsx", &book, &["--column", "Номер"]);
    assert!(said.contains("sheet `Лист1`"), "{said}");
    let emulated = Emulated::any();
    let ended = delete(&emulated, "", &book, &["--column", "Номер", "-o", "ndjson"]).with_code(0);
    let lines: Vec<_> = ended.rows().iter().map(|row| row["line"].as_u64()).collect();
    assert_eq!(lines, [Some(3), Some(5)]);
}

#[test]
fn a_cell_of_a_workbook_beyond_the_header_moves_no_other() {
    let cells = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>id</t></is></c></row>\
        <row r=\"2\"><c r=\"A2\"><v>51001</v></c><c r=\"B2\"><v>51002</v></c></row>";
    let book = workbook(&[("S", &sheet(cells))]);
    let emulated = Emulated::any();
    let ended = delete(&emulated, ".xlsx", &book, &[]).with_code(0);
    assert_eq!(ended.outcomes(), [("51001", "deleted")]);
}

#[test]
fn a_workbook_of_several_sheets_has_to_be_told_which() {
    let with = |id: &str| {
        sheet(&format!(
            "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>id</t></is></c></row><row r=\"2\"><c r=\"A2\"><v>{id}</v></c></row>"
        ))
    };
    let book = workbook(&[("One", &with("51001")), ("Two", &with("51002"))]);
    refuses(".xlsx", &book, &[], &["`One`, `Two`", "--sheet"]);
    refuses(".xlsx", &book, &["--sheet", "Three"], &["no sheet `Three`"]);
    let emulated = Emulated::any();
    delete(&emulated, ".xlsx", &book, &["--sheet", "Two"]).with_code(0);
    assert!(emulated.truth().calltouch.is_removed(&51002));
}

#[test]
fn hidden_sheets_are_told_as_such_and_taken_only_by_name() {
    let with = |id: &str| {
        sheet(&format!(
            "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>id</t></is></c></row><row r=\"2\"><c r=\"A2\"><v>{id}</v></c></row>"
        ))
    };
    let (one, two, old) = (with("51001"), with("51002"), with("51003"));
    // As the list of sheets has it: an attribute more.
    let hidden = |name: &str| format!("{name}\" state=\"hidden");
    let several = workbook(&[("One", &one), (&hidden("Old"), &old), ("Two", &two)]);
    refuses(".xlsx", &several, &[], &["`One`, `Old` (hidden), `Two`", "--sheet"]);
    refuses(
        ".xlsx",
        &several,
        &["--sheet", "Three"],
        &["no sheet `Three`", "`Old` (hidden)"],
    );
    let emulated = Emulated::any();
    delete(&emulated, ".xlsx", &several, &["--sheet", "Old"]).with_code(0);
    assert!(emulated.truth().calltouch.is_removed(&51003));
    // The only one that is seen is meant; one that is not seen is never taken unasked.
    let emulated = Emulated::any();
    delete(
        &emulated,
        ".xlsx",
        &workbook(&[(&hidden("Old"), &old), ("One", &one)]),
        &[],
    )
    .with_code(0);
    assert!(emulated.truth().calltouch.is_removed(&51001));
    let unseen = workbook(&[(&hidden("Old"), &old)]);
    refuses(".xlsx", &unseen, &[], &["its only sheet is `Old` (hidden)", "--sheet"]);
}

#[test]
fn a_number_that_a_workbook_does_not_keep_is_refused() {
    let cells = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>id</t></is></c></row>\
        <row r=\"2\"><c r=\"A2\"><v>1234567890123456789</v></c></row>";
    let book = workbook(&[("S", &sheet(cells))]);
    refuses(".xlsx", &book, &[], &["line 2", "column `id`", "digits are lost"]);
}

#[test]
fn what_is_no_workbook_of_this_kind_is_said() {
    refuses(".xlsx", b"PK\x03\x04nonsense", &[], &["no .xlsx that can be read"]);
    refuses(
        ".xls",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        &[],
        &["save it as .xlsx or CSV"],
    );
    let emulated = Emulated::any();
    let book = workbook(&[("S", &sheet(""))]);
    Cli::new(&emulated.url(), "calltouch-import delete --yes -i -")
        .run_with(book)
        .with_code(2)
        .says("give it as a file");
}
