//! One case as lines of text: how it moves from one host to another with its chain intact.
//!
//! ```text
//! {"archive":1,"tenant","head":{"case","seq","hash"},"core","sandbox","sealed","caseworker"}
//! the journal's own lines
//! {"wrapped_key","mark"}
//! {"hash","bytes"}       one line for each ciphertext, in base64
//! ```
//!
//! The mark is that of a host with the same master key: whoever has none cannot write a history. Words stay sealed. Reading checks all of it: every link and step of the journal, its head, every ciphertext. It
//! writes nothing, and it never repairs what it reads.

use case::{
    case::{CORE, Case, Rest, rederive},
    ids::{Digest, TenantId},
    journal::{self, Fault, Head, check_head},
    time::Millis,
};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use crate::{
    named,
    ports::{CaseKey, Commit, Sealed},
    row::docket_row,
    vault::MasterKey,
};

/// The format of an archive that this build writes and reads.
pub const FORMAT: u32 = 1;
/// The content type of an archive.
pub const MEDIA_TYPE: &str = "application/jsonl";
/// The largest archive that is taken, in bytes: several copies of it fit into a Worker's memory.
pub const ARCHIVE_BYTES: usize = 16 << 20;
/// The longest that an archive may take to arrive, in milliseconds.
pub const ARCHIVE_MS: u64 = 120_000;

/// A case that was read whole, and holds together.
#[derive(Debug, Clone)]
pub struct Archive {
    /// Which case.
    pub key: CaseKey,
    /// The case as its journal leaves it.
    pub case: Case,
    /// The journal's lines.
    pub lines: Vec<String>,
    /// The case's key, wrapped; none after erasure.
    pub wrapped_key: Option<Vec<u8>>,
    /// The ciphertexts that the journal names.
    pub sealed: Vec<Sealed>,
    /// The mark of the host that it comes from ([`crate::vault::MasterKey::mark`]), not compared yet.
    pub mark: Option<String>,
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    archive: u32,
    tenant: TenantId,
    head: Head,
    core: u32,
    sandbox: bool,
    sealed: u64,
    caseworker: String,
}

/// The line behind the journal, and the first of a vault's file.
#[derive(Debug, Serialize, Deserialize)]
pub struct WrappedKey {
    /// In base64; none after erasure.
    pub wrapped_key: Option<String>,
    /// The mark of the host that wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
}

/// The line of a ciphertext.
#[derive(Debug, Serialize, Deserialize)]
pub struct SealedLine {
    /// The hash that entries name.
    pub hash: Digest,
    /// In base64.
    pub bytes: String,
}

/// Why an archive cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveFault {
    /// The first line is not that of an archive.
    #[error("the first line does not say that this is an archive of a case")]
    NoArchive,
    /// It was written by a newer version.
    #[error("it is written in format {found}, and this build reads up to {FORMAT}")]
    NewerFormat {
        /// The archive's format.
        found: u64,
    },
    /// The case was worked by newer rules.
    #[error("the case was worked by version {found} of the rules, and this build has {CORE}")]
    NewerRules {
        /// The case's version.
        found: u32,
    },
    /// A line is not what stands in that place. Lines of an archive are counted from 1.
    #[error("line {line}: {what}")]
    Line {
        /// Where.
        line: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// The journal does not verify. Its lines are counted from 0, as everywhere.
    #[error("the journal: {0}")]
    Journal(#[from] Fault),
    /// The first line names another case than the journal.
    #[error("the journal is another case's than the first line says")]
    OtherCase,
    /// The first line says something else of the case than the journal.
    #[error("the first line does not say of the case what its journal says")]
    OtherHeader,
    /// Words are there that were erased.
    #[error("the journal says that the words were erased, and some of them are there")]
    Erased,
    /// A ciphertext that the journal names is not there.
    #[error("the ciphertext {hash} that line {seq} of the journal names is missing")]
    Missing {
        /// Which.
        hash: Digest,
        /// The line that names it.
        seq: u64,
    },
}

impl ArchiveFault {
    /// Whether a newer build could take it.
    #[must_use]
    pub const fn is_newer(&self) -> bool {
        matches!(self, Self::NewerFormat { .. } | Self::NewerRules { .. } | Self::Journal(Fault::Newer { .. }))
    }
}

/// Whose case an archive holds, by its first line alone: where to take it, before it is read whole.
///
/// # Errors
/// [`ArchiveFault::NoArchive`] or [`ArchiveFault::NewerFormat`].
pub fn key_of(text: &[u8]) -> Result<CaseKey, ArchiveFault> {
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    let header = header(text.get(..end).unwrap_or_default())?;
    Ok(CaseKey { tenant: header.tenant, case: header.head.case })
}

fn header(line: &[u8]) -> Result<Header, ArchiveFault> {
    #[derive(Deserialize)]
    struct Version {
        archive: u64,
    }
    let version: Version = serde_json::from_slice(line).map_err(|_| ArchiveFault::NoArchive)?;
    if version.archive > u64::from(FORMAT) {
        return Err(ArchiveFault::NewerFormat { found: version.archive });
    }
    serde_json::from_slice(line).map_err(|_| ArchiveFault::NoArchive)
}

impl Archive {
    /// Puts an archive together from what is stored of a case, and checks it as a reader would.
    ///
    /// # Errors
    /// An [`ArchiveFault`]: what is stored does not hold together.
    pub fn new(key: CaseKey, lines: Vec<String>, vault: Vault) -> Result<Self, ArchiveFault> {
        let texts = || lines.iter().map(String::as_str);
        let case = Case::replay(texts())?;
        if case.id() != &key.case || case.tenant() != &key.tenant {
            return Err(ArchiveFault::OtherCase);
        }
        let Vault { wrapped_key, sealed, mark } = vault;
        let archive = Self { key, case, lines, wrapped_key, sealed, mark };
        archive.check_sealed()?;
        Ok(archive)
    }

    /// Reads an archive, and checks everything that can be checked without the master key.
    ///
    /// # Errors
    /// The first [`ArchiveFault`], with its place.
    pub fn read(text: &[u8]) -> Result<Self, ArchiveFault> {
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let mut lines = text.split(|byte| *byte == b'\n');
        let header = header(lines.next().unwrap_or_default())?;
        if header.core > CORE {
            return Err(ArchiveFault::NewerRules { found: header.core });
        }
        let mut journal = Vec::new();
        for _ in 0..=header.head.seq {
            let line = lines.next().ok_or(ArchiveFault::Journal(Fault::Cut {
                found: (journal.len() as u64).saturating_sub(1),
                expected: header.head.seq,
            }))?;
            let seq = journal.len() as u64;
            journal.push(String::from_utf8(line.to_vec()).map_err(|_| Fault::Unreadable { seq })?);
        }
        let first_of_vault = journal.len() + 2;
        let vault = read_vault(first_of_vault, lines)?;
        if vault.sealed.len() as u64 != header.sealed {
            let line = first_of_vault + vault.sealed.len();
            return Err(ArchiveFault::Line { line, what: "there are not as many ciphertexts as the first line says" });
        }
        let key = CaseKey { tenant: header.tenant.clone(), case: header.head.case.clone() };
        let archive = Self::new(key, journal, vault)?;
        archive.check(&header)?;
        Ok(archive)
    }

    /// Whether the journal says that the words were erased.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.case.state().care.erased.is_some()
    }

    /// The same with this host's mark.
    #[must_use]
    pub fn marked(mut self, master: &MasterKey) -> Self {
        self.mark = Some(master.mark(&self.key, self.case.head(), self.wrapped_key.as_deref()));
        self
    }

    /// Whether it comes from a host with this master key, as that host had it.
    #[must_use]
    pub fn is_of(&self, master: &MasterKey) -> bool {
        let mark = self.mark.as_deref().unwrap_or_default();
        master.is_mark(mark, &self.key, self.case.head(), self.wrapped_key.as_deref())
    }

    /// What the first line says must be what the journal says, and each entry must follow from the inputs before it,
    /// where the rules are this build's.
    fn check(&self, header: &Header) -> Result<(), ArchiveFault> {
        let lines: Vec<&str> = self.lines.iter().map(String::as_str).collect();
        check_head(&lines, &header.head)?;
        let opened = &self.case.state().opened;
        if opened.core > CORE {
            return Err(ArchiveFault::NewerRules { found: opened.core });
        }
        if opened.core != header.core || opened.sandbox != header.sandbox {
            return Err(ArchiveFault::OtherHeader);
        }
        if opened.core == CORE {
            rederive(lines.iter().copied())?;
        }
        Ok(())
    }

    /// Without its key a case is erased, and its words need not be there.
    fn check_sealed(&self) -> Result<(), ArchiveFault> {
        if self.is_erased() && (self.wrapped_key.is_some() || !self.sealed.is_empty()) {
            return Err(ArchiveFault::Erased);
        }
        if self.wrapped_key.is_none() {
            return Ok(());
        }
        let here: std::collections::BTreeSet<&Digest> = self.sealed.iter().map(|sealed| &sealed.hash).collect();
        let entries = journal::read(self.lines.iter().map(String::as_str))?;
        match named::ciphertexts(&entries).find(|(_, hash)| !here.contains(hash)) {
            Some((seq, hash)) => Err(ArchiveFault::Missing { hash: hash.clone(), seq }),
            None => Ok(()),
        }
    }

    /// How many lines a host has of the case as they are here. Where it has all of them, or all that are here, either
    /// may go on from the other.
    ///
    /// # Errors
    /// The first line that differs, where both go on from there: these are two histories.
    pub fn known_lines<L: AsRef<[u8]>>(&self, here: &[L]) -> Result<usize, usize> {
        let common = here.iter().zip(&self.lines).take_while(|(here, there)| here.as_ref() == there.as_bytes()).count();
        if common < here.len() && common < self.lines.len() { Err(common) } else { Ok(common) }
    }

    /// What a host has to write that knows so many of the lines. A case at work is due at once: what was in flight at the
    /// other host is asked again.
    #[must_use]
    pub fn commit(&self, known: usize, is_erased: bool, now: Millis) -> Commit {
        Commit {
            first_seq: known as u64,
            lines: self.lines.get(known..).unwrap_or_default().to_vec(),
            head_hash: self.case.head().hash.clone(),
            // Nobody could read them.
            sealed: if is_erased { Vec::new() } else { self.sealed.clone() },
            // A key that was destroyed here must not come back with lines from elsewhere.
            wrapped_key: if known == 0 { self.wrapped_key.clone() } else { None },
            destroys: self.is_erased(),
            wake: match self.case.rest() {
                Rest::Working { .. } => Some(now),
                Rest::Waiting { .. } | Rest::Review | Rest::Closed => self.case.wake(),
            },
            // The other host has told what there was to tell.
            hooks_due: None,
            row: docket_row(&self.case),
        }
    }

    /// The lines, each with its end.
    #[must_use]
    pub fn to_text(&self) -> String {
        let opened = &self.case.state().opened;
        let header = Header {
            archive: FORMAT,
            tenant: self.key.tenant.clone(),
            head: self.case.head().clone(),
            core: opened.core,
            sandbox: opened.sandbox,
            sealed: self.sealed.len() as u64,
            caseworker: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let mut text = serde_json::json!(header).to_string();
        for line in &self.lines {
            text.push('\n');
            text.push_str(line);
        }
        text.push('\n');
        text.push_str(&self.vault_text());
        text
    }

    /// The lines of the case's key and ciphertexts, each with its end.
    #[must_use]
    pub fn vault_text(&self) -> String {
        vault_text(self.wrapped_key.as_deref(), self.mark.clone(), &self.sealed)
    }
}

fn vault_text(wrapped_key: Option<&[u8]>, mark: Option<String>, sealed: &[Sealed]) -> String {
    let key = WrappedKey { wrapped_key: wrapped_key.map(|key| BASE64.encode(key)), mark };
    let mut text = serde_json::json!(key).to_string();
    for one in sealed {
        text.push('\n');
        let line = SealedLine { hash: one.hash.clone(), bytes: BASE64.encode(&one.bytes) };
        text += &serde_json::json!(line).to_string();
    }
    text.push('\n');
    text
}

/// What lies in a case's vault.
#[derive(Debug, Clone, Default)]
pub struct Vault {
    /// The case's key, wrapped; none after erasure.
    pub wrapped_key: Option<Vec<u8>>,
    /// Its ciphertexts.
    pub sealed: Vec<Sealed>,
    /// The mark of the host that wrote it.
    pub mark: Option<String>,
}

/// Reads what [`Archive::vault_text`] wrote; `first` is the number of the first line. Every ciphertext must have the hash it is
/// filed under.
///
/// # Errors
/// [`ArchiveFault::Line`].
pub fn read_vault<'a>(first: usize, lines: impl Iterator<Item = &'a [u8]>) -> Result<Vault, ArchiveFault> {
    let vault = read_vault_as_it_is(first, lines)?;
    for (line, one) in (first + 1..).zip(&vault.sealed) {
        if Digest::of(&one.bytes) != one.hash {
            let what = "the ciphertext is not the one whose hash it has: it was changed";
            return Err(ArchiveFault::Line { line, what });
        }
    }
    Ok(vault)
}

/// Reads what [`Archive::vault_text`] wrote; the ciphertexts may not be those that their hashes say.
///
/// # Errors
/// [`ArchiveFault::Line`].
pub fn read_vault_as_it_is<'a>(first: usize, mut lines: impl Iterator<Item = &'a [u8]>) -> Result<Vault, ArchiveFault> {
    let no_key = ArchiveFault::Line { line: first, what: "not a wrapped key" };
    let key: WrappedKey =
        lines.next().and_then(|line| serde_json::from_slice(line).ok()).ok_or_else(|| no_key.clone())?;
    let WrappedKey { wrapped_key, mark } = key;
    let wrapped_key = wrapped_key.map(|key| BASE64.decode(key.as_bytes())).transpose().map_err(|_| no_key)?;
    let mut sealed = Vec::new();
    for (line, text) in (first + 1..).zip(lines) {
        let no_ciphertext = ArchiveFault::Line { line, what: "not a ciphertext" };
        let read: SealedLine = serde_json::from_slice(text).map_err(|_| no_ciphertext.clone())?;
        let bytes = BASE64.decode(read.bytes.as_bytes()).map_err(|_| no_ciphertext)?;
        sealed.push(Sealed { hash: read.hash, bytes });
    }
    Ok(Vault { wrapped_key, sealed, mark })
}
