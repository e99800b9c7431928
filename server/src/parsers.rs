//! The parsers of what operators write, for the fuzzer. Nothing of the product calls them by these names.

use std::path::Path;

use crate::settings;

/// Reads a `.env` file's bytes; says how many assignments there are.
///
/// # Errors
/// What the operator would be told.
pub fn dot_env(bytes: &[u8]) -> Result<usize, String> {
    settings::environment::assignments(Path::new(".env"), bytes)
        .map(|assignments| assignments.len())
        .map_err(|problem| problem.to_string())
}

/// Reads the text of a settings file.
///
/// # Errors
/// What the operator would be told.
pub fn settings(text: &str) -> Result<(), String> {
    settings::file::parse(Path::new("caseworker.toml"), text).map(|_| ()).map_err(|problem| problem.to_string())
}
