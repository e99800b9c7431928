//! `caseworker export`: cases into files that another host, `import` and `verify` read.

use std::{
    fs,
    path::{Path, PathBuf},
};

use case::{ids::CaseId, journal::Head};
use desk::ports::CaseKey;

use super::Data;
use crate::{
    archive::{self, Manifest},
    exit::{Exit, Failure},
    output, outside,
    settings::Settings,
    store::Shelf,
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A folder that is made, or is empty
    folder: PathBuf,
    /// Only this case
    #[arg(long, value_name = "ID", value_parser = case_id)]
    case: Option<CaseId>,
    #[command(flatten)]
    data: Data,
}

impl Args {
    /// The data folder's flag.
    pub(super) const fn data(&self) -> &Data {
        &self.data
    }
}

fn case_id(text: &str) -> Result<CaseId, String> {
    CaseId::parse(text).map_err(|error| error.to_string())
}

/// Runs the command, beside a server that works the same folder. Every case is whole as of the moment it is read.
pub(super) fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let shelf = Shelf::read(&settings.data)?;
    let keys = match &args.case {
        Some(case) => shelf.find(case)?,
        None => shelf.cases()?,
    };
    if let (Some(case), true) = (&args.case, keys.is_empty()) {
        return Err(Failure::new(Exit::Usage, format!("there is no case {case} in {}", settings.data.display())));
    }
    make_empty(&args.folder)?;
    let mut manifest = Manifest {
        format: archive::FORMAT,
        caseworker: env!("CARGO_PKG_VERSION").to_owned(),
        exported_at: outside::now().rfc3339(),
        cases: 0,
        sandbox_cases: 0,
    };
    let mut heads = String::new();
    let mut broken = 0_u64;
    for key in &keys {
        match export(&shelf, key, &args.folder, &mut manifest)? {
            Ok(head) => heads += &format!("{}\n", serde_json::json!(head)),
            // One damaged case is no reason to have no copy of the others.
            Err(why) => {
                broken += 1;
                output::words(&format!("{}: left out: {why}; `caseworker verify` says more", key.case));
            }
        }
    }
    write(&args.folder.join(archive::HEADS), heads.as_bytes())?;
    let manifest_text = serde_json::json!(manifest).to_string();
    write(&args.folder.join(archive::MANIFEST), format!("{manifest_text}\n").as_bytes())?;
    output::line(&manifest_text)?;
    if broken == 0 { Ok(()) } else { Err(Failure::new(Exit::Found, format!("{broken} cases were left out"))) }
}

/// Writes one case and returns where its journal ends, or why it cannot be written.
fn export(
    shelf: &Shelf,
    key: &CaseKey,
    folder: &Path,
    manifest: &mut Manifest,
) -> Result<Result<Head, String>, Failure> {
    let Some(shelved) = shelf.case(key)? else { return Ok(Err("it is not there any more".to_owned())) };
    let case = match archive::check(&shelved.lines, false) {
        Ok(case) => case,
        Err(fault) => return Ok(Err(fault.to_string())),
    };
    let mut journal = shelved.lines.join(&b'\n');
    journal.push(b'\n');
    let vault = archive::vault_text(shelved.wrapped_key.as_deref(), &shelf.sealed(key)?);
    write(&archive::file_of(folder, archive::JOURNALS, key), &journal)?;
    write(&archive::file_of(folder, archive::VAULT, key), vault.as_bytes())?;
    manifest.cases += 1;
    manifest.sandbox_cases += u64::from(case.state().opened.sandbox);
    Ok(Ok(case.head().clone()))
}

fn make_empty(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::file(folder, &error))?;
    let mut entries = fs::read_dir(folder).map_err(|error| Failure::file(folder, &error))?;
    if entries.next().is_some() {
        let message = format!("{} is not empty; give a new folder, so that two exports do not mix", folder.display());
        return Err(Failure::new(Exit::Usage, message));
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let written = fs::create_dir_all(parent).and_then(|()| fs::write(path, bytes));
    written.map_err(|error| Failure::file(path, &error))
}
