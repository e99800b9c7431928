//! What holds of the default bank in every seed.

use std::collections::{BTreeMap, BTreeSet};

use crate::bank::known::STREAMLY;
use crate::bank::{Bank, Direction, Product, RiskBand, Transaction, TransactionKind, TransactionStatus, score};
use crate::day::{Day, Moment};
use crate::testing::{answers, bank, today};

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
    assert_eq!(*bank(1), Bank::seeded(1, today()));
    assert_ne!(bank(1), bank(2));
    assert_ne!(*bank(1), Bank::seeded(1, today().minus(1)));
}

#[test]
fn the_bank_is_large_enough_and_its_identifiers_are_unique() {
    for seed in SEEDS {
        let bank = bank(seed);
        assert!((290..=320).contains(&bank.customers.len()), "{} customers, seed {seed}", bank.customers.len());
        assert!((4_000..=8_000).contains(&bank.transactions.len()), "{} entries, seed {seed}", bank.transactions.len());
        let mut ids: Vec<&str> = bank.transactions.iter().map(|one| one.id.as_str()).collect();
        ids.extend(bank.payments.iter().map(|one| one.id.as_str()));
        ids.extend(bank.accounts.iter().map(|one| one.id.as_str()));
        ids.extend(bank.accounts.iter().flat_map(|one| &one.cards).map(|card| card.id.as_str()));
        ids.extend(bank.customers.iter().map(|one| one.customer_id.as_str()));
        let distinct: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), distinct.len(), "seed {seed}");
    }
}

#[test]
fn entries_lie_between_the_opening_of_their_account_and_today() {
    for seed in SEEDS {
        let bank = bank(seed);
        let opened: BTreeMap<&str, Day> =
            bank.accounts.iter().map(|account| (account.id.as_str(), account.opened_on)).collect();
        for entry in &bank.transactions {
            let account = entry.account_id.as_deref().unwrap();
            let day = entry.booked_at.day();
            assert!(day < today() && day >= opened[account], "seed {seed}: {entry:?}");
        }
        assert!(bank.payments.iter().all(|one| one.created_at.day() < today()), "seed {seed}");
    }
}

#[test]
fn there_are_homes_new_accounts_credit_cards_journeys_and_refunds() {
    let bank = bank(1);
    let homes: BTreeSet<&str> = bank.accounts.iter().map(|one| one.country.as_str()).collect();
    assert_eq!(homes, BTreeSet::from(["DE", "ES", "FR", "GB", "NL", "US"]));
    assert!(bank.accounts.iter().filter(|one| one.opened_on > today().minus(30)).count() >= 10);
    assert!(bank.accounts.iter().filter(|one| one.product == Product::CreditCard).count() >= 20);
    assert!(bank.transactions.iter().filter(|one| one.original_currency.is_some()).count() >= 50);
    assert!(bank.transactions.iter().filter(|one| one.kind == TransactionKind::Refund).count() >= 20);
}

#[test]
fn the_subscription_stories_differ_only_in_what_the_ledger_shows() {
    for seed in SEEDS {
        let bank = bank(seed);
        for (customer_id, charges) in [("cus_ada", 2), ("cus_ben", 1), ("cus_cleo", 1), ("cus_jun", 1), ("cus_kai", 1)]
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
        let bank = bank(seed);
        let stories: BTreeSet<String> = answers(seed).iter().map(|answer| answer.customer_id.clone()).collect();
        let mut seen: BTreeMap<(&str, &str, i64), Moment> = BTreeMap::new();
        let ordinary = |one: &&Transaction| {
            one.kind == TransactionKind::CardPayment
                && !stories.contains(&one.customer_id)
                && one.merchant_id.as_deref() != Some(STREAMLY)
        };
        for one in bank.transactions.iter().filter(ordinary) {
            let key = (one.customer_id.as_str(), one.merchant_id.as_deref().unwrap(), one.amount_minor);
            let before = seen.insert(key, one.booked_at);
            assert!(before.is_none_or(|at| at.seconds_from(one.booked_at) > 7 * 86_400), "seed {seed}: {one:?}");
        }
    }
}

#[test]
fn ordinary_customers_have_a_low_score() {
    for seed in 0..4 {
        let bank = bank(seed);
        let stories: BTreeSet<String> = answers(seed).iter().map(|answer| answer.customer_id.clone()).collect();
        let ordinary = bank.customers.iter().map(|one| one.customer_id.as_str());
        for id in ordinary.filter(|id| *id != "cus_dan" && !stories.contains(*id)) {
            let row = score(&bank, id, &[], today());
            assert_eq!(row.band, RiskBand::Low, "seed {seed}, {id}: {:?}", row.reasons);
        }
    }
}

#[test]
fn every_merchant_named_in_the_ledger_exists() {
    let bank = bank(5);
    let known: BTreeSet<&str> = bank.merchants.iter().map(|one| one.id.as_str()).collect();
    assert!(bank.transactions.iter().filter_map(|one| one.merchant_id.as_deref()).all(|id| known.contains(id)));
}
