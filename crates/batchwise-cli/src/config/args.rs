//! The command line.

use clap::Subcommand;

use crate::settings::SettingsArgs;

const INIT_EXAMPLES: &str = "\
Examples:
  batchwise config init
  BATCHWISE_CONFIG=./batchwise.toml batchwise config init";

const SHOW_EXAMPLES: &str = "\
Examples:
  batchwise config show
  batchwise config show --profile prod";

const PATH_EXAMPLES: &str = "\
Examples:
  batchwise config path
  $EDITOR \"$(batchwise config path)\"";

/// What is done with the settings file.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    #[command(after_help = INIT_EXAMPLES)]
    /// Write a settings file with every setting explained; one that is there stays as it is
    Init,
    #[command(after_help = SHOW_EXAMPLES)]
    /// Show every setting that counts and where it comes from; secrets are masked, and not even read
    Show(SettingsArgs),
    #[command(after_help = PATH_EXAMPLES)]
    /// Print where the settings file is, or would be
    Path,
}
