//! `caseworker pack`: a case as one HTML file that is read and checked without a network. It comes from a data folder, or
//! over the API of a Caseworker that is served somewhere; either way it is checked before it is written.

use std::{path::PathBuf, sync::Arc};

use bytes::Bytes;
use case::{
    actor::Role,
    ids::{CaseId, Digest},
};
use desk::{
    file::Desk,
    pack::{self, Checked},
    ports::Stored,
    setup::{Access, Setup},
};
use serde_json::json;

use super::{Data, caller::Caller, export, whole};
use crate::{
    archive, engine,
    exit::{Exit, Failure},
    limits,
    memory::Memory,
    output,
    outside::{self, World},
    settings::{Settings, master},
    store::Shelf,
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which case
    #[arg(value_parser = export::case_id)]
    case: CaseId,
    /// The file that is written
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// A Worker, or any other Caseworker, in place of a data folder
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

/// Runs the command, beside a server that works the same folder. It writes the file and nothing else.
pub(super) async fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let bytes = match &args.worker {
        Some(url) => of_api(settings, url, &args.case).await?,
        None => Bytes::from(of_folder(settings, &args.case).await?),
    };
    let Checked { manifest, .. } = pack::check(&bytes, None).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Failure::new(Exit::Outside, format!("what came is no evidence pack that holds together: {}", faults.join("; ")))
    })?;
    if manifest.head.case != args.case {
        return Err(Failure::new(Exit::Outside, "what came is the evidence of another case"));
    }
    whole::write_private(&args.out, &bytes)?;
    let head = &manifest.head;
    output::json(
        &json!({ "case": head.case, "seq": head.seq, "hash": head.hash, "key": manifest.key, "bytes": bytes.len() }),
    )
}

async fn of_folder(settings: &Settings, case: &CaseId) -> Result<String, Failure> {
    let shelf = Shelf::read(&settings.data)?;
    let none = || Failure::new(Exit::Usage, format!("there is no case {case} in {}", settings.data.display()));
    let key = shelf.find(case)?.into_iter().next().ok_or_else(none)?;
    let shelved = shelf.case(&key)?.ok_or_else(none)?;
    let damaged = |why: String| Failure::new(Exit::Found, format!("{case}: {why}; `caseworker verify` says more"));
    archive::check(&shelved.lines, false).map_err(|fault| damaged(fault.to_string()))?;
    let lines: Vec<String> = archive::readable(&shelved.lines).0.into_iter().map(str::to_owned).collect();
    let master = master::known(settings, &shelf)?;
    let signer = master.signer();
    let setup = Setup::new(settings.config.clone(), master, None, Access::Open);
    let setup = setup.map_err(|error| Failure::new(Exit::Settings, error.to_string()))?;
    let world = Arc::new(World::new(engine::http(settings)?, settings.config.addresses(), None, 1, Arc::default()));
    let sealed = shelf.sealed(&key)?.into_iter().filter_map(|(hash, bytes)| Some((Digest::parse(&hash).ok()?, bytes)));
    let stored = Stored { lines: lines.clone(), wrapped_key: shelved.wrapped_key };
    let memory = Memory::holding(world, &key, stored, sealed.collect());
    let view = Desk::new(Arc::new(memory), Arc::new(setup)).stored_view(&key, Role::Auditor).await;
    let view = view.map_err(|problem| damaged(problem.detail))?;
    pack::of_case(&key.tenant, &view, lines, outside::now(), &signer).map_err(|problem| damaged(problem.detail))
}

async fn of_api(settings: &Settings, url: &str, case: &CaseId) -> Result<Bytes, Failure> {
    let url = settings.worker_url(Some(url))?.unwrap_or_default();
    Caller::new(settings, &url)?.bytes(&format!("/v1/cases/{case}/pack"), limits::PACK_REPLY_BYTES).await
}
