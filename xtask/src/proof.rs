//! The law over real sockets: the matrix of faults and the load, both by the `batchwise-proof` program.

use anyhow::Result;
use clap::Args;
use xshell::cmd;

use crate::workspace::Workspace;

/// What the program takes; `--help` shows it.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct ProofArgs {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENT")]
    rest: Vec<String>,
}

/// Every fault over every wire: writes `docs/fault-matrix.md`, or checks it.
pub(crate) fn fault_matrix(args: &ProofArgs, workspace: &Workspace) -> Result<()> {
    let rest = &args.rest;
    Ok(cmd!(
        workspace.shell(),
        "cargo run --quiet -p batchwise-proof -- fault-matrix {rest...}"
    )
    .run()?)
}

/// Jobs of very many records; the command that they go through is built for release first.
pub(crate) fn load(args: &ProofArgs, workspace: &Workspace) -> Result<()> {
    run_load(&args.rest, workspace)
}

/// The same with these arguments.
pub(crate) fn run_load(rest: &[String], workspace: &Workspace) -> Result<()> {
    let shell = workspace.shell();
    cmd!(shell, "cargo build --release -p batchwise-cli -p batchwise-proof").run()?;
    let program = workspace.release_program("batchwise-proof");
    Ok(cmd!(shell, "{program} load {rest...}").run()?)
}
