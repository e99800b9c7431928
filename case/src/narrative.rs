//! What a customer's words say, read by fixed rules: the kind of complaint, claims, amounts, words that can name a
//! merchant. The [`Narrative`] goes into the journal, so it is a closed vocabulary without any of the words.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{limits, money::Currency};

/// The journal-safe reading of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Narrative {
    /// What kind of charge is contested.
    pub dispute: DisputeKind,
    /// What the customer says happened.
    pub claims: BTreeSet<Claim>,
    /// Whether the text holds words that can name a merchant or a kind of merchant.
    pub names_merchant: bool,
    /// Whether the text holds an amount.
    pub names_amount: bool,
}

/// The kind of a contested charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum DisputeKind {
    /// One purchase, two charges.
    ChargedTwice,
    /// A refund that was promised or is due.
    Refund,
    /// A fee.
    Fee,
    /// The rate of exchange.
    ExchangeRate,
    /// A machine gave less than was booked.
    CashShort,
    /// Something else, or not said.
    #[default]
    General,
}

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
}

/// An amount as written: `12.99` is 1299 hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedAmount {
    /// Hundredths of the unit, whatever the currency's own decimals.
    pub hundredths: i64,
    /// The currency, where the text names one.
    pub currency: Option<Currency>,
}

const TWICE: &[&str] = &["twice", "double", "doubled", "duplicate", "duplicated", "duplicates", "2x"];
const TWO_TIMES: &[&[&str]] = &[
    &["two", "times"],
    &["2", "times"],
    &["second", "time"],
    &["two", "charges"],
    &["2", "charges"],
    &["two", "payments"],
    &["same", "charge"],
    &["charged", "again"],
];
const KINDS: &[(DisputeKind, &[&str])] = &[
    (DisputeKind::CashShort, &["atm", "cash", "dispensed"]),
    (DisputeKind::ExchangeRate, &["exchange", "rate", "conversion"]),
    (DisputeKind::Fee, &["fee", "fees", "commission"]),
    (DisputeKind::Refund, &["refund", "refunded", "reimbursed", "money back"]),
];
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
/// Words that say what a merchant sells: safe to send to a merchant service, and enough to search it.
const TRADES: &[&str] = &[
    "subscription",
    "streaming",
    "music",
    "gym",
    "hotel",
    "taxi",
    "restaurant",
    "grocery",
    "groceries",
    "supermarket",
    "airline",
    "flight",
    "train",
    "parking",
    "fuel",
    "petrol",
    "gas",
    "pharmacy",
    "insurance",
    "software",
    "game",
    "games",
    "gaming",
    "clothes",
    "electronics",
    "furniture",
    "books",
    "phone",
    "internet",
    "broadband",
    "electricity",
    "water",
    "rent",
    "cinema",
    "coffee",
    "delivery",
    "newspaper",
    "magazine",
    "membership",
    "hosting",
    "cloud",
];
const NOT_NAMES: &[&str] = &[
    "i",
    "i'm",
    "i've",
    "i'd",
    "my",
    "the",
    "a",
    "an",
    "customer",
    "says",
    "they",
    "he",
    "she",
    "it",
    "we",
    "you",
    "please",
    "help",
    "hi",
    "hello",
    "hey",
    "dear",
    "thanks",
    "thank",
    "why",
    "what",
    "when",
    "where",
    "how",
    "can",
    "could",
    "there",
    "this",
    "that",
    "is",
    "was",
    "am",
    "are",
    "do",
    "does",
    "did",
    "on",
    "at",
    "in",
    "for",
    "from",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "usd",
    "eur",
    "gbp",
    "atm",
    "pin",
    "card",
    "bank",
    "id",
    "but",
    "and",
    "or",
    "not",
    "no",
    "yes",
    "also",
    "someone",
    "somebody",
    "if",
];

/// Words taken for naming a merchant, at most.
const MERCHANT_WORDS: usize = 8;
/// What stands before a merchant's name.
const BEFORE_MERCHANTS: &[&str] = &["at", "by"];
/// What a merchant does.
const CHARGES: &[&str] = &["charged", "billed", "debited", "double-charged", "overcharged", "refunded", "subscription"];

impl Narrative {
    /// Reads a text whose personal data has been replaced by tokens.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let words = words(text);
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        let has_run = |runs: &[&[&str]]| runs.iter().any(|run| words.windows(run.len()).any(|window| window == *run));
        let dispute = if has(TWICE) || has_run(TWO_TIMES) {
            DisputeKind::ChargedTwice
        } else {
            KINDS.iter().find(|(_, list)| has(list)).map_or(DisputeKind::General, |(kind, _)| *kind)
        };
        let mut claims: BTreeSet<Claim> =
            CLAIMS.iter().filter(|(_, list)| has(list)).map(|(claim, _)| *claim).collect();
        if has(LOST) && has(DEVICES) {
            claims.insert(Claim::LostOrStolen);
        }
        if has_run(NOT_MINE) {
            claims.insert(Claim::NotRecognised);
        }
        Self {
            dispute,
            claims,
            names_merchant: !merchant_query(text).is_empty(),
            names_amount: !amounts(text).is_empty(),
        }
    }
}

impl Narrative {
    /// Adds what was said later.
    pub fn hear(&mut self, later: &Self) {
        if self.dispute == DisputeKind::General {
            self.dispute = later.dispute;
        }
        self.claims.extend(later.claims.iter().copied());
        self.names_merchant |= later.names_merchant;
        self.names_amount |= later.names_amount;
    }
}

/// The words of a text that can name a merchant: kinds of trade, and capitalised words that do not begin a sentence
/// and are no common word. At most eight, in lower case, in order. A person's name can be among them, so these are
/// for comparing only and go nowhere; [`merchant_query`] gives those that may.
#[must_use]
pub fn merchant_words(text: &str) -> Vec<String> {
    let mut sentence_start = true;
    let words = text.split_whitespace().filter(|raw| {
        let name = is_name(raw) && !sentence_start;
        sentence_start = raw.ends_with(['.', '!', '?', ':']);
        name || is_trade(raw)
    });
    distinct(words)
}

/// The words that a merchant service may be asked about: kinds of trade, and capitalised words that stand where a
/// merchant stands, after `at` or `by`, or before `charged`, `billed` and the like.
#[must_use]
pub fn merchant_query(text: &str) -> Vec<String> {
    let pieces: Vec<&str> = text.split_whitespace().collect();
    let mut after_preposition = false;
    let words = pieces.iter().enumerate().filter(|(index, raw)| {
        let acts = pieces.get(index + 1).is_some_and(|next| CHARGES.contains(&bare(next).as_str()));
        let named = is_name(raw) && (after_preposition || acts);
        after_preposition = named && !acts && !raw.ends_with([',', '.', '!', '?', ':', ';'])
            || BEFORE_MERCHANTS.contains(&bare(raw).as_str());
        named || is_trade(raw)
    });
    distinct(words.map(|(_, raw)| *raw))
}

fn is_name(raw: &str) -> bool {
    let word = raw.trim_matches(|c: char| !c.is_alphanumeric());
    let capitalised = word.chars().next().is_some_and(char::is_uppercase);
    capitalised && !raw.starts_with('[') && !NOT_NAMES.contains(&bare(raw).as_str())
}

fn is_trade(raw: &str) -> bool {
    !raw.starts_with('[') && TRADES.contains(&bare(raw).as_str())
}

fn bare(raw: &str) -> String {
    raw.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

fn distinct<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in words.map(bare) {
        if word.chars().count() > 1 && !found.contains(&word) && found.len() < MERCHANT_WORDS {
            found.push(word);
        }
    }
    found
}

/// The amounts of a text. A number counts with two decimals, with a currency sign, or beside a currency's code.
#[must_use]
pub fn amounts(text: &str) -> Vec<NamedAmount> {
    let pieces: Vec<&str> = text.split_whitespace().collect();
    let mut found = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let neighbour = |offset: isize| index.checked_add_signed(offset).and_then(|at| pieces.get(at)).copied();
        let beside = neighbour(1).and_then(currency_word).or_else(|| neighbour(-1).and_then(currency_word));
        if let Some(amount) = amount(piece, beside) {
            found.push(amount);
        }
        if found.len() == limits::NARRATIVE_AMOUNTS {
            break;
        }
    }
    found
}

fn amount(piece: &str, beside: Option<Currency>) -> Option<NamedAmount> {
    let trimmed = piece.trim_matches(|c: char| !c.is_ascii_digit() && !"$€£".contains(c));
    let sign = trimmed.chars().find_map(currency_sign);
    let number = trimmed.trim_matches(|c: char| !c.is_ascii_digit());
    let (whole, cents) = match number.rfind(['.', ',']) {
        Some(at) if number.len() - at == 3 => (number.get(..at)?, Some(number.get(at + 1..)?)),
        _ => (number, None),
    };
    let digits: String = whole.chars().filter(|c| !matches!(c, '.' | ',')).collect();
    let currency = sign.or(beside);
    if digits.is_empty() || digits.len() > 12 || (cents.is_none() && currency.is_none()) {
        return None;
    }
    let whole: i64 = digits.parse().ok()?;
    let cents: i64 = cents.map_or(Some(0), |cents| cents.parse().ok())?;
    Some(NamedAmount { hundredths: whole * 100 + cents, currency })
}

fn currency_sign(sign: char) -> Option<Currency> {
    match sign {
        '$' => Currency::parse("USD"),
        '€' => Currency::parse("EUR"),
        '£' => Currency::parse("GBP"),
        _ => None,
    }
}

fn currency_word(word: &str) -> Option<Currency> {
    match word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().as_str() {
        "usd" | "dollar" | "dollars" => Currency::parse("USD"),
        "eur" | "euro" | "euros" => Currency::parse("EUR"),
        "gbp" | "pound" | "pounds" => Currency::parse("GBP"),
        _ => None,
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_read_by_kind() {
        let kind = |text| Narrative::read(text).dispute;
        assert_eq!(kind("my card was charged twice for the same subscription"), DisputeKind::ChargedTwice);
        assert_eq!(kind("Two charges for one coffee"), DisputeKind::ChargedTwice);
        assert_eq!(kind("Why is there a fee on this?"), DisputeKind::Fee);
        assert_eq!(kind("The ATM gave me less"), DisputeKind::CashShort);
        assert_eq!(kind(""), DisputeKind::General);
    }

    #[test]
    fn claims_of_other_people_s_use_are_heard() {
        let claims = |text| Narrative::read(text).claims;
        assert!(claims("My card was stolen").contains(&Claim::LostOrStolen));
        assert!(claims("I don't recognise this payment").contains(&Claim::NotRecognised));
        assert!(claims("somebody used my card in Lagos").contains(&Claim::NotRecognised));
        assert!(claims("I lost my card").contains(&Claim::LostOrStolen));
        assert!(claims("Where is my transfer?").is_empty());
        assert!(claims("money is missing from the account").is_empty());
    }

    #[test]
    fn amounts_are_read_with_their_currency_and_other_numbers_are_left() {
        let read = |text| {
            amounts(text).into_iter().map(|a| (a.hundredths, a.currency.map(|c| c.to_string()))).collect::<Vec<_>>()
        };
        assert_eq!(read("charged $12.99 on 3 May"), [(1299, Some("USD".into()))]);
        assert_eq!(read("1.234,50 euros"), [(123_450, Some("EUR".into()))]);
        assert_eq!(read("about 45 pounds"), [(4500, Some("GBP".into()))]);
        assert!(read("order 12345 from 2 weeks ago").is_empty());
    }

    #[test]
    fn merchants_are_named_by_trade_or_capital_and_tokens_never_are() {
        assert_eq!(merchant_words("I was charged twice by Streamly for my subscription"), ["streamly", "subscription"]);
        assert_eq!(merchant_words("Please check [card:1] and [Email:2]."), Vec::<String>::new());
    }

    #[test]
    fn a_merchant_service_is_asked_about_merchants_and_not_about_people() {
        let query = |text| merchant_query(text).join(" ");
        assert_eq!(query("I was charged twice by Streamly for my subscription"), "streamly subscription");
        assert_eq!(query("Star Coffee charged me twice at Old Street Market, please help"), "coffee old street market");
        assert_eq!(
            query("My name is Zelda Quartermaine. A refund for Anna Smith, please. Yours, Zelda Quartermaine"),
            ""
        );
    }
}
