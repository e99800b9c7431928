//! Contested charges: which one is meant, whether it is still open, and whether there is still time.

use super::{ANYWHERE, EUROPE, Pair, Side, Stage, US, pair, words};
use crate::bank::answers::Answer;
use crate::bank::homes::{Home, converted};
use crate::bank::{EntryMode, Merchant, Network, Product, TransactionKind, TransactionStatus};

const TASK: &str = "dispute_summary";
const OWN_CURRENCY: &[Home] = &[Home::UnitedStates, Home::UnitedKingdom];
const GOODS: &[&str] = &["electronics", "shopping", "books"];

pub(super) const PAIRS: &[Pair] = &[
    pair(TASK, "overcharged-that-day", "overcharged-one-of-two-that-day", ANYWHERE, that_day),
    pair(TASK, "shop-misspelt", "shop-never-paid", ANYWHERE, misspelt),
    pair(TASK, "foreign-amount-once", "foreign-amount-at-two-shops", OWN_CURRENCY, foreign_amount),
    pair(TASK, "cancelled-before-the-charge", "cancelled-after-the-charge", ANYWHERE, cancelled),
    pair(TASK, "cancelled-when-asked-before", "cancelled-when-asked-after", ANYWHERE, cancelled_when_asked),
    pair(TASK, "wrong-amount-long-ago", "wrong-amount-in-time", ANYWHERE, long_ago),
    pair(TASK, "unauthorised-long-ago", "unauthorised-in-time", EUROPE, unauthorised_long_ago),
    pair(TASK, "unauthorised-online", "unauthorised-at-a-monthly-shop", ANYWHERE, unauthorised),
    pair(TASK, "declined-and-billed", "declined-and-pending", ANYWHERE, declined),
    pair(TASK, "wrong-amount-posted", "wrong-amount-pending", US, wrong_amount_by_credit_card),
    pair(TASK, "wrong-currency", "wrong-currency-reversed", OWN_CURRENCY, wrong_currency),
    pair(TASK, "paid-in-cash-too", "paid-in-cash-and-reversed", ANYWHERE, paid_otherwise),
    pair(TASK, "paid-otherwise-with-proof", "paid-otherwise-without-proof", ANYWHERE, proof_asked),
    pair(TASK, "wrong-amount-by-visa", "wrong-amount-by-mastercard", ANYWHERE, networks),
    pair(TASK, "wrong-amount-on-a-new-account", "wrong-amount-on-an-old-account", US, new_account),
];

const THAT_DAY: &[&str] = &[
    "{shop} overcharged me {day}. I want to dispute the charge.",
    "wrong amount charged by {shop} {day}, they took more than the price, i dispute the charge",
    "Hello, I go to {shop} quite often. I was charged the wrong amount there {day}, more than what I agreed to pay. \
     I would like to dispute that charge.",
];

/// Several charges of one shop, and the day tells which; or that day had two.
fn that_day(stage: &mut Stage<'_>) -> Answer {
    let shop = stage.shop(GOODS);
    for days_ago in [11, 19, 33] {
        let amount_minor = stage.amount(1_500, 6_000);
        let at = stage.at(days_ago);
        stage.pays(shop, amount_minor, at);
    }
    let other_minor = stage.amount(1_500, 6_000);
    let amount_minor = stage.amount(6_500, 9_900);
    let days_ago = stage.draw(2, 6);
    let at = stage.at(days_ago);
    let charge = stage.pays(shop, amount_minor, at);
    let code = stage.code("12.5", "4834");
    let answer = stage.ends(THAT_DAY, "raise_chargeback").about(&[&charge]).code(code);
    match stage.side() {
        Side::Story => answer,
        Side::Twin => {
            stage.pays(shop, other_minor, at.plus_seconds(4_000));
            answer.asked("which_transaction", stage.phrase(&["The one for {amount}.", "I mean the {amount} one"]))
        }
    }
}

const MISSPELT: &[&str] = &[
    "I was charged the wrong amount at {misspelt}, more than the receipt says.",
    "wrong amount charged by {misspelt}, they took more than the receipt says, i dispute the charge",
    "Dear team, I was charged the wrong amount by {misspelt}, which is not what the receipt says. I dispute the \
     charge.",
];

fn misspelt(stage: &mut Stage<'_>) -> Answer {
    let shop = stage.shop(GOODS);
    stage.word("misspelt", words::misspelt(&shop.name));
    let amount_minor = stage.amount(2_500, 9_500);
    let days_ago = stage.draw(2, 9);
    let at = stage.at(days_ago);
    match stage.side() {
        Side::Story => {
            let charge = stage.pays(shop, amount_minor, at);
            let code = stage.code("12.5", "4834");
            stage.ends(MISSPELT, "raise_chargeback").about(&[&charge]).code(code)
        }
        Side::Twin => {
            let answer = stage.ends(MISSPELT, "escalate").never("raise_chargeback");
            answer.asked("which_transaction", "Sorry, I do not know any more than that.")
        }
    }
}

const FOREIGN: &[&str] = &[
    "A payment of EUR {original} on my trip was booked with the wrong amount.",
    "my card payment of {original} euros abroad: wrong amount was charged, not what was on the receipt",
    "During my holiday I paid {original} EUR by card, and the amount that was charged to my account is wrong. I want to \
     dispute this charge.",
];

fn foreign_amount(stage: &mut Stage<'_>) -> Answer {
    let other = stage.euro_shop();
    let shop = stage.euro_shop();
    let original_minor = foreign_price(stage);
    let days_ago = stage.draw(4, 12);
    let at = stage.at(days_ago);
    let charge = stage.books.foreign_payment(shop, original_minor, at, EntryMode::Chip);
    let code = stage.code("12.5", "4834");
    let answer = stage.ends(FOREIGN, "raise_chargeback").about(&[&charge]).code(code);
    match stage.side() {
        Side::Story => answer,
        Side::Twin => {
            stage.books.foreign_payment(other, original_minor, at.plus_seconds(-2 * 86_400), EntryMode::Chip);
            answer.asked("which_transaction", stage.phrase(&["The one at {shop}.", "it was {shop}"]))
        }
    }
}

/// A price in euros, which is the `{original}` of the text.
pub(super) fn foreign_price(stage: &mut Stage<'_>) -> i64 {
    let original_minor = stage.draw(310, 980) * 10 + 7;
    stage.word("original", format!("{}.{:02}", original_minor / 100, original_minor % 100));
    let own = stage.home().currency();
    stage.books.reserved.amounts.extend([original_minor, converted(original_minor, "EUR", own)]);
    original_minor
}

const CANCELLED: &[&str] = &[
    "I was charged {amount} by {shop} {day} for a subscription that I cancelled {cancelled}. I want to dispute the \
     charge.",
    "charged {amount} by {shop} {day} for a subscription that i cancelled {cancelled}, i want to dispute the charge",
    "Hello. I want to dispute a charge: I was charged {amount} by {shop} {day} for a subscription that I cancelled \
     {cancelled}.",
];

fn cancelled(stage: &mut Stage<'_>) -> Answer {
    let (service, days_ago) = (stage.service(), stage.draw(3, 5));
    let amount_minor = stage.amount(799, 2_499);
    let at = stage.at(days_ago);
    let cancelled_ago = stage.side().either(days_ago + stage.draw(6, 15), days_ago - 2);
    stage.say_day("cancelled", stage.today().minus(cancelled_ago));
    let charges = stage.books.monthly_charges(service, amount_minor, at, 3);
    let latest = charges.first().map(String::as_str).unwrap_or_default();
    let code = stage.code("13.2", "4853");
    match stage.side() {
        Side::Story => stage.ends(CANCELLED, "raise_chargeback").about(&[latest]).code(code),
        Side::Twin => stage.ends(CANCELLED, "inform").about(&[latest]).never("raise_chargeback"),
    }
}

const CANCELLED_SOMETIME: &[&str] = &[
    "I cancelled my {shop} subscription but they still charged me {amount} {day}. I dispute the charge.",
    "i was charged {amount} by {shop} {day} even though i cancelled my subscription, i dispute the charge",
    "I have cancelled the subscription with {shop}. They still charged my card {amount} {day}, which I dispute.",
];

fn cancelled_when_asked(stage: &mut Stage<'_>) -> Answer {
    let (service, days_ago) = (stage.service(), stage.draw(3, 5));
    let amount_minor = stage.amount(799, 2_499);
    let at = stage.at(days_ago);
    let cancelled_ago = stage.side().either(days_ago + stage.draw(8, 20), days_ago - 2);
    stage.say_date("cancelled", stage.today().minus(cancelled_ago));
    let charges = stage.books.monthly_charges(service, amount_minor, at, 3);
    let latest = charges.first().map(String::as_str).unwrap_or_default();
    let reply = stage.phrase(&["I cancelled it on {cancelled}.", "on {cancelled}"]);
    let code = stage.code("13.2", "4853");
    let answer = match stage.side() {
        Side::Story => stage.ends(CANCELLED_SOMETIME, "raise_chargeback").code(code),
        Side::Twin => stage.ends(CANCELLED_SOMETIME, "inform").never("raise_chargeback"),
    };
    answer.about(&[latest]).asked("cancelled_when", reply)
}

const WRONG_AMOUNT: &[&str] = &[
    "{shop} charged me {amount} {day}, which is the wrong amount. The receipt says {other}.",
    "wrong amount! {shop} took {amount} {day} and the receipt is for {other}",
    "Hello, I dispute a charge by {shop} {day}. They charged my card {amount}, but this is the wrong amount: my receipt \
     shows {other}.",
];

/// A charge of another amount than the receipt's, so many days ago.
fn wrong_amount(stage: &mut Stage<'_>, days_ago: i64, status: TransactionStatus) -> String {
    let shop = stage.shop(GOODS);
    let amount_minor = stage.amount(4_500, 9_500);
    stage.say_amount("other", amount_minor - 1_830);
    let at = stage.at(days_ago);
    stage.pays_as(shop, amount_minor, at, status)
}

fn long_ago(stage: &mut Stage<'_>) -> Answer {
    let days_ago = stage.side().either(stage.draw(190, 240), 50);
    let charge = wrong_amount(stage, days_ago, TransactionStatus::Posted);
    let code = stage.code("12.5", "4834");
    match stage.side() {
        Side::Story => stage.ends(WRONG_AMOUNT, "inform").about(&[&charge]).never("raise_chargeback"),
        Side::Twin => stage.ends(WRONG_AMOUNT, "raise_chargeback").about(&[&charge]).code(code),
    }
}

fn wrong_amount_by_credit_card(stage: &mut Stage<'_>) -> Answer {
    stage.books.add_account(Product::CreditCard, 600);
    let days_ago = stage.draw(1, 4);
    let status = stage.side().either(TransactionStatus::Posted, TransactionStatus::Pending);
    let charge = wrong_amount(stage, days_ago, status);
    stage.books.move_to_newest_account(&charge);
    match stage.side() {
        Side::Story => {
            let code = stage.code_of(&charge, "12.5", "4834");
            stage.ends(WRONG_AMOUNT, "raise_chargeback").about(&[&charge]).code(code)
        }
        Side::Twin => stage.ends(WRONG_AMOUNT, "inform").about(&[&charge]).never("raise_chargeback"),
    }
}

fn networks(stage: &mut Stage<'_>) -> Answer {
    stage.books.card().network = stage.side().either(Network::Visa, Network::Mastercard);
    let days_ago = stage.draw(2, 12);
    let charge = wrong_amount(stage, days_ago, TransactionStatus::Posted);
    let code = stage.code("12.5", "4834");
    stage.ends(WRONG_AMOUNT, "raise_chargeback").about(&[&charge]).code(code)
}

fn new_account(stage: &mut Stage<'_>) -> Answer {
    let age = stage.side().either(stage.draw(9, 14), 1_100);
    stage.books.open_again(age);
    let days_ago = stage.draw(2, 5);
    let charge = wrong_amount(stage, days_ago, TransactionStatus::Posted);
    let code = stage.code("12.5", "4834");
    stage.ends(WRONG_AMOUNT, "raise_chargeback").about(&[&charge]).code(code)
}

const UNAUTHORISED: &[&str] = &[
    "I was wrongly charged {amount} by {shop} {day}. It was not me who ordered that. I still have my card. I dispute \
     the charge.",
    "charged {amount} by {shop} {day} but it was not me who bought that. i still have my card, i dispute the charge",
    "Hello, I was charged {amount} by {shop} {day}. It was not me who bought there, so I was charged wrongly, and I \
     dispute the charge. I still have my card.",
];

fn unauthorised_long_ago(stage: &mut Stage<'_>) -> Answer {
    let shop = stage.shop(GOODS);
    let amount_minor = stage.amount(4_500, 9_500);
    let days_ago = stage.side().either(stage.draw(150, 200), stage.draw(30, 50));
    let at = stage.at(days_ago);
    let charge = stage.pays(shop, amount_minor, at);
    let code = stage.code("10.4", "4837");
    match stage.side() {
        Side::Story => stage.ends(UNAUTHORISED, "provisional_credit").about(&[&charge]).never("raise_chargeback"),
        Side::Twin => stage.ends(UNAUTHORISED, "raise_chargeback").about(&[&charge]).code(code),
    }
}

fn unauthorised(stage: &mut Stage<'_>) -> Answer {
    let shop: &Merchant = stage.either_shop();
    let amount_minor = stage.amount(2_500, 4_500);
    let days_ago = stage.draw(2, 6);
    let at = stage.at(days_ago);
    match stage.side() {
        Side::Story => {
            let charge = stage.pays(shop, amount_minor, at);
            let code = stage.code("10.4", "4837");
            stage.ends(UNAUTHORISED, "raise_chargeback").about(&[&charge]).code(code)
        }
        Side::Twin => {
            let charges = stage.books.monthly_charges(shop, amount_minor, at, 5);
            let latest = charges.first().map(String::as_str).unwrap_or_default();
            let answer = stage.ends(UNAUTHORISED, "inform").about(&[latest]).never("raise_chargeback");
            answer.asked("recognise_merchant", "Yes, I know them, it is my own subscription.")
        }
    }
}

const DECLINED: &[&str] = &[
    "I was charged {amount} by {shop} {day} for a purchase that was declined. I dispute the charge.",
    "i dispute a charge of {amount} by {shop} {day}: the till said declined, and they charged my card all the same",
    "I want to dispute a charge: {shop} charged my card {amount} {day} for a purchase that had been declined.",
];

fn declined(stage: &mut Stage<'_>) -> Answer {
    let shop = stage.shop(GOODS);
    let amount_minor = stage.amount(3_500, 9_500);
    let days_ago = stage.draw(1, 5);
    let at = stage.at(days_ago);
    let status = stage.side().either(TransactionStatus::Posted, TransactionStatus::Pending);
    let charge = stage.pays_as(shop, amount_minor, at, status);
    let code = stage.code("11.2", "4808");
    match stage.side() {
        Side::Story => stage.ends(DECLINED, "raise_chargeback").about(&[&charge]).code(code),
        Side::Twin => stage.ends(DECLINED, "inform").about(&[&charge]).never("raise_chargeback"),
    }
}

const WRONG_CURRENCY: &[&str] = &[
    "{shop} charged me in the wrong currency {day}. I chose euros. I dispute the charge.",
    "wrong currency: i was charged {amount} by {shop} {day} although i had picked euros at the terminal",
    "Hello, {day} I was charged {amount} by {shop} in the wrong currency: I had asked for euros. I dispute this \
     charge.",
];

fn wrong_currency(stage: &mut Stage<'_>) -> Answer {
    let shop = stage.euro_shop();
    let amount_minor = stage.amount(3_500, 9_500);
    let days_ago = stage.draw(3, 6);
    let at = stage.at(days_ago);
    // Converted at the terminal, so that the ledger knows the account's own currency only.
    let charge = stage.books.card_payment(shop, amount_minor, at, EntryMode::Chip, TransactionStatus::Posted);
    let code = stage.code("12.3", "4834");
    match stage.side() {
        Side::Story => stage.ends(WRONG_CURRENCY, "raise_chargeback").about(&[&charge]).code(code),
        Side::Twin => {
            let credit = stage.books.undo(&charge, TransactionKind::Reversal, at.plus_seconds(86_400));
            let answer = stage.ends(WRONG_CURRENCY, "inform").about(&[&charge]).never("raise_chargeback");
            answer.cites(&format!("ledger:{credit}"))
        }
    }
}

const PAID_OTHERWISE: &[&str] = &[
    "I was charged {amount} by {shop} {day} although I had paid in cash. I have the receipt for the cash.",
    "charged {amount} by {shop} {day} although i paid cash, got the receipt for the cash, i dispute the charge",
    "I want to dispute a charge: {shop} charged me {amount} {day}, and I have already paid the same purchase in \
     cash. I have the receipt for the cash.",
];

const PAID_OTHERWISE_UNSAID: &[&str] = &[
    "I was charged {amount} by {shop} {day} although I had already paid in cash. I dispute the charge.",
    "charged {amount} by {shop} {day} although i already paid cash, i want to dispute the charge",
    "I want to dispute a charge: {shop} charged me {amount} {day}, and I have already paid the same purchase in \
     cash.",
];

/// A charge for what was paid by other means.
fn charge_on_top(stage: &mut Stage<'_>) -> (String, crate::day::Moment) {
    let shop = stage.shop(GOODS);
    let amount_minor = stage.amount(2_500, 9_500);
    let days_ago = stage.draw(3, 6);
    let at = stage.at(days_ago);
    (stage.pays(shop, amount_minor, at), at)
}

fn paid_otherwise(stage: &mut Stage<'_>) -> Answer {
    let (charge, at) = charge_on_top(stage);
    let code = stage.code("12.6.2", "4834");
    match stage.side() {
        Side::Story => stage.ends(PAID_OTHERWISE, "raise_chargeback").about(&[&charge]).code(code),
        Side::Twin => {
            let credit = stage.books.undo(&charge, TransactionKind::Reversal, at.plus_seconds(86_400));
            let answer = stage.ends(PAID_OTHERWISE, "inform").about(&[&charge]).never("raise_chargeback");
            answer.cites(&format!("ledger:{credit}"))
        }
    }
}

fn proof_asked(stage: &mut Stage<'_>) -> Answer {
    let (charge, _) = charge_on_top(stage);
    let code = stage.code("12.6.2", "4834");
    let answer = match stage.side() {
        Side::Story => stage.ends(PAID_OTHERWISE_UNSAID, "raise_chargeback").code(code),
        Side::Twin => stage.ends(PAID_OTHERWISE_UNSAID, "refer_to_merchant").never("raise_chargeback"),
    };
    let reply = stage.side().either("Yes, I have the receipt.", "No, I do not have one.");
    answer.about(&[&charge]).asked("proof_of_other_payment", reply)
}
