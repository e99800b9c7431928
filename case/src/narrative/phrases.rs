//! The small language in which the tables of words are written, and how a phrase is heard in a text.
//!
//! A phrase is words with spaces between them: `lost|dropped * my card`. `a|b` is either, `recogni~` is every word that
//! begins so, and `*` is up to three words that neither deny nor begin another clause. A phrase does not count where a
//! word before it in the clause denies it ("I have not lost my card"), unless the phrase itself begins with the denial.

use super::tokens::{Token, TokenKind};

/// A meaning, and what people say who mean it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule<T: 'static> {
    /// What it means.
    pub(super) means: T,
    /// Phrases, any of which says it.
    says: &'static [&'static str],
    /// Words beside the phrase with which it means something else, as one alternative (`card|pin`).
    not_of: &'static str,
    /// Phrases, any of which must stand somewhere in the text as well; none if empty.
    given: &'static [&'static str],
    /// Phrases, none of which may stand anywhere in the text.
    unless: &'static [&'static str],
}

impl<T: Copy> Rule<T> {
    /// A rule of phrases alone.
    pub(super) const fn new(means: T, says: &'static [&'static str]) -> Self {
        Self { means, says, not_of: "", given: &[], unless: &[] }
    }

    /// The same where none of these words stands beside the phrase.
    pub(super) const fn not_of(mut self, words: &'static str) -> Self {
        self.not_of = words;
        self
    }

    /// The same where one of these phrases is somewhere in the text too.
    pub(super) const fn given(mut self, phrases: &'static [&'static str]) -> Self {
        self.given = phrases;
        self
    }

    /// The same where none of these phrases is anywhere in the text.
    pub(super) const fn unless(mut self, phrases: &'static [&'static str]) -> Self {
        self.unless = phrases;
        self
    }

    /// Whether a text says it.
    pub(super) fn is_said(&self, tokens: &[Token]) -> bool {
        let beside = |start: usize, end: usize| !self.not_of.is_empty() && is_beside(self.not_of, tokens, start, end);
        let said =
            |phrase: &str| spans(phrase, tokens).any(|(start, end)| !is_denied(tokens, start) && !beside(start, end));
        self.says.iter().any(|phrase| said(phrase))
            && (self.given.is_empty() || self.given.iter().any(|phrase| stands(phrase, tokens)))
            && !self.unless.iter().any(|phrase| stands(phrase, tokens))
    }
}

/// Words that a gap spans at most.
const GAP: usize = 3;
/// How far before a phrase a denial is looked for, and how far beside it a word that changes its meaning.
const NEAR: usize = 3;
const DENIALS: &[&str] = &["not", "never", "no", "nobody", "without", "neither", "nor"];
/// After a denial: what is denied is the knowing or wishing, not the thing.
const NOT_DENIED: &[&str] = &[
    "only",
    "understand",
    "know",
    "see",
    "sure",
    "want",
    "accept",
    "agree",
    "just",
    "happy",
    "recognise",
    "recognize",
];
/// Words with which another clause begins.
const JOINTS: &[&str] =
    &["and", "but", "because", "so", "then", "when", "while", "although", "though", "after", "since"];

/// Where a phrase stands: its first token, and the one after its last.
pub(super) fn spans<'a>(phrase: &'a str, tokens: &'a [Token]) -> impl Iterator<Item = (usize, usize)> + 'a {
    // Most phrases begin nowhere in a text, so their first word is taken off once.
    let (head, rest) = first_word(phrase);
    (0..tokens.len()).filter_map(move |start| ends_of(head, rest, tokens, start).map(|end| (start, end)))
}

/// Whether a phrase stands anywhere, denied or not.
pub(super) fn stands(phrase: &str, tokens: &[Token]) -> bool {
    spans(phrase, tokens).next().is_some()
}

/// Where a phrase that begins at a token ends.
pub(super) fn ends(phrase: &str, tokens: &[Token], at: usize) -> Option<usize> {
    let (head, rest) = first_word(phrase);
    ends_of(head, rest, tokens, at)
}

/// A phrase's first word, and the others.
fn first_word(phrase: &str) -> (&str, &str) {
    let space = phrase.bytes().position(|byte| byte == b' ');
    space.and_then(|at| Some((phrase.get(..at)?, phrase.get(at + 1..)?))).unwrap_or((phrase, ""))
}

fn ends_of(head: &str, rest: &str, tokens: &[Token], at: usize) -> Option<usize> {
    if head != "*" {
        return match fits(head, tokens.get(at)?) {
            false => None,
            true if rest.is_empty() => Some(at + 1),
            true => ends(rest, tokens, at + 1),
        };
    }
    for next in at..=at + GAP {
        if let Some(end) = ends(rest, tokens, next) {
            return Some(end);
        }
        if !tokens.get(next).is_some_and(|token| goes_on(token) && !token.is(DENIALS)) {
            return None;
        }
    }
    None
}

/// Whether a token is one of some alternatives. Hundreds of phrases are held against each word of a text, so it compares
/// bytes, and few of them.
pub(super) fn fits(alternatives: &str, token: &Token) -> bool {
    let text = token.text.as_bytes();
    let one = |word: &[u8]| match word {
        [b'~'] => true,
        [first, ..] if text.first() != Some(first) => false,
        [stem @ .., b'~'] => text.starts_with(stem),
        word => text == word,
    };
    matches!(token.kind, TokenKind::Word | TokenKind::Number)
        && alternatives.as_bytes().split(|byte| *byte == b'|').any(one)
}

/// Whether the clause goes on over a token.
fn goes_on(token: &Token) -> bool {
    !token.breaks() && !token.is(JOINTS)
}

fn is_denied(tokens: &[Token], start: usize) -> bool {
    if tokens.get(start).is_some_and(|first| first.is(DENIALS)) {
        return false;
    }
    let before = (start.saturating_sub(NEAR)..start).rev();
    before
        .map_while(|index| tokens.get(index).filter(|token| goes_on(token)).map(|token| (index, token)))
        .any(|(index, token)| token.is(DENIALS) && !tokens.get(index + 1).is_some_and(|next| next.is(NOT_DENIED)))
}

fn is_beside(words: &str, tokens: &[Token], start: usize, end: usize) -> bool {
    let near = |index: usize| tokens.get(index).filter(|token| goes_on(token));
    let before = (start.saturating_sub(NEAR)..start).rev().map_while(near);
    let after = (end..end + NEAR).map_while(near);
    let within = tokens.get(start..end).unwrap_or_default();
    before.chain(after).chain(within).any(|token| fits(words, token))
}

#[cfg(test)]
mod tests {
    use super::{super::tokens, *};

    #[track_caller]
    fn check(rule: &Rule<()>, said: &[&str], unsaid: &[&str]) {
        said.iter().for_each(|text| assert!(rule.is_said(&tokens::read(text)), "{text}"));
        unsaid.iter().for_each(|text| assert!(!rule.is_said(&tokens::read(text)), "{text}"));
    }

    #[test]
    fn a_denied_phrase_is_not_said() {
        check(
            &Rule::new((), &["lost|dropped * card", "not * recogni~"]),
            &[
                "I lost my card",
                "I do not know when I lost my card",
                "I can't recognise it",
                "dropped it, my old card. lost card",
            ],
            &[
                "I have not lost my card",
                "I never dropped the card",
                "I do not think I lost my card",
                "lost. My card",
                "lost it but my card is here",
            ],
        );
    }

    #[test]
    fn a_word_beside_it_can_change_what_a_phrase_means() {
        check(
            &Rule::new((), &["never arrived"]).not_of("card|refund").given(&["paid|ordered"]),
            &["I paid and it never arrived", "I ordered a lamp by card and it never arrived"],
            &["It never arrived", "I paid but the refund never arrived"],
        );
    }
}
