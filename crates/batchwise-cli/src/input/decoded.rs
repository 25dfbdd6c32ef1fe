//! Text of any encoding as UTF-8.

use std::io::{self, BufRead, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding};

/// Bytes of UTF-8 that are decoded at a time.
const PIECE: usize = 1 << 14;

/// Decodes as it is read. Bytes that are no text of the encoding are an error, never replaced.
pub(super) struct Decoded<R> {
    input: R,
    encoding: &'static Encoding,
    decoder: Decoder,
    text: Vec<u8>,
    at: usize,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// What was decoded before the bad bytes is still to be handed out.
    Bad,
    Over,
}

impl<R: BufRead> Decoded<R> {
    pub(super) fn new(input: R, encoding: &'static Encoding) -> Self {
        Self {
            input,
            encoding,
            decoder: encoding.new_decoder_with_bom_removal(),
            text: Vec::new(),
            at: 0,
            state: State::Open,
        }
    }

    /// Decodes what the input has at hand, waiting only where it has nothing.
    fn refill(&mut self) -> io::Result<()> {
        let bytes = self.input.fill_buf()?;
        let last = bytes.is_empty();
        self.text.resize(PIECE, 0);
        self.at = 0;
        let (result, read, written) = self
            .decoder
            .decode_to_utf8_without_replacement(bytes, &mut self.text, last);
        self.input.consume(read);
        self.text.truncate(written);
        self.state = match result {
            DecoderResult::Malformed(..) => State::Bad,
            DecoderResult::InputEmpty if last => State::Over,
            DecoderResult::InputEmpty | DecoderResult::OutputFull => State::Open,
        };
        Ok(())
    }
}

impl<R: BufRead> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at >= self.text.len() {
            match self.state {
                State::Open => self.refill()?,
                State::Over => break,
                State::Bad => {
                    let why = format!("it is not {}", self.encoding.name());
                    return Err(io::Error::new(io::ErrorKind::InvalidData, why));
                }
            }
        }
        Ok(self.text.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at = self.text.len().min(self.at.saturating_add(amount));
    }
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1251};

    use super::*;

    fn decoded(bytes: &[u8], encoding: &'static Encoding, piece: usize) -> io::Result<String> {
        let mut text = String::new();
        Decoded::new(BufReader::with_capacity(piece, bytes), encoding).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn every_encoding_comes_out_as_utf8_in_pieces_of_any_size() {
        let cases: [(&[u8], &'static Encoding, &str); 4] = [
            (b"\xc8\xe2\xe0\xed\xee\xe2;51001", WINDOWS_1251, "Иванов;51001"),
            (b"Wi\x9cniewski;\xa31", WINDOWS_1250, "Wiśniewski;Ł1"),
            (b"\xff\xfe\x18\x044\x04\n\x00", UTF_16LE, "Ид\n"),
            (b"\xfe\xff\x01\x5b\x00;\xd8\x3d\xde\x00", UTF_16BE, "ś;😀"),
        ];
        for (bytes, encoding, text) in cases {
            for piece in [1, 2, 3, 100] {
                assert_eq!(decoded(bytes, encoding, piece).unwrap(), text);
            }
        }
    }

    #[test]
    fn what_comes_before_bad_bytes_is_read() {
        let mut input = Decoded::new(&b"1\x00\n\x00\x00\xd8a\x00"[..], UTF_16LE);
        let mut line = String::new();
        assert_eq!(input.read_line(&mut line).unwrap(), 2);
        assert_eq!(line, "1\n");
        assert!(input.read_line(&mut line).unwrap_err().to_string().contains("UTF-16LE"));
    }

    #[test]
    fn a_text_that_ends_within_a_character_is_an_error() {
        assert!(decoded(b"1\x00\n", UTF_16LE, 10).is_err());
    }
}
