//! The system's keyring: the Secret Service of a desktop, the Keychain of macOS, the Credential Manager of Windows.

use crate::failure::Failure;

/// The secret that the keyring has under the service `batchwise` and this name.
#[cfg(feature = "keyring")]
pub(super) fn read(name: &str) -> Result<String, Failure> {
    use keyring::{Entry, Error};

    let wanted = name.to_owned();
    // On a thread of its own: libraries below may wait for an answer of the keyring in ways that a runtime does not allow.
    let asked = std::thread::spawn(move || Entry::new("batchwise", &wanted)?.get_password()).join();
    let failure = match asked {
        Ok(Ok(secret)) if secret.trim().is_empty() => Failure::usage("what the keyring has is empty"),
        Ok(Ok(secret)) => return Ok(secret),
        Ok(Err(Error::NoEntry)) => Failure::usage("the keyring has no such entry"),
        // They might show what was found.
        Ok(Err(Error::BadEncoding(_) | Error::Ambiguous(_))) => Failure::usage("what the keyring has is not one text"),
        Ok(Err(error)) => Failure::usage(format!("the keyring cannot be read: {error}")),
        Err(_) => Failure::fault("the keyring cannot be read"),
    };
    Err(failure
        .at(format!("service batchwise, name {name}"))
        .mend("put it there, or keep the secret in a file of its own: { file = \"PATH\" }"))
}

/// This build knows no keyring.
#[cfg(not(feature = "keyring"))]
pub(super) fn read(name: &str) -> Result<String, Failure> {
    Err(Failure::usage("this build of batchwise reads no keyring")
        .at(format!("service batchwise, name {name}"))
        .mend("build it with `--features keyring`, or keep the secret in a file of its own: { file = \"PATH\" }"))
}
