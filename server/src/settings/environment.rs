//! The environment: the process's own variables, and under them those of a `.env` file.

use std::{collections::BTreeMap, fmt, io::ErrorKind, path::Path};

use desk::{ports::Target, setup::token_name};

use super::SettingsError;
use crate::limits;

/// A variable that means something to Caseworker. All others are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    /// `ANTHROPIC_API_KEY`: secret.
    AnthropicKey,
    /// `ANTHROPIC_BASE_URL`.
    AnthropicBaseUrl,
    /// `CLOUDFLARE_WORKER_URL`.
    WorkerUrl,
    /// `CASEWORKER_API_KEY`: secret.
    ApiKey,
    /// `CASEWORKER_SIGNING_KEY`, an id and its secret with a colon between them: secret.
    SigningKey,
    /// `CASEWORKER_MASTER_KEY`: secret.
    MasterKey,
    /// `CASEWORKER_DATA`.
    Data,
    /// `CASEWORKER_LOG`.
    Log,
    /// `CASEWORKER_WEBHOOK_SECRET`, secrets of receivers of webhooks: secret.
    WebhookSecret,
    /// `CASEWORKER_SOURCE_LEDGER_TOKEN` and so on: secret.
    SourceToken(Target),
}

impl Name {
    /// Every name.
    fn all() -> impl Iterator<Item = Self> {
        let names = [
            Self::AnthropicKey,
            Self::AnthropicBaseUrl,
            Self::WorkerUrl,
            Self::ApiKey,
            Self::SigningKey,
            Self::MasterKey,
            Self::Data,
            Self::Log,
            Self::WebhookSecret,
        ];
        // The model's key has its own name, and an issuer is asked without one.
        let targets = Target::ALL.into_iter().filter(|target| !matches!(target, Target::Model | Target::Issuer));
        names.into_iter().chain(targets.map(Self::SourceToken))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AnthropicKey => "ANTHROPIC_API_KEY",
            Self::AnthropicBaseUrl => "ANTHROPIC_BASE_URL",
            Self::WorkerUrl => "CLOUDFLARE_WORKER_URL",
            Self::ApiKey => "CASEWORKER_API_KEY",
            Self::SigningKey => "CASEWORKER_SIGNING_KEY",
            Self::MasterKey => "CASEWORKER_MASTER_KEY",
            Self::Data => "CASEWORKER_DATA",
            Self::Log => "CASEWORKER_LOG",
            Self::WebhookSecret => desk::hooks::config::SECRET,
            Self::SourceToken(target) => return formatter.write_str(&token_name(*target)),
        })
    }
}

/// The variables that are set. `Debug` shows their names only.
#[derive(Clone, Default)]
pub(crate) struct Environment(BTreeMap<Name, String>);

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

impl Environment {
    /// Reads the process's variables, and a `.env` file where there is one.
    pub(crate) fn read(dot_env: &Path) -> Result<Self, SettingsError> {
        let mut values = BTreeMap::new();
        for (name, value) in read_file(dot_env)? {
            if let Some(name) = Name::all().find(|known| known.to_string() == name) {
                values.entry(name).or_insert(value);
            }
        }
        for name in Name::all() {
            match std::env::var(name.to_string()) {
                Ok(value) => {
                    values.insert(name, value);
                }
                Err(std::env::VarError::NotPresent) => {}
                Err(std::env::VarError::NotUnicode(_)) => {
                    return Err(SettingsError::Value { name: name.to_string(), why: "not UTF-8".to_owned() });
                }
            }
        }
        // An empty variable is how a shell or a compose file says "not set".
        values.retain(|_, value| !value.trim().is_empty());
        Ok(Self(values))
    }

    /// A variable's value.
    pub(crate) fn get(&self, name: Name) -> Option<&str> {
        self.0.get(&name).map(String::as_str)
    }

    /// The value of the variable of that name, if it is one of those that mean something.
    pub(crate) fn secret(&self, name: &str) -> Option<String> {
        let known = Name::all().find(|known| known.to_string() == name)?;
        self.get(known).map(str::to_owned)
    }

    /// An environment of given values.
    #[cfg(test)]
    pub(super) fn of(values: &[(Name, &str)]) -> Self {
        Self(values.iter().map(|(name, value)| (*name, (*value).to_owned())).collect())
    }
}

/// The assignments of a `.env` file, in order. Its content never appears in an error.
pub(super) fn read_file(path: &Path) -> Result<Vec<(String, String)>, SettingsError> {
    let unreadable = |why: String| SettingsError::Unreadable { path: path.to_owned(), why };
    let bytes = match std::fs::metadata(path).and_then(|found| Ok((found.len(), std::fs::read(path)?))) {
        Ok((length, _)) if length > limits::SETTINGS_BYTES => return Err(unreadable("too large".to_owned())),
        Ok((_, bytes)) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    assignments(path, &bytes)
}

/// The assignments in the bytes of a `.env` file.
pub(crate) fn assignments(path: &Path, bytes: &[u8]) -> Result<Vec<(String, String)>, SettingsError> {
    let unreadable = |why: String| SettingsError::Unreadable { path: path.to_owned(), why };
    let line_at = |offset: usize| 1 + bytes.iter().take(offset).filter(|byte| **byte == b'\n').count();
    let text = std::str::from_utf8(bytes)
        .map_err(|error| unreadable(format!("line {} is not UTF-8", line_at(error.valid_up_to()))))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut assignments = Vec::new();
    for assignment in dotenvy::from_read_iter(text.as_bytes()) {
        match assignment {
            Ok(assignment) => assignments.push(assignment),
            Err(dotenvy::Error::LineParse(fragment, _)) => {
                let line = line_at(text.find(&fragment).unwrap_or_default());
                return Err(SettingsError::DotEnv { path: path.to_owned(), line });
            }
            Err(_) => return Err(unreadable("cannot be read as assignments".to_owned())),
        }
    }
    Ok(assignments)
}
