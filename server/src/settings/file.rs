//! `caseworker.toml`: what both hosts share at its top, and `[host]` for what only this one has.
//!
//! Unknown keys are refused, so that a misspelt setting is found now and not missed later. There is no place in it
//! for a secret.

use std::path::{Path, PathBuf};

use desk::config::Config;
use serde::{Deserialize, de::DeserializeOwned};
use toml::{
    Spanned,
    de::{DeTable, DeValue, Deserializer, Error},
};

use super::{OverloadSettings, SettingsError};
use crate::limits;

/// `[host]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct HostSettings {
    /// Where `serve` listens.
    pub(crate) listen: Option<String>,
    /// The data folder.
    pub(crate) data: Option<PathBuf>,
    /// The file that holds the master key.
    pub(crate) master_key_file: Option<PathBuf>,
    /// A PEM file with the certificate authorities of the operator's own network.
    pub(crate) ca_file: Option<PathBuf>,
    /// A model of the local tier in place of the shipped one, as `train` writes it.
    pub(crate) local_model: Option<PathBuf>,
    /// The Worker that `handle` sends to.
    pub(crate) worker_url: Option<String>,
    /// The file that `caseworker calibrate` wrote, in place of `settings.triage.calibrator`.
    pub(crate) calibrator_file: Option<PathBuf>,
    /// How much may be under way at once.
    pub(crate) overload: OverloadSettings,
}

/// Reads a settings file that must exist.
pub(super) fn read(path: &Path) -> Result<(Config, HostSettings), SettingsError> {
    let unreadable = |why: String| SettingsError::Unreadable { path: path.to_owned(), why };
    let length = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
    if length > limits::SETTINGS_BYTES {
        return Err(unreadable("too large".to_owned()));
    }
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    parse(path, &text)
}

/// Reads the text of a settings file.
pub(crate) fn parse(path: &Path, text: &str) -> Result<(Config, HostSettings), SettingsError> {
    let problem = |error: Error| explain(path, text, error);
    let mut document = DeTable::parse(text).map_err(problem)?;
    let host = document.get_mut().remove("host");
    let shared = Config::deserialize(Deserializer::from(document)).map_err(problem)?;
    let host = match host {
        Some(host) => part::<HostSettings>(host).map_err(|error| explain_in(path, text, "host", error))?,
        None => HostSettings::default(),
    };
    Ok((shared, host))
}

fn part<T: DeserializeOwned>(value: Spanned<DeValue<'_>>) -> Result<T, Error> {
    T::deserialize(toml::de::ValueDeserializer::from(value))
}

fn explain(path: &Path, text: &str, error: Error) -> SettingsError {
    explain_in(path, text, "", error)
}

/// A reason without the value that it is about: somebody may have put a secret in the wrong place.
fn without_value(reason: &str) -> &str {
    let quotes = ["invalid type", "invalid value", "unknown variant"].iter().any(|form| reason.starts_with(form));
    match reason.rfind(", expected ") {
        Some(at) if quotes => reason.get(at + 2..).unwrap_or("another value"),
        Some(_) | None => reason,
    }
}

/// The line, the key and the reason. The line itself is not shown.
fn explain_in(path: &Path, text: &str, table: &str, mut error: Error) -> SettingsError {
    let offset = error.span().map_or(0, |span| span.start);
    let line = 1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
    error.set_input(None);
    // Without the input, the error shows its reason and then "in `key`".
    let shown = error.to_string();
    let (reason, key) = shown.trim().split_once("\nin `").unwrap_or((shown.trim(), ""));
    let reason = without_value(reason);
    let key = [table, key.trim_end_matches('`')].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let key = key.join(".");
    let what = if key.is_empty() { reason.to_owned() } else { format!("`{key}`: {reason}") };
    SettingsError::Toml { path: path.to_owned(), line, what }
}
