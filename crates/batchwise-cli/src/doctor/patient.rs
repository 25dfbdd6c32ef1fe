//! One provider's settings, looked at.

use batchwise::BaseUrl;
use batchwise::dellin_book::DellinAccount;
use batchwise::thulium_campaign::{ThuliumCampaign, ThuliumCredentials};
use batchwise::transport::TransportOptions;

use super::DoctorArgs;
use super::check::{Check, State};
use super::{host, login};
use crate::commands::{dellin_book, thulium_campaign};
use crate::failure::Failure;
use crate::settings::{Environment, Kind, Origin, Provider};
use crate::transport;

/// Everything that is known of a provider's state.
pub(super) async fn examine(mut environment: Environment, args: &DoctorArgs) -> Vec<Check> {
    let mut checks = vec![settings(&environment)];
    if let Err(failure) = environment.resolve() {
        checks.push(of_failure("credentials", &failure));
    } else {
        checks.push(credentials(&environment));
    }
    let whole = checks.iter().all(|check| check.state != State::Bad);
    let base = match base_url(&environment, args.allow_http) {
        Ok(base) => base,
        Err(failure) => {
            checks.push(of_failure("host", &failure));
            return checks;
        }
    };
    let options = match transport::options(args.timeout, args.ca_file.as_deref()) {
        Ok(options) => options,
        Err(failure) => {
            checks.push(of_failure("TLS", &failure));
            return checks;
        }
    };
    checks.extend(host::checks(&base, &options).await);
    let reached = checks.iter().all(|check| check.state != State::Bad);
    checks.push(match environment.provider() {
        Provider::Calltouch => Check::skipped(
            "login",
            "not tried: every call of this provider that is known here changes something",
        ),
        _ if !(whole && reached) => Check::skipped("login", "not tried before the rest is in order"),
        Provider::Dellin => enter_dellin(&environment, &base, args, options).await,
        Provider::Thulium => enter_thulium(&environment, &base, args, options).await,
    });
    checks
}

fn settings(environment: &Environment) -> Check {
    let from = |origin: Origin| {
        let settings = environment.provider().settings().iter();
        let found = settings.filter_map(|setting| environment.found(setting));
        found.filter(|found| found.origin == origin).count()
    };
    let mut parts = Vec::new();
    let file = environment.file().map(|file| file.path().display().to_string());
    for (count, source) in [
        (from(Origin::Environment), Some("the environment".to_owned())),
        (
            from(Origin::Profile),
            environment.profile().map(|name| format!("profile {name}")),
        ),
        (from(Origin::General), file.clone()),
    ] {
        if let Some(source) = source.filter(|_| count > 0) {
            parts.push(format!("{count} from {source}"));
        }
    }
    if parts.is_empty() {
        let file = file.map_or_else(
            || "and there is no settings file".to_owned(),
            |file| format!("nor in {file}"),
        );
        return Check::bad(
            "settings",
            format!("none in the environment, {file}"),
            "`batchwise config init` writes a settings file to fill in",
        );
    }
    Check::good("settings", parts.join(", "))
}

/// Whether all that a job needs is there. Nothing of it is shown.
fn credentials(environment: &Environment) -> Check {
    let has = |variable: &str| environment.get(variable).is_some();
    let one_of = |wanted: &[&str]| {
        wanted
            .iter()
            .find(|variable| !has(variable))
            .map(|variable| (*variable).to_owned())
    };
    let missing = match environment.provider() {
        Provider::Calltouch => one_of(&["CALLTOUCH_TOKEN", "CALLTOUCH_SITE_ID"]),
        Provider::Dellin => one_of(&["DELLIN_APPKEY"]).or_else(|| {
            let login = has("DELLIN_LOGIN") && has("DELLIN_PASSWORD");
            let any = has("DELLIN_SESSION") || login || has("DELLIN_PAT");
            (!any).then(|| "DELLIN_PAT, or DELLIN_LOGIN and DELLIN_PASSWORD, or DELLIN_SESSION".to_owned())
        }),
        Provider::Thulium => one_of(&["THULIUM_USER", "THULIUM_PASSWORD"]),
    };
    if let Some(missing) = missing {
        return Check::bad(
            "credentials",
            format!("{missing} is missing"),
            "set it, or name it in the settings file",
        );
    }
    let names = environment.provider().settings().iter();
    let there = names.filter(|setting| setting.name != "base_url" && environment.found(setting).is_some());
    let there: Vec<String> = there
        .map(|setting| match (setting.kind, environment.get(setting.variable)) {
            (Kind::Plain, Some(value)) => format!("{} {value}", setting.name),
            _ => setting.name.to_owned(),
        })
        .collect();
    Check::good("credentials", there.join(", "))
}

fn base_url(environment: &Environment, allow_http: bool) -> Result<BaseUrl, Failure> {
    let url = match environment.provider() {
        Provider::Calltouch => environment
            .get("CALLTOUCH_BASE_URL")
            .unwrap_or(batchwise::calltouch_import::BASE_URL)
            .to_owned(),
        Provider::Dellin => environment
            .get("DELLIN_BASE_URL")
            .unwrap_or(batchwise::dellin_book::DEFAULT_BASE_URL)
            .to_owned(),
        Provider::Thulium => match environment.get("THULIUM_BASE_URL") {
            Some(url) => url.to_owned(),
            None => thulium_campaign::system_url(environment)?.ok_or_else(|| environment.missing("THULIUM_SYSTEM"))?,
        },
    };
    transport::origin(&url, allow_http)
}

async fn enter_dellin(
    environment: &Environment,
    base: &BaseUrl,
    args: &DoctorArgs,
    options: TransportOptions,
) -> Check {
    let Some((credentials, _)) = dellin_book::credentials(environment) else {
        return Check::skipped("login", "there are no credentials");
    };
    let logs_in = environment.get("DELLIN_SESSION").is_none();
    let account = DellinAccount::builder(environment.get("DELLIN_APPKEY").unwrap_or_default(), credentials)
        .base_url(base.as_str())
        .allow_http(args.allow_http)
        .transport_options(options)
        .build();
    match account {
        Ok(account) => login::of_dellin(&account, logs_in).await,
        Err(error) => of_failure("login", &error.into()),
    }
}

async fn enter_thulium(
    environment: &Environment,
    base: &BaseUrl,
    args: &DoctorArgs,
    options: TransportOptions,
) -> Check {
    match thulium_client(environment, base, args, options) {
        Ok(client) => login::of_thulium(client).await,
        Err(failure) => of_failure("login", &failure),
    }
}

fn thulium_client(
    environment: &Environment,
    base: &BaseUrl,
    args: &DoctorArgs,
    options: TransportOptions,
) -> Result<ThuliumCampaign, Failure> {
    let user = environment.need("THULIUM_USER")?;
    let credentials = ThuliumCredentials::new(user, environment.secret("THULIUM_PASSWORD")?)?;
    let builder = ThuliumCampaign::builder(credentials)
        .base_url(base.as_str())
        .allow_http(args.allow_http)
        .transport_options(options);
    Ok(builder.build()?)
}

fn of_failure(what: &'static str, failure: &Failure) -> Check {
    let (text, mend) = failure.parts();
    Check::bad(what, text, mend.unwrap_or("mend it, and look again"))
}
