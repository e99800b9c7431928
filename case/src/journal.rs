//! The chain of entries. The stored bytes of each line *are* the entry; its hash is the SHA-256 of those bytes, and
//! the next line names it. Nothing is serialised again to verify.
//!
//! A bare chain shows neither a cut tail nor a full rewrite; a [`Head`] held elsewhere shows both.

use serde::{Deserialize, Serialize};

use crate::{
    entry::Entry,
    ids::{CaseId, Digest},
    limits,
    time::Millis,
};

/// The version of the entry format that this build writes. Older ones are upcast on reading, newer ones refused.
pub const FORMAT: u32 = 1;

/// A line of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The format version.
    pub v: u32,
    /// The position, from 0.
    pub seq: u64,
    /// When it was written; never earlier than the line before.
    pub at: Millis,
    /// The hash of the line before.
    pub prev: Digest,
    /// What happened.
    pub entry: Entry,
}

/// Where a journal ends: enough to show later that nothing before it was changed or cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Which case.
    pub case: CaseId,
    /// The position of the last line.
    pub seq: u64,
    /// The hash of the last line.
    pub hash: Digest,
}

/// What is wrong with a journal, and where. `seq` counts lines from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No lines.
    #[error("the journal is empty")]
    Empty,
    /// A line cannot be read.
    #[error("line {seq} is not a journal entry")]
    Unreadable {
        /// Where.
        seq: u64,
    },
    /// A line was written by a newer version.
    #[error("line {seq} has format {found}, newer than this build's {FORMAT}: upgrade Caseworker to read it")]
    Newer {
        /// Where.
        seq: u64,
        /// The line's format.
        found: u32,
    },
    /// A line is not where it says.
    #[error("line {seq} says it is line {found}: a line was removed, inserted or moved")]
    Position {
        /// Where.
        seq: u64,
        /// What the line says.
        found: u64,
    },
    /// A line does not continue the one before.
    #[error("line {seq} does not name the hash of the line before it: one of the two was changed")]
    Broken {
        /// Where.
        seq: u64,
    },
    /// Time goes backwards.
    #[error("line {seq} is earlier than the line before it")]
    Time {
        /// Where.
        seq: u64,
    },
    /// The first line is no opening, or a later one is.
    #[error("line {seq}: a journal begins with its one `opened` entry")]
    Opening {
        /// Where.
        seq: u64,
    },
    /// The journal is shorter than a head held elsewhere.
    #[error("the journal ends at line {found}, but its head is line {expected}: its tail was cut")]
    Cut {
        /// The last line's position.
        found: u64,
        /// The head's position.
        expected: u64,
    },
    /// The journal has another history than a head held elsewhere.
    #[error("line {seq} is not the one whose hash is held elsewhere: the journal was rewritten")]
    Rewritten {
        /// Where.
        seq: u64,
    },
    /// The last input has not been worked off, as it always is when it is written.
    #[error("more follows from line {seq}, the last: the journal's tail was cut")]
    Unfinished {
        /// The last line's position.
        seq: u64,
    },
    /// An entry does not follow from the inputs.
    #[error("line {seq} is not what the rules derive from the inputs before it")]
    NotDerived {
        /// Where.
        seq: u64,
    },
    /// An entry cannot happen in this state.
    #[error("line {seq}: {what}")]
    Impossible {
        /// Where.
        seq: u64,
        /// What cannot be.
        what: &'static str,
    },
    /// The case pinned rule packs that this build does not have.
    #[error("{problem}")]
    UnknownRules {
        /// Which.
        problem: String,
    },
    /// The case was worked by another version of the rules.
    #[error("the case was worked by version {found} of the rules, and this build has version {here}")]
    OtherRules {
        /// The case's version.
        found: u32,
        /// This build's version.
        here: u32,
    },
}

impl Line {
    /// The line's bytes, without a line end.
    #[must_use]
    pub fn to_bytes(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Reads and verifies a chain of lines; every link is checked.
///
/// # Errors
/// The first [`Fault`], with its place.
pub fn read<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Vec<Line>, Fault> {
    let mut read: Vec<Line> = Vec::new();
    let mut prev = Digest::genesis();
    for (seq, bytes) in (0_u64..).zip(lines) {
        let line = read_line(seq, bytes)?;
        if line.seq != seq {
            return Err(Fault::Position { seq, found: line.seq });
        }
        if line.prev != prev {
            return Err(Fault::Broken { seq });
        }
        if read.last().is_some_and(|before| before.at > line.at) {
            return Err(Fault::Time { seq });
        }
        if matches!(line.entry, Entry::Opened(_)) != (seq == 0) {
            return Err(Fault::Opening { seq });
        }
        prev = Digest::of(bytes.as_bytes());
        read.push(line);
    }
    if read.is_empty() { Err(Fault::Empty) } else { Ok(read) }
}

fn read_line(seq: u64, bytes: &str) -> Result<Line, Fault> {
    #[derive(Deserialize)]
    struct Version {
        v: u32,
    }
    if bytes.len() > limits::LINE_BYTES || seq >= limits::JOURNAL_ENTRIES {
        return Err(Fault::Unreadable { seq });
    }
    let version: Version = serde_json::from_str(bytes).map_err(|_| Fault::Unreadable { seq })?;
    if version.v > FORMAT {
        return Err(Fault::Newer { seq, found: version.v });
    }
    serde_json::from_str(bytes).map_err(|_| Fault::Unreadable { seq })
}

/// Compares verified lines with a head that was held elsewhere. A journal may have grown since.
///
/// # Errors
/// [`Fault::Cut`] or [`Fault::Rewritten`].
pub fn check_head(lines: &[&str], head: &Head) -> Result<(), Fault> {
    let found = (lines.len() as u64).saturating_sub(1);
    let line = usize::try_from(head.seq).ok().and_then(|seq| lines.get(seq));
    match line {
        None => Err(Fault::Cut { found, expected: head.seq }),
        Some(line) if Digest::of(line.as_bytes()) == head.hash => Ok(()),
        Some(_) => Err(Fault::Rewritten { seq: head.seq }),
    }
}
