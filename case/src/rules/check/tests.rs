//! Each thing that can be wrong with a pack is found, at its place, and everything at once.

use super::*;
use serde_json::{Value, json};

/// A clock of a pack made for these tests.
fn clock(id: &str) -> Value {
    json!({
        "id": id, "title": "Title", "citation": "Law 1", "source": "Gazette", "confidence": "V", "effective_from": "2020-01-01",
        "body": {"clock": {"duty": "bank", "start": "notice", "length": {"business_days": 10}, "when": {}}}
    })
}

fn pack(rules: &[Value]) -> Value {
    json!({
        "pack": "own-pack", "version": "2026-01-01", "title": "Title", "jurisdiction": "us", "zone": "America/New_York",
        "calendar": "us_federal_reserve", "disclaimer": "Not legal advice.", "rules": rules
    })
}

/// A value with another in one place.
fn with(mut value: Value, pointer: &str, new: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    value.pointer_mut(parent).unwrap()[key] = new;
    value
}

fn problems(value: &Value) -> Vec<String> {
    read(&value.to_string()).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

/// A clock with one change is refused with one problem, which begins and ends like this.
fn check_one(pointer: &str, new: Value, place: &str, what: &str) {
    let found = problems(&pack(&[with(clock("a-rule"), pointer, new)]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with(&format!("rules[0] (a-rule): {place}: ")) && found[0].contains(what), "{found:?}");
}

#[test]
fn a_pack_in_order_passes() {
    assert_eq!(problems(&pack(&[clock("a-rule"), clock("another")])), [""; 0]);
}

#[test]
fn texts_dates_and_numbers_are_checked_each_in_its_place() {
    check_one("/citation", json!(" "), "citation", "empty");
    check_one("/source", json!(""), "source", "empty");
    check_one("/title", json!("x".repeat(201)), "title", "200");
    check_one("/note", json!("x".repeat(2_001)), "note", "2000");
    check_one("/confidence", json!("M"), "note", "what to check");
    check_one("/confidence", json!("U"), "note", "what to check");
    check_one("/effective_until", json!("2019-12-31"), "effective_until", "before");
    check_one("/effective_from", json!("0020-01-01"), "effective_from", "1970");
    check_one("/body/clock/length", json!({"business_days": 0}), "body.clock.length", "between 1");
    check_one("/body/clock/length", json!({"days": 1_101}), "body.clock.length", "1100");
    check_one("/body/clock/length", json!({"cycles": {"complete": 13, "at_most_days": 90}}), "body.clock.length", "12");
    check_one("/body/clock/pause", json!({"at_most_business_days": 9}), "body.clock.pause.at_most_business_days", "10");
    check_one("/body/clock/when", json!({"subjects": ["error", "error"]}), "body.clock.when", "twice");
    check_one(
        "/body/clock/when",
        json!({"any_of": [{"new_account": {"within_days": 0}}]}),
        "body.clock.when",
        "between",
    );
    check_one("/body/clock/up_to", json!({"amount_minor": -1, "currency": "USD"}), "body.clock.up_to", "negative");
    let days = with(clock("a-rule"), "/body/clock/length", json!({"days": 10}));
    let found = problems(&pack(&[with(days, "/body/clock/pause", json!({"at_most_business_days": 35}))]));
    assert!(found.len() == 1 && found[0].contains("only a time in business days can pause"), "{found:?}");
}

#[test]
fn every_problem_is_told_and_not_only_the_first() {
    let mut spoilt = with(pack(&[clock("A rule"), with(clock("b-rule"), "/citation", json!(""))]), "/title", json!(""));
    spoilt["pack"] = json!("x");
    let found = problems(&spoilt);
    assert_eq!(found.len(), 4, "{found:?}");
    for (problem, place) in
        found.iter().zip(["pack: ", "title: ", "rules[0] (A rule): id: ", "rules[1] (b-rule): citation: "])
    {
        assert!(problem.starts_with(place), "{problem}");
    }
    assert_eq!(problems(&pack(&[])).len(), 1, "a pack without rules");
}

#[test]
fn versions_of_a_rule_may_follow_each_other_but_not_overlap() {
    let until = |rule: Value, day: &str| with(rule, "/effective_until", json!(day));
    let from = |rule: Value, day: &str| with(rule, "/effective_from", json!(day));
    let old = until(clock("a-rule"), "2024-06-30");
    assert_eq!(problems(&pack(&[old.clone(), from(clock("a-rule"), "2024-07-01")])), [""; 0]);
    let found = problems(&pack(&[old, from(clock("a-rule"), "2024-06-30")]));
    assert!(found.len() == 1 && found[0].contains("rules[0] of the same id"), "{found:?}");
    assert_eq!(problems(&pack(&[clock("a-rule"), clock("a-rule")])).len(), 1);
}

#[test]
fn clocks_take_the_place_of_clocks_that_there_are_and_never_in_a_circle() {
    let instead = |id: &str, of: &[&str]| with(clock(id), "/body/clock/instead_of", json!(of));
    assert_eq!(problems(&pack(&[clock("a-rule"), instead("b-rule", &["a-rule"])])), [""; 0]);
    let unknown = problems(&pack(&[instead("b-rule", &["a-rule"])]));
    assert!(unknown.len() == 1 && unknown[0].contains("no clock \"a-rule\""), "{unknown:?}");
    let itself = problems(&pack(&[instead("a-rule", &["a-rule"])]));
    assert!(itself.len() == 1 && itself[0].contains("takes its own place"), "{itself:?}");
    let circle = [instead("a-rule", &["c-rule"]), instead("b-rule", &["a-rule"]), instead("c-rule", &["b-rule"])];
    assert_eq!(problems(&pack(&circle)).len(), 3, "each rule of the circle is named");
    let other = with(clock("a-rule"), "/body/clock/start", json!("finding"));
    let start = problems(&pack(&[other, instead("b-rule", &["a-rule"])]));
    assert!(start.len() == 1 && start[0].contains("another start"), "{start:?}");
}

#[test]
fn other_kinds_of_rules_are_checked_too() {
    let body = |body: Value| problems(&pack(&[with(clock("a-rule"), "/body", body)]));
    let bar = json!({"bar": {"from": "debit", "length": {"cycles": {"complete": 1, "at_most_days": 30}}, "when": {}}});
    assert!(body(bar)[0].contains("body.bar.length"));
    let tier = |code: &str, holds: Value| json!({"holds": holds, "at_most": {"amount_minor": 5, "currency": code}});
    let liability = |tiers: Value| body(json!({"liability": {"when": {}, "tiers": tiers}}));
    assert_eq!(liability(json!([tier("USD", json!("vulnerable")), tier("USD", json!("otherwise"))])), [""; 0]);
    assert!(liability(json!([tier("USD", json!("vulnerable"))]))[0].contains("otherwise"));
    assert!(liability(json!([]))[0].contains("otherwise"));
    assert!(
        liability(json!([tier("USD", json!("otherwise")), tier("USD", json!("otherwise"))]))[0].contains("otherwise")
    );
    assert!(
        liability(json!([tier("EUR", json!("vulnerable")), tier("USD", json!("otherwise"))]))[0].contains("currency")
    );
    let field = json!({"field": {"field": "name", "person": "anybody", "any_of": []}});
    assert!(body(field)[0].contains("body.field.any_of"));
}

#[test]
fn what_cannot_be_read_is_said_with_its_line() {
    let found = read("{\n \"pack\": 7}").unwrap_err();
    assert!(found.len() == 1 && found[0].to_string().contains("line 2"), "{found:?}");
}
