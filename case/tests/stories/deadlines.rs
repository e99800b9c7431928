//! Deadlines of whole cases on fixed days, worked out by hand from the text of each regulation. Nothing here asks the
//! calendars under test: each date has its count beside it.
//!
//! The day of the notice never counts. `x` marks a day that is no business day though it is a weekday.

use case::{
    entry::Command,
    label::{Label, Task},
    law,
    narrative::Narrative,
    policy::Action,
    settings::DeskSettings,
    time::{DAY_MS, Millis},
};
use serde_json::{Value, json};

use crate::world::{
    TWICE, World, analyst,
    bank::{Bank, account, charge, payment, with},
    request, sealed,
};

const STRANGE: &str = "I do not recognise the Streamly charge of 12.99, it was not me. I still have my card.";
const SCAM: &str = "I was scammed: they tricked me into making a bank transfer of GBP 900.00 to them.";
const SCAM_UNSAID: &str = "I was scammed: they tricked me into making a bank transfer to them.";

/// The clocks of a case: which rules run, and the last day of each.
fn due(world: &World) -> Vec<(String, String)> {
    let deadlines = law::deadlines(world.case.state());
    let mut due: Vec<(String, String)> =
        deadlines.iter().map(|one| (one.clock.rule.clone(), one.due.due_on.to_string())).collect();
    due.sort();
    due
}

fn open(at: &str, text: &str, label: Label, bank: Bank) -> World {
    let mut opened = request(text, label);
    opened.words.narrative = Narrative::read(text, Millis::parse_rfc3339(at).unwrap().date());
    let mut world = World::open_at(at, opened, text, bank);
    world.drive();
    world
}

#[track_caller]
fn check(what: &str, world: &World, expected: &[(&str, &str)]) {
    let mut expected: Vec<(String, String)> =
        expected.iter().map(|(rule, day)| ((*rule).to_owned(), (*day).to_owned())).collect();
    expected.sort();
    assert_eq!(due(world), expected, "{what}: {:?}", world.kinds());
}

/// Two charges for one subscription on a day, on an account.
fn twice(day: &str, changes: &Value, holder: &Value) -> Bank {
    let row = |id: &str| with(charge(&format!("{id} {day} 1299 mer_streamly")), changes.clone());
    Bank::with_ledger(&[row("tx1"), row("tx2")])
        .say("accounts", &[json!({"accounts": [account(holder.clone())], "next": null})])
}

fn error(at: &str, day: &str, changes: &Value, holder: &Value) -> World {
    let all = with(json!({"entry_mode": "online", "country": "US", "account_id": "acc_1"}), changes.clone());
    open(at, TWICE, Label::DisputeSummary, twice(day, &all, holder))
}

/// 12 CFR 1005.11(c): 10 business days for the credit, 45 days for the answer. For a transfer within 30 days after the
/// first deposit 20 and 90; at a point of sale or from abroad 10 and 90.
#[test]
fn errors_on_us_debit_accounts_follow_regulation_e() {
    let nothing = json!({});
    let new = |day: &str| json!({"first_deposit_on": day});
    let (pos, abroad, old) = (json!({"entry_mode": "chip"}), json!({"country": "DE"}), &nothing);
    let short = |credit, answer| vec![("us-reg-e/provisional-credit", credit), ("us-reg-e/final-answer", answer)];
    let longer =
        |credit, answer| vec![("us-reg-e/provisional-credit", credit), ("us-reg-e/final-answer-extended", answer)];
    let longest = |credit, answer| {
        vec![("us-reg-e/provisional-credit-new-account", credit), ("us-reg-e/final-answer-extended", answer)]
    };
    let rows = [
        // Mon 2 Nov: 3 4 5 6 | 9 10 x(Veterans Day) 12 13 | 16 17. And 28 days to the end of November, 17 more.
        ("over Veterans Day", "2026-11-02T15:00:00Z", "2026-10-29", old, old, short("2026-11-17", "2026-12-17")),
        // Wed 18 Nov: 19 20 | 23 24 25 x(Thanksgiving) 27 | 30 1 2 3. And 12 to 30 Nov, 31 to 31 Dec, 2 more.
        ("over Thanksgiving", "2026-11-18T15:00:00Z", "2026-11-15", old, old, short("2026-12-03", "2027-01-02")),
        // Fri 20 Nov, 22:00 in New York, though Saturday in UTC: 23 24 25 x 27 | 30 1 2 3 4 | 7. And 10 + 31 + 4.
        ("late on a Friday", "2026-11-21T03:00:00Z", "2026-11-15", old, old, short("2026-12-07", "2027-01-04")),
        // Sat 10 Jan: 12 13 14 15 16 | x(Martin Luther King) 20 21 22 23 | 26. And 21 to 31 Jan, 24 more.
        ("on a Saturday", "2026-01-10T15:00:00Z", "2026-01-06", old, old, short("2026-01-26", "2026-02-24")),
        // Thu 31 Dec: x(New Year) | 4 5 6 7 8 | 11 12 13 14 15. And 31 to 31 Jan, 14 more.
        ("over New Year", "2026-12-31T15:00:00Z", "2026-12-28", old, old, short("2027-01-15", "2027-02-14")),
        // Mon 15 Jun: 16 17 18 x(Juneteenth) | 22 23 24 25 26 | 29 30. And 15 to 30 Jun, 30 more.
        ("over Juneteenth", "2026-06-15T15:00:00Z", "2026-06-11", old, old, short("2026-06-30", "2026-07-30")),
        // Wed 1 Jul: 2 3 | 6 7 8 9 10 | 13 14 15: the Fourth is a Saturday and closes no other day. From abroad: 90 days,
        // 30 to 31 Jul, 31 to 31 Aug, 29 more.
        ("from abroad", "2026-07-01T15:00:00Z", "2026-06-29", &abroad, old, longer("2026-07-15", "2026-09-29")),
        // Mon 14 Dec: 15 16 17 18 | 21 22 23 24 x(Christmas) | 28 29. At a till: 90 days, 17 + 31 + 28 + 14.
        ("at a till", "2026-12-14T15:00:00Z", "2026-12-11", &pos, old, longer("2026-12-29", "2027-03-14")),
        // Wed 18 Nov as above, then 4 | 7 8 9 10 11 | 14 15 16 17. And 90 days: 12 + 31 + 31 + 16.
        (
            "a new account",
            "2026-11-18T15:00:00Z",
            "2026-11-15",
            old,
            &new("2026-11-02"),
            longest("2026-12-17", "2027-02-16"),
        ),
        // 31 Oct is the 30th day after 1 Oct. Mon 2 Nov as above to 17 Nov, then 18 19 20 | 23 24 25 x 27 | 30 1 2. And
        // 90 days: 28 + 31 + 31.
        (
            "the 30th day",
            "2026-11-02T15:00:00Z",
            "2026-10-31",
            old,
            &new("2026-10-01"),
            longest("2026-12-02", "2027-01-31"),
        ),
        // 1 Nov is the 31st: an account like any other.
        (
            "the 31st day",
            "2026-11-02T15:00:00Z",
            "2026-11-01",
            old,
            &new("2026-10-01"),
            short("2026-11-17", "2026-12-17"),
        ),
    ];
    for (what, at, day, changes, holder, expected) in rows {
        check(what, &error(at, day, changes, holder), &expected);
    }
}

/// 12 CFR 1026.13(c): acknowledged within 30 days; resolved within two complete billing cycles and never later than 90
/// days. The cycle in which the notice came is not a complete one.
#[test]
fn errors_on_us_credit_cards_follow_regulation_z() {
    let rows = [
        // Cycles end with the month. Notice 2 Nov, in the cycle to 30 Nov; complete are those to 31 Dec and 31 Jan, which
        // is the 90th day, too: 28 + 31 + 31.
        ("2026-10-31", "2026-11-02T15:00:00Z", "2026-12-02", "2027-01-31"),
        // Cycles end on the 15th. Notice 18 Nov, in the cycle to 15 Dec; complete are those to 15 Jan and 15 Feb. The
        // 90th day is 16 Feb: 12 + 31 + 31 + 16.
        ("2026-11-15", "2026-11-18T15:00:00Z", "2026-12-18", "2027-02-15"),
        // Cycles end on the 10th: to 10 Jan and 10 Feb.
        ("2026-11-10", "2026-11-18T15:00:00Z", "2026-12-18", "2027-02-10"),
        // Cycles end on the 17th: the second complete one ends on 17 Feb, after the 90th day.
        ("2026-11-17", "2026-11-18T15:00:00Z", "2026-12-18", "2027-02-16"),
    ];
    for (cycle_end, at, acknowledge, resolve) in rows {
        let holder = json!({"product": "credit_card",
            "statements": [{"period_end": cycle_end, "sent_on": cycle_end}]});
        let world = error(at, "2026-10-29", &json!({}), &holder);
        check(cycle_end, &world, &[("us-reg-z/acknowledge", acknowledge), ("us-reg-z/resolve", resolve)]);
    }
}

/// Directive (EU) 2015/2366 Article 73 and SI 2017/752 regulation 76: the end of the business day after the notice.
#[test]
fn unauthorised_payments_in_europe_are_refunded_by_the_next_business_day() {
    let rows = [
        // Wed -> Thu.
        ("DE", "2026-11-18T12:00:00Z", "eu-psd2/refund", "2026-11-19"),
        // Fri -> Mon.
        ("DE", "2026-11-20T12:00:00Z", "eu-psd2/refund", "2026-11-23"),
        // Thu 23:30 in UTC is Fri 00:30 in Brussels -> Mon.
        ("DE", "2026-11-19T23:30:00Z", "eu-psd2/refund", "2026-11-23"),
        // Thu 24 Dec: Christmas on Friday, a weekend -> Mon 28.
        ("DE", "2026-12-24T12:00:00Z", "eu-psd2/refund", "2026-12-28"),
        // Maundy Thursday 2 Apr: Good Friday, a weekend, Easter Monday -> Tue 7.
        ("DE", "2026-04-02T12:00:00Z", "eu-psd2/refund", "2026-04-07"),
        // Thu 30 Apr: Labour Day on Friday, a weekend -> Mon 4 May.
        ("DE", "2026-04-30T12:00:00Z", "eu-psd2/refund", "2026-05-04"),
        // Fri 1 May: a weekend, the early May bank holiday on Mon 4 -> Tue 5.
        ("GB", "2026-05-01T12:00:00Z", "uk-psrs/refund", "2026-05-05"),
        // Fri 28 Aug: a weekend, the summer bank holiday on Mon 31 -> Tue 1 Sep.
        ("GB", "2026-08-28T12:00:00Z", "uk-psrs/refund", "2026-09-01"),
        // Thu 24 Dec: Christmas on Friday, Boxing Day on Saturday and so kept on Mon 28 -> Tue 29.
        ("GB", "2026-12-24T12:00:00Z", "uk-psrs/refund", "2026-12-29"),
        // Thu 18 Jun, 23:30 in UTC, is Fri 00:30 in London's summer -> Mon.
        ("GB", "2026-06-18T23:30:00Z", "uk-psrs/refund", "2026-06-22"),
    ];
    for (country, at, rule, day) in rows {
        let opened = Millis::parse_rfc3339(at).unwrap();
        let booked = opened.plus(-3 * DAY_MS).date();
        let currency = if country == "GB" { "GBP" } else { "EUR" };
        let row = with(
            charge(&format!("tx1 {booked} 1299 mer_streamly")),
            json!({"entry_mode": "online", "country": country, "currency": currency, "account_id": "acc_1"}),
        );
        let holder = account(json!({"country": country, "currency": currency}));
        let bank = Bank::with_ledger(&[row]).say("accounts", &[json!({"accounts": [holder], "next": null})]);
        check(at, &open(at, STRANGE, Label::DisputeSummary, bank), &[(rule, day)]);
    }
}

/// A British customer's transfer by Faster Payments two days before, as ledger and payments show it.
fn scammed(at: &str, text: &str, rows: &[(&str, i64)]) -> World {
    open(at, text, Label::FraudCheck, transfers(at, rows))
}

fn transfers(at: &str, rows: &[(&str, i64)]) -> Bank {
    let sent_at = Millis::parse_rfc3339(at).unwrap().plus(-2 * DAY_MS).rfc3339();
    let entry = |(id, amount_minor): &(&str, i64)| {
        json!({"id": format!("tx-{id}"), "customer_id": "cus_ada", "booked_at": sent_at, "amount_minor": amount_minor,
            "currency": "GBP", "direction": "debit", "kind": "transfer", "status": "posted", "country": "GB",
            "descriptor": "TRANSFER", "merchant_id": null, "related": null, "payee": format!("payee-{id}"),
            "account_id": "acc_1"})
    };
    let order = |(id, amount_minor): &(&str, i64)| {
        payment(
            json!({"id": format!("pay-{id}"), "amount_minor": amount_minor, "currency": "GBP", "created_at": sent_at,
            "scheme": "fps", "iso20022_status": "ACCC", "payee": format!("payee-{id}"), "account_id": "acc_1"}),
        )
    };
    let holder = account(json!({"country": "GB", "currency": "GBP"}));
    Bank::with_ledger(&rows.iter().map(entry).collect::<Vec<_>>())
        .say("accounts", &[json!({"accounts": [holder], "next": null})])
        .say("payments", &[json!({"payments": rows.iter().map(order).collect::<Vec<_>>()})])
}

/// The reimbursement requirement of 7 October 2024: five business days from the claim.
#[test]
fn scams_by_faster_payments_are_reimbursed_within_five_business_days() {
    let rows = [
        // Mon 2 Nov: 3 4 5 6 | 9.
        ("2026-11-02T12:00:00Z", "2026-11-09"),
        // Wed 29 Apr: 30 1 | x(early May) 5 6 7.
        ("2026-04-29T12:00:00Z", "2026-05-07"),
        // Tue 22 Dec: 23 24 x(Christmas) | x(Boxing Day, kept on Monday) 29 30 31.
        ("2026-12-22T12:00:00Z", "2026-12-31"),
        // Sat 14 Nov: 16 17 18 19 20.
        ("2026-11-14T12:00:00Z", "2026-11-20"),
    ];
    for (at, day) in rows {
        check(at, &scammed(at, SCAM, &[("a", 90_000)]), &[("uk-app/reimburse", day)]);
    }
}

/// The same requirement: the clock may stop while the customer is asked, and ends after 35 business days.
#[test]
fn a_claim_about_a_scam_stands_still_while_the_customer_is_asked_and_never_longer_than_the_law_lets_it() {
    let two = [("a", 90_000), ("b", 40_000)];
    let mut world = scammed("2026-11-02T12:00:00Z", SCAM_UNSAID, &two);
    // Asked on Mon 2 Nov, answered on Thu 5: Tue and Wed stand still all day. 5 6 | 9 10 11.
    world.now = Millis::parse_rfc3339("2026-11-05T12:00:00Z").unwrap();
    world.message("It was the one of GBP 900.00.");
    world.drive();
    check("answered after three days", &world, &[("uk-app/reimburse", "2026-11-11")]);

    // Never answered: the 35th business day after Mon 2 Nov is seven weeks later, Mon 21 Dec; no holiday lies between.
    let world = scammed("2026-11-02T12:00:00Z", SCAM_UNSAID, &two);
    let deadlines = law::deadlines(world.case.state());
    let latest: Vec<_> = deadlines.iter().filter_map(|one| one.due.latest).map(|day| day.to_string()).collect();
    assert_eq!(latest, ["2026-12-21"]);
}

/// Asked on Mon 2 Nov. Where people go on without an answer on Thu 5, the clock does as well: 5 6 | 9 10 11.
#[test]
fn a_clock_that_stood_still_for_the_customer_goes_on_when_people_wait_no_longer() {
    let at = "2026-11-02T12:00:00Z";
    let decide = || Command::Decide { action: Action::Escalate, about: None, note: sealed("no answer is needed") };
    let reroute = || Command::Reroute { task: Task::DisputeSummary };
    let close = || Command::Close { note: sealed("withdrawn") };
    for (what, commands) in [
        ("decided", vec![decide()]),
        ("rerouted", vec![reroute()]),
        ("closed and reopened", vec![close(), Command::Reopen { note: sealed("the customer disagrees") }]),
    ] {
        let mut opened = request(SCAM_UNSAID, Label::FraudCheck);
        opened.words.narrative = Narrative::read(SCAM_UNSAID, Millis::parse_rfc3339(at).unwrap().date());
        opened.settings.desk = Some(DeskSettings::default());
        opened.settings_hash = opened.settings.hash();
        let mut world = World::open_at(at, opened, SCAM_UNSAID, transfers(at, &[("a", 90_000), ("b", 40_000)]));
        world.drive();
        world.now = Millis::parse_rfc3339("2026-11-05T12:00:00Z").unwrap();
        for command in commands {
            world.command(analyst("ada"), command).unwrap();
        }
        world.now = Millis::parse_rfc3339("2026-11-09T12:00:00Z").unwrap();
        world.notice();
        let pauses: Vec<bool> = world.case.state().tracks[0]
            .pauses
            .iter()
            .map(|pause| pause.to == Some(Millis::parse_rfc3339("2026-11-05T12:00:00Z").unwrap()))
            .collect();
        assert_eq!(pauses, [true], "{what}: {:?}", world.kinds());
    }
}
