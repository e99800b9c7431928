//! Requests with more than one concern: the urgent one comes first, and each has its own end.

use super::payment::transfer;
use super::{ANYWHERE, EURO, Pair, Side, Stage, kyc, pair};
use crate::bank::Scheme;
use crate::bank::answers::Answer;

const FRAUD: &str = "fraud_check";
const DISPUTE: &str = "dispute_summary";
const PAYMENT: &str = "payment_status";
const KYC: &str = "kyc_lookup";

pub(super) const PAIRS: &[Pair] = &[
    pair(FRAUD, "stolen-and-charged-twice", "stolen-and-charged-once", ANYWHERE, stolen_and_twice),
    pair(PAYMENT, "transfer-overdue-and-address-missing", "transfer-on-its-way-and-complete", EURO, transfer_and_kyc),
    pair(FRAUD, "lost-and-transfer-rejected", "lost-and-transfer-arrived", EURO, lost_and_transfer),
];

const STOLEN_AND_TWICE: &[&str] = &[
    "My card was stolen {day}. Also, {shop} charged me twice, {amount} each time.",
    "card stolen {day}, please block it. and {shop} charged me twice, {amount} both times",
    "My card was stolen {day}, please make sure that nobody can use it. There is another thing: {shop} charged my card \
     twice, {amount} each, although I bought only once.",
];

fn stolen_and_twice(stage: &mut Stage<'_>) -> Answer {
    let shop = stage.shop(&["electronics", "shopping", "books"]);
    let amount_minor = stage.amount(2_500, 8_900);
    let at = stage.at(6);
    stage.say_day("day", stage.today().minus(2));
    let first = stage.pays(shop, amount_minor, at);
    match stage.side() {
        Side::Story => {
            let second = stage.pays(shop, amount_minor, at.plus_seconds(190));
            let code = stage.code("12.6.1", "4834");
            let answer = stage.ends(STOLEN_AND_TWICE, "freeze_card").about(&[&first, &second]).code(code);
            answer.also(DISPUTE, "raise_chargeback").never("clear")
        }
        Side::Twin => {
            let answer = stage.ends(STOLEN_AND_TWICE, "freeze_card").about(&[&first]);
            answer.also(DISPUTE, "inform").never("clear").never("raise_chargeback")
        }
    }
}

const TRANSFER_AND_KYC: &[&str] = &[
    "My transfer of {amount} from {date} has not arrived yet. Which documents do you need to verify my identity?",
    "Where is my transfer of {amount} from {date}, it has not arrived? And which documents do you need to verify my \
     identity?",
    "Hello, two things. The transfer of {amount} that I made on {date} has not arrived at the recipient. And which \
     documents do you still need from me to verify my identity?",
];

fn transfer_and_kyc(stage: &mut Stage<'_>) -> Answer {
    let days_ago = stage.side().either(13, 1);
    let payment = transfer(stage, Scheme::SepaCredit, days_ago, (Some("ACSP"), None));
    stage.say_date("date", stage.today().minus(days_ago));
    let passport = kyc::valid_document(stage);
    let (action, identity) =
        stage.side().either(("trace_payment", "request_documents"), ("inform", "approve_onboarding"));
    if stage.side() == Side::Story {
        stage.customer.fields.remove("address");
    }
    let answer = stage.ends(TRANSFER_AND_KYC, action).about(&[&payment]).with(passport);
    answer.cites("profile:fields").also(KYC, identity)
}

const LOST_AND_TRANSFER: &[&str] = &[
    "My card was lost {lost}, please freeze my card. Also, my transfer of {amount} from {date} has not arrived, what \
     is its status?",
    "I lost my card {lost}, please freeze my card. my transfer of {amount} from {date} has not arrived, what is its \
     status?",
    "Hello, my card was lost {lost}, please freeze my card. Besides, my transfer of {amount} from {date} has not \
     arrived. What is its status?",
];

fn lost_and_transfer(stage: &mut Stage<'_>) -> Answer {
    let end = stage.side().either((Some("RJCT"), Some("AC04")), (Some("ACCC"), None));
    let payment = transfer(stage, Scheme::SepaCredit, 8, end);
    stage.say_date("date", stage.today().minus(8));
    stage.say_day("lost", stage.today().minus(2));
    let answer = stage.ends(LOST_AND_TRANSFER, "freeze_card").about(&[&payment]).never("clear");
    answer.also(PAYMENT, stage.side().either("correct_details", "inform"))
}
