//! `caseworker backup`: the whole data folder as it is at one moment, as a new data folder, beside a running server.
//!
//! Everything of the folder is in it: journals, sealed words, keys of callers, revocations, budgets, what was held. The
//! master key is not: it lies elsewhere on purpose, and stays there.

use std::{fs, path::PathBuf};

use serde_json::json;

use super::Data;
use crate::{
    exit::{Exit, Failure},
    output,
    settings::Settings,
    store::{self, Shelf},
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A folder that is made, or is empty; afterwards it is a data folder, for `verify` and for `serve --data`
    folder: PathBuf,
    #[command(flatten)]
    data: Data,
}

impl Args {
    /// The data folder's flag.
    pub(super) const fn data(&self) -> &Data {
        &self.data
    }
}

/// Runs the command.
pub(super) fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let shelf = Shelf::read(&settings.data)?;
    if fs::read_dir(&args.folder).is_ok_and(|mut entries| entries.next().is_some()) {
        let message = format!("{} is not empty; give a new folder for each backup", args.folder.display());
        return Err(Failure::new(Exit::Usage, message));
    }
    let copy = shelf.copy(&args.folder)?;
    let damage = copy.damage()?;
    damage.iter().for_each(|found| output::words(found));
    let cases = copy.cases()?.len();
    output::json(&json!({ "cases": cases, "bytes": store::size(&args.folder) }))?;
    if !damage.is_empty() {
        let message = format!("the database in {} is damaged, and so is its copy", settings.data.display());
        return Err(Failure::new(Exit::Found, message));
    }
    output::words("the master key is not in it; without the key its words can be read by nobody");
    Ok(())
}
