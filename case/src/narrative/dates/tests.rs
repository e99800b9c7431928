//! Dates as customers write them, read on a known day.

use jiff::civil::date;

use super::*;

/// A Sunday.
const TODAY: Date = date(2026, 11, 22);

#[track_caller]
fn check_on(said_on: Date, text: &str, expected: &str) {
    let shown = |range: &DateRange| {
        if range.from == range.to { range.from.to_string() } else { format!("{}..{}", range.from, range.to) }
    };
    let ranges: Vec<String> = read(text, said_on).charges.iter().map(shown).collect();
    assert_eq!(ranges.join(" "), expected, "{text}");
}

#[test]
fn days_are_counted_from_the_day_it_was_said() {
    for (text, expected) in [
        ("charged today", "2026-11-22"),
        ("yesterday's payment", "2026-11-21"),
        ("the day before yesterday", "2026-11-20"),
        ("last night", "2026-11-21..2026-11-22"),
        ("this morning", "2026-11-22"),
        ("three days ago", "2026-11-19"),
        ("2 days ago", "2026-11-20"),
        ("a couple of days ago", "2026-11-19..2026-11-20"),
        ("a few days ago", "2026-11-17..2026-11-20"),
        ("two weeks ago", "2026-11-06..2026-11-10"),
        ("a month ago", "2026-10-18..2026-10-28"),
        ("in the last five days", "2026-11-17..2026-11-22"),
        ("two hours ago", "2026-11-22"),
        ("tomorrow", ""),
    ] {
        check_on(TODAY, text, expected);
    }
}

#[test]
fn weeks_and_weekdays_are_the_newest_that_have_been() {
    for (text, expected) in [
        ("on Tuesday", "2026-11-17"),
        ("on Sunday", "2026-11-22"),
        ("last week", "2026-11-09..2026-11-15"),
        ("the week before last", "2026-11-02..2026-11-08"),
        ("this week", "2026-11-16..2026-11-22"),
        ("Tuesday last week", "2026-11-10"),
        ("last week on Tuesday", "2026-11-10"),
        ("since Monday", "2026-11-16..2026-11-22"),
        ("at the weekend", "2026-11-21..2026-11-22"),
        ("last weekend", "2026-11-14..2026-11-15"),
        ("on Black Friday", ""),
        ("I sat there, on sat", "2026-11-21"),
        ("next Tuesday", ""),
        ("last month", "2026-10-01..2026-10-31"),
        ("the end of last month", "2026-10-21..2026-10-31"),
    ] {
        check_on(TODAY, text, expected);
    }
    let thursday = date(2026, 11, 26);
    check_on(thursday, "last Tuesday", "2026-11-24 2026-11-17");
    check_on(thursday, "last Friday", "2026-11-20");
    check_on(thursday, "at the weekend", "2026-11-21..2026-11-22");
    check_on(thursday, "last weekend", "2026-11-21..2026-11-22");
}

#[test]
fn dates_are_read_in_any_order_and_fall_in_the_year_that_has_been() {
    for (text, expected) in [
        ("3 May", "2026-05-03"),
        ("May 3rd", "2026-05-03"),
        ("the 3rd of May, 2025", "2025-05-03"),
        ("Nov. 3, 2026", "2026-11-03"),
        ("on 24 December", "2025-12-24"),
        ("29 February", "2024-02-29"),
        ("Tuesday, 3 November", "2026-11-03"),
        ("2026-11-03", "2026-11-03"),
        ("3.11.2026", "2026-11-03 2026-03-11"),
        ("13/10/2026", "2026-10-13"),
        ("10/13/26", "2026-10-13"),
        ("3/5", "2026-05-03 2026-03-05"),
        ("5/5", "2026-05-05"),
        ("on the 3rd", "2026-11-03"),
        ("on the 30th", "2026-10-30"),
        ("on the third", "2026-11-03"),
        ("in October", "2026-10-01..2026-10-31"),
        ("at the end of October", "2026-10-21..2026-10-31"),
        ("in early November", "2026-11-01..2026-11-10"),
        ("in November", "2026-11-01..2026-11-22"),
        ("in December", "2025-12-01..2025-12-31"),
        ("last November", "2025-11-01..2025-11-30"),
        ("October 2025", "2025-10-01..2025-10-31"),
        ("on Christmas Eve", "2025-12-24"),
        ("2027-01-01", ""),
    ] {
        check_on(TODAY, text, expected);
    }
}

#[test]
fn other_numbers_and_words_are_no_dates() {
    for text in [
        "open 24/7",
        "2/3 of it",
        "the 3rd time",
        "it may be wrong",
        "we march on",
        "the second charge",
        "for the first time",
        "$12.99",
        "10.30",
        "in 5 cases",
        "call 555-0199",
        "a day",
        "in March 99 cases",
    ] {
        let expected = if text.starts_with("in March") { "2026-03-01..2026-03-31" } else { "" };
        check_on(TODAY, text, expected);
    }
}

#[track_caller]
fn check_role(text: &str, due: Option<Date>, cancelled: Option<Date>, learned: Option<Date>) {
    let dates = read(text, TODAY);
    assert_eq!((dates.delivery_due, dates.cancelled_on, dates.learned_on), (due, cancelled, learned), "{text}");
    assert_eq!(dates.charges, [], "{text}");
}

#[test]
fn a_delivery_s_date_is_the_last_day_it_can_mean_and_may_be_to_come() {
    for (text, due) in [
        ("it should have arrived on 3 November", date(2026, 11, 3)),
        ("It was due last Friday", date(2026, 11, 20)),
        ("expected by 25 November", date(2026, 11, 25)),
        ("the delivery date was the 10th of November", date(2026, 11, 10)),
        ("it was supposed to be delivered in October", date(2026, 10, 31)),
        ("they say it will arrive on Wednesday", date(2026, 11, 25)),
        ("due to arrive tomorrow", date(2026, 11, 23)),
        ("it should arrive next week", date(2026, 11, 29)),
        ("It was promised for two days ago", date(2026, 11, 20)),
        ("The parcel was due on the 3rd", date(2026, 11, 3)),
        ("delivery was expected on 2026-11-05", date(2026, 11, 5)),
    ] {
        check_role(text, Some(due), None, None);
    }
}

#[test]
fn a_cancelling_is_the_first_day_and_a_noticing_the_last_that_it_can_mean() {
    for (text, cancelled) in [
        ("I cancelled it in September", date(2026, 9, 1)),
        ("cancelled on 3 November", date(2026, 11, 3)),
        ("On 3 November I cancelled my gym", date(2026, 11, 3)),
        ("I cancelled my subscription last month", date(2026, 10, 1)),
    ] {
        check_role(text, None, Some(cancelled), None);
    }
    for (text, learned) in [
        ("I noticed it yesterday", date(2026, 11, 21)),
        ("I lost my card on Monday", date(2026, 11, 16)),
        ("My wallet was stolen last week", date(2026, 11, 15)),
        ("Yesterday my phone was stolen", date(2026, 11, 21)),
        ("My card was stolen on Monday, I noticed it on Tuesday", date(2026, 11, 17)),
    ] {
        check_role(text, None, None, Some(learned));
    }
}

#[test]
fn a_charge_s_date_stands_beside_the_other_ones() {
    check_on(TODAY, "I cancelled on 3 September but was charged on 10 October", "2026-10-10");
    check_on(TODAY, "I contacted them last week about the payment of 2 November", "2026-11-02");
    check_on(TODAY, "They promised me a refund by Friday for the charge on Monday", "2026-11-16");
    check_on(TODAY, "money went missing on Tuesday", "2026-11-17");
}

#[test]
fn what_the_customer_did_or_found_some_words_away_is_no_charge() {
    check_on(TODAY, "The flight on 3 November was cancelled by them", "");
    check_on(TODAY, "I returned the jacket to the shop on 1 November", "");
    check_on(TODAY, "the last week of September they took it", "2026-09-21..2026-09-30");
    check_on(TODAY, "charged by Films three days ago for a subscription that I cancelled yesterday", "2026-11-19");
    let read = read("I cancelled the long free trial on 14 November and was billed 7.99 on 16 November", TODAY);
    assert_eq!((read.cancelled_on, read.charges.len()), (Some(date(2026, 11, 14)), 1));
}
