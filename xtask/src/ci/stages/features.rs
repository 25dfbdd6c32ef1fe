//! Each feature of each library alone: as users build it, where no neighbour turns a feature on for it.

use anyhow::Result;
use xshell::cmd;

use crate::ci::stage::Stage;
use crate::tool::CARGO_HACK;
use crate::workspace::{FACADE, Workspace};

pub(super) const STAGE: Stage = Stage {
    name: "features",
    about: "no lint speaks up in any library with its default features, none, each alone, and all; facade over each TLS back end; the command without what it can go without",
    mend: "cargo clippy -p CRATE --no-default-features --features FEATURE",
    run,
};

/// The back ends of the default transport; the empty one speaks plain HTTP. HTTP/2 is one more way of its own.
const TLS: [&str; 5] = ["rustls", "native-tls", "rustls-no-provider", "", "http2"];

fn run(workspace: &Workspace) -> Result<()> {
    let hack = CARGO_HACK.get(workspace)?;
    let shell = workspace.shell();
    let libraries = workspace.libraries()?;
    let packages = libraries.iter().flat_map(|library| ["-p", library]);
    cmd!(shell, "{hack} hack clippy --each-feature {packages...}")
        .args(["--", "-D", "warnings"])
        .run()?;
    // The facade is nothing without its providers.
    let providers = workspace.providers()?.join(",");
    for tls in TLS {
        let features = format!("{providers},{tls}");
        cmd!(
            shell,
            "cargo clippy -p {FACADE} --no-default-features --features {features}"
        )
        .args(["--", "-D", "warnings"])
        .run()?;
    }
    cmd!(
        shell,
        "cargo clippy -p batchwise-cli --no-default-features --features rustls"
    )
    .args(["--", "-D", "warnings"])
    .run()?;
    Ok(())
}
