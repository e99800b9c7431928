//! Laws of the journal: whoever changes it is found.

use case::{
    actor::Role,
    case::{Case, rederive},
    entry::{Command, Entry},
    ids::Digest,
    journal::{Fault, Line, check_head, read},
};
use proptest::{collection::vec, prelude::*, sample::Index};

use super::{
    chaos::{Chaos, event, opened},
    law,
};
use crate::{
    stories::{agreement, proposal},
    world::{World, actor, bank::Bank},
};

fn journals() -> impl Strategy<Value = (Case, Vec<String>)> {
    (opened(), vec(event(), 3..30)).prop_map(|(opened, events)| {
        let chaos = Chaos::run(opened, &events);
        (chaos.case, chaos.lines)
    })
}

fn borrowed(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

fn replayed(lines: &[String]) -> Result<Case, Fault> {
    Case::replay(lines.iter().map(String::as_str))
}

fn derived(lines: &[String]) -> Result<(), Fault> {
    rederive(lines.iter().map(String::as_str))
}

/// Writes the chain anew, as somebody does who changes a journal and knows how it is made.
fn relink(lines: &[Line]) -> Vec<String> {
    let mut prev = Digest::genesis();
    let mut written = Vec::new();
    for (seq, line) in (0..).zip(lines) {
        let bytes = Line { seq, prev, ..line.clone() }.to_bytes();
        prev = Digest::of(bytes.as_bytes());
        written.push(bytes);
    }
    written
}

#[test]
fn a_changed_byte_is_found_and_in_the_last_line_by_the_head() {
    law(600, (journals(), any::<Index>(), any::<Index>(), 0..7_u32), |((case, lines), at, byte, bit)| {
        let mut changed = lines.clone();
        let at = at.index(lines.len());
        let mut bytes = changed[at].clone().into_bytes();
        let byte = byte.index(bytes.len());
        bytes[byte] ^= 1 << bit;
        changed[at] = String::from_utf8(bytes).unwrap();
        assert_eq!(check_head(&borrowed(&lines), case.head()), Ok(()));
        if at + 1 < lines.len() {
            assert!(replayed(&changed).is_err() && derived(&changed).is_err(), "line {at}");
        } else {
            assert!(check_head(&borrowed(&changed), case.head()).is_err());
        }
    });
}

#[test]
fn swapped_inserted_and_dropped_lines_are_found() {
    law(300, (journals(), any::<Index>(), any::<Index>()), |((case, lines), one, other)| {
        let (one, other) = (one.index(lines.len()), other.index(lines.len()));
        let mut swapped = lines.clone();
        swapped.swap(one, other);
        assert_eq!(replayed(&swapped).is_ok(), one == other);
        let mut inserted = lines.clone();
        inserted.insert(one, lines[other].clone());
        assert!(replayed(&inserted).is_err());
        let mut dropped = lines.clone();
        dropped.remove(one);
        if one + 1 < lines.len() {
            assert!(replayed(&dropped).is_err());
        }
        let head = case.head();
        assert!(
            matches!(check_head(&borrowed(&lines[..one.max(1)]), head), Err(Fault::Cut { .. })) || one == lines.len()
        );
        assert_eq!(replayed(&[]), Err(Fault::Empty));
    });
}

#[test]
fn a_tail_that_was_cut_in_the_middle_of_a_step_is_found_without_a_head() {
    law(200, (journals(), any::<Index>()), |((_, lines), keep)| {
        let keep = 1 + keep.index(lines.len());
        let read = read(lines.iter().map(String::as_str)).unwrap();
        let half = read.get(keep).is_some_and(|next| !next.entry.is_input());
        let fault = if half { Err(Fault::Unfinished { seq: keep as u64 - 1 }) } else { Ok(()) };
        assert_eq!(replayed(&lines[..keep]).map(drop), fault);
    });
}

#[test]
fn a_journal_rewritten_with_its_chain_is_found_by_the_rules_or_by_the_head() {
    law(300, (journals(), any::<Index>(), any::<Index>(), 0..3), |((case, lines), one, other, how)| {
        let read = read(lines.iter().map(String::as_str)).unwrap();
        let mut forged = read.clone();
        let (one, other) = (1 + one.index(read.len() - 1), 1 + other.index(read.len() - 1));
        match how {
            0 => drop(forged.remove(one)),
            1 => forged[one].entry = read[other].entry.clone(),
            _ => forged.insert(one, Line { at: read[one].at, ..read[other].clone() }),
        }
        let changed: Vec<&Entry> = forged.iter().map(|line| &line.entry).collect();
        if changed == read.iter().map(|line| &line.entry).collect::<Vec<_>>() {
            return;
        }
        let forged = relink(&forged);
        // A journal may grow after its head was noted; anything else changes the line of the head.
        let grown = forged.starts_with(&lines);
        assert_eq!(check_head(&borrowed(&forged), case.head()).is_ok(), grown);
        // Somebody who changes what was derived is found without a head, too.
        let untouched = |at: usize| read[at].entry.is_input();
        let inputs_only = match how {
            0 => untouched(one),
            1 => untouched(one) || untouched(other),
            _ => untouched(other),
        };
        assert!(inputs_only || derived(&forged).is_err(), "{how} {one} {other}");
    });
}

#[test]
fn hostile_journals_are_faults_and_never_panics() {
    law(400, (journals(), vec((any::<Index>(), any::<Index>()), 1..6)), |((_, lines), moves)| {
        let read = read(lines.iter().map(String::as_str)).unwrap();
        let mut forged = read.clone();
        for (from, to) in moves {
            let entry = read[from.index(read.len())].entry.clone();
            let to = to.index(forged.len());
            let at = forged[to].at;
            forged.insert(to, Line { at, entry, ..read[0].clone() });
        }
        let forged = relink(&forged);
        drop((replayed(&forged), derived(&forged)));
    });
}

#[test]
fn an_input_that_the_rules_would_have_turned_away_is_found_however_well_it_is_chained() {
    let mut world = World::twice(Bank::charged_twice());
    world.drive();
    let Command::Approve { proposal, hash, .. } = agreement(&proposal(&world)) else { panic!("an approval") };
    let forge = |entry: Entry| {
        let mut lines = read(world.lines.iter().map(String::as_str)).unwrap();
        lines.push(Line { entry, ..lines[lines.len() - 1].clone() });
        derived(&relink(&lines))
    };
    let given = |who, role, command| Entry::Commanded { actor: actor(who, role), command, code: None, key: None };
    let turned_away = |entry: Entry| matches!(forge(entry), Err(Fault::Impossible { .. }));
    let approve = Command::Approve { proposal: proposal.clone(), hash: hash.clone(), note: None };
    assert!(turned_away(given("eve", Role::Auditor, approve.clone())), "an auditor does not decide");
    assert!(turned_away(given("ada", Role::Analyst, Command::Reopen { note: hash })), "the case is not closed");
    assert!(
        turned_away(given("ada", Role::Analyst, Command::Approve { proposal, hash: Digest::genesis(), note: None })),
        "not the hash"
    );
    assert!(turned_away(Entry::TimePassed), "nothing was due");
    assert!(turned_away(Entry::Resumed), "nothing was in flight");
    assert!(
        matches!(forge(given("ada", Role::Analyst, approve)), Err(Fault::Unfinished { .. })),
        "this one may be given"
    );
}
