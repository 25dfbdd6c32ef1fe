//! The system's keyring: the Secret Service of a desktop, the Keychain of macOS, the Credential Manager of Windows.
//!
//! The Secret Service is asked by `secret-tool`, the program by which a secret is put there: a client of our own (zbus) brings 61
//! crates and 1.2 MB, and the command would be larger than the ten megabytes that it may have. macOS and Windows have their
//! keyrings built in, and a small crate speaks to them.

#[cfg(all(feature = "keyring", any(target_os = "macos", windows)))]
mod native;
#[cfg(all(feature = "keyring", unix, not(target_os = "macos")))]
mod secret_service;

#[cfg(all(feature = "keyring", any(target_os = "macos", windows)))]
use native as store;
#[cfg(all(feature = "keyring", unix, not(target_os = "macos")))]
use secret_service as store;

use crate::failure::Failure;

/// What all our entries stand under.
#[cfg(feature = "keyring")]
const SERVICE: &str = "batchwise";

/// The secret that the keyring has under the service `batchwise` and this name.
pub(super) fn read(name: &str) -> Result<String, Failure> {
    asked(name).map_err(|(failure, to_do)| {
        failure.at(format!("service batchwise, name {name}")).mend(format!(
            "{to_do}, or keep the secret in a file of its own: {{ file = \"PATH\" }}"
        ))
    })
}

/// Why there is no secret, and what to do about it. Nothing that was found is in it.
type Refusal = (Failure, String);

#[cfg(feature = "keyring")]
fn asked(name: &str) -> Result<String, Refusal> {
    let secret = store::asked(name)?;
    if secret.trim().is_empty() {
        return Err((Failure::usage("what the keyring has is empty"), put_it_there(name)));
    }
    Ok(secret)
}

/// A build that was to have no keyring.
#[cfg(not(feature = "keyring"))]
fn asked(_name: &str) -> Result<String, Refusal> {
    Err((
        Failure::usage("this build of batchwise reads no keyring"),
        "take one with the feature `keyring`, which is on by default".to_owned(),
    ))
}

/// The command that puts a secret there.
#[cfg(feature = "keyring")]
fn put_it_there(name: &str) -> String {
    if cfg!(target_os = "macos") {
        format!("put it there with `security add-generic-password -s {SERVICE} -a {name} -w`")
    } else if cfg!(windows) {
        format!("put it into the Credential Manager as `{name}.{SERVICE}`, user `{name}`")
    } else {
        format!("put it there with `secret-tool store --label={name} service {SERVICE} username {name}`")
    }
}
