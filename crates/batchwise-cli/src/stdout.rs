//! Answers on standard output.

use std::io::{self, Write};

use crate::failure::Failure;

/// Writes a whole answer.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::unwritable(&error))
}
