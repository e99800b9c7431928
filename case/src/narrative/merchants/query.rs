//! The words of a text that name a merchant or a kind of merchant, and what of them a merchant service may be asked.

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
