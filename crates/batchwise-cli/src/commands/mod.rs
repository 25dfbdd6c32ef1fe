//! The subcommands: each builds its provider's client out of environment and flags, and a job out of that.

pub(crate) mod calltouch_import;
pub(crate) mod calltouch_leads;
pub(crate) mod dellin_book;
mod emulator;
mod environment;
pub(crate) mod thulium_campaign;

pub(crate) use environment::Environment;

use crate::args::{BookMethod, CampaignMethod, Cli, Command, ImportMethod, LeadsMethod};
use crate::demo;
use crate::failure::{Exit, Failure};

/// Runs the command that was given.
pub(crate) async fn run(cli: Cli) -> Result<Exit, Failure> {
    let environment = Environment::of_process();
    match cli.command {
        Command::CalltouchImport {
            method: ImportMethod::Delete { keys, job },
        } => calltouch_import::delete(&environment, keys, &job).await,
        Command::CalltouchLeads {
            method: LeadsMethod::AddFields { leads, job },
        } => calltouch_leads::add_fields(&environment, &leads, &job).await,
        Command::DellinBook {
            method: BookMethod::Delete { keys, wire, job },
        } => dellin_book::delete(&environment, keys, wire, &job).await,
        Command::ThuliumCampaign {
            method:
                CampaignMethod::Delete {
                    keys,
                    campaign,
                    by,
                    additional_numbers,
                    busy_wait,
                    busy_rounds,
                    job,
                },
        } => {
            let settings = thulium_campaign::Settings {
                campaigns: campaign,
                by,
                additional_numbers,
                busy_wait: std::time::Duration::from_secs(busy_wait),
                busy_rounds,
            };
            thulium_campaign::delete(&environment, keys, settings, &job).await
        }
        Command::Emulator(args) => emulator::serve(&args).await,
        Command::Demo => demo::run().await,
    }
}
