//! What must hold for any text. Phrasing by kind and by claim stands beside, in tables.

mod phrasing;

use jiff::civil::date;
use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::limits;

/// Texts of the words that the rules know, of dates, amounts and noise.
fn texts() -> impl Strategy<Value = String> {
    let pieces = select(vec![
        "I",
        "not",
        "never",
        "charged",
        "twice",
        "refund",
        "returned",
        "cancelled",
        "my card",
        "stolen",
        "lost",
        "arrived",
        "should have",
        "on",
        "the",
        "3rd",
        "Tuesday",
        "last",
        "next",
        "weekend",
        "May",
        "in October",
        "3/5",
        "2026-11-03",
        "1/1/99",
        "three",
        "days ago",
        "999 weeks",
        "$",
        "€",
        "12.99",
        "1,299.00",
        "45,50",
        "9999999999999",
        "a hundred",
        "thousand",
        "dollars",
        "kr",
        "about",
        "[card:1]",
        "[",
        "]",
        ".",
        ",",
        "\n",
        "don't",
        "DON’T",
        "no",
        "yes",
        "the second one",
        "by Streamly",
        "é",
        "\u{202e}",
        "ß",
        "29 February",
        "31 April",
        "since",
        "tomorrow",
        "0000-00-00",
        "-",
        "'",
        "'s",
    ]);
    prop_oneof![vec(pieces, 0..24).prop_map(|pieces| pieces.join(" ")), "\\PC{0,120}", "[0-9./,:'a-c$ -]{0,40}"]
}

fn days() -> impl Strategy<Value = Date> {
    prop_oneof![
        (1900_i16..2200, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day)),
        Just(Date::MIN),
        Just(Date::MAX),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_500) })]

    #[test]
    fn any_text_is_read_within_the_limits_and_no_charge_is_in_the_future(text in texts(), said_on in days()) {
        let narrative = Narrative::read(&text, said_on);
        let heard = Heard { texts: vec![(said_on, text)], ..Heard::default() };
        prop_assert!(heard.amounts().len() <= limits::NARRATIVE_AMOUNTS);
        prop_assert!(heard.dates().len() <= limits::NARRATIVE_DATES);
        prop_assert!(heard.merchant_query().len() <= 8);
        for range in heard.dates() {
            prop_assert!(range.from <= range.to && range.to <= said_on, "{range:?}");
        }
        prop_assert_eq!(narrative.names_date, !heard.dates().is_empty());
        prop_assert_eq!(narrative.names_amount, !heard.amounts().is_empty());
        prop_assert!(narrative.cancelled_on.is_none_or(|day| day <= said_on));
        prop_assert!(narrative.learned_on.is_none_or(|day| day <= said_on));
        prop_assert!(!heard.names_merchant(""));
        let kept = serde_json::to_string(&narrative).unwrap();
        prop_assert_eq!(serde_json::from_str::<Narrative>(&kept).unwrap(), narrative);
    }

    #[test]
    fn case_and_doubled_spaces_change_nothing(text in texts()) {
        let said_on = date(2026, 11, 22);
        let read = |text: &str| Narrative { names_merchant: false, ..Narrative::read(text, said_on) };
        let loud = text.to_ascii_uppercase().replace(' ', "  ");
        prop_assert_eq!(read(&loud), read(&text));
        let dates = |text: &str| Heard { texts: vec![(said_on, text.to_owned())], ..Heard::default() }.dates();
        prop_assert_eq!(dates(&loud), dates(&text));
        prop_assert_eq!(amounts(&loud), amounts(&text));
    }
}

#[test]
fn what_is_said_later_adds_to_what_was_said() {
    let said = |text| Narrative::read(text, date(2026, 11, 22));
    let mut narrative = said("I was charged twice. It should have arrived on 3 November.");
    narrative.hear(&said("Yes. I lost my card. It should have arrived on 5 November."));
    assert_eq!(narrative.dispute, DisputeKind::ChargedTwice);
    assert_eq!(narrative.delivery_due, Some(date(2026, 11, 5)));
    assert_eq!(narrative.answer, Some(YesNo::Yes));
    assert!(narrative.claims.contains(&Claim::LostOrStolen));
    narrative.hear(&said("The second one."));
    assert_eq!((narrative.answer, narrative.pick), (None, Some(2)));
    assert_eq!(narrative.delivery_due, Some(date(2026, 11, 5)));
}

#[test]
fn a_narrative_of_the_first_version_reads() {
    let old = r#"{"dispute":"charged_twice","claims":["lost_or_stolen"],"names_merchant":true,"names_amount":false}"#;
    let narrative: Narrative = serde_json::from_str(old).unwrap();
    assert_eq!(serde_json::to_string(&narrative).unwrap(), old, "what is not said is not written");
}
