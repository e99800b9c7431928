//! Everything that can be set, read once: flags, then the environment (with a `.env` file), then `caseworker.toml`.
//!
//! Secrets come from the environment or from the master key's own file, never from `caseworker.toml`, and no error
//! repeats one.

pub(crate) mod environment;
pub(crate) mod file;
pub(crate) mod local_model;
pub(crate) mod master;
mod overload;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use case::{local::LocalModel, triage::calibrate::Calibrator};
use claude::key::ApiKey;
use desk::{address::Address, config::Config};

use crate::limits;

pub(crate) use environment::{Environment, Name};
pub(crate) use file::HostSettings;
pub(crate) use overload::OverloadSettings;

/// The settings file that is read where it exists.
pub(crate) const FILE: &str = "caseworker.toml";
/// The data folder where none is given.
pub(crate) const DATA: &str = "caseworker-data";
/// Where `serve` listens when nothing is said.
pub(crate) const LISTEN: &str = "127.0.0.1:8787";

/// Settings of this process.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// What both hosts share.
    pub(crate) config: Config,
    /// What only this host has.
    pub(crate) host: HostSettings,
    /// The environment.
    pub(crate) environment: Environment,
    /// The data folder.
    pub(crate) data: PathBuf,
}

/// A setting that cannot be used. No message holds a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    /// A file cannot be read.
    #[error("{}: {why}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A line of `.env` is not an assignment.
    #[error("{}, line {line}: not an assignment; write NAME=value, with quotes around a value that has spaces", path.display())]
    DotEnv {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
    },
    /// A part of `caseworker.toml`.
    #[error("{}, line {line}: {what}", path.display())]
    Toml {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// The key and what is wrong with it.
        what: String,
    },
    /// A value in the environment.
    #[error("{name}: {why}")]
    Value {
        /// Which variable or setting.
        name: String,
        /// What is wrong, without the value.
        why: String,
    },
    /// A value that the desk refuses.
    #[error("{FILE}, .env or the environment: {0}")]
    Config(#[from] desk::config::ConfigProblem),
    /// The master key is not the one, or is not there.
    #[error("{0}")]
    MasterKey(String),
}

impl Settings {
    /// Reads everything there is. `config` is a settings file that must exist; `data` is the data folder's flag.
    ///
    /// # Errors
    /// The first [`SettingsError`].
    pub(crate) fn read(config: Option<&Path>, data: Option<PathBuf>) -> Result<Self, SettingsError> {
        let environment = Environment::read(Path::new(".env"))?;
        let (mut shared, host) = match config {
            Some(path) => file::read(path)?,
            None if Path::new(FILE).exists() => file::read(Path::new(FILE))?,
            None => (Config::default(), HostSettings::default()),
        };
        if let Some(url) = environment.get(Name::AnthropicBaseUrl) {
            shared.anthropic_base_url = Some(url.to_owned());
        }
        if let Some(path) = &host.calibrator_file {
            shared.settings.triage.calibrator = Some(read_calibrator(path)?);
        }
        shared.check()?;
        host.overload.check().map_err(|(name, why)| SettingsError::Value { name, why })?;
        for (name, address) in &shared.sources {
            // Bindings are for Workers.
            if matches!(Address::parse(address, &shared.insecure_hosts), Ok(Address::Binding(_))) {
                let why = "not a URL such as https://ledger.internal/api".to_owned();
                return Err(SettingsError::Value { name: format!("sources.{name}"), why });
            }
        }
        for (name, agent) in &shared.agents {
            if matches!(Address::parse(&agent.at, &shared.insecure_hosts), Ok(Address::Binding(_))) {
                let why = "not a URL such as https://agents.internal/disputes".to_owned();
                return Err(SettingsError::Value { name: format!("agents.{name}.at"), why });
            }
        }
        let data = data
            .or_else(|| environment.get(Name::Data).map(PathBuf::from))
            .or_else(|| host.data.clone())
            .unwrap_or_else(|| PathBuf::from(DATA));
        Ok(Self { config: shared, host, environment, data })
    }

    /// The key for Claude, where there is one.
    ///
    /// # Errors
    /// [`SettingsError::Value`] for a text that cannot be a key.
    pub(crate) fn api_key(&self) -> Result<Option<ApiKey>, SettingsError> {
        let Some(text) = self.environment.get(Name::AnthropicKey) else { return Ok(None) };
        ApiKey::parse(text)
            .map(Some)
            .map_err(|error| SettingsError::Value { name: Name::AnthropicKey.to_string(), why: error.to_string() })
    }

    /// The local tier's model, where it is not the shipped one.
    ///
    /// # Errors
    /// [`SettingsError::Unreadable`] for a file that is no model.
    pub(crate) fn local_model(&self) -> Result<Option<Arc<LocalModel>>, SettingsError> {
        let Some(path) = &self.host.local_model else { return Ok(None) };
        let read = local_model::read(path).map_err(|why| SettingsError::Unreadable { path: path.clone(), why });
        read.map(Arc::new).map(Some)
    }

    /// The Worker that `handle` sends to: the flag, the environment or the settings file.
    ///
    /// # Errors
    /// [`SettingsError::Value`] for a text that is not a base URL.
    pub(crate) fn worker_url(&self, flag: Option<&str>) -> Result<Option<String>, SettingsError> {
        let set = [
            (flag, "--worker".to_owned()),
            (self.environment.get(Name::WorkerUrl), Name::WorkerUrl.to_string()),
            (self.host.worker_url.as_deref(), "host.worker_url".to_owned()),
        ];
        let Some((url, name)) = set.into_iter().find_map(|(url, name)| url.map(|url| (url, name))) else {
            return Ok(None);
        };
        check_url(&name, url)?;
        Ok(Some(url.trim().trim_end_matches('/').to_owned()))
    }

    /// Where the master key lies when it is not in the environment: beside the data folder, not in it, so that a
    /// copy of the folder alone opens nothing.
    pub(crate) fn master_key_file(&self) -> PathBuf {
        self.host.master_key_file.clone().unwrap_or_else(|| {
            let mut name = self.data.file_name().unwrap_or(std::ffi::OsStr::new(DATA)).to_owned();
            name.push(".key");
            self.data.with_file_name(name)
        })
    }
}

/// What `caseworker calibrate` wrote.
fn read_calibrator(path: &Path) -> Result<Calibrator, SettingsError> {
    let unreadable = |why: String| SettingsError::Unreadable { path: path.to_owned(), why };
    let length = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
    if length > limits::SETTINGS_BYTES {
        return Err(unreadable("too large".to_owned()));
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let why = "not a calibrator; `caseworker calibrate --out` writes one";
    serde_json::from_slice(&bytes).map_err(|_| unreadable(why.to_owned()))
}

/// Checks a base URL that paths are added to. The URL is not repeated: it may hold a password.
fn check_url(name: &str, url: &str) -> Result<(), SettingsError> {
    let problem = |why: &str| SettingsError::Value { name: name.to_owned(), why: why.to_owned() };
    let url = url.trim();
    if url.contains(['?', '#', '@']) {
        return Err(problem("a base URL has no user name, query or fragment"));
    }
    let uri: http::Uri = url.parse().map_err(|_| problem("not a URL such as https://ledger.internal/api"))?;
    let scheme = uri.scheme_str().unwrap_or_default();
    if !matches!(scheme, "http" | "https") || uri.host().is_none_or(str::is_empty) {
        return Err(problem("must start with http:// or https:// and a host"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
