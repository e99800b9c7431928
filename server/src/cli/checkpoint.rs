//! `caseworker checkpoint`: where every journal ends, signed, appended to a file that is kept elsewhere. The heads come
//! from a data folder's journals, or over the API of a Caseworker that is served somewhere.
//!
//! What comes is compared with its signature, with the key of the checkpoints before and with what they say before it is
//! written. A file that does not hold together is not written to.

mod kept;

use std::{collections::BTreeSet, path::PathBuf};

use case::ids::{CaseId, Digest, TenantId};
use desk::{
    checkpoint::{self, Checkpoint, Opening},
    signer::{PublicKey, Signer},
};
use serde_json::{Value, json};

use self::kept::Kept;
use super::{Data, caller::Caller, keys};
use crate::{
    exit::{Exit, Failure},
    limits, output, outside,
    settings::{Settings, master},
    store::Shelf,
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A file to append to; keep it where nobody can write who can write the journals. Without it, stdout
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Print the public key that checkpoints and evidence packs are signed with, and nothing else
    #[arg(long, conflicts_with_all = ["to", "tenant"])]
    public_key: bool,
    /// Only this tenant's cases; a key for the API is one tenant's anyway
    #[arg(long, value_parser = keys::tenant, conflicts_with = "worker")]
    tenant: Option<TenantId>,
    /// A Worker, or any other Caseworker, in place of a data folder; wants an auditor's or admin's key
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

/// Where heads come from.
enum Source {
    Folder(Shelf, Box<Signer>),
    Served(Box<Caller>),
}

/// A checkpoint as it came, and what it says.
struct Made {
    text: String,
    checkpoint: Checkpoint,
}

/// Runs the command, beside a server that works the same folder.
pub(super) async fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let source = Source::open(settings, args)?;
    if args.public_key {
        return output::line(&source.public_key().await?.to_string());
    }
    let mut kept = args.to.as_deref().map(Kept::open).transpose()?;
    let made = all(&source, args, kept.as_ref()).await?;
    let text: String = made.iter().map(|one| one.text.as_str()).collect();
    let Some(kept) = &mut kept else { return output::line(text.trim_end()) };
    let now: Vec<&Checkpoint> = made.iter().map(|one| &one.checkpoint).collect();
    let lost = kept.lost(&now);
    kept.append(&text)?;
    let cases: u64 = now.iter().map(|one| one.opening.cases).sum();
    output::json(&json!({
        "checkpoints": now.len(),
        "cases": cases,
        "key": now.last().map(|one| one.opening.key),
        "hash": now.last().map(|one| &one.hash),
    }))?;
    lost.iter().for_each(|what| output::words(what));
    match lost.len() {
        0 => Ok(()),
        lost => Err(Failure::new(Exit::Found, format!("{lost} cases went backwards; `caseworker verify` says more"))),
    }
}

/// The checkpoints of every tenant that is asked for.
async fn all(source: &Source, args: &Args, kept: Option<&Kept>) -> Result<Vec<Made>, Failure> {
    let mut made: Vec<Made> = Vec::new();
    let mut previous = kept.and_then(Kept::last_hash).cloned();
    let mut key = kept.and_then(Kept::key);
    for tenant in source.tenants(args, kept)? {
        let mut after = None;
        loop {
            let one = source.checkpoint(tenant.as_ref(), previous.as_ref(), after.as_ref()).await?;
            let opening = &one.checkpoint.opening;
            if key.is_some_and(|key| key != opening.key) {
                let why = "this checkpoint is signed with another key than those before it: is this the same Caseworker, \
                           with the same master key? If it has to be another, begin a new file";
                return Err(Failure::new(Exit::Found, format!("{}: {why}; nothing was written", opening.key)));
            }
            if let Some(behind) = &opening.behind {
                let (cases, since) = (behind.cases, &behind.since);
                output::words(&format!("the docket is behind with {cases} cases since {since}: their heads are older"));
            }
            (key, previous) = (Some(opening.key), Some(one.checkpoint.hash.clone()));
            let last = one.checkpoint.heads.last().map(|head| head.case.clone());
            let more = opening.more;
            made.push(one);
            after = last.filter(|_| more);
            if after.is_none() {
                break;
            }
        }
    }
    Ok(made)
}

impl Source {
    fn open(settings: &Settings, args: &Args) -> Result<Self, Failure> {
        if let Some(url) = &args.worker {
            let url = settings.worker_url(Some(url))?.unwrap_or_default();
            return Ok(Self::Served(Box::new(Caller::new(settings, &url)?)));
        }
        let shelf = Shelf::read(&settings.data)?;
        let master = master::known(settings, &shelf)?;
        Ok(Self::Folder(shelf, Box::new(master.signer())))
    }

    async fn public_key(&self) -> Result<PublicKey, Failure> {
        match self {
            Self::Folder(_, signer) => Ok(signer.public_key()),
            Self::Served(caller) => {
                let answer = caller.get("/v1/checkpoint/key").await?;
                let key = answer.get("key").and_then(Value::as_str).and_then(|key| key.parse().ok());
                key.ok_or_else(|| Failure::new(Exit::Outside, "the answer holds no public key"))
            }
        }
    }

    /// The tenants whose checkpoints are made; nothing for the one of the caller's key.
    fn tenants(&self, args: &Args, kept: Option<&Kept>) -> Result<Vec<Option<TenantId>>, Failure> {
        match (self, &args.tenant) {
            (Self::Served(_), _) => Ok(vec![None]),
            (Self::Folder(..), Some(tenant)) => Ok(vec![Some(tenant.clone())]),
            (Self::Folder(shelf, _), None) => {
                // A tenant of whom nothing is left is looked for as well.
                let kept = kept.into_iter().flat_map(Kept::tenants).cloned();
                let tenants: BTreeSet<TenantId> = shelf.tenants()?.into_iter().chain(kept).collect();
                Ok(tenants.into_iter().map(Some).collect())
            }
        }
    }

    /// One checkpoint, which is what was asked for.
    async fn checkpoint(
        &self,
        tenant: Option<&TenantId>,
        previous: Option<&Digest>,
        after: Option<&CaseId>,
    ) -> Result<Made, Failure> {
        let text = match (self, tenant) {
            (Self::Folder(shelf, signer), Some(tenant)) => of_folder(shelf, signer, tenant, previous, after)?,
            (Self::Folder(..), None) => String::new(),
            (Self::Served(caller), _) => of_api(caller, previous, after).await?,
        };
        let wrong =
            |why: String| Failure::new(Exit::Outside, format!("what came is no checkpoint that was asked for: {why}"));
        let mut read = checkpoint::read(text.as_bytes()).map_err(|fault| wrong(fault.to_string()))?;
        match (read.pop(), read.is_empty()) {
            (Some(checkpoint), true)
                if checkpoint.opening.previous.as_ref() == previous && checkpoint.opening.after.as_ref() == after =>
            {
                Ok(Made { text, checkpoint })
            }
            _ => Err(wrong("it names another place".to_owned())),
        }
    }
}

fn of_folder(
    shelf: &Shelf,
    signer: &Signer,
    tenant: &TenantId,
    previous: Option<&Digest>,
    after: Option<&CaseId>,
) -> Result<String, Failure> {
    let mut heads = shelf.heads(tenant, after, checkpoint::HEADS + 1)?;
    let more = heads.len() > checkpoint::HEADS;
    heads.truncate(checkpoint::HEADS);
    let place = (previous.cloned(), after.cloned(), more);
    let opening = Opening::new(tenant.clone(), outside::now(), place, signer.public_key());
    Ok(checkpoint::write(opening, &heads, signer))
}

async fn of_api(caller: &Caller, previous: Option<&Digest>, after: Option<&CaseId>) -> Result<String, Failure> {
    let previous = previous.map(|hash| format!("previous={hash}"));
    let after = after.map(|case| format!("after={case}"));
    let query: Vec<String> = previous.into_iter().chain(after).collect();
    let path = format!("/v1/checkpoint?{}", query.join("&"));
    let body = caller.bytes(path.trim_end_matches('?'), limits::CHECKPOINT_REPLY_BYTES).await?;
    String::from_utf8(body.to_vec()).map_err(|error| Failure::new(Exit::Outside, error.to_string()))
}
