//! How calls travel.

use std::fs::File;
use std::io::Read;
use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use batchwise::BaseUrl;
use batchwise::transport::{RootCertificates, TransportOptions};

use crate::args::ConnectArgs;
use crate::failure::Failure;

/// Most bytes of a file of issuers; the whole list of a browser has a fifth of that.
const MOST_BYTES: u64 = 1024 * 1024;

impl ConnectArgs {
    /// The default transport as the arguments want it.
    pub(crate) fn transport(&self) -> Result<TransportOptions, Failure> {
        options(self.timeout, self.ca_file.as_deref())
    }
}

/// A provider's origin.
///
/// # Errors
/// When it is none, or when credentials could be read on the way and nobody allowed that.
pub(crate) fn origin(url: &str, allow_http: bool) -> Result<BaseUrl, Failure> {
    BaseUrl::parse(url, allow_http).map_err(|error| {
        let failure = Failure::from(error);
        if !allow_http && BaseUrl::parse(url, true).is_ok() {
            failure.mend("write https://, or give --allow-http where the way is your own")
        } else {
            failure
        }
    })
}

/// The default transport with this time for one call, and the issuers of a file beside the machine's.
pub(crate) fn options(timeout: NonZeroU32, ca_file: Option<&Path>) -> Result<TransportOptions, Failure> {
    let options = TransportOptions::default().with_timeout(Duration::from_secs(timeout.get().into()));
    match ca_file {
        Some(path) => Ok(options.with_roots(roots(path)?)),
        None => Ok(options),
    }
}

/// The issuers in a file.
fn roots(path: &Path) -> Result<RootCertificates, Failure> {
    let failure = |why: String| Failure::usage(format!("--ca-file `{}`: {why}", path.display()));
    let mut pem = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut pem));
    read.map_err(|error| failure(format!("it cannot be read ({error})")))?;
    if u64::try_from(pem.len()).unwrap_or(u64::MAX) > MOST_BYTES {
        return Err(failure("it is larger than 1 MiB, and no list of issuers is".to_owned()));
    }
    let marker = b"-----BEGIN CERTIFICATE-----";
    if !pem.windows(marker.len()).any(|bytes| bytes == marker) {
        return Err(failure(
            "there is no certificate in it; PEM is expected: -----BEGIN CERTIFICATE-----".to_owned(),
        ));
    }
    Ok(RootCertificates::from_pem(pem))
}
