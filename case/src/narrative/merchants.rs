//! Merchants: what of a text may be asked about them, and whether a text means one.

mod descriptor;
mod query;

pub use query::{merchant_query, merchant_words};

use super::tokens::{self, Token, TokenKind};
use crate::language;
use descriptor::{NOISE, Name};

/// The words of a customer's texts that can name a merchant, ready to be compared with many candidates.
#[derive(Debug, Clone, Default)]
pub(super) struct Mentioned {
    words: Vec<Word>,
}

/// A word, or several in a row, as said.
#[derive(Debug, Clone)]
struct Word {
    letters: Vec<char>,
    /// Whether it stands where a name stands: after `at`, `by`, `from`, or with a capital inside a sentence.
    placed: bool,
    /// Whether it is written together here but is several words: `starcoffee` of "Star Coffee".
    joined: bool,
    /// Whether it is an English word of every day, so that it is no misspelling of a name.
    plain: bool,
}

/// Shortest word that is compared by distance, or as the beginning of another.
const LETTERS: usize = 4;
/// Words after which a name stands.
const BEFORE_NAMES: &[&str] = &["at", "by", "from", "with", "called", "named"];
/// Words of everyday and of banking that name nobody, beside those that are noise in a descriptor.
const COMMON: &[&str] = &[
    "account",
    "address",
    "again",
    "amount",
    "app",
    "atm",
    "authorised",
    "authorized",
    "back",
    "bank",
    "because",
    "been",
    "bill",
    "book",
    "bought",
    "cancel",
    "cancelled",
    "car",
    "card",
    "cards",
    "cash",
    "cent",
    "cents",
    "charge",
    "charged",
    "charges",
    "check",
    "city",
    "code",
    "company",
    "cost",
    "credit",
    "customer",
    "date",
    "day",
    "days",
    "debit",
    "delivered",
    "delivery",
    "direct",
    "dispute",
    "dollar",
    "dollars",
    "email",
    "euro",
    "euros",
    "even",
    "ever",
    "fee",
    "fees",
    "first",
    "flat",
    "for",
    "fraud",
    "friday",
    "from",
    "get",
    "got",
    "had",
    "has",
    "have",
    "help",
    "her",
    "him",
    "his",
    "home",
    "hours",
    "house",
    "how",
    "issue",
    "item",
    "job",
    "just",
    "know",
    "last",
    "left",
    "licence",
    "license",
    "like",
    "lost",
    "made",
    "make",
    "many",
    "march",
    "merchant",
    "monday",
    "money",
    "month",
    "months",
    "more",
    "name",
    "national",
    "nationality",
    "need",
    "never",
    "not",
    "now",
    "number",
    "off",
    "once",
    "one",
    "online",
    "only",
    "order",
    "other",
    "our",
    "out",
    "over",
    "paid",
    "parked",
    "pay",
    "paying",
    "payment",
    "payments",
    "people",
    "person",
    "phone",
    "place",
    "please",
    "pound",
    "pounds",
    "price",
    "problem",
    "purchase",
    "received",
    "refund",
    "refunded",
    "rent",
    "ride",
    "right",
    "road",
    "room",
    "said",
    "same",
    "saturday",
    "second",
    "see",
    "seen",
    "seller",
    "sent",
    "shop",
    "shows",
    "site",
    "some",
    "someone",
    "statement",
    "still",
    "stolen",
    "store",
    "street",
    "subscription",
    "sunday",
    "take",
    "taken",
    "tax",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "thursday",
    "time",
    "times",
    "today",
    "took",
    "town",
    "trip",
    "transaction",
    "transactions",
    "transfer",
    "tuesday",
    "twice",
    "two",
    "used",
    "using",
    "very",
    "want",
    "was",
    "website",
    "wednesday",
    "week",
    "weeks",
    "were",
    "what",
    "when",
    "where",
    "which",
    "who",
    "why",
    "will",
    "with",
    "word",
    "work",
    "would",
    "wrong",
    "year",
    "yesterday",
    "you",
    "your",
];

impl Mentioned {
    /// Takes the words of a text.
    pub(super) fn add(&mut self, text: &str) {
        let capitals = merchant_words(text);
        let tokens = tokens::read(text);
        let named = |token: &Token| token.kind == TokenKind::Word && token.text.chars().count() > 1;
        // "H&M" and "E.ON" are each one name, too short for words of their own.
        let joined = |raw: &&str| raw.contains('&') || descriptor::is_dotted(raw);
        for pair in text.to_lowercase().split_whitespace().filter(joined) {
            self.push(&pair.replace(|c: char| !c.is_alphanumeric(), ""), false, true);
        }
        for (at, token) in tokens.iter().enumerate().filter(|(_, token)| named(token)) {
            let after = at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|t| t.is(BEFORE_NAMES));
            let placed = after || capitals.contains(&token.text);
            let next = tokens.get(at + 1).filter(|next| named(next) && !next.is(COMMON));
            if !token.is(COMMON) && token.text.chars().count() > 2 && !token.is(NOISE) {
                self.words
                    .push(Word { plain: language::is_english(&token.text), ..Word::of(&token.text, placed, false) });
            }
            if let Some(next) = next.filter(|_| !token.is(COMMON) && !token.is(BEFORE_NAMES)) {
                self.push(&format!("{}{}", token.text, next.text), placed, true);
            }
        }
    }

    fn push(&mut self, text: &str, placed: bool, joined: bool) {
        self.words.push(Word::of(text, placed, joined));
    }

    /// Whether the texts mean the merchant that has this name, or books under this descriptor.
    pub(super) fn names(&self, candidate: &str) -> bool {
        let name = Name::read(candidate);
        self.words.iter().any(|word| {
            let single = !word.joined && name.words().any(|own| word.is_like(own));
            single
                || name.joined().any(|own| word.is_like(own))
                || (word.joined && name.words().any(|own| word.is_like(own)))
        })
    }
}

impl Word {
    fn of(text: &str, placed: bool, joined: bool) -> Self {
        Self { letters: text.chars().collect(), placed, joined, plain: false }
    }

    /// Whether a word of a merchant's name is this one: equal, cut off, or misspelt.
    fn is_like(&self, own: &[char]) -> bool {
        let (said, own) = (self.letters.as_slice(), own);
        let (short, long) = if said.len() < own.len() { (said, own) } else { (own, said) };
        if said == own {
            return true;
        }
        // A short word is near to many others: it is only ever itself.
        if short.len() < LETTERS || self.plain {
            return false;
        }
        // Descriptors cut names off, and join them to what follows; at least half of the longer word must be there.
        if short.len() > LETTERS && short.len() * 2 >= long.len() && long.starts_with(short) && !self.joined {
            return true;
        }
        let most = match short.len() {
            0..6 if self.placed && said.first() == own.first() => 1,
            0..6 => 0,
            6..9 => 1,
            _ => 2,
        };
        long.len() - short.len() <= most && distance(said, own) <= most
    }
}

/// The number of letters to add, drop, change, or swap with their neighbour, to make one word of another (the optimal
/// string alignment distance).
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, own) in other.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX / 2);
            let changed = at(&last, column) + usize::from(letter != own);
            let mut least = changed.min(at(&last, column + 1) + 1).min(at(&next, column) + 1);
            let swapped =
                row > 0 && column > 0 && other.get(column - 1) == Some(letter) && one.get(row - 1) == Some(own);
            if swapped {
                least = least.min(at(&before_last, column - 1) + 1);
            }
            next.push(least);
        }
        before_last = std::mem::replace(&mut last, next);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests;
