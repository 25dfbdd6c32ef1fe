//! The TLS back ends, one at a time.

use anyhow::Result;
use xshell::cmd;

use crate::ci::stage::Stage;
use crate::workspace::{CORE, FACADE, PROVIDERS, Workspace};

pub(super) const STAGE: Stage = Stage {
    name: "features",
    about: "core and the facade build with each TLS back end alone, with none, and with HTTP/2",
    mend: "cargo check -p CRATE --no-default-features --features BACK_END",
    run,
};

/// The back ends of the default transport; the empty one speaks plain HTTP. HTTP/2 is one more way of its own.
const TLS: [&str; 5] = ["rustls", "native-tls", "rustls-no-provider", "", "http2"];

fn run(workspace: &Workspace) -> Result<()> {
    for tls in TLS {
        for library in [CORE, FACADE] {
            let features = features(library, tls);
            let features = features.as_str();
            cmd!(
                workspace.shell(),
                "cargo check -p {library} --no-default-features --features {features}"
            )
            .run()?;
        }
    }
    Ok(())
}

/// The facade is nothing without its providers.
fn features(library: &str, tls: &str) -> String {
    let mut features = if library == FACADE {
        PROVIDERS.to_vec()
    } else {
        Vec::new()
    };
    features.push(tls);
    features.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facade_comes_with_its_providers_and_core_with_nothing() {
        assert_eq!(features(CORE, ""), "");
        assert_eq!(features(CORE, "rustls"), "rustls");
        assert_eq!(
            features(FACADE, "native-tls"),
            "calltouch-import,calltouch-leads,dellin-book,thulium-campaign,native-tls"
        );
    }
}
