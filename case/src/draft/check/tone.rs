//! What a summary never says, however true: promises, words to somebody, suspicion. A person may send a summary on, and
//! to tell somebody of a suspicion can be a crime (31 U.S.C. 5318(g)(2)).

use super::Unsupported;

/// A summary speaks of a case and to nobody.
const ADDRESS: &[&str] =
    &["i", "me", "my", "mine", "we", "us", "our", "ours", "you", "your", "yours", "please", "dear", "sorry"];
/// How a case ends is said when it has ended.
const PROMISES: &[&[&str]] = &[
    &["will", "refund"],
    &["will", "credit"],
    &["will", "pay"],
    &["will", "repay"],
    &["will", "reimburse"],
    &["will", "compensate"],
    &["will", "return"],
    &["will", "receive"],
    &["will", "get"],
    &["will", "approve"],
    &["will", "win"],
    &["be", "refunded"],
    &["be", "credited"],
    &["be", "repaid"],
    &["be", "reimbursed"],
    &["be", "compensated"],
    &["be", "approved"],
    &["get", "back"],
    &["money", "back"],
    &["entitled", "to"],
];
/// Words that decide or order, which is for people.
const ORDERS: &[&str] =
    &["guarantee", "guaranteed", "guarantees", "approve", "approved", "approves", "reject", "ignore"];
/// Words of suspicion.
const SUSPICION: &[&str] = &[
    "suspicious",
    "suspicion",
    "suspicions",
    "suspect",
    "suspects",
    "suspected",
    "launder",
    "laundered",
    "laundering",
    "sar",
    "sars",
    "fincen",
    "terrorism",
    "terrorist",
    "terror",
    "sanction",
    "sanctions",
    "sanctioned",
    "criminal",
    "criminals",
    "fraudster",
    "fraudsters",
    "mule",
    "mules",
    "watchlist",
];
/// Words of suspicion that a sentence may repeat where its evidence holds them.
const REPEATED: &[&str] = &["fraud", "fraudulent", "fraudulently", "scam", "scams", "scammer", "scammed", "crime"];

/// Refuses a sentence by its tone.
pub(super) fn check(text: &str, cited: &[&str]) -> Result<(), Unsupported> {
    let said = words(text);
    let has = |list: &[&str]| said.iter().any(|word| list.contains(&word.as_str()));
    if promises(&said) || has(ADDRESS) || has(ORDERS) {
        return Err(Unsupported::Promise);
    }
    let heard = |word: &str| cited.iter().any(|text| words(text).iter().any(|heard| heard == word));
    let added = REPEATED.iter().any(|word| has(&[*word]) && !heard(word));
    if added || is_suspicion(&said) { Err(Unsupported::Suspicion) } else { Ok(()) }
}

/// Whether the words promise money or an end.
pub(crate) fn promises(said: &[String]) -> bool {
    PROMISES.iter().any(|promise| said.windows(promise.len()).any(|run| run == *promise))
}

/// Whether the words speak of suspicion.
pub(crate) fn is_suspicion(said: &[String]) -> bool {
    said.iter().any(|word| SUSPICION.contains(&word.as_str()))
}

/// The words in lower case, but for the country that would read as one of [`ADDRESS`].
pub(crate) fn words(text: &str) -> Vec<String> {
    let words = text.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty() && *word != "US");
    words.map(str::to_lowercase).collect()
}
