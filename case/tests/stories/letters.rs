//! The reply to a customer: what is drafted, what may not leave, and that a letter is sent once.

use case::{
    actor::Role,
    case::Rest,
    command::Refusal,
    entry::{Answer, Command, Escalation, Failure, Question},
    label::Label,
    letter::{self, LetterProblem},
    settings::{DeskSettings, Mode},
    state::Stage,
};

use super::{approve, cites, proposal};
use crate::world::{
    TWICE, World, actor, analyst,
    bank::{Bank, Reply, failed},
    request, sealed,
};

fn dispute(mode: Mode, bank: Bank) -> World {
    let mut opened = request(TWICE, Label::DisputeSummary);
    opened.settings.desk = Some(DeskSettings::default());
    opened.settings.mode = mode;
    let mut world = World::open(opened, TWICE, bank);
    assert_eq!(world.drive(), Rest::Review);
    world
}

fn reply() -> Command {
    Command::Reply { letter: sealed("a letter"), sum: sealed("its sum") }
}

#[test]
fn a_draft_promises_nothing_before_somebody_agreed_and_cites_what_it_says() {
    let mut world = dispute(Mode::Assist, Bank::charged_twice());
    let cited = proposal(&world);
    let draft = letter::draft(world.case.state()).unwrap();
    assert!(draft.text().contains("We are looking into it"), "{}", draft.text());
    assert!(draft.text().contains("12.99") && !draft.text().contains("asked the merchant"), "{}", draft.text());
    assert!(letter::check(&draft.text(), world.case.state()).is_empty());
    approve(&mut world, "ada");
    world.drive();
    let draft = letter::draft(world.case.state()).unwrap();
    let asked = draft.sentences.iter().find(|one| one.text.contains("We have asked the merchant's bank for")).unwrap();
    assert_eq!(asked.cites.iter().map(case::ids::EvidenceId::as_str).collect::<Vec<_>>(), cites(&cited));
    assert!(draft.sentences.iter().all(|one| !one.cites.is_empty()));
    assert!(letter::check(&draft.text(), world.case.state()).is_empty(), "{}", draft.text());
}

#[test]
fn who_lives_in_the_european_economic_area_or_nobody_knows_where_is_told_of_the_machine() {
    let world = dispute(Mode::Assist, Bank::charged_twice());
    assert_eq!(letter::draft(world.case.state()).unwrap().disclosure, Some(letter::DISCLOSURE));
    for (country, told) in [("DE", true), ("NO", true), ("US", false), ("GB", false)] {
        let bank = Bank::charged_twice()
            .say("profile", &[crate::world::bank::profile(serde_json::json!({"country": country}))]);
        let mut opened = request("Please check my passport.", Label::KycLookup);
        opened.settings.desk = Some(DeskSettings::default());
        let mut world = World::open(opened, "Please check my passport.", bank);
        world.drive();
        assert_eq!(letter::disclosure(world.case.state()).is_some(), told, "{country}");
    }
}

#[test]
fn what_may_not_leave_is_found_in_any_letter() {
    let world = dispute(Mode::Assist, Bank::charged_twice());
    for (text, problem) in [
        (" \n", LetterProblem::Empty),
        (&*"a".repeat(8_001), LetterProblem::TooLong),
        ("You are a suspect.", LetterProblem::Suspicion),
        ("We had to file a Suspicious Activity Report.", LetterProblem::Suspicion),
        ("Your risk score is 870.", LetterProblem::Score),
        ("You will be refunded.", LetterProblem::Promise),
        ("We have credited USD 12.99 to your account.", LetterProblem::Promise),
        ("Your card 4111 1111 1111 1111 is blocked.", LetterProblem::Personal),
        ("Send it from DE89 3704 0044 0532 0130 00.", LetterProblem::Personal),
        ("Your card [card:1] is blocked.", LetterProblem::Token),
        ("Dear {name},", LetterProblem::Token),
        ("See https://bank.example/help.", LetterProblem::Link),
        ("Go to bank-help.com now.", LetterProblem::Link),
        ("All is \u{202e}well.", LetterProblem::Sign),
        ("All is w\u{200b}ell.", LetterProblem::Sign),
    ] {
        let found = letter::check(text, world.case.state());
        assert!(found.contains(&problem), "{text:?}: {found:?}");
    }
    let plain = "Dear customer,\n\nwe look into it. Write to help@bank.example or call +1 202 555 0143.\n";
    assert!(letter::check(plain, world.case.state()).is_empty());
}

#[test]
fn a_letter_is_sent_once_from_a_closed_case_as_well() {
    let lost = [failed(Failure::Unavailable), Answer::Done { reference: None, took_ms: 9 }];
    let mut world = dispute(Mode::Assist, Bank::charged_twice());
    approve(&mut world, "ada");
    assert_eq!(world.drive(), Rest::Closed);
    world.bank = world.bank.clone().answer("act", &lost);
    assert_eq!(world.command(actor("eve", Role::Auditor), reply()), Err(Refusal::Role));
    world.command(analyst("ada"), reply()).unwrap();
    assert!(matches!(world.case.rest(), Rest::Working { .. }), "it is on its way");
    assert_eq!(world.command(actor("cia", Role::Admin), Command::Erase), Err(Refusal::ActionUnderWay));
    world.restart();
    assert_eq!(world.drive(), Rest::Closed);
    assert_eq!(world.case.state().letters[0].stage, Stage::Done);
    let letters = world.asked.iter().filter(|ready| matches!(ready.question, Question::Letter { .. }));
    let ids: std::collections::BTreeSet<_> = letters.map(|ready| ready.id.to_string()).collect();
    assert_eq!(ids.len(), 1, "every attempt has one key: {ids:?}");
    assert!(ids.iter().all(|id| id.ends_with("/act/l1")));
    world.check_journal();
}

#[test]
fn a_letter_that_is_refused_is_told_to_people() {
    let mut world = dispute(Mode::Assist, Bank::charged_twice().down("act", Failure::Refused));
    world.command(analyst("ada"), Command::Close { note: sealed("answered") }).unwrap();
    world.command(analyst("ada"), reply()).unwrap();
    world.drive();
    assert_eq!(world.case.state().letters[0].stage, Stage::Refused);
    assert!(world.case.state().escalations.contains(&Escalation::ActionRefused));
    world.check_journal();
}

#[test]
fn a_letter_that_never_arrives_is_told_to_people_even_if_the_case_is_closed() {
    let mut world = dispute(Mode::Assist, Bank::charged_twice().reply("act", &[Reply::Silence]));
    world.command(analyst("ada"), Command::Close { note: sealed("answered") }).unwrap();
    world.command(analyst("ada"), reply()).unwrap();
    world.in_flight.clear();
    assert!(world.case.state().escalations.is_empty());
    for _ in 0..40 {
        let Rest::Working { wake } = world.case.rest() else { panic!("a letter is never given up unknown") };
        world.pass_until(wake);
    }
    assert!(world.case.state().escalations.contains(&Escalation::ActionFailing));
    world.check_journal();
}

#[test]
fn in_shadow_mode_no_letter_leaves() {
    let mut world = dispute(Mode::Shadow, Bank::charged_twice());
    assert_eq!(world.command(analyst("ada"), reply()), Err(Refusal::Shadow));
}
