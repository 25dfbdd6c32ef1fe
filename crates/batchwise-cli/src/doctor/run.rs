//! The command.

use super::DoctorArgs;
use super::check::State;
use super::patient::examine;
use crate::failure::{Exit, Failure};
use crate::nearest::nearest;
use crate::settings::{Environment, Provider};
use crate::stdout::print;

/// Looks at the named providers, or at all that are set up.
pub(crate) async fn run(args: &DoctorArgs) -> Result<Exit, Failure> {
    let mut patients = Vec::new();
    for name in &args.providers {
        patients.push(provider(name)?);
    }
    let all = patients.is_empty();
    if all {
        patients.extend(Provider::ALL);
    }
    let (mut looked_at, mut bad) = (0, 0);
    for provider in patients {
        let environment = Environment::find(provider, &args.settings)?;
        if all && !environment.is_set_up() {
            print(&format!("{provider}\n  -    not set up\n"))?;
            continue;
        }
        print(&format!("{provider}\n"))?;
        looked_at += 1;
        for check in examine(environment, args).await {
            bad += u32::from(check.state == State::Bad);
            print(&check.lines())?;
        }
    }
    if looked_at == 0 {
        return Err(Failure::usage("no provider is set up").mend(
            "`batchwise config init` writes a settings file to fill in; or set the variables that `batchwise calltouch-import delete --help` and its neighbours name",
        ));
    }
    Ok(if bad == 0 { Exit::Reached } else { Exit::Unreached })
}

/// The provider of a name; the names of the commands will do.
fn provider(name: &str) -> Result<Provider, Failure> {
    let commands = ["calltouch-import", "calltouch-leads", "dellin-book", "thulium-campaign"];
    let lower = name.to_lowercase();
    let word = if commands.contains(&lower.as_str()) {
        lower.split('-').next().unwrap_or_default()
    } else {
        &lower
    };
    let known = || Provider::ALL.iter().map(|provider| provider.as_str());
    Provider::ALL
        .into_iter()
        .find(|provider| provider.as_str() == word)
        .ok_or_else(|| {
            let failure = Failure::usage(format!("there is no provider `{name}`"));
            match nearest(&lower, known()) {
                Some(near) => failure.mend(format!("did you mean `{near}`?")),
                None => failure.mend(format!("take one of {}", known().collect::<Vec<_>>().join(", "))),
            }
        })
}
