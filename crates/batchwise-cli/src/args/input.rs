//! How the input is read.

use std::str::FromStr;

use clap::Args;
use encoding_rs::Encoding;

/// What the user says of an input's form; what is left out is detected.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct InputArgs {
    /// The column that holds the keys (CSV, TSV, .xlsx)
    #[arg(long, value_name = "NAME")]
    pub(crate) column: Option<String>,
    /// What separates columns: `,` `;` `|` `tab`; detected unless given
    #[arg(long, value_name = "CHAR")]
    pub(crate) delimiter: Option<Delimiter>,
    /// How text is encoded: utf-8, utf-16le, utf-16be, windows-1251, windows-1250, ...; detected unless given
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<Charset>,
    /// The sheet of an .xlsx that has several
    #[arg(long, value_name = "NAME")]
    pub(crate) sheet: Option<String>,
}

/// The byte that separates columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delimiter(pub(crate) u8);

impl FromStr for Delimiter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.as_bytes()) {
            ("tab" | "\\t" | "\t", _) => Ok(Self(b'\t')),
            ("comma", _) => Ok(Self(b',')),
            ("semicolon", _) => Ok(Self(b';')),
            (_, [byte]) if byte.is_ascii_punctuation() && *byte != b'"' => Ok(Self(*byte)),
            _ => Err("expected one character such as `,` or `;`, or `tab`".to_owned()),
        }
    }
}

/// An encoding of text, by a name of the Encoding Standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Charset {
    pub(crate) encoding: &'static Encoding,
    /// The name leaves the order of bytes to a mark in the input.
    pub(crate) any_order: bool,
}

impl FromStr for Charset {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.trim().to_ascii_lowercase().replace('_', "-");
        let label = match name.as_str() {
            "utf16le" => "utf-16le",
            "utf16be" => "utf-16be",
            "utf16" => "utf-16",
            "utf-8-bom" | "utf-8-sig" => "utf-8",
            "1250" | "win1250" | "win-1250" => "windows-1250",
            "1251" | "win1251" | "win-1251" => "windows-1251",
            other => other,
        };
        match Encoding::for_label_no_replacement(label.as_bytes()) {
            Some(encoding) => Ok(Self {
                encoding,
                any_order: label == "utf-16",
            }),
            None => Err(
                "expected utf-8, utf-16le, utf-16be, windows-1251, windows-1250, or another name of the \
                         Encoding Standard"
                    .to_owned(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_go_by_their_character_or_name() {
        for (text, byte) in [(";", b';'), ("tab", b'\t'), ("\\t", b'\t'), ("|", b'|')] {
            assert_eq!(text.parse(), Ok(Delimiter(byte)));
        }
        for bad in ["", ";;", "\"", "a", "ż"] {
            assert!(bad.parse::<Delimiter>().is_err(), "{bad}");
        }
    }

    #[test]
    fn encodings_go_by_the_names_that_people_use() {
        for (text, name) in [
            ("UTF-8", "UTF-8"),
            ("cp1251", "windows-1251"),
            ("1250", "windows-1250"),
            ("utf16le", "UTF-16LE"),
            ("koi8_r", "KOI8-R"),
        ] {
            assert_eq!(text.parse::<Charset>().unwrap().encoding.name(), name);
        }
        assert!("klingon".parse::<Charset>().is_err());
    }
}
