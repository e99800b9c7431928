//! What a customer says happened.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Something the customer says happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// A card or phone is lost or stolen.
    LostOrStolen,
    /// Somebody else has the card's details or access to the account.
    Compromised,
    /// A transaction was not made by the customer.
    NotRecognised,
    /// Somebody else acts in the account: changed its details, moved its money.
    AccountTakeover,
    /// The customer was tricked into paying (authorised push payment).
    ScamPayment,
    /// The card is still in the customer's possession.
    HasCard,
    /// The merchant was contacted.
    MerchantContacted,
    /// Goods were sent back, or the customer tried to.
    ReturnAttempted,
    /// The customer cancelled what was bought.
    Cancelled,
    /// There is a receipt or another proof.
    HasProof,
    /// It was paid in another way.
    PaidByOtherMeans,
}

const CLAIMS: &[(Claim, &[&str])] = &[
    (Claim::LostOrStolen, &["stolen", "stole", "robbed", "mugged", "pickpocketed"]),
    (Claim::Compromised, &["compromised", "hacked", "cloned", "skimmed", "phished", "scam", "scammed", "fraud"]),
    (Claim::NotRecognised, &["unrecognised", "unrecognized", "unauthorised", "unauthorized", "unfamiliar"]),
];
/// Lost or missing is a claim only of something that opens an account: money can be missing without any thief.
const LOST: &[&str] = &["lost", "missing", "misplaced"];
const DEVICES: &[&str] = &["card", "cards", "phone", "mobile", "wallet", "purse", "bag", "handbag", "pin", "laptop"];
const NOT_MINE: &[&[&str]] = &[
    &["not", "recognise"],
    &["not", "recognize"],
    &["t", "recognise"],
    &["t", "recognize"],
    &["not", "make"],
    &["t", "make"],
    &["never", "made"],
    &["not", "me"],
    &["not", "mine"],
    &["someone", "else"],
    &["somebody", "else"],
    &["someone", "used"],
    &["somebody", "used"],
];

/// Reads what happened.
pub(super) fn read(text: &str) -> BTreeSet<Claim> {
    let words = super::words(text);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let has_run = |runs: &[&[&str]]| runs.iter().any(|run| words.windows(run.len()).any(|window| window == *run));
    let mut claims: BTreeSet<Claim> = CLAIMS.iter().filter(|(_, list)| has(list)).map(|(claim, _)| *claim).collect();
    if has(LOST) && has(DEVICES) {
        claims.insert(Claim::LostOrStolen);
    }
    if has_run(NOT_MINE) {
        claims.insert(Claim::NotRecognised);
    }
    claims
}
