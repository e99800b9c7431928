//! Reason codes and their time limits, complaint by complaint.

use std::collections::BTreeSet;

use jiff::civil::date;

use super::*;

const BOOKED: Date = date(2026, 7, 1);

fn facts(network: Network, kind: DisputeKind) -> NetworkFacts {
    NetworkFacts {
        network,
        kind,
        entry_mode: None,
        booked_on: BOOKED,
        delivery_due: None,
        cancelled_on: None,
        has_card: None,
        merchant_contacted: None,
        return_attempted: None,
        has_proof: None,
        today: date(2026, 7, 20),
    }
}

/// Everything that a questionnaire can ask is known.
fn known(network: Network, kind: DisputeKind, entry_mode: EntryMode) -> NetworkFacts {
    NetworkFacts {
        entry_mode: Some(entry_mode),
        delivery_due: Some(BOOKED),
        cancelled_on: Some(BOOKED),
        has_card: Some(true),
        merchant_contacted: Some(true),
        return_attempted: Some(true),
        has_proof: Some(true),
        ..facts(network, kind)
    }
}

fn finding(facts: &NetworkFacts) -> CodeFinding {
    find(Rulebook::shipped(), facts).unwrap()
}

#[test]
fn each_complaint_has_its_code_in_both_networks() {
    use EntryMode::{Chip, Contactless, Magstripe, Online, Recurring};
    let table = [
        (DisputeKind::ChargedTwice, Online, "12.6.1", "4834"),
        (DisputeKind::PaidOtherwise, Online, "12.6.2", "4834"),
        (DisputeKind::WrongAmount, Chip, "12.5", "4834"),
        (DisputeKind::WrongCurrency, Chip, "12.3", "4834"),
        (DisputeKind::LateCharge, Chip, "12.1", "4834"),
        (DisputeKind::SubscriptionCancelled, Recurring, "13.2", "4853"),
        (DisputeKind::NotReceived, Online, "13.1", "4853"),
        (DisputeKind::Defective, Online, "13.3", "4853"),
        (DisputeKind::Counterfeit, Online, "13.4", "4853"),
        (DisputeKind::Misrepresented, Online, "13.5", "4853"),
        (DisputeKind::Refund, Online, "13.6", "4853"),
        (DisputeKind::Returned, Online, "13.7", "4853"),
        (DisputeKind::Unrecognised, Online, "10.4", "4837"),
        (DisputeKind::Unrecognised, Recurring, "10.4", "4837"),
        (DisputeKind::Unrecognised, Chip, "10.3", "4837"),
        (DisputeKind::Unrecognised, Contactless, "10.3", "4837"),
        (DisputeKind::Unrecognised, Magstripe, "10.3", "4837"),
        (DisputeKind::DeclinedButBilled, Chip, "11.2", "4808"),
        (DisputeKind::CashShort, Chip, "13.9", "4834"),
    ];
    for (kind, mode, visa, mastercard) in table {
        for (network, code) in [(Network::Visa, visa), (Network::Mastercard, mastercard)] {
            let finding = finding(&known(network, kind, mode));
            assert_eq!((finding.code.as_deref(), finding.open.as_slice()), (Some(code), [].as_slice()), "{kind:?}");
            assert!(finding.title.is_some());
            // The codes are certain, the pairings are not.
            assert_eq!(finding.confidence, Confidence::M, "{kind:?}");
        }
    }
    for kind in [DisputeKind::Fee, DisputeKind::ExchangeRate, DisputeKind::General] {
        assert_eq!(find(Rulebook::shipped(), &known(Network::Visa, kind, Online)), None, "{kind:?}");
    }
}

#[test]
fn a_code_of_fraud_is_not_chosen_before_the_card_is_accounted_for() {
    let online =
        NetworkFacts { entry_mode: Some(EntryMode::Online), ..facts(Network::Visa, DisputeKind::Unrecognised) };
    let asked = finding(&online);
    assert_eq!((asked.code, asked.title), (None, None));
    assert_eq!((asked.candidates, asked.open), (vec!["10.4".to_owned()], vec![OpenQuestion::CardInPossession]));
    let answered = finding(&NetworkFacts { has_card: Some(false), ..online });
    assert_eq!((answered.code.as_deref(), answered.open.len()), (Some("10.4"), 0));

    let unknown = finding(&facts(Network::Visa, DisputeKind::Unrecognised));
    assert_eq!(unknown.code, None);
    assert_eq!(unknown.candidates, ["10.4", "10.3", "10.1", "10.2"]);
    assert_eq!(unknown.open, [OpenQuestion::EntryMode, OpenQuestion::CardInPossession]);

    let chip = finding(&known(Network::Mastercard, DisputeKind::Unrecognised, EntryMode::Chip));
    assert_eq!(chip.candidates, ["4837", "4870", "4871"], "the chip codes stand beside it: a ledger cannot tell");
}

#[test]
fn the_questionnaire_asks_for_what_is_not_known() {
    use OpenQuestion::{CancelledWhen, DeliveryDue, MerchantContacted, ProofOfOtherPayment, ReturnAttempted};
    let table: [(DisputeKind, &[OpenQuestion]); 6] = [
        (DisputeKind::ChargedTwice, &[]),
        (DisputeKind::PaidOtherwise, &[ProofOfOtherPayment]),
        (DisputeKind::SubscriptionCancelled, &[CancelledWhen]),
        (DisputeKind::NotReceived, &[DeliveryDue, MerchantContacted]),
        (DisputeKind::Defective, &[DeliveryDue, MerchantContacted, ReturnAttempted]),
        (DisputeKind::Returned, &[DeliveryDue, ReturnAttempted]),
    ];
    for (kind, open) in table {
        let finding = finding(&facts(Network::Visa, kind));
        assert_eq!(finding.open, open, "{kind:?}");
        assert!(finding.code.is_some(), "these questions do not decide the code");
    }
}

#[test]
fn the_last_day_is_counted_from_the_transaction() {
    let check = |network, kind, mode, today, last_day, in_time: Option<bool>| {
        let finding = finding(&NetworkFacts { today, ..known(network, kind, mode) });
        assert_eq!((finding.last_day, finding.in_time), (last_day, in_time), "{network:?} {kind:?} {today}");
    };
    // 1 July and 120 days: July has 30 more, August 31 (61), September 30 (91), so day 29 of October.
    let last = Some(date(2026, 10, 29));
    check(Network::Visa, DisputeKind::ChargedTwice, EntryMode::Chip, date(2026, 10, 29), last, Some(true));
    check(Network::Visa, DisputeKind::ChargedTwice, EntryMode::Chip, date(2026, 10, 30), last, Some(false));
    check(Network::Visa, DisputeKind::Unrecognised, EntryMode::Online, date(2026, 10, 29), last, Some(true));
    check(Network::Mastercard, DisputeKind::Unrecognised, EntryMode::Online, date(2026, 10, 30), last, Some(false));
    // 75 days: 30 in July, 31 in August (61), so day 14 of September.
    let last = Some(date(2026, 9, 14));
    check(Network::Visa, DisputeKind::DeclinedButBilled, EntryMode::Chip, date(2026, 9, 14), last, Some(true));
    // 90 days: 61 by the end of August, so day 29 of September.
    let last = Some(date(2026, 9, 29));
    check(Network::Mastercard, DisputeKind::ChargedTwice, EntryMode::Chip, date(2026, 9, 30), last, Some(false));
    // The time limit of 4808 is from memory, and off: no day is named, and nobody is said to be late.
    check(Network::Mastercard, DisputeKind::DeclinedButBilled, EntryMode::Chip, date(2026, 12, 1), None, None);
}

#[test]
fn what_was_to_be_delivered_is_counted_from_the_delivery_with_a_cap() {
    let check = |delivery_due, today, last_day, in_time: Option<bool>| {
        let known = known(Network::Visa, DisputeKind::NotReceived, EntryMode::Online);
        let finding = finding(&NetworkFacts { delivery_due, today, ..known });
        assert_eq!((finding.last_day, finding.in_time), (Some(last_day), in_time), "{delivery_due:?} {today}");
    };
    // Due on 1 September: 29 days in September, 31 in October (60), 30 in November (90), so day 30 of December.
    check(Some(date(2026, 9, 1)), date(2026, 12, 30), date(2026, 12, 30), Some(true));
    check(Some(date(2026, 9, 1)), date(2026, 12, 31), date(2026, 12, 30), Some(false));
    // Due in two years: the cap is 540 days from 1 July 2026. A year is 365 days, to 1 July 2027; 175 are left: 30 in
    // July, 31 in August (61), 30 in September (91), 31 in October (122), 30 in November (152), so day 23 of December.
    check(Some(date(2028, 7, 1)), date(2027, 12, 23), date(2027, 12, 23), Some(true));
    // A day before the purchase is a slip: counted from the purchase.
    check(Some(date(2026, 6, 1)), date(2026, 10, 30), date(2026, 10, 29), Some(false));
    // Not known: certain up to 120 days after the purchase, open after that, over after the cap.
    check(None, date(2026, 10, 29), date(2026, 10, 29), Some(true));
    check(None, date(2026, 10, 30), date(2026, 10, 29), None);
    check(None, date(2027, 12, 24), date(2026, 10, 29), Some(false));
}

#[test]
fn the_merchant_s_side_has_30_days_with_visa_and_45_with_mastercard() {
    let days = |network| finding(&facts(network, DisputeKind::ChargedTwice)).merchant_reply_days;
    assert_eq!((days(Network::Visa), days(Network::Mastercard)), (Some(30), Some(45)));
}

#[test]
fn old_codes_are_read_and_never_sent() {
    let book = Rulebook::shipped();
    let day = date(2026, 11, 22);
    let now = |code| current(book, Network::Mastercard, code, day);
    let table = [
        ("4831", "4834"),
        ("4840", "4837"),
        ("4841", "4853"),
        ("4842", "4834"),
        ("4846", "4834"),
        ("4855", "4853"),
        ("4859", "4853"),
        ("4860", "4853"),
        ("4863", "4837"),
        ("4834", "4834"),
    ];
    for (old, new) in table {
        assert_eq!(now(old).as_deref(), Some(new), "{old}");
    }
    assert_eq!(now("4812"), None);
    assert_eq!(current(book, Network::Visa, "4834", day), None);
    let legacy: BTreeSet<&str> = table.iter().take(9).map(|(old, _)| *old).collect();
    for rule in book.of_pack("mastercard", day) {
        let sent: Vec<&str> = match &rule.body {
            Body::NetworkPairing(body) => body.also.iter().chain([&body.code]).map(String::as_str).collect(),
            Body::NetworkLimit(body) => body.codes.iter().map(String::as_str).collect(),
            Body::LegacyCode(body) => vec![&body.now],
            _ => vec![],
        };
        assert!(sent.iter().all(|code| !legacy.contains(code)), "{}", rule.id);
    }
}

#[test]
fn every_code_that_a_rule_names_is_a_code_of_its_network() {
    let (book, day) = (Rulebook::shipped(), date(2026, 11, 22));
    for (network, count) in [(Network::Visa, 25), (Network::Mastercard, 7)] {
        let codes: BTreeSet<&str> = book
            .of_pack(pack(network), day)
            .filter_map(|rule| match &rule.body {
                Body::NetworkCode(body) => Some(body.code.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(codes.len(), count);
        for rule in book.of_pack(pack(network), day) {
            let named: Vec<&String> = match &rule.body {
                Body::NetworkPairing(body) => body.also.iter().chain([&body.code]).collect(),
                Body::NetworkLimit(body) => {
                    assert_eq!(check_limit(body), None);
                    body.codes.iter().collect()
                }
                Body::LegacyCode(body) => vec![&body.now],
                _ => vec![],
            };
            assert!(named.iter().all(|code| codes.contains(code.as_str())), "{}", rule.id);
        }
    }
}

#[test]
fn a_limit_that_makes_no_sense_is_refused() {
    let limit = |days, at_most_days| NetworkLimitBody {
        network: Network::Visa,
        codes: vec!["13.1".to_owned()],
        days,
        from: RunsFrom::Delivery,
        at_most_days,
    };
    assert_eq!(check_limit(&limit(120, Some(540))), None);
    for wrong in [limit(0, None), limit(1_001, None), limit(120, Some(119)), limit(120, Some(1_001))] {
        assert!(check_limit(&wrong).is_some(), "{wrong:?}");
    }
    assert!(check_limit(&NetworkLimitBody { codes: vec![], ..limit(120, None) }).is_some());
}

#[test]
fn a_code_in_another_form_and_a_reply_without_time_are_refused() {
    assert_eq!((check_code("12.6.1"), check_code("4853")), (None, None));
    for wrong in ["", "12.6.1.4.5", "R03", "48 53"] {
        assert!(check_code(wrong).is_some(), "{wrong}");
    }
    let reply = |days| check_reply(&MerchantReplyBody { network: Network::Visa, days });
    assert_eq!(reply(30), None);
    assert!(reply(0).is_some() && reply(1_001).is_some());
}
