//! The settings of one provider, out of all sources.

use std::collections::BTreeMap;
use std::fmt;

use batchwise::{BaseUrl, Secret};

use super::file::{Accounts, SettingsFile};
use super::known::{Provider, Setting};
use super::{Place, Reference, SettingsArgs};
use crate::args::{ConnectArgs, JobArgs};
use crate::failure::Failure;
use crate::notes::say;
use crate::transport;

/// Where a setting comes from, the highest rank first. A flag goes before all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// The environment.
    Environment,
    /// The profile.
    Profile,
    /// What the settings file says for every profile.
    General,
}

impl Origin {
    const ALL: [Self; 3] = [Self::Environment, Self::Profile, Self::General];
}

/// A setting and where it comes from.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) reference: Reference,
    pub(crate) origin: Origin,
}

/// The settings of one provider. `Debug` shows their names only.
pub(crate) struct Environment {
    provider: Provider,
    found: BTreeMap<&'static str, Found>,
    values: BTreeMap<&'static str, String>,
    file: Option<SettingsFile>,
    profile: Option<String>,
    /// Nothing is called, so that nothing has to be there.
    is_rehearsal: bool,
}

impl Environment {
    /// The settings that a job on this provider has. A dry run reads no secret.
    pub(crate) fn of_job(provider: Provider, args: &JobArgs) -> Result<Self, Failure> {
        Self::told(provider, &args.connect, args.dry_run)
    }

    /// The settings of whoever calls this provider.
    pub(crate) fn of(provider: Provider, args: &ConnectArgs) -> Result<Self, Failure> {
        Self::told(provider, args, false)
    }

    fn told(provider: Provider, args: &ConnectArgs, is_rehearsal: bool) -> Result<Self, Failure> {
        let mut environment = Self::find(provider, &args.settings)?;
        environment.is_rehearsal = is_rehearsal;
        if !is_rehearsal {
            environment.resolve()?;
        }
        if args.settings.profile.is_some() && !args.quiet {
            environment.overridden().iter().for_each(|text| say(text));
        }
        Ok(environment)
    }

    /// Finds where every setting is, and reads no secret.
    pub(crate) fn find(provider: Provider, args: &SettingsArgs) -> Result<Self, Failure> {
        let place = Place::find()?;
        let file = SettingsFile::read(&place)?;
        let profile = args.asked().or_else(|| Some(file.as_ref()?.chosen()?.to_owned()));
        let none = Accounts::new();
        let (own, general) = match (&file, &profile) {
            (Some(file), Some(profile)) => (file.profile(profile)?, file.general()),
            (Some(file), None) => (&none, file.general()),
            (None, Some(profile)) => {
                return Err(
                    Failure::usage(format!("there is no profile `{profile}`: no settings file"))
                        .at(place.path().display().to_string())
                        .mend("`batchwise config init` writes one"),
                );
            }
            (None, None) => (&none, &none),
        };
        let found = layered(provider, own, general, |name| std::env::var(name).ok());
        Ok(Self {
            provider,
            found,
            values: BTreeMap::new(),
            profile: profile.filter(|_| file.is_some()),
            file,
            is_rehearsal: false,
        })
    }

    /// Reads what is not here yet: secrets out of their files.
    pub(crate) fn resolve(&mut self) -> Result<(), Failure> {
        for (name, found) in &self.found {
            let value = found.reference.resolve().map_err(|failure| self.named(name, failure))?;
            self.values.insert(name, value);
        }
        Ok(())
    }

    fn named(&self, name: &str, failure: Failure) -> Failure {
        let provider = self.provider;
        failure.about(&format!("{provider} {name}"))
    }

    /// Variables that go before what the profile says: with a profile that was asked for, that may not be meant.
    fn overridden(&self) -> Vec<String> {
        let Some((file, profile)) = self.file.as_ref().zip(self.profile.as_deref()) else {
            return Vec::new();
        };
        let own = file
            .profile(profile)
            .ok()
            .and_then(|accounts| accounts.get(&self.provider));
        let from_environment = |name: &&&str| {
            let found = self.found.get(**name);
            found.is_some_and(|found| found.origin == Origin::Environment)
        };
        let names = own.into_iter().flat_map(BTreeMap::keys).filter(from_environment);
        let settings = names.filter_map(|name| self.provider.setting(name));
        settings
            .map(|setting| format!("{} goes before what profile `{profile}` says", setting.variable))
            .collect()
    }

    /// True when there is more than an address.
    pub(crate) fn is_set_up(&self) -> bool {
        self.found.keys().any(|name| *name != "base_url")
    }

    pub(crate) fn provider(&self) -> Provider {
        self.provider
    }

    /// The settings file, if there is one.
    pub(crate) fn file(&self) -> Option<&SettingsFile> {
        self.file.as_ref()
    }

    /// The profile that is taken.
    pub(crate) fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    /// Where a setting comes from.
    pub(crate) fn found(&self, setting: &Setting) -> Option<&Found> {
        self.found.get(setting.name)
    }

    /// The value of the setting with this variable.
    pub(crate) fn get(&self, variable: &str) -> Option<&str> {
        let setting = self
            .provider
            .settings()
            .iter()
            .find(|setting| setting.variable == variable)?;
        match self.values.get(setting.name) {
            Some(value) => Some(value),
            // What is no secret needs no reading.
            None => match &self.found.get(setting.name)?.reference {
                Reference::Value(value) => Some(value),
                _ => None,
            },
        }
    }

    /// True when nothing is called, so that no credentials have to be there.
    pub(crate) const fn is_rehearsal(&self) -> bool {
        self.is_rehearsal
    }

    /// A setting that has to be there. A dry run goes without.
    pub(crate) fn need(&self, variable: &str) -> Result<&str, Failure> {
        match self.get(variable) {
            Some(value) => Ok(value),
            None if self.is_rehearsal => Ok("dry-run"),
            None => Err(self.missing(variable)),
        }
    }

    /// What is said of a setting that has to be there and is not.
    pub(crate) fn missing(&self, variable: &str) -> Failure {
        let provider = self.provider;
        let setting = provider.settings().iter().find(|setting| setting.variable == variable);
        let name = setting.map_or("it", |setting| setting.name);
        Failure::usage(format!("{variable} is not set in the environment")).mend(format!(
            "set it, or `{name}` in [{provider}] of the settings file (`batchwise config init` writes one)"
        ))
    }

    /// A secret that has to be there.
    pub(crate) fn secret(&self, variable: &str) -> Result<Secret, Failure> {
        self.need(variable).map(Secret::from)
    }

    /// The origin: flag, else setting, else the provider's own.
    pub(crate) fn base_url(&self, variable: &str, args: &ConnectArgs, default: &str) -> Result<BaseUrl, Failure> {
        let url = args
            .base_url
            .as_deref()
            .or_else(|| self.get(variable))
            .unwrap_or(default);
        transport::origin(url, args.allow_http)
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.found.keys()).finish()
    }
}

/// Every setting from the source of the highest rank; of alternatives only the one that the highest rank makes whole.
fn layered(
    provider: Provider,
    own: &Accounts,
    general: &Accounts,
    variable: impl Fn(&str) -> Option<String>,
) -> BTreeMap<&'static str, Found> {
    let from_file = |accounts: &Accounts, name: &str| accounts.get(&provider)?.get(name).cloned();
    let mut found = BTreeMap::new();
    for setting in provider.settings() {
        let value = variable(setting.variable).filter(|value| !value.trim().is_empty());
        let reference = value
            .map(|value| (Reference::Value(value), Origin::Environment))
            .or_else(|| Some((from_file(own, setting.name)?, Origin::Profile)))
            .or_else(|| Some((from_file(general, setting.name)?, Origin::General)));
        if let Some((reference, origin)) = reference {
            found.insert(setting.name, Found { reference, origin });
        }
    }
    let alternatives = provider.alternatives();
    let whole = |names: &&&[&str], rank: Origin| {
        let has = |name: &&str| found.get(name).is_some_and(|found: &Found| found.origin <= rank);
        names.iter().all(has)
    };
    let chosen = Origin::ALL
        .into_iter()
        .find_map(|rank| alternatives.iter().find(|names| whole(names, rank)));
    if let Some(chosen) = chosen {
        let of_another = |name: &str| {
            let in_any = alternatives.iter().any(|names| names.contains(&name));
            in_any && !chosen.contains(&name)
        };
        found.retain(|name, _| !of_another(name));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(provider: Provider, settings: &[(&'static str, &str)]) -> Accounts {
        let settings = settings
            .iter()
            .map(|(name, value)| (*name, Reference::Value((*value).to_owned())));
        [(provider, settings.collect())].into()
    }

    /// The settings that count, with where they come from.
    fn counts(
        provider: Provider,
        environment: &[(&str, &str)],
        own: &[(&'static str, &str)],
        general: &[(&'static str, &str)],
    ) -> Vec<(&'static str, Origin)> {
        let variable = |name: &str| {
            let found = environment.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let found = layered(
            provider,
            &accounts(provider, own),
            &accounts(provider, general),
            variable,
        );
        found.into_iter().map(|(name, found)| (name, found.origin)).collect()
    }

    #[test]
    fn the_environment_goes_before_the_profile_and_that_before_what_stands_for_all() {
        let general = [("token", "g"), ("site_id", "g"), ("base_url", "g")];
        assert_eq!(
            counts(
                Provider::Calltouch,
                &[("CALLTOUCH_TOKEN", "e")],
                &[("token", "p"), ("site_id", "p")],
                &general
            ),
            [
                ("base_url", Origin::General),
                ("site_id", Origin::Profile),
                ("token", Origin::Environment)
            ]
        );
    }

    #[test]
    fn a_blank_variable_is_none() {
        assert_eq!(
            counts(Provider::Calltouch, &[("CALLTOUCH_TOKEN", " ")], &[], &[("token", "g")]),
            [("token", Origin::General)]
        );
    }

    #[test]
    fn a_way_into_the_account_that_ranks_higher_puts_the_others_out_of_action() {
        let session = [("session", "p")];
        assert_eq!(
            counts(Provider::Dellin, &[("DELLIN_PAT", "e")], &session, &[("appkey", "g")]),
            [("appkey", Origin::General), ("pat", Origin::Environment)]
        );
        // Half a way is none.
        assert_eq!(
            counts(Provider::Dellin, &[("DELLIN_LOGIN", "e")], &session, &[]),
            [("session", Origin::Profile)]
        );
        // A way may be made whole from below.
        assert_eq!(
            counts(
                Provider::Dellin,
                &[("DELLIN_PASSWORD", "e")],
                &[("login", "p")],
                &[("session", "g")]
            ),
            [("login", Origin::Profile), ("password", Origin::Environment)]
        );
    }

    #[test]
    fn a_system_of_the_environment_goes_before_an_address_of_the_profile() {
        assert_eq!(
            counts(
                Provider::Thulium,
                &[("THULIUM_SYSTEM", "e")],
                &[("base_url", "p")],
                &[("user", "g")]
            ),
            [("system", Origin::Environment), ("user", Origin::General)]
        );
    }
}
