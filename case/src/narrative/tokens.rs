//! A text as a row of tokens: words in lower case with contractions written out, numbers with what is joined to them,
//! signs of currencies, and the places where a sentence pauses or ends. All rules read tokens, so that case, spaces and
//! the kind of apostrophe never matter.

use crate::language;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A word in lower case.
    Word,
    /// Digits, with separators inside and letters after them: `1,299.00`, `3rd`, `2026-11-03`, `45eur`.
    Number,
    /// The sign of a currency.
    Sign,
    /// What stands for a piece of personal data: `[card:1]`.
    Masked,
    /// Any other sign: a plus, a per cent, a hash.
    Other,
    /// A pause: a comma, a dash, a bracket.
    Pause,
    /// The end of a sentence or line.
    Stop,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: TokenKind,
    /// How it is written, in lower case.
    pub(super) text: String,
}

impl Token {
    /// Whether a clause ends here.
    pub(super) const fn breaks(&self) -> bool {
        matches!(self.kind, TokenKind::Pause | TokenKind::Stop)
    }

    /// Whether this is one of some words.
    pub(super) fn is(&self, words: &[&str]) -> bool {
        words.contains(&self.text.as_str())
    }
}

/// Longest token for personal data, with its brackets.
const MASK_CHARS: usize = 24;
/// What is left of an auxiliary before `n't`, or before `nt` where the apostrophe was left out.
const AUXILIARIES: &[&str] = &[
    "ai", "are", "ca", "could", "did", "do", "does", "had", "has", "have", "is", "might", "must", "need", "should",
    "was", "were", "wo", "would",
];
/// Words after which `'s` is short for `is`; elsewhere it is a genitive, and left out.
const BEFORE_IS: &[&str] = &["he", "here", "how", "it", "she", "that", "there", "what", "where", "who"];
/// Other words that are two.
const TWO_WORDS: &[(&str, [&str; 2])] = &[
    ("cannot", ["can", "not"]),
    ("im", ["i", "am"]),
    ("ive", ["i", "have"]),
    ("theyve", ["they", "have"]),
    ("weve", ["we", "have"]),
    ("thats", ["that", "is"]),
    ("whats", ["what", "is"]),
];
/// Signs of currencies.
const SIGNS: &str = "$€£¥₹₩₽₺₴₪฿";

/// Letters that stand before a sign without a space and say whose it is: `A$40`.
const BEFORE_SIGNS: &[&str] = &["a", "au", "c", "ca", "nz", "hk", "s", "us", "r", "mx"];

/// Reads a text into tokens.
pub(super) fn read(text: &str) -> Vec<Token> {
    let letters: Vec<char> = language::folded(text).chars().map(narrow).collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        at = match letter {
            '[' => mask(&letters, at, &mut tokens),
            _ if letter.is_ascii_digit() => number(&letters, at, &mut tokens),
            _ if letter.is_alphanumeric() => {
                dollars(&letters, at, &mut tokens).unwrap_or_else(|| word(&letters, at, &mut tokens))
            }
            _ => {
                if let Some(kind) = sign(&letters, at) {
                    tokens.push(Token { kind, text: letter.to_string() });
                }
                at + 1
            }
        };
    }
    tokens
}

/// A letter, digit or sign of full width as what it stands for.
fn narrow(letter: char) -> char {
    let offset = u32::from('！') - u32::from('!');
    match letter {
        '！'..='～' => char::from_u32(u32::from(letter) - offset).unwrap_or(letter),
        '\u{3000}' => ' ',
        '￥' => '¥',
        '￡' => '£',
        other => other,
    }
}

fn sign(letters: &[char], at: usize) -> Option<TokenKind> {
    let spaced = |index: Option<usize>| index.and_then(|index| letters.get(index)).is_none_or(|c| c.is_whitespace());
    match letters.get(at)? {
        '\n' | '!' | '?' | ';' => Some(TokenKind::Stop),
        '.' | ':' if spaced(at.checked_add(1)) => Some(TokenKind::Stop),
        ',' | '(' | ')' | '–' | '—' => Some(TokenKind::Pause),
        '-' if spaced(at.checked_sub(1)) && spaced(at.checked_add(1)) => Some(TokenKind::Pause),
        '+' | '#' | '%' | '~' | '@' | '/' => Some(TokenKind::Other),
        sign if SIGNS.contains(*sign) => Some(TokenKind::Sign),
        _ => None,
    }
}

/// `US$`: a sign with its letters.
fn dollars(letters: &[char], at: usize, tokens: &mut Vec<Token>) -> Option<usize> {
    let before: String =
        letters.iter().skip(at).take_while(|c| c.is_alphabetic()).take(3).flat_map(|c| c.to_lowercase()).collect();
    let end = at + before.chars().count();
    let is_sign = letters.get(end) == Some(&'$') && BEFORE_SIGNS.contains(&before.as_str());
    is_sign.then(|| {
        tokens.push(Token { kind: TokenKind::Sign, text: format!("{before}$") });
        end + 1
    })
}

/// `[card:1]`; an opening bracket without that form is a pause.
fn mask(letters: &[char], at: usize, tokens: &mut Vec<Token>) -> usize {
    let inside = letters.iter().skip(at).take(MASK_CHARS).take_while(|c| !c.is_whitespace());
    let closed = inside.clone().position(|c| *c == ']').filter(|_| inside.clone().any(|c| *c == ':'));
    let (kind, length) = closed.map_or((TokenKind::Pause, 1), |end| (TokenKind::Masked, end + 1));
    tokens.push(Token { kind, text: String::new() });
    at + length
}

/// Digits with single separators between them, and the letters that follow without a space.
fn number(letters: &[char], at: usize, tokens: &mut Vec<Token>) -> usize {
    let digit = |index: usize| letters.get(index).is_some_and(char::is_ascii_digit);
    let mut end = at;
    while digit(end) || (letters.get(end).is_some_and(|c| ".,/:-'’".contains(*c)) && digit(end + 1)) {
        end += 1;
    }
    while letters.get(end).is_some_and(|c| c.is_alphanumeric()) {
        end += 1;
    }
    let text = letters.iter().skip(at).take(end - at).flat_map(|c| c.to_lowercase()).collect();
    tokens.push(Token { kind: TokenKind::Number, text });
    end
}

fn word(letters: &[char], at: usize, tokens: &mut Vec<Token>) -> usize {
    let part = |index: usize| letters.get(index).is_some_and(|c| c.is_alphanumeric());
    let mut end = at;
    while part(end) || (letters.get(end).is_some_and(|c| "'’`".contains(*c)) && part(end + 1)) {
        end += 1;
    }
    let whole: String = letters.iter().skip(at).take(end - at).flat_map(|c| c.to_lowercase()).collect();
    let whole = whole.replace(['’', '`'], "'");
    tokens.extend(parts(&whole).into_iter().map(|text| Token { kind: TokenKind::Word, text }));
    end
}

/// A word without its contraction: `don't` and `dont` are `do not`.
fn parts(word: &str) -> Vec<String> {
    if let Some((_, two)) = TWO_WORDS.iter().find(|(short, _)| *short == word) {
        return two.iter().map(|part| (*part).to_owned()).collect();
    }
    let negated = word.strip_suffix("n't").or_else(|| word.strip_suffix("nt"));
    if let Some(stem) = negated.filter(|stem| AUXILIARIES.contains(stem)) {
        let stem = match stem {
            "ca" => "can",
            "wo" => "will",
            "ai" => "is",
            other => other,
        };
        return vec![stem.to_owned(), "not".to_owned()];
    }
    let Some((stem, end)) = word.split_once('\'') else { return vec![word.to_owned()] };
    let second = match end {
        "m" => "am",
        "ve" => "have",
        "re" => "are",
        "ll" => "will",
        "d" => "had",
        "s" if BEFORE_IS.contains(&stem) => "is",
        "s" => return vec![stem.to_owned()],
        _ => return vec![word.replace('\'', "")],
    };
    vec![stem.to_owned(), second.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let tokens: Vec<String> = read(text)
            .into_iter()
            .map(|token| if token.kind == TokenKind::Masked { "[]".to_owned() } else { token.text })
            .collect();
        assert_eq!(tokens.join(" "), expected);
    }

    #[test]
    fn contractions_are_written_out_with_any_apostrophe_or_none() {
        check("I don't, I DON’T, i dont", "i do not , i do not , i do not");
        check("Can't it's won't yesterday's they've I'm", "can not it is will not yesterday they have i am");
    }

    #[test]
    fn numbers_keep_what_is_joined_to_them_and_masks_are_one_token() {
        check("$1,299.00 on 3rd/2026-11-03.", "$ 1,299.00 on 3rd / 2026-11-03 .");
        check("[card:1] [Email:2], 12.99. Done", "[] [] , 12.99 . done");
        check("double-charged at streamly.com", "double charged at streamly com");
    }
}
