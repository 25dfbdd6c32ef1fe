//! The subcommands: each builds its provider's client out of environment and flags, and a job out of that.

pub(crate) mod calltouch_import;
pub(crate) mod calltouch_leads;
pub(crate) mod dellin_book;
mod emulator;
pub(crate) mod thulium_campaign;

use crate::args::{BookMethod, CampaignMethod, Cli, Command, ImportMethod, LeadsMethod};
use crate::failure::{Exit, Failure};
use crate::settings::{Environment, Provider};
use crate::{config, demo, doctor, ledger, listing, report, shell, verify};

/// Runs the command that was given.
pub(crate) async fn run(cli: Cli) -> Result<Exit, Failure> {
    match cli.command {
        Command::CalltouchImport {
            method: ImportMethod::Delete { keys, job },
        } => calltouch_import::delete(&Environment::of_job(Provider::Calltouch, &job)?, keys, &job).await,
        Command::CalltouchLeads {
            method: LeadsMethod::AddFields { leads, job },
        } => calltouch_leads::add_fields(&Environment::of_job(Provider::Calltouch, &job)?, &leads, &job).await,
        Command::DellinBook {
            method:
                BookMethod::Delete {
                    keys,
                    wire,
                    verify,
                    job,
                },
        } => {
            let environment = Environment::of_job(Provider::Dellin, &job)?;
            dellin_book::delete(&environment, keys, wire, verify, &job).await
        }
        Command::DellinBook {
            method: BookMethod::List(args),
        } => listing::list_book(&args).await,
        Command::ThuliumCampaign {
            method: CampaignMethod::List(args),
        } => listing::list_campaign(&args).await,
        Command::ThuliumCampaign {
            method:
                CampaignMethod::Delete {
                    keys,
                    campaign,
                    by,
                    additional_numbers,
                    busy_wait,
                    busy_rounds,
                    verify,
                    job,
                },
        } => {
            let settings = thulium_campaign::Settings {
                campaigns: campaign,
                by,
                additional_numbers,
                busy_wait: std::time::Duration::from_secs(busy_wait),
                busy_rounds,
                verify,
            };
            let environment = Environment::of_job(Provider::Thulium, &job)?;
            thulium_campaign::delete(&environment, keys, settings, &job).await
        }
        Command::Resume(args) => Box::pin(run(ledger::command_of(&args)?)).await,
        Command::Verify(args) => verify::verify(&args).await,
        Command::Report(args) => report::report(&args),
        Command::Journal { command } => ledger::manage(&command),
        Command::Emulator(args) => emulator::serve(&args).await,
        Command::Demo => demo::run().await,
        Command::Config { command } => config::run(&command),
        Command::Doctor(args) => doctor::run(&args).await,
        Command::Completions(args) => shell::complete(&args),
        Command::Man(args) => shell::pages(&args),
    }
}
