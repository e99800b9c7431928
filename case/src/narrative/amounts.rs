//! Amounts as customers write them.

use crate::{
    limits,
    money::{Currency, Money},
};

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

/// Whether a written amount means this money: exactly, or within five per cent where it is approximate.
#[must_use]
pub fn names_money(named: &NamedAmount, money: Money) -> bool {
    let minor = match money.currency.decimals() {
        0 => named.hundredths / 100,
        3 => named.hundredths.saturating_mul(10),
        _ => named.hundredths,
    };
    let tolerance = if named.approximate { minor.saturating_abs() / 20 } else { 0 };
    minor.abs_diff(money.amount_minor) <= tolerance.unsigned_abs()
        && named.currency.is_none_or(|currency| currency == money.currency)
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
    Some(NamedAmount { hundredths: whole * 100 + cents, currency, approximate: false })
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
