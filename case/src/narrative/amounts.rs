//! Amounts as customers write them: `$12.99`, `45,50 €`, `EUR 45`, `1,299.00`, `twelve dollars`, `about 40`.
//!
//! A number counts with two decimals, or with a currency beside it, or where a word says that it is money ("charged 45").
//! Numbers of orders, dates, times, shares and what stands for personal data are no amounts.

mod currencies;
mod numerals;

use super::tokens::{self, Token, TokenKind};
use crate::{
    limits,
    money::{Currency, Money},
};
use currencies::Unit;

/// An amount as written: `12.99` is 1299 hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedAmount {
    /// Hundredths of the unit, whatever the currency's own decimals.
    pub hundredths: i64,
    /// The currency, where the text names one.
    pub currency: Option<Currency>,
    /// Whether the customer says that it is not exact: about, around, almost.
    pub approximate: bool,
}

/// The share by which an approximate amount may differ: a twentieth, that is, five per cent.
const TOLERANCE: i64 = 20;
/// What makes an amount approximate before it, and after it.
const ABOUT: &[&str] =
    &["about", "around", "roughly", "almost", "approximately", "approx", "nearly", "circa", "ca", "~"];
const OR_SO: &[&str] = &["ish", "roughly", "approximately"];
/// Numbers after these are names of things.
const NAMES: &[&str] = &[
    "order",
    "number",
    "no",
    "nr",
    "ref",
    "reference",
    "invoice",
    "ticket",
    "tracking",
    "id",
    "#",
    "account",
    "version",
    "booking",
    "flight",
    "room",
    "seat",
    "gate",
    "flat",
    "apt",
    "row",
    "unit",
];
/// What a bare number counts that is no money of a currency.
const COINS: &[&str] = &["btc", "bitcoin", "bitcoins", "eth", "ether", "usdt", "usdc", "shares", "points", "miles"];
/// Names of amounts, in pounds.
const SLANG: &[(&str, i64)] = &[("fiver", 5), ("tenner", 10), ("fivers", 5), ("tenners", 10)];
/// A bare number after these is money, with `me`, `us` or `only` between them at most.
const MONEY_VERBS: &[&str] = &[
    "charged",
    "paid",
    "billed",
    "debited",
    "took",
    "taken",
    "gave",
    "dispensed",
    "got",
    "received",
    "cost",
    "costs",
    "deducted",
    "withdrew",
    "spent",
    "left",
    "sent",
    "transferred",
    "refunded",
    "owe",
    "amount",
    "of",
];
const BETWEEN: &[&str] = &["me", "us", "only", "just", "him", "about", "around", "roughly", "exactly", "out"];
/// A bare number before any of these is money; before another noun it counts things.
const AFTER_MONEY: &[&str] = &[
    "instead",
    "on",
    "at",
    "by",
    "for",
    "from",
    "twice",
    "and",
    "but",
    "in",
    "to",
    "when",
    "rather",
    "not",
    "again",
    "yesterday",
    "today",
    "last",
    "this",
    "with",
    "via",
    "or",
    "while",
    "though",
    "although",
];

/// The amounts of a text, at most [`limits::NARRATIVE_AMOUNTS`].
#[must_use]
pub fn amounts(text: &str) -> Vec<NamedAmount> {
    let tokens = tokens::read(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() && found.len() < limits::NARRATIVE_AMOUNTS {
        let read = in_digits(&tokens, at).or_else(|| slang(&tokens, at)).or_else(|| in_words(&tokens, at));
        at = read.map_or(at + 1, |(_, end)| end);
        found.extend(read.map(|(amount, _)| amount));
    }
    found
}

/// Whether a written amount means this money: exactly, or within five per cent where it is approximate. Currencies that
/// share a sign or a name (dollars, crowns) are alike: customers rarely say which.
#[must_use]
pub fn names_money(named: &NamedAmount, money: Money) -> bool {
    let minor = match money.currency.decimals() {
        0 => named.hundredths / 100,
        3 => named.hundredths.saturating_mul(10),
        _ => named.hundredths,
    };
    let tolerance = if named.approximate { minor.saturating_abs() / TOLERANCE } else { 0 };
    minor.abs_diff(money.amount_minor) <= tolerance.unsigned_abs()
        && named.currency.is_none_or(|currency| currencies::alike(currency, money.currency))
}

/// An amount whose number stands at a token, and the token after it.
fn in_digits(tokens: &[Token], at: usize) -> Option<(NamedAmount, usize)> {
    let token = tokens.get(at).filter(|token| token.kind == TokenKind::Number)?;
    let letters = token.text.find(|c: char| c.is_alphabetic()).unwrap_or(token.text.len());
    let (digits, suffix) = token.text.split_at_checked(letters)?;
    let (number, decimals) = numerals::decimal(digits)?;
    let (thousands, ish, glued) = match suffix {
        "" => (false, false, None),
        "k" => (true, false, None),
        "ish" => (false, true, None),
        // A seat is `14c` as well.
        "c" if is_other_number(tokens, at) => return None,
        _ => (false, false, Some(currencies::word(suffix)?)),
    };
    let (unit, mut end) = match glued {
        Some(unit) => (Some(unit), at + 1),
        None => unit_beside(tokens, at),
    };
    if unit.is_none() && (thousands || is_other_number(tokens, at) || !(decimals == 2 || follows_money(tokens, at))) {
        return None;
    }
    let mut hundredths = match unit {
        Some(Unit::Hundredth) => number.checked_div(100)?,
        Some(Unit::Whole(_)) | None => number.checked_mul(if thousands { 1_000 } else { 1 })?,
    };
    // "The 20.25 one" has its cents already.
    if matches!(unit, Some(Unit::Whole(_)))
        && decimals == 0
        && let Some((more, after)) = cents(tokens, end)
    {
        hundredths = hundredths.checked_add(more)?;
        end = after;
    }
    let approximate = ish || is_about(tokens, at, end);
    Some((NamedAmount { hundredths, currency: unit.and_then(Unit::currency), approximate }, end))
}

/// "A tenner", "two fivers".
fn slang(tokens: &[Token], at: usize) -> Option<(NamedAmount, usize)> {
    let counted = numerals::small(tokens, at);
    let (count, name_at) = counted.unwrap_or((1, at));
    let name = tokens.get(name_at)?;
    let (_, pounds) = SLANG.iter().find(|(slang, _)| name.is(&[slang]))?;
    let hundredths = count * pounds * 100;
    let approximate = is_about(tokens, at, name_at + 1);
    Some((NamedAmount { hundredths, currency: Currency::parse("GBP"), approximate }, name_at + 1))
}

/// An amount in words, which needs its currency behind it.
fn in_words(tokens: &[Token], at: usize) -> Option<(NamedAmount, usize)> {
    let (number, end) = numerals::spelled(tokens, at)?;
    let unit = tokens.get(end).and_then(currencies::of)?;
    let whole = match unit {
        Unit::Hundredth => number,
        Unit::Whole(_) => number * 100,
    };
    let more = if matches!(unit, Unit::Whole(_)) { cents(tokens, end + 1) } else { None };
    let (cents, after) = more.unwrap_or((0, end + 1));
    let approximate = is_about(tokens, at, after);
    Some((NamedAmount { hundredths: whole + cents, currency: unit.currency(), approximate }, after))
}

/// The currency beside a number, and the token after both: behind it first, for `5 euros 20 pounds` is two amounts.
fn unit_beside(tokens: &[Token], at: usize) -> (Option<Unit>, usize) {
    // A time or a date before a currency has none of its own.
    let is_amount = |token: &Token| token.kind == TokenKind::Number && numerals::decimal(&token.text).is_some();
    let number = |index: Option<usize>| index.and_then(|index| tokens.get(index)).is_some_and(is_amount);
    let before = at.checked_sub(1).and_then(|index| tokens.get(index)).filter(|_| !number(at.checked_sub(2)));
    let after = tokens.get(at + 1);
    // `US$` can only be the sign of what follows it.
    let lettered = at
        .checked_sub(1)
        .and_then(|index| tokens.get(index))
        .filter(|token| token.text.len() > 1 && token.text.ends_with('$'));
    if let Some(sign) = before.or(lettered).filter(|token| token.kind == TokenKind::Sign) {
        return (currencies::of(sign), at + 1);
    }
    // The sign behind a number belongs to the next one where that follows it: `20 $30`.
    let behind = after
        .and_then(currencies::of)
        .filter(|_| after.is_some_and(|token| token.kind != TokenKind::Sign) || !number(Some(at + 2)));
    match behind {
        Some(unit) => (Some(unit), at + 2),
        // "Rs. 2,499": the point belongs to the short form.
        None => (before.and_then(currencies::of).or_else(|| short_form(tokens, at).and_then(currencies::of)), at + 1),
    }
}

fn short_form(tokens: &[Token], at: usize) -> Option<&Token> {
    let point = at.checked_sub(1).and_then(|index| tokens.get(index))?;
    let name = at.checked_sub(2).and_then(|index| tokens.get(index))?;
    (point.is(&["."]) && name.is(&["rs", "eur", "usd", "gbp", "chf", "sfr", "inr", "kr"])).then_some(name)
}

/// `and 50 cents`, or `fifty` in "five pounds fifty": hundredths, and the token after them.
fn cents(tokens: &[Token], at: usize) -> Option<(i64, usize)> {
    let start = at + usize::from(tokens.get(at).is_some_and(|token| token.is(&["and"])));
    let (number, end) = numerals::small(tokens, start)?;
    let named = matches!(tokens.get(end).and_then(currencies::of), Some(Unit::Hundredth));
    let first = tokens.get(start)?;
    let next = tokens.get(end);
    let bare = start == at
        && number >= 10
        && match first.kind {
            TokenKind::Number => first.text.len() == 2 && next.is_none_or(|next| next.breaks() || next.is(AFTER_MONEY)),
            _ => first.kind == TokenKind::Word && next.is_none_or(Token::breaks),
        };
    if named { Some((number, end + 1)) } else { bare.then_some((number, end)) }
}

/// Whether a number without a currency is that of a thing, a share, a time, or a part of a longer number.
fn is_other_number(tokens: &[Token], at: usize) -> bool {
    let near = |index: Option<usize>| index.and_then(|index| tokens.get(index));
    let (before, after) = (near(at.checked_sub(1)), near(Some(at + 1)));
    let number = |token: Option<&Token>| {
        token.is_some_and(|token| token.kind == TokenKind::Number && !token.text.ends_with('x'))
    };
    let named = [before, near(at.checked_sub(2))].into_iter().flatten().any(|token| token.is(NAMES));
    let clock = before.is_some_and(|token| token.is(&["at"]));
    let unit = after
        .is_some_and(|token| token.is(&["%", "percent", "per", "am", "pm", "oclock", "stars", "x"]) || token.is(COINS));
    named || clock || unit || number(before) || number(after)
}

/// Whether a bare number stands where money is spoken of.
fn follows_money(tokens: &[Token], at: usize) -> bool {
    let before = tokens.get(..at).unwrap_or_default();
    let verb = before.iter().rev().find(|token| !token.is(BETWEEN) && token.kind != TokenKind::Sign);
    let instead = matches!(before, [.., instead, of] if instead.is(&["instead"]) && of.is(&["of"]));
    let verb = instead || verb.is_some_and(|token| token.is(MONEY_VERBS) && !token.is(&["of"]));
    let amount_of = matches!(before, [.., amount, of] if amount.is(&["amount", "sum", "charge", "payment", "total"]) && of.is(&["of"]));
    (verb || amount_of) && tokens.get(at + 1).is_none_or(|next| next.breaks() || next.is(AFTER_MONEY))
}

fn is_about(tokens: &[Token], at: usize, end: usize) -> bool {
    let before = tokens.get(at.saturating_sub(3)..at).unwrap_or_default();
    let before = before.iter().rev().take_while(|token| !token.breaks());
    let after = tokens.get(end..).unwrap_or_default();
    before.into_iter().any(|token| token.is(ABOUT))
        || after.first().is_some_and(|token| token.is(OR_SO))
        || matches!(after, [or, so, ..] if or.is(&["or", "give"]) && so.is(&["so", "or"]))
}

#[cfg(test)]
mod tests;
