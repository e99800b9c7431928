//! Checking a pack: what it is signed with, whether every byte is the one that was signed, and where one is not.
//!
//! It looks at bytes alone. Whether the journal in it holds together, and ends where a head says that is held elsewhere,
//! is for the caller, who knows journals. It guesses at nothing: where the manifest is not what was signed, it says that and
//! compares nothing with it.

use case::ids::Digest;
use serde::Deserialize;

use super::{
    BLOCK, ENDS, FORMAT, JOURNAL, JOURNAL_ENDS, JOURNAL_OPENS, MANIFEST_OPENS, Manifest, Mark, SIGNATURE_OPENS, short,
    unescaped,
};
use crate::signer::{PublicKey, Purpose};

/// What is wrong with a pack. Bytes are counted from 0, and the last is the last that is meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackFault {
    /// There is no manifest.
    #[error("this is no evidence pack, or its end was changed or cut off: it has no manifest")]
    NoManifest,
    /// It was made by a newer version.
    #[error("it is written in format {found}, and this build reads up to {FORMAT}: upgrade Caseworker to check it")]
    Newer {
        /// Its format.
        found: u64,
    },
    /// The bytes after the manifest are not those of a pack.
    #[error("the end of the file, from byte {at} on, is not as a pack ends: it was changed, cut off or added to")]
    Ending {
        /// The first byte that differs.
        at: usize,
    },
    /// The manifest cannot be read.
    #[error("the manifest, bytes {from} to {to}, was changed: it cannot be read")]
    Manifest {
        /// Where it begins.
        from: usize,
        /// Where it ends.
        to: usize,
    },
    /// The signature is not the manifest's.
    #[error(
        "the signature is not that of the manifest: one of the two, in bytes {from} to {to}, was changed. Nothing was \
         compared with this manifest"
    )]
    Signature {
        /// Where the manifest begins.
        from: usize,
        /// Where the signature ends.
        to: usize,
    },
    /// Another key signed it.
    #[error("the pack was signed with {found}, and not with the key that it must be signed with")]
    OtherKey {
        /// The key that signed.
        found: PublicKey,
    },
    /// A section was changed.
    #[error("the section `{name}` was changed, in bytes {from} to {to}")]
    Section {
        /// Which.
        name: String,
        /// From where on.
        from: usize,
        /// Up to where.
        to: usize,
    },
    /// A line of the journal was changed.
    #[error("line {seq} of the journal was changed; it stands in bytes {from} to {to}")]
    Line {
        /// Which, counted from 0 as in `seq`.
        seq: u64,
        /// Where it begins.
        from: usize,
        /// Where it ends.
        to: usize,
    },
}

impl PackFault {
    /// The bytes that it is about.
    #[must_use]
    pub const fn place(&self) -> Option<(usize, Option<usize>)> {
        match self {
            Self::NoManifest | Self::Newer { .. } | Self::OtherKey { .. } => None,
            Self::Ending { at } => Some((*at, None)),
            Self::Manifest { from, to }
            | Self::Signature { from, to }
            | Self::Section { from, to, .. }
            | Self::Line { from, to, .. } => Some((*from, Some(*to))),
        }
    }
}

/// A pack whose every byte is the one that was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What it says of itself.
    pub manifest: Manifest,
    /// The journal's lines.
    pub lines: Vec<String>,
}

/// Whether a file is meant to be a pack, even if its first or its last byte was changed.
#[must_use]
pub fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(b"<!DOCTYPE") || find_last(bytes, MANIFEST_OPENS.as_bytes()).is_some()
}

/// Checks a pack, and that this key signed it where one is given.
///
/// # Errors
/// What is wrong, and where.
pub fn check(bytes: &[u8], key: Option<&PublicKey>) -> Result<Checked, Vec<PackFault>> {
    let (manifest, sections_end) = read_manifest(bytes, key).map_err(|fault| vec![fault])?;
    let mut faults = Vec::new();
    let (front, back) = intact(bytes, &manifest.sections, sections_end);
    if front.sections < manifest.sections.len() || front.at != sections_end {
        let last = manifest.sections.len().saturating_sub(back.sections + 1).max(front.sections);
        let same_length = manifest.sections.iter().map(|mark| mark.bytes).sum::<usize>() == sections_end;
        let changed = manifest.sections.get(front.sections..=last).unwrap_or_default();
        if same_length && changed.len() > 1 {
            let wrong = changed.iter().filter(|mark| !is_intact(bytes, mark, mark.at));
            faults.extend(wrong.map(|mark| placed(bytes, &manifest, mark, (mark.at, mark.at + mark.bytes))));
        } else if let Some(mark) = changed.first() {
            faults.push(placed(bytes, &manifest, mark, (front.at, back.at)));
        } else {
            faults.push(PackFault::Section { name: JOURNAL.to_owned(), from: front.at, to: back.at.max(front.at) });
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let lines = journal(bytes, &manifest).map(|(_, lines)| lines.iter().map(|line| unescaped(line)).collect());
    match lines {
        Some(lines) => Ok(Checked { manifest, lines }),
        None => Err(vec![PackFault::Section { name: JOURNAL.to_owned(), from: 0, to: sections_end }]),
    }
}

/// The manifest, signed by its own key or by the one that was given, and where the sections end.
fn read_manifest(bytes: &[u8], key: Option<&PublicKey>) -> Result<(Manifest, usize), PackFault> {
    let opens = find_last(bytes, MANIFEST_OPENS.as_bytes()).ok_or(PackFault::NoManifest)?;
    let from = opens + MANIFEST_OPENS.len();
    let rest = bytes.get(from..).unwrap_or_default();
    // JSON of a manifest holds no `<`: only what it is made of, hashes, names and numbers.
    let length = find_last(rest, SIGNATURE_OPENS.as_bytes())
        .or_else(|| json_ends(rest))
        .or_else(|| rest.iter().position(|byte| *byte == b'<'))
        .ok_or(PackFault::Ending { at: from })?;
    let (written, rest) = rest.split_at_checked(length).ok_or(PackFault::NoManifest)?;
    let (mut at, mut rest) = (from + length, rest);
    expect(&mut rest, &mut at, SIGNATURE_OPENS)?;
    let signature = rest.get(..128).and_then(|signature| std::str::from_utf8(signature).ok());
    let signature = signature.filter(|digits| digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
    let signature = signature.ok_or(PackFault::Signature { from, to: (at + 127).min(bytes.len()) })?;
    (rest, at) = (rest.get(128..).unwrap_or_default(), at + 128);
    let signed_to = at - 1;
    expect(&mut rest, &mut at, ENDS)?;
    if !rest.is_empty() {
        return Err(PackFault::Ending { at });
    }
    #[derive(Deserialize)]
    struct Version {
        pack: u64,
    }
    let unreadable = PackFault::Manifest { from, to: from + length.saturating_sub(1) };
    let version: Version = serde_json::from_slice(written).map_err(|_| unreadable.clone())?;
    if version.pack > u64::from(FORMAT) {
        return Err(PackFault::Newer { found: version.pack });
    }
    let manifest: Manifest = serde_json::from_slice(written).map_err(|_| unreadable)?;
    if !manifest.key.verifies(Purpose::Pack, written, signature) {
        return Err(PackFault::Signature { from, to: signed_to });
    }
    match key {
        Some(key) if *key != manifest.key => Err(PackFault::OtherKey { found: manifest.key }),
        Some(_) | None => Ok((manifest, opens)),
    }
}

/// Where the JSON that stands here ends, if it is JSON.
fn json_ends(bytes: &[u8]) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<serde::de::IgnoredAny>();
    values.next()?.ok()?;
    Some(values.byte_offset())
}

/// Takes what must stand here.
fn expect(rest: &mut &[u8], at: &mut usize, what: &str) -> Result<(), PackFault> {
    let same = rest.iter().zip(what.as_bytes()).take_while(|(found, expected)| found == expected).count();
    if same < what.len() {
        return Err(PackFault::Ending { at: *at + same });
    }
    *rest = rest.get(same..).unwrap_or_default();
    *at += same;
    Ok(())
}

/// How many sections are as they were, seen from one end, and where what follows begins or ends.
struct Intact {
    sections: usize,
    at: usize,
}

/// The sections that are as they were before and behind the first and the last change.
fn intact(bytes: &[u8], marks: &[Mark], end: usize) -> (Intact, Intact) {
    let mut front = Intact { sections: 0, at: 0 };
    for mark in marks {
        if !is_intact(bytes, mark, front.at) || front.at + mark.bytes > end {
            break;
        }
        front = Intact { sections: front.sections + 1, at: front.at + mark.bytes };
    }
    let mut back = Intact { sections: 0, at: end };
    for mark in marks.iter().rev() {
        let Some(at) = back.at.checked_sub(mark.bytes).filter(|at| *at >= front.at) else { break };
        if !is_intact(bytes, mark, at) {
            break;
        }
        back = Intact { sections: back.sections + 1, at };
    }
    (front, back)
}

fn is_intact(bytes: &[u8], mark: &Mark, at: usize) -> bool {
    let found = at.checked_add(mark.bytes).and_then(|to| bytes.get(at..to));
    found.is_some_and(|found| Digest::of(found) == mark.sha256)
}

/// Where a section was changed that now stands here, as closely as its hashes tell.
fn placed(bytes: &[u8], manifest: &Manifest, mark: &Mark, (from, to): (usize, usize)) -> PackFault {
    let found = bytes.get(from..to).unwrap_or_default();
    if mark.name == JOURNAL
        && let Some(fault) = changed_line(found, manifest, from)
    {
        return fault;
    }
    let same = |(found, known): &(&[u8], &String)| short(found) == **known;
    let before = found.chunks(BLOCK).zip(&mark.blocks).take_while(same).count();
    let first = from + before * BLOCK;
    // Blocks are counted from the beginning: behind a byte that was put in or taken out none is the same.
    let blocks: Vec<(&[u8], &String)> = found.chunks(BLOCK).zip(&mark.blocks).collect();
    let after = if found.len() == mark.bytes { blocks.iter().rev().take_while(|block| same(block)).count() } else { 0 };
    let last = if after == 0 { to } else { from + (mark.blocks.len() - after) * BLOCK };
    PackFault::Section { name: mark.name.clone(), from: first, to: last.max(first + 1) - 1 }
}

/// The first line of a journal that is not as it was; none where its lines are, or where it cannot be told.
fn changed_line(found: &[u8], manifest: &Manifest, from: usize) -> Option<PackFault> {
    let rest = found.strip_prefix(JOURNAL_OPENS.as_bytes())?;
    let mut at = from + JOURNAL_OPENS.len();
    let mut lines = rest.split(|byte| *byte == b'\n');
    for (seq, known) in (0..).zip(&manifest.lines) {
        let line = lines.next().unwrap_or_default();
        if short(line) != *known {
            return Some(PackFault::Line { seq, from: at, to: (at + line.len()).max(at + 1) - 1 });
        }
        at += line.len() + 1;
    }
    None
}

/// Where the journal stands, and its lines as they stand there.
fn journal<'a>(bytes: &'a [u8], manifest: &Manifest) -> Option<(usize, Vec<&'a str>)> {
    let mark = manifest.sections.iter().find(|mark| mark.name == JOURNAL)?;
    let section = std::str::from_utf8(bytes.get(mark.at..mark.at.checked_add(mark.bytes)?)?).ok()?;
    let lines = section.strip_prefix(JOURNAL_OPENS)?.strip_suffix(JOURNAL_ENDS)?;
    Some((mark.at, lines.split('\n').collect()))
}

fn find_last(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).rposition(|window| window == what)
}

#[cfg(test)]
mod tests {
    use case::{
        ids::{CaseId, TenantId},
        journal::Head,
        time::Millis,
    };

    use super::{super::*, *};
    use crate::vault::MasterKey;

    fn signer(digit: &str) -> Signer {
        MasterKey::parse(&digit.repeat(64)).unwrap().signer()
    }

    fn lines() -> Vec<String> {
        (0..9).map(|n| format!("{{\"seq\":{n},\"text\":\"</script> {}\"}}", "x".repeat(n * 70))).collect()
    }

    fn pack(signer: &Signer) -> String {
        let lines = lines();
        let head =
            Head { case: CaseId::from_random([7; 16]), seq: 8, hash: Digest::of(lines.last().unwrap().as_bytes()) };
        let section = |name: &'static str, bytes: usize| {
            let html = format!("<p>{}</p>\n", name.chars().cycle().take(bytes).collect::<String>());
            Section { name, html }
        };
        let sections = vec![
            Section { name: "page", html: "<!DOCTYPE html>\n<html lang=\"en\"><body>\n".to_owned() },
            section("words", 3_000),
            section("evidence", 40),
            section("history", 1_024),
        ];
        let tenant = TenantId::parse("acme").unwrap();
        Draft { tenant: &tenant, head: &head, at: Millis(0), sections, lines: &lines }.write(signer)
    }

    #[test]
    fn a_pack_is_checked_with_its_own_key_or_with_the_one_that_is_given() {
        let own = signer("1");
        let pack = pack(&own);
        assert!(is_one(pack.as_bytes()) && !is_one(b"{}"));
        let checked = check(pack.as_bytes(), Some(&own.public_key())).unwrap();
        assert_eq!((checked.lines, checked.manifest.head.seq), (lines(), 8));
        assert!(check(pack.as_bytes(), None).is_ok());
        let again = signer("2").public_key();
        assert_eq!(
            check(pack.as_bytes(), Some(&again)),
            Err(vec![PackFault::OtherKey { found: own.public_key() }]),
            "a pack that somebody else signed again"
        );
    }

    /// Which part of the file a byte lies in, by where the parts begin.
    fn part(pack: &str, at: usize) -> String {
        let manifest = pack.rfind(MANIFEST_OPENS).unwrap();
        let checked = check(pack.as_bytes(), None).unwrap().manifest;
        match checked.sections.iter().find(|mark| (mark.at..mark.at + mark.bytes).contains(&at)) {
            Some(mark) if mark.name == JOURNAL => {
                let lines = mark.at + JOURNAL_OPENS.len()..mark.at + mark.bytes - JOURNAL_ENDS.len() + 1;
                match lines.contains(&at) {
                    true => format!("line {}", pack[lines.start..at].matches('\n').count()),
                    false => JOURNAL.to_owned(),
                }
            }
            Some(mark) => mark.name.clone(),
            None if at < manifest + MANIFEST_OPENS.len() => "opening".to_owned(),
            None => "end".to_owned(),
        }
    }

    #[track_caller]
    fn check_placed(pack: &str, changed: &[u8], at: usize, within: usize) {
        let faults = check(changed, None).unwrap_err();
        let [fault] = faults.as_slice() else { panic!("{faults:?}") };
        let (from, to) = fault.place().unwrap_or((0, None));
        let to = to.unwrap_or(usize::MAX);
        let is_there = |name: &str, length: usize| {
            assert_eq!(part(pack, at), name, "byte {at}: {fault}");
            assert!(from <= at + within && at <= to.saturating_add(within), "byte {at}: {fault}");
            assert!(to - from < length + within, "byte {at}: {fault}");
        };
        match fault {
            PackFault::Section { name, .. } => is_there(name, if name == JOURNAL { 8_192 } else { BLOCK }),
            PackFault::Line { seq, .. } => is_there(&format!("line {seq}"), 8_192),
            PackFault::NoManifest => assert_eq!(part(pack, at), "opening"),
            PackFault::Ending { .. } | PackFault::Manifest { .. } | PackFault::Signature { .. } => {
                assert_eq!(part(pack, at), "end", "byte {at}: {fault}");
                assert!(from <= at + within && at <= to.saturating_add(within), "byte {at}: {fault}");
            }
            PackFault::Newer { .. } => assert_eq!(part(pack, at), "end"),
            PackFault::OtherKey { .. } => panic!("byte {at}: {fault}"),
        }
    }

    #[test]
    fn a_change_of_any_byte_is_found_where_it_is() {
        let pack = pack(&signer("1"));
        for at in 0..pack.len() {
            for bits in [1, 0x20] {
                let mut changed = pack.clone().into_bytes();
                changed[at] ^= bits;
                // A line end that is none joins two lines; one that is put in makes two.
                check_placed(&pack, &changed, at, 1);
            }
        }
    }

    #[test]
    fn a_byte_that_is_put_in_or_taken_out_is_found_in_its_part() {
        let pack = pack(&signer("1"));
        for at in (0..pack.len()).step_by(3) {
            let mut longer = pack.clone().into_bytes();
            longer.insert(at, b'~');
            let mut shorter = pack.clone().into_bytes();
            shorter.remove(at);
            for changed in [longer, shorter] {
                let faults = check(&changed, None).unwrap_err();
                assert_eq!(faults.len(), 1, "byte {at}: {faults:?}");
            }
        }
        assert!(check(&pack.as_bytes()[..pack.len() - 1], None).is_err());
        assert!(check(format!("{pack}\n").as_bytes(), None).unwrap_err()[0].place().is_some());
    }

    #[test]
    fn two_changes_are_both_said() {
        let pack = pack(&signer("1"));
        let changed = pack.replacen("<p>words", "<p>Words", 1).replacen("<p>hist", "<p>Hist", 1);
        let names: Vec<String> = check(changed.as_bytes(), None)
            .unwrap_err()
            .iter()
            .map(|fault| if let PackFault::Section { name, .. } = fault { name.clone() } else { fault.to_string() })
            .collect();
        assert_eq!(names, ["words", "history"]);
    }

    #[test]
    fn sections_that_change_places_are_missed() {
        let pack = pack(&signer("1"));
        let evidence = pack.find("<p>evidence").unwrap();
        let history = pack.find("<p>history").unwrap();
        let (moved, rest) = (&pack[evidence..history], &pack[history..]);
        let (history_text, rest) = rest.split_at(rest.find(JOURNAL_OPENS).unwrap());
        let swapped = format!("{}{history_text}{moved}{rest}", &pack[..evidence]);
        assert_eq!(swapped.len(), pack.len());
        assert!(check(swapped.as_bytes(), None).is_err());
    }
}
