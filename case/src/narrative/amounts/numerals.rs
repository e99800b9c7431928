//! Numbers in digits and in words.

use super::super::tokens::{Token, TokenKind};

/// Most digits of an amount.
const DIGITS: usize = 12;
/// Most words of a number.
const WORDS: usize = 8;
/// The largest number in words.
const LARGEST: i64 = 1_000_000;
const SMALL: &[&str] = &[
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: &[&str] = &["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// A number with separators in hundredths, and how many decimals it is written with: none, one or two. A point or comma
/// before three digits groups thousands.
pub(super) fn decimal(text: &str) -> Option<(i64, usize)> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if digits > DIGITS || text.contains(['/', ':', '-']) {
        return None;
    }
    let separator = |c: char| matches!(c, '.' | ',' | '\'' | '’');
    let (whole, decimals) = match text.rsplit_once(separator) {
        Some((whole, decimals)) if decimals.len() < 3 => (whole, decimals),
        _ => (text, ""),
    };
    let mark = text.chars().nth(whole.chars().count());
    let mut groups = whole.split(separator);
    let first = groups.next()?;
    let grouped = groups.clone().next().is_some();
    // A group of thousands has three digits, and its mark is not that of the decimals: `03.11.26` is no number.
    if groups.any(|group| group.len() != 3) || (grouped && (first.len() > 3 || mark.is_some_and(|m| whole.contains(m))))
    {
        return None;
    }
    let whole: i64 = whole.chars().filter(char::is_ascii_digit).collect::<String>().parse().ok()?;
    let hundredths: i64 = match decimals.len() {
        0 => 0,
        1 => decimals.parse::<i64>().ok()? * 10,
        _ => decimals.parse().ok()?,
    };
    Some((whole * 100 + hundredths, decimals.len()))
}

/// A number in words that begins at a token, and the token after it: `a hundred and twenty`, `twenty five`.
pub(super) fn spelled(tokens: &[Token], at: usize) -> Option<(i64, usize)> {
    let (mut total, mut group, mut end) = (0_i64, None, at);
    while let Some(token) = tokens.get(end).filter(|_| end - at < WORDS) {
        let next = tokens.get(end + 1);
        let joins = |token: &Token| token.is(&["hundred", "thousand"]);
        if let Some(value) = simple(&token.text) {
            group = Some(group.unwrap_or(0) + value);
        } else if token.is(&["a", "an"]) && end == at && next.is_some_and(joins) {
            group = Some(1);
        } else if token.is(&["hundred"]) && group.is_some() {
            group = group.map(|group: i64| group * 100);
        } else if token.is(&["thousand"]) && group.is_some() {
            total += group.take()? * 1_000;
        } else if !(token.is(&["and"])
            && end > at
            && tokens.get(end - 1).is_some_and(joins)
            && next.is_some_and(|next| simple(&next.text).is_some()))
        {
            break;
        }
        end += 1;
    }
    let number = total + group.unwrap_or(0);
    (end > at && (0..=LARGEST).contains(&number)).then_some((number, end))
}

/// A number below a hundred, in digits or words.
pub(super) fn small(tokens: &[Token], at: usize) -> Option<(i64, usize)> {
    let token = tokens.get(at)?;
    let read = match token.kind {
        TokenKind::Number => token.text.parse().ok().map(|number| (number, at + 1)),
        _ => spelled(tokens, at),
    };
    read.filter(|(number, _)| (1..100).contains(number))
}

fn simple(word: &str) -> Option<i64> {
    let place = |list: &[&str]| list.iter().position(|known| *known == word).and_then(|at| i64::try_from(at).ok());
    place(SMALL).or_else(|| place(TENS).map(|at| (at + 2) * 10))
}
