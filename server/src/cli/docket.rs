//! `caseworker docket rebuild`: the list of cases is made again from their journals, in a data folder or at a Worker.

mod worker;

use std::path::PathBuf;

use clap::Subcommand;
use desk::{ports::CaseKey, row};
use serde::Serialize;

use super::Data;
use crate::{
    exit::{Exit, Failure},
    output,
    settings::Settings,
    store::{Shelf, cases},
};

/// How often a case is read that goes on each time before its row is written.
const ATTEMPTS: usize = 10;

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make every row again from the journal of its case
    Rebuild(Rebuild),
}

#[derive(Debug, clap::Args)]
struct Rebuild {
    #[command(flatten)]
    data: Data,
    /// A Worker in place of a data folder; wants an admin's key
    #[arg(long, value_name = "URL", conflicts_with = "data", requires = "named")]
    worker: Option<String>,
    #[command(flatten)]
    named: Named,
}

/// Which objects a Worker is to ask: it cannot list its own.
#[derive(Debug, clap::Args)]
#[group(id = "named", multiple = false)]
struct Named {
    /// A file of ids of objects or cases, one a line; `-` reads stdin
    #[arg(long, value_name = "FILE", requires = "worker")]
    objects: Option<PathBuf>,
    /// The state folder of a workerd on this machine, whose files are named by the objects' ids
    #[arg(long, value_name = "DIR", requires = "worker")]
    state: Option<PathBuf>,
}

/// What became of the rows.
#[derive(Debug, Default, Serialize)]
struct Rebuilt {
    sent: u64,
    empty: u64,
    failed: Vec<String>,
}

impl Args {
    /// The data folder's flag.
    pub(super) const fn data(&self) -> &Data {
        let What::Rebuild(rebuild) = &self.what;
        &rebuild.data
    }
}

/// Runs the command, beside a server that works the same folder, or over the API.
pub(super) async fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let What::Rebuild(rebuild) = &args.what;
    let rebuilt = match &rebuild.worker {
        Some(url) => worker::run(settings, url, &rebuild.named).await?,
        None => in_folder(settings)?,
    };
    output::pretty(&rebuilt)?;
    if rebuilt.failed.is_empty() {
        return Ok(());
    }
    let failed = rebuilt.failed.len();
    Err(Failure::new(Exit::Found, format!("{failed} rows could not be made again; `caseworker verify` says more")))
}

fn in_folder(settings: &Settings) -> Result<Rebuilt, Failure> {
    // A folder that is none is a mistyped one, and is not made.
    Shelf::read(&settings.data)?;
    let shelf = Shelf::beside(&settings.data)?;
    let mut rebuilt = Rebuilt::default();
    for key in shelf.cases()? {
        match remake(&shelf, &key)? {
            None => rebuilt.empty += 1,
            Some(true) => rebuilt.sent += 1,
            Some(false) => rebuilt.failed.push(key.case.to_string()),
        }
    }
    Ok(rebuilt)
}

/// Makes a case's row again; whether it could be, none where there is no case. A case that goes on meanwhile, worked by a
/// server beside this, is read again.
fn remake(shelf: &Shelf, key: &CaseKey) -> Result<Option<bool>, Failure> {
    for _ in 0..ATTEMPTS {
        let Some(shelved) = shelf.case(key)? else { return Ok(None) };
        let lines: Result<Vec<String>, _> = shelved.lines.into_iter().map(String::from_utf8).collect();
        let Some((row, wake)) = lines.ok().and_then(|lines| row::of_journal(&lines).ok()) else {
            return Ok(Some(false));
        };
        if shelf.run(|connection| cases::write_docket(connection, key, &row, wake))? {
            return Ok(Some(true));
        }
    }
    Ok(Some(false))
}
