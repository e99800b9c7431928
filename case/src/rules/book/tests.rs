//! Pins, settings and the guarantee that a change of a pack changes no old decision.

use super::*;
use crate::rules::{
    Change, Matter,
    clock::tests::{at, day, us},
    pack::{Length, Subject},
};

fn change(rule: &str, on: bool, by: &str) -> Change {
    Change { rule: rule.to_owned(), on, by: by.to_owned(), at: day("2026-11-20"), note: "reviewed".to_owned() }
}

fn changed(changes: Vec<Change>) -> RulesSettings {
    RulesSettings { changes, ..RulesSettings::default() }
}

/// Regulation E as an operator might write it: another version, with seven business days in place of ten.
fn stricter() -> Pack {
    let mut pack = Rulebook::shipped().pack("us-reg-e").unwrap().clone();
    pack.version = day("2027-03-01");
    for rule in &mut pack.rules {
        if let ("provisional-credit", Body::Clock(body)) = (rule.id.as_str(), &mut rule.body) {
            body.length = Length::BusinessDays(7);
        }
    }
    pack
}

fn credit_due(book: &Rulebook) -> Date {
    let clocks = book.clocks(&us("2026-11-02"));
    let clock = clocks.iter().find(|clock| clock.rule == "us-reg-e/provisional-credit").unwrap();
    book.due(clock, &[], day("2026-11-02")).unwrap().due_on
}

#[test]
fn a_newer_pack_changes_nothing_for_a_case_that_pinned_the_old_one() {
    let before = RulesSettings::default();
    let pins = Rulebook::current(&before).unwrap().pins();
    let after = RulesSettings { own: vec![stricter()], ..before.clone() };
    // Mon 2 Nov: 3 4 5 6, 9 10 [11 Veterans Day] 12 is the seventh; 13, 16 17 the tenth.
    assert_eq!(credit_due(&Rulebook::current(&after).unwrap()), day("2026-11-12"));
    assert_eq!(credit_due(&Rulebook::pinned(&pins, &before).unwrap()), day("2026-11-17"));
    // The old pins are found even beside the new settings, and the new ones only with them.
    assert_eq!(credit_due(&Rulebook::pinned(&pins, &after).unwrap()), day("2026-11-17"));
    let new = Rulebook::current(&after).unwrap().pins();
    assert!(matches!(Rulebook::pinned(&new, &before), Err(RulesProblem::UnknownPin(pin)) if pin.pack == "us-reg-e"));
    assert_eq!(Rulebook::pinned(&new, &after), Rulebook::current(&after));
}

#[test]
fn a_pin_is_of_the_text_and_not_only_of_the_version() {
    let mut pins = Rulebook::shipped().pins();
    assert_eq!(Rulebook::pinned(&pins, &RulesSettings::default()).unwrap(), *Rulebook::shipped());
    pins[0].hash = Digest::of(b"other");
    assert!(matches!(Rulebook::pinned(&pins, &RulesSettings::default()), Err(RulesProblem::UnknownPin(_))));
    // A case that pinned no pack has no rules, whatever is shipped today.
    let none = Rulebook::pinned(&[], &RulesSettings::default()).unwrap();
    assert_eq!(none.clocks(&us("2026-11-02")), []);
}

#[test]
fn certain_rules_are_on_uncertain_ones_marked_and_those_from_memory_off() {
    for found in Rulebook::shipped().rules() {
        let expected = match found.rule.confidence {
            Confidence::V => Force::On,
            Confidence::M => Force::Marked,
            Confidence::U => Force::Off,
        };
        assert_eq!(found.force, expected, "{}", found.name());
    }
    let force = |settings: &RulesSettings, rule: &str| Rulebook::current(settings).unwrap().rule(rule).unwrap().force;
    let settings = changed(vec![
        change("us-reg-e/report", true, "Ada Counsel"),
        change("us-reg-e/correct", false, "Ada Counsel"),
        change("uk-app/excess", false, "Ben Law"),
        change("uk-app/excess", true, "Ben Law"),
    ]);
    assert_eq!(force(&settings, "us-reg-e/report"), Force::Marked);
    assert_eq!(force(&settings, "us-reg-e/correct"), Force::Off);
    assert_eq!(force(&settings, "uk-app/excess"), Force::On, "the last change counts");
    let matter = Matter { found_on: Some(day("2026-11-20")), ..us("2026-11-02") };
    let rules: Vec<_> =
        Rulebook::current(&settings).unwrap().clocks(&matter).into_iter().map(|c| (c.rule, c.marked)).collect();
    assert!(rules.contains(&("us-reg-e/report".to_owned(), true)));
    assert!(rules.iter().all(|(rule, _)| rule != "us-reg-e/correct"));
}

#[test]
fn a_change_needs_a_rule_a_person_and_a_day_that_has_come() {
    for nobody in ["", " ", "-", "7", "a"] {
        let settings = changed(vec![change("us-reg-e/report", true, nobody)]);
        assert_eq!(settings.check(), Err(RulesProblem::Nobody("us-reg-e/report".to_owned())), "{nobody:?}");
    }
    for unknown in ["us-reg-e/nothing", "nothing/report", "report", ""] {
        let settings = changed(vec![change(unknown, true, "Ada Counsel")]);
        assert_eq!(settings.check(), Err(RulesProblem::UnknownRule(unknown.to_owned())));
    }
    let settings = changed(vec![change("us-reg-e/report", true, "Ada Counsel")]);
    assert_eq!(settings.check(), Ok(()));
    assert_eq!(settings.check_on(day("2026-11-20")), Ok(()));
    assert!(matches!(settings.check_on(day("2026-11-19")), Err(RulesProblem::Future { .. })));
    assert!(
        serde_json::from_str::<RulesSettings>(r#"{"changes":[{"rule":"us-reg-e/report","on":true,"by":"A B"}]}"#)
            .is_err()
    );
}

#[test]
fn an_own_pack_is_checked_and_stands_once() {
    let mut broken = stricter();
    broken.rules[0].citation.clear();
    let problem = RulesSettings { own: vec![broken], ..RulesSettings::default() }.check().unwrap_err();
    assert!(problem.to_string().contains("citation"), "{problem}");
    let twice = RulesSettings { own: vec![stricter(), stricter()], ..RulesSettings::default() };
    assert_eq!(twice.check(), Err(RulesProblem::Twice("us-reg-e".to_owned())));
}

#[test]
fn settings_about_rules_read_back_and_take_no_room_when_there_are_none() {
    let settings = RulesSettings {
        home: Some(Jurisdiction::Uk),
        changes: vec![change("us-reg-e/report", true, "Ada Counsel")],
        own: vec![stricter()],
    };
    let text = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<RulesSettings>(&text).unwrap(), settings);
    assert_eq!(serde_json::to_string(&RulesSettings::default()).unwrap(), "{}");
}

#[test]
fn the_law_of_the_bank_s_home_counts_where_the_account_s_country_is_not_known() {
    let settings = RulesSettings { home: Some(Jurisdiction::Uk), ..RulesSettings::default() };
    let book = Rulebook::current(&settings).unwrap();
    let unknown = Matter::new(Subject::UnauthorisedTransfer, at("2026-11-02T10:00:00Z"));
    let clocks = book.clocks(&unknown);
    assert_eq!(clocks.iter().map(|clock| clock.rule.as_str()).collect::<Vec<_>>(), ["uk-psrs/refund"]);
    assert!(clocks[0].basis.contains(&crate::rules::Basis::Home) && !clocks[0].assumed);
    let known = Matter { jurisdiction: Some(Jurisdiction::Eu), ..unknown };
    assert_eq!(book.clocks(&known)[0].rule, "eu-psd2/refund");
}

#[test]
fn what_must_be_known_of_a_person_depends_on_the_person_and_the_day() {
    let names = |person: Person, on: &str| -> Vec<String> {
        Rulebook::shipped()
            .fields(Some(Jurisdiction::Us), person, day(on))
            .map(|(found, _)| found.rule.id.clone())
            .collect()
    };
    assert_eq!(names(Person::Domestic, "2026-11-22"), ["name", "date-of-birth", "address", "id-number-us", "document"]);
    assert_eq!(
        names(Person::Foreign, "2026-11-22"),
        ["name", "date-of-birth", "address", "id-number-foreign", "document"]
    );
    let third_party = |on: &str| {
        let book = Rulebook::shipped();
        let Body::Field(body) = &book.rule_on("us-cip/id-number-us", day(on)).unwrap().rule.body else {
            panic!("a field")
        };
        body.third_party
    };
    assert!(!third_party("2025-07-30") && third_party("2025-07-31"));
    assert_eq!(Rulebook::shipped().fields(None, Person::Domestic, day("2026-11-22")).count(), 0);
}
