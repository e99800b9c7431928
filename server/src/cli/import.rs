//! `caseworker import`: cases that `export` wrote, here or on another host, into a data folder or over the API of a
//! Caseworker that is served somewhere. Everything is verified before anything is written, and a case that is there
//! already may only have grown.

mod worker;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use case::{
    ids::CaseId,
    journal::{Head, check_head},
};
use desk::archive::Archive;

use super::Data;
use crate::{
    archive::{self, Manifest, broken},
    exit::{Exit, Failure},
    output, outside,
    settings::{Settings, master},
    store::Shelf,
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A folder that `export` wrote
    folder: PathBuf,
    /// Only this case; may be given several times
    #[arg(long = "case", value_name = "ID", value_parser = super::export::case_id)]
    cases: Vec<CaseId>,
    /// Also take cases that were worked with the sandbox bank
    #[arg(long)]
    sandbox: bool,
    /// A Worker, or any other Caseworker, that takes the cases in place of a data folder; wants an admin's key
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    worker: Option<String>,
    #[command(flatten)]
    data: Data,
}

impl Args {
    /// The data folder's flag.
    pub(super) const fn data(&self) -> &Data {
        &self.data
    }
}

/// Runs the command; into a data folder only while nobody works it.
pub(super) async fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let mut incoming = read(args)?;
    if !args.cases.is_empty() {
        let here: BTreeSet<&CaseId> = incoming.iter().map(|one| &one.key.case).collect();
        if let Some(case) = args.cases.iter().find(|case| !here.contains(case)) {
            return Err(Failure::new(Exit::Usage, format!("there is no case {case} in {}", args.folder.display())));
        }
        incoming.retain(|one| args.cases.contains(&one.key.case));
    }
    if let Some(one) = incoming.iter().find(|one| one.case.state().opened.sandbox && !args.sandbox) {
        let why = "this case was worked with the sandbox bank; give --sandbox to take such cases";
        return Err(Failure::new(Exit::Usage, format!("{}: {why}", one.key.case)));
    }
    match &args.worker {
        Some(url) => worker::run(settings, url, &incoming).await,
        None => take_up(settings, &incoming),
    }
}

/// Reads the whole folder, and checks that it is whole.
fn read(args: &Args) -> Result<Vec<Archive>, Failure> {
    let manifest = read_manifest(&args.folder)?;
    let heads = archive::read_heads(&args.folder.join(archive::HEADS))?;
    let mut heads: BTreeMap<CaseId, Head> = heads.into_iter().map(|head| (head.case.clone(), head)).collect();
    let mut incoming = Vec::new();
    for path in archive::journals_in(&args.folder.join(archive::JOURNALS))? {
        let one = archive::read_case(&args.folder, &path)?;
        let held = heads.remove(&one.key.case).ok_or_else(|| broken(&path, "heads.jsonl does not name this case"))?;
        let lines: Vec<&str> = one.lines.iter().map(String::as_str).collect();
        check_head(&lines, &held).map_err(|fault| broken(&path, &fault.to_string()))?;
        incoming.push(one);
    }
    if let Some(case) = heads.keys().next() {
        return Err(broken(&args.folder, &format!("the journal of {case} is missing")));
    }
    if incoming.len() as u64 != manifest.cases {
        return Err(broken(&args.folder, "there are not as many cases as the manifest says"));
    }
    Ok(incoming)
}

/// How many cases went which way.
#[derive(Debug, Default)]
struct Counts {
    new: u64,
    grown: u64,
    same: u64,
}

impl Counts {
    /// Counts a result by its name on the wire. A case that has gone on since counts as one that is there.
    fn add(&mut self, result: &str) {
        match result {
            "new" => self.new += 1,
            "grown" => self.grown += 1,
            _ => self.same += 1,
        }
    }

    fn print(&self) -> Result<(), Failure> {
        let (new, grown, same) = (self.new, self.grown, self.same);
        output::line(&serde_json::json!({ "new": new, "grown": grown, "same": same }).to_string())
    }
}

/// Checks against what is here, all of it, and then writes.
fn take_up(settings: &Settings, incoming: &[Archive]) -> Result<(), Failure> {
    let shelf = Shelf::alone(&settings.data)?;
    let master = master::find_alone(settings, &shelf)?;
    let mut here = Vec::new();
    for one in incoming {
        if !one.is_of(&master) {
            let why =
                "no host with this master key exported it as it is; set CASEWORKER_MASTER_KEY to the exporting host's";
            return Err(Failure::new(Exit::Settings, format!("{}: {why}", one.key.case)));
        }
        here.push(look(&shelf, one)?);
    }
    let mut counts = Counts::default();
    for (one, Here { known, is_erased }) in incoming.iter().zip(here) {
        let commit = one.commit(known, is_erased, outside::now());
        counts.add(match (known, commit.lines.is_empty()) {
            (_, true) => "same",
            (0, false) => "new",
            (_, false) => "grown",
        });
        if commit.lines.is_empty() {
            shelf.add_sealed(&one.key, &commit.sealed)?;
        } else {
            let refused = |error: desk::ports::HostError| Failure::new(Exit::Storage, error.to_string());
            shelf.add(&one.key, &commit)?.map_err(refused)?;
        }
    }
    counts.print()
}

/// What is here of a case.
struct Here {
    /// How many of the archive's lines.
    known: usize,
    /// Whether its words were erased.
    is_erased: bool,
}

/// What is here of a case, unless it is another history.
fn look(shelf: &Shelf, one: &Archive) -> Result<Here, Failure> {
    let Some(here) = shelf.case(&one.key)? else { return Ok(Here { known: 0, is_erased: false }) };
    let known = one.known_lines(&here.lines).map_err(|line| {
        let why = format!("it is here with another history from line {line} on; nothing was imported");
        Failure::new(Exit::Found, format!("{}: {why}", one.key.case))
    })?;
    Ok(Here { known, is_erased: here.wrapped_key.is_none() })
}

fn read_manifest(folder: &Path) -> Result<Manifest, Failure> {
    let path = folder.join(archive::MANIFEST);
    let text = std::fs::read(&path).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("{}: {error}; is it a folder that `caseworker export` finished?", path.display()),
        )
    })?;
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|error| broken(&path, &error.to_string()))?;
    if manifest.format > archive::FORMAT {
        let (found, here) = (manifest.format, archive::FORMAT);
        let why = format!("written by a newer Caseworker (format {found}, this build reads {here}); upgrade this one");
        return Err(Failure::new(Exit::Usage, format!("{}: {why}", path.display())));
    }
    Ok(manifest)
}
