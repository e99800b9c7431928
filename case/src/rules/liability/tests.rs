//! Liability worked out by hand.

use super::*;
use crate::{
    money::Currency,
    rules::{
        Change, RulesSettings,
        clock::tests::{at, day, scam, us},
        pack::Jurisdiction,
    },
};

fn money(amount_minor: i64, code: &str) -> Money {
    Money { amount_minor, currency: Currency::parse(code).unwrap() }
}

/// A card lost; its loss was noticed on Friday 9 October 2026. The statement came on 1 October.
fn lost(told_on: &str) -> Matter {
    Matter {
        device_lost: Some(true),
        learned_on: Some(day("2026-10-09")),
        statement_sent_on: Some(day("2026-10-01")),
        booked_on: Some(day("2026-10-10")),
        ..us(told_on)
    }
}

fn check(matter: &Matter, at_most: Option<Money>, open: &[Fact]) {
    let found = Rulebook::shipped().liability(matter).unwrap();
    assert_eq!((found.at_most, found.open.as_slice()), (at_most, open), "{}", matter.notified_at.rfc3339());
}

#[test]
fn regulation_e_has_three_tiers() {
    // Fri 9 Oct: [12 Columbus Day] 13 14: told on the 14th is within two business days.
    check(&lost("2026-10-14"), Some(money(5_000, "USD")), &[]);
    check(&lost("2026-10-15"), Some(money(50_000, "USD")), &[]);
    // The statement of 1 June: 29 to the 30th, 31 in July (60). A transfer after 31 July, told after it, has no limit.
    let late = |booked: &str| Matter {
        statement_sent_on: Some(day("2026-06-01")),
        booked_on: Some(day(booked)),
        ..lost("2026-10-14")
    };
    check(&late("2026-08-01"), None, &[]);
    check(&late("2026-07-31"), Some(money(5_000, "USD")), &[]);
}

#[test]
fn nobody_bears_more_than_the_amount() {
    let small = Matter { amount: Some(money(3_000, "USD")), ..lost("2026-10-15") };
    check(&small, Some(money(3_000, "USD")), &[]);
    let foreign = Matter { amount: Some(money(3_000, "EUR")), ..lost("2026-10-15") };
    check(&foreign, Some(money(50_000, "USD")), &[]);
}

#[test]
fn what_is_not_known_counts_for_the_customer_and_stays_open() {
    let unknown = Matter { learned_on: None, ..lost("2026-10-15") };
    check(&unknown, Some(money(5_000, "USD")), &[Fact::Learned]);
    let bare = Matter { statement_sent_on: None, device_lost: None, ..unknown };
    check(&bare, Some(money(5_000, "USD")), &[Fact::StatementSent, Fact::Learned, Fact::DeviceLost]);
    let kept = Matter { device_lost: Some(false), ..bare };
    assert_eq!(Rulebook::shipped().liability(&kept), None, "the rule is about lost devices");
}

#[test]
fn of_a_scam_an_excess_may_be_kept_but_not_from_the_vulnerable() {
    let told = |vulnerable: Option<bool>, pounds: i64| Matter {
        vulnerable,
        amount: Some(money(pounds * 100, "GBP")),
        ..scam("2026-11-02T10:00:00Z")
    };
    check(&told(Some(false), 4_000), Some(money(10_000, "GBP")), &[]);
    check(&told(Some(false), 60), Some(money(6_000, "GBP")), &[]);
    check(&told(Some(true), 4_000), Some(money(0, "GBP")), &[]);
    check(&told(None, 4_000), Some(money(0, "GBP")), &[Fact::Vulnerable]);
    check(&told(Some(false), 85_000), Some(money(10_000, "GBP")), &[]);
    assert_eq!(Rulebook::shipped().liability(&told(Some(false), 85_001)), None, "above the limit it says nothing");
}

#[test]
fn a_rule_from_memory_is_off_until_somebody_answers_for_it() {
    let matter = Matter {
        jurisdiction: Some(Jurisdiction::Eu),
        strong_authentication: Some(false),
        ..Matter::new(crate::rules::pack::Subject::UnauthorisedTransfer, at("2026-11-02T10:00:00Z"))
    };
    assert_eq!(Rulebook::shipped().liability(&matter), None);
    let change = Change {
        rule: "eu-psd2/liability".to_owned(),
        on: true,
        by: "Ada Counsel".to_owned(),
        at: day("2026-11-01"),
        note: String::new(),
    };
    let settings = RulesSettings { changes: vec![change], ..RulesSettings::default() };
    let book = Rulebook::current(&settings).unwrap();
    let found = book.liability(&matter).unwrap();
    assert_eq!((found.at_most, found.marked), (Some(money(0, "EUR")), true));
    let strong = Matter { strong_authentication: Some(true), ..matter };
    assert_eq!(book.liability(&strong).unwrap().at_most, Some(money(5_000, "EUR")));
    let unknown = Matter { strong_authentication: None, ..matter };
    assert_eq!(book.liability(&unknown).unwrap().open, [Fact::StrongAuthentication]);
}
