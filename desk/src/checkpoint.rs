//! Checkpoints: where every journal of a tenant ended at some moment, signed, to be kept where the journals are not.
//!
//! ```text
//! {"checkpoint":1,"tenant","at","previous","after","more","behind","cases","key"}
//! {"case","seq","hash"}       one line for each case, in the order of their ids
//! {"signature"}               of the lines before it
//! ```
//!
//! A checkpoint shows a journal that was cut or written anew, and one that is gone. Each names the checkpoint before it by
//! the SHA-256 of all its lines, so that in a file of them none can be changed or taken out unseen; that the newest are there,
//! whoever keeps the file must know. Where a tenant has more cases than [`HEADS`], the next checkpoint goes on after the last.
//! It holds no words and no customer, and it repairs nothing.

mod of_docket;

use case::{
    ids::{CaseId, Digest, TenantId},
    journal::Head,
    time::Millis,
};
use serde::{Deserialize, Serialize};

pub use self::of_docket::of_docket;
use crate::{
    ports::Behind,
    signer::{PublicKey, Purpose, Signer},
};

/// The format that this build writes and reads.
pub const FORMAT: u32 = 1;
/// The content type.
pub const MEDIA_TYPE: &str = "application/jsonl";
/// The most heads of one checkpoint.
pub const HEADS: usize = 20_000;

/// The first line: what the checkpoint is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// [`FORMAT`].
    pub checkpoint: u32,
    /// Whose cases.
    pub tenant: TenantId,
    /// When it was made, in RFC 3339.
    pub at: String,
    /// The hash of the checkpoint before it, as whoever keeps them named it.
    pub previous: Option<Digest>,
    /// The case after which it begins; none where it begins with the first.
    pub after: Option<CaseId>,
    /// Whether there are more cases after its last.
    pub more: bool,
    /// How far the docket, of which it was made, was behind the journals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<Behind>,
    /// How many heads follow.
    pub cases: u64,
    /// The key that signs.
    pub key: PublicKey,
}

impl Opening {
    /// That of a checkpoint of a tenant, made of its journals themselves: behind which other it comes, after which case it
    /// begins, and whether more cases follow.
    #[must_use]
    pub fn new(
        tenant: TenantId,
        at: Millis,
        (previous, after, more): (Option<Digest>, Option<CaseId>, bool),
        key: PublicKey,
    ) -> Self {
        Self { checkpoint: FORMAT, tenant, at: at.rfc3339(), previous, after, more, behind: None, cases: 0, key }
    }
}

/// The last line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ending {
    signature: String,
}

/// A checkpoint that holds together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// What it is about.
    pub opening: Opening,
    /// Where the journals ended.
    pub heads: Vec<Head>,
    /// By which the next names it.
    pub hash: Digest,
    /// The line of the file that it begins in, counted from 1.
    pub line: usize,
}

/// What is wrong with a file of checkpoints. Lines are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointFault {
    /// It was written by a newer version.
    #[error("line {line}: it is written in format {found}, and this build reads up to {FORMAT}")]
    Newer {
        /// Where.
        line: usize,
        /// Its format.
        found: u64,
    },
    /// A line is not what stands in that place.
    #[error("line {line}: {what}")]
    Line {
        /// Where.
        line: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// The signature is another's.
    #[error("lines {line} to {last}: the signature in line {last} is not that of the lines before it: one was changed")]
    Signature {
        /// Where the checkpoint begins.
        line: usize,
        /// Where it ends.
        last: usize,
    },
    /// The checkpoint before it is another one.
    #[error("line {line}: it does not name the checkpoint before it: one was taken out, put in or changed")]
    Broken {
        /// Where the checkpoint begins.
        line: usize,
    },
    /// Another key signed it.
    #[error("line {line}: it was signed with {found}, and not with the key that it must be signed with")]
    OtherKey {
        /// Where the checkpoint begins.
        line: usize,
        /// The key that signed.
        found: PublicKey,
    },
}

impl CheckpointFault {
    /// The line that it is about, counted from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        match self {
            Self::Newer { line, .. }
            | Self::Line { line, .. }
            | Self::Signature { line, .. }
            | Self::Broken { line }
            | Self::OtherKey { line, .. } => *line,
        }
    }
}

/// Writes a checkpoint: every line with its end. `opening` says what it is about but for how many heads there are and
/// which key signs.
#[must_use]
pub fn write(opening: Opening, heads: &[Head], signer: &Signer) -> String {
    let opening = Opening { cases: heads.len() as u64, key: signer.public_key(), ..opening };
    let mut text = format!("{}\n", serde_json::json!(opening));
    for head in heads {
        text += &serde_json::json!(head).to_string();
        text.push('\n');
    }
    let ending = Ending { signature: signer.sign(Purpose::Checkpoint, text.as_bytes()) };
    text += &format!("{}\n", serde_json::json!(ending));
    text
}

/// Whether a file is one of checkpoints, by how it begins.
#[must_use]
pub fn is_one(text: &[u8]) -> bool {
    text.starts_with(b"{\"checkpoint\":")
}

/// Reads checkpoints, one behind the other; each is compared with its signature and with the one before it. The first may name
/// one that is not here.
///
/// # Errors
/// The first [`CheckpointFault`].
pub fn read(text: &[u8]) -> Result<Vec<Checkpoint>, CheckpointFault> {
    let mut reader = Reader { rest: text, line: 1 };
    let mut all: Vec<Checkpoint> = Vec::new();
    while !reader.rest.is_empty() {
        let one = reader.checkpoint()?;
        if all.last().is_some_and(|before| one.opening.previous.as_ref() != Some(&before.hash)) {
            return Err(CheckpointFault::Broken { line: one.line });
        }
        all.push(one);
    }
    Ok(all)
}

/// Refuses checkpoints that another key signed.
///
/// # Errors
/// [`CheckpointFault::OtherKey`], for the first of them.
pub fn check_key(all: &[Checkpoint], key: &PublicKey) -> Result<(), CheckpointFault> {
    match all.iter().find(|one| one.opening.key != *key) {
        Some(one) => Err(CheckpointFault::OtherKey { line: one.line, found: one.opening.key }),
        None => Ok(()),
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    line: usize,
}

impl<'a> Reader<'a> {
    fn checkpoint(&mut self) -> Result<Checkpoint, CheckpointFault> {
        let (first, text) = (self.line, self.rest);
        let opening = self.opening()?;
        let mut heads: Vec<Head> = Vec::new();
        let mut last = opening.after.clone();
        for _ in 0..opening.cases {
            let line = self.line;
            let head: Head = serde_json::from_slice(self.next()?)
                .map_err(|_| CheckpointFault::Line { line, what: "not a head {\"case\",\"seq\",\"hash\"}" })?;
            if last.as_ref().is_some_and(|last| *last >= head.case) {
                return Err(CheckpointFault::Line { line, what: "the heads are not in the order of their cases" });
            }
            last = Some(head.case.clone());
            heads.push(head);
        }
        let signed = text.get(..text.len() - self.rest.len()).unwrap_or_default();
        let line = self.line;
        let ending: Ending = serde_json::from_slice(self.next()?)
            .map_err(|_| CheckpointFault::Line { line, what: "not the signature of a checkpoint" })?;
        let whole = text.get(..text.len() - self.rest.len()).unwrap_or_default();
        // One checkpoint is written in one way: what says the same in other bytes was changed.
        let again = format!("{}\n", serde_json::json!(ending));
        let is_signed = opening.key.verifies(Purpose::Checkpoint, signed, &ending.signature);
        if !is_signed || !whole.ends_with(again.as_bytes()) {
            return Err(CheckpointFault::Signature { line: first, last: line });
        }
        Ok(Checkpoint { opening, heads, hash: Digest::of(whole), line: first })
    }

    fn opening(&mut self) -> Result<Opening, CheckpointFault> {
        #[derive(Deserialize)]
        struct Version {
            checkpoint: u64,
        }
        let (line, bytes) = (self.line, self.next()?);
        let none = |_| CheckpointFault::Line { line, what: "not the first line of a checkpoint" };
        let version: Version = serde_json::from_slice(bytes).map_err(none)?;
        if version.checkpoint > u64::from(FORMAT) {
            return Err(CheckpointFault::Newer { line, found: version.checkpoint });
        }
        serde_json::from_slice(bytes).map_err(none)
    }

    /// The next line, without its end. A line without an end was cut.
    fn next(&mut self) -> Result<&'a [u8], CheckpointFault> {
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        let cut = CheckpointFault::Line { line: self.line, what: "the checkpoint is cut off here" };
        let (line, rest) = end.and_then(|end| self.rest.split_at_checked(end + 1)).ok_or(cut)?;
        (self.rest, self.line) = (rest, self.line + 1);
        Ok(line.strip_suffix(b"\n").unwrap_or(line))
    }
}

/// What went backwards between two checkpoints of one tenant, in words. `before` and `now` each hold all of its heads.
#[must_use]
pub fn lost(before: &[&Checkpoint], now: &[&Checkpoint]) -> Vec<String> {
    let heads = |all: &[&Checkpoint]| -> std::collections::BTreeMap<CaseId, Head> {
        all.iter().flat_map(|one| &one.heads).map(|head| (head.case.clone(), head.clone())).collect()
    };
    let now = heads(now);
    let went = |head: &Head| {
        let case = &head.case;
        match now.get(case) {
            None => Some(format!("{case}: it was there at the checkpoint before, and is not any more")),
            Some(found) if found.seq < head.seq => Some(format!(
                "{case}: it ended with line {} at the checkpoint before, and with {} now",
                head.seq, found.seq
            )),
            Some(found) if found.seq == head.seq && found.hash != head.hash => {
                Some(format!("{case}: line {} is another than at the checkpoint before", head.seq))
            }
            Some(_) => None,
        }
    };
    heads(before).values().filter_map(went).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::MasterKey;

    fn signer() -> Signer {
        MasterKey::parse(&"5".repeat(64)).unwrap().signer()
    }

    fn opening(previous: Option<Digest>) -> Opening {
        let (tenant, at) = (TenantId::parse("acme").unwrap(), Millis(1_795_420_800_000));
        Opening::new(tenant, at, (previous, None, false), signer().public_key())
    }

    fn heads(cases: u8, seq: u64) -> Vec<Head> {
        let head = |n: u8| Head { case: CaseId::from_random([n; 16]), seq, hash: Digest::of(&[n]) };
        (0..cases).map(head).collect()
    }

    fn two() -> String {
        let first = write(opening(None), &heads(3, 4), &signer());
        let hash = read(first.as_bytes()).unwrap()[0].hash.clone();
        first + &write(opening(Some(hash)), &heads(4, 5), &signer())
    }

    #[test]
    fn checkpoints_are_read_as_they_are_written_and_a_tenant_without_cases_has_one() {
        let read_two = read(two().as_bytes()).unwrap();
        assert_eq!(read_two.iter().map(|one| (one.heads.len(), one.line)).collect::<Vec<_>>(), [(3, 1), (4, 6)]);
        assert_eq!(check_key(&read_two, &signer().public_key()), Ok(()));
        let other = MasterKey::parse(&"6".repeat(64)).unwrap().signer().public_key();
        assert!(matches!(check_key(&read_two, &other), Err(CheckpointFault::OtherKey { line: 1, .. })));
        let empty = write(opening(None), &[], &signer());
        assert_eq!(read(empty.as_bytes()).unwrap()[0].heads, []);
        assert!(is_one(empty.as_bytes()) && !is_one(b"{\"case\":"));
        assert_eq!(read(b""), Ok(vec![]));
    }

    #[test]
    fn any_changed_byte_is_found_in_its_checkpoint() {
        let text = two();
        let second = text.match_indices('\n').nth(4).unwrap().0 + 1;
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let line = read(&bytes).unwrap_err().line();
            assert_eq!(line >= 6, at >= second, "byte {at}: line {line}");
        }
    }

    #[test]
    fn a_checkpoint_that_is_taken_out_or_cut_off_is_missed() {
        let text = two();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        assert!(
            read(lines[..9].concat().as_bytes()).unwrap_err().to_string().contains("line 10: the checkpoint is cut")
        );
        let third = write(opening(Some(read(text.as_bytes()).unwrap()[1].hash.clone())), &[], &signer());
        let without_second = lines[..5].concat() + &third;
        assert_eq!(read(without_second.as_bytes()), Err(CheckpointFault::Broken { line: 6 }));
        assert!(read((text + &third).as_bytes()).is_ok());
        let newer = write(Opening { checkpoint: 2, ..opening(None) }, &[], &signer());
        assert_eq!(read(newer.as_bytes()), Err(CheckpointFault::Newer { line: 1, found: 2 }));
    }

    #[test]
    fn what_went_backwards_is_said() {
        let checkpoint = |heads: Vec<Head>| read(write(opening(None), &heads, &signer()).as_bytes()).unwrap().remove(0);
        let (before, grown) = (checkpoint(heads(3, 4)), checkpoint(heads(4, 6)));
        assert_eq!(lost(&[&before], &[&grown]), Vec::<String>::new());
        assert_eq!(lost(&[&grown], &[&before]).len(), 4);
        let mut rewritten = heads(3, 4);
        rewritten[1].hash = Digest::of(b"another");
        assert!(lost(&[&before], &[&checkpoint(rewritten)])[0].contains("line 4 is another"));
    }
}
