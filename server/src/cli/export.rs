//! `caseworker export`: cases into files that another host, `import` and `verify` read. They come from a data folder,
//! or over the API of a Caseworker that is served somewhere.

mod worker;

use std::{
    fs,
    path::{Path, PathBuf},
};

use case::{
    ids::{CaseId, Digest},
    journal::Head,
};
use desk::{
    archive::Archive,
    ports::{CaseKey, Sealed},
};

use super::Data;
use crate::{
    archive::{self, Manifest},
    exit::{Exit, Failure},
    output, outside,
    settings::{Settings, master},
    store::Shelf,
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A folder that is made, or is empty
    folder: PathBuf,
    /// Only this case; may be given several times
    #[arg(long = "case", value_name = "ID", value_parser = case_id)]
    cases: Vec<CaseId>,
    /// A Worker, or any other Caseworker, whose cases are exported in place of a data folder's; wants an admin's key
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

pub(super) fn case_id(text: &str) -> Result<CaseId, String> {
    CaseId::parse(text).map_err(|error| error.to_string())
}

/// Runs the command, beside a server that works the same folder. Every case is whole as of the moment it is read.
pub(super) async fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    match &args.worker {
        Some(url) => worker::run(settings, url, args).await,
        None => from_folder(settings, args),
    }
}

fn from_folder(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let shelf = Shelf::read(&settings.data)?;
    let mut keys = Vec::new();
    for case in &args.cases {
        let found = shelf.find(case)?;
        if found.is_empty() {
            let message = format!("there is no case {case} in {}", settings.data.display());
            return Err(Failure::new(Exit::Usage, message));
        }
        keys.extend(found);
    }
    if args.cases.is_empty() {
        keys = shelf.cases()?;
    }
    let master = master::given(settings)?;
    if master.is_none() {
        output::words("there is no master key here, so these copies have no mark and cannot be imported anywhere");
    }
    let mut export = Export::begin(&args.folder)?;
    for key in &keys {
        match read(&shelf, key)? {
            Ok(one) => export.add(&match &master {
                Some(master) => one.marked(master),
                None => one,
            })?,
            Err(why) => export.leave_out(&key.case, &format!("{why}; `caseworker verify` says more")),
        }
    }
    export.end()
}

/// Reads one case, or why it cannot be exported.
fn read(shelf: &Shelf, key: &CaseKey) -> Result<Result<Archive, String>, Failure> {
    let Some(shelved) = shelf.case(key)? else { return Ok(Err("it is not there any more".to_owned())) };
    let case = match archive::check(&shelved.lines, false) {
        Ok(case) => case,
        Err(fault) => return Ok(Err(fault.to_string())),
    };
    let (texts, _) = archive::readable(&shelved.lines);
    let lines = texts.into_iter().map(str::to_owned).collect();
    let seal = |(hash, bytes): (String, Vec<u8>)| Some(Sealed { hash: Digest::parse(&hash).ok()?, bytes });
    let Some(sealed) = shelf.sealed(key)?.into_iter().map(seal).collect::<Option<Vec<Sealed>>>() else {
        return Ok(Err("a ciphertext is not filed under a hash".to_owned()));
    };
    if case.state().care.erased.is_some() && (shelved.wrapped_key.is_some() || !sealed.is_empty()) {
        return Ok(Err("its words were erased, and some of them are here all the same".to_owned()));
    }
    // Where a ciphertext is missing, the rest of the case is worth a copy; `import` will not take it.
    Ok(Ok(Archive { key: key.clone(), case, lines, wrapped_key: shelved.wrapped_key, sealed, mark: None }))
}

/// A folder that is being written.
struct Export<'a> {
    folder: &'a Path,
    manifest: Manifest,
    heads: Vec<Head>,
    broken: u64,
}

impl<'a> Export<'a> {
    /// Begins in a folder that is made, or is empty.
    fn begin(folder: &'a Path) -> Result<Self, Failure> {
        make_empty(folder)?;
        let manifest = Manifest {
            format: archive::FORMAT,
            caseworker: env!("CARGO_PKG_VERSION").to_owned(),
            exported_at: outside::now().rfc3339(),
            cases: 0,
            sandbox_cases: 0,
        };
        Ok(Self { folder, manifest, heads: Vec::new(), broken: 0 })
    }

    fn add(&mut self, one: &Archive) -> Result<(), Failure> {
        self.heads.push(archive::write_case(self.folder, one, &mut self.manifest)?);
        Ok(())
    }

    /// One damaged case is no reason to have no copy of the others.
    fn leave_out(&mut self, case: &CaseId, why: &str) {
        self.broken += 1;
        output::words(&format!("{case}: left out: {why}"));
    }

    /// Writes what says that the export is whole.
    fn end(self) -> Result<(), Failure> {
        let heads: String = self.heads.iter().map(|head| format!("{}\n", serde_json::json!(head))).collect();
        archive::write(&self.folder.join(archive::HEADS), heads.as_bytes())?;
        let manifest = serde_json::json!(self.manifest).to_string();
        archive::write(&self.folder.join(archive::MANIFEST), format!("{manifest}\n").as_bytes())?;
        output::line(&manifest)?;
        match self.broken {
            0 => Ok(()),
            broken => Err(Failure::new(Exit::Found, format!("{broken} cases were left out"))),
        }
    }
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
