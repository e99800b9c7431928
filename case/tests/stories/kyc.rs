//! Stories of kyc-agent with their twins: the same words, other facts, another end.

use case::{
    case::Rest,
    entry::{Answer, Failure, Question},
    identity::{
        Identity,
        complete::{Standing, Who, checklist},
    },
    label::Label,
    policy::{Action, Approval, Reason},
    source::ProfileField,
};
use serde_json::{Value, json};

use super::{approve, check_proposal, cites, proposal};
use crate::world::{
    World,
    bank::{Bank, failed, profile},
    call, request, sealed,
};

const WORDS: &str = "Please verify my identity, my document is attached.";
/// Numbers of the profile and of every document below.
const NUMBERS: [&str; 4] = ["X91827364", "987654320", "C55001122", "12345678901"];

fn passport(changes: Value) -> Value {
    let sent = json!({
        "id": "doc-1", "type": "passport", "sides": ["front"], "expires": "2031-05-01", "legible": true,
        "text": "PASSPORT\nSurname: CANARIA\nGiven names: ADA\nDate of birth: 13 JAN 1990\nPassport No: C55001122"
    });
    crate::world::bank::with(sent, changes)
}

fn bank(record: Value) -> Bank {
    Bank::charged_twice().say("profile", &[profile(record)])
}

fn open(documents: &[Value], bank: Bank) -> World {
    World::with_documents(request(WORDS, Label::KycLookup), WORDS, documents, bank)
}

/// What a case with these documents and this record comes to; no number of any document leaves by a line or an ask.
#[track_caller]
fn check(documents: &[Value], record: Value, action: Action, reasons: &[Reason]) -> World {
    let mut world = open(documents, bank(record));
    let proposal = check_proposal(&mut world, action, reasons);
    assert_eq!(proposal.references().first().map(|id| id.as_str()), Some("cus_ada"));
    assert!(cites(&proposal).contains(&"profile:fields") && cites(&proposal).contains(&"policy:pol_1"));
    for document in documents {
        let id = format!("document:{}", document["id"].as_str().unwrap());
        assert!(cites(&proposal).contains(&id.as_str()), "{id}");
    }
    check_secrecy(&world);
    world
}

#[track_caller]
fn check_secrecy(world: &World) {
    let asked: String = world.asked.iter().map(|ready| format!("{:?}", ready.question)).collect();
    for number in NUMBERS.iter().chain(&["Canaria", "CANARIA", "1990", "Canary Row"]) {
        assert!(!world.lines.iter().any(|line| line.contains(number)), "{number} is in the journal");
        assert!(!asked.contains(number), "{number} is in an ask");
        assert!(!format!("{:?}", checklist(world.case.state())).contains(number), "{number} is in the checklist");
    }
}

#[track_caller]
fn item(world: &World, what: &str) -> (Standing, Option<Who>) {
    let items = checklist(world.case.state());
    let item = items.iter().find(|item| item.what == what).unwrap_or_else(|| panic!("{what} of {items:#?}"));
    (item.state, item.who)
}

#[test]
fn a_missing_address_is_asked_for_and_a_whole_record_is_put_before_an_analyst() {
    let missing = [Reason::IdentityIncomplete];
    let world = check(&[passport(json!({}))], json!({"address": " "}), Action::RequestDocuments, &missing);
    assert_eq!(item(&world, "address"), (Standing::Missing, Some(Who::Customer)));
    assert_eq!(item(&world, "name"), (Standing::Present, None));
    let whole = [Reason::IdentityComplete];
    let mut world = check(&[passport(json!({}))], json!({}), Action::ApproveOnboarding, &whole);
    assert!(checklist(world.case.state()).iter().all(|item| !item.is_open()));
    assert_ne!(proposal(&world).approval(), Approval::None, "identity is decided by a person");
    assert!(!world.asked.iter().any(|ready| matches!(ready.question, Question::Act { .. })));
    approve(&mut world, "ada");
    assert_eq!(world.drive(), Rest::Closed);
}

#[test]
fn without_a_document_the_one_on_record_counts() {
    check(&[], json!({}), Action::ApproveOnboarding, &[Reason::IdentityComplete]);
    check(&[], json!({"id_document": null}), Action::RequestDocuments, &[Reason::DocumentMissing]);
    let expired = json!({"id_document": {"type": "passport", "number": "X91827364", "expires": "2026-11-21"}});
    check(&[], expired.clone(), Action::RequestDocuments, &[Reason::DocumentExpired]);
    check(&[passport(json!({}))], expired, Action::ApproveOnboarding, &[Reason::IdentityComplete]);
}

#[test]
fn an_expired_document_is_asked_for_again_and_one_that_expires_today_is_not() {
    let expired = passport(json!({"expires": "2026-11-21"}));
    let world = check(&[expired], json!({}), Action::RequestDocuments, &[Reason::DocumentExpired]);
    assert_eq!(item(&world, "document:doc-1"), (Standing::Expired, Some(Who::Customer)));
    let today = passport(json!({"expires": "2026-11-22"}));
    check(&[today], json!({}), Action::ApproveOnboarding, &[Reason::IdentityComplete]);
}

#[test]
fn another_name_or_date_of_birth_is_for_an_analyst_and_another_order_is_none() {
    let other = passport(json!({"text": "Name: Eva Hollenbeck\nDate of birth: 13.01.1990"}));
    let world = check(&[other], json!({}), Action::Escalate, &[Reason::IdentityDiffers]);
    assert_eq!(item(&world, "name"), (Standing::Mismatch, Some(Who::Analyst)));
    let order = passport(json!({"text": "Name: CANARIA, ADA\nDate of birth: 1990-01-13"}));
    check(&[order], json!({}), Action::ApproveOnboarding, &[Reason::IdentityComplete]);
    let born = passport(json!({"fields": {"name": "Ada Canaria", "date_of_birth": "1990-01-14"}, "text": null}));
    let missing = [Reason::IdentityDiffers, Reason::IdentityIncomplete];
    check(&[born], json!({"address": null}), Action::Escalate, &missing);
    let middle = passport(json!({"text": "Name: Ada M. Canaria"}));
    let world = check(&[middle], json!({}), Action::ApproveOnboarding, &[Reason::IdentityComplete]);
    assert!(checklist(world.case.state()).iter().any(|item| item.what == "name" && item.partly), "it is said");
}

#[test]
fn a_card_needs_both_sides_and_a_passport_one() {
    let front = passport(json!({"type": "identity_card"}));
    let world = check(&[front], json!({}), Action::RequestDocuments, &[Reason::DocumentSideMissing]);
    assert_eq!(item(&world, "document:doc-1"), (Standing::SideMissing, Some(Who::Customer)));
    let both = passport(json!({"type": "identity_card", "sides": ["back", "front"]}));
    check(&[both], json!({}), Action::ApproveOnboarding, &[Reason::IdentityComplete]);
}

#[test]
fn what_cannot_be_read_is_asked_for_again() {
    let blurred = passport(json!({"legible": false}));
    check(&[blurred], json!({}), Action::RequestDocuments, &[Reason::DocumentUnreadable]);
    let zone = "P<USACANARIA<<ADA<<<<<<<<<<<<<<<<<<<<<<<<<<<\nC550011220USA9001137F3105013<<<<<<<<<<<<<<00";
    let misread = passport(json!({"text": zone}));
    let world = check(&[misread], json!({}), Action::RequestDocuments, &[Reason::DocumentUnreadable]);
    assert_eq!(item(&world, "photo_document"), (Standing::Unreadable, Some(Who::Customer)), "a check digit is wrong");
}

#[test]
fn an_american_needs_a_taxpayer_number_and_a_foreigner_a_passport() {
    let missing = [Reason::IdentityIncomplete];
    let world = check(&[passport(json!({}))], json!({"tax_id": null}), Action::RequestDocuments, &missing);
    assert_eq!(item(&world, "identification_number"), (Standing::Missing, Some(Who::Customer)));
    let foreigner = json!({"tax_id": null, "nationality": "FR"});
    let world = check(&[passport(json!({}))], foreigner, Action::ApproveOnboarding, &[Reason::IdentityComplete]);
    let number = |world: &World| {
        let items = checklist(world.case.state());
        items.into_iter().find(|item| item.what == "identification_number").unwrap()
    };
    let (rule, marked) = (number(&world).rule, number(&world).marked);
    assert_eq!((rule.as_deref(), marked), (Some("us-cip/id-number-foreign"), true));
    // No pack speaks of Germany: the same four fields, to be checked with counsel.
    let german = json!({"tax_id": null, "nationality": "DE", "country": "DE"});
    let world = check(&[passport(json!({}))], german, Action::ApproveOnboarding, &[Reason::IdentityComplete]);
    assert!(checklist(world.case.state()).iter().all(|item| item.rule.is_none() || item.marked));
}

#[test]
fn a_number_in_the_customer_s_own_words_counts() {
    let words = "My passport number is C55001122 and my tax id number is 12345678901. Is my identity verified?";
    let record = json!({"tax_id": null});
    let mut world = World::with_documents(request(words, Label::KycLookup), words, &[], bank(record));
    check_proposal(&mut world, Action::ApproveOnboarding, &[Reason::IdentityComplete]);
    check_secrecy(&world);
}

#[test]
fn a_document_that_arrives_later_is_looked_at_with_everything_again() {
    let mut world = check(
        &[passport(json!({"expires": "2026-01-01"}))],
        json!({}),
        Action::RequestDocuments,
        &[Reason::DocumentExpired],
    );
    world.send("Sorry, here is my new one.", &[passport(json!({"id": "doc-2"}))]);
    let proposal = check_proposal(&mut world, Action::ApproveOnboarding, &[Reason::IdentityComplete]);
    assert_eq!(cites(&proposal), ["profile:fields", "policy:pol_1", "document:doc-1", "document:doc-2"]);
    assert_eq!(item(&world, "document:doc-1"), (Standing::Expired, None), "another serves");
    // The same document again takes the place of the one before, with what it said.
    let mut world = check(
        &[passport(json!({"text": "Name: Eva Hollenbeck"}))],
        json!({}),
        Action::Escalate,
        &[Reason::IdentityDiffers],
    );
    world.send("That was my wife's.", &[passport(json!({}))]);
    check_proposal(&mut world, Action::ApproveOnboarding, &[Reason::IdentityComplete]);
}

#[test]
fn a_document_that_an_analyst_files_counts_like_the_customer_s_own() {
    let blurred = passport(json!({"legible": false}));
    let mut world = check(&[blurred], json!({}), Action::RequestDocuments, &[Reason::DocumentUnreadable]);
    world.file(&[passport(json!({"id": "doc-2", "text": "Name: Eva Hollenbeck"}))]);
    check_proposal(&mut world, Action::Escalate, &[Reason::IdentityDiffers]);
}

#[test]
fn claude_is_asked_once_for_what_fixed_rules_do_not_find_and_the_case_goes_on_without_it() {
    let run = |text: &str, answer: Answer| {
        let mut opened = request(WORDS, Label::KycLookup);
        opened.settings.writing.model = Some("claude-haiku-4-5".to_owned());
        opened.settings_hash = opened.settings.hash();
        let down = failed(Failure::Refused);
        let bank = bank(json!({})).answer("extract", &[answer]).answer("draft", &[down]);
        let mut world = World::with_documents(opened, WORDS, &[passport(json!({"text": text}))], bank);
        check_proposal(&mut world, Action::ApproveOnboarding, &[Reason::IdentityComplete]);
        world.asked.iter().filter(|ready| matches!(ready.question, Question::Extract { .. })).count()
    };
    let found = Identity { found: [ProfileField::Name, ProfileField::DateOfBirth].into(), ..Identity::default() };
    let answer = Answer::Extracted { identity: found, found: sealed("found"), dropped: 0, call: call(Some(1_000)) };
    let unlabelled = "This is to certify that Ada Canaria came into this world on 13 January 1990.";
    assert_eq!(run(unlabelled, answer.clone()), 1);
    assert_eq!(run(unlabelled, failed(Failure::Refused)), 1);
    assert_eq!(
        run("Name: Ada Canaria\nBorn: 13 January 1990\nPassport No: C55001122", answer),
        0,
        "nothing is left to find"
    );
}

#[test]
fn without_the_profile_nothing_is_certain() {
    let bank = Bank::charged_twice().down("profile", Failure::NotConfigured);
    let mut world = open(&[passport(json!({}))], bank);
    check_proposal(&mut world, Action::Escalate, &[Reason::EvidenceMissing]);
    assert!(checklist(world.case.state()).is_empty());
    let unasked = json!({"customer_id": "cus_ada", "fields": {"name": "Ada Canaria", "salary": 1}});
    let mut world = open(&[], Bank::charged_twice().say("profile", &[unasked]));
    check_proposal(&mut world, Action::Escalate, &[Reason::EvidenceMissing]);
}
