//! What people decide, and what they may not.

use case::{
    actor::Role,
    case::Rest,
    command::Refusal,
    entry::{Command, CustomerQuestion, Escalation, Failure},
    label::{Label, Task},
    policy::{Action, Approval, Reason},
    settings::Mode,
};
use serde_json::json;

use super::{agreement, approve, check_proposal, proposal};
use crate::world::{
    TWICE, World, actor, analyst,
    bank::{Bank, charge},
    reference, request, sealed,
};

fn reject(world: &World) -> Command {
    let proposal = proposal(world);
    Command::Reject { proposal: proposal.id().to_owned(), hash: proposal.hash().clone(), note: sealed("no") }
}

fn decide(action: Action, about: Option<&str>) -> Command {
    Command::Decide { action, about: about.map(reference), note: sealed("because") }
}

fn close() -> Command {
    Command::Close { note: sealed("done by hand") }
}

fn reopen() -> Command {
    Command::Reopen { note: sealed("once more") }
}

fn at_rest() -> World {
    let mut world = World::twice(Bank::charged_twice());
    check_proposal(&mut world, Action::RaiseChargeback, &[Reason::DuplicateCharge]);
    world
}

#[test]
fn a_case_without_a_customer_waits_to_be_told_whose_it_is() {
    let mut opened = request(TWICE, Label::DisputeSummary);
    opened.customer = None;
    let mut world = World::open(opened, TWICE, Bank::charged_twice());
    assert!(matches!(world.drive(), Rest::Waiting { .. }));
    let waiting = |world: &World| world.case.state().tracks[0].waiting.map(|(question, _)| question);
    assert_eq!(waiting(&world), Some(CustomerQuestion::WhichCustomer));
    world.message("Hello?");
    assert_eq!(waiting(&world), Some(CustomerQuestion::WhichCustomer), "words do not say whose case it is");

    let identify = Command::Identify { customer: reference("cus_ada") };
    world.command(actor("app", Role::Submitter), identify.clone()).unwrap();
    check_proposal(&mut world, Action::RaiseChargeback, &[Reason::DuplicateCharge]);
    assert_eq!(world.command(analyst("ada"), identify), Err(Refusal::CustomerFixed));
}

#[test]
fn a_case_rerouted_to_the_specialist_it_has_is_looked_at_again() {
    let mut world = at_rest();
    let rejected = reject(&world);
    world.command(analyst("ada"), rejected).unwrap();
    world.command(analyst("ada"), Command::Reroute { task: Task::DisputeSummary }).unwrap();
    let again = check_proposal(&mut world, Action::RaiseChargeback, &[Reason::DuplicateCharge]);
    assert_eq!(again.id(), "p2");
}

#[test]
fn a_case_is_released_by_whoever_claimed_it_or_by_an_admin() {
    let mut world = at_rest();
    assert_eq!(world.command(analyst("ada"), Command::Release), Err(Refusal::NotClaimed));
    world.command(analyst("ada"), Command::Claim).unwrap();
    assert_eq!(world.command(analyst("ben"), Command::Release), Err(Refusal::Claimed));
    world.command(actor("root", Role::Admin), Command::Release).unwrap();
    assert_eq!(world.case.state().assignee, None);
}

#[test]
fn a_rejected_proposal_leaves_the_case_to_a_human_who_decides() {
    let mut world = at_rest();
    let rejected = reject(&world);
    world.command(analyst("ada"), rejected.clone()).unwrap();
    assert_eq!(world.drive(), Rest::Review);
    assert_eq!(world.command(analyst("ada"), rejected), Err(Refusal::Settled));
    assert_eq!(world.command(analyst("ada"), decide(Action::RaiseChargeback, None)), Err(Refusal::NeedsEvidence));
    let stranger = decide(Action::RaiseChargeback, Some("tx_unknown"));
    assert_eq!(world.command(analyst("ada"), stranger), Err(Refusal::NeedsEvidence));

    world.command(analyst("ada"), decide(Action::RaiseChargeback, Some("tx1"))).unwrap();
    let decided = proposal(&world);
    assert_eq!(decided.reasons(), [Reason::AnalystDecision]);
    assert_eq!(decided.amount().map(|amount| amount.amount_minor), Some(1299), "the amount is the evidence's");
    assert_eq!(world.drive(), Rest::Closed);
}

#[test]
fn what_was_in_evidence_can_be_decided_on_after_further_words() {
    let mut world = at_rest();
    let rejected = reject(&world);
    world.command(analyst("ada"), rejected).unwrap();
    world.message("Any news?");
    assert_eq!(world.drive(), Rest::Review);
    world.command(analyst("ada"), decide(Action::RaiseChargeback, Some("tx1"))).unwrap();
    assert_eq!(world.drive(), Rest::Closed);
}

#[test]
fn a_provisional_credit_needs_two_people() {
    let mut world = at_rest();
    let shown = proposal(&world);
    world.command(analyst("ada"), decide(Action::ProvisionalCredit, Some("tx2"))).unwrap();
    assert_eq!(world.drive(), Rest::Review, "a decision is one approval of two");
    let credit = proposal(&world);
    assert_eq!(credit.approval(), Approval::TwoAnalysts);
    assert_eq!(world.command(analyst("ada"), agreement(&credit)), Err(Refusal::SelfApproval));
    assert_eq!(world.command(analyst("ben"), agreement(&shown)), Err(Refusal::Stale), "another was put in its place");
    let mut forged = agreement(&credit);
    if let Command::Approve { hash, .. } = &mut forged {
        *hash = shown.hash().clone();
    }
    assert_eq!(world.command(analyst("ben"), forged), Err(Refusal::Stale), "the hash is not the one shown");
    assert!(world.in_flight.is_empty(), "nothing went out");

    world.command(analyst("ben"), agreement(&credit)).unwrap();
    assert_eq!(world.in_flight.len(), 1);
    assert_eq!(world.command(analyst("ada"), close()), Err(Refusal::ActionUnderWay));
    assert_eq!(world.drive(), Rest::Closed);
}

#[test]
fn roles_that_do_not_decide_are_refused() {
    let mut world = at_rest();
    for role in [Role::Submitter, Role::Auditor] {
        let commands = [Command::Claim, agreement(&proposal(&world)), reject(&world), close(), reopen()];
        for command in commands {
            assert_eq!(world.command(actor("eve", role), command), Err(Refusal::Role), "{role:?}");
        }
    }
    assert_eq!(world.case.rest(), Rest::Review);
}

#[test]
fn a_claimed_case_is_one_analyst_s_until_it_is_released() {
    let mut world = at_rest();
    world.command(analyst("ada"), Command::Claim).unwrap();
    assert_eq!(world.command(analyst("ben"), Command::Claim), Err(Refusal::Claimed));
    assert_eq!(world.command(analyst("ben"), Command::Release), Err(Refusal::Claimed));
    world.command(analyst("ada"), Command::Release).unwrap();
    world.command(analyst("ben"), Command::Claim).unwrap();
}

#[test]
fn a_repeated_command_is_given_once() {
    let mut world = at_rest();
    let key = Some(sealed("key"));
    let first = world.case.command(analyst("ada"), Command::Claim, key.clone(), world.now).unwrap();
    world.lines.extend(first.lines);
    let again = world.case.command(analyst("ada"), Command::Claim, key, world.now).unwrap();
    assert!(again.lines.is_empty());
    world.check_journal();
}

#[test]
fn a_closed_case_takes_nothing_but_a_reopening_and_then_belongs_to_a_human() {
    let mut world = at_rest();
    approve(&mut world, "ada");
    assert_eq!(world.drive(), Rest::Closed);
    assert_eq!(world.command(analyst("ada"), Command::Claim), Err(Refusal::Closed));
    assert_eq!(world.command(analyst("ada"), close()), Err(Refusal::Closed));

    world.command(analyst("ada"), reopen()).unwrap();
    assert_eq!(world.command(analyst("ada"), reopen()), Err(Refusal::NotClosed));
    assert_eq!(world.drive(), Rest::Review);
    world.command(analyst("ada"), decide(Action::Inform, Some("tx1"))).unwrap();
    assert_eq!(world.drive(), Rest::Closed, "a second action closes it again");

    world.command(analyst("ada"), reopen()).unwrap();
    world.command(analyst("ada"), close()).unwrap();
    assert_eq!(world.drive(), Rest::Closed);
}

#[test]
fn a_case_closed_in_the_middle_of_its_work_goes_to_a_human_when_it_is_reopened() {
    let mut world = World::twice(Bank::charged_twice());
    world.command(analyst("ada"), close()).unwrap();
    let late: Vec<_> = world.in_flight.drain(..).collect();
    let length = world.lines.len();
    late.iter().for_each(|ready| world.perform(ready));
    assert_eq!(world.lines.len(), length, "a closed case hears no answers");
    world.now = world.now.plus(60_000);
    world.command(analyst("ada"), reopen()).unwrap();
    assert_eq!(world.drive(), Rest::Review);
}

#[test]
fn a_proposal_agreed_to_after_a_reopening_closes_the_case() {
    let mut world = at_rest();
    world.command(analyst("ada"), close()).unwrap();
    world.command(analyst("ada"), reopen()).unwrap();
    assert_eq!(world.drive(), Rest::Review);
    approve(&mut world, "ada");
    assert_eq!(world.drive(), Rest::Closed);
}

#[test]
fn an_analyst_s_question_waits_for_the_customer_and_an_answer_brings_the_case_back() {
    let mut world = at_rest();
    let rejected = reject(&world);
    world.command(analyst("ada"), rejected).unwrap();
    world.command(analyst("ada"), Command::Ask { question: sealed("which?") }).unwrap();
    assert!(matches!(world.drive(), Rest::Waiting { .. }));
    world.message("The second one.");
    assert_eq!(world.drive(), Rest::Review);
}

#[test]
fn a_customer_who_stays_silent_is_told_to_a_human_each_time() {
    let gym = |id: &str| charge(&format!("{id} 2026-11-18 3500 mer_gymnasio"));
    let rows = [
        charge("tx1 2026-11-20 1299 mer_streamly"),
        charge("tx2 2026-11-20 1299 mer_streamly"),
        gym("tx3"),
        gym("tx4"),
    ];
    let mut world = World::twice(Bank::with_ledger(&rows).say("merchants", &[json!({"merchants": []})]));
    for _ in 0..2 {
        let Rest::Waiting { wake } = world.drive() else { panic!("{:?}", world.case.rest()) };
        world.pass_until(wake);
        assert_eq!(world.case.rest(), Rest::Review);
        assert!(world.case.state().escalations.contains(&Escalation::NoAnswer));
        world.message("I do not know.");
    }
    check_proposal(&mut world, Action::Escalate, &[Reason::SeveralTransactionsFit]);
}

#[test]
fn a_case_given_to_another_specialist_goes_on_there_and_can_come_back() {
    let mut world = at_rest();
    let old = proposal(&world);
    world.command(analyst("ada"), Command::Reroute { task: Task::PaymentStatus }).unwrap();
    assert_eq!(world.command(analyst("ada"), agreement(&old)), Err(Refusal::Stale));
    check_proposal(&mut world, Action::Inform, &[Reason::PaymentInProcess]);
    world.command(analyst("ada"), Command::Reroute { task: Task::DisputeSummary }).unwrap();
    check_proposal(&mut world, Action::RaiseChargeback, &[Reason::DuplicateCharge]);
    assert_eq!(world.case.state().tracks.len(), 2, "one track for each task");
    approve(&mut world, "ada");
    assert_eq!(world.drive(), Rest::Closed, "what was taken from a specialist keeps nothing open");
}

#[test]
fn an_unread_request_is_rerouted_and_worked() {
    let text = "Can I order a metal card?";
    let mut world = World::open(request(text, Label::Other), text, Bank::charged_twice());
    assert_eq!(world.drive(), Rest::Review);
    assert!(world.case.state().escalations.contains(&Escalation::Untriaged));
    assert_eq!(world.command(analyst("ada"), decide(Action::Inform, None)), Err(Refusal::NoTrack));
    world.command(analyst("ada"), Command::Reroute { task: Task::DisputeSummary }).unwrap();
    assert!(world.case.state().escalations.is_empty());
    assert_eq!(world.drive(), Rest::Waiting { wake: world.now.plus(7 * 86_400_000) }, "nothing says which charge");
}

#[test]
fn an_action_that_is_refused_comes_back_to_a_human() {
    for failure in [Failure::Refused, Failure::NotFound, Failure::NotConfigured] {
        let mut world = World::twice(Bank::charged_twice().down("act", failure));
        world.drive();
        approve(&mut world, "ada");
        assert_eq!(world.drive(), Rest::Review);
        assert!(world.case.state().escalations.contains(&Escalation::ActionRefused));
        world.bank = Bank::charged_twice();
        world.command(analyst("ada"), decide(Action::Inform, Some("tx1"))).unwrap();
        assert_eq!(world.drive(), Rest::Closed);
    }
}

#[test]
fn an_information_goes_out_by_itself_only_where_the_tenant_says_so_and_nobody_needs_to_look() {
    let open = |mode: Mode, suspected: bool| {
        let mut opened = request(TWICE, Label::DisputeSummary);
        opened.settings.mode = mode;
        opened.settings.approvals.insert(Action::Inform, Approval::None);
        opened.words.reading.fraud_suspected = suspected;
        World::open(opened, TWICE, Bank::with_ledger(&[charge("tx1 2026-11-20 1299 mer_streamly")]))
    };
    assert_eq!(open(Mode::Auto, false).drive(), Rest::Closed);
    for mode in [Mode::Assist, Mode::Shadow] {
        assert_eq!(open(mode, false).drive(), Rest::Review, "{mode:?}");
    }
    let mut world = open(Mode::Auto, true);
    assert_eq!(world.drive(), Rest::Review, "a suspicion of fraud does not close unseen");
    world.command(analyst("ada"), close()).unwrap();
}

#[test]
fn being_asked_whose_the_case_is_takes_no_question_away() {
    let gym = |id: &str| charge(&format!("{id} 2026-11-18 3500 mer_gymnasio"));
    let streamly = |id: &str| charge(&format!("{id} 2026-11-20 1299 mer_streamly"));
    let rows = [streamly("tx1"), streamly("tx2"), gym("tx3"), gym("tx4")];
    let mut opened = request(TWICE, Label::DisputeSummary);
    opened.customer = None;
    let bank = Bank::with_ledger(&rows).say("merchants", &[json!({"merchants": []})]);
    let mut world = World::open(opened, TWICE, bank);
    world.command(analyst("ada"), Command::Identify { customer: reference("cus_ada") }).unwrap();
    for _ in 0..2 {
        assert!(matches!(world.drive(), Rest::Waiting { .. }), "the customer is asked twice which charge it was");
        world.message("I do not know.");
    }
    check_proposal(&mut world, Action::Escalate, &[Reason::SeveralTransactionsFit]);
}

#[test]
fn a_reopened_case_waits_for_nobody() {
    let mut opened = request(TWICE, Label::DisputeSummary);
    opened.customer = None;
    let mut world = World::open(opened, TWICE, Bank::charged_twice());
    assert!(matches!(world.drive(), Rest::Waiting { .. }));
    world.command(analyst("ada"), close()).unwrap();
    world.command(analyst("ada"), reopen()).unwrap();
    assert_eq!(world.drive(), Rest::Review);
}
