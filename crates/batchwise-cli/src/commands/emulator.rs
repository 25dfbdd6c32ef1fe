//! `batchwise emulator`.

use std::io::{self, Write};

use batchwise_emulator::{Emulator, EmulatorConfig};

use crate::args::{EmulatorArgs, QuotaArg};
use crate::failure::{Exit, Failure};
use crate::signals::Signals;

/// Serves the four providers on loopback until Ctrl-C.
pub(crate) async fn serve(args: &EmulatorArgs) -> Result<Exit, Failure> {
    let mut config = match &args.state {
        None => EmulatorConfig::default(),
        Some(path) => {
            let shown = path.display();
            let text = std::fs::read_to_string(path)
                .map_err(|error| Failure::usage(format!("`{shown}` cannot be read: {error}")))?;
            EmulatorConfig::from_toml(&text)
                .map_err(|error| Failure::usage(format!("`{shown}`: {error}")).in_lines())?
        }
    };
    if args.quota == QuotaArg::Off {
        config = config.quota_off();
    }
    let signals = Signals::watch("the emulator ends");
    let emulator = Emulator::start(config.port(args.port))
        .await
        .map_err(|error| Failure::usage(format!("port {}: {error}", args.port)))?;
    let text = format!(
        "The four providers are served on {}; Ctrl-C ends it.\n\n{}",
        emulator.base_url(),
        emulator.curl_lines()
    );
    // A reader that goes away does not end the emulator.
    let _ = io::stdout()
        .write_all(text.as_bytes())
        .and_then(|()| io::stdout().flush());
    signals.begin().stopped().await;
    emulator.shutdown().await;
    Ok(Exit::Reached)
}
