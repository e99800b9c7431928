//! `caseworker verify`: every link, every step, and heads held elsewhere. One line of JSON for each fault.

mod heads;
mod pack;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use case::{
    case::Case,
    ids::{CaseId, Digest},
    journal::{self, Fault, Head},
};
use desk::{archive::Vault, named, signer::PublicKey};
use serde::Serialize;

use self::heads::Held;
use crate::{
    archive,
    exit::{Exit, Failure},
    output,
    store::{self, Shelf},
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A data folder, an export, a journal, a folder of journals, an evidence pack or a file of checkpoints
    path: PathBuf,
    /// Heads that were held elsewhere, in checkpoints or as {"case","seq","hash"} a line: they show a cut tail and a full
    /// rewrite
    #[arg(long, value_name = "FILE")]
    heads: Option<PathBuf>,
    /// The public key that must have signed, or a file that holds it: what `checkpoint --public-key` prints
    #[arg(long, value_name = "KEY", value_parser = heads::public_key)]
    key: Option<PublicKey>,
    /// Derive every entry again from the inputs, and compare every byte
    #[arg(long)]
    rederive: bool,
}

/// A fault as it is printed.
#[derive(Debug, Serialize)]
struct Found<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'a str>,
    case: Option<&'a str>,
    /// The pack's file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pack: Option<&'a str>,
    /// The pack's section.
    #[serde(skip_serializing_if = "Option::is_none")]
    section: Option<&'a str>,
    /// The journal's line, counted from 0 as in `seq`.
    seq: Option<u64>,
    /// The first and the last byte of the pack that may have been changed, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<usize>,
    fault: &'a str,
}

impl<'a> Found<'a> {
    const fn of(fault: &'a str) -> Self {
        Self { tenant: None, case: None, pack: None, section: None, seq: None, from: None, to: None, fault }
    }
}

/// What was checked so far.
#[derive(Debug)]
struct Audit {
    again: bool,
    heads: BTreeMap<CaseId, Vec<Held>>,
    /// Heads of `--heads` whose case is here.
    met: u64,
    cases: u64,
    lines: u64,
    faults: u64,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let heads = heads::read(args)?;
    if args.path.is_file() && heads::is_checked(args)? {
        return Ok(());
    }
    let is_pack = pack::is_at(&args.path);
    if !is_pack && args.key.is_some() && args.heads.is_none() {
        let why = "--key is whose signature checkpoints and evidence packs must have; give checkpoints with --heads";
        return Err(Failure::new(Exit::Usage, format!("{}: {why}", args.path.display())));
    }
    let mut audit = Audit { again: args.rederive, heads, met: 0, cases: 0, lines: 0, faults: 0 };
    if is_pack {
        let bytes = std::fs::read(&args.path).map_err(|error| Failure::file(&args.path, &error))?;
        audit.pack(&args.path, &bytes, args.key.as_ref())?;
    } else if args.path.is_file() {
        audit.file(&args.path)?;
    } else if store::is_data_folder(&args.path) {
        audit.folder(&args.path)?;
    } else {
        let journals = archive::journals_in(&args.path)?;
        if journals.is_empty() {
            let message = format!("{}: neither a data folder nor a folder with journals", args.path.display());
            return Err(Failure::new(Exit::Usage, message));
        }
        journals.iter().try_for_each(|path| audit.file(path))?;
    }
    for case in std::mem::take(&mut audit.heads).into_keys() {
        audit.found(None, Some(case.as_str()), None, "a head of this case is held, and the case is not here")?;
    }
    output::words(&format!("{} cases, {} lines, {} faults", audit.cases, audit.lines, audit.faults));
    if let Some(file) = &args.heads {
        output::line(&serde_json::json!({ "heads_compared": audit.met }).to_string())?;
        if audit.met == 0 && audit.cases > 0 {
            let why = "none of these heads is of a case that is here; give the heads that were kept of this folder";
            return Err(Failure::new(Exit::Usage, format!("{}: {why}", file.display())));
        }
    }
    if audit.faults == 0 { Ok(()) } else { Err(Failure { exit: Exit::Found, message: String::new() }) }
}

impl Audit {
    /// A journal's file. In an archive its place says which case it must be.
    fn file(&mut self, path: &Path) -> Result<(), Failure> {
        let lines = archive::read_lines(path)?;
        let key = archive::key_of(path);
        let name = key.as_ref().map_or_else(|| path.display().to_string(), |key| key.case.to_string());
        let tenant = key.as_ref().map(|key| key.tenant.as_str());
        let Some(case) = self.journal(tenant, &name, &lines)? else { return Ok(()) };
        if key.as_ref().is_some_and(|key| key.case != *case.id() || key.tenant != *case.tenant()) {
            self.found(tenant, Some(&name), Some(0), "the journal is another case's than its place says")?;
        }
        if let Some((key, root)) = key.as_ref().zip(archive_of(path)) {
            let vault = archive::file_of(root, archive::VAULT, key);
            // A file that is not there holds none of them.
            let read = if vault.is_file() { archive::read_vault_as_it_is(&vault) } else { Ok(Vault::default()) };
            match read {
                Ok(read) => {
                    let erased = vault.is_file() && read.wrapped_key.is_none();
                    self.erased(tenant, &case, read.wrapped_key.is_some(), read.sealed.len())?;
                    let sealed = read.sealed.into_iter().map(|one| (one.hash.to_string(), one.bytes));
                    self.sealed(tenant, &name, &lines, &sealed.collect::<Vec<_>>(), erased)?;
                }
                Err(failure) if failure.exit == Exit::Found => {
                    self.found(tenant, Some(&name), None, &failure.message)?;
                }
                Err(failure) => return Err(failure),
            }
        }
        self.check_held(tenant, &lines, &case)
    }

    /// A case's ciphertexts: each must have its hash, and those that the journal names must be there, unless the
    /// case's key was destroyed.
    fn sealed(
        &mut self,
        tenant: Option<&str>,
        name: &str,
        lines: &[Vec<u8>],
        sealed: &[(String, Vec<u8>)],
        erased: bool,
    ) -> Result<(), Failure> {
        for (hash, bytes) in sealed {
            if Digest::of(bytes).as_str() != hash {
                self.found(tenant, Some(name), None, &format!("the ciphertext {hash} was changed"))?;
            }
        }
        let here: BTreeSet<&str> = sealed.iter().map(|(hash, _)| hash.as_str()).collect();
        let (texts, _) = archive::readable(lines);
        // What a broken journal names is not to be trusted; that it is broken is said already.
        let entries = if erased { Vec::new() } else { journal::read(texts).unwrap_or_default() };
        for (seq, hash) in named::ciphertexts(&entries).filter(|(_, hash)| !here.contains(hash.as_str())) {
            self.found(tenant, Some(name), Some(seq), &format!("the ciphertext {hash} is missing"))?;
        }
        Ok(())
    }

    /// A data folder: every case, its docket's head and its ciphertexts.
    fn folder(&mut self, folder: &Path) -> Result<(), Failure> {
        let shelf = Shelf::read(folder)?;
        for damage in shelf.damage()? {
            self.found(None, None, None, &damage)?;
        }
        for key in shelf.cases()? {
            let Some(shelved) = shelf.case(&key)? else { continue };
            let (tenant, name) = (Some(key.tenant.as_str()), key.case.as_str());
            let erased = shelved.wrapped_key.is_none();
            let sealed = shelf.sealed(&key)?;
            self.sealed(tenant, name, &shelved.lines, &sealed, erased)?;
            let Some(case) = self.journal(tenant, name, &shelved.lines)? else { continue };
            self.erased(tenant, &case, !erased, sealed.len())?;
            if case.id() != &key.case || case.tenant() != &key.tenant {
                self.found(tenant, Some(name), Some(0), "the journal is another case's than its place says")?;
            }
            if let Ok(hash) = Digest::parse(&shelved.head_hash) {
                let head = Head { case: key.case.clone(), seq: shelved.head_seq, hash };
                self.check_head(tenant, &shelved.lines, &head)?;
                if case.head().seq > shelved.head_seq {
                    self.found(
                        tenant,
                        Some(name),
                        Some(shelved.head_seq),
                        "the docket's head comes before the last line",
                    )?;
                }
            } else {
                self.found(tenant, Some(name), None, "the docket's head is not a hash")?;
            }
            self.check_held(tenant, &shelved.lines, &case)?;
        }
        Ok(())
    }

    /// A journal by itself.
    fn journal(&mut self, tenant: Option<&str>, name: &str, lines: &[Vec<u8>]) -> Result<Option<Case>, Failure> {
        self.cases += 1;
        self.lines += lines.len() as u64;
        match archive::check(lines, self.again) {
            Ok(case) => Ok(Some(case)),
            Err(fault) => {
                // A head cannot say more about a journal that is known to be broken.
                if let Ok(case) = CaseId::parse(name) {
                    self.take_heads(&case);
                }
                self.fault(tenant, name, &fault)?;
                Ok(None)
            }
        }
    }

    /// Words that were erased must not be there.
    fn erased(&mut self, tenant: Option<&str>, case: &Case, is_key_here: bool, sealed: usize) -> Result<(), Failure> {
        if case.state().care.erased.is_none() || (!is_key_here && sealed == 0) {
            return Ok(());
        }
        let key = if is_key_here { "the key to its words" } else { "no key" };
        let fault = format!("its words were erased, and {key} and {sealed} ciphertexts are still here");
        self.found(tenant, Some(case.id().as_str()), None, &fault)
    }

    /// The heads held elsewhere.
    fn check_held(&mut self, tenant: Option<&str>, lines: &[Vec<u8>], case: &Case) -> Result<(), Failure> {
        for held in self.take_heads(case.id()) {
            self.check_head(tenant, lines, &held.head)?;
        }
        Ok(())
    }

    /// The heads of a case that is here.
    fn take_heads(&mut self, case: &CaseId) -> Vec<Held> {
        let heads = self.heads.remove(case).unwrap_or_default();
        self.met += heads.iter().filter(|held| held.given).count() as u64;
        heads
    }

    fn check_head(&mut self, tenant: Option<&str>, lines: &[Vec<u8>], head: &Head) -> Result<(), Failure> {
        let (texts, _) = archive::readable(lines);
        match journal::check_head(&texts, head) {
            Ok(()) => Ok(()),
            Err(fault) => self.fault(tenant, head.case.as_str(), &fault),
        }
    }

    fn fault(&mut self, tenant: Option<&str>, name: &str, fault: &Fault) -> Result<(), Failure> {
        self.found(tenant, Some(name), archive::place(fault), &fault.to_string())
    }

    fn found(
        &mut self,
        tenant: Option<&str>,
        case: Option<&str>,
        seq: Option<u64>,
        fault: &str,
    ) -> Result<(), Failure> {
        self.say(&Found { tenant, case, seq, ..Found::of(fault) })
    }

    fn say(&mut self, found: &Found<'_>) -> Result<(), Failure> {
        self.faults += 1;
        output::json(found)
    }
}

/// The archive that a journal lies in; a journal copied out of one has no vault beside it.
fn archive_of(journal: &Path) -> Option<&Path> {
    let journals = journal.parent()?.parent().filter(|folder| folder.ends_with(archive::JOURNALS))?;
    let root = journals.parent()?;
    (root.join(archive::MANIFEST).is_file() || root.join(archive::VAULT).is_dir()).then_some(root)
}
