//! `batchwise config show`.

use batchwise::BaseUrl;

use crate::failure::Failure;
use crate::input::last_four;
use crate::output::one_line;
use crate::settings::{Environment, Found, Kind, Origin, Place, Provider, Reference, Setting, SettingsArgs};

/// Every setting that counts, and where it comes from.
pub(super) fn text(args: &SettingsArgs) -> Result<String, Failure> {
    let environments: Result<Vec<Environment>, Failure> = Provider::ALL
        .into_iter()
        .map(|provider| Environment::find(provider, args))
        .collect();
    let environments = environments?;
    let first = environments.first();
    let file = match first.and_then(Environment::file) {
        Some(file) => file.path().display().to_string(),
        None => format!("none ({} would be it)", Place::find()?.path().display()),
    };
    let profile = first.and_then(Environment::profile).unwrap_or("none");
    let mut text = format!("settings file  {file}\nprofile        {}\n", one_line(profile));
    for environment in &environments {
        text.push_str(&format!("\n{}\n", environment.provider()));
        for setting in environment.provider().settings() {
            let (value, origin) = match environment.found(setting) {
                Some(found) => (shown(setting, &found.reference), origin(setting, found, profile)),
                None => ("-".to_owned(), String::new()),
            };
            let line = format!("  {:<10}{:<26}{origin}", setting.name, one_line(&value));
            text.push_str(&format!("{}\n", line.trim_end()));
        }
    }
    Ok(text)
}

fn shown(setting: &Setting, reference: &Reference) -> String {
    match (setting.kind, reference) {
        (Kind::Plain, Reference::Value(value)) if setting.name == "base_url" => {
            // Somebody may have put a password into it.
            BaseUrl::parse(value, true).map_or_else(|_| "no usable address".to_owned(), |url| url.to_string())
        }
        (Kind::Plain, Reference::Value(value)) => value.clone(),
        (Kind::Contact, Reference::Value(value)) => last_four(value),
        _ => "***".to_owned(),
    }
}

fn origin(setting: &Setting, found: &Found, profile: &str) -> String {
    let from = match found.origin {
        Origin::Environment => format!("environment {}", setting.variable),
        Origin::Profile => format!("profile {}", one_line(profile)),
        Origin::General => "settings file".to_owned(),
    };
    match found.reference.shown() {
        Some(place) => format!("{from}, {}", one_line(&place)),
        None => from,
    }
}
