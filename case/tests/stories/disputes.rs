//! A customer was charged twice, or says so: the evidence decides, never the words alone.

use case::{
    case::Rest,
    entry::{Command, CustomerQuestion, Failure, Question},
    label::Label,
    policy::{Action, Reason},
    source::{Lookup, Topic},
};
use serde_json::{Value, json};

use super::{approve, check_proposal, cites, proposal};
use crate::world::{
    TWICE, World,
    bank::{Bank, Reply, charge, ledger, with},
    reference, request,
};

fn streamly(id: &str) -> Value {
    charge(&format!("{id} 2026-11-20 1299 mer_streamly"))
}

fn refund(changes: Value) -> Value {
    let row =
        with(streamly("ref1"), json!({"direction": "credit", "kind": "refund", "booked_at": "2026-11-21T10:00:00Z"}));
    with(row, changes)
}

#[test]
fn a_double_charge_becomes_a_cited_chargeback_that_an_analyst_lets_out() {
    let mut world = World::twice(Bank::charged_twice());
    let proposal = check_proposal(&mut world, Action::RaiseChargeback, &[Reason::DuplicateCharge]);
    assert_eq!(cites(&proposal), ["ledger:tx1", "ledger:tx2", "merchants:mer_streamly", "policy:pol_1"]);
    assert_eq!(proposal.references(), [reference("tx2")], "the second charge is the one to take back");
    assert_eq!(proposal.amount().map(|amount| amount.to_string()).as_deref(), Some("USD 12.99"));

    approve(&mut world, "ada");
    assert!(matches!(world.in_flight[0].question, Question::Act { .. }), "the action is asked once somebody agreed");
    assert_eq!(world.in_flight[0].id.as_str(), format!("{}/act/p1", world.case.id()));
    assert_eq!(world.drive(), Rest::Closed);
    assert_eq!(
        world.kinds(),
        [
            "opened",
            "triaged",
            "track_opened",
            "asked",
            "asked",
            "asked",
            "asked",
            "answered",
            "answered",
            "answered",
            "answered",
            "law_applied",
            "proposed",
            "commanded",
            "asked",
            "answered",
            "closed"
        ]
    );
}

#[test]
fn all_look_ups_are_in_flight_at_once() {
    let world = World::twice(Bank::charged_twice());
    let steps: Vec<&str> = world.in_flight.iter().map(|ready| step(&ready.question)).collect();
    assert_eq!(steps, ["transactions", "accounts", "policy", "merchants"]);
}

fn step(question: &Question) -> &'static str {
    if let Question::Lookup(lookup) = question { lookup.step() } else { "other" }
}

#[test]
fn the_same_words_end_differently_where_the_ledger_says_so() {
    let one = || vec![streamly("tx1")];
    let two = || vec![streamly("tx1"), streamly("tx2")];
    let pending = || vec![streamly("tx1"), with(streamly("tx2"), json!({"status": "pending"}))];
    let undone = || vec![streamly("tx1"), with(streamly("tx2"), json!({"status": "reversed"}))];
    let after = |row: Value| two().into_iter().chain([row]).collect::<Vec<_>>();
    let month_later = || vec![charge("tx1 2026-10-20 1299 mer_streamly"), streamly("tx2")];
    let other_amount = || vec![charge("tx1 2026-11-20 1199 mer_streamly"), streamly("tx2")];
    type Row<'a> = (&'a str, Vec<Value>, Action, Reason, &'a [&'a str]);
    let table: [Row<'_>; 9] = [
        ("one charge", one(), Action::Inform, Reason::SingleCharge, &["ledger:tx1"]),
        ("two charges", two(), Action::RaiseChargeback, Reason::DuplicateCharge, &["ledger:tx1", "ledger:tx2"]),
        ("one is pending", pending(), Action::Inform, Reason::DuplicatePending, &["ledger:tx1", "ledger:tx2"]),
        ("one was reversed", undone(), Action::Inform, Reason::DuplicateCredited, &["ledger:tx1", "ledger:tx2"]),
        (
            "one was refunded by name",
            after(refund(json!({"related": "tx2", "amount_minor": 1200}))),
            Action::Inform,
            Reason::DuplicateCredited,
            &["ledger:ref1", "ledger:tx1", "ledger:tx2"],
        ),
        (
            "one was refunded without a name",
            after(refund(json!({}))),
            Action::Inform,
            Reason::DuplicateCredited,
            &["ledger:ref1", "ledger:tx1", "ledger:tx2"],
        ),
        (
            "an older refund has nothing to do with it",
            after(refund(json!({"booked_at": "2026-11-01T10:00:00Z"}))),
            Action::RaiseChargeback,
            Reason::DuplicateCharge,
            &["ledger:tx1", "ledger:tx2"],
        ),
        ("a month lies between", month_later(), Action::Inform, Reason::SingleCharge, &["ledger:tx2"]),
        ("the amounts differ", other_amount(), Action::Inform, Reason::SingleCharge, &["ledger:tx2"]),
    ];
    for (name, rows, action, reason, cited) in table {
        let mut world = World::twice(Bank::with_ledger(&rows));
        assert_eq!(world.drive(), Rest::Review, "{name}");
        let proposal = proposal(&world);
        assert_eq!((proposal.action(), proposal.reasons()), (action, [reason].as_slice()), "{name}");
        let ledger: Vec<&str> = cites(&proposal).into_iter().filter(|id| id.starts_with("ledger")).collect();
        assert_eq!(ledger, cited, "{name}");
        assert_eq!(proposal.amount().is_some(), action.moves_money(), "{name}");
    }
}

#[test]
fn a_row_that_the_ledger_repeats_is_no_second_charge() {
    let again = with(streamly("tx1"), json!({"booked_at": "2026-11-20T12:00:00Z"}));
    let mut world = World::twice(Bank::with_ledger(&[streamly("tx1"), again]));
    check_proposal(&mut world, Action::Inform, &[Reason::SingleCharge]);
}

#[test]
fn several_double_charges_are_asked_about_until_the_customer_names_one() {
    let gym = |id: &str| charge(&format!("{id} 2026-11-18 3500 mer_gymnasio"));
    let rows = [streamly("tx1"), streamly("tx2"), gym("tx3"), gym("tx4")];
    let none = json!({"merchants": []});
    let mut world = World::open(
        request("I was charged twice.", Label::DisputeSummary),
        "I was charged twice.",
        Bank::with_ledger(&rows).say("merchants", &[none]),
    );
    assert!(matches!(world.drive(), Rest::Waiting { .. }));
    let waiting = world.case.state().lead().unwrap().waiting;
    assert_eq!(waiting.map(|(question, _)| question), Some(CustomerQuestion::WhichTransaction));

    world.message("It was the one from Gymnasio.");
    let again: Vec<&str> = world.in_flight.iter().map(|ready| step(&ready.question)).collect();
    assert_eq!(again, ["transactions", "accounts", "policy"], "the words are new, so the look-ups are");
    let proposal = check_proposal(&mut world, Action::RaiseChargeback, &[Reason::DuplicateCharge]);
    assert_eq!(proposal.references(), [reference("tx4")]);
}

#[test]
fn what_the_ledger_showed_last_counts_however_often_it_was_asked() {
    let amount = |minor: i64| ledger(&[with(streamly("tx1"), json!({ "amount_minor": minor }))]);
    let mut world =
        World::twice(Bank::with_ledger(&[]).say("transactions", &[amount(1), amount(2), amount(3), amount(4)]));
    // Several look-ups each time: ids end in numbers without leading zeros, and "…/10" sorts before "…/7".
    for _ in 0..3 {
        world.drive();
        world.message("Look again, please.");
    }
    check_proposal(&mut world, Action::Inform, &[Reason::SingleCharge]);
    let about = Some(reference("tx1"));
    let decide = Command::Decide { action: Action::RaiseChargeback, about, note: crate::world::sealed("note") };
    world.command(crate::world::analyst("ada"), decide).unwrap();
    assert_eq!(proposal(&world).amount().map(|amount| amount.amount_minor), Some(4));
}

#[test]
fn a_message_takes_back_a_proposal_that_was_made_without_it() {
    let mut world = World::twice(Bank::charged_twice());
    let old = check_proposal(&mut world, Action::RaiseChargeback, &[Reason::DuplicateCharge]);
    world.message("Please hurry.");
    let refused = world.command(crate::world::analyst("ada"), super::agreement(&old));
    assert_eq!(refused, Err(case::command::Refusal::Stale));
    let new = check_proposal(&mut world, Action::RaiseChargeback, &[Reason::DuplicateCharge]);
    assert_ne!(old.hash(), new.hash());
}

#[test]
fn what_was_asked_before_a_message_is_neither_waited_for_nor_asked_again() {
    let mut world = World::twice(Bank::charged_twice().reply("policy", &[Reply::Silence]));
    let before: Vec<_> = world.in_flight.drain(..).collect();
    world.message("Streamly, I mean.");
    assert_eq!(world.in_flight.len(), 4, "everything is looked up again at once");
    let length = world.lines.len();
    before.iter().for_each(|ready| world.perform(ready));
    assert_eq!(world.lines.len(), length, "what comes in for the old questions changes nothing");
    check_proposal(&mut world, Action::RaiseChargeback, &[Reason::DuplicateCharge, Reason::EvidenceMissing]);
    let again = |ready: &&case::case::Ready| ready.attempt > 1;
    assert!(world.asked.iter().any(|ready| ready.attempt > 1), "the new question about policy is tried again");
    assert!(!world.asked.iter().filter(again).any(|ready| before.iter().any(|old| old.id == ready.id)));
}

#[test]
fn a_missing_source_is_named_and_a_missing_ledger_leaves_it_to_a_human() {
    for failure in
        [Failure::NotConfigured, Failure::NotFound, Failure::Refused, Failure::Unavailable, Failure::Unusable]
    {
        let mut world = World::twice(Bank::charged_twice().down("transactions", failure));
        let mut reasons = vec![Reason::EvidenceMissing];
        if failure == Failure::NotFound {
            reasons.insert(0, Reason::CustomerUnknown);
        }
        check_proposal(&mut world, Action::Escalate, &reasons);
        for source in ["merchants", "policy"] {
            let mut world = World::twice(Bank::charged_twice().down(source, failure));
            let reasons = [Reason::DuplicateCharge, Reason::EvidenceMissing];
            let proposal = check_proposal(&mut world, Action::RaiseChargeback, &reasons);
            assert!(!cites(&proposal).iter().any(|id| id.starts_with(source)), "{source} {failure:?}");
        }
    }
}

#[test]
fn half_of_a_ledger_is_no_evidence() {
    let page = with(ledger(&[streamly("tx1")]), json!({"next": "tx1"}));
    let mut world = World::twice(Bank::charged_twice().say("transactions", &[page]));
    check_proposal(&mut world, Action::Escalate, &[Reason::EvidenceMissing]);
    let foreign = ledger(&[with(streamly("tx1"), json!({"customer_id": "cus_eve"}))]);
    let mut world = World::twice(Bank::charged_twice().say("transactions", &[foreign]));
    check_proposal(&mut world, Action::Escalate, &[Reason::EvidenceMissing]);
}

#[test]
fn a_crowd_of_merchants_hides_neither_the_right_one_nor_the_policy() {
    let crowd: Vec<Value> =
        (0..20).map(|n| json!({"id": format!("mer_{n}")})).chain([json!({"id": "mer_streamly"})]).collect();
    let mut world = World::twice(Bank::charged_twice().say("merchants", &[json!({"merchants": crowd})]));
    let proposal = check_proposal(&mut world, Action::RaiseChargeback, &[Reason::DuplicateCharge]);
    assert_eq!(cites(&proposal), ["ledger:tx1", "ledger:tx2", "merchants:mer_streamly", "policy:pol_1"]);
}

#[test]
fn the_transaction_that_the_caller_names_is_the_one_that_is_meant() {
    let gym = |id: &str| charge(&format!("{id} 2026-11-18 3500 mer_gymnasio"));
    let rows = [streamly("tx1"), streamly("tx2"), gym("tx3"), gym("tx4")];
    let mut opened = request(TWICE, Label::DisputeSummary);
    opened.transaction = Some(reference("tx3"));
    let mut world = World::open(opened, TWICE, Bank::with_ledger(&rows));
    let proposal = check_proposal(&mut world, Action::RaiseChargeback, &[Reason::DuplicateCharge]);
    assert_eq!(proposal.references(), [reference("tx4")]);
}

#[test]
fn the_policy_asked_for_is_that_of_the_complaint() {
    let table = [
        (TWICE, Topic::DuplicateCharge),
        ("My refund from the gym has not come", Topic::Refund),
        ("Why is there a fee on this?", Topic::ChargeDispute),
    ];
    for (text, topic) in table {
        let world = World::open(request(text, Label::DisputeSummary), text, Bank::charged_twice());
        let asked = world.in_flight.iter().any(|ready| ready.question == Question::Lookup(Lookup::Policy { topic }));
        assert!(asked, "{text}");
    }
}

#[test]
fn a_complaint_that_was_vague_takes_its_kind_from_what_the_customer_adds() {
    let text = "Something is wrong with my subscription.";
    let mut world = World::open(request(text, Label::DisputeSummary), text, Bank::charged_twice());
    assert!(matches!(world.drive(), Rest::Waiting { .. }), "two charges could be meant");
    world.message("It was charged twice!");
    check_proposal(&mut world, Action::RaiseChargeback, &[Reason::DuplicateCharge]);
    world.message("And there was a fee.");
    check_proposal(&mut world, Action::RaiseChargeback, &[Reason::DuplicateCharge]);
}
