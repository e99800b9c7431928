//! Laws of a case's life.

use std::collections::{BTreeMap, BTreeSet};

use case::{
    case::Rest,
    entry::{Command, Entry, Escalation, Question},
    fold,
    ids::{Digest, Subject},
    policy::Proposal,
    state::State,
    view_hash,
};
use proptest::collection::vec;
use serde_json::Value;

use super::{
    chaos::{CANARY, Chaos, event, opened},
    law,
};
use crate::world::check_journal;

#[test]
fn whatever_happens_the_journal_replays_and_re_derives_and_somebody_owns_the_case() {
    law(300, (opened(), vec(event(), 0..80)), |(opened, events)| {
        let chaos = Chaos::run(opened, &events);
        check_journal(&chaos.case, &chaos.lines);
    });
}

#[test]
fn a_case_that_hears_nothing_more_comes_to_a_human() {
    law(150, (opened(), vec(event(), 0..40)), |(opened, events)| {
        let mut chaos = Chaos::run(opened, &events);
        for _ in 0..300 {
            chaos.wake();
        }
        let state = chaos.case.state();
        match chaos.case.rest() {
            Rest::Review | Rest::Closed => {}
            Rest::Working { wake } | Rest::Waiting { wake } if wake > case::time::Millis::LAST => {}
            Rest::Waiting { .. } => panic!("a customer is waited for for ever"),
            Rest::Working { .. } => {
                let action = state
                    .asks
                    .values()
                    .any(|ask| ask.is_open() && matches!(ask.question, Question::Act { .. } | Question::Letter { .. }));
                assert!(action, "only an action is tried for as long as it takes: {:#?}", state.asks);
                assert!(state.escalations.contains(&Escalation::ActionFailing), "and a human is told");
            }
        }
    });
}

#[test]
fn no_action_goes_out_that_the_journal_does_not_show_enough_people_agreeing_to() {
    law(300, (opened(), vec(event(), 0..80)), |(opened, events)| {
        let chaos = Chaos::run(opened, &events);
        let mut shown: BTreeMap<String, (Proposal, BTreeSet<Subject>, Option<Digest>)> = BTreeMap::new();
        let mut lines = case::journal::read(chaos.lines.iter().map(String::as_str)).unwrap().into_iter();
        let first = lines.next().unwrap();
        let Entry::Opened(opened) = first.entry else { panic!("a journal opens") };
        let rules = opened.rulebook().unwrap();
        let mut state = State::new(*opened, first.at, rules);
        for line in lines {
            let before = state.clone();
            fold::apply(&mut state, &line.entry, line.at).unwrap();
            match line.entry {
                Entry::Proposed { proposal, by, .. } => {
                    let agreed_to = by.is_some().then(|| view_hash::of(&state, state.proposed(proposal.id()).unwrap()));
                    shown.insert(proposal.id().to_owned(), (proposal, by.into_iter().collect(), agreed_to));
                }
                Entry::Commanded { actor, command: Command::Approve { proposal, hash, .. }, .. } => {
                    let seen = view_hash::of(&before, before.proposed(&proposal).unwrap());
                    assert_eq!(seen, hash, "people agree to what they saw");
                    let (_, people, agreed_to) = shown.get_mut(&proposal).unwrap();
                    if agreed_to.replace(hash.clone()) != Some(hash) {
                        people.clear();
                    }
                    assert!(people.insert(actor.subject), "nobody agrees twice");
                }
                Entry::Commanded { command: Command::Reject { proposal, .. }, .. } => {
                    shown.remove(&proposal);
                }
                Entry::Asked { question: Question::Act { proposal }, .. } => {
                    let (proposal, people, _) = shown.get(&proposal).expect("what was turned down does not go out");
                    assert!(people.len() >= proposal.approval().people(), "{proposal:?}: {people:?}");
                    assert!(!people.is_empty() || !proposal.action().moves_money());
                    assert!(proposal.approval() >= proposal.action().least_approval());
                }
                _ => {}
            }
        }
    });
}

#[test]
fn journals_hold_no_floating_point_numbers_and_nobody_s_words() {
    law(150, (opened(), vec(event(), 0..80)), |(opened, events)| {
        for line in Chaos::run(opened, &events).lines {
            assert!(!line.to_lowercase().contains(CANARY), "{line}");
            check_numbers(&serde_json::from_str(&line).unwrap());
        }
    });
}

fn check_numbers(value: &Value) {
    match value {
        Value::Number(number) => assert!(!number.is_f64(), "{number} is no whole number"),
        Value::Array(values) => values.iter().for_each(check_numbers),
        Value::Object(fields) => fields.values().for_each(check_numbers),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}
