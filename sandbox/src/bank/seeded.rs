//! The default bank. Some customers are the same in every seed, so that a test can ask for what it needs by name;
//! what happened to them is to be found in their ledgers and nowhere else.
//!
//! | customer | what the ledger shows |
//! |---|---|
//! | `cus_ada` | a subscription charged twice within minutes, both posted, no credit |
//! | `cus_ben` | the same subscription, charged once this month and once in each of two months before |
//! | `cus_cleo` | charged twice, the second already reversed |
//! | `cus_dan` | four online payments abroad within an hour at night |
//! | `cus_eve` | much ordinary spending, more than one page of it |
//! | `cus_fay` | a SEPA payment accepted and on its way (ACSP) |
//! | `cus_gil` | a SEPA payment rejected because the account is closed (RJCT, AC04) |
//! | `cus_hana` | an ACH payment returned because there is no such account (R03) |
//! | `cus_ivo` | identity data that is not whole |
//! | `cus_jun` | charged once, with a second authorisation still pending |
//! | `cus_kai` | charged twice, the second already refunded by the merchant |
//! | `cus_lea` | an identity document that has run out |

use super::books::Books;
use super::people::{self, Home, PEOPLE};
use super::{Bank, EntryMode, Merchant, Scheme, TransactionKind, TransactionStatus};
use crate::day::Day;

const MERCHANTS: &str = include_str!("../../data/merchants.jsonl");
const POLICIES: &str = include_str!("../../data/policies.jsonl");
/// The subscription of which the well-known customers complain, and what it costs.
const STREAMLY: &str = "mer-1001";
const STREAMLY_MINOR: i64 = 1_299;
/// Where the night-time payments of `cus_dan` were made, and for how much.
const ABROAD: [(&str, i64); 4] = [("mer-3001", 100), ("mer-3001", 64_900), ("mer-3003", 50_000), ("mer-3002", 38_750)];

/// Makes the bank of a seed and a day.
pub(super) fn bank(seed: u64, today: Day) -> Bank {
    let parts = [("merchants.jsonl", MERCHANTS), ("policies.jsonl", POLICIES)];
    let mut bank = Bank::from_jsonl(&parts).expect("the files built in are read by the tests");
    for person in &PEOPLE {
        let mut books = Books::open(person, &bank.merchants, seed, today);
        write_books(&mut books, person.id, person.home, &bank.merchants);
        let Books { account, transactions, payments, .. } = books;
        bank.accounts.push(account);
        bank.transactions.extend(transactions);
        bank.payments.extend(payments);
        bank.customers.push(people::customer(person, seed, today));
    }
    bank.put_in_order();
    bank
}

fn write_books(books: &mut Books<'_>, id: &str, home: Home, merchants: &[Merchant]) {
    match id {
        "cus_ada" | "cus_ben" | "cus_cleo" | "cus_jun" | "cus_kai" => subscription_story(books, id, merchants),
        "cus_dan" => payments_abroad(books, merchants),
        "cus_fay" => {
            books.ordinary_spending(18);
            let at = books.daytime(1);
            books.payment(Scheme::SepaCredit, "Baugenossenschaft Nord", Some("ACSP"), at);
        }
        "cus_gil" => rejected_payment(books),
        "cus_hana" => returned_payment(books),
        "cus_eve" => books.ordinary_spending(124),
        _ => {
            let spending = books.days_ago(14, 30);
            books.ordinary_spending(spending);
            books.ordinary_subscription(STREAMLY);
            settled_payment(books, home);
        }
    }
}

fn subscription_story(books: &mut Books<'_>, id: &str, merchants: &[Merchant]) {
    books.ordinary_spending(16);
    let Some(streamly) = merchants.iter().find(|merchant| merchant.id == STREAMLY) else { return };
    let latest = books.days_ago(3, 8);
    let first = books.monthly_charges(streamly, STREAMLY_MINOR, latest, 3);
    if id == "cus_ben" {
        return;
    }
    let again = first.plus_seconds(books.minutes(2, 9));
    let status = if id == "cus_jun" { TransactionStatus::Pending } else { TransactionStatus::Posted };
    let second = books.card_payment(streamly, STREAMLY_MINOR, again, EntryMode::Recurring, status);
    let next_day = again.plus_seconds(86_400);
    match id {
        "cus_cleo" => books.undo(&second, TransactionKind::Reversal, next_day),
        "cus_kai" => books.undo(&second, TransactionKind::Refund, next_day),
        _ => {}
    }
}

fn payments_abroad(books: &mut Books<'_>, merchants: &[Merchant]) {
    books.ordinary_spending(22);
    let days_ago = books.days_ago(1, 3);
    let mut at = books.night(days_ago);
    for (merchant_id, amount_minor) in ABROAD {
        let Some(merchant) = merchants.iter().find(|merchant| merchant.id == merchant_id) else { return };
        books.card_payment(merchant, amount_minor, at, EntryMode::Online, TransactionStatus::Posted);
        at = at.plus_seconds(books.minutes(3, 9));
    }
}

fn rejected_payment(books: &mut Books<'_>) {
    books.ordinary_spending(18);
    let at = books.daytime(2);
    let transfer = books.payment(Scheme::SepaCredit, "Vermietung Sommer", Some("RJCT"), at);
    if let Some(payment) = books.payments.last_mut() {
        payment.status_reason = Some("AC04".to_owned());
    }
    books.undo(&transfer, TransactionKind::Reversal, at.plus_seconds(5_400));
}

fn returned_payment(books: &mut Books<'_>) {
    books.ordinary_spending(18);
    let at = books.daytime(5);
    let transfer = books.payment(Scheme::Ach, "Oak Hill Dental", None, at);
    let returned_at = at.plus_seconds(2 * 86_400);
    if let Some(payment) = books.payments.last_mut() {
        payment.ach_return = Some("R03".to_owned());
        payment.updated_at = returned_at;
    }
    books.undo(&transfer, TransactionKind::Reversal, returned_at);
}

fn settled_payment(books: &mut Books<'_>, home: Home) {
    let days_ago = books.days_ago(2, 40);
    let at = books.daytime(days_ago);
    let (scheme, payee, status) = match home {
        Home::UnitedStates => (Scheme::Ach, "Prairie Property Rentals", None),
        Home::UnitedKingdom => (Scheme::Fps, "Thornbury Lettings", Some("ACSC")),
        Home::Germany => (Scheme::SepaInstant, "Hausverwaltung Krone", Some("ACCC")),
    };
    books.payment(scheme, payee, status, at);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::bank::{Direction, Transaction};
    use crate::testing::today;

    const SEEDS: std::ops::Range<u64> = 0..20;

    fn streamly_of<'a>(bank: &'a Bank, customer_id: &str) -> Vec<&'a Transaction> {
        let mut found: Vec<&Transaction> = bank
            .transactions
            .iter()
            .filter(|one| one.customer_id == customer_id && one.merchant_id.as_deref() == Some(STREAMLY))
            .collect();
        found.sort_by_key(|one| std::cmp::Reverse(one.booked_at));
        found
    }

    /// The charges of one subscription that stand: posted, of this period, and not undone by a credit.
    fn standing(bank: &Bank, customer_id: &str) -> usize {
        let entries = streamly_of(bank, customer_id);
        let undone: BTreeSet<&str> = entries.iter().filter_map(|one| one.related.as_deref()).collect();
        entries
            .iter()
            .filter(|one| one.direction == Direction::Debit && one.status == TransactionStatus::Posted)
            .filter(|one| one.booked_at.day() > today().minus(20) && !undone.contains(one.id.as_str()))
            .count()
    }

    #[test]
    fn the_same_seed_and_day_give_the_same_bank_and_others_do_not() {
        assert_eq!(bank(1, today()), bank(1, today()));
        assert_ne!(bank(1, today()), bank(2, today()));
        assert_ne!(bank(1, today()), bank(1, today().minus(1)));
    }

    #[test]
    fn the_bank_is_large_enough_and_its_identifiers_are_unique() {
        for seed in SEEDS {
            let bank = bank(seed, today());
            assert!(bank.customers.len() >= 24 && bank.transactions.len() >= 600);
            let ids: BTreeSet<&str> = bank.transactions.iter().map(|one| one.id.as_str()).collect();
            assert_eq!(ids.len(), bank.transactions.len(), "seed {seed}");
            assert!(bank.transactions.iter().all(|one| one.booked_at.day() <= today()), "seed {seed}");
        }
    }

    #[test]
    fn the_subscription_stories_differ_only_in_what_the_ledger_shows() {
        for seed in SEEDS {
            let bank = bank(seed, today());
            for (customer_id, charges) in
                [("cus_ada", 2), ("cus_ben", 1), ("cus_cleo", 1), ("cus_jun", 1), ("cus_kai", 1)]
            {
                assert_eq!(standing(&bank, customer_id), charges, "{customer_id}, seed {seed}");
            }
            let ada = streamly_of(&bank, "cus_ada");
            let apart = ada[0].booked_at.seconds_from(ada[1].booked_at);
            assert!((120..=540).contains(&apart) && ada.iter().all(|one| one.direction == Direction::Debit));
            let ben = streamly_of(&bank, "cus_ben");
            assert_eq!(ben[0].booked_at.seconds_from(ben[1].booked_at), 30 * 86_400);
            assert_eq!(streamly_of(&bank, "cus_jun")[0].status, TransactionStatus::Pending);
        }
    }

    #[test]
    fn ordinary_spending_never_looks_like_a_duplicate() {
        for seed in SEEDS {
            let bank = bank(seed, today());
            for one in bank.transactions.iter().filter(|one| one.kind == TransactionKind::CardPayment) {
                let twins = bank.transactions.iter().filter(|other| {
                    other.kind == TransactionKind::CardPayment
                        && (&other.customer_id, &other.merchant_id, other.amount_minor)
                            == (&one.customer_id, &one.merchant_id, one.amount_minor)
                        && other.booked_at.seconds_from(one.booked_at) < 7 * 86_400
                });
                let expected = if twins.count() == 1 { None } else { Some(STREAMLY) };
                assert!(expected.is_none() || one.merchant_id.as_deref() == expected, "seed {seed}: {one:?}");
            }
        }
    }

    #[test]
    fn every_merchant_named_in_the_ledger_exists() {
        let bank = bank(5, today());
        let known: BTreeSet<&str> = bank.merchants.iter().map(|one| one.id.as_str()).collect();
        assert!(bank.transactions.iter().filter_map(|one| one.merchant_id.as_deref()).all(|id| known.contains(id)));
    }
}
