//! Goods that did not come, were not what they should be, or went back.

use super::{ANYWHERE, Pair, Side, Stage, pair};
use crate::bank::TransactionKind;
use crate::bank::answers::Answer;

const TASK: &str = "dispute_summary";
const GOODS: &[&str] = &["electronics", "shopping", "books"];

pub(super) const PAIRS: &[Pair] = &[
    pair(TASK, "not-received-overdue", "not-received-not-yet-due", ANYWHERE, not_received),
    pair(TASK, "not-received-shop-contacted", "not-received-shop-not-contacted", ANYWHERE, not_received_contact),
    pair(TASK, "not-received-due-date-passed", "not-received-due-date-ahead", ANYWHERE, not_received_due_asked),
    pair(TASK, "defective", "defective-refunded", ANYWHERE, defective),
    pair(TASK, "counterfeit", "counterfeit-shop-not-contacted", ANYWHERE, counterfeit),
    pair(TASK, "misrepresented", "misrepresented-refunded", ANYWHERE, misrepresented),
    pair(TASK, "refund-promised-missing", "refund-promised-posted", ANYWHERE, refund_promised),
    pair(TASK, "returned-uncredited", "returned-credited", ANYWHERE, returned),
];

/// One purchase, so many days ago.
fn purchase(stage: &mut Stage<'_>, days_ago: i64) -> String {
    let shop = stage.shop(GOODS);
    let amount_minor = stage.amount(2_500, 14_900);
    let at = stage.at(days_ago);
    stage.pays(shop, amount_minor, at)
}

/// The shop refunds a purchase some days ago; gives what cites it.
fn refund(stage: &mut Stage<'_>, purchase: &str) -> String {
    let days_ago = stage.draw(2, 5);
    let at = stage.today().minus(days_ago).at(11, 5, 0);
    format!("ledger:{}", stage.books.undo(purchase, TransactionKind::Refund, at))
}

const NOT_RECEIVED: &[&str] = &[
    "I was charged {amount} by {shop} and my order never arrived. The delivery date is {due}. I wrote to the shop, \
     no answer. I want to dispute the charge.",
    "dispute this charge pls: {shop} {amount}, not received, delivery date {due}. i contacted the shop already",
    "I want to dispute a charge. I bought something from {shop} for {amount} and have not received it. The delivery \
     date they gave me is {due}. I have contacted the shop and they do not answer.",
];

fn not_received(stage: &mut Stage<'_>) -> Answer {
    let charge = purchase(stage, 24);
    let due = stage.side().either(stage.today().minus(stage.draw(5, 9)), stage.today().minus(-stage.draw(5, 9)));
    stage.say_date("due", due);
    let code = stage.code("13.1", "4853");
    match stage.side() {
        Side::Story => stage.ends(NOT_RECEIVED, "raise_chargeback").about(&[&charge]).code(code),
        Side::Twin => stage.ends(NOT_RECEIVED, "inform").about(&[&charge]).never("raise_chargeback"),
    }
}

const NOT_RECEIVED_CONTACT: &[&str] = &[
    "I dispute a charge of {amount} from {shop}: the goods were not delivered. They should have arrived on {due}. \
     {contact}",
    "{shop} charged my card {amount} and never delivered, i dispute the charge. it should have arrived on {due}. \
     {contact}",
    "I want to dispute a charge on my card: {shop}, {amount}. I have not received my order. It should have arrived \
     on {due}. {contact}",
];

fn not_received_contact(stage: &mut Stage<'_>) -> Answer {
    let charge = purchase(stage, 24);
    let due_ago = stage.draw(6, 10);
    stage.say_date("due", stage.today().minus(due_ago));
    stage.word("contact", stage.side().either("I contacted the shop.", "I have not contacted the shop."));
    let code = stage.code("13.1", "4853");
    match stage.side() {
        Side::Story => stage.ends(NOT_RECEIVED_CONTACT, "raise_chargeback").about(&[&charge]).code(code),
        Side::Twin => stage.ends(NOT_RECEIVED_CONTACT, "refer_to_merchant").about(&[&charge]).never("raise_chargeback"),
    }
}

const NOT_RECEIVED_UNDATED: &[&str] = &[
    "I want to dispute a charge: I never received what I bought from {shop} for {amount}. I contacted the shop and \
     got nowhere.",
    "i dispute the charge of {amount} from {shop} {day}, nothing arrived!! i contacted the shop, they dont care",
    "I want to dispute a charge. {day} I was charged {amount} by {shop} and I have not received the goods. I \
     contacted the shop without any success.",
];

fn not_received_due_asked(stage: &mut Stage<'_>) -> Answer {
    let charge = purchase(stage, 21);
    let due = stage.side().either(stage.today().minus(stage.draw(4, 8)), stage.today().minus(-stage.draw(4, 8)));
    stage.say_date("due", due);
    let code = stage.code("13.1", "4853");
    let reply = stage.phrase(&["The delivery date is {due}.", "delivery date: {due}"]);
    let answer = match stage.side() {
        Side::Story => stage.ends(NOT_RECEIVED_UNDATED, "raise_chargeback").code(code),
        Side::Twin => stage.ends(NOT_RECEIVED_UNDATED, "inform").never("raise_chargeback"),
    };
    answer.about(&[&charge]).asked("delivery_due", reply)
}

const DEFECTIVE: &[&str] = &[
    "I was charged {amount} by {shop} for an item that is defective. I contacted the shop and they refuse to help. I \
     dispute the charge.",
    "charged {amount} by {shop} {day} for a thing that is defective, i dispute it. contacted the shop, nothing",
    "I dispute the charge of {amount} by {shop} {day}. The item is broken and does not work. I contacted the shop, \
     and they will not repair it.",
];

const COUNTERFEIT: &[&str] = &[
    "I dispute the charge of {amount} by {shop}: they sold me a counterfeit. {contact}",
    "its a fake! i dispute the charge of {amount} by {shop} {day}, the goods are counterfeit. {contact}",
    "I want to dispute the charge of {amount} by {shop} {day}. The goods that they sold me are counterfeit, as the \
     maker confirmed to me. {contact}",
];

const MISREPRESENTED: &[&str] = &[
    "I dispute the charge of {amount} by {shop}: they misrepresented what they sold me. I contacted the shop and \
     they refuse.",
    "i dispute the charge of {amount} from {shop} {day}, they misrepresented it, misleading offer. contacted the \
     shop already",
    "I want to dispute the charge of {amount} by {shop} {day}. They misrepresented the terms: the offer was \
     misleading. I contacted the shop, without success.",
];

fn defective(stage: &mut Stage<'_>) -> Answer {
    refunded_or_not(stage, DEFECTIVE, "13.3")
}

fn misrepresented(stage: &mut Stage<'_>) -> Answer {
    refunded_or_not(stage, MISREPRESENTED, "13.5")
}

/// The shop was contacted; for the twin it has refunded since.
fn refunded_or_not(stage: &mut Stage<'_>, templates: &[&str], visa: &str) -> Answer {
    let charge = purchase(stage, 15);
    let code = stage.code(visa, "4853");
    match stage.side() {
        Side::Story => stage.ends(templates, "raise_chargeback").about(&[&charge]).code(code),
        Side::Twin => {
            let credit = refund(stage, &charge);
            stage.ends(templates, "inform").about(&[&charge]).cites(&credit).never("raise_chargeback")
        }
    }
}

fn counterfeit(stage: &mut Stage<'_>) -> Answer {
    let charge = purchase(stage, 15);
    stage.word("contact", stage.side().either("I contacted the shop.", "I have not contacted the shop."));
    let code = stage.code("13.4", "4853");
    match stage.side() {
        Side::Story => stage.ends(COUNTERFEIT, "raise_chargeback").about(&[&charge]).code(code),
        Side::Twin => stage.ends(COUNTERFEIT, "refer_to_merchant").about(&[&charge]).never("raise_chargeback"),
    }
}

const REFUND_PROMISED: &[&str] = &[
    "I want to dispute the {amount} charge from {shop}. They promised me a refund and it never came. I contacted \
     them again and again.",
    "i want to dispute the charge of {amount} from {shop}. they promised me a refund, i contacted the shop three \
     times, nothing came",
    "I want to dispute a charge. {shop} promised a refund of the {amount} that I was charged {day}, and I have not \
     been refunded. I contacted the shop again without any result.",
];

fn refund_promised(stage: &mut Stage<'_>) -> Answer {
    let charge = purchase(stage, 36);
    let code = stage.code("13.6", "4853");
    match stage.side() {
        Side::Story => stage.ends(REFUND_PROMISED, "raise_chargeback").about(&[&charge]).code(code),
        Side::Twin => {
            let credit = refund(stage, &charge);
            stage.ends(REFUND_PROMISED, "inform").about(&[&charge]).cites(&credit).never("raise_chargeback")
        }
    }
}

const RETURNED: &[&str] = &[
    "I was charged {amount} by {shop} for goods that I returned. The shop has not credited me. I dispute the charge.",
    "i was charged {amount} by {shop} for goods i returned weeks ago, no credit so far, i want to dispute the charge",
    "I want to dispute a charge: I was charged {amount} by {shop} {day} for goods that I returned, and the shop has \
     not credited me.",
];

fn returned(stage: &mut Stage<'_>) -> Answer {
    let charge = purchase(stage, 40);
    let code = stage.code("13.7", "4853");
    match stage.side() {
        Side::Story => stage.ends(RETURNED, "raise_chargeback").about(&[&charge]).code(code),
        Side::Twin => {
            let credit = refund(stage, &charge);
            stage.ends(RETURNED, "inform").about(&[&charge]).cites(&credit).never("raise_chargeback")
        }
    }
}
