//! Journals of earlier versions, as they were written: they replay for ever.
//!
//! A file here is never edited. When the rules change so that the same inputs lead elsewhere, `CORE` goes up, the new
//! version gets a file of its own, and the old ones still replay.

use case::{
    case::{CORE, Case, rederive},
    entry::{CloseReason, Erasure},
    policy::Action,
};

use crate::{
    stories::{self, approve},
    world::{World, bank::Bank},
};

const V1_DISPUTE: &str = include_str!("../../../testdata/journals/v1-dispute.jsonl");
const V2_DISPUTE: &str = include_str!("../../../testdata/journals/v2-dispute.jsonl");

/// The same with a remote agent that finds something else, which is approved and executed.
const V2_AGENT: &str = include_str!("../../../testdata/journals/v2-agent.jsonl");

/// The same of several people: claimed, rested, told of a change, agreed to by two, answered, held and erased.
const V2_DESK: &str = include_str!("../../../testdata/journals/v2-desk.jsonl");

/// Every file that there is.
const ALL: [(&str, &str); 4] = [
    ("v1-dispute.jsonl", V1_DISPUTE),
    ("v2-agent.jsonl", V2_AGENT),
    ("v2-desk.jsonl", V2_DESK),
    ("v2-dispute.jsonl", V2_DISPUTE),
];

#[test]
fn every_version_has_a_journal_and_every_journal_replays_and_re_derives() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/journals");
    let mut names: Vec<_> = folder.read_dir().unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ALL.map(|(name, _)| name), "a journal that is not looked at");
    let [mut formats, mut cores] = [const { std::collections::BTreeSet::new() }; 2];
    for (name, text) in ALL {
        let case = Case::replay(text.lines()).unwrap();
        let first: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        let core = case.state().opened.core;
        assert!(name.starts_with(&format!("v{core}-")), "{name} is of core {core}");
        formats.insert(first["v"].as_u64().unwrap());
        cores.insert(u64::from(core));
        if core == CORE {
            assert_eq!(rederive(text.lines()), Ok(()), "{name}");
        }
    }
    for (found, newest) in [(formats, case::journal::FORMAT), (cores, CORE)] {
        assert!(found.into_iter().eq(1..=u64::from(newest)), "a version has no journal: add one, and change no other");
    }
}

/// The story that the file tells: charged twice, three look-ups, a restart, a chargeback, approved, executed.
fn dispute() -> World {
    let mut world = World::twice(Bank::charged_twice());
    world.restart();
    world.drive();
    approve(&mut world, "ada");
    world.drive();
    world
}

#[test]
fn the_first_version_s_dispute_replays_and_re_derives() {
    let lines = || V1_DISPUTE.lines();
    let case = Case::replay(lines()).unwrap();
    assert_eq!(case.state().closed, Some(CloseReason::ActionsDone));
    let proposal = &case.state().tracks[0].proposals[0].proposal;
    assert_eq!(proposal.action(), Action::RaiseChargeback);
    assert_eq!(case.head().seq as usize + 1, lines().count());
    if case.state().opened.core == CORE {
        assert_eq!(rederive(lines()), Ok(()));
    }
}

#[test]
fn the_second_version_s_dispute_replays_and_re_derives() {
    let lines = || V2_DISPUTE.lines();
    let case = Case::replay(lines()).unwrap();
    assert_eq!((case.state().opened.core, case.state().closed), (2, Some(CloseReason::ActionsDone)));
    assert_eq!(rederive(lines()), Ok(()));
}

#[test]
fn the_same_inputs_still_lead_to_the_second_version_s_bytes() {
    let world = dispute();
    let now: String = world.lines.iter().map(|line| format!("{line}\n")).collect();
    assert!(now == V2_DISPUTE, "the rules or the format have changed: raise CORE or FORMAT; this story is now\n{now}");
}

#[test]
fn a_dispute_with_a_remote_agent_replays_re_derives_and_keeps_its_bytes() {
    let case = Case::replay(V2_AGENT.lines()).unwrap();
    let proposal = &case.state().tracks[0].proposals[0].proposal;
    assert_eq!((proposal.action(), proposal.found_by().is_some()), (Action::ReferToMerchant, true));
    assert_eq!(rederive(V2_AGENT.lines()), Ok(()));
    let world = stories::agents::dispute();
    let now: String = world.lines.iter().map(|line| format!("{line}\n")).collect();
    assert!(now == V2_AGENT, "the rules or the format have changed: raise CORE or FORMAT; this story is now\n{now}");
}

#[test]
fn a_case_of_several_people_replays_re_derives_and_keeps_its_bytes() {
    let case = Case::replay(V2_DESK.lines()).unwrap();
    assert_eq!((case.state().care.erased, case.state().letters.len()), (Some(Erasure::Commanded), 1));
    assert_eq!(rederive(V2_DESK.lines()), Ok(()));
    let world = stories::desk::several_people();
    let now: String = world.lines.iter().map(|line| format!("{line}\n")).collect();
    assert!(now == V2_DESK, "the rules or the format have changed: raise CORE or FORMAT; this story is now\n{now}");
}

#[test]
fn an_input_that_this_build_would_write_in_other_words_stays_as_it_is() {
    let world = World::twice(Bank::charged_twice());
    let before = world.lines[0].replace(r#""ledger_days":400,"#, "");
    assert_ne!(before, world.lines[0]);
    let mut prev = before.clone();
    let mut lines = vec![before];
    for line in &world.lines[1..] {
        let mut line: case::journal::Line = serde_json::from_str(line).unwrap();
        line.prev = case::ids::Digest::of(prev.as_bytes());
        prev = line.to_bytes();
        lines.push(prev.clone());
    }
    assert_eq!(rederive(lines.iter().map(String::as_str)), Ok(()), "a setting that came later has its default");
}
