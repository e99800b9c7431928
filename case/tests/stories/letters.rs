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
    time::DAY_MS,
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

fn close() -> Command {
    Command::Close { note: sealed("answered") }
}

/// What the filter finds in a letter.
fn found(text: &str, world: &World) -> Vec<LetterProblem> {
    letter::check(text, world.case.state()).into_iter().collect()
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
        ("See bit.ly/abc.", LetterProblem::Link),
        ("We shall reimburse you.", LetterProblem::Promise),
        ("We are going to pay you back.", LetterProblem::Promise),
        ("You'll get it tomorrow.", LetterProblem::Promise),
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
    world.command(analyst("ada"), close()).unwrap();
    world.command(analyst("ada"), reply()).unwrap();
    world.drive();
    assert_eq!(world.case.state().letters[0].stage, Stage::Refused);
    assert!(world.case.state().escalations.contains(&Escalation::ActionRefused));
    world.check_journal();
}

#[test]
fn a_letter_that_never_arrives_is_told_to_people_even_if_the_case_is_closed() {
    let mut world = dispute(Mode::Assist, Bank::charged_twice().reply("act", &[Reply::Silence]));
    world.command(analyst("ada"), close()).unwrap();
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

#[test]
fn what_is_agreed_to_is_no_more_than_decided_until_it_is_done() {
    let done = "We have asked the merchant's bank for USD 12.99.";
    let mut world = dispute(Mode::Assist, Bank::charged_twice());
    approve(&mut world, "ada");
    let draft = letter::draft(world.case.state()).unwrap().text();
    assert!(!draft.contains("asked the merchant") && draft.contains("We have decided"), "{draft}");
    assert_eq!(found(&draft, &world), []);
    assert_eq!(found(done, &world), [LetterProblem::Promise]);
    assert_eq!(found("You will be refunded.", &world), [], "it was agreed to");
    assert_eq!(world.drive(), Rest::Closed);
    assert_eq!(found(done, &world), []);
    let mut world = dispute(Mode::Assist, Bank::charged_twice());
    world.command(analyst("ada"), close()).unwrap();
    let draft = letter::draft(world.case.state()).unwrap().text();
    assert!(!draft.contains("looking into it"), "nobody looks into a closed case: {draft}");
}

#[test]
fn a_closed_case_whose_letter_was_refused_lies_with_people_until_they_settle_it() {
    let bank = Bank::charged_twice().down("act", Failure::Refused);
    let told = |world: &World| world.kinds().iter().filter(|kind| *kind == "escalated").count();
    let mut world = dispute(Mode::Assist, bank);
    world.command(analyst("ada"), close()).unwrap();
    for sent in 1..=2 {
        world.command(analyst("ada"), reply()).unwrap();
        assert_eq!(world.drive(), Rest::Review);
        assert_eq!((world.case.state().closed.is_some(), told(&world)), (true, sent), "each is told");
    }
    let stale_at = world.case.wake().unwrap();
    world.pass_until(stale_at);
    assert!(world.case.state().escalations.contains(&Escalation::Stale), "it is told that nobody settles it");
    let bank = world.bank.clone();
    // One way out is a letter that arrives.
    world.bank = Bank::charged_twice();
    world.command(analyst("ada"), reply()).unwrap();
    assert_eq!(world.drive(), Rest::Closed);
    assert!(world.case.state().escalations.is_empty());
    // The other is somebody who opens the case and closes it.
    world.bank = bank;
    world.command(analyst("ada"), reply()).unwrap();
    assert_eq!(world.drive(), Rest::Review);
    world.command(analyst("ada"), Command::Reopen { note: sealed("by post") }).unwrap();
    world.command(analyst("ada"), close()).unwrap();
    assert_eq!(world.case.rest(), Rest::Closed);
    world.check_journal();
}

#[test]
fn a_case_that_closes_by_itself_after_its_letter_was_refused_lies_with_people() {
    let mut world = dispute(Mode::Assist, Bank::charged_twice().reply("act", &[Reply::Silence]));
    approve(&mut world, "ada");
    let act = world.in_flight.pop_front().unwrap();
    world.command(analyst("ada"), reply()).unwrap();
    world.bank = Bank::charged_twice().down("act", Failure::Refused);
    let letter = world.in_flight.pop_front().unwrap();
    world.perform(&letter);
    world.bank = Bank::charged_twice();
    world.perform(&act);
    assert!(world.case.state().closed.is_some());
    assert_eq!(world.case.rest(), Rest::Review);
    world.check_journal();
}

#[test]
fn a_letter_that_never_arrives_does_not_keep_the_words_from_erasure() {
    let kept = DeskSettings { retention_ms: Some(2 * DAY_MS), ..DeskSettings::default() };
    for desk in [DeskSettings::default(), kept] {
        let mut opened = request(TWICE, Label::DisputeSummary);
        opened.settings.desk = Some(desk.clone());
        let mut world = World::open(opened, TWICE, Bank::charged_twice());
        world.drive();
        world.command(analyst("ada"), close()).unwrap();
        world.command(analyst("ada"), reply()).unwrap();
        let letter = world.in_flight.pop_front().unwrap();
        if desk.retention_ms.is_none() {
            world.command(actor("cia", Role::Admin), Command::Erase).unwrap();
        }
        while let Rest::Working { .. } = world.case.rest() {
            world.pass_until(world.case.wake().unwrap());
        }
        assert!(world.case.state().care.erased.is_some());
        assert_eq!((world.case.rest(), world.case.wake()), (Rest::Closed, None));
        assert_eq!(world.case.state().letters[0].stage, Stage::Refused);
        let lines = world.lines.len();
        world.perform(&letter);
        assert_eq!(world.lines.len(), lines, "nobody waits for an answer any more");
        world.check_journal();
    }
}

#[test]
fn the_same_letter_is_not_sent_again_while_it_is_on_its_way() {
    let mut world = dispute(Mode::Assist, Bank::charged_twice());
    world.command(analyst("ada"), reply()).unwrap();
    assert_eq!(world.command(analyst("ben"), reply()), Err(Refusal::SameLetter));
    let other = Command::Reply { letter: sealed("another letter"), sum: sealed("its own sum") };
    world.command(analyst("ada"), other).unwrap();
    world.drive();
    world.command(analyst("ada"), reply()).unwrap();
}

#[test]
fn suspicion_is_found_however_it_is_written() {
    let world = dispute(Mode::Assist, Bank::charged_twice());
    for text in [
        "We filed a S.A.R. about you.",
        "We filed a S A R about you.",
        "This looks suspi-cious to us.",
        "This looks suspi-\ncious to us.",
        "This looks ｓｕｓｐｉｃｉｏｕｓ to us.",
        "This looks su\u{455}p\u{456}\u{441}\u{456}ous to us.",
        "This looks susp\u{ed}cious to us.",
        "This looks $usp1cious to us.",
        "We have reported you to the police.",
        "We've notified the authorities.",
        "Your account was reported to the NCA.",
        "The police have been informed.",
        "You are under investigation.",
        "We informed the Garda.",
        "We filed a STR.",
        "There is an MLRO report.",
        "We have frozen it because of fraud concerns about you.",
        "Your account is under review for financial crime.",
        "Our compliance team has flagged your account.",
        "Es besteht der Verdacht auf Geldwäsche.",
        "Wir haben Sie der Polizei gemeldet.",
        "Une déclaration de soupçon a été faite.",
        "Nous vous avons signalé à la police.",
        "Hay una sospecha de blanqueo de capitales.",
        "Lo hemos denunciado a la policía.",
        "C'è un sospetto di riciclaggio.",
        "Abbiamo segnalato il fatto alla polizia.",
        "Er is een vermoeden van witwassen.",
        "Wij hebben u bij de politie gemeld.",
    ] {
        let found = found(text, &world);
        assert!(found.contains(&LetterProblem::Suspicion), "{text:?}: {found:?}");
    }
    assert!(found("Your h.i.g.h risk is known.", &world).contains(&LetterProblem::Score));
    assert!(found("Go to bank-help．com now.", &world).contains(&LetterProblem::Link));
    for text in [
        "Please report the theft to the police, and send us the reference.",
        "Have you told the police? If it was reported to the police, send us the reference.",
        "You were contacted by somebody who claimed to be the police, and told to move your money.",
        "We understand that a caller told you he was from the police.",
        "We have told you what we know; your claim is under investigation.",
        "Please send it to Lange Str. 5, and/or call us, e.g. at 9 a.m./p.m.",
        "Wir haben Ihnen geschrieben. Bitte erstatten Sie Anzeige bei der Polizei.",
        "We have blocked your card and a new one is on its way to 1 A B Street.",
    ] {
        assert_eq!(found(text, &world), [], "{text:?}");
    }
}

#[test]
fn a_question_speaks_of_no_suspicion_either() {
    for (text, problem) in [
        ("Do you know that you are a suspect?", LetterProblem::Suspicion),
        ("Why is your risk score 870?", LetterProblem::Score),
        ("Is 4111 1111 1111 1111 your card?", LetterProblem::Personal),
        ("Did you pay at bank-help.com?", LetterProblem::Link),
    ] {
        assert!(letter::check_question(text).contains(&problem), "{text}");
    }
    assert!(letter::check_question("Is ada@example.com still yours, and was it 12.99?").is_empty());
}
