//! The Keychain of macOS, the Credential Manager of Windows.

use keyring::{Entry, Error};

use super::{Refusal, SERVICE, put_it_there};
use crate::failure::Failure;

/// What the keyring has under this name. It may ask its user first.
pub(super) fn asked(name: &str) -> Result<String, Refusal> {
    told(name, Entry::new(SERVICE, name).and_then(|entry| entry.get_password()))
}

/// What its answer means. Nothing that it found is in an error.
fn told(name: &str, answer: Result<String, Error>) -> Result<String, Refusal> {
    let failure = match answer {
        Ok(secret) => return Ok(secret),
        Err(Error::NoEntry) => Failure::usage("the keyring has no such entry"),
        // They might show what was found.
        Err(Error::BadEncoding(_) | Error::Ambiguous(_)) => Failure::usage("what the keyring has is not one text"),
        Err(error) => {
            return Err((
                Failure::usage(format!("the keyring cannot be read: {error}")),
                "unlock it".to_owned(),
            ));
        }
    };
    Err((failure, put_it_there(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn says(answer: Result<String, Error>, what: &str, to_do: &str) {
        let (failure, help) = told("calltouch", answer).unwrap_err();
        assert!(failure.to_string().starts_with(what), "{failure}");
        assert!(help.starts_with(to_do), "{help}");
        assert!(!format!("{failure} {help}").contains("S3CRET"), "{failure} {help}");
    }

    #[test]
    fn a_secret_is_given_as_it_stands_there() {
        assert_eq!(told("calltouch", Ok("S3CRET".to_owned())).unwrap(), "S3CRET");
    }

    #[test]
    fn whatever_is_wrong_says_what_to_do_and_shows_nothing_that_was_found() {
        says(Err(Error::NoEntry), "the keyring has no such entry", "put it ");
        says(
            Err(Error::BadEncoding(b"S3CRET\xff".to_vec())),
            "what the keyring has is not one text",
            "put it ",
        );
        says(Err(Error::NoDefaultStore), "the keyring cannot be read", "unlock it");
    }
}
