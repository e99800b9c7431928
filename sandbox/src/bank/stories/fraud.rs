//! Lost cards, strangers' payments, accounts taken over, and customers who were tricked into paying.

use super::{ANYWHERE, EURO, GB, Pair, Side, Stage, pair};
use crate::bank::answers::Answer;
use crate::bank::{EntryMode, Scheme, TransactionStatus};
use crate::day::Moment;

const TASK: &str = "fraud_check";

pub(super) const PAIRS: &[Pair] = &[
    pair(TASK, "card-lost-unused", "card-lost-and-used-abroad", ANYWHERE, lost),
    pair(TASK, "card-stolen-and-burst", "card-stolen-and-usual", ANYWHERE, stolen),
    pair(TASK, "details-compromised-unused", "details-compromised-and-burst", ANYWHERE, compromised),
    pair(TASK, "unrecognised-and-unusual", "unrecognised-at-a-usual-shop", ANYWHERE, unrecognised),
    pair(TASK, "unrecognised-and-somewhat-unusual", "unrecognised-and-denied", ANYWHERE, unrecognised_medium),
    pair(TASK, "swiped-abroad-at-night", "small-at-a-new-shop", ANYWHERE, unfamiliar),
    pair(TASK, "transfer-from-a-new-device", "transfer-to-a-known-payee", ANYWHERE, takeover),
    pair(TASK, "scam-faster-payment", "scam-payment-not-found", GB, scam),
    pair(TASK, "scam-instant-payment", "scam-one-of-two-payments", EURO, scam_instant),
    pair(TASK, "alert-and-nothing-unusual", "alert-and-burst", ANYWHERE, alert),
];

const LOST: &[&str] = &[
    "I lost my card {day}. Please block the card.",
    "lost my card {day}, please freeze my card",
    "Hello, I lost my debit card {day}. I do not know where it is. Please freeze my card.",
];

const STOLEN: &[&str] = &[
    "My card was stolen {day}.",
    "someone stole my card {day}!! help",
    "My wallet with my bank card in it was stolen {day}. I have reported it to the police. Please make sure that nobody \
     can use my card.",
];

const COMPROMISED: &[&str] = &[
    "My card details have been compromised. I typed them into a fake website {day}.",
    "my card details are compromised, typed them into a phishing page {day}",
    "Hello, I think that my card details have been compromised: I typed them into a fake website {day}. Please \
     freeze my card.",
];

fn lost(stage: &mut Stage<'_>) -> Answer {
    let shop = stage.far_shop();
    let amount_minor = stage.amount(90_000, 160_000);
    let at = stage.night(2);
    let noticed = stage.today().minus(3);
    stage.say_day("day", noticed);
    match stage.side() {
        Side::Story => stage.ends(LOST, "freeze_card").never("clear"),
        Side::Twin => {
            let used = stage.pays_far(shop, amount_minor, at, EntryMode::Magstripe);
            stage.ends(LOST, "block_card").about(&[&used]).cites("risk:score").never("clear")
        }
    }
}

/// Four online payments on another continent within an hour at night; their identifiers, oldest first.
fn burst(stage: &mut Stage<'_>, days_ago: i64) -> Vec<String> {
    let mut at = stage.night(days_ago);
    let mut ids = Vec::new();
    for amount_minor in [90_000, 110_000, 130_000, 150_000] {
        let shop = stage.far_shop();
        let cents = stage.draw(100, 999);
        ids.push(stage.pays_far(shop, amount_minor + cents, at, EntryMode::Online));
        at = at.plus_seconds(stage.draw(180, 540));
    }
    ids
}

/// The customer reports the card; strangers have used it, or nobody has.
fn reported(stage: &mut Stage<'_>, templates: &[&str], used: Side) -> Answer {
    stage.say_day("day", stage.today().minus(2));
    if stage.side() != used {
        return stage.ends(templates, "freeze_card").never("clear");
    }
    let ids = burst(stage, 1);
    stage.say_day("day", stage.today().minus(2));
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    stage.ends(templates, "block_card").about(&ids).cites("risk:score").never("clear")
}

fn stolen(stage: &mut Stage<'_>) -> Answer {
    reported(stage, STOLEN, Side::Story)
}

fn compromised(stage: &mut Stage<'_>) -> Answer {
    reported(stage, COMPROMISED, Side::Twin)
}

const UNRECOGNISED: &[&str] = &[
    "I do not recognise a card payment of {amount} {day}.",
    "what is this payment of {amount} {day}?? i dont recognise it",
    "Hello, on my account there is a card payment of {amount} {day} that I do not recognise. I do not think that I made \
     it. Can you check it?",
];

const UNFAMILIAR: &[&str] = &[
    "There is a suspicious card payment of {amount} {day} that I did not make. My card is with me.",
    "fraudulent card payment of {amount} {day}, it was not me, i have my card",
    "I think somebody used my card: there is a payment of {amount} {day} that I did not make. I still have the card.",
];

/// Earlier payments at a shop, small ones, which make it a usual one.
fn usual_shop_charge(stage: &mut Stage<'_>, amount_minor: i64, at: Moment) -> String {
    let shop = stage.shop(&["groceries", "dining", "transport"]);
    for (days_ago, minutes) in [(17, 40), (26, 95), (38, 10), (51, 70)] {
        let earlier = stage.today().minus(days_ago).at(12, 0, 0).plus_seconds(minutes * 60);
        let price = stage.draw(900, 3_900);
        stage.books.card_payment(shop, price, earlier, EntryMode::Contactless, TransactionStatus::Posted);
    }
    stage.books.card_payment(shop, amount_minor, at, EntryMode::Contactless, TransactionStatus::Posted)
}

fn unrecognised(stage: &mut Stage<'_>) -> Answer {
    match stage.side() {
        Side::Story => {
            let shop = stage.far_shop();
            let amount_minor = stage.amount(90_000, 160_000);
            let at = stage.night(2);
            let payment = charged_exactly(stage, shop, amount_minor, at, EntryMode::Online);
            let answer = stage.ends(UNRECOGNISED, "freeze_card").about(&[&payment]);
            answer.cites("risk:score").never("clear")
        }
        Side::Twin => {
            let amount_minor = stage.amount(1_500, 3_900);
            let at = stage.at(2);
            let payment = usual_shop_charge(stage, amount_minor, at);
            let answer = stage.ends(UNRECOGNISED, "clear").about(&[&payment]).cites("risk:score");
            answer.asked("recognise_merchant", "Oh yes, I know that shop. It was me.")
        }
    }
}

/// A payment at a far shop of exactly the amount in the customer's own currency that the text names.
fn charged_exactly(
    stage: &mut Stage<'_>,
    shop: &crate::bank::Merchant,
    amount_minor: i64,
    at: Moment,
    mode: EntryMode,
) -> String {
    let id = stage.pays_far(shop, amount_minor, at, mode);
    stage.books.change(&id, |entry| entry.amount_minor = amount_minor);
    id
}

fn unrecognised_medium(stage: &mut Stage<'_>) -> Answer {
    match stage.side() {
        Side::Story => {
            let shop = stage.far_shop();
            let amount_minor = stage.amount(4_000, 9_000);
            let at = stage.at(2);
            let payment = charged_exactly(stage, shop, amount_minor, at, EntryMode::Online);
            let answer = stage.ends(UNRECOGNISED, "escalate").about(&[&payment]).cites("risk:score").never("clear");
            answer.asked("card_in_possession", "Yes, I have my card here.")
        }
        Side::Twin => {
            let amount_minor = stage.amount(1_500, 3_900);
            let at = stage.at(2);
            let payment = usual_shop_charge(stage, amount_minor, at);
            let answer = stage.ends(UNRECOGNISED, "escalate").about(&[&payment]).cites("risk:score").never("clear");
            answer.asked("recognise_merchant", "No, I do not know that shop.")
        }
    }
}

fn unfamiliar(stage: &mut Stage<'_>) -> Answer {
    match stage.side() {
        Side::Story => {
            let shop = stage.far_shop();
            let amount_minor = stage.amount(90_000, 160_000);
            let at = stage.night(3);
            let payment = charged_exactly(stage, shop, amount_minor, at, EntryMode::Magstripe);
            stage.ends(UNFAMILIAR, "freeze_card").about(&[&payment]).cites("risk:score").never("clear")
        }
        Side::Twin => {
            let shop = stage.shop(&["dining", "shopping", "transport"]);
            let amount_minor = stage.amount(1_500, 3_900);
            let at = stage.at(3);
            let mode = EntryMode::Contactless;
            let payment = stage.books.card_payment(shop, amount_minor, at, mode, TransactionStatus::Posted);
            stage.ends(UNFAMILIAR, "escalate").about(&[&payment]).cites("risk:score").never("clear")
        }
    }
}

const TRANSFER: &[&str] = &[
    "Someone made an unauthorised transfer of {amount} from my account {day}. I did not make it.",
    "somebody used my account for a transfer of {amount} {day}, it was not me!!",
    "Hello, I have just seen that somebody made an unauthorised transfer of {amount} out of my account {day}. I did \
     not make it and do not know anything about it.",
];

fn scheme(stage: &Stage<'_>) -> (Scheme, Option<&'static str>) {
    match stage.home().country() {
        "US" => (Scheme::Ach, None),
        "GB" => (Scheme::Fps, Some("ACCC")),
        _ => (Scheme::SepaInstant, Some("ACCC")),
    }
}

fn takeover(stage: &mut Stage<'_>) -> Answer {
    let (scheme, status) = scheme(stage);
    let known = "Marlow Quist";
    for days_ago in [20, 47] {
        let amount_minor = stage.draw(2_000, 3_900);
        stage.books.settled_transfer(known, amount_minor, days_ago);
    }
    match stage.side() {
        Side::Story => {
            let amount_minor = stage.amount(240_000, 390_000);
            let at = stage.night(1);
            let (entry, _) = stage.orders("Bryce Halloran", amount_minor, scheme, at, (status, None));
            let device = stage.new_device();
            stage.books.change(&entry, |entry| entry.device = Some(device));
            stage.ends(TRANSFER, "freeze_account").about(&[&entry]).cites("risk:score").never("clear")
        }
        Side::Twin => {
            let amount_minor = stage.amount(2_000, 3_900);
            let at = stage.at(1);
            let (entry, _) = stage.orders(known, amount_minor, scheme, at, (status, None));
            stage.ends(TRANSFER, "escalate").about(&[&entry]).cites("risk:score").never("clear")
        }
    }
}

const SCAM: &[&str] = &[
    "I was scammed. A man who said he was from my bank told me that my account was at risk, and I sent {amount} to \
     the account he named {day}.",
    "i was scammed, got tricked into sending {amount} {day}, they pretended to be the bank",
    "I was scammed. {day} somebody who pretended to be from the bank told me to move {amount} to a safe account, and \
     I did it myself. Can you get the money back?",
];

fn scam(stage: &mut Stage<'_>) -> Answer {
    let amount_minor = stage.amount(180_000, 420_000);
    let days_ago = stage.draw(1, 4);
    let at = stage.at(days_ago);
    match stage.side() {
        Side::Story => {
            let (_, payment) = stage.orders("Corin Vale", amount_minor, Scheme::Fps, at, (Some("ACCC"), None));
            stage.ends(SCAM, "recall_payment").about(&[&payment]).never("clear")
        }
        Side::Twin => {
            let answer = stage.ends(SCAM, "escalate").never("clear").never("recall_payment");
            answer.asked("which_payment", "I am sorry, I do not know any more than that.")
        }
    }
}

const SCAM_UNSUMMED: &[&str] = &[
    "I was scammed {day}: they tricked me into sending money to them.",
    "i was scammed {day}, got tricked into sending them money, please get it back",
    "I was scammed {day}: somebody who pretended to be a police officer told me to move money to a safe account, and \
     I did it myself.",
];

fn scam_instant(stage: &mut Stage<'_>) -> Answer {
    let other_minor = stage.amount(20_000, 60_000);
    let amount_minor = stage.amount(180_000, 420_000);
    let at = stage.at(1);
    let scheme = Scheme::SepaInstant;
    let (_, payment) = stage.orders("Livia Marek", amount_minor, scheme, at, (Some("ACCC"), None));
    let answer = stage.ends(SCAM_UNSUMMED, "recall_payment").about(&[&payment]).never("clear");
    match stage.side() {
        Side::Story => answer,
        Side::Twin => {
            stage.orders("Tomas Reval", other_minor, scheme, at.plus_seconds(2_700), (Some("ACCC"), None));
            answer.asked("which_payment", stage.phrase(&["The one of {amount}.", "the {amount} one"]))
        }
    }
}

const ALERT: &[&str] = &[
    "Routine alert: check the latest card activity on this account for suspicious transactions.",
    "monitoring alert, pls check this account for suspicious card activity",
    "Automatic alert of the transaction monitoring. Please check the account for suspicious activity and say whether \
     the alert can be closed.",
];

fn alert(stage: &mut Stage<'_>) -> Answer {
    match stage.side() {
        Side::Story => stage.ends(ALERT, "clear").cites("risk:score"),
        Side::Twin => {
            let ids = burst(stage, 1);
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            stage.ends(ALERT, "freeze_card").about(&ids).cites("risk:score").never("clear")
        }
    }
}
