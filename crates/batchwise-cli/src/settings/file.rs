//! The settings file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::known::{Kind, Provider, Setting};
use super::place::{Place, shown};
use super::reference::{Reference, path_beside};
use crate::failure::Failure;
use crate::nearest::nearest;
use crate::toml_line::line_of;

/// Settings of one account for each provider that has any.
pub(crate) type Accounts = BTreeMap<Provider, BTreeMap<&'static str, Reference>>;

/// What stands in a settings file. No secret does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SettingsFile {
    path: PathBuf,
    /// The profile to take when none is asked for.
    chosen: Option<String>,
    general: Accounts,
    profiles: BTreeMap<String, Accounts>,
}

impl SettingsFile {
    /// Reads the file in its place; `None` where there is none and nobody named one.
    pub(crate) fn read(place: &Place) -> Result<Option<Self>, Failure> {
        let path = place.path();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !place.is_named() => Ok(None),
            Err(error) => Err(Failure::usage(format!("the settings file cannot be read: {error}"))
                .at(shown(path))
                .mend("`batchwise config init` writes one, `batchwise config path` says where")),
        }
    }

    fn parse(text: &str, path: &Path) -> Result<Self, Failure> {
        let table: Table = text.parse().map_err(|error| not_toml(&error, text, path))?;
        let mut file = Self {
            path: path.to_owned(),
            ..Self::default()
        };
        for (name, value) in &table {
            match (name.as_str(), value) {
                ("profile", profiles) => {
                    for (profile, value) in as_table(profiles, "profile", path)? {
                        let within = format!("profile.{profile}");
                        let accounts = file.accounts(as_table(value, &within, path)?, Some(&within))?;
                        file.profiles.insert(profile.clone(), accounts);
                    }
                }
                ("default_profile", Value::String(chosen)) => file.chosen = Some(chosen.clone()),
                ("default_profile", _) => {
                    return Err(Failure::usage("`default_profile` is no text")
                        .at(shown(path))
                        .mend("put it in quotes"));
                }
                _ => {}
            }
        }
        let general: Table = table
            .into_iter()
            .filter(|(name, _)| !matches!(name.as_str(), "profile" | "default_profile"))
            .collect();
        file.general = file.accounts(&general, None)?;
        if let Some(chosen) = file.chosen.clone() {
            file.profile(&chosen)?;
        }
        Ok(file)
    }

    fn accounts(&self, table: &Table, within: Option<&str>) -> Result<Accounts, Failure> {
        let mut accounts = Accounts::new();
        for (name, value) in table {
            let Some(provider) = Provider::ALL.into_iter().find(|provider| provider.as_str() == name) else {
                let mut known: Vec<&str> = Provider::ALL.iter().map(|provider| provider.as_str()).collect();
                if within.is_none() {
                    known.extend(["profile", "default_profile"]);
                }
                return Err(unknown(name, &known, within.unwrap_or("the top"), &self.path));
            };
            let section = within.map_or_else(|| name.clone(), |within| format!("{within}.{name}"));
            let mut settings = BTreeMap::new();
            for (name, value) in as_table(value, &section, &self.path)? {
                let Some(setting) = provider.setting(name) else {
                    let known: Vec<&str> = provider.settings().iter().map(|setting| setting.name).collect();
                    return Err(unknown(name, &known, &format!("[{section}]"), &self.path));
                };
                let reference = reference(value, setting, &self.path)
                    .map_err(|failure| failure.at(format!("[{section}] {name}, {}", shown(&self.path))))?;
                settings.insert(setting.name, reference);
            }
            accounts.insert(provider, settings);
        }
        Ok(accounts)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The profile to take when none is asked for.
    pub(crate) fn chosen(&self) -> Option<&str> {
        self.chosen.as_deref()
    }

    /// What stands there for every profile.
    pub(crate) fn general(&self) -> &Accounts {
        &self.general
    }

    /// The settings of a profile.
    pub(crate) fn profile(&self, name: &str) -> Result<&Accounts, Failure> {
        self.profiles.get(name).ok_or_else(|| {
            let names = || self.profiles.keys().map(String::as_str);
            let failure = Failure::usage(format!("there is no profile `{name}`")).at(shown(&self.path));
            match (nearest(name, names()), self.profiles.is_empty()) {
                (Some(near), _) => failure.mend(format!("did you mean `{near}`?")),
                (None, false) => failure.mend(format!("take one of {}", names().collect::<Vec<_>>().join(", "))),
                (None, true) => failure.mend(format!("write it: [profile.{name}.calltouch]")),
            }
        })
    }
}

fn as_table<'a>(value: &'a Value, name: &str, path: &Path) -> Result<&'a Table, Failure> {
    value.as_table().ok_or_else(|| {
        Failure::usage(format!("`{name}` is no section"))
            .at(shown(path))
            .mend(format!("write [{name}] on a line of its own, and its settings below"))
    })
}

fn unknown(name: &str, known: &[&str], within: &str, path: &Path) -> Failure {
    let failure = Failure::usage(format!("nobody knows a setting `{name}` in {within}")).at(shown(path));
    match nearest(name, known.iter().copied()) {
        Some(near) => failure.mend(format!("did you mean `{near}`?")),
        None => failure.mend(format!("take one of {}", known.join(", "))),
    }
}

/// An error that repeats nothing of the file: a secret may have been put there by mistake.
fn not_toml(error: &toml::de::Error, text: &str, path: &Path) -> Failure {
    Failure::usage("the settings file is no TOML")
        .at(format!("line {}, {}", line_of(error, text), shown(path)))
        .mend("texts stand in quotes (site_id = \"12345\"), sections in brackets ([calltouch]), and nothing stands there twice")
}

fn reference(value: &Value, setting: &Setting, path: &Path) -> Result<Reference, Failure> {
    let elsewhere = "{ file = \"PATH\" } or { env = \"NAME\" }";
    match value {
        Value::String(_) | Value::Integer(_) if setting.kind == Kind::Secret => {
            Err(Failure::usage("a secret does not stand in the settings file")
                .mend(format!("say where it is: {} = {elsewhere}", setting.name)))
        }
        Value::String(text) if text.trim().is_empty() => Err(Failure::usage("it is empty")),
        Value::String(text) => Ok(Reference::Value(text.clone())),
        Value::Integer(number) => Ok(Reference::Value(number.to_string())),
        Value::Table(table) => {
            let mut parts = table.iter();
            let one = parts.next().filter(|_| table.len() == 1);
            match one.map(|(name, value)| (name.as_str(), value.as_str())) {
                Some(("env", Some(name))) => Ok(Reference::Variable(name.to_owned())),
                Some(("file", Some(file))) => Ok(Reference::File(path_beside(path, file))),
                Some(("keyring", Some(name))) => Ok(Reference::Keyring(name.to_owned())),
                _ => Err(Failure::usage("it names no place").mend(format!("write {elsewhere}"))),
            }
        }
        _ => Err(Failure::usage("it is no text").mend("put it in quotes")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<SettingsFile, String> {
        SettingsFile::parse(text, Path::new("/x/config.toml")).map_err(|failure| failure.lines().join("\n"))
    }

    #[test]
    fn settings_stand_for_every_profile_or_for_one() {
        let file = parsed(
            "default_profile = \"test\"\n[calltouch]\nsite_id = 12345\ntoken = { file = \"token\" }\n\
             [profile.test.calltouch]\nbase_url = \"http://127.0.0.1:8085\"\n\
             [profile.prod.calltouch]\ntoken = { env = \"PROD_TOKEN\" }\n",
        )
        .unwrap();
        assert_eq!(file.chosen(), Some("test"));
        assert_eq!(
            file.general()[&Provider::Calltouch]["site_id"],
            Reference::Value("12345".into())
        );
        assert_eq!(
            file.general()[&Provider::Calltouch]["token"],
            Reference::File("/x/token".into())
        );
        let prod = file.profile("prod").unwrap();
        assert_eq!(
            prod[&Provider::Calltouch]["token"],
            Reference::Variable("PROD_TOKEN".into())
        );
    }

    #[test]
    fn a_mistake_is_answered_with_the_place_and_the_nearest_right_word() {
        for (text, place, help) in [
            ("[calltuch]\n", "the top", "did you mean `calltouch`?"),
            (
                "[dellin]\napp_key = { env = \"X\" }\n",
                "[dellin]",
                "did you mean `appkey`?",
            ),
            (
                "[profile.prod.thulium]\nsytem = \"x\"\n",
                "[profile.prod.thulium]",
                "did you mean `system`?",
            ),
            ("calltouch = 1\n", "`calltouch` is no section", "[calltouch]"),
            ("[thulium]\nsystem = \" \"\n", "[thulium] system", "it is empty"),
            ("[thulium]\nuser = true\n", "[thulium] user", "put it in quotes"),
            (
                "[thulium]\npassword = { fiel = \"x\" }\n",
                "[thulium] password",
                "{ file = \"PATH\" }",
            ),
            (
                "default_profile = \"prod\"\n[profile.prd]\n",
                "there is no profile `prod`",
                "did you mean `prd`?",
            ),
        ] {
            let error = parsed(text).unwrap_err();
            assert!(error.contains(place) && error.contains(help), "{error}");
        }
    }

    #[test]
    fn a_secret_in_the_file_is_refused_and_not_repeated() {
        for text in [
            "[calltouch]\ntoken = \"CANARY\"\n",
            "[calltouch]\ntoken = CANARY\n",
            "[calltouch]\ntoken = \"CANARY\n",
            "[calltouch]\nsite_id = 1\ntoken = 'CANARY\n",
            "[calltouch]\ntoken = { CANARY = \"CANARY\" }\n",
            "token = \"CANARY\"\n",
        ] {
            let error = parsed(text).unwrap_err();
            assert!(!error.contains("CANARY"), "{error}");
        }
    }

    #[test]
    fn what_is_no_toml_is_named_by_its_line() {
        assert!(
            parsed("[calltouch]\nsite_id = 1\nsite_id = 2\n")
                .unwrap_err()
                .contains("line 3")
        );
    }
}
