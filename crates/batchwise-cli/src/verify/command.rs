//! `batchwise verify`.

use batchwise_journal::{JobHeader, JobState, JournalReader, OpenError, ReadError};

use super::{VerifyArgs, counted, look_again};
use crate::commands::{dellin_book, thulium_campaign};
use crate::failure::{Exit, Failure};
use crate::inspect::{Book, CampaignClient, Campaigns, Inspect};
use crate::ledger::StateDirectory;
use crate::notes::{Notes, say};
use crate::progress::Mode;
use crate::reading::Reading;
use crate::settings::{Environment, Provider};
use crate::signals::Signals;
use crate::stdout::print;

/// Looks whether the records of a job are still there.
pub(crate) async fn verify(args: &VerifyArgs) -> Result<Exit, Failure> {
    let path = StateDirectory::find(&args.journal)?;
    let reader = JournalReader::open(&path).map_err(unreadable)?;
    let header = reader.header().map_err(unreadable)?;
    if reader.state().map_err(unreadable)? == JobState::Running {
        return Err(Failure::usage(format!("`{}`: the job is running", path.display())).mend("look when it has ended"));
    }
    if reader.pseudonymised().map_err(unreadable)?.is_some() {
        return Err(unwritable(OpenError::Pseudonymised { path }));
    }
    drop(reader);
    let inspect = inspect_of(&header, args)?;
    let mode = Mode::of(&args.connect);
    let notes = Notes::new(&args.connect, mode);
    let signals = Signals::watch("stopping; the call in flight is finished first (once more stops at once)");
    let reading = Reading::begin(
        mode,
        &notes,
        args.attempts.max_attempts,
        &signals.begin(),
        ["record", "records"],
    );
    notes.warn(&format!("journal {}", path.display()));
    let verification = look_again(&*inspect, &path, is_by_phone(&header), reading).await?;
    verification.alarms().iter().for_each(|alarm| say(alarm));
    print(&format!("{}\n", counted(&verification.counts)))?;
    Ok(verification.judge(Exit::Reached))
}

/// Who looks into the account of the job; refuses another one.
fn inspect_of(header: &JobHeader, args: &VerifyArgs) -> Result<Box<dyn Inspect>, Failure> {
    let connect = &args.connect;
    let same = |host: &str, account: &str| {
        if (host, account) == (header.host.as_str(), header.account.as_str()) {
            return Ok(());
        }
        Err(Failure::usage(format!(
            "the job was for account {} at {}, and the settings are those of {account} at {host}",
            header.account, header.host
        ))
        .mend("give the settings of that account (--profile, the environment, --base-url)"))
    };
    match header.provider.as_str() {
        "dellin-book" => {
            let (account, target) = dellin_book::account(&Environment::of(Provider::Dellin, connect)?, connect)?;
            same(&target.host, &target.account)?;
            Ok(Box::new(Book(account)))
        }
        "thulium-campaign" => {
            let access = thulium_campaign::Access::of(&Environment::of(Provider::Thulium, connect)?, connect)?;
            same(access.base.host(), access.user())?;
            let client = if is_by_phone(header) {
                CampaignClient::Phones {
                    client: access.phones(false)?,
                    // A job out of a pipe does not say how it was begun.
                    additional_numbers: header.resume.is_empty()
                        || header.resume.iter().any(|word| word == "--additional-numbers"),
                }
            } else {
                CampaignClient::Customers(access.customers()?)
            };
            Ok(Box::new(Campaigns {
                client,
                campaigns: Vec::new(),
            }))
        }
        other => Err(Failure::usage(format!(
            "{other} has no list to look into; jobs of dellin-book and thulium-campaign can be verified"
        ))),
    }
}

fn is_by_phone(header: &JobHeader) -> bool {
    header.options.get("by").is_some_and(|by| by == "phone")
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` wants it
fn unreadable(error: ReadError) -> Failure {
    Failure::usage(error.to_string())
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` wants it
fn unwritable(error: OpenError) -> Failure {
    Failure::usage(error.to_string())
}
