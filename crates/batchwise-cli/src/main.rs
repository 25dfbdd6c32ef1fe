//! The `batchwise` command. All of it is in the library of this package.

use std::process::ExitCode;

fn main() -> ExitCode {
    batchwise_cli::main()
}
