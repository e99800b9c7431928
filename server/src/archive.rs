//! Cases as files: what `export` writes, `import` takes up and `verify` checks.
//!
//! ```text
//! manifest.json                          format and counts; written last, so that a broken export is none
//! heads.jsonl                            where each journal ends: {"case","seq","hash"}
//! journals/t-{tenant}/{case}.jsonl       the journal's own lines
//! vault/t-{tenant}/{case}.jsonl          {"wrapped_key","mark"} and then {"hash","bytes"}, in base64
//! ```
//!
//! Words stay sealed: without the master key an archive tells what happened and nothing that anybody said.

use std::{
    fs,
    path::{Path, PathBuf},
};

use case::{
    case::{Case, rederive},
    ids::{CaseId, TenantId},
    journal::{Fault, Head},
};
use desk::{
    archive::{self, Archive, ArchiveFault, Vault},
    ports::CaseKey,
};
use serde::{Deserialize, Serialize};

use crate::exit::{Exit, Failure};

/// The format of an archive that this build writes and reads.
pub(crate) const FORMAT: u32 = 1;
/// The file that says what an archive is.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The file with the heads of all journals.
pub(crate) const HEADS: &str = "heads.jsonl";
/// The folder of journals.
pub(crate) const JOURNALS: &str = "journals";
/// The folder of sealed words.
pub(crate) const VAULT: &str = "vault";

/// What an archive is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// [`FORMAT`].
    pub(crate) format: u32,
    /// The version that wrote it.
    pub(crate) caseworker: String,
    /// When, in RFC 3339.
    pub(crate) exported_at: String,
    /// How many cases.
    pub(crate) cases: u64,
    /// How many of them were worked with the sandbox bank.
    pub(crate) sandbox_cases: u64,
}

/// Where a case lies below `journals` or `vault`. The prefix keeps a tenant named `..` from being a way out.
pub(crate) fn file_of(folder: &Path, part: &str, key: &CaseKey) -> PathBuf {
    folder.join(part).join(format!("t-{}", key.tenant)).join(format!("{}.jsonl", key.case))
}

/// The key of a case by the place where its journal lies.
pub(crate) fn key_of(path: &Path) -> Option<CaseKey> {
    let case = CaseId::parse(path.file_stem()?.to_str()?).ok()?;
    let tenant = path.parent()?.file_name()?.to_str()?.strip_prefix("t-")?;
    Some(CaseKey { tenant: TenantId::parse(tenant).ok()?, case })
}

/// All JSONL files below a folder, in their order; heads and vaults are no journals.
pub(crate) fn journals_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| Failure::file(&folder, &error))? {
            let path = entry.map_err(|error| Failure::file(&folder, &error))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && name != VAULT {
                folders.push(path);
            } else if path.is_file() && name.ends_with(".jsonl") && name != HEADS {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The lines of a file, without their ends. A last line without an end is a line.
pub(crate) fn read_lines(path: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::file(path, &error))?;
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    Ok(if bytes.is_empty() { Vec::new() } else { bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect() })
}

/// The lines up to the first that is not UTF-8, and the fault that this is.
pub(crate) fn readable(lines: &[Vec<u8>]) -> (Vec<&str>, Option<Fault>) {
    let texts: Vec<&str> = lines.iter().map_while(|line| std::str::from_utf8(line).ok()).collect();
    let fault = (texts.len() < lines.len()).then_some(Fault::Unreadable { seq: texts.len() as u64 });
    (texts, fault)
}

/// Checks every link and every step of a journal; on request derives every entry again.
pub(crate) fn check(lines: &[Vec<u8>], again: bool) -> Result<Case, Fault> {
    let (texts, fault) = readable(lines);
    // What is wrong before the unreadable line comes first.
    let case = match (Case::replay(texts.iter().copied()), fault) {
        (Err(found), Some(fault)) if place(&found) == Some(texts.len() as u64) || found == Fault::Empty => {
            return Err(fault);
        }
        (Err(found), _) => return Err(found),
        (Ok(_), Some(fault)) => return Err(fault),
        (Ok(case), None) => case,
    };
    if again {
        rederive(texts.iter().copied())?;
    }
    Ok(case)
}

/// The line that a fault is about, counted from 0.
pub(crate) const fn place(fault: &Fault) -> Option<u64> {
    match fault {
        Fault::Empty | Fault::UnknownRules { .. } | Fault::OtherRules { .. } => None,
        Fault::Unreadable { seq }
        | Fault::Newer { seq, .. }
        | Fault::Position { seq, .. }
        | Fault::Broken { seq }
        | Fault::Time { seq }
        | Fault::Opening { seq }
        | Fault::Rewritten { seq }
        | Fault::Unfinished { seq }
        | Fault::NotDerived { seq }
        | Fault::Impossible { seq, .. } => Some(*seq),
        Fault::Cut { found, .. } => Some(*found),
    }
}

/// Reads heads that were held elsewhere.
pub(crate) fn read_heads(path: &Path) -> Result<Vec<Head>, Failure> {
    let mut heads = Vec::new();
    for (index, line) in read_lines(path)?.iter().enumerate() {
        let head = serde_json::from_slice(line).map_err(|error| {
            let message =
                format!("{}, line {}: not a head {{\"case\",\"seq\",\"hash\"}}: {error}", path.display(), index + 1);
            Failure::new(Exit::Usage, message)
        })?;
        heads.push(head);
    }
    Ok(heads)
}

/// Writes a case's files and returns where its journal ends.
pub(crate) fn write_case(folder: &Path, one: &Archive, manifest: &mut Manifest) -> Result<Head, Failure> {
    let mut journal = one.lines.join("\n");
    journal.push('\n');
    write(&file_of(folder, JOURNALS, &one.key), journal.as_bytes())?;
    write(&file_of(folder, VAULT, &one.key), one.vault_text().as_bytes())?;
    manifest.cases += 1;
    manifest.sandbox_cases += u64::from(one.case.state().opened.sandbox);
    Ok(one.case.head().clone())
}

/// Reads a case by its journal's file; every link, step and ciphertext is checked.
pub(crate) fn read_case(folder: &Path, path: &Path) -> Result<Archive, Failure> {
    let key = key_of(path).ok_or_else(|| broken(path, "not named after a tenant and a case"))?;
    let lines = read_lines(path)?;
    check(&lines, false).map_err(|fault| broken(path, &fault.to_string()))?;
    let (texts, _) = readable(&lines);
    let lines = texts.into_iter().map(str::to_owned).collect();
    let vault = read_vault(&file_of(folder, VAULT, &key))?;
    Archive::new(key, lines, vault).map_err(|fault| broken(path, &fault.to_string()))
}

/// Nothing may be imported from here.
pub(crate) fn broken(path: &Path, why: &str) -> Failure {
    Failure::new(Exit::Found, format!("{}: {why}; nothing was imported", path.display()))
}

/// Writes a file, and the folders above it.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let written = fs::create_dir_all(parent).and_then(|()| fs::write(path, bytes));
    written.map_err(|error| Failure::file(path, &error))
}

/// Reads a vault's file; every ciphertext must have the hash it is filed under.
fn read_vault(path: &Path) -> Result<Vault, Failure> {
    let lines = read_lines(path)?;
    archive::read_vault(1, lines.iter().map(Vec::as_slice)).map_err(|fault| in_file(path, &fault))
}

/// Reads a vault's file, whose ciphertexts may not be those that their hashes say.
pub(crate) fn read_vault_as_it_is(path: &Path) -> Result<Vault, Failure> {
    let lines = read_lines(path)?;
    archive::read_vault_as_it_is(1, lines.iter().map(Vec::as_slice)).map_err(|fault| in_file(path, &fault))
}

fn in_file(path: &Path, fault: &ArchiveFault) -> Failure {
    Failure::new(Exit::Found, format!("{}, {fault}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use case::ids::Digest;
    use desk::ports::Sealed;

    #[test]
    fn a_tenants_name_is_no_way_out_of_the_archive() {
        let tenant = TenantId::parse("..").unwrap();
        let key = CaseKey { tenant, case: CaseId::from_random([1; 16]) };
        let path = file_of(Path::new("out"), JOURNALS, &key);
        assert!(path.starts_with("out/journals/t-.."), "{}", path.display());
        assert_eq!(key_of(&path), Some(key));
        assert_eq!(key_of(Path::new("journals/acme/case_x.jsonl")), None);
    }

    #[test]
    fn an_unreadable_line_is_placed() {
        let fault = check(&[b"\xff".to_vec()], false).unwrap_err();
        assert_eq!(fault, Fault::Unreadable { seq: 0 });
        assert_eq!(check(&[], false).unwrap_err(), Fault::Empty);
    }

    #[test]
    fn a_vault_is_read_back_and_a_changed_ciphertext_is_placed() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("v.jsonl");
        let seal = |of: &[u8], bytes: &[u8]| Sealed { hash: Digest::of(of), bytes: bytes.to_vec() };
        let sealed = [seal(b"a", b"a"), seal(b"b", b"b")];
        let text = |sealed: &[Sealed]| {
            let line = |one: &Sealed| {
                serde_json::json!({ "hash": one.hash, "bytes": data_encoding::BASE64.encode(&one.bytes) }).to_string()
            };
            let lines: Vec<String> = sealed.iter().map(line).collect();
            format!("{{\"wrapped_key\":\"a2V5\",\"mark\":\"00\"}}\n{}\n", lines.join("\n"))
        };
        fs::write(&path, text(&sealed)).unwrap();
        let read = read_vault(&path).unwrap();
        assert_eq!((read.wrapped_key.as_deref(), read.sealed.len()), (Some(b"key".as_slice()), 2));
        assert_eq!(read.mark.as_deref(), Some("00"));
        let changed = [seal(b"a", b"a"), seal(b"b", b"c")];
        fs::write(&path, text(&changed)).unwrap();
        assert!(read_vault(&path).unwrap_err().message.contains("line 3"));
    }
}
