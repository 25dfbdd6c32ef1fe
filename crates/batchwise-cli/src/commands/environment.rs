//! Credentials and addresses from the environment.

use std::collections::HashMap;
use std::fmt;

use batchwise::{BaseUrl, Secret};

use crate::args::JobArgs;
use crate::failure::Failure;

/// The variables that this command reads. `Debug` shows their names only.
pub(crate) struct Environment(HashMap<String, String>);

impl Environment {
    /// The variables of this process.
    pub(crate) fn of_process() -> Self {
        let ours = |name: &str| {
            ["CALLTOUCH_", "DELLIN_", "THULIUM_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
        };
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok().filter(|name| ours(name))?;
            Some((name, value.into_string().ok()?))
        });
        Self(variables.collect())
    }

    /// A variable that is set and not blank.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.trim().is_empty())
    }

    /// A variable that has to be there. A dry run goes without.
    pub(crate) fn need(&self, name: &str, args: &JobArgs) -> Result<&str, Failure> {
        match self.get(name) {
            Some(value) => Ok(value),
            None if args.dry_run => Ok("dry-run"),
            None => Err(Failure::usage(format!("{name} is not set in the environment"))),
        }
    }

    /// A secret that has to be there.
    pub(crate) fn secret(&self, name: &str, args: &JobArgs) -> Result<Secret, Failure> {
        self.need(name, args).map(Secret::from)
    }

    /// The origin: flag, else variable, else the provider's own.
    pub(crate) fn base_url(&self, name: &str, args: &JobArgs, default: &str) -> Result<BaseUrl, Failure> {
        let url = args.base_url.as_deref().or_else(|| self.get(name)).unwrap_or(default);
        Ok(BaseUrl::parse(url, args.allow_http)?)
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
