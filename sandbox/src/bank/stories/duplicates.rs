//! One purchase and two charges, or what looks like it.

use super::{ANYWHERE, Pair, Side, Stage, pair};
use crate::bank::answers::Answer;
use crate::bank::{Merchant, TransactionKind, TransactionStatus};
use crate::day::Moment;

const TASK: &str = "dispute_summary";

pub(super) const PAIRS: &[Pair] = &[
    pair(TASK, "duplicate-subscription", "subscription-a-month-apart", ANYWHERE, subscription),
    pair(TASK, "duplicate-standing", "duplicate-reversed", ANYWHERE, reversed),
    pair(TASK, "duplicate-pending", "duplicate-refunded", ANYWHERE, pending_or_refunded),
    pair(TASK, "same-amount-at-two-shops", "same-amount-at-one-shop", ANYWHERE, two_shops),
];

const SUBSCRIPTION: &[&str] = &[
    "I was charged twice for my {shop} subscription, {amount} each time.",
    "hi, {shop} billed my card two times, {amount} both times, but i only have one subscription",
    "Hello, when I looked at my card statement I saw that the {shop} subscription of {amount} was charged twice. I only \
     have one subscription with them, so one of the two charges is a duplicate. Can you look into it?",
];

const PURCHASE: &[&str] = &[
    "{shop} charged my card twice {day}, {amount} each. I bought only once.",
    "charged twice at {shop} {day}!! {amount} and then {amount} again, one purchase",
    "Good morning. I was charged twice for one purchase: my statement shows two charges of {amount} from {shop} \
     {day}. I dispute the second charge.",
];

fn subscription(stage: &mut Stage<'_>) -> Answer {
    let service = stage.service();
    let amount_minor = stage.amount(799, 2_499);
    let days_ago = stage.draw(3, 8);
    let at = stage.at(days_ago);
    let gap = stage.draw(120, 540);
    let charges = stage.books.monthly_charges(service, amount_minor, at, 3);
    let latest = charges.first().map(String::as_str).unwrap_or_default();
    match stage.side() {
        Side::Story => {
            let again = stage.pays(service, amount_minor, at.plus_seconds(gap));
            let code = stage.code("12.6.1", "4834");
            stage.ends(SUBSCRIPTION, "raise_chargeback").about(&[latest, &again]).code(code)
        }
        Side::Twin => stage.ends(SUBSCRIPTION, "inform").about(&[latest]).never("raise_chargeback"),
    }
}

/// Two charges of one shop within minutes.
fn two_charges(stage: &mut Stage<'_>, status: TransactionStatus) -> (String, String, Moment) {
    let shop = stage.shop(&["electronics", "shopping", "books"]);
    let amount_minor = stage.amount(2_100, 9_900);
    let days_ago = stage.draw(3, 6);
    let at = stage.at(days_ago);
    let again = at.plus_seconds(stage.draw(60, 420));
    let first = stage.pays(shop, amount_minor, at);
    let second = stage.pays_as(shop, amount_minor, again, status);
    (first, second, at.plus_seconds(86_400))
}

fn reversed(stage: &mut Stage<'_>) -> Answer {
    let (first, second, next_day) = two_charges(stage, TransactionStatus::Posted);
    match stage.side() {
        Side::Story => {
            let code = stage.code("12.6.1", "4834");
            stage.ends(PURCHASE, "raise_chargeback").about(&[&first, &second]).code(code)
        }
        Side::Twin => {
            let credit = stage.books.undo(&second, TransactionKind::Reversal, next_day);
            credited(stage.ends(PURCHASE, "inform").about(&[&first, &second]), &credit)
        }
    }
}

fn pending_or_refunded(stage: &mut Stage<'_>) -> Answer {
    let status = stage.side().either(TransactionStatus::Pending, TransactionStatus::Posted);
    let (first, second, next_day) = two_charges(stage, status);
    let answer = stage.ends(PURCHASE, "inform").about(&[&first, &second]).never("raise_chargeback");
    match stage.side() {
        Side::Story => answer,
        Side::Twin => {
            let credit = stage.books.undo(&second, TransactionKind::Refund, next_day);
            credited(answer, &credit)
        }
    }
}

/// The case cites the credit, and nobody asks for the money a second time.
fn credited(answer: Answer, credit: &str) -> Answer {
    answer.cites(&format!("ledger:{credit}")).never("raise_chargeback")
}

fn two_shops(stage: &mut Stage<'_>) -> Answer {
    let other: &Merchant = stage.shop(&["shopping", "books"]);
    let shop = stage.shop(&["electronics", "shopping"]);
    let amount_minor = stage.amount(1_900, 8_900);
    let days_ago = stage.draw(2, 6);
    let at = stage.at(days_ago);
    let again = at.plus_seconds(stage.draw(900, 3_000));
    let first = stage.pays(shop, amount_minor, at);
    let second = stage.pays(stage.side().either(other, shop), amount_minor, again);
    match stage.side() {
        Side::Story => stage.ends(PURCHASE, "inform").about(&[&first]).never("raise_chargeback"),
        Side::Twin => {
            let code = stage.code("12.6.1", "4834");
            stage.ends(PURCHASE, "raise_chargeback").about(&[&first, &second]).code(code)
        }
    }
}
