//! Sources and hosts that fail, late answers, and time.

use case::{
    case::Rest,
    entry::{Answer, Escalation, Failure, Missing},
    label::Label,
    policy::{Action, Reason},
    state::Standing,
    time::Millis,
};

use super::{approve, check_proposal};
use crate::world::{
    TWICE, World,
    bank::{Bank, Reply, failed},
    request,
};

#[test]
fn a_source_that_fails_is_asked_again_and_its_late_success_counts() {
    let bank = Bank::charged_twice();
    let rows = bank.clone().next(&World::twice(bank.clone()).in_flight[0].question);
    let replies = [Reply::Answer(failed(Failure::Unavailable)), Reply::Silence, rows];
    let mut world = World::twice(bank.reply("transactions", &replies));
    check_proposal(&mut world, Action::RaiseChargeback, &[Reason::DuplicateCharge]);
    let attempts: Vec<u32> = world
        .asked
        .iter()
        .filter(|ready| ready.id.as_str().contains("transactions"))
        .map(|ready| ready.attempt)
        .collect();
    assert_eq!(attempts, [1, 2, 3]);
}

#[test]
fn a_source_that_never_answers_is_late_and_the_case_goes_on() {
    let mut world = World::twice(Bank::charged_twice().reply("policy", &[Reply::Silence]));
    let opened_at = world.now;
    check_proposal(&mut world, Action::RaiseChargeback, &[Reason::DuplicateCharge, Reason::EvidenceMissing]);
    assert!(world.now.since(opened_at) <= 15_000, "the deadline is the longest that anybody waits");
    let policy = world.case.state().asks.values().find(|ask| matches!(ask.standing, Standing::Missing(_))).unwrap();
    assert!(matches!(policy.standing, Standing::Missing(Missing::Late | Missing::Failed(Failure::TimedOut))));
}

#[test]
fn a_bank_that_never_says_a_word_leaves_every_case_with_a_human() {
    for label in [Label::FraudCheck, Label::KycLookup, Label::DisputeSummary, Label::PaymentStatus] {
        let mut bank = Bank::charged_twice();
        for step in ["transactions", "merchants", "policy", "risk", "profile", "payments"] {
            bank = bank.reply(step, &[Reply::Silence]);
        }
        let mut world = World::open(request(TWICE, label), TWICE, bank);
        check_proposal(&mut world, Action::Escalate, &[Reason::EvidenceMissing]);
    }
}

#[test]
fn a_pause_that_was_asked_for_is_kept_and_none_at_all_is_not() {
    for (asked_ms, least_ms) in [(Some(2_000), 2_000), (Some(0), 180), (Some(-5), 180), (None, 180)] {
        let failure =
            Answer::Failed { failure: Failure::Unavailable, retry_after_ms: asked_ms, call: None, took_ms: 1 };
        let mut world = World::twice(Bank::charged_twice().answer("transactions", &[failure]));
        let ready = world.in_flight.pop_front().unwrap();
        world.perform(&ready);
        let Standing::Retry(at) = world.case.state().asks[&ready.id].standing else { panic!("it is tried again") };
        let pause_ms = at.since(world.now);
        assert!((least_ms..=least_ms.max(250)).contains(&pause_ms), "{asked_ms:?}: {pause_ms}");
    }
}

#[test]
fn a_failure_that_is_told_twice_counts_once() {
    let mut world = World::twice(Bank::charged_twice());
    let ready = world.in_flight[0].clone();
    let failure = failed(Failure::Unavailable);
    let tell =
        |world: &mut World, attempt| world.case.answer(&ready.id, attempt, failure.clone(), world.now).lines.len();
    assert_eq!(tell(&mut world, 1), 2, "answered, retry planned");
    assert_eq!(tell(&mut world, 1), 0);
    assert_eq!((tell(&mut world, 2), tell(&mut world, 0)), (0, 0), "there is no such attempt");
}

#[test]
fn a_restarted_host_asks_again_under_the_same_ids() {
    let mut world = World::twice(Bank::charged_twice());
    let before: Vec<String> = world.in_flight.iter().map(|ready| ready.id.to_string()).collect();
    world.restart();
    let mut after: Vec<String> = world.in_flight.iter().map(|ready| ready.id.to_string()).collect();
    assert!(world.in_flight.iter().all(|ready| ready.attempt == 2));
    after.sort();
    assert!(before.iter().all(|id| after.contains(id)));
    check_proposal(&mut world, Action::RaiseChargeback, &[Reason::DuplicateCharge]);
    approve(&mut world, "ada");
    world.restart();
    assert_eq!(world.in_flight[0].attempt, 2, "the action too, under its own id");
    assert_eq!(world.drive(), Rest::Closed);
    world.restart();
    assert!(world.in_flight.is_empty());
}

#[test]
fn an_action_is_sent_until_somebody_knows_what_became_of_it_and_a_human_is_told() {
    let mut world = World::twice(Bank::charged_twice().reply("act", &[Reply::Silence]));
    world.drive();
    approve(&mut world, "ada");
    world.in_flight.clear();
    for _ in 0..40 {
        let Rest::Working { wake } = world.case.rest() else { panic!("an action is never given up unknown") };
        world.pass_until(wake);
    }
    assert!(world.case.state().escalations.contains(&Escalation::ActionFailing));
    let ids: std::collections::BTreeSet<_> = world.in_flight.iter().map(|ready| ready.id.clone()).collect();
    assert_eq!(ids.len(), 1, "always under the one id that makes it happen once");
    world.in_flight.clear();
    world.bank = Bank::charged_twice();
    assert_eq!(world.drive(), Rest::Closed);
}

#[test]
fn clocks_that_step_back_or_off_the_calendar_do_no_harm() {
    for at in [i64::MIN, -1, 0, i64::MAX] {
        let mut world = World::twice(Bank::charged_twice().reply("act", &[Reply::Silence]));
        world.now = Millis(at);
        let opened_at = world.case.state().now;
        let ready = world.in_flight.pop_front().unwrap();
        world.perform(&ready);
        assert!(world.case.state().now >= opened_at);
        assert_eq!(world.drive(), Rest::Review);
        approve(&mut world, "ada");
        assert!(matches!(world.case.rest(), Rest::Working { .. }), "{at}");
        world.check_journal();
    }
}
