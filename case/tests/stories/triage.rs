//! Who decides what a request is about.

use case::{
    case::Rest,
    entry::{Answer, Basis, Escalation, Failure, Opened, Outcome, Question, Tier},
    label::{Label, Ppm, Scored, Task},
    language::Language,
    narrative::{Claim, Narrative},
    prompts::{PromptFile, PromptKind},
    triage::{
        audit,
        calibrate::{Calibrator, Labelled, fit},
    },
};

use crate::world::{
    TWICE, World,
    bank::{Bank, Reply, failed, opinion},
    call, reading, request, share, words,
};

/// The local tier is not sure; its best label is `percent` likely. Claude can be asked.
fn unsure(label: Label, percent: u32) -> Opened {
    let mut opened = request(TWICE, label);
    opened.words = words(TWICE, reading(label, percent, false));
    opened.settings.triage.model = Some("claude-haiku-4-5".to_owned());
    opened
}

fn decided(opened: Opened, claude: &[Reply]) -> (World, Outcome) {
    let mut world = World::open(opened, TWICE, Bank::charged_twice().reply("claude", claude));
    world.drive();
    let outcome = world.case.state().outcome.clone().unwrap();
    (world, outcome)
}

/// How often Claude was asked, and how often to repair.
fn calls(world: &World) -> (usize, usize) {
    let count = |wanted: Option<bool>| {
        let is = |question: &Question| matches!(question, Question::Triage { repair, .. } if wanted.is_none_or(|wanted| wanted == *repair));
        world.asked.iter().filter(|ready| is(&ready.question)).count()
    };
    (count(None), count(Some(true)))
}

fn unusable(cost: u64) -> Reply {
    Reply::Answer(Answer::Failed {
        failure: Failure::Unusable,
        retry_after_ms: None,
        call: Some(call(Some(cost))),
        took_ms: 3,
    })
}

#[test]
fn a_sure_local_tier_decides_and_claude_is_not_asked() {
    let mut opened = unsure(Label::DisputeSummary, 96);
    opened.words.reading.sure = true;
    let (world, outcome) = decided(opened, &[opinion(Label::KycLookup, 99)]);
    assert_eq!((outcome.decided_by, outcome.basis), (Tier::Local, Basis::LocalSure));
    assert_eq!(calls(&world), (0, 0));
}

#[test]
fn claude_is_asked_where_the_local_tier_is_unsure() {
    let (world, outcome) = decided(unsure(Label::DisputeSummary, 40), &[opinion(Label::PaymentStatus, 90)]);
    assert_eq!(
        (outcome.decided_by, outcome.basis, outcome.label),
        (Tier::Claude, Basis::ClaudeSure, Label::PaymentStatus)
    );
    assert_eq!(world.case.state().tracks[0].task, Task::PaymentStatus);
    assert_eq!(calls(&world), (1, 0));
    assert_eq!(world.case.state().spent_nano_dollars, 500_000, "what was reserved made way for what it cost");
}

#[test]
fn an_answer_that_cannot_be_used_is_repaired_once_and_then_the_local_tier_decides() {
    let (world, outcome) = decided(unsure(Label::DisputeSummary, 65), &[unusable(100), opinion(Label::KycLookup, 90)]);
    assert_eq!((outcome.basis, calls(&world)), (Basis::ClaudeSure, (2, 1)));
    let (world, outcome) = decided(unsure(Label::DisputeSummary, 65), &[unusable(100)]);
    assert_eq!((outcome.basis, calls(&world)), (Basis::LocalClaudeFailed, (2, 1)));
    assert_eq!((outcome.decided_by, outcome.label), (Tier::Local, Label::DisputeSummary));
    assert_eq!(world.case.state().spent_nano_dollars, 200);
}

#[test]
fn a_claude_that_fails_past_its_retries_leaves_the_local_tier_alone_which_says_so() {
    for failure in [Failure::Unavailable, Failure::TimedOut] {
        let mut opened = unsure(Label::DisputeSummary, 65);
        opened.reserve_nano_dollars = 10;
        let (world, outcome) = decided(opened, &[Reply::Answer(failed(failure))]);
        assert_eq!((outcome.basis, calls(&world)), (Basis::LocalClaudeFailed, (3, 0)), "{failure:?}");
        let lost = if failure == Failure::TimedOut { 30 } else { 0 };
        assert_eq!(world.case.state().spent_nano_dollars, lost, "{failure:?}: only what was lost counts as spent");
    }
    let (world, outcome) = decided(unsure(Label::DisputeSummary, 65), &[Reply::Answer(failed(Failure::Refused))]);
    assert_eq!((outcome.basis, calls(&world)), (Basis::LocalClaudeFailed, (1, 0)), "a refusal is not asked again");
    let (world, outcome) = decided(unsure(Label::DisputeSummary, 65), &[Reply::Silence]);
    assert_eq!((outcome.basis, calls(&world)), (Basis::LocalClaudeFailed, (3, 0)), "silence has an end");
}

#[test]
fn nobody_sure_means_a_human() {
    let table = [
        (unsure(Label::DisputeSummary, 40), opinion(Label::DisputeSummary, 50), Basis::ClaudeUnsure),
        (unsure(Label::DisputeSummary, 40), Reply::Answer(failed(Failure::Refused)), Basis::LocalClaudeFailed),
        (unsure(Label::DisputeSummary, 40), opinion(Label::Other, 95), Basis::ClaudeSure),
    ];
    for (mut opened, reply, basis) in table {
        // The words of a complaint would have a say where nobody else has one.
        opened.words.narrative = Narrative::default();
        let (world, outcome) = decided(opened, &[reply]);
        assert_eq!((outcome.basis, outcome.tasks.len()), (basis, 0));
        assert_eq!(world.case.rest(), Rest::Review);
        assert!(world.case.state().escalations.contains(&Escalation::Untriaged));
    }
    let mut alone = unsure(Label::DisputeSummary, 40);
    alone.settings.triage.model = None;
    let (_, outcome) = decided(alone.clone(), &[Reply::Silence]);
    assert_eq!((outcome.basis, outcome.tasks.as_slice()), (Basis::Heard, [Task::DisputeSummary].as_slice()));
    alone.words.narrative = Narrative::default();
    let (_, outcome) = decided(alone, &[Reply::Silence]);
    assert_eq!(outcome.basis, Basis::NobodySure);
}

#[test]
fn a_foreign_text_is_claude_s_or_a_person_s_and_never_the_local_tier_s() {
    let foreign = || {
        let mut opened = unsure(Label::DisputeSummary, 99);
        opened.words.reading.language = Some(Language::German);
        opened.words.narrative = Narrative::default();
        opened
    };
    let (_, outcome) = decided(foreign(), &[opinion(Label::FraudCheck, 95)]);
    assert_eq!((outcome.basis, outcome.tasks.as_slice()), (Basis::ClaudeSure, [Task::FraudCheck].as_slice()));
    let (world, outcome) = decided(foreign(), &[Reply::Answer(failed(Failure::Refused))]);
    assert_eq!((outcome.basis, outcome.tasks.len()), (Basis::ForeignLanguage, 0));
    assert!(world.case.state().escalations.contains(&Escalation::Untriaged));
    let mut alone = foreign();
    alone.settings.triage.model = None;
    let (world, outcome) = decided(alone, &[Reply::Silence]);
    assert_eq!((outcome.basis, outcome.tasks.len()), (Basis::ForeignLanguage, 0));
    assert_eq!(world.case.rest(), Rest::Review);
}

#[test]
fn without_a_key_the_local_tier_is_alone_and_says_so() {
    let mut opened = unsure(Label::DisputeSummary, 65);
    opened.settings.triage.model = None;
    let (world, outcome) = decided(opened, &[Reply::Silence]);
    assert_eq!((outcome.decided_by, outcome.basis), (Tier::Local, Basis::LocalAlone));
    assert_eq!(calls(&world), (0, 0));
}

#[test]
fn a_budget_that_is_spent_stops_the_asking() {
    let mut opened = unsure(Label::DisputeSummary, 65);
    opened.settings.triage.budget_nano_dollars = opened.reserve_nano_dollars - 1;
    let (world, outcome) = decided(opened, &[opinion(Label::KycLookup, 99)]);
    assert_eq!((outcome.basis, calls(&world)), (Basis::LocalBudgetSpent, (0, 0)));

    let mut opened = unsure(Label::DisputeSummary, 65);
    opened.settings.triage.budget_nano_dollars = 2 * opened.reserve_nano_dollars - 1;
    let (world, outcome) = decided(opened, &[Reply::Silence]);
    assert_eq!((outcome.basis, calls(&world)), (Basis::LocalClaudeFailed, (1, 0)), "a lost attempt counts as spent");

    let mut opened = unsure(Label::DisputeSummary, 65);
    opened.settings.triage.budget_nano_dollars = opened.reserve_nano_dollars;
    let (world, outcome) = decided(opened, &[unusable(1)]);
    assert_eq!((outcome.basis, calls(&world)), (Basis::LocalBudgetSpent, (1, 0)), "a repair is a call like any other");
}

#[test]
fn a_caller_s_label_routes_and_suspected_fraud_is_added() {
    let caller = |percent, suspected| {
        let mut opened = unsure(Label::FraudCheck, 80);
        opened.caller = Some(Scored { label: Label::DisputeSummary, confidence: share(percent) });
        opened.words.reading.fraud_suspected = suspected;
        decided(opened, &[Reply::Silence])
    };
    let (world, outcome) = caller(94, true);
    assert_eq!(
        (outcome.decided_by, outcome.basis, outcome.tasks),
        (Tier::Caller, Basis::CallerLabel, vec![Task::DisputeSummary])
    );
    assert!(world.case.state().escalations.contains(&Escalation::FraudSuspected));
    let (world, _) = caller(94, false);
    assert!(world.case.state().escalations.is_empty());
    let (world, outcome) = caller(59, false);
    assert_eq!((outcome.basis, outcome.tasks.len()), (Basis::CallerUnsure, 0));
    assert_eq!(world.case.rest(), Rest::Review);
}

#[test]
fn claude_cannot_talk_a_suspicion_away() {
    let mut opened = unsure(Label::DisputeSummary, 50);
    opened.words.reading.fraud_suspected = true;
    let (_, outcome) = decided(opened.clone(), &[opinion(Label::DisputeSummary, 99)]);
    assert_eq!(outcome.tasks, [Task::FraudCheck, Task::DisputeSummary]);
    let (world, outcome) = decided(opened, &[opinion(Label::Other, 99)]);
    assert!(outcome.tasks.is_empty());
    assert!(world.case.state().escalations.contains(&Escalation::FraudSuspected));
}

#[test]
fn further_words_raise_a_suspicion_and_never_lower_it() {
    let mut opened = unsure(Label::DisputeSummary, 50);
    opened.words.reading.fraud_suspected = true;
    let mut world =
        World::open(opened, TWICE, Bank::charged_twice().reply("claude", &[opinion(Label::DisputeSummary, 99)]));
    world.message("Never mind what I said.");
    world.drive();
    assert!(world.case.state().track(Task::FraudCheck).is_some());
}

#[test]
fn an_opinion_is_not_paid_for_once_an_analyst_has_chosen() {
    let mut world = World::open(
        unsure(Label::KycLookup, 50),
        TWICE,
        Bank::charged_twice().reply("claude", &[Reply::Answer(failed(Failure::Unavailable))]),
    );
    let reroute = case::entry::Command::Reroute { task: Task::DisputeSummary };
    world.command(crate::world::analyst("ada"), reroute).unwrap();
    world.drive();
    assert_eq!(calls(&world), (1, 0), "no second attempt");
    assert_eq!(world.case.state().outcome.as_ref().unwrap().basis, Basis::Rerouted);
}

/// A model that says 0.95 and is right in 70 of 100 cases.
fn boaster(model: &str, prompt: PromptKind) -> Calibrator {
    let row = |n: u32| Labelled { said: share(95), right: n % 10 < 7 };
    fit(model, prompt.current().map(PromptFile::hash), &(0..400).map(row).collect::<Vec<_>>()).unwrap()
}

#[test]
fn a_calibrator_says_what_claudes_confidence_is_worth_and_the_journal_names_it() {
    let mut opened = unsure(Label::DisputeSummary, 50);
    opened.settings.triage.prompt = PromptKind::Triage.current().map(PromptFile::hash);
    opened.settings.triage.calibrator = Some(boaster("claude-haiku-4-5", PromptKind::Triage));
    let (_, outcome) = decided(opened.clone(), &[opinion(Label::PaymentStatus, 95)]);
    assert_eq!((outcome.basis, outcome.tasks.len()), (Basis::ClaudeUnsure, 0), "0.95 is worth less than 0.7 here");
    assert!((0.68..0.7).contains(&outcome.confidence.share()), "{outcome:?}");
    assert_eq!(outcome.calibrator, opened.settings.triage.calibrator.as_ref().map(Calibrator::hash));

    opened.settings.triage.claude_min = share(60);
    let (_, outcome) = decided(opened.clone(), &[opinion(Label::PaymentStatus, 95)]);
    assert_eq!(outcome.basis, Basis::ClaudeSure);

    // One that was fitted on another model, or another prompt, says nothing about this one.
    let others = [boaster("claude-sonnet-5-5", PromptKind::Triage), boaster("claude-haiku-4-5", PromptKind::Summary)];
    for calibrator in others {
        opened.settings.triage.calibrator = Some(calibrator);
        let (_, outcome) = decided(opened.clone(), &[opinion(Label::PaymentStatus, 95)]);
        assert_eq!((outcome.confidence, outcome.calibrator), (share(95), None));
    }
}

/// The local tier is sure, and Claude is asked about every case beside it.
fn audited(label: Label) -> Opened {
    let mut opened = unsure(label, 96);
    opened.words.reading.sure = true;
    opened.words.reading.fraud_suspected = false;
    opened.settings.triage.audit_share = Ppm::ONE;
    opened
}

#[test]
fn a_second_opinion_is_journaled_and_changes_no_route() {
    for label in [Label::PaymentStatus, Label::KycLookup, Label::Other, Label::DisputeSummary] {
        let (world, outcome) = decided(audited(Label::DisputeSummary), &[opinion(label, 99)]);
        assert_eq!((outcome.decided_by, outcome.tasks.as_slice()), (Tier::Local, &[Task::DisputeSummary][..]));
        assert_eq!(audit::opinion(world.case.state()).map(|one| one.label), Some(label));
        assert!(world.case.state().escalations.is_empty(), "{label:?}");
        assert_eq!(calls(&world), (1, 0));
        let asked = world.asked.iter().find(|ready| ready.question.is_audit()).unwrap();
        assert!(asked.id.as_str().contains("/triage/audit/"), "{}", asked.id);
    }
}

#[test]
fn a_second_opinion_can_raise_a_suspicion_of_fraud_and_only_where_it_is_sure() {
    let (world, outcome) = decided(audited(Label::DisputeSummary), &[opinion(Label::FraudCheck, 90)]);
    assert_eq!(outcome.tasks, [Task::DisputeSummary], "the route stays");
    assert!(world.case.state().escalations.contains(&Escalation::FraudSuspected));
    let (world, _) = decided(audited(Label::DisputeSummary), &[opinion(Label::FraudCheck, 60)]);
    assert!(world.case.state().escalations.is_empty());
}

#[test]
fn a_second_opinion_that_does_not_come_is_done_without_and_not_asked_for_again() {
    for reply in [unusable(7), Reply::Answer(failed(Failure::Unavailable)), Reply::Silence] {
        let (world, outcome) = decided(audited(Label::DisputeSummary), &[reply]);
        assert_eq!((outcome.basis, calls(&world)), (Basis::LocalSure, (1, 0)));
        assert_eq!(audit::opinion(world.case.state()), None);
    }
}

#[test]
fn nobody_is_asked_twice_where_the_share_is_nothing_the_money_is_spent_or_claude_decided() {
    let mut none = audited(Label::DisputeSummary);
    none.settings.triage.audit_share = Ppm::default();
    let mut spent = audited(Label::DisputeSummary);
    spent.settings.triage.budget_nano_dollars = spent.reserve_nano_dollars - 1;
    let mut alone = audited(Label::DisputeSummary);
    alone.settings.triage.model = None;
    for opened in [none, spent, alone] {
        let (world, _) = decided(opened, &[opinion(Label::FraudCheck, 99)]);
        assert_eq!(calls(&world), (0, 0));
    }
    let mut unsure = audited(Label::DisputeSummary);
    unsure.words.reading.sure = false;
    let (world, outcome) = decided(unsure, &[opinion(Label::PaymentStatus, 99)]);
    assert_eq!((outcome.decided_by, calls(&world)), (Tier::Claude, (1, 0)));
}

#[test]
fn the_question_names_the_prompt_that_the_case_is_pinned_to() {
    let mut opened = unsure(Label::DisputeSummary, 40);
    opened.settings.triage.prompt = PromptKind::Triage.current().map(PromptFile::hash);
    let hash = opened.settings.triage.prompt.clone().unwrap();
    let (world, _) = decided(opened, &[opinion(Label::DisputeSummary, 90)]);
    let asked = world.lines.iter().find(|line| line.contains(r#""question":"triage""#)).unwrap();
    assert!(asked.contains(&format!(r#""prompt":"{hash}""#)), "{asked}");
    let (world, _) = decided(unsure(Label::DisputeSummary, 40), &[opinion(Label::DisputeSummary, 90)]);
    let asked = world.lines.iter().find(|line| line.contains(r#""question":"triage""#)).unwrap();
    assert!(!asked.contains("prompt") && !asked.contains("purpose"), "an old case asks as it did: {asked}");
}

/// The local tier alone, with what the model reads in the parts of a text and what the fixed rules hear in it.
fn alone(label: Label, percent: u32, parts: &[(Label, u32)], narrative: Narrative) -> Outcome {
    let mut opened = unsure(label, percent);
    opened.settings.triage.model = None;
    let scored = |(label, percent): &(Label, u32)| Scored { label: *label, confidence: share(*percent) };
    opened.words.reading.intents = parts.iter().map(scored).collect();
    opened.words.narrative = narrative;
    decided(opened, &[Reply::Silence]).1
}

fn heard(claim: Claim) -> Narrative {
    Narrative { claims: [claim].into(), ..Narrative::default() }
}

#[test]
fn what_went_to_a_fraudster_is_no_question_about_a_payment_even_where_only_the_rules_hear_the_fraud() {
    let outcome = alone(Label::PaymentStatus, 65, &[(Label::PaymentStatus, 65)], heard(Claim::ScamPayment));
    assert_eq!((outcome.basis, outcome.tasks.as_slice()), (Basis::LocalAlone, [Task::FraudCheck].as_slice()));
    let asks = alone(Label::PaymentStatus, 65, &[(Label::PaymentStatus, 65)], heard(Claim::LostOrStolen));
    assert_eq!(asks.tasks, [Task::FraudCheck, Task::PaymentStatus], "a lost card is beside a question about a payment");
}

#[test]
fn beside_what_the_rules_hear_only_the_parts_that_are_likely_enough_count() {
    let parts = [(Label::DisputeSummary, 40), (Label::KycLookup, 75)];
    let outcome = alone(Label::DisputeSummary, 40, &parts, heard(Claim::LostOrStolen));
    assert_eq!(
        (outcome.basis, outcome.tasks.as_slice()),
        (Basis::Heard, [Task::FraudCheck, Task::KycLookup].as_slice()),
        "the whole is no likelier than 0.4 to be about a charge"
    );
}

#[test]
fn the_local_tier_alone_works_every_part_that_is_likely_enough() {
    let parts = [(Label::DisputeSummary, 65), (Label::PaymentStatus, 50), (Label::KycLookup, 90)];
    let outcome = alone(Label::DisputeSummary, 65, &parts, Narrative::default());
    assert_eq!((outcome.basis, outcome.label), (Basis::LocalAlone, Label::DisputeSummary));
    assert_eq!(outcome.tasks, [Task::DisputeSummary, Task::KycLookup]);
}
