//! Heads that were held elsewhere: those of `--heads`, in an export's form or in checkpoints, and those that an export
//! brings itself.
//!
//! A checkpoint is worth what its key is worth: whose key it is, only `--key` says.

use std::{collections::BTreeMap, fs, path::Path};

use case::{ids::CaseId, journal::Head};
use desk::{
    checkpoint::{self, Checkpoint, CheckpointFault},
    signer::PublicKey,
};
use serde_json::json;

use super::{Args, pack};
use crate::{
    archive,
    exit::{Exit, Failure},
    output,
};

/// A head to compare with.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) head: Head,
    /// By `--heads`, and not by the folder itself.
    pub(super) given: bool,
}

/// A public key, or a file that holds one.
pub(super) fn public_key(text: &str) -> Result<PublicKey, String> {
    let known: Result<PublicKey, _> = text.parse();
    match (known, fs::read_to_string(text)) {
        (Ok(key), _) => Ok(key),
        (Err(_), Ok(written)) => written.parse().map_err(|error| format!("the file's content is {error}")),
        (Err(error), Err(_)) => {
            Err(format!("neither a file nor a key, which is what `checkpoint --public-key` prints: {error}"))
        }
    }
}

/// All heads there are.
pub(super) fn read(args: &Args) -> Result<BTreeMap<CaseId, Vec<Held>>, Failure> {
    for path in std::iter::once(&args.path).chain(&args.heads) {
        if let Err(error) = fs::metadata(path) {
            let remedy =
                "give a data folder, an export, a journal or an evidence pack, and with --heads a file of heads";
            return Err(Failure::new(Exit::Usage, format!("{}: {error}; {remedy}", path.display())));
        }
    }
    let own = args.path.join(archive::HEADS);
    let mut heads: BTreeMap<CaseId, Vec<Held>> = BTreeMap::new();
    if let Some(file) = &args.heads {
        let read = given(file, args)?;
        if read.is_empty() {
            let remedy = "it names no head; give checkpoints, or the heads.jsonl of an earlier export, kept where the data is not";
            return Err(Failure::new(Exit::Usage, format!("{}: {remedy}", file.display())));
        }
        read.into_iter().for_each(|head| hold(&mut heads, head, true));
    }
    if own.is_file() {
        archive::read_heads(&own)?.into_iter().for_each(|head| hold(&mut heads, head, false));
    }
    Ok(heads)
}

/// A case that rests has one head in many checkpoints.
fn hold(heads: &mut BTreeMap<CaseId, Vec<Held>>, head: Head, given: bool) {
    let held = heads.entry(head.case.clone()).or_default();
    if !held.iter().any(|held| held.given == given && held.head == head) {
        held.push(Held { head, given });
    }
}

fn given(file: &Path, args: &Args) -> Result<Vec<Head>, Failure> {
    match (checkpoints(file, args.key.as_ref())?, &args.key) {
        (Some(checkpoints), _) => Ok(checkpoints.into_iter().flat_map(|one| one.heads).collect()),
        (None, Some(_)) if !pack::is_at(&args.path) => {
            let why =
                "nobody signed these heads, so that --key says nothing of them; give checkpoints, or leave --key out";
            Err(Failure::new(Exit::Usage, format!("{}: {why}", file.display())))
        }
        (None, _) => archive::read_heads(file),
    }
}

/// Checks a file of checkpoints by itself; whether it is one.
pub(super) fn is_checked(args: &Args) -> Result<bool, Failure> {
    let Some(read) = checkpoints(&args.path, args.key.as_ref())? else { return Ok(false) };
    if args.heads.is_some() {
        let why = "checkpoints are not compared with heads; give the data folder, and these with --heads";
        return Err(Failure::new(Exit::Usage, format!("{}: {why}", args.path.display())));
    }
    let cases = read.iter().map(|one| one.opening.cases).sum::<u64>();
    let (first, last) = (read.first(), read.last());
    output::json(&json!({
        "checkpoints": read.len(),
        "cases": cases,
        "key": last.map(|one| one.opening.key),
        "follows": first.and_then(|one| one.opening.previous.as_ref()),
        "last_at": last.map(|one| &one.opening.at),
        "hash": last.map(|one| &one.hash),
    }))?;
    Ok(true)
}

/// The checkpoints of a file, compared with their signatures and with the key that was given; none of another file.
fn checkpoints(file: &Path, key: Option<&PublicKey>) -> Result<Option<Vec<Checkpoint>>, Failure> {
    let text = fs::read(file).map_err(|error| Failure::file(file, &error))?;
    if !checkpoint::is_one(&text) {
        return Ok(None);
    }
    let wrong = |fault: CheckpointFault| Failure::new(Exit::Found, format!("{}, {fault}", file.display()));
    let read = checkpoint::read(&text).map_err(wrong)?;
    match (key, read.last()) {
        (Some(key), _) => checkpoint::check_key(&read, key).map_err(wrong)?,
        (None, Some(last)) => {
            let key = last.opening.key;
            let words = "nobody said with --key whose that is, so these checkpoints may be anybody's";
            output::words(&format!("{}: signed with {key}; {words}", file.display()));
        }
        (None, None) => {}
    }
    Ok(Some(read))
}
