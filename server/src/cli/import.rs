//! `caseworker import`: cases that `export` wrote, here or on another host. Everything is verified before anything is
//! written, and a case that is here already may only have grown.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use case::{
    case::{Case, Rest},
    ids::CaseId,
    journal::{self, Head, check_head},
};
use desk::{
    ports::{CaseKey, Commit, Sealed},
    row::docket_row,
};

use super::Data;
use crate::{
    archive::{self, Manifest},
    engine,
    exit::{Exit, Failure},
    named, output,
    outside::World,
    settings::{Settings, master},
    store::Shelf,
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A folder that `export` wrote
    folder: PathBuf,
    /// Also take cases that were worked with the sandbox bank
    #[arg(long)]
    sandbox: bool,
    #[command(flatten)]
    data: Data,
}

impl Args {
    /// The data folder's flag.
    pub(super) const fn data(&self) -> &Data {
        &self.data
    }
}

/// A verified case of the archive.
struct Incoming {
    key: CaseKey,
    case: Case,
    lines: Vec<String>,
    wrapped_key: Option<Vec<u8>>,
    sealed: Vec<Sealed>,
}

/// Runs the command, while nobody works the data folder.
pub(super) fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let manifest = read_manifest(&args.folder)?;
    let heads = archive::read_heads(&args.folder.join(archive::HEADS))?;
    let mut heads: BTreeMap<CaseId, Head> = heads.into_iter().map(|head| (head.case.clone(), head)).collect();
    let mut incoming = Vec::new();
    for path in archive::journals_in(&args.folder.join(archive::JOURNALS))? {
        let one = read(&args.folder, &path)?;
        let held = heads.remove(&one.key.case).ok_or_else(|| broken(&path, "heads.jsonl does not name this case"))?;
        let lines: Vec<&str> = one.lines.iter().map(String::as_str).collect();
        check_head(&lines, &held).map_err(|fault| broken(&path, &fault.to_string()))?;
        if one.case.state().opened.sandbox && !args.sandbox {
            let why = "this case was worked with the sandbox bank; give --sandbox to take such cases";
            return Err(Failure::new(Exit::Usage, format!("{}: {why}", one.key.case)));
        }
        incoming.push(one);
    }
    if let Some(case) = heads.keys().next() {
        return Err(broken(&args.folder, &format!("the journal of {case} is missing")));
    }
    if incoming.len() as u64 != manifest.cases {
        return Err(broken(&args.folder, "there are not as many cases as the manifest says"));
    }
    take_up(settings, &incoming)
}

/// Checks against what is here, all of it, and then writes.
fn take_up(settings: &Settings, incoming: &[Incoming]) -> Result<(), Failure> {
    let shelf = Shelf::alone(&settings.data)?;
    let world = World::new(engine::http(settings)?, BTreeMap::new(), None, 1, std::sync::Arc::default());
    let master = master::find(settings, &shelf, &world)?;
    let mut known = Vec::new();
    for one in incoming {
        let unreadable = |_| {
            let why =
                "its words were sealed under another master key; set CASEWORKER_MASTER_KEY to the exporting host's";
            Failure::new(Exit::Settings, format!("{}: {why}", one.key.case))
        };
        if let Some(wrapped) = &one.wrapped_key {
            master.case(&one.key, Some(wrapped)).map_err(unreadable)?;
        }
        known.push(known_lines(&shelf, one)?);
    }
    let (mut new, mut grown, mut same) = (0_u64, 0_u64, 0_u64);
    for (one, known) in incoming.iter().zip(known) {
        let lines = one.lines.get(known..).unwrap_or_default();
        match (known, lines.is_empty()) {
            (_, true) => same += 1,
            (0, false) => new += 1,
            (_, false) => grown += 1,
        }
        if lines.is_empty() {
            shelf.add_sealed(&one.key, &one.sealed)?;
        } else {
            let refused = |error: desk::ports::HostError| Failure::new(Exit::Storage, error.to_string());
            shelf.add(&one.key, &commit(one, known))?.map_err(refused)?;
        }
    }
    output::line(&serde_json::json!({ "new": new, "grown": grown, "same": same }).to_string())
}

/// How many of a case's lines are here already: the same ones, or it is another history.
fn known_lines(shelf: &Shelf, one: &Incoming) -> Result<usize, Failure> {
    let Some(here) = shelf.case(&one.key)? else { return Ok(0) };
    let common = here.lines.iter().zip(&one.lines).take_while(|(here, theirs)| here == &theirs.as_bytes()).count();
    if common < here.lines.len() && common < one.lines.len() {
        let why = format!("it is here with another history from line {common} on; nothing was imported");
        return Err(Failure::new(Exit::Found, format!("{}: {why}", one.key.case)));
    }
    Ok(common)
}

fn commit(one: &Incoming, known: usize) -> Commit {
    Commit {
        first_seq: known as u64,
        lines: one.lines.get(known..).unwrap_or_default().to_vec(),
        head_hash: one.case.head().hash.clone(),
        sealed: one.sealed.clone(),
        // A key that was destroyed here must not come back with lines from elsewhere.
        wrapped_key: if known == 0 { one.wrapped_key.clone() } else { None },
        wake: match one.case.rest() {
            Rest::Working { wake } | Rest::Waiting { wake } => Some(wake),
            Rest::Review | Rest::Closed => None,
        },
        row: docket_row(&one.case),
    }
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

fn read(folder: &Path, path: &Path) -> Result<Incoming, Failure> {
    let key = archive::key_of(path).ok_or_else(|| broken(path, "not named after a tenant and a case"))?;
    let lines = archive::read_lines(path)?;
    let case = archive::check(&lines, false).map_err(|fault| broken(path, &fault.to_string()))?;
    if case.id() != &key.case || case.tenant() != &key.tenant {
        return Err(broken(path, "the journal is another case's than its place says"));
    }
    let (texts, _) = archive::readable(&lines);
    let entries = journal::read(texts.iter().copied()).map_err(|fault| broken(path, &fault.to_string()))?;
    let lines = texts.into_iter().map(str::to_owned).collect();
    let (wrapped_key, sealed) = archive::read_vault(&archive::file_of(folder, archive::VAULT, &key))?;
    let lacking = named::ciphertexts(&entries).find(|(_, hash)| !sealed.iter().any(|one| one.hash == **hash));
    // Without its key a case is erased, and its words need not be there.
    if let (Some(_), Some((seq, hash))) = (&wrapped_key, lacking) {
        return Err(broken(path, &format!("the vault lacks the ciphertext {hash} that line {seq} names")));
    }
    Ok(Incoming { key, case, lines, wrapped_key, sealed })
}

fn broken(path: &Path, why: &str) -> Failure {
    Failure::new(Exit::Found, format!("{}: {why}; nothing was imported", path.display()))
}
