//! Who acts in a way, what they remember, and what they do next.

use std::collections::BTreeSet;

use case::{
    actor::{Actor, Role},
    case::Rest,
    command::Refusal,
    entry::{Command, Entry},
    ids::Digest,
    journal::Line,
    policy::Action,
    state::Stage,
};
use serde_json::json;

use super::Way;
use crate::world::{actor, reference, sealed};

/// Numbers that follow from a seed (SplitMix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub(super) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).unwrap()
    }

    pub(super) const fn one_in(&mut self, many: u64) -> bool {
        self.next().is_multiple_of(many)
    }
}

/// What somebody saw of a proposal.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) proposal: String,
    pub(super) hash: Digest,
    pub(super) view: String,
}

/// Somebody, and what they have before them.
pub(super) struct Person {
    name: &'static str,
    role: Role,
    seen: Option<Seen>,
}

/// Two approvers, an admin, two analysts, and two who may not.
pub(super) fn all() -> Vec<Person> {
    let person = |name, role| Person { name, role, seen: None };
    vec![
        person("ada", Role::Approver),
        person("ben", Role::Approver),
        person("cia", Role::Admin),
        person("dov", Role::Analyst),
        person("eli", Role::Analyst),
        person("app", Role::Submitter),
        person("eve", Role::Auditor),
    ]
}

impl Way<'_> {
    /// Somebody does something, or something comes in.
    pub(super) fn happen(&mut self) {
        let who = self.dice.below(5);
        if self.world.case.state().closed.is_some() && self.dice.one_in(3) {
            return self.end(who);
        }
        match self.dice.below(30) {
            0..=5 => self.deliver(),
            6..=11 => self.look(who),
            12..=19 => self.agree(who),
            20 => {
                let outsider = 5 + self.dice.below(2);
                self.people[outsider].seen = self.people[who].seen.clone();
                self.agree(outsider);
            }
            21 => self.note(who),
            22 => self.late_evidence(),
            23 => self.late_evidence(),
            24 => self.pass(),
            25 => self.care(who),
            26 => self.reject_or_decide(who),
            27 => self.end(who),
            28 => self.forge(who),
            _ => self.again(who),
        }
    }

    fn actor(&self, who: usize) -> Actor {
        actor(self.people[who].name, self.people[who].role)
    }

    fn give(&mut self, who: usize, command: Command) -> bool {
        let actor = self.actor(who);
        let refusal = self.world.command(actor, command).err();
        if let Some(refusal) = refusal {
            *self.tally.refusals.entry(refusal.to_string()).or_default() += 1;
        }
        refusal.is_none()
    }

    fn look(&mut self, who: usize) {
        let shown = self.world.case.state().lead().and_then(|lead| lead.proposals.last());
        let seen = shown.map(|proposed| self.seen(proposed));
        self.people[who].seen = seen.or_else(|| self.people[who].seen.take());
    }

    /// Somebody agrees to what they saw, however long ago.
    fn agree(&mut self, who: usize) {
        let Some(seen) = self.people[who].seen.clone() else { return self.look(who) };
        let (name, role) = (self.people[who].name, self.people[who].role);
        let proposed = self.world.case.state().proposed(&seen.proposal).expect("it was seen").clone();
        let now = self.seen(&proposed);
        let (agreed_to, before) = self.agreed.get(&seen.proposal).cloned().unwrap_or_default();
        let approve = Command::Approve { proposal: seen.proposal.clone(), hash: seen.hash, note: None };
        let order = self.world.command(self.actor(who), approve);
        match order {
            Ok(()) => {
                assert_eq!(seen.view, now.view, "{name} agreed to what they did not see");
                assert_eq!(proposed.stage, Stage::Pending, "{name} agreed to what was decided");
                assert!(role.decides(), "{name} may not");
                self.tally.agreed += 1;
                let (agreed_to, people) = self.agreed.entry(seen.proposal).or_default();
                if *agreed_to != seen.view {
                    self.tally.lapsed += people.len() as u64;
                    people.clear();
                    *agreed_to = seen.view;
                }
                assert!(people.insert(name), "{name} agreed twice");
            }
            Err(refusal) => {
                let changed = seen.view != now.view || proposed.stage == Stage::Superseded;
                assert!(refusal != Refusal::Stale || changed, "{name} saw what there is, and was told otherwise");
                let twice = agreed_to == seen.view && before.contains(name);
                assert!(refusal != Refusal::SelfApproval || twice, "{name} agreed once");
                *self.tally.refusals.entry(refusal.to_string()).or_default() += 1;
            }
        }
    }

    /// What is only said makes nothing outdated.
    fn note(&mut self, who: usize) {
        if self.world.case.state().closed.is_some() {
            return;
        }
        let proposed = self.world.case.state().lead().and_then(|lead| lead.proposals.last()).cloned();
        let before = proposed.as_ref().map(|proposed| self.seen(proposed).hash);
        self.world.say(self.actor(who), "I rang the merchant.");
        let proposed = proposed.and_then(|one| self.world.case.state().proposed(one.proposal.id()).cloned());
        assert_eq!(proposed.map(|proposed| self.seen(&proposed).hash), before);
    }

    fn late_evidence(&mut self) {
        if self.world.case.state().closed.is_some() {
            return;
        }
        let document = json!({"id": "doc_1", "type": "proof_of_address", "sides": ["front"], "sha256": "0".repeat(64),
            "text": "Receipt of Streamly"});
        match self.dice.below(4) {
            0 => self.world.message("There is a refund on my statement."),
            1 => self.world.send("Here is the receipt.", &[document]),
            2 => self.world.file(&[document]),
            _ => self.world.notice(),
        }
    }

    /// Time goes on: to the case's own wake, which decides nothing for anybody.
    fn pass(&mut self) {
        let pending = |way: &Self| {
            let proposals = way.world.case.state().tracks.iter().flat_map(|track| &track.proposals);
            proposals
                .filter(|one| one.stage == Stage::Pending)
                .map(|one| one.proposal.id().to_owned())
                .collect::<Vec<_>>()
        };
        let before = pending(self);
        if let Some(wake) = self.world.case.wake().filter(|_| self.world.case.rest() == Rest::Review) {
            self.world.pass_until(wake);
            assert_eq!(pending(self), before, "a time-out is no answer");
        } else {
            self.world.now = self.world.now.plus(5);
        }
    }

    fn care(&mut self, who: usize) {
        let note = sealed("a note");
        let command = match self.dice.below(5) {
            0 => Command::Claim,
            1 => Command::Release,
            2 => Command::Escalate { note },
            3 => Command::Snooze { until: self.world.now.plus(3_600_000), note },
            _ => Command::Reveal { what: reference("card:1") },
        };
        self.give(who, command);
    }

    fn reject_or_decide(&mut self, who: usize) {
        let note = sealed("a note");
        if self.dice.one_in(2) {
            let Some(seen) = self.people[who].seen.clone() else { return };
            self.give(who, Command::Reject { proposal: seen.proposal, hash: seen.hash, note });
            return;
        }
        let from = self.world.lines.len();
        if self.give(who, Command::Decide { action: Action::Inform, about: Some(reference("tx1")), note }) {
            // What somebody decides, they have agreed to.
            let made = self.world.lines[from..].iter().find_map(|line| {
                match serde_json::from_str::<Line>(line).unwrap().entry {
                    Entry::Proposed { proposal, .. } => Some(proposal),
                    _ => None,
                }
            });
            let made = made.expect("a decision is proposed");
            let proposed = self.world.case.state().proposed(made.id()).expect("it was made").clone();
            let people = BTreeSet::from([self.people[who].name]);
            let shown = self.seen(&proposed).view;
            self.agreed.insert(made.id().to_owned(), (shown, people));
        }
    }

    fn end(&mut self, who: usize) {
        let note = sealed("a note");
        let closed = self.world.case.state().closed.is_some();
        let given = self.give(who, if closed { Command::Reopen { note } } else { Command::Close { note } });
        if given && closed {
            // What is still to be agreed to is agreed to anew.
            let proposals = self.world.case.state().tracks.iter().flat_map(|track| &track.proposals);
            let pending = proposals.filter(|one| one.stage == Stage::Pending);
            pending.for_each(|one| drop(self.agreed.remove(one.proposal.id())));
        }
    }

    /// A hash that nobody showed, or a proposal that there is not.
    fn forge(&mut self, who: usize) {
        let shown = self.world.case.state().lead().and_then(|lead| lead.proposals.last());
        let shown = shown.map(|proposed| (proposed.proposal.id().to_owned(), proposed.proposal.hash().clone()));
        let (proposal, own) = shown.unwrap_or_else(|| ("p1".to_owned(), sealed("nothing")));
        let (proposal, hash) = match self.dice.below(3) {
            0 => (proposal, own),
            1 => (proposal, sealed("nothing")),
            _ => ("p99".to_owned(), own),
        };
        assert!(!self.give(who, Command::Approve { proposal, hash, note: None }), "a forged hash was taken");
    }

    /// The same click twice.
    fn again(&mut self, who: usize) {
        self.look(who);
        self.agree(who);
        self.agree(who);
    }
}
