//! A model file of the local tier, as `caseworker train` writes it. What is not exactly one is refused.

use std::path::Path;

use case::local::LocalModel;

use crate::limits;

/// Reads a model file.
///
/// # Errors
/// A sentence about what is wrong, without the path.
pub(crate) fn read(path: &Path) -> Result<LocalModel, String> {
    let length = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length > limits::MODEL_BYTES {
        return Err("too large for a triage model".to_owned());
    }
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    LocalModel::from_bytes(&bytes).map_err(|error| error.to_string())
}
