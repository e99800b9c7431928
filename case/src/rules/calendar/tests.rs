//! Calendars against days worked out by hand. Each row says the weekday and the rule that closes or opens the day.

use super::*;
use Calendar::{EnglandWales, EveryDay, T2, UsFederalReserve};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Days with whether business is done on them.
fn check(calendar: Calendar, rows: &[(&str, bool, &str)]) {
    for (text, open, why) in rows {
        assert_eq!(calendar.is_business_day(day(text)), *open, "{calendar:?} {text}: {why}");
    }
}

#[test]
fn easter_falls_where_the_almanac_says() {
    for text in
        ["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01", "2038-04-25", "2285-03-22"]
    {
        assert_eq!(easter(day(text).year()), day(text));
    }
}

#[test]
fn the_federal_reserve_closes_on_eleven_holidays() {
    check(
        UsFederalReserve,
        &[
            ("2024-01-01", false, "Monday, New Year's Day"),
            ("2024-01-15", false, "third Monday of January, Martin Luther King"),
            ("2024-02-19", false, "third Monday of February, Washington"),
            ("2024-05-27", false, "last Monday of May, Memorial Day"),
            ("2024-06-19", false, "Wednesday, Juneteenth"),
            ("2024-07-04", false, "Thursday, Independence Day"),
            ("2024-09-02", false, "first Monday of September, Labor Day"),
            ("2024-10-14", false, "second Monday of October, Columbus Day"),
            ("2024-11-11", false, "Monday, Veterans Day"),
            ("2024-11-28", false, "fourth Thursday of November, Thanksgiving"),
            ("2024-12-25", false, "Wednesday, Christmas Day"),
            ("2024-11-29", true, "the Friday after Thanksgiving is no holiday of the Federal Reserve"),
            ("2024-12-24", true, "Christmas Eve is no holiday"),
            ("2024-03-29", true, "Good Friday is no holiday"),
            ("2026-05-25", false, "the 25th of May 2026 is a Monday and the last one"),
            ("2026-05-18", true, "the Monday before the last one of May"),
        ],
    );
}

#[test]
fn a_holiday_on_a_saturday_closes_no_friday_and_one_on_a_sunday_closes_the_monday() {
    check(
        UsFederalReserve,
        &[
            ("2026-07-03", true, "Friday; the 4th of July 2026 is a Saturday"),
            ("2026-07-06", true, "Monday after it"),
            ("2027-06-18", true, "Friday; Juneteenth 2027 is a Saturday"),
            ("2027-07-05", false, "Monday; the 4th of July 2027 is a Sunday"),
            ("2027-12-24", true, "Friday; Christmas 2027 is a Saturday"),
            ("2027-12-31", true, "Friday; New Year's Day 2028 is a Saturday"),
            ("2028-01-03", true, "Monday after it"),
            ("2028-11-10", true, "Friday; Veterans Day 2028 is a Saturday"),
            ("2023-01-02", false, "Monday; New Year's Day 2023 is a Sunday"),
            ("2021-06-18", true, "Friday; the first Juneteenth, 2021, was a Saturday"),
            ("2020-06-19", true, "Friday; Juneteenth is a holiday since 2021"),
        ],
    );
}

#[test]
fn england_and_wales_keep_eight_bank_holidays_and_move_them_to_weekdays() {
    check(
        EnglandWales,
        &[
            ("2024-03-29", false, "Good Friday; Easter 2024 is 31 March"),
            ("2024-04-01", false, "Easter Monday"),
            ("2024-05-06", false, "first Monday of May"),
            ("2024-05-27", false, "last Monday of May"),
            ("2024-08-26", false, "last Monday of August"),
            ("2024-12-26", false, "Thursday, Boxing Day"),
            ("2024-12-27", true, "Friday after Boxing Day"),
            ("2026-12-28", false, "Monday; Boxing Day 2026 is a Saturday"),
            ("2026-12-29", true, "Tuesday; Christmas 2026 is a Friday and needs no other day"),
            ("2027-12-27", false, "Monday; Christmas 2027 is a Saturday"),
            ("2027-12-28", false, "Tuesday; Boxing Day 2027 is a Sunday"),
            ("2027-12-29", true, "Wednesday"),
            ("2028-01-03", false, "Monday; New Year's Day 2028 is a Saturday"),
            ("2028-01-04", true, "Tuesday"),
            ("2022-12-27", false, "Tuesday; Christmas 2022 is a Sunday and Boxing Day the Monday"),
            ("2022-12-28", true, "Wednesday"),
            ("2023-01-02", false, "Monday; New Year's Day 2023 is a Sunday"),
            ("2026-05-01", true, "Friday; the first of May is no bank holiday"),
            ("2026-01-02", true, "a bank holiday in Scotland only"),
        ],
    );
}

#[test]
fn holidays_decreed_once_are_data() {
    check(
        EnglandWales,
        &[
            ("2022-06-02", false, "Thursday; the spring holiday was moved here"),
            ("2022-06-03", false, "Friday; Platinum Jubilee"),
            ("2022-05-30", true, "the last Monday of May, from which it was moved"),
            ("2022-09-19", false, "Monday; State Funeral"),
            ("2023-05-08", false, "Monday; Coronation"),
            ("2023-05-01", false, "the first Monday of May 2023 was kept too"),
            ("2020-05-04", true, "the first Monday of May 2020, moved to the 8th"),
            ("2020-05-08", false, "Friday; VE Day"),
        ],
    );
}

#[test]
fn t2_closes_on_six_days_that_never_move() {
    check(
        T2,
        &[
            ("2024-01-01", false, "New Year's Day"),
            ("2025-04-18", false, "Good Friday; Easter 2025 is 20 April"),
            ("2025-04-21", false, "Easter Monday"),
            ("2026-05-01", false, "Friday, the first of May"),
            ("2026-12-25", false, "Friday, Christmas Day"),
            ("2026-12-28", true, "Monday; the 26th was a Saturday and moves nowhere"),
            ("2027-05-03", true, "Monday; the first of May was a Saturday"),
            ("2027-12-27", true, "Monday; Christmas was a Saturday"),
            ("2026-05-14", true, "Ascension is kept by countries, not by T2"),
            ("2026-12-24", true, "Christmas Eve"),
            ("2026-12-31", true, "New Year's Eve"),
        ],
    );
}

#[test]
fn weekends_are_no_business_days_but_where_every_day_is() {
    // 22 November 2026 is a Sunday.
    for calendar in [UsFederalReserve, EnglandWales, T2] {
        assert_eq!(calendar.closed(day("2026-11-22")), Some(Closed::Weekend));
        assert_eq!(calendar.closed(day("2026-11-21")), Some(Closed::Weekend));
        assert_eq!(calendar.closed(day("2026-11-20")), None);
    }
    assert_eq!(EveryDay.closed(day("2026-11-22")), None);
    assert_eq!(EveryDay.add_business_days(day("2026-12-31"), 1), day("2027-01-01"));
}

#[test]
fn business_days_are_counted_from_the_day_after() {
    // Friday 20 November 2026: 23, 24, 25 (Mon-Wed), 26 Thanksgiving, 27 (Fri).
    assert_eq!(UsFederalReserve.add_business_days(day("2026-11-20"), 0), day("2026-11-20"));
    assert_eq!(UsFederalReserve.add_business_days(day("2026-11-20"), 3), day("2026-11-25"));
    assert_eq!(UsFederalReserve.add_business_days(day("2026-11-20"), 4), day("2026-11-27"));
    assert_eq!(UsFederalReserve.next_business_day(day("2026-11-25")), day("2026-11-27"));
    assert_eq!(UsFederalReserve.previous_business_day(day("2026-11-27")), day("2026-11-25"));
    assert_eq!(UsFederalReserve.business_days_between(day("2026-11-20"), day("2026-11-27")), 4);
    assert_eq!(UsFederalReserve.business_days_between(day("2026-11-27"), day("2026-11-20")), 0);
    // From a Saturday the Monday is the first business day, as it is from the Friday before.
    assert_eq!(EnglandWales.next_business_day(day("2026-11-21")), day("2026-11-23"));
    // Thursday 2 April 2026, then Good Friday, weekend, Easter Monday: Tuesday the 7th.
    assert_eq!(T2.next_business_day(day("2026-04-02")), day("2026-04-07"));
}

#[test]
fn counting_is_the_reverse_of_adding_in_every_calendar() {
    for calendar in [UsFederalReserve, EnglandWales, T2, EveryDay] {
        let mut from = day("2023-12-20");
        while from < day("2029-01-10") {
            for count in [1, 2, 10, 35] {
                let to = calendar.add_business_days(from, count);
                assert!(calendar.is_business_day(to));
                assert_eq!(calendar.business_days_between(from, to), u32::from(count), "{calendar:?} {from}");
            }
            from = from.tomorrow().unwrap();
        }
    }
}

#[test]
fn a_year_has_as_many_holidays_on_weekdays_as_its_rules_say() {
    let holidays = |calendar: Calendar, year: i16| {
        let first = Date::constant(year, 1, 1);
        first
            .series(1.day())
            .take_while(|day| day.year() == year)
            .filter(|day| calendar.closed(*day) == Some(Closed::Holiday))
            .count()
    };
    // US: eleven, less those on a Saturday: 4 July 2026; Juneteenth and Christmas 2027; New Year's and Veterans Day 2028.
    assert_eq!([2024, 2025, 2026, 2027, 2028].map(|year| holidays(UsFederalReserve, year)), [11, 11, 10, 9, 9]);
    // England and Wales: always eight; in 2022 two days more (jubilee, funeral), in 2023 one (coronation).
    assert_eq!(
        [2022, 2023, 2024, 2025, 2026, 2027, 2028].map(|year| holidays(EnglandWales, year)),
        [10, 9, 8, 8, 8, 8, 8]
    );
    // T2: six, less those on a weekend: 26 December 2026; 1 May, 25 and 26 December 2027; 1 January 2028.
    assert_eq!([2024, 2025, 2026, 2027, 2028].map(|year| holidays(T2, year)), [6, 6, 5, 3, 5]);
}

#[test]
fn the_end_of_the_calendar_ends_the_count() {
    assert_eq!(T2.add_business_days(Date::MAX, 5), Date::MAX);
    assert_eq!(T2.business_days_between(Date::MAX, Date::MAX), 0);
}

#[test]
fn a_holiday_has_a_name() {
    for (calendar, on, name) in [
        (UsFederalReserve, "2026-11-26", "Thanksgiving"),
        (UsFederalReserve, "2027-07-05", "Independence Day"),
        (EnglandWales, "2026-12-28", "Christmas or Boxing Day, moved"),
        (EnglandWales, "2022-09-19", "State Funeral of Queen Elizabeth II"),
        (T2, "2026-04-03", "Good Friday"),
    ] {
        assert_eq!(calendar.holiday(day(on)), Some(name));
    }
    assert_eq!(T2.holiday(day("2026-11-26")), None);
}
