//! A remote agent looks at what the fixed rules found: its advice is taken where every part of it holds and it asks for
//! no less care, and the case goes on as without it wherever it does not.

use case::{
    case::Rest,
    entry::{Advice, Answer, Command, Failure, Found, Missing, Opened, Question},
    evidence,
    ids::EvidenceId,
    label::{Label, Task},
    policy::{Action, Approval, Reason},
    settings::{AgentName, Mode},
    specialist::remote::{self, Outcome},
};
use serde_json::{Value, json};

use super::{approve, check_proposal, cites, proposal};
use crate::world::{
    TWICE, World, analyst,
    bank::{Bank, Reply, charge, failed, payment, profile, with},
    reference, request, sealed,
};

const WHERE: &str = "Where is my transfer? It has not arrived.";

fn agent() -> AgentName {
    AgentName::parse("far-away").unwrap()
}

/// A request of which every finding is put before the agent.
fn asks_agent(text: &str, label: Label) -> Opened {
    let mut opened = request(text, label);
    let tasks = [Task::DisputeSummary, Task::FraudCheck, Task::KycLookup, Task::PaymentStatus];
    opened.settings.agents.specialists = tasks.map(|task| (task, agent())).into();
    opened.settings_hash = opened.settings.hash();
    opened
}

fn found(action: Action, reasons: &[Reason], cites: &[&str], references: &[&str]) -> Found {
    Found {
        action,
        reasons: reasons.to_vec(),
        cites: cites.iter().map(|id| EvidenceId::parse(id).unwrap()).collect(),
        references: references.iter().map(|id| reference(id)).collect(),
        foreign: 0,
    }
}

fn says(advice: Advice) -> Answer {
    Answer::Advised { advice, reply: sealed("the agent's reply"), took_ms: 40 }
}

fn finds(found: Found) -> Answer {
    says(Advice::Finds(found))
}

/// The sample, with an agent that answers so.
fn twice(answer: Answer) -> World {
    let bank = Bank::charged_twice().answer("finding", &[answer]);
    World::open(asks_agent(TWICE, Label::DisputeSummary), TWICE, bank)
}

fn refer() -> Found {
    found(Action::ReferToMerchant, &[Reason::MerchantFirst], &["ledger:tx2", "merchants:mer_streamly"], &["tx2"])
}

/// What the rules find of the sample, with a reason more.
#[track_caller]
fn check_rules_stand(world: &mut World, reason: Reason) {
    let proposal = check_proposal(world, Action::RaiseChargeback, &[Reason::DuplicateCharge, reason]);
    assert_eq!(proposal.found_by(), None);
    assert_eq!(proposal.references(), [reference("tx2")]);
}

fn outcome(world: &World) -> (Outcome, Option<String>) {
    let consulted = remote::consulted(world.case.state());
    let [one] = consulted.as_slice() else { panic!("{consulted:?}") };
    let advised = one.result.expect("the agent answered");
    (advised.outcome, advised.flaw.map(|flaw| flaw.to_string()))
}

/// The sample with an agent that would rather have the merchant asked, to its end.
pub(crate) fn dispute() -> World {
    let mut world = twice(finds(refer()));
    world.drive();
    approve(&mut world, "ada");
    world.drive();
    world
}

#[test]
fn an_agent_is_asked_last_and_about_what_the_rules_found() {
    let mut world = twice(says(Advice::Agrees));
    world.drive();
    let steps: Vec<&str> = world.asked.iter().filter_map(|ready| ready.id.as_str().split('/').nth(2)).collect();
    assert_eq!(steps, ["transactions", "accounts", "policy", "merchants", "finding"]);
    let Question::Consult(asked) = &world.asked[4].question else { panic!("{:?}", world.asked[4]) };
    assert_eq!((asked.agent, asked.track.as_str()), (agent(), "t1"));
    assert_eq!(
        (asked.finding.action, &asked.finding.reasons[..]),
        (Action::RaiseChargeback, &[Reason::DuplicateCharge][..])
    );
    assert_eq!(asked.finding.references, [reference("tx2")]);
}

#[test]
fn an_agent_that_agrees_changes_nothing() {
    let mut world = twice(says(Advice::Agrees));
    let proposal = check_proposal(&mut world, Action::RaiseChargeback, &[Reason::DuplicateCharge]);
    let mut alone = World::twice(Bank::charged_twice());
    let rules = check_proposal(&mut alone, Action::RaiseChargeback, &[Reason::DuplicateCharge]);
    assert_eq!((proposal.cites(), proposal.references()), (rules.cites(), rules.references()));
    assert_eq!((proposal.amount(), proposal.code(), proposal.found_by()), (rules.amount(), rules.code(), None));
    assert_ne!(proposal.hash(), rules.hash(), "who approves, approves it with what the agent said");
    assert_eq!(outcome(&world), (Outcome::Agreed, None));

    let same = found(Action::RaiseChargeback, &[Reason::TransactionFound], &["ledger:tx2"], &["tx2"]);
    let mut world = twice(finds(same));
    check_proposal(&mut world, Action::RaiseChargeback, &[Reason::DuplicateCharge]);
    assert_eq!(outcome(&world), (Outcome::Agreed, None), "the same thing in its own words");
}

#[test]
fn what_an_agent_finds_is_proposed_as_its_own_and_needs_a_person() {
    let mut world = twice(finds(refer()));
    let proposal =
        check_proposal(&mut world, Action::ReferToMerchant, &[Reason::MerchantFirst, Reason::AgentDisagrees]);
    assert_eq!((proposal.found_by(), proposal.approval()), (Some(agent()), Approval::OneAnalyst));
    assert_eq!(cites(&proposal), ["ledger:tx2", "merchants:mer_streamly"]);
    assert_eq!((proposal.amount(), proposal.code()), (None, None), "nothing is left of the rules' chargeback");
    assert_eq!(outcome(&world), (Outcome::Adopted, None));
    let texts = evidence::texts(world.case.state());
    let line = &texts[&evidence::agent_id(agent())];
    assert_eq!(line.matches("(tx2 of USD 12.99)").count(), 2, "{line}");
    assert!(line.contains("refer the customer to the merchant") && line.contains("raise a chargeback"), "{line}");

    approve(&mut world, "ada");
    assert_eq!(world.drive(), Rest::Closed);
}

#[test]
fn in_auto_mode_nothing_that_an_agent_found_goes_out_by_itself() {
    let auto = |answer: Answer| {
        let mut opened = asks_agent(TWICE, Label::DisputeSummary);
        opened.settings.mode = Mode::Auto;
        opened.settings.approvals = [Action::Inform, Action::ReferToMerchant].map(|one| (one, Approval::None)).into();
        opened.settings_hash = opened.settings.hash();
        let single = [charge("tx1 2026-11-20 1299 mer_streamly")];
        World::open(opened, TWICE, Bank::with_ledger(&single).answer("finding", &[answer]))
    };
    let mut world = auto(says(Advice::Agrees));
    assert_eq!(world.drive(), Rest::Closed, "what the rules found goes out, as the operator wants it");
    assert_eq!(proposal(&world).action(), Action::Inform);

    let refer = found(Action::ReferToMerchant, &[Reason::MerchantFirst], &["ledger:tx1"], &["tx1"]);
    let mut world = auto(finds(refer));
    assert_eq!(world.drive(), Rest::Review);
    assert_eq!(
        (proposal(&world).action(), proposal(&world).approval()),
        (Action::ReferToMerchant, Approval::OneAnalyst)
    );
}

#[test]
fn an_amount_and_a_code_come_from_the_evidence_that_the_agent_refers_to() {
    let visa = |line: &str| with(charge(line), json!({"network": "visa", "entry_mode": "recurring"}));
    let rows = [
        visa("tx1 2026-11-20 1299 mer_streamly"),
        visa("tx2 2026-11-20 1299 mer_streamly"),
        visa("tx3 2026-11-02 460 mer_coffee"),
    ];
    let other = found(
        Action::RaiseChargeback,
        &[Reason::DuplicateCharge],
        &["ledger:tx3", "ledger:tx1", "policy:pol_1"],
        &["tx3"],
    );
    let bank = Bank::with_ledger(&rows).answer("finding", &[finds(other)]);
    let mut world = World::open(asks_agent(TWICE, Label::DisputeSummary), TWICE, bank);
    let reasons = [Reason::DuplicateCharge, Reason::AgentDisagrees];
    let proposal = check_proposal(&mut world, Action::RaiseChargeback, &reasons);
    assert_eq!(proposal.amount().map(|amount| amount.to_string()).as_deref(), Some("USD 4.60"));
    assert_eq!(cites(&proposal), ["ledger:tx1", "ledger:tx3", "policy:pol_1"], "the contested row is the last");
    let code = proposal.code().expect("the network's code is ours to find");
    assert_eq!(code.code.as_deref(), Some("12.6.1"));
    let law = &world.case.state().tracks[0].law;
    assert!(!law.clocks.is_empty(), "and so are the clocks");
}

#[test]
fn advice_of_which_a_part_does_not_hold_is_not_used_at_all() {
    let base = refer;
    let id = |text: &str| EvidenceId::parse(text).unwrap();
    let many = || (0..41).map(|_| Reason::MerchantFirst).collect::<Vec<_>>();
    let cases: Vec<(&str, Found)> = vec![
        ("shown", Found { foreign: 1, ..base() }),
        ("shown", Found { cites: vec![id("ledger:tx9")], ..base() }),
        ("shown", Found { references: vec![reference("tx9")], ..base() }),
        ("shown", Found { cites: vec![id("risk:score")], ..base() }),
        ("action", Found { action: Action::FreezeCard, references: vec![reference("card_1")], ..base() }),
        ("action", Found { action: Action::ApproveOnboarding, ..base() }),
        ("reasons", Found { reasons: vec![], ..base() }),
        ("reasons", Found { reasons: vec![Reason::AnalystDecision], ..base() }),
        ("reasons", Found { reasons: vec![Reason::LawStillProtects], ..base() }),
        ("cites nothing", Found { cites: vec![], ..base() }),
        ("too long", Found { reasons: many(), ..base() }),
        ("refers", Found { action: Action::RaiseChargeback, references: vec![], ..base() }),
        ("refers", Found { action: Action::RaiseChargeback, references: vec![reference("card_1")], ..base() }),
        (
            "refers",
            Found { action: Action::ProvisionalCredit, references: vec![reference("tx1"), reference("tx3")], ..base() },
        ),
        ("refers", Found { action: Action::ProvisionalCredit, references: vec![reference("cus_ada")], ..base() }),
    ];
    for (flaw, found) in cases {
        let mut world = twice(finds(found.clone()));
        check_rules_stand(&mut world, Reason::AgentUnusable);
        let (outcome, why) = outcome(&world);
        assert_eq!(outcome, Outcome::Unusable, "{found:?}");
        assert!(why.as_ref().is_some_and(|why| why.contains(flaw)), "{found:?}: {why:?}");
    }
}

#[test]
fn money_moves_only_by_what_the_customer_paid_and_the_ledger_has_booked() {
    let row = |id: &str, changes: Value| with(charge(&format!("{id} 2026-11-20 1299 mer_streamly")), changes);
    let rows = [
        row("tx1", json!({})),
        row("tx2", json!({})),
        row("tx4", json!({"status": "pending"})),
        row("tx5", json!({"direction": "credit", "kind": "refund", "merchant_id": "mer_other"})),
        row("tx6", json!({"kind": "transfer", "merchant_id": null})),
    ];
    for (action, about) in
        [(Action::RaiseChargeback, "tx4"), (Action::ProvisionalCredit, "tx5"), (Action::RaiseChargeback, "tx6")]
    {
        let claim = found(action, &[Reason::DuplicateCharge], &["ledger:tx1"], &[about]);
        let bank = Bank::with_ledger(&rows).answer("finding", &[finds(claim)]);
        let mut world = World::open(asks_agent(TWICE, Label::DisputeSummary), TWICE, bank);
        world.drive();
        assert_eq!(proposal(&world).found_by(), None, "{about}");
        assert!(proposal(&world).reasons().contains(&Reason::AgentUnusable), "{about}");
    }
}

#[test]
fn without_an_answer_the_rules_stand_and_say_so() {
    for (failure, reason) in [
        (Failure::NotConfigured, Reason::AgentMissing),
        (Failure::NotFound, Reason::AgentMissing),
        (Failure::Refused, Reason::AgentMissing),
        (Failure::Unavailable, Reason::AgentMissing),
        (Failure::TimedOut, Reason::AgentMissing),
        (Failure::Unusable, Reason::AgentUnusable),
    ] {
        let mut world = twice(failed(failure));
        check_rules_stand(&mut world, reason);
        let consulted = remote::consulted(world.case.state());
        assert_eq!(consulted[0].result, Err(Missing::Failed(failure)));
        let asked = world.asked.iter().filter(|ready| matches!(ready.question, Question::Consult(_))).count();
        assert_eq!(asked, if failure.is_passing() { 2 } else { 1 }, "{failure:?}");
    }
    let bank = Bank::charged_twice().reply("finding", &[Reply::Silence]);
    let mut world = World::open(asks_agent(TWICE, Label::DisputeSummary), TWICE, bank);
    check_rules_stand(&mut world, Reason::AgentMissing);
    let waited_ms = world.now.since(world.case.state().opened_at);
    assert!(waited_ms <= 30_000, "nobody waits long for an agent: {waited_ms} ms");
    let texts = evidence::texts(world.case.state());
    assert!(texts[&evidence::agent_id(agent())].starts_with("Nothing is known from the agent far-away"));
}

#[test]
fn where_the_rules_hand_a_case_to_a_person_no_agent_takes_it_back() {
    let unknown = Bank::with_ledger(&[]).say("payments", &[json!({"payments": []})]);
    let calm = found(Action::Inform, &[Reason::PaymentCredited], &["policy:pol_1"], &[]);
    let bank = unknown.answer("finding", &[finds(calm)]);
    let mut world = World::open(asks_agent(WHERE, Label::PaymentStatus), WHERE, bank);
    check_proposal(&mut world, Action::Escalate, &[Reason::NoPaymentFound, Reason::AgentDisagrees]);
    assert_eq!(proposal(&world).found_by(), None);
    assert_eq!(outcome(&world), (Outcome::Overruled, None));
    let line = &evidence::texts(world.case.state())[&evidence::agent_id(agent())];
    assert!(line.ends_with("what the fixed rules found is proposed."), "{line}");
}

#[test]
fn what_is_frozen_waits_for_no_agent() {
    let text = "My card was stolen and somebody used it.";
    let mut world = World::open(asks_agent(text, Label::FraudCheck), text, Bank::charged_twice());
    world.drive();
    assert_eq!(proposal(&world).action(), Action::FreezeCard);
    assert!(!world.asked.iter().any(|ready| matches!(ready.question, Question::Consult(_))));
}

#[test]
fn an_agent_may_raise_an_alert_and_a_score_it_never_clears() {
    let text = "Please check the alert on this account.";
    let alert = |answer: Answer| {
        let bank = Bank::with_ledger(&[charge("tx1 2026-11-20 1299 mer_streamly")]).answer("finding", &[answer]);
        World::open(asks_agent(text, Label::FraudCheck), text, bank)
    };
    let freeze = found(Action::FreezeCard, &[Reason::UnusualActivity], &["ledger:tx1", "risk:score"], &["card_1"]);
    let mut world = alert(finds(freeze));
    world.drive();
    assert_eq!((proposal(&world).action(), proposal(&world).found_by()), (Action::FreezeCard, Some(agent())));

    let clear = found(Action::Clear, &[Reason::NothingUnusual], &["ledger:tx1"], &["tx1"]);
    let bank = Bank::with_ledger(&[charge("tx1 2026-11-20 1299 mer_streamly")])
        .say("risk", &[json!({"score": 500, "band": "medium", "reasons": []})])
        .answer("finding", &[finds(clear)]);
    let mut world = World::open(asks_agent(text, Label::FraudCheck), text, bank);
    world.drive();
    assert_eq!((proposal(&world).action(), proposal(&world).found_by()), (Action::Escalate, None));
    assert_eq!(outcome(&world).0, Outcome::Overruled);
}

#[test]
fn an_identity_that_is_not_whole_is_not_accepted_by_an_agent_and_a_whole_one_may_be_doubted() {
    const WORDS: &str = "Please verify my identity, my document is attached.";
    let passport = json!({
        "id": "doc-1", "type": "passport", "sides": ["front"], "expires": "2031-05-01", "legible": true,
        "text": "PASSPORT\nSurname: CANARIA\nGiven names: ADA\nDate of birth: 13 JAN 1990\nPassport No: C55001122"
    });
    let open = |record: Value, answer: Found| {
        let bank = Bank::charged_twice().say("profile", &[profile(record)]).answer("finding", &[finds(answer)]);
        let opened = asks_agent(WORDS, Label::KycLookup);
        World::with_documents(opened, WORDS, std::slice::from_ref(&passport), bank)
    };
    let accept = found(Action::ApproveOnboarding, &[Reason::IdentityComplete], &["profile:fields"], &["cus_ada"]);
    let mut world = open(json!({"address": null}), accept);
    world.drive();
    assert_eq!((proposal(&world).action(), proposal(&world).found_by()), (Action::RequestDocuments, None));
    assert_eq!(outcome(&world).0, Outcome::Overruled);

    let doubt = found(Action::RequestDocuments, &[Reason::DocumentUnreadable], &["document:doc-1"], &["doc-1"]);
    let mut world = open(json!({}), doubt);
    world.drive();
    assert_eq!((proposal(&world).action(), proposal(&world).found_by()), (Action::RequestDocuments, Some(agent())));
}

#[test]
fn what_another_specialist_saw_is_not_an_agents_to_cite() {
    // Both specialists are at work, so the case holds transactions; the payment's agent is shown none of them.
    let text = "I was charged twice for my subscription, and where is my transfer?";
    let mut opened = asks_agent(text, Label::PaymentStatus);
    opened.settings.agents.specialists.remove(&Task::DisputeSummary);
    let both = crate::world::reading(Label::DisputeSummary, 96, true);
    opened.words.reading.intents.extend(both.intents);
    let peeks = found(Action::TracePayment, &[Reason::PaymentOverdue], &["ledger:tx1"], &["pay_1"]);
    let late = payment(json!({"iso20022_status": "ACSP"}));
    let bank = Bank::charged_twice().say("payments", &[json!({"payments": [late]})]).answer("finding", &[finds(peeks)]);
    let mut world = World::open(opened, text, bank);
    world.drive();
    let track = world.case.state().track(Task::PaymentStatus).unwrap();
    assert!(world.case.state().track(Task::DisputeSummary).is_some());
    assert!(track.proposals[0].proposal.reasons().contains(&Reason::AgentUnusable));
}

#[test]
fn what_the_customer_says_later_is_put_before_the_agent_again() {
    let mut world = twice(finds(refer()));
    world.drive();
    world.bank = Bank::charged_twice().answer("finding", &[says(Advice::Agrees)]);
    world.message("I have written to the shop already.");
    world.drive();
    let asked = world.asked.iter().filter(|ready| matches!(ready.question, Question::Consult(_))).count();
    assert_eq!(asked, 2);
    assert_eq!((proposal(&world).id(), proposal(&world).found_by()), ("p2", None));
    assert_eq!(remote::consulted(world.case.state()).len(), 1, "the earlier advice is outdated");
}

#[test]
fn an_agent_that_is_being_asked_survives_a_restart_and_a_persons_own_decision_is_not_held_up() {
    let bank = Bank::charged_twice().reply("finding", &[Reply::Silence]);
    let mut world = World::open(asks_agent(TWICE, Label::DisputeSummary), TWICE, bank);
    while let Some(ready) = world.in_flight.pop_front() {
        world.perform(&ready);
    }
    assert!(matches!(world.case.rest(), Rest::Working { .. }));
    world.restart();
    assert_eq!(world.asked.last().map(|ready| ready.attempt), Some(2), "the agent is asked again under the same id");

    let decide = Command::Decide { action: Action::Inform, about: Some(reference("tx1")), note: sealed("why") };
    world.command(analyst("ada"), decide).unwrap();
    assert_eq!(proposal(&world).action(), Action::Inform);
    assert_eq!(world.drive(), Rest::Closed);
    assert_eq!(world.asked.iter().filter(|ready| ready.attempt > 2).count(), 0, "nobody needs its answer any more");
}
