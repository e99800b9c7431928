//! What holds of every story in every seed.

use std::collections::{BTreeMap, BTreeSet};

use super::names;
use crate::bank::{Answer, Bank, Direction, RiskBand, Transaction, TransactionStatus, score};
use crate::day::Day;
use crate::testing::{answers, bank, today};

const SEEDS: std::ops::Range<u64> = 0..20;

fn entry<'a>(bank: &'a Bank, answer: &Answer, id: &str) -> Option<&'a Transaction> {
    bank.transactions.iter().find(|one| one.id == id && one.customer_id == answer.customer_id)
}

#[test]
fn there_are_pairs_enough_and_each_name_is_used_once() {
    let names = names();
    let distinct: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), distinct.len());
    assert!(names.len() >= 88, "{}", names.len());
    for seed in SEEDS {
        let answers = answers(seed);
        let told: BTreeSet<&str> = answers.iter().map(|answer| answer.story.as_str()).collect();
        let customers: BTreeSet<&str> = answers.iter().map(|answer| answer.customer_id.as_str()).collect();
        assert_eq!((told, customers.len()), (distinct.clone(), names.len()), "seed {seed}");
    }
}

#[test]
fn another_seed_gives_the_stories_to_other_customers_with_other_amounts_and_phrasing() {
    let texts = |seed| answers(seed).iter().cloned().map(|answer| answer.text).collect::<BTreeSet<String>>();
    let same = texts(1).intersection(&texts(2)).count();
    assert!(same < 12, "{same} texts are the same");
}

#[test]
fn a_twin_has_the_same_words_but_for_names_amounts_and_dates() {
    let is_fact = |word: &str| {
        word.contains(|character: char| character.is_ascii_digit()) || word.starts_with(char::is_uppercase)
    };
    for seed in SEEDS {
        let by_name: BTreeMap<String, Answer> =
            answers(seed).iter().cloned().map(|answer| (answer.story.clone(), answer)).collect();
        for answer in by_name.values() {
            let twin = &by_name[&answer.twin];
            let words = |text: &str| text.split(' ').filter(|word| !is_fact(word)).map(str::to_owned).collect();
            let (own, other): (Vec<String>, Vec<String>) = (words(&answer.text), words(&twin.text));
            let differing = own.iter().filter(|word| !other.contains(word)).count();
            assert!(differing <= 5, "seed {seed}: {:?} and {:?}", answer.text, twin.text);
            assert_ne!((&answer.expect, &answer.follow_up), (&twin.expect, &twin.follow_up), "{}", answer.story);
        }
    }
}

#[test]
fn every_text_is_filled_in_and_every_entry_named_is_its_customers() {
    for seed in SEEDS {
        let (bank, answers) = (bank(seed), answers(seed));
        for answer in answers.iter() {
            let said = answer.follow_up.values().chain([&answer.text]);
            for text in said {
                assert!(!text.contains(['{', '}']) && text.len() > 5, "{text}");
            }
            let asked: BTreeSet<&String> = answer.expect.asks.iter().collect();
            assert_eq!(asked, answer.follow_up.keys().collect(), "{}", answer.story);
            let ledger = answer.expect.evidence.iter().filter_map(|id| id.strip_prefix("ledger:"));
            for id in answer.expect.about.iter().map(String::as_str).chain(ledger) {
                let payment = bank.payments_of(&answer.customer_id).any(|payment| payment.id == id);
                assert!(payment || entry(&bank, answer, id).is_some(), "{}: {id}", answer.story);
            }
        }
    }
}

#[test]
fn a_contested_charge_can_be_told_from_everything_else() {
    for seed in SEEDS {
        let (bank, answers) = (bank(seed), answers(seed));
        for answer in answers.iter().filter(|answer| answer.expect.action == "raise_chargeback") {
            let Some(meant) = answer.expect.about.last().and_then(|id| entry(&bank, answer, id)) else {
                panic!("{} contests nothing", answer.story);
            };
            assert_eq!((meant.direction, meant.status), (Direction::Debit, TransactionStatus::Posted));
            let same = bank.transactions_of(&answer.customer_id).filter(|one| {
                one.direction == Direction::Debit
                    && one.amount_minor == meant.amount_minor
                    && one.booked_at.seconds_from(meant.booked_at) < 20 * 86_400
                    && !answer.expect.about.contains(&one.id)
            });
            let expected = usize::from(answer.story == "foreign-amount-at-two-shops");
            assert_eq!(same.count(), expected, "seed {seed}, {}", answer.story);
        }
    }
}

#[test]
fn the_scores_of_the_fraud_stories_are_what_their_ends_rest_on() {
    for seed in SEEDS {
        let (bank, answers) = (bank(seed), answers(seed));
        for answer in answers.iter().filter(|answer| answer.expect.task == "fraud_check") {
            let about: Vec<&Transaction> =
                answer.expect.about.iter().filter_map(|id| entry(&bank, answer, id)).collect();
            let row = score(&bank, &answer.customer_id, &about, today());
            let expected = match (answer.story.as_str(), answer.expect.action.as_str()) {
                ("unrecognised-and-somewhat-unusual", _) => RiskBand::Medium,
                ("card-stolen-and-usual" | "card-lost-unused" | "details-compromised-unused", _) => RiskBand::Low,
                (story, _) if story.starts_with("scam-") || story.contains("-and-transfer-") => continue,
                (story, _) if story.starts_with("stolen-and-charged") => RiskBand::Low,
                (_, "block_card" | "freeze_card" | "freeze_account") => RiskBand::High,
                (_, "clear" | "escalate") => RiskBand::Low,
                (story, action) => panic!("{story} ends in {action}"),
            };
            assert_eq!(row.band, expected, "seed {seed}, {}: {} {:?}", answer.story, row.score, row.reasons);
        }
    }
}

#[test]
fn a_new_device_and_a_new_payee_are_reasons() {
    for seed in SEEDS {
        let (bank, answers) = (bank(seed), answers(seed));
        let codes = |story: &str| -> BTreeSet<String> {
            let answer = answers.iter().find(|answer| answer.story == story).unwrap();
            let about = entry(&bank, answer, &answer.expect.about[0]).unwrap();
            score(&bank, &answer.customer_id, &[about], today()).reasons.into_iter().map(|one| one.code).collect()
        };
        let new = codes("transfer-from-a-new-device");
        assert!(new.contains("new_device") && new.contains("new_payee"), "seed {seed}: {new:?}");
        let known = codes("transfer-to-a-known-payee");
        assert!(!known.contains("new_device") && !known.contains("new_payee"), "seed {seed}: {known:?}");
    }
}

#[test]
fn nothing_in_the_bank_names_a_story() {
    for seed in 0..3 {
        for (file, contents) in bank(seed).to_jsonl() {
            // The bank's rules and the shops' terms speak of what stories are about, but not of anybody's.
            if matches!(file, "policies.jsonl" | "merchants.jsonl") {
                continue;
            }
            let contents = contents.to_lowercase();
            for word in names().into_iter().chain(["story", "stories", "twin", "dispute", "fraud", "stolen"]) {
                assert!(!contents.contains(word), "{file} of seed {seed} has {word:?}");
            }
        }
    }
}

#[test]
fn the_stories_hold_on_every_day_of_the_week_and_of_a_new_year() {
    let days =
        (0..7).map(|ago| today().minus(ago)).chain((0..3).map(|ago| Day::from_civil(2028, 3, 1).unwrap().minus(ago)));
    for day in days {
        let (bank, answers) = (Bank::seeded(1, day), crate::bank::answers(1, day));
        assert!(bank.transactions.iter().all(|one| one.booked_at.day() < day), "{day}");
        let evening = answers.iter().find(|answer| answer.story == "credit-transfer-in-the-evening").unwrap();
        let payment =
            bank.payments_of(&evening.customer_id).find(|one| evening.expect.about.contains(&one.id)).unwrap();
        let ordered = payment.created_at.day();
        let is_weekend_or_monday = matches!(day.weekday(), 0 | 5 | 6);
        let expected = if is_weekend_or_monday { 4 } else { day.minus(1).weekday() };
        assert_eq!((ordered.weekday(), day.days_since(ordered) <= 3), (expected, true), "{day}");
        assert!(payment.created_at.hour() >= 19);
    }
}
