//! Serves the four providers on a loopback port until Enter is pressed, with a state file if one is named.
//!
//! `cargo run -p batchwise-emulator --example serve -- 8085 state.toml`

use std::error::Error;

use batchwise_emulator::{Emulator, EmulatorConfig};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().map_or(Ok(8085), |port| port.parse())?;
    let config = match arguments.next() {
        Some(file) => EmulatorConfig::from_toml(&std::fs::read_to_string(file)?)?,
        None => EmulatorConfig::default(),
    };
    let emulator = Emulator::start(config.port(port)).await?;
    print!("{}", emulator.curl_lines());
    tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await??;
    for entry in emulator.log() {
        println!("{entry}");
    }
    println!("removed: {} imports", emulator.truth().calltouch.removed_count());
    emulator.shutdown().await;
    Ok(())
}
