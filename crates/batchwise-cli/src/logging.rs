//! `-v`: what happens, on standard error.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::args::{BookMethod, CampaignMethod, Cli, Command, ImportMethod, JobArgs, LeadsMethod};
use crate::screen;

/// Starts logging as the flags want it. Only this project's own events are shown: libraries below it might log requests.
pub(crate) fn start(cli: &Cli) {
    let level = match verbosity(&cli.command) {
        0 => return,
        1 => LevelFilter::WARN,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(screen::Log)
        // It would panic where standard error is gone.
        .log_internal_errors(false);
    let targets = Targets::new().with_target("batchwise", level);
    // A second subscriber cannot be there; if it is, its word counts.
    let _ = tracing_subscriber::registry().with(targets).with(layer).try_init();
}

fn verbosity(command: &Command) -> u8 {
    match command {
        Command::DellinBook {
            method: BookMethod::List(args),
        } => args.list.connect.verbose,
        Command::ThuliumCampaign {
            method: CampaignMethod::List(args),
        } => args.list.connect.verbose,
        Command::Verify(args) => args.connect.verbose,
        other => job_args(other).map_or(0, |args| args.connect.verbose),
    }
}

fn job_args(command: &Command) -> Option<&JobArgs> {
    match command {
        Command::CalltouchImport {
            method: ImportMethod::Delete { job, .. },
        }
        | Command::CalltouchLeads {
            method: LeadsMethod::AddFields { job, .. },
        }
        | Command::DellinBook {
            method: BookMethod::Delete { job, .. },
        }
        | Command::ThuliumCampaign {
            method: CampaignMethod::Delete { job, .. },
        } => Some(job),
        _ => None,
    }
}
