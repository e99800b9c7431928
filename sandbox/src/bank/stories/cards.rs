//! Cash machines, the bank's own fees and rates of exchange.

use super::disputes::foreign_price;
use super::{ANYWHERE, Pair, Side, Stage, pair};
use crate::bank::answers::Answer;
use crate::bank::homes::Home;
use crate::bank::{Direction, EntryMode, TransactionKind};

const TASK: &str = "dispute_summary";
const OWN_CURRENCY: &[Home] = &[Home::UnitedStates, Home::UnitedKingdom];

pub(super) const PAIRS: &[Pair] = &[
    pair(TASK, "cash-short", "cash-short-reversed", ANYWHERE, cash_short),
    pair(TASK, "bank-fee", "bank-fee-given-back", ANYWHERE, fee),
    pair(TASK, "exchange-rate", "exchange-rate-of-two-payments", OWN_CURRENCY, exchange_rate),
];

const CASH_SHORT: &[&str] = &[
    "The ATM gave me only {other} {day} but my account was charged {amount}.",
    "cash machine paid out {other} instead of {amount} {day}, i want the difference back",
    "{day} I asked a cash machine for {amount}. It dispensed {other} only, and the whole {amount} was taken from my \
     account. I dispute this withdrawal.",
];

fn cash_short(stage: &mut Stage<'_>) -> Answer {
    let notes = stage.draw(14, 20) * 1_000;
    stage.say_amount("amount", notes);
    stage.say_amount("other", notes - 6_000);
    let days_ago = stage.draw(3, 6);
    let at = stage.at(days_ago);
    let withdrawal = stage.books.cash(notes, at);
    let code = stage.code("13.9", "4834");
    match stage.side() {
        Side::Story => stage.ends(CASH_SHORT, "raise_chargeback").about(&[&withdrawal]).code(code),
        Side::Twin => {
            let credit = stage.books.undo(&withdrawal, TransactionKind::Reversal, at.plus_seconds(86_400));
            let answer = stage.ends(CASH_SHORT, "inform").about(&[&withdrawal]).never("raise_chargeback");
            answer.cites(&format!("ledger:{credit}"))
        }
    }
}

const FEE: &[&str] = &[
    "Why did you charge me a fee of {amount} {day}? I want it back.",
    "you took a {amount} fee {day}, what is that, i dispute this fee",
    "On my statement there is a fee of {amount} that the bank charged me {day}. Nobody told me about any such fee, and I \
     dispute it.",
];

fn fee(stage: &mut Stage<'_>) -> Answer {
    let amount_minor = stage.amount(900, 2_900);
    let days_ago = stage.draw(3, 6);
    let at = stage.at(days_ago);
    let fee = stage.books.plain(TransactionKind::Fee, Direction::Debit, amount_minor, "ACCOUNT SERVICE FEE", at);
    match stage.side() {
        Side::Story => stage.ends(FEE, "escalate").about(&[&fee]).never("raise_chargeback"),
        Side::Twin => {
            let credit = stage.books.undo(&fee, TransactionKind::Refund, at.plus_seconds(86_400));
            let answer = stage.ends(FEE, "inform").about(&[&fee]).never("raise_chargeback");
            answer.cites(&format!("ledger:{credit}"))
        }
    }
}

const EXCHANGE_RATE: &[&str] = &[
    "The exchange rate for my card payment of EUR {original} is wrong.",
    "bad exchange rate on my payment of {original} euros, that is not what the banks publish",
    "I paid {original} EUR by card on a trip, and the exchange rate that you applied is wrong. I dispute the rate of \
     exchange.",
];

fn exchange_rate(stage: &mut Stage<'_>) -> Answer {
    let other = stage.euro_shop();
    let shop = stage.euro_shop();
    let original_minor = foreign_price(stage);
    let days_ago = stage.draw(4, 12);
    let at = stage.at(days_ago);
    let payment = stage.books.foreign_payment(shop, original_minor, at, EntryMode::Chip);
    let answer = stage.ends(EXCHANGE_RATE, "inform").about(&[&payment]).never("raise_chargeback");
    match stage.side() {
        Side::Story => answer,
        Side::Twin => {
            stage.books.foreign_payment(other, original_minor, at.plus_seconds(-3 * 86_400), EntryMode::Chip);
            answer.asked("which_transaction", stage.phrase(&["The one at {shop}.", "it was {shop}"]))
        }
    }
}
