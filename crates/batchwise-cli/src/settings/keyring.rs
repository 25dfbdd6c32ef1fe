//! The system's keyring: the Secret Service of a desktop, the Keychain of macOS, the Credential Manager of Windows.

use crate::failure::Failure;

/// The secret that the keyring has under the service `batchwise` and this name.
#[cfg(feature = "keyring")]
pub(super) fn read(name: &str) -> Result<String, Failure> {
    use keyring::Entry;

    let wanted = name.to_owned();
    // On a thread of its own: libraries below may wait for an answer of the keyring in ways that a runtime does not allow.
    let asked = std::thread::spawn(move || Entry::new("batchwise", &wanted)?.get_password()).join();
    told(name, asked.ok())
}

/// What the keyring's answer means; none when there was none. Nothing that it found is in an error.
#[cfg(feature = "keyring")]
fn told(name: &str, answer: Option<Result<String, keyring::Error>>) -> Result<String, Failure> {
    use keyring::Error;

    let in_a_file = "keep the secret in a file of its own: { file = \"PATH\" }";
    let (failure, to_do) = match answer {
        Some(Ok(secret)) if !secret.trim().is_empty() => return Ok(secret),
        Some(Ok(_)) => (Failure::usage("what the keyring has is empty"), "put it there"),
        Some(Err(Error::NoEntry)) => (Failure::usage("the keyring has no such entry"), "put it there"),
        // They might show what was found.
        Some(Err(Error::BadEncoding(_) | Error::Ambiguous(_))) => {
            (Failure::usage("what the keyring has is not one text"), "put one there")
        }
        Some(Err(Error::NoDefaultStore)) => (
            Failure::usage("no keyring answers on this machine"),
            "run it where one is unlocked, as a desktop has it",
        ),
        Some(Err(error)) => (
            Failure::usage(format!("the keyring cannot be read: {error}")),
            "unlock it",
        ),
        None => (Failure::fault("the keyring cannot be read"), "tell us"),
    };
    Err(failure
        .at(format!("service batchwise, name {name}"))
        .mend(format!("{to_do}, or {in_a_file}")))
}

/// This build knows no keyring.
#[cfg(not(feature = "keyring"))]
pub(super) fn read(name: &str) -> Result<String, Failure> {
    Err(Failure::usage("this build of batchwise reads no keyring")
        .at(format!("service batchwise, name {name}"))
        .mend("build it with `--features keyring`, or keep the secret in a file of its own: { file = \"PATH\" }"))
}

#[cfg(test)]
#[cfg(feature = "keyring")]
mod tests {
    use keyring::Error;

    use super::*;

    #[track_caller]
    fn says(answer: Result<String, Error>, what: &str, to_do: &str) {
        let failure = told("calltouch", Some(answer)).unwrap_err();
        let lines = failure.lines();
        assert_eq!(lines[0], what);
        assert_eq!(lines[1], "  where: service batchwise, name calltouch");
        assert!(
            lines[2].starts_with(&format!("  to do: {to_do}, or keep the secret in a file")),
            "{lines:?}"
        );
        assert!(!lines.concat().contains("S3CRET"), "{lines:?}");
    }

    #[test]
    fn a_secret_is_given_as_it_stands_there() {
        let secret = told("calltouch", Some(Ok("S3CRET".to_owned()))).unwrap();
        assert_eq!(secret, "S3CRET");
    }

    #[test]
    fn whatever_is_wrong_says_where_and_what_to_do_and_shows_nothing_that_was_found() {
        says(Err(Error::NoEntry), "the keyring has no such entry", "put it there");
        says(Ok(" \n".to_owned()), "what the keyring has is empty", "put it there");
        let bytes = b"S3CRET\xff".to_vec();
        says(
            Err(Error::BadEncoding(bytes)),
            "what the keyring has is not one text",
            "put one there",
        );
        says(
            Err(Error::NoDefaultStore),
            "no keyring answers on this machine",
            "run it where one is unlocked, as a desktop has it",
        );
    }

    #[test]
    fn a_library_that_fails_is_a_fault_and_no_panic_of_ours() {
        assert_eq!(
            told("calltouch", None).unwrap_err().lines()[0],
            "the keyring cannot be read"
        );
    }
}
