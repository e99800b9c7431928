//! The master key: from the environment, or from a file beside the data folder that only its owner can read.
//!
//! A new one is made only where nothing was ever sealed. A folder remembers which key it was sealed with, so that a
//! wrong one is noticed at the start and not at the first case.

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    path::Path,
    sync::Arc,
};

use case::ids::{CaseId, TenantId};
use desk::{
    ports::{CaseKey, Outside},
    vault::MasterKey,
};

use super::{Name, Settings, SettingsError};
use crate::{engine, exit::Failure, outside::World, store::Shelf};

/// The folder's memory of its key: something that only that key opens.
const CHECK: &str = "key_check";

/// The master key of the data folder, made where it is new.
pub(crate) fn find(settings: &Settings, shelf: &Shelf, outside: &impl Outside) -> Result<MasterKey, Failure> {
    let key = match given(settings)? {
        Some(key) => key,
        None => make(settings, shelf, outside)?,
    };
    if !check(settings, shelf, &key)? {
        let sealed = key.new_case(&check_place(), outside);
        let (_, sealed) = sealed.map_err(|error| SettingsError::MasterKey(error.to_string()))?;
        shelf.learn(CHECK, &sealed)?;
    }
    Ok(key)
}

/// Refuses another key than the folder's; whether the folder knows its key.
fn check(settings: &Settings, shelf: &Shelf, key: &MasterKey) -> Result<bool, Failure> {
    let Some(sealed) = shelf.fact(CHECK)? else { return Ok(false) };
    let wrong = |_| {
        let from = settings.master_key_file();
        let message = format!(
            "the master key is not the one that {} was sealed with; set CASEWORKER_MASTER_KEY to the right one, or put \
             it into {}",
            settings.data.display(),
            from.display()
        );
        SettingsError::MasterKey(message)
    };
    key.case(&check_place(), Some(&sealed)).map_err(wrong)?;
    Ok(true)
}

/// The master key of a data folder that is there, for a command that writes nothing.
pub(crate) fn known(settings: &Settings, shelf: &Shelf) -> Result<MasterKey, Failure> {
    let missing = || {
        let file = settings.master_key_file();
        let message =
            format!("there is no master key in {}; put it there, or set CASEWORKER_MASTER_KEY", file.display());
        Failure::from(SettingsError::MasterKey(message))
    };
    let key = given(settings)?.ok_or_else(missing)?;
    check(settings, shelf, &key)?;
    Ok(key)
}

/// The master key of the data folder, for a command that starts no engine.
pub(crate) fn find_alone(settings: &Settings, shelf: &Shelf) -> Result<MasterKey, Failure> {
    let world = World::new(engine::http(settings)?, BTreeMap::new(), None, 1, Arc::default());
    find(settings, shelf, &world)
}

/// The key that is set, from the environment or its file. Makes nothing.
pub(crate) fn given(settings: &Settings) -> Result<Option<MasterKey>, SettingsError> {
    match (settings.environment.get(Name::MasterKey), read(&settings.master_key_file())?) {
        (Some(text), _) => parse(text, &Name::MasterKey.to_string()).map(Some),
        (None, Some(text)) => parse(&text, &settings.master_key_file().display().to_string()).map(Some),
        (None, None) => Ok(None),
    }
}

/// Whether a key is set, and can be read as one. Makes nothing.
pub(crate) fn look(settings: &Settings) -> Result<bool, SettingsError> {
    given(settings).map(|key| key.is_some())
}

/// A case that is none: its wrapped key is what the folder remembers.
fn check_place() -> CaseKey {
    let tenant = TenantId::parse("caseworker").expect("a lower-case word is a tenant");
    CaseKey { tenant, case: CaseId::from_random([0; 16]) }
}

fn parse(text: &str, from: &str) -> Result<MasterKey, SettingsError> {
    MasterKey::parse(text).map_err(|error| SettingsError::Value { name: from.to_owned(), why: error.to_string() })
}

fn read(path: &Path) -> Result<Option<String>, SettingsError> {
    match fs::read_to_string(path) {
        Ok(text) => {
            warn_if_open(path);
            Ok(Some(text))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(SettingsError::Unreadable { path: path.to_owned(), why: error.to_string() }),
    }
}

fn make(settings: &Settings, shelf: &Shelf, outside: &impl Outside) -> Result<MasterKey, Failure> {
    let path = settings.master_key_file();
    if shelf.fact(CHECK)?.is_some() || !shelf.is_empty()? {
        let message = format!(
            "the master key of {} is missing; put it back into {}, or set CASEWORKER_MASTER_KEY. Without it no word \
             of its cases can be read",
            settings.data.display(),
            path.display()
        );
        return Err(SettingsError::MasterKey(message).into());
    }
    let text = MasterKey::generate(outside);
    let unwritable = |error: std::io::Error| SettingsError::Unreadable {
        path: path.clone(),
        why: format!("a new master key: {error}"),
    };
    write(&path, &text).map_err(unwritable)?;
    tracing::info!(file = %path.display(), "a new master key was made; keep a copy of it apart from the data folder");
    Ok(parse(&text, "the new master key")?)
}

/// Writes the key so that it is on disk before anything is sealed with it.
fn write(path: &Path, text: &str) -> Result<(), std::io::Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(format!("{text}\n").as_bytes())?;
    file.sync_all()?;
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(unix)]
fn warn_if_open(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    if fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0) {
        tracing::warn!(file = %path.display(), "others on this machine can read the master key; chmod 600 it");
    }
}

#[cfg(not(unix))]
fn warn_if_open(_path: &Path) {}
