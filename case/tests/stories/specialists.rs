//! The other three specialists: their first step, and a proposal.

use case::{
    case::Rest,
    entry::{Escalation, Failure, Question},
    label::{Label, Scored, Task},
    policy::{Action, Reason},
    source::Lookup,
};
use serde_json::{Value, json};

use super::{approve, check_proposal, cites};
use crate::world::{
    World,
    bank::{Bank, payment},
    reference, request, share,
};

fn work(text: &str, label: Label, bank: Bank) -> World {
    World::open(request(text, label), text, bank)
}

fn risk(band: &str) -> Value {
    json!({"score": 900, "band": band, "reasons": []})
}

#[test]
fn a_lost_card_is_frozen_whatever_the_score() {
    let mut world = work("My card was stolen", Label::FraudCheck, Bank::charged_twice());
    let proposal = check_proposal(
        &mut world,
        Action::FreezeCard,
        &[Reason::ReportedLostOrStolen, Reason::NothingUnusual, Reason::RiskLow],
    );
    assert_eq!(proposal.references(), [reference("card_1")]);
    assert!(cites(&proposal).contains(&"risk:score"));
    approve(&mut world, "ada");
    assert_eq!(world.drive(), Rest::Closed);
    let mut world = work(
        "My card was stolen",
        Label::FraudCheck,
        Bank::charged_twice().down("transactions", Failure::NotConfigured),
    );
    check_proposal(&mut world, Action::FreezeCard, &[Reason::ReportedLostOrStolen, Reason::EvidenceMissing]);
    let nothing =
        Bank::charged_twice().down("transactions", Failure::NotConfigured).down("accounts", Failure::NotConfigured);
    let mut world = work("My card was stolen", Label::FraudCheck, nothing);
    check_proposal(&mut world, Action::Escalate, &[Reason::ReportedLostOrStolen, Reason::EvidenceMissing]);
}

#[test]
fn a_score_alone_freezes_only_when_it_is_high_and_a_human_is_told() {
    let text = "I do not recognise this payment of $4.60. I still have my card.";
    let table = [
        ("low", Action::Escalate, Reason::RiskLow),
        ("medium", Action::Escalate, Reason::RiskMedium),
        ("high", Action::FreezeCard, Reason::RiskHigh),
    ];
    for (band, action, reason) in table {
        let mut world = work(text, Label::FraudCheck, Bank::charged_twice().say("risk", &[risk(band)]));
        if let Rest::Waiting { .. } = world.drive() {
            assert_eq!(band, "medium", "a doubt is worth a question");
            world.message("Yes, I have it here.");
        }
        check_proposal(&mut world, action, &[Reason::ReportedUnrecognised, Reason::NothingUnusual, reason]);
        assert_eq!(world.case.state().escalations.contains(&Escalation::HighRisk), band == "high");
    }
    let mut world = work(text, Label::FraudCheck, Bank::charged_twice().down("risk", Failure::Unavailable));
    check_proposal(
        &mut world,
        Action::Escalate,
        &[Reason::ReportedUnrecognised, Reason::NothingUnusual, Reason::EvidenceMissing],
    );
}

#[test]
fn no_transactions_are_not_sent_to_be_scored() {
    let mut world = work("I do not recognise this payment", Label::FraudCheck, Bank::with_ledger(&[]));
    for _ in 0..2 {
        assert!(matches!(world.drive(), Rest::Waiting { .. }), "which transaction, if there is none?");
        world.message("I do not know.");
    }
    check_proposal(&mut world, Action::Escalate, &[Reason::ReportedUnrecognised, Reason::NoTransactionFound]);
    assert!(world.asked.iter().all(|ready| !matches!(ready.question, Question::Lookup(Lookup::Risk { .. }))));
}

#[test]
fn a_request_with_two_intents_is_worked_by_two_specialists_who_share_their_look_ups() {
    let text = "My card was stolen, and I was charged twice by Streamly";
    let mut opened = request(text, Label::FraudCheck);
    opened.words.reading.intents =
        [Label::DisputeSummary, Label::FraudCheck].map(|label| Scored { label, confidence: share(90) }).to_vec();
    let mut world = World::open(opened, text, Bank::charged_twice());
    assert_eq!(world.drive(), Rest::Review);
    let state = world.case.state();
    assert_eq!(
        state.tracks.iter().map(|track| track.task).collect::<Vec<_>>(),
        [Task::FraudCheck, Task::DisputeSummary]
    );
    let ledgers = state.asks.keys().filter(|id| id.as_str().contains("/transactions/")).count();
    assert_eq!(ledgers, 1, "one look at the ledger serves both");
    approve(&mut world, "ada");
    assert_eq!(world.drive(), Rest::Review, "the other proposal is still open");
    approve(&mut world, "ada");
    assert_eq!(world.drive(), Rest::Closed);
}

#[test]
fn suspected_fraud_is_put_before_a_human_at_once_even_while_the_customer_is_asked() {
    let text = "Where is my transfer?";
    let two = json!({"payments": [payment(json!({})), payment(json!({"id": "pay_2"}))]});
    let mut opened = request(text, Label::PaymentStatus);
    opened.words.reading.fraud_suspected = true;
    let mut world = World::open(opened, text, Bank::charged_twice().say("payments", &[two]));
    assert_eq!(world.drive(), Rest::Review);
    world.command(crate::world::analyst("ada"), case::entry::Command::Claim).unwrap();
    assert!(matches!(world.drive(), Rest::Waiting { .. }), "somebody has it; the customer's answer is awaited");
}
