//! Credentials and addresses: flags, then the environment, then a profile of the settings file, then what stands there for
//! every profile, then the provider's own.

mod args;
mod environment;
mod file;
mod keyring;
mod known;
mod place;
mod reference;
mod secret_file;

pub(crate) use args::SettingsArgs;
pub(crate) use environment::{Environment, Found, Origin};
pub(crate) use known::{Kind, Provider, Setting};
pub(crate) use place::Place;
pub(crate) use reference::Reference;
