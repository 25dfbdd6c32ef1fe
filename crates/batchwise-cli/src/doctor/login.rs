//! Whether a provider takes the credentials, where it has a call that does no harm: Dellin a login where there is one to make,
//! and a question about the session; Thulium the list of active campaigns.

use std::time::Duration;

use batchwise::dellin_book::DellinAccount;
use batchwise::thulium_campaign::ThuliumCampaign;
use batchwise::{BatchMethod, CallError};

use super::check::Check;
use crate::inspect::{CampaignClient, Campaigns};
use crate::progress::{counted, span};

/// At most two calls; neither changes the address book.
pub(super) async fn of_dellin(account: &DellinAccount, logs_in: bool) -> Check {
    if logs_in {
        let login = account.book().renew(&CallError::no_session()).await;
        if let Err(error) = login {
            return refused(
                "login",
                &error,
                "look at the application key, and at the login and password or the token",
            );
        }
    }
    let what = if logs_in { "login" } else { "session" };
    match account.session_info().await {
        Ok(info) if info.is_expired() => Check::bad(
            what,
            "the session is over",
            "log in anew, or give DELLIN_PAT or a login and password",
        ),
        Ok(info) => {
            let lives = info.remaining().map(|left| format!(", lives for {}", days(left)));
            let made = if logs_in { "logged in" } else { "the session is taken" };
            Check::good(what, format!("{made}{}", lives.unwrap_or_default()))
        }
        // The login was taken; that nothing is told of its session is no fault of the credentials.
        Err(error) if logs_in => Check::good(what, format!("logged in; nothing is told of the session ({error})")),
        Err(error) => refused(what, &error, "log in anew, or give DELLIN_PAT or a login and password"),
    }
}

/// One call, which changes nothing.
pub(super) async fn of_thulium(client: ThuliumCampaign) -> Check {
    let campaigns = Campaigns {
        client: CampaignClient::Customers(client),
        campaigns: Vec::new(),
    };
    match campaigns.stats().await {
        Ok(stats) => {
            let count = u64::try_from(stats.len()).unwrap_or(u64::MAX);
            let campaigns = counted(count, "active campaign", "active campaigns");
            Check::good("login", format!("taken; the system has {campaigns}"))
        }
        Err(why) => Check::bad(
            "login",
            format!("the active campaigns cannot be read: {why}"),
            "look at the user and the password, and whether this user may use the API",
        ),
    }
}

fn refused(what: &'static str, error: &CallError, mend: &str) -> Check {
    Check::bad(what, error.to_string(), mend)
}

fn days(left: Duration) -> String {
    match left.as_secs() / 86_400 {
        0 => span(left),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}
