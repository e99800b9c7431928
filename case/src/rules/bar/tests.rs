//! Time limits worked out by hand.

use super::*;
use crate::rules::{
    clock::tests::{at, day, scam, us},
    pack::{Jurisdiction, Product},
};

fn bar(matter: &Matter, rule: &str) -> BarResult {
    Rulebook::shipped().bars(matter).into_iter().find(|bar| bar.rule == rule).unwrap()
}

fn check(matter: &Matter, rule: &str, last_day: Option<&str>, in_time: Option<bool>, open: &[Fact]) {
    let found = bar(matter, rule);
    assert_eq!((found.last_day, found.in_time), (last_day.map(day), in_time), "{rule}");
    assert_eq!(found.open, open);
}

#[test]
fn sixty_days_after_the_statement_end_with_the_day_in_new_york() {
    // 4 Sep: 26 to the 30th, 31 in October (57), 3 more.
    let told = |moment: &str| Matter {
        statement_sent_on: Some(day("2026-09-04")),
        booked_on: Some(day("2026-08-20")),
        notified_at: at(moment),
        ..us("2026-11-03")
    };
    check(&told("2026-11-04T04:59:59Z"), "us-reg-e/notice", Some("2026-11-03"), Some(true), &[]);
    check(&told("2026-11-04T05:00:00Z"), "us-reg-e/notice", Some("2026-11-03"), Some(false), &[]);
}

#[test]
fn a_limit_from_a_day_that_is_not_known_is_an_open_question_unless_it_cannot_have_passed() {
    let old = Matter { booked_on: Some(day("2026-08-20")), ..us("2026-11-03") };
    check(&old, "us-reg-e/notice", None, None, &[Fact::StatementSent]);
    // 20 August and 60 days is 19 October: whenever the statement was sent, this was in time.
    let recent = Matter { notified_at: at("2026-10-19T17:00:00Z"), ..old };
    check(&recent, "us-reg-e/notice", None, Some(true), &[]);
    let unknown = Matter { booked_on: None, ..recent };
    check(&unknown, "us-reg-e/notice", None, None, &[Fact::StatementSent]);
}

#[test]
fn thirteen_months_end_on_the_same_day_of_the_month_or_its_last() {
    let debited = |on: &str, moment: &str| Matter {
        jurisdiction: Some(Jurisdiction::Eu),
        booked_on: Some(day(on)),
        ..Matter::new(crate::rules::pack::Subject::UnauthorisedTransfer, at(moment))
    };
    for (on, last) in [
        ("2025-10-22", "2026-11-22"),
        ("2025-10-31", "2026-11-30"),
        ("2025-01-31", "2026-02-28"),
        ("2023-01-31", "2024-02-29"), // a leap year
        ("2024-02-29", "2025-03-29"),
        ("2025-12-05", "2027-01-05"), // over two turns of the year
    ] {
        check(&debited(on, &format!("{last}T12:00:00Z")), "eu-psd2/notice", Some(last), Some(true), &[]);
        let next = day(last).tomorrow().unwrap();
        check(&debited(on, &format!("{next}T12:00:00Z")), "eu-psd2/notice", Some(last), Some(false), &[]);
    }
    let uk = Matter { jurisdiction: Some(Jurisdiction::Uk), ..debited("2025-10-31", "2026-11-30T12:00:00Z") };
    check(&uk, "uk-psrs/notice", Some("2026-11-30"), Some(true), &[]);
    assert!(
        bar(&uk, "uk-psrs/notice").marked
            && !bar(&debited("2025-10-31", "2026-11-30T12:00:00Z"), "eu-psd2/notice").marked
    );
    let claim = Matter { booked_on: Some(day("2025-10-22")), ..scam("2026-11-23T00:30:00Z") };
    check(&claim, "uk-app/claim", Some("2026-11-22"), Some(false), &[]);
    check(&scam("2026-11-23T00:30:00Z"), "uk-app/claim", None, None, &[Fact::Booked]);
}

#[test]
fn a_notice_that_must_be_in_writing_is_open_until_it_is() {
    let card =
        Matter { product: Some(Product::Credit), statement_sent_on: Some(day("2026-10-02")), ..us("2026-11-03") };
    // 2 Oct: 29 to the 31st, 30 in November (59), 1 more.
    check(&card, "us-reg-z/notice", Some("2026-12-01"), Some(true), &[]);
    let oral = Matter { written: false, ..card };
    check(&oral, "us-reg-z/notice", Some("2026-12-01"), None, &[Fact::WrittenNotice]);
    let late = Matter { notified_at: at("2026-12-02T17:00:00Z"), ..oral };
    check(&late, "us-reg-z/notice", Some("2026-12-01"), Some(false), &[]);
}

#[test]
fn a_limit_that_may_not_apply_bars_nobody() {
    let unsure = Matter { product: None, statement_sent_on: Some(day("2026-05-01")), ..us("2026-11-03") };
    check(&unsure, "us-reg-e/notice", Some("2026-06-30"), None, &[Fact::Product]);
    let nowhere = Matter { jurisdiction: None, ..unsure };
    assert_eq!(Rulebook::shipped().bars(&nowhere), []);
}
