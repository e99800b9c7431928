//! Due dates worked out by hand from the rules' text. `[..]` in a working are days skipped, a weekend needs no brackets.

use super::*;
use crate::{
    facts::Scheme,
    rules::{
        matter::Channel,
        pack::{Jurisdiction, Product, Subject},
    },
};

pub(in crate::rules) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(in crate::rules) fn at(text: &str) -> Millis {
    Millis::parse_rfc3339(text).unwrap()
}

/// A US debit card matter, told in writing at noon in New York on the day, of an old account.
pub(in crate::rules) fn us(told_on: &str) -> Matter {
    Matter {
        jurisdiction: Some(Jurisdiction::Us),
        product: Some(Product::ElectronicTransfer),
        channel: Channel::Online,
        written: true,
        booked_on: Some(day(told_on)),
        first_deposit_on: Some(day("2019-05-02")),
        ..Matter::new(Subject::UnauthorisedTransfer, at(&format!("{told_on}T17:00:00Z")))
    }
}

fn credit(told_on: &str) -> Matter {
    Matter { product: Some(Product::Credit), ..us(told_on) }
}

fn europe(jurisdiction: Jurisdiction, moment: &str) -> Matter {
    Matter { jurisdiction: Some(jurisdiction), ..Matter::new(Subject::UnauthorisedTransfer, at(moment)) }
}

pub(in crate::rules) fn scam(moment: &str) -> Matter {
    Matter {
        jurisdiction: Some(Jurisdiction::Uk),
        channel: Channel::Transfer(Some(Scheme::Fps)),
        ..Matter::new(Subject::AuthorisedScam, at(moment))
    }
}

fn clock(matter: &Matter, rule: &str) -> Clock {
    let clocks = Rulebook::shipped().clocks(matter);
    let names: Vec<_> = clocks.iter().map(|clock| clock.rule.clone()).collect();
    clocks.into_iter().find(|clock| clock.rule == rule).unwrap_or_else(|| panic!("{rule} is not among {names:?}"))
}

fn due(matter: &Matter, rule: &str, pauses: &[Pause], today: &str) -> Due {
    Rulebook::shipped().due(&clock(matter, rule), pauses, day(today)).unwrap()
}

/// The day on which a rule's clock is due without a pause.
fn check(rule: &str, rows: &[(Matter, &str)]) {
    for (matter, expected) in rows {
        let found = due(matter, rule, &[], "2026-11-22");
        assert_eq!(found.due_on, day(expected), "{rule} {}", matter.notified_at.rfc3339());
        assert!(!found.paused && found.extended_business_days == 0);
    }
}

#[test]
fn regulation_e_gives_ten_business_days_for_the_provisional_credit() {
    let night = |moment: &str| Matter { notified_at: at(moment), ..us("2026-11-20") };
    check(
        "us-reg-e/provisional-credit",
        &[
            // Mon 2 Nov: 3 4 5 6, 9 10 [11 Veterans Day] 12 13, 16 17.
            (us("2026-11-02"), "2026-11-17"),
            // Fri 20 Nov: 23 24 25 [26 Thanksgiving] 27, 30 1 2 3 4, 7.
            (us("2026-11-20"), "2026-12-07"),
            // Sat 21 Nov: Monday the 23rd is the first business day, so the same.
            (us("2026-11-21"), "2026-12-07"),
            // 04:30 UTC of Monday is 23:30 of Sunday the 22nd in New York: the same.
            (night("2026-11-23T04:30:00Z"), "2026-12-07"),
            // Half an hour later it is Monday there: 24 25 [26] 27, 30 1 2 3 4, 7 8.
            (night("2026-11-23T05:00:00Z"), "2026-12-08"),
            // Mon 21 Dec: 22 23 24 [25 Christmas], 28 29 30 31 [1 New Year], 4 5 6.
            (us("2026-12-21"), "2027-01-06"),
            // Mon 20 Dec 2027: 21 22 23 24, 27 28 29 30 31, 3. Christmas and New Year are Saturdays and close no Friday.
            (us("2027-12-20"), "2028-01-03"),
            // Thu 15 Feb 2024: 16, [19 Washington] 20 21 22 23, 26 27 28 29 (leap day) 1.
            (us("2024-02-15"), "2024-03-01"),
            // Thu 18 Jun 2026: [19 Juneteenth], 22 23 24 25 26, 29 30 1 2 3. The 4th of July is a Saturday.
            (us("2026-06-18"), "2026-07-03"),
            // Mon 28 Jun 2027: 29 30 1 2, [5, for Sunday the 4th] 6 7 8 9, 12 13.
            (us("2027-06-28"), "2027-07-13"),
        ],
    );
}

#[test]
fn a_new_account_gives_twenty_business_days_up_to_the_thirtieth_day_after_the_first_deposit() {
    let since = |first: &str| Matter {
        first_deposit_on: Some(day(first)),
        booked_on: Some(day("2026-11-01")),
        ..us("2026-11-02")
    };
    check(
        "us-reg-e/provisional-credit-new-account",
        &[
            // Ten as above to 17 Nov, then 18 19 20, 23 24 25 [26 Thanksgiving] 27, 30 1 2.
            (since("2026-10-20"), "2026-12-02"),
            // 2 October and 30 days is 1 November, the day of the transfer: still new.
            (since("2026-10-02"), "2026-12-02"),
        ],
    );
    // One day earlier it is no longer new: ten business days.
    check("us-reg-e/provisional-credit", &[(since("2026-10-01"), "2026-11-17")]);
    let rules = |matter: &Matter| -> Vec<String> {
        Rulebook::shipped().clocks(matter).into_iter().map(|clock| clock.rule).collect()
    };
    assert_eq!(
        rules(&since("2026-10-02")),
        ["us-reg-e/provisional-credit-new-account", "us-reg-e/final-answer-extended"]
    );
    assert_eq!(rules(&since("2026-10-01")), ["us-reg-e/provisional-credit", "us-reg-e/final-answer"]);
}

#[test]
fn the_final_answer_has_45_days_and_90_in_three_cases() {
    check(
        "us-reg-e/final-answer",
        &[
            // 2 Nov: 28 days to 30 Nov, 17 more.
            (us("2026-11-02"), "2026-12-17"),
            // 20 Dec: 11 to the year's end, 31 in January (42), 3 more.
            (us("2026-12-20"), "2027-02-03"),
            // 20 Jan of a leap year: 11, 29 (40), 5 more. In 2026: 11, 28 (39), 6 more.
            (us("2024-01-20"), "2024-03-05"),
            (us("2026-01-20"), "2026-03-06"),
        ],
    );
    let shop = Matter { channel: Channel::PointOfSale, ..us("2026-11-02") };
    let abroad = Matter { foreign: true, ..us("2024-12-01") };
    check(
        "us-reg-e/final-answer-extended",
        &[
            // 2 Nov: 28 to 30 Nov, 31 (59), 31 (90): a Sunday, and calendar days do not move.
            (shop.clone(), "2027-01-31"),
            // 1 Dec 2024: 30, 31 (61), 28 (89), 1 more.
            (abroad, "2025-03-01"),
        ],
    );
    // In a shop the credit is still due after ten business days.
    check("us-reg-e/provisional-credit", &[(shop, "2026-11-17")]);
}

#[test]
fn what_follows_a_finding_a_credit_or_its_reversal_starts_with_that() {
    let found = |on: &str| Matter { found_on: Some(day(on)), ..us("2026-11-02") };
    check(
        "us-reg-e/correct",
        &[
            // Wed 25 Nov: [26 Thanksgiving] 27.
            (found("2026-11-25"), "2026-11-27"),
            // Thu 24 Dec: [25 Christmas], 28.
            (found("2026-12-24"), "2026-12-28"),
        ],
    );
    // Fri 9 Oct: [12 Columbus Day] 13 14.
    let credited = Matter { credited_on: Some(day("2026-10-09")), ..us("2026-10-01") };
    check("us-reg-e/tell-of-credit", &[(credited, "2026-10-14")]);
    // Thu 24 Dec: [25], 28 29 30 31 [1], 4.
    let reversed = Matter { reversed_on: Some(day("2026-12-24")), ..us("2026-11-02") };
    check("us-reg-e/honour-items", &[(reversed, "2027-01-04")]);
    let rules = Rulebook::shipped().clocks(&us("2026-11-02"));
    assert!(rules.iter().all(|clock| !["us-reg-e/correct", "us-reg-e/honour-items"].contains(&clock.rule.as_str())));
}

#[test]
fn a_notice_by_word_of_mouth_may_have_to_be_confirmed_by_the_customer() {
    let oral = Matter { written: false, ..us("2026-11-02") };
    // As the ten business days of the bank.
    check("us-reg-e/written-confirmation", &[(oral.clone(), "2026-11-17")]);
    let clock = clock(&oral, "us-reg-e/written-confirmation");
    assert_eq!(clock.duty, Duty::Customer);
    assert_eq!(clock.basis, [Basis::Start(Start::Notice), Basis::Condition(Condition::OralNotice)]);
    assert!(Rulebook::shipped().clocks(&us("2026-11-02")).iter().all(|clock| clock.duty == Duty::Bank));
}

#[test]
fn regulation_z_counts_days_and_billing_cycles() {
    check(
        "us-reg-z/acknowledge",
        &[
            // 30 Jan 2026: 1, 28 (29), 1 more. In a leap year: 1, 29.
            (credit("2026-01-30"), "2026-03-01"),
            (credit("2024-01-30"), "2024-02-29"),
        ],
    );
    let cycle = |told: &str, end: &str| Matter { cycle_ends_on: Some(day(end)), ..credit(told) };
    check(
        "us-reg-z/resolve",
        &[
            // The cycle of 2 November ends on the 15th; then 15 December and 15 January.
            (cycle("2026-11-02", "2026-08-15"), "2027-01-15"),
            // Ends of months: 30 November, 31 December, 31 January, which is the 90th day too.
            (cycle("2026-11-02", "2026-10-31"), "2027-01-31"),
            // Told on the last day of a cycle: that one is not complete any more; 15 December and 15 January.
            (cycle("2026-11-15", "2026-10-15"), "2027-01-15"),
            // 30 July, 30 August, 30 September is 91 days after 1 July; the 90th is the 29th: 30, 31 (61), 29.
            (cycle("2026-07-01", "2026-06-30"), "2026-09-29"),
            // No end of a cycle is known: the shortest that two complete ones can be.
            (credit("2026-11-02"), "2027-01-02"),
        ],
    );
    let guess = clock(&credit("2026-11-02"), "us-reg-z/resolve");
    assert!(guess.assumed && guess.marked && guess.basis.contains(&Basis::Unknown(Fact::BillingCycle)));
    assert!(!clock(&cycle("2026-11-02", "2026-08-15"), "us-reg-z/resolve").assumed);
    let oral = Matter { written: false, ..credit("2026-11-02") };
    assert_eq!(
        clock(&oral, "us-reg-z/acknowledge").basis,
        [Basis::Start(Start::Notice), Basis::Unknown(Fact::WrittenNotice)]
    );
}

#[test]
fn unauthorised_payments_in_the_eu_are_refunded_by_the_end_of_the_next_business_day() {
    check(
        "eu-psd2/refund",
        &[
            // Thu 2 Apr: [3 Good Friday], [6 Easter Monday] 7.
            (europe(Jurisdiction::Eu, "2026-04-02T16:00:00Z"), "2026-04-07"),
            // Thu 30 Apr: [1 May], 4. Sat 2 May: the same Monday.
            (europe(Jurisdiction::Eu, "2026-04-30T10:00:00Z"), "2026-05-04"),
            (europe(Jurisdiction::Eu, "2026-05-02T10:00:00Z"), "2026-05-04"),
            // Thursday 23:30 UTC is Friday 00:30 in Brussels: Monday.
            (europe(Jurisdiction::Eu, "2026-11-19T23:30:00Z"), "2026-11-23"),
            (europe(Jurisdiction::Eu, "2026-11-19T22:59:59Z"), "2026-11-20"),
            // Thu 24 Dec: [25], Saturday the 26th moves nowhere, 28.
            (europe(Jurisdiction::Eu, "2026-12-24T10:00:00Z"), "2026-12-28"),
            // Thu 31 Dec: [1], 4.
            (europe(Jurisdiction::Eu, "2026-12-31T10:00:00Z"), "2027-01-04"),
        ],
    );
}

#[test]
fn unauthorised_payments_in_the_uk_are_refunded_by_the_end_of_the_next_business_day() {
    check(
        "uk-psrs/refund",
        &[
            // Thu 24 Dec: [25], [28 for Boxing Day on Saturday] 29.
            (europe(Jurisdiction::Uk, "2026-12-24T10:00:00Z"), "2026-12-29"),
            // Fri 5 May 2023: [8 Coronation] 9.
            (europe(Jurisdiction::Uk, "2023-05-05T10:00:00Z"), "2023-05-09"),
            // Thu 28 Mar 2024: [29 Good Friday], [1 Easter Monday] 2.
            (europe(Jurisdiction::Uk, "2024-03-28T10:00:00Z"), "2024-04-02"),
            // Wednesday 23:30 UTC in July is Thursday 00:30 in London: Friday.
            (europe(Jurisdiction::Uk, "2026-07-15T23:30:00Z"), "2026-07-17"),
            // Fri 28 Aug: [31 summer holiday] 1.
            (europe(Jurisdiction::Uk, "2026-08-28T10:00:00Z"), "2026-09-01"),
        ],
    );
}

#[test]
fn a_scam_is_reimbursed_within_five_business_days() {
    check(
        "uk-app/reimburse",
        &[
            // Mon 2 Nov: 3 4 5 6, 9.
            (scam("2026-11-02T10:00:00Z"), "2026-11-09"),
            // Wed 1 Apr: 2 [3 Good Friday], [6 Easter Monday] 7 8 9 10.
            (scam("2026-04-01T10:00:00Z"), "2026-04-10"),
        ],
    );
    let clock = clock(&scam("2026-11-02T10:00:00Z"), "uk-app/reimburse");
    assert_eq!(clock.up_to.unwrap().to_string(), "GBP 85000.00");
}

#[test]
fn a_pause_adds_the_business_days_that_it_covers_whole() {
    let matter = scam("2026-11-02T10:00:00Z");
    let pause = |from: &str, to: Option<&str>| Pause { from: at(from), to: to.map(at) };
    let due = |pauses: &[Pause], today: &str| due(&matter, "uk-app/reimburse", pauses, today);

    // Tue 3 Nov 10:00 to Fri 6 Nov 15:00 covers the 4th and 5th: 3 (4 5) 6, 9 10 11.
    let once = due(&[pause("2026-11-03T10:00:00Z", Some("2026-11-06T15:00:00Z"))], "2026-11-06");
    assert_eq!((once.due_on, once.extended_business_days, once.paused), (day("2026-11-11"), 2, false));
    // 35 business days: 3-6 (4) 9-13 (9) 16-20 (14) 23-27 (19) 30-4 (24) 7-11 (29) 14-18 (34) 21.
    assert_eq!(once.latest, Some(day("2026-12-21")));
    // Two days before Wednesday the 11th.
    assert_eq!(once.warn_on, day("2026-11-09"));

    // Asked and answered on one day, or over a weekend: nothing is added.
    assert_eq!(
        due(&[pause("2026-11-03T10:00:00Z", Some("2026-11-03T16:00:00Z"))], "2026-11-04").due_on,
        day("2026-11-09")
    );
    assert_eq!(
        due(&[pause("2026-11-06T17:00:00Z", Some("2026-11-09T08:00:00Z"))], "2026-11-09").due_on,
        day("2026-11-09")
    );
    // Two pauses that touch are one: the 4th is covered by both together.
    let touching = [
        pause("2026-11-04T12:00:00Z", Some("2026-11-05T09:00:00Z")),
        pause("2026-11-03T10:00:00Z", Some("2026-11-04T12:00:00Z")),
    ];
    assert_eq!(due(&touching, "2026-11-06").due_on, day("2026-11-10"));

    // Still standing on Thu 12 Nov: 3 (4 5 6, 9 10 11 12) 13, 16 17 18.
    let still = due(&[pause("2026-11-03T10:00:00Z", None)], "2026-11-12");
    assert_eq!((still.due_on, still.extended_business_days, still.paused), (day("2026-11-18"), 7, true));
    // No pause passes the 35th business day.
    let end = due(&[pause("2026-11-03T10:00:00Z", None)], "2026-12-31");
    assert_eq!((end.due_on, end.paused), (day("2026-12-21"), false));
    // It stood still over 33 business days; the 18th and the 21st are the last two, and the other three are not given.
    let late = due(&[pause("2026-11-02T10:00:00Z", Some("2026-12-18T09:00:00Z"))], "2026-12-18");
    assert_eq!(late.due_on, day("2026-12-21"));
}

#[test]
fn only_a_clock_whose_rule_says_so_can_pause() {
    let always = [Pause { from: at("2026-11-02T00:00:00Z"), to: None }];
    for (matter, rule, expected) in [
        (us("2026-11-02"), "us-reg-e/provisional-credit", "2026-11-17"),
        (us("2026-11-02"), "us-reg-e/final-answer", "2026-12-17"),
        (credit("2026-11-02"), "us-reg-z/acknowledge", "2026-12-02"),
        (europe(Jurisdiction::Uk, "2026-11-02T10:00:00Z"), "uk-psrs/refund", "2026-11-03"),
    ] {
        let due = due(&matter, rule, &always, "2026-11-22");
        assert_eq!((due.due_on, due.paused, due.latest), (day(expected), false, None), "{rule}");
    }
}

#[test]
fn a_clock_is_due_at_the_end_of_the_day_where_the_rule_is_at_home_and_warns_before() {
    let credit = due(&us("2026-11-02"), "us-reg-e/provisional-credit", &[], "2026-11-02");
    assert_eq!(credit.due_at.rfc3339(), "2026-11-18T04:59:59.999Z", "New York in winter");
    // Tuesday the 17th: Monday, Friday.
    assert_eq!(credit.warn_on, day("2026-11-13"));
    let summer = due(&us("2026-06-18"), "us-reg-e/provisional-credit", &[], "2026-06-18");
    assert_eq!(summer.due_at.rfc3339(), "2026-07-04T03:59:59.999Z", "New York in summer");
    // Sunday 31 January: Friday, Thursday.
    let shop = Matter { channel: Channel::PointOfSale, ..us("2026-11-02") };
    assert_eq!(due(&shop, "us-reg-e/final-answer-extended", &[], "2026-11-02").warn_on, day("2027-01-28"));
    // One business day before: Thursday before Easter.
    let refund = due(&europe(Jurisdiction::Eu, "2026-04-02T16:00:00Z"), "eu-psd2/refund", &[], "2026-04-02");
    assert_eq!(refund.warn_on, day("2026-04-02"));
    assert_eq!(refund.due_at.rfc3339(), "2026-04-07T21:59:59.999Z", "Brussels in summer");
}

#[test]
fn a_missing_fact_leaves_the_shorter_clock_and_is_said() {
    let unknown = Matter { first_deposit_on: None, ..us("2026-11-02") };
    let clock = clock(&unknown, "us-reg-e/provisional-credit");
    assert_eq!(clock.basis, [Basis::Start(Start::Notice), Basis::Unknown(Fact::FirstDeposit)]);
    assert!(clock.assumed);
    // In a shop the 90 days are certain, whatever the account's age.
    let shop = Matter { channel: Channel::PointOfSale, ..unknown };
    let book = Rulebook::shipped();
    let last = book.clocks(&shop).pop().unwrap();
    assert_eq!((last.rule.as_str(), last.assumed), ("us-reg-e/final-answer-extended", false));
    // Without the product both laws may hold.
    let either = Matter { product: None, ..us("2026-11-02") };
    let rules: Vec<_> = book.clocks(&either).into_iter().map(|clock| (clock.rule, clock.assumed)).collect();
    assert!(rules.contains(&("us-reg-e/provisional-credit".to_owned(), true)));
    assert!(rules.contains(&("us-reg-z/acknowledge".to_owned(), true)));
    // A transfer of an unknown scheme may be one that the requirement covers; a card payment is not.
    let scheme = Matter { channel: Channel::Transfer(None), ..scam("2026-11-02T10:00:00Z") };
    assert!(self::clock(&scheme, "uk-app/reimburse").assumed);
    let card = Matter { channel: Channel::Online, ..scheme };
    assert_eq!(book.clocks(&card), []);
}

#[test]
fn no_country_s_law_is_guessed_and_no_law_is_older_than_itself() {
    let nowhere = Matter { jurisdiction: None, ..us("2026-11-02") };
    assert_eq!(Rulebook::shipped().clocks(&nowhere), []);
    // Paid the day before the requirement came into force, told after.
    let early = Matter { booked_on: Some(day("2024-10-06")), ..scam("2024-10-08T10:00:00Z") };
    assert_eq!(Rulebook::shipped().clocks(&early), []);
    let covered = Matter { booked_on: Some(day("2024-10-07")), ..early };
    assert_eq!(Rulebook::shipped().clocks(&covered).len(), 1);
}
