//! What customers write for amounts, and what is no amount.

use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    let shown = amounts(text).into_iter().map(|amount| {
        let currency = amount.currency.map_or_else(|| "?".to_owned(), |currency| currency.to_string());
        format!("{}{} {currency}", if amount.approximate { "~" } else { "" }, amount.hundredths)
    });
    assert_eq!(shown.collect::<Vec<_>>().join(", "), expected, "{text}");
}

#[test]
fn a_number_that_has_its_cents_takes_no_more_from_the_words_behind_it() {
    let read = |text| amounts(text).into_iter().map(|amount| amount.hundredths).collect::<Vec<_>>();
    assert_eq!(read("the €2025.27 one"), [202_527]);
    assert_eq!(read("the $20 one"), [2_000]);
    assert_eq!(read("five pounds fifty"), [550]);
}

#[test]
fn amounts_are_read_as_customers_write_them() {
    for (text, expected) in [
        ("charged $12.99 on 3 May", "1299 USD"),
        ("1.234,50 euros and 1,299.00", "123450 EUR, 129900 ?"),
        ("EUR 45", "4500 EUR"),
        ("45,50 €", "4550 EUR"),
        ("£20, 45 dollars, $ 45", "2000 GBP, 4500 USD, 4500 USD"),
        ("I was charged 45.5 yesterday", "4550 ?"),
        ("the ATM gave me 40 instead of 100", "4000 ?, 10000 ?"),
        (
            "¥5000, 300 kr, CHF 80, 120 PLN, 50 CAD, ₹900, 45eur",
            "500000 JPY, 30000 SEK, 8000 CHF, 12000 PLN, 5000 CAD, 90000 INR, 4500 EUR",
        ),
        ("twelve dollars", "1200 USD"),
        ("a hundred and twenty-five pounds", "12500 GBP"),
        ("one thousand euros, fifty quid", "100000 EUR, 5000 GBP"),
        ("five pounds fifty", "550 GBP"),
        ("12 dollars and 50 cents", "1250 USD"),
        ("99p and 50 cents", "99 ?, 50 ?"),
        ("$5k", "500000 USD"),
        ("CHF 1'299.00", "129900 CHF"),
        ("a fiver, then two tenners", "500 GBP, 2000 GBP"),
        ("A$89.95, C$40 & US$5", "8995 AUD, 4000 CAD, 500 USD"),
        ("Rs. 2,499 debited", "249900 INR"),
        ("4 pounds 20 instead of 2 pounds 40", "420 GBP, 240 GBP"),
        ("3x 19.99", "1999 ?"),
        ("at 09:12 EUR 3.15", "315 EUR"),
    ] {
        check(text, expected);
    }
}

#[test]
fn what_is_not_exact_is_marked() {
    check("about 45 pounds", "~4500 GBP");
    check("roughly $1,300", "~130000 USD");
    check("around €20 or almost 30 euros", "~2000 EUR, ~3000 EUR");
    check("it was 20 euros or so", "~2000 EUR");
    check("forty, no, £40ish", "~4000 GBP");
}

#[test]
fn other_numbers_are_no_amounts() {
    for text in [
        "order 12345 from 2 weeks ago",
        "on 03.11.2026 at 10.30",
        "on 3/5 and 2026-11-03",
        "[card:1] ended, call 555 123 4567",
        "invoice 12.99",
        "24/7, 2x, 3rd, 10am, 15%",
        "I paid 2 times and got 3 charges",
        "charged two times",
        "seat 14C, gate 22",
        "I sent 0.05 BTC",
    ] {
        check(text, "");
    }
}

#[test]
fn an_amount_means_money_exactly_or_within_five_per_cent_where_it_is_approximate() {
    let money = |amount_minor, code| Money { amount_minor, currency: Currency::parse(code).unwrap() };
    let names = |text, money| names_money(&amounts(text)[0], money);
    assert!(names("$45", money(4_500, "USD")) && !names("$45", money(4_550, "USD")));
    assert!(names("about $45", money(4_710, "USD")) && !names("about $45", money(4_780, "USD")));
    assert!(names("$45", money(4_500, "CAD")) && !names("$45", money(4_500, "EUR")));
    assert!(names("¥5000", money(5_000, "JPY")) && names("45.50", money(4_550, "GBP")));
    assert!(names("12 kr", money(1_200, "NOK")) && !names("1.5 dollars", money(1_500, "KWD")));
}
