//! Tokens in the place of personal data: `[card:1]`, `[email:2]`, counted per case. The same value has the same token
//! throughout a case, however it is written.
//!
//! A customer may type a token. What reads as one in arriving text, also in disguise, gets round brackets in place of
//! its square ones before anything is stored, so that only tokens of our own can ever be revealed. [`redact`], which
//! keeps nothing to reveal, leaves tokens alone, so that doing it twice changes nothing.

use super::normal::{as_number, look_alikes, normalise};
use super::{Kind, Pii, Span, detect, email, iban};
use crate::part::Part as _;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

/// Most values that one case remembers; beyond it they are still taken out, for good.
const TOKENS: usize = 10_000;

/// Stands for a value beyond the limit.
const FORGOTTEN: &str = "[redacted]";

/// The tokens of one case and what they stand for. The host keeps it sealed in the vault; `Debug` shows no value.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TokenMap {
    values: BTreeMap<String, Pii<String>>,
    tokens: BTreeMap<(Kind, Pii<String>), String>,
    ordinals: BTreeMap<Kind, u32>,
}

/// Why pairs do not make a map. Neither token nor value is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenMapError {
    /// A token does not have the form `[kind:ordinal]`.
    #[error("a stored token is malformed")]
    Malformed,
    /// A token, or a value of one kind, occurs twice.
    #[error("a stored token or value occurs twice")]
    Twice,
    /// There are more pairs than a case can have.
    #[error("there are more than {TOKENS} stored tokens")]
    TooMany,
}

impl TokenMap {
    /// The map of a new case.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The map that these pairs came from, for example out of the vault.
    ///
    /// # Errors
    /// [`TokenMapError`] where [`TokenMap::pairs`] cannot have given them.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, Pii<String>)>) -> Result<Self, TokenMapError> {
        let mut map = Self::new();
        for (token, value) in pairs {
            let (kind, ordinal) = parse_token(&token).ok_or(TokenMapError::Malformed)?;
            if map.values.len() == TOKENS {
                return Err(TokenMapError::TooMany);
            }
            let is_new = map.tokens.insert((kind, value.clone()), token.clone()).is_none();
            if map.values.insert(token, value).is_some() || !is_new {
                return Err(TokenMapError::Twice);
            }
            let last = map.ordinals.entry(kind).or_default();
            *last = ordinal.max(*last);
        }
        Ok(map)
    }

    /// Every token with its value, in the tokens' order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &Pii<String>)> {
        self.values.iter().map(|(token, value)| (token.as_str(), value))
    }

    /// How many values the map holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether the map holds no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Replaces the personal data in an arriving text by tokens, and disarms what already reads as a token. To be
    /// done once, on arrival: a second time would disarm the tokens themselves.
    pub fn tokenise(&mut self, text: &str) -> String {
        let letters = normalise(text);
        let mut brackets: BTreeMap<usize, (usize, char)> = BTreeMap::new();
        for token in look_alikes(&letters) {
            for (at, round) in [(token.open, '('), (token.close, ')')] {
                let Some(letter) = letters.get(at) else { continue };
                let first = text.part(letter.start..).chars().next();
                let end = first.map_or(letter.end, |glyph| letter.start + glyph.len_utf8());
                brackets.insert(letter.start, (end, round));
            }
        }
        self.replace(text, &detect(text), &brackets, canonical)
    }

    /// Replaces further parts of a text that has its tokens already: numbers of identity documents and taxpayers, by
    /// where they stand (sorted and apart).
    pub fn take_out(&mut self, text: &str, numbers: &[Range<usize>]) -> String {
        let spans: Vec<Span> = numbers
            .iter()
            .map(|number| Span { start: number.start, end: number.end, kind: Kind::IdentityNumber })
            .collect();
        self.replace(text, &spans, &BTreeMap::new(), canonical)
    }

    /// An empty map whose tokens are counted on from those that stand in some texts.
    pub(super) fn beyond(texts: &[String]) -> Self {
        let mut map = Self::new();
        for token in texts.iter().flat_map(|text| look_alikes(&normalise(text))) {
            let last = map.ordinals.entry(token.kind).or_default();
            *last = (*last).max(token.ordinal.unwrap_or_default());
        }
        map
    }

    /// Replaces parts of a text (sorted and apart), each remembered letter for letter.
    pub(super) fn take_out_spans(&mut self, text: &str, spans: &[Span]) -> String {
        self.replace(text, spans, &BTreeMap::new(), |_, piece| piece.to_owned())
    }

    /// Puts the values back in the place of the tokens that this map knows. The value of a card, an account or a
    /// telephone number comes back as bare digits, that of an address in lower case.
    #[must_use]
    pub fn reveal(&self, text: &str, reason: &'static str) -> String {
        let mut revealed = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(open) = rest.find('[') {
            revealed.push_str(rest.part(..open));
            rest = rest.part(open..);
            let value = rest.find(']').and_then(|close| Some((close + 1, self.values.get(rest.part(..=close))?)));
            let taken = match value {
                Some((len, value)) => {
                    revealed.push_str(value.reveal(reason));
                    len
                }
                None => {
                    revealed.push('[');
                    1
                }
            };
            rest = rest.part(taken..);
        }
        revealed.push_str(rest);
        revealed
    }

    /// Replaces the spans by tokens of what `value` makes of each, and brackets by round ones.
    fn replace(
        &mut self,
        text: &str,
        spans: &[Span],
        brackets: &BTreeMap<usize, (usize, char)>,
        value: fn(Kind, &str) -> String,
    ) -> String {
        let mut replaced = String::with_capacity(text.len());
        let mut at = 0;
        for span in spans {
            copy(text, at, span.start, brackets, &mut replaced);
            let piece = text.part(span.start..span.end);
            replaced.push_str(&self.token(span.kind, value(span.kind, piece)));
            at = span.end;
        }
        copy(text, at, text.len(), brackets, &mut replaced);
        replaced
    }

    fn token(&mut self, kind: Kind, value: String) -> String {
        let key = (kind, Pii::new(value));
        if let Some(token) = self.tokens.get(&key) {
            return token.clone();
        }
        if self.values.len() == TOKENS {
            return FORGOTTEN.to_owned();
        }
        let ordinal = self.ordinals.entry(kind).or_default();
        *ordinal = ordinal.saturating_add(1);
        let token = format!("[{kind}:{ordinal}]");
        self.values.insert(token.clone(), key.1.clone());
        self.tokens.insert(key, token.clone());
        token
    }
}

impl fmt::Debug for TokenMap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.values.keys()).finish()
    }
}

/// Replaces the personal data in a text by tokens that nothing remembers. Tokens that are there already stay, and new
/// ones are counted on from them.
#[must_use]
pub fn redact(text: &str) -> String {
    let mut map = TokenMap::beyond(&[text.to_owned()]);
    map.replace(text, &detect(text), &BTreeMap::new(), canonical)
}

/// Copies a part of the text, with the brackets in it replaced.
fn copy(text: &str, from: usize, to: usize, brackets: &BTreeMap<usize, (usize, char)>, replaced: &mut String) {
    let mut at = from;
    for (start, (end, round)) in brackets.range(from..to) {
        replaced.push_str(text.part(at..*start));
        replaced.push(*round);
        at = *end;
    }
    replaced.push_str(text.part(at..to));
}

/// The one way to write a value, by which it is recognised again. Letters are read as they were when it was found.
fn canonical(kind: Kind, piece: &str) -> String {
    let letters = normalise(piece);
    let number = || as_number(&letters).into_iter();
    match kind {
        Kind::Card | Kind::Ssn | Kind::SortCodeAccount | Kind::SecurityCode => {
            number().filter(char::is_ascii_digit).collect()
        }
        Kind::Phone => number().filter(|glyph| glyph.is_ascii_digit() || *glyph == '+').collect(),
        Kind::IdentityNumber | Kind::Name | Kind::Address | Kind::BirthDate => piece.trim().to_owned(),
        Kind::Iban => iban::canonical(&letters),
        Kind::Email => email::canonical(&letters),
    }
}

/// Reads a token exactly as this module writes it.
fn parse_token(token: &str) -> Option<(Kind, u32)> {
    let (name, digits) = token.strip_prefix('[')?.strip_suffix(']')?.split_once(':')?;
    let kind = Kind::from_name(name)?;
    let ordinal: u32 = digits.parse().ok().filter(|ordinal| *ordinal > 0)?;
    (token == format!("[{kind}:{ordinal}]")).then_some((kind, ordinal))
}

#[cfg(test)]
mod tests;
