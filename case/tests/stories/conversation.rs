//! What time and further words do to a case: warnings of clocks, one question at a time, and what is told only later.

use case::{
    case::Rest,
    entry::{CustomerQuestion, Entry, Question},
    journal::Line,
    label::{Label, Task},
    narrative::Narrative,
    policy::Action,
    source::Lookup,
    time::{DAY_MS, Millis},
};
use serde_json::json;

use super::{check_proposal, proposal};
use crate::world::{
    World,
    bank::{Bank, charge, with},
    request,
};

/// What the journal says about warnings: rule, day, missed.
fn warned(world: &World) -> Vec<(String, String, bool)> {
    let lines = world.lines.iter().map(|line| serde_json::from_str::<Line>(line).unwrap());
    let warned = lines.filter_map(|line| match line.entry {
        Entry::Warned { rule, due_on, missed, .. } => Some((rule, due_on.to_string(), missed)),
        _ => None,
    });
    warned.collect()
}

fn at(text: &str) -> Millis {
    Millis::parse_rfc3339(text).unwrap()
}

#[test]
fn people_are_told_two_business_days_before_a_clock_runs_out_and_when_it_has() {
    let mut world = World::twice(Bank::charged_twice());
    assert_eq!(world.drive(), Rest::Review);
    // Due on Monday 7 December, in New York: two business days before is Thursday the 3rd, which begins at 05:00 UTC.
    let near = at("2026-12-03T05:00:00Z");
    assert_eq!(world.case.wake(), Some(near), "a case that lies with a person is woken for its clocks");
    let credit = |missed| ("us-reg-e/provisional-credit".to_owned(), "2026-12-07".to_owned(), missed);
    assert_eq!(world.case.advance(Millis(near.0 - 1)).lines, Vec::<String>::new());
    world.pass_until(near);
    assert_eq!(warned(&world), [credit(false)]);
    let over = at("2026-12-08T05:00:00Z");
    assert_eq!(world.case.wake(), Some(over));
    world.pass_until(over);
    assert_eq!(world.case.advance(over.plus(DAY_MS)).lines, Vec::<String>::new());
    assert_eq!(warned(&world), [credit(false), credit(true)], "each is told once");
    world.check_journal();
}

#[test]
fn a_clock_that_was_missed_while_nobody_was_awake_is_told_as_missed_alone() {
    let mut world = World::twice(Bank::charged_twice());
    world.drive();
    world.pass_until(at("2026-12-20T00:00:00Z"));
    assert_eq!(warned(&world), [("us-reg-e/provisional-credit".to_owned(), "2026-12-07".to_owned(), true)]);
}

#[test]
fn clocks_of_a_closed_case_wake_nobody() {
    let mut world = World::twice(Bank::charged_twice());
    world.drive();
    super::approve(&mut world, "ada");
    assert_eq!(world.drive(), Rest::Closed);
    assert_eq!(world.case.wake(), None);
}

#[test]
fn a_loss_that_is_told_later_gets_its_own_specialist() {
    let mut world = World::twice(Bank::charged_twice());
    world.drive();
    world.message("Also, my card was stolen.");
    world.drive();
    let tasks: Vec<Task> = world.case.state().tracks.iter().map(|track| track.task).collect();
    assert_eq!(tasks, [Task::DisputeSummary, Task::FraudCheck]);
    assert_eq!(proposal(&world).action(), Action::FreezeCard, "and the more urgent one leads");
}

#[test]
fn a_caller_s_label_stays_alone_and_a_loss_told_later_escalates_at_most() {
    let mut opened = request(crate::world::TWICE, Label::DisputeSummary);
    opened.caller = Some(opened.words.reading.scores[0]);
    let mut world = World::open(opened, crate::world::TWICE, Bank::charged_twice());
    world.drive();
    world.message("Also, my card was stolen.");
    world.drive();
    assert_eq!(world.case.state().tracks.len(), 1);
}

#[test]
fn the_customer_is_asked_one_thing_at_a_time() {
    let text = "I do not recognise a charge by Gymnasio of $35.00, it was not me.";
    let gym = |id: &str| charge(&format!("{id} 2026-11-18 3500 mer_gymnasio"));
    let mut opened = request(text, Label::DisputeSummary);
    opened.words.narrative = Narrative::read(text, at("2026-11-22T12:00:00Z").date());
    // Both specialists have something to ask: whether the card is there, and which of two it is.
    opened.words.reading.intents = [Label::FraudCheck, Label::DisputeSummary]
        .map(|label| case::label::Scored { label, ..opened.words.reading.scores[0] })
        .to_vec();
    let medium = json!({"score": 500, "band": "medium", "reasons": []});
    let mut world = World::open(opened, text, Bank::with_ledger(&[gym("tx1"), gym("tx2")]).say("risk", &[medium]));
    assert!(matches!(world.drive(), Rest::Waiting { .. }), "a track that is held back does not hold up the case");
    let asking = |world: &World| world.case.state().tracks.iter().filter(|track| track.asks_now()).count();
    assert_eq!((asking(&world), world.case.state().tracks.len()), (1, 2));
    world.message("The first one.");
    assert!(matches!(world.drive(), Rest::Waiting { .. }));
    assert_eq!(asking(&world), 1);
    world.message("Yes, I have it here.");
    world.drive();
    let tracks = &world.case.state().tracks;
    let times = |question| tracks.iter().filter_map(|track| track.asked.get(&question)).sum::<u32>();
    assert_eq!(times(CustomerQuestion::CardInPossession), 1, "one answer serves both");
}

#[test]
fn what_was_booked_since_the_case_opened_is_looked_up_once_the_customer_writes_again() {
    let mut world = World::twice(Bank::charged_twice());
    world.drive();
    world.now = at("2026-12-02T09:00:00Z");
    world.message("The shop says it has refunded me today.");
    let to = world.in_flight.iter().find_map(|ready| match &ready.question {
        Question::Lookup(Lookup::Transactions { to, .. }) => Some(to.to_string()),
        _ => None,
    });
    assert_eq!(to.as_deref(), Some("2026-12-03"));
}

#[test]
fn an_amount_below_nothing_makes_a_reply_unusable() {
    let row = with(charge("tx1 2026-11-20 1299 mer_streamly"), json!({"amount_minor": -1299}));
    let mut world = World::twice(Bank::with_ledger(&[row]));
    check_proposal(&mut world, Action::Escalate, &[case::policy::Reason::EvidenceMissing]);
}

#[test]
fn only_the_proposal_that_is_shown_is_summarised() {
    let text = "My card was stolen, and Streamly charged me twice for my subscription.";
    let mut opened = request(text, Label::FraudCheck);
    opened.settings.writing.model = Some("claude-haiku-5-5".to_owned());
    let failed = case::entry::Answer::Failed {
        failure: case::entry::Failure::Refused,
        retry_after_ms: None,
        call: None,
        took_ms: 1,
    };
    let mut world = World::open(opened, text, Bank::charged_twice().answer("draft", &[failed]));
    world.drive();
    assert_eq!(world.case.state().tracks.iter().filter(|track| track.pending().is_some()).count(), 2);
    let drafts =
        |world: &World| world.asked.iter().filter(|ready| matches!(ready.question, Question::Draft { .. })).count();
    assert_eq!(drafts(&world), 1);
    super::approve(&mut world, "ada");
    world.drive();
    assert_eq!(drafts(&world), 2, "the other one is shown now");
}

#[test]
fn a_track_cites_the_policy_on_its_own_topic_and_not_what_another_looked_up() {
    let text = "My card was stolen, and Streamly charged me twice for my subscription.";
    let passage = |id: &str| json!({"passages": [{"id": id, "text": "Canary policy."}]});
    let bank = Bank::charged_twice().say("policy", &[passage("pol_fraud"), passage("pol_twice")]);
    let mut world = World::open(request(text, Label::FraudCheck), text, bank);
    world.drive();
    let cited: Vec<Vec<String>> = world
        .case
        .state()
        .tracks
        .iter()
        .map(|track| {
            let proposal = &track.pending().unwrap().proposal;
            proposal.cites().iter().map(ToString::to_string).filter(|id| id.starts_with("policy:")).collect()
        })
        .collect();
    assert_eq!(cited, [["policy:pol_fraud"], ["policy:pol_twice"]]);
}
