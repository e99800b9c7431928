//! Expected arrivals, worked out by hand.

use jiff::civil::date;

use super::*;

/// `2026-11-20 14:59` on the clock of the zone.
fn moment(zone: Zone, clock: &str) -> Millis {
    let clock: jiff::civil::DateTime = clock.parse().unwrap();
    zone.at(clock.date(), clock.hour(), clock.minute())
}

#[track_caller]
fn check(scheme: Scheme, zone: Zone, clock: &str, execution_on: Option<Date>, days: [&str; 2], delays: &[(&str, Why)]) {
    let expected = expected(Rulebook::shipped(), scheme, moment(zone, clock), execution_on).unwrap();
    let found: Vec<(String, Why)> = expected.delays.iter().map(|delay| (delay.on.to_string(), delay.why)).collect();
    let named: Vec<(String, Why)> = delays.iter().map(|(day, why)| ((*day).to_owned(), *why)).collect();
    assert_eq!([expected.earliest.to_string(), expected.latest.to_string()], days, "{clock}");
    assert_eq!(found, named, "{clock}");
    assert!(expected.earliest <= expected.latest);
}

use Why::{AfterCutOff, Holiday, Scheduled, Weekend};

#[test]
fn a_sepa_transfer_arrives_on_the_next_business_day_of_t2() {
    let sepa = |clock, days, delays: &[(&str, Why)]| {
        check(Scheme::SepaCredit, Zone::Brussels, clock, None, days, delays);
    };
    // 17 November 2026 is a Tuesday: Wednesday is the next business day.
    sepa("2026-11-17T10:00", ["2026-11-17", "2026-11-18"], &[]);
    // Friday, a minute before the cut-off at 15:00: Saturday 21 and Sunday 22 do not count, Monday 23 does.
    sepa("2026-11-20T14:59", ["2026-11-20", "2026-11-23"], &[("2026-11-21", Weekend), ("2026-11-22", Weekend)]);
    // Friday at 15:00 and at 17:30: the order counts on Monday 23, and Tuesday 24 is the next business day.
    for clock in ["2026-11-20T15:00", "2026-11-20T17:30"] {
        let delays = [("2026-11-20", AfterCutOff), ("2026-11-21", Weekend), ("2026-11-22", Weekend)];
        sepa(clock, ["2026-11-23", "2026-11-24"], &delays);
    }
    // On a Saturday no cut-off time is missed: the order counts on Monday 23 whatever the hour.
    for clock in ["2026-11-21T09:00", "2026-11-21T23:00"] {
        sepa(clock, ["2026-11-23", "2026-11-24"], &[("2026-11-21", Weekend), ("2026-11-22", Weekend)]);
    }
}

#[test]
fn t2_is_closed_over_easter_and_christmas_and_at_new_year() {
    let sepa = |clock, days, delays: &[(&str, Why)]| {
        check(Scheme::SepaCredit, Zone::Brussels, clock, None, days, delays);
    };
    // Easter Sunday is 5 April 2026: Good Friday 3 and Easter Monday 6 are closing days. Tuesday 7 comes next.
    let easter = [("2026-04-03", Holiday), ("2026-04-04", Weekend), ("2026-04-05", Weekend), ("2026-04-06", Holiday)];
    sepa("2026-04-02T10:00", ["2026-04-02", "2026-04-07"], &easter);
    // After the cut-off of Maundy Thursday it counts on Tuesday 7, and arrives by Wednesday 8.
    let late: Vec<(&str, Why)> = [("2026-04-02", AfterCutOff)].into_iter().chain(easter).collect();
    sepa("2026-04-02T16:00", ["2026-04-07", "2026-04-08"], &late);
    // 24 December 2026 is a Thursday and a business day; Friday 25 is closed, 26 and 27 are the weekend, Monday 28 open.
    let christmas = [("2026-12-25", Holiday), ("2026-12-26", Weekend), ("2026-12-27", Weekend)];
    sepa("2026-12-24T10:00", ["2026-12-24", "2026-12-28"], &christmas);
    let late: Vec<(&str, Why)> = [("2026-12-24", AfterCutOff)].into_iter().chain(christmas).collect();
    sepa("2026-12-24T17:30", ["2026-12-28", "2026-12-29"], &late);
    // 25 December 2025 is a Thursday and 26 a Friday, both closed; Monday 29 comes after the weekend.
    let christmas =
        [("2025-12-25", Holiday), ("2025-12-26", Holiday), ("2025-12-27", Weekend), ("2025-12-28", Weekend)];
    sepa("2025-12-24T10:00", ["2025-12-24", "2025-12-29"], &christmas);
    // 31 December 2026 is a Thursday; Friday is New Year's Day, then the weekend, then Monday 4.
    let new_year = [("2027-01-01", Holiday), ("2027-01-02", Weekend), ("2027-01-03", Weekend)];
    sepa("2026-12-31T10:00", ["2026-12-31", "2027-01-04"], &new_year);
}

#[test]
fn an_ach_credit_takes_one_or_two_banking_days_of_the_federal_reserve() {
    let ach = |clock, days, delays: &[(&str, Why)]| check(Scheme::Ach, Zone::NewYork, clock, None, days, delays);
    // Monday 23 November 2026: Tuesday or Wednesday.
    ach("2026-11-23T12:00", ["2026-11-24", "2026-11-25"], &[]);
    // Thanksgiving is the fourth Thursday of November (5, 12, 19, 26): from Wednesday 25 the first banking day is Friday
    // 27, the second Monday 30.
    let weekend = [("2026-11-28", Weekend), ("2026-11-29", Weekend)];
    let delays: Vec<(&str, Why)> = [("2026-11-26", Holiday)].into_iter().chain(weekend).collect();
    ach("2026-11-25T16:44", ["2026-11-27", "2026-11-30"], &delays);
    // At 16:45 it counts on Friday 27 only: Monday 30 or Tuesday 1.
    let late: Vec<(&str, Why)> =
        [("2026-11-25", AfterCutOff), ("2026-11-26", Holiday)].into_iter().chain(weekend).collect();
    ach("2026-11-25T16:45", ["2026-11-30", "2026-12-01"], &late);
    // 26 December is no holiday of the Federal Reserve, but in 2026 a Saturday: from Thursday 24, Monday 28 or Tuesday 29.
    let christmas = [("2026-12-25", Holiday), ("2026-12-26", Weekend), ("2026-12-27", Weekend)];
    ach("2026-12-24T12:00", ["2026-12-28", "2026-12-29"], &christmas);
    // 4 July 2026 is a Saturday, and closes neither the Friday nor the Monday.
    ach("2026-07-02T12:00", ["2026-07-03", "2026-07-06"], &[("2026-07-04", Weekend), ("2026-07-05", Weekend)]);
}

#[test]
fn a_day_chosen_by_the_customer_replaces_the_day_of_the_order() {
    let sepa = |clock, on, days, delays: &[(&str, Why)]| {
        check(Scheme::SepaCredit, Zone::Brussels, clock, Some(on), days, delays);
    };
    // Ordered on Tuesday evening for Thursday 19: no cut-off time is missed, Friday 20 is the next business day.
    sepa("2026-11-17T20:00", date(2026, 11, 19), ["2026-11-19", "2026-11-20"], &[("2026-11-19", Scheduled)]);
    // For Saturday 21: it counts on Monday 23.
    let delays = [("2026-11-21", Scheduled), ("2026-11-21", Weekend), ("2026-11-22", Weekend)];
    sepa("2026-11-17T20:00", date(2026, 11, 21), ["2026-11-23", "2026-11-24"], &delays);
    // For the day of the order itself: an ordinary order, after the cut-off.
    sepa("2026-11-17T20:00", date(2026, 11, 17), ["2026-11-18", "2026-11-19"], &[("2026-11-17", AfterCutOff)]);
}

#[test]
fn a_transfer_between_continents_counts_days_on_which_all_its_systems_are_open() {
    let swift = |clock, days, delays: &[(&str, Why)]| {
        check(Scheme::Swift, Zone::Brussels, clock, None, days, delays);
    };
    // From Wednesday 25 November 2026, Thursday 26 is Thanksgiving: 27 (1), 30 (2), 1 (3), 2 (4), 3 December (5).
    let delays = [("2026-11-26", Holiday), ("2026-11-28", Weekend), ("2026-11-29", Weekend)];
    swift("2026-11-25T10:00", ["2026-11-27", "2026-12-03"], &delays);
    // From Friday 1 May 2026, a closing day of T2 alone: it counts on Tuesday 5, since Monday 4 is the early May bank
    // holiday in England. Then 6 (1), 7 (2), 8 (3), 11 (4), 12 (5).
    let delays = [
        ("2026-05-01", Holiday),
        ("2026-05-02", Weekend),
        ("2026-05-03", Weekend),
        ("2026-05-04", Holiday),
        ("2026-05-09", Weekend),
        ("2026-05-10", Weekend),
    ];
    swift("2026-05-01T10:00", ["2026-05-06", "2026-05-12"], &delays);
}

#[test]
fn a_refund_to_a_card_takes_five_to_ten_business_days() {
    // From Monday 2 November 2026: 3, 4, 5, 6, 9 (5), 10 (6); 11 is Veterans Day; 12 (7), 13 (8), 16 (9), 17 (10).
    let delays = [
        ("2026-11-07", Weekend),
        ("2026-11-08", Weekend),
        ("2026-11-11", Holiday),
        ("2026-11-14", Weekend),
        ("2026-11-15", Weekend),
    ];
    check(Scheme::CardRefund, Zone::NewYork, "2026-11-02T09:00", None, ["2026-11-09", "2026-11-17"], &delays);
}

#[track_caller]
fn latest_at(scheme: Scheme, ordered_at: &str, execution_on: Option<Date>) -> (String, String, String) {
    let ordered_at = Millis::parse_rfc3339(ordered_at).unwrap();
    let expected = expected(Rulebook::shipped(), scheme, ordered_at, execution_on).unwrap();
    assert!(!expected.is_overdue(expected.latest_at) && expected.is_overdue(expected.latest_at.plus(1)));
    (expected.earliest.to_string(), expected.latest.to_string(), expected.latest_at.rfc3339())
}

#[test]
fn instant_payments_know_no_weekend_no_holiday_and_no_change_of_the_clock() {
    let check = |scheme, ordered_at, earliest: &str, latest: &str, at: &str| {
        let expected = (earliest.to_owned(), latest.to_owned(), at.to_owned());
        assert_eq!(latest_at(scheme, ordered_at, None), expected, "{ordered_at}");
    };
    let (instant, fps) = (Scheme::SepaInstant, Scheme::Fps);
    // Saturday and Boxing Day, five seconds before midnight in Brussels (UTC+1): ten seconds later it is Sunday.
    check(instant, "2026-12-26T22:59:55Z", "2026-12-26", "2026-12-27", "2026-12-26T23:00:05Z");
    // Christmas Day in London.
    check(fps, "2026-12-25T12:00:00Z", "2026-12-25", "2026-12-25", "2026-12-25T14:00:00Z");
    // 29 March 2026, 00:30 in London: the clock skips the hour from 01:00, and two hours later it shows 03:30.
    check(fps, "2026-03-29T00:30:00Z", "2026-03-29", "2026-03-29", "2026-03-29T02:30:00Z");
    // 25 October 2026, 00:30 in London (UTC+1): the hour from 01:00 comes twice, and two hours later it shows 01:30.
    check(fps, "2026-10-24T23:30:00Z", "2026-10-25", "2026-10-25", "2026-10-25T01:30:00Z");
    // Scheduled for that day of 25 hours: any time of it, until midnight, which is UTC again.
    let scheduled = latest_at(fps, "2026-10-20T10:00:00Z", Some(date(2026, 10, 25)));
    assert_eq!(scheduled, ("2026-10-25".into(), "2026-10-25".into(), "2026-10-25T23:59:59.999Z".into()));
}

#[test]
fn days_end_and_cut_off_times_are_read_on_the_clock_of_the_zone() {
    let latest = |scheme, ordered_at| latest_at(scheme, ordered_at, None).2;
    // Friday 27 March 2026 is in winter time, Monday 30 in summer time (UTC+2): it ends at 22:00 UTC.
    assert_eq!(latest(Scheme::SepaCredit, "2026-03-27T09:00:00Z"), "2026-03-30T21:59:59.999Z");
    // Friday 23 October 2026 is in summer time, Monday 26 in winter time (UTC+1): it ends at 23:00 UTC.
    assert_eq!(latest(Scheme::SepaCredit, "2026-10-23T08:00:00Z"), "2026-10-26T22:59:59.999Z");
    // 15:00 in Brussels is 14:00 UTC on Friday 27 March, and 13:00 UTC on Monday 30.
    assert_eq!(latest(Scheme::SepaCredit, "2026-03-27T13:59:59Z"), "2026-03-30T21:59:59.999Z");
    assert_eq!(latest(Scheme::SepaCredit, "2026-03-27T14:00:00Z"), "2026-03-31T21:59:59.999Z");
    assert_eq!(latest(Scheme::SepaCredit, "2026-03-30T12:59:59Z"), "2026-03-31T21:59:59.999Z");
    assert_eq!(latest(Scheme::SepaCredit, "2026-03-30T13:00:00Z"), "2026-04-01T21:59:59.999Z");
    // 16:45 in New York is 21:45 UTC on Friday 6 March 2026, and 20:45 UTC on Monday 9, after the change on Sunday 8.
    // Friday in time: Monday 9, Tuesday 10. Monday late: it counts on Tuesday 10, then Wednesday 11, Thursday 12.
    assert_eq!(latest(Scheme::Ach, "2026-03-06T21:44:59Z"), "2026-03-11T03:59:59.999Z");
    assert_eq!(latest(Scheme::Ach, "2026-03-09T20:45:00Z"), "2026-03-13T03:59:59.999Z");
}

#[test]
fn where_no_rule_says_nothing_is_expected_and_each_rule_says_how_sure_it_is() {
    let ordered_at = Millis::parse_rfc3339("2026-11-17T10:00:00Z").unwrap();
    let book = Rulebook::shipped();
    assert_eq!(expected(book, Scheme::Chaps, ordered_at, None), None);
    let sepa = expected(book, Scheme::SepaCredit, ordered_at, None).unwrap();
    assert_eq!((sepa.rule.as_str(), sepa.confidence), ("arrival/sepa-credit", Confidence::M));
    // An order of the far future does not run past the calendar.
    let far = expected(book, Scheme::SepaCredit, Millis(i64::MAX), None).unwrap();
    assert_eq!(far.latest, Date::MAX);
}

#[test]
fn an_expectation_that_makes_no_sense_is_refused() {
    let body = |within| ArrivalBody { scheme: Scheme::Ach, zone: Zone::Utc, calendars: vec![], cut_off: None, within };
    assert_eq!(check_arrival(&body(Within::Seconds(10))), None);
    assert_eq!(check_arrival(&body(Within::BusinessDays { earliest: 0, latest: 1 })), None);
    let noon = Some(Time::constant(12, 0, 0, 0));
    for wrong in [
        body(Within::Seconds(0)),
        body(Within::Seconds(86_401)),
        body(Within::BusinessDays { earliest: 2, latest: 1 }),
        body(Within::BusinessDays { earliest: 2, latest: 61 }),
        ArrivalBody { cut_off: noon, ..body(Within::Seconds(10)) },
    ] {
        assert!(check_arrival(&wrong).is_some(), "{wrong:?}");
    }
}
