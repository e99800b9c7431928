//! Several people who agree to one proposal, and evidence that comes late: ten thousand ways in which it can happen.
//!
//! What each person saw is kept here, made of the state by this test's own hand, and not by the hash that the core goes
//! by. Whatever is agreed to must be what was seen; nobody counts twice; an action goes out under one key.

mod people;

use std::collections::{BTreeMap, BTreeSet};

use case::{
    case::{Ready, Rest},
    command::Refusal,
    entry::{Answer, Failure, Question},
    evidence,
    ids::AskId,
    label::Label,
    policy::{Action, Approval},
    settings::DeskSettings,
    state::{Proposed, Stage, Standing},
};
use serde_json::json;

use self::people::{Dice, Person, Seen};
use crate::{
    laws,
    world::{
        TWICE, World,
        bank::{Bank, Reply, charge, failed, ledger, with},
        call, request, sealed,
    },
};

/// Ways that are tried.
const WAYS: u64 = 10_000;
/// What happens in each.
const EVENTS: u32 = 28;

/// What all ways came to.
#[derive(Default)]
struct Tally {
    refusals: BTreeMap<String, u64>,
    agreed: u64,
    executed: u64,
    late_drafts: u64,
    renewed: u64,
    lapsed: u64,
}

/// One way.
struct Way<'a> {
    world: World,
    dice: Dice,
    people: Vec<Person>,
    /// Who agreed to which proposal, all to the same view of it.
    agreed: BTreeMap<String, (String, BTreeSet<&'static str>)>,
    /// Claude's summary of each proposal as long as nobody had agreed.
    drafts: BTreeMap<String, String>,
    /// What the actions endpoint executed, by idempotency key.
    executed: BTreeMap<AskId, String>,
    tally: &'a mut Tally,
}

#[test]
#[expect(clippy::disallowed_macros, reason = "what was tried is for people to read")]
fn nobody_agrees_to_what_they_did_not_see_or_twice_in_ten_thousand_ways() {
    let seed = laws::seed();
    let mut tally = Tally::default();
    for way in 0..WAYS {
        let dice = Dice::new(seed.wrapping_add(way));
        let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| Way::new(dice, &mut tally).go()));
        assert!(told.is_ok(), "CASE_SEED={} shows it first", seed.wrapping_add(way));
    }
    let Tally { refusals, agreed, executed, late_drafts, renewed, lapsed } = &tally;
    println!("{WAYS} ways, CASE_SEED={seed}: {agreed} agreements, {executed} actions executed");
    println!(
        "{late_drafts} summaries came too late to count, {renewed} proposals made way for another, {lapsed} agreements lapsed"
    );
    for (refusal, count) in refusals {
        println!("refused {count:>7} times: {refusal}");
    }
    for refusal in [
        Refusal::Stale,
        Refusal::SelfApproval,
        Refusal::Role,
        Refusal::NeedsApprover,
        Refusal::Settled,
        Refusal::NoProposal,
        Refusal::Closed,
        Refusal::ActionUnderWay,
    ] {
        assert!(refusals.contains_key(&refusal.to_string()), "nobody met {refusal:?}");
    }
    assert!(*agreed > WAYS / 2 && *executed > WAYS / 8 && *late_drafts > 0 && *renewed > WAYS / 2 && *lapsed > 0);
}

impl<'a> Way<'a> {
    fn new(mut dice: Dice, tally: &'a mut Tally) -> Self {
        let mut opened = request(TWICE, Label::DisputeSummary);
        if dice.one_in(2) {
            opened.settings.writing.model = Some("claude-haiku-4-5".to_owned());
        }
        if !dice.one_in(4) {
            opened.settings.approvals = BTreeMap::from([
                (Action::RaiseChargeback, Approval::TwoAnalysts),
                (Action::Inform, Approval::TwoAnalysts),
            ]);
        }
        let second_by_approver = dice.one_in(3);
        opened.settings.desk = Some(DeskSettings { second_by_approver, ..DeskSettings::default() });
        opened.settings_hash = opened.settings.hash();
        let world = World::open(opened, TWICE, Bank::charged_twice());
        let (agreed, drafts, executed) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { world, dice, people: people::all(), agreed, drafts, executed, tally }
    }

    fn go(mut self) {
        for _ in 0..12 {
            self.deliver();
        }
        for _ in 0..EVENTS {
            self.happen();
            self.check();
        }
        for _ in 0..60 {
            self.deliver();
        }
        self.check();
        if self.dice.one_in(25) {
            self.world.check_journal();
        }
        self.tally.executed += self.executed.len() as u64;
        let proposals = self.world.case.state().tracks.iter().flat_map(|track| &track.proposals);
        self.tally.renewed += proposals.filter(|one| one.stage == Stage::Superseded).count() as u64;
    }

    /// An answer comes in, of any that are waited for; where none is, time goes on.
    fn deliver(&mut self) {
        if self.world.in_flight.is_empty() {
            if let Rest::Working { wake } = self.world.case.rest() {
                self.world.pass_until(wake);
            }
            return;
        }
        let which = self.dice.below(self.world.in_flight.len());
        let ready = self.world.in_flight.remove(which).unwrap();
        self.answer(&ready);
    }

    fn answer(&mut self, ready: &Ready) {
        match &ready.question {
            Question::Lookup(_) if self.dice.one_in(3) => {
                // By now there is a credit for one of the two, or there is not.
                let credit = json!({"direction": "credit", "kind": "refund", "related": "tx2"});
                let mut rows = vec![
                    charge("tx1 2026-11-20 1299 mer_streamly"),
                    charge("tx2 2026-11-20 1299 mer_streamly"),
                    with(charge("tx9 2026-11-21 1299 mer_streamly"), credit),
                ];
                rows.truncate(2 + self.dice.below(2));
                self.world.bank = self.world.bank.clone().say("transactions", &[ledger(&rows)]);
            }
            Question::Draft { proposal, .. } => {
                return self.draft(ready, proposal);
            }
            Question::Act { proposal } => {
                self.execute(&ready.id, proposal);
                // It may have been executed although nobody here hears of it.
                let answers = [Answer::Done { reference: None, took_ms: 9 }, failed(Failure::Unavailable)];
                let answer = answers[usize::from(self.dice.one_in(4))].clone();
                self.world.bank = self.world.bank.clone().answer("act", &[answer]);
            }
            _ => {}
        }
        self.world.perform(ready);
    }

    /// Claude's summary comes in. It counts where it is taken, which it is not of a closed case, and nobody agreed without it.
    fn draft(&mut self, ready: &Ready, proposal: &str) {
        let draft = sealed(&format!("{}", self.dice.next()));
        let unseen = self.agreed.get(proposal).is_none_or(|(_, people)| people.is_empty());
        let answer = Answer::Drafted { draft: draft.clone(), kept: 3, dropped: 0, call: call(Some(1_000)) };
        self.world.bank = self.world.bank.clone().reply("draft", &[Reply::Answer(answer)]);
        let before = self.world.case.head().seq;
        self.world.perform(ready);
        if unseen && self.world.case.head().seq > before {
            self.drafts.insert(proposal.to_owned(), draft.to_string());
        } else {
            self.tally.late_drafts += 1;
        }
    }

    /// What the actions endpoint does: nothing, for a key that it knows.
    fn execute(&mut self, key: &AskId, proposal: &str) {
        let state = self.world.case.state();
        let proposed = state.proposed(proposal).expect("an action is a proposal's");
        let people = self.agreed.get(proposal).map_or(0, |(_, people)| people.len());
        assert!(people >= proposed.proposal.approval().people(), "{people} agreed to {proposed:#?}");
        let others = self.executed.iter().any(|(other, of)| other != key && of == proposal);
        assert!(!others, "one proposal went out under two keys");
        self.executed.insert(key.clone(), proposal.to_owned());
    }

    /// What a person sees of a proposal.
    fn seen(&self, proposed: &Proposed) -> Seen {
        let (state, proposal) = (self.world.case.state(), &proposed.proposal);
        let track =
            state.tracks.iter().find(|track| track.proposals.iter().any(|one| one.proposal.id() == proposal.id()));
        // Where there is none of Claude's, it is made of the evidence by fixed rules.
        let summary = self.drafts.get(proposal.id());
        let what = (proposal.action(), proposal.amount(), proposal.reasons(), proposal.cites(), proposal.references());
        let replies = state.asks.iter().filter_map(|(id, ask)| match &ask.standing {
            Standing::Answered(Answer::Facts { reply, .. }) => Some((id, Some(reply))),
            Standing::Missing(_) if matches!(ask.question, Question::Lookup(_)) => Some((id, None)),
            _ => None,
        });
        let evidence = (evidence::texts(state), replies.collect::<Vec<_>>());
        let view = (what, evidence, summary, track.map(|track| &track.law), &state.opened.rules);
        Seen {
            proposal: proposal.id().to_owned(),
            hash: case::view_hash::of(state, proposed),
            view: format!("{view:?}"),
        }
    }

    fn check(&self) {
        for proposed in self.world.case.state().tracks.iter().flat_map(|track| &track.proposals) {
            let agreed = self.agreed.get(proposed.proposal.id()).map_or(0, |(_, people)| people.len());
            assert_eq!(proposed.approvals.len(), agreed, "{proposed:#?}");
        }
    }
}
