//! Short answers to what a customer was asked: a yes or a no, or one of several.

use serde::{Deserialize, Serialize};

use super::{
    phrases,
    tokens::{Token, TokenKind},
};

/// A yes or a no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YesNo {
    /// Yes.
    Yes,
    /// No.
    No,
}

/// Longest text, in tokens, that picks one of several.
const PICK_TOKENS: usize = 14;
/// Longest text, in tokens, that answers without the word itself: "I still have it".
const ANSWER_TOKENS: usize = 10;
/// The largest number that can be picked.
const MOST: u8 = 20;
const ORDINALS: &[&str] =
    &["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
const NUMBERS: &[&str] = &["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
/// What is picked.
const THINGS: &str = "one|option|charge|payment|transaction|purchase|debit|transfer|withdrawal|item|entry";

const YES: &[&str] = &[
    "yes",
    "yeah",
    "yep",
    "yup",
    "ya",
    "sure",
    "certainly",
    "definitely",
    "absolutely",
    "indeed",
    "correct",
    "affirmative",
    "ok",
    "okay",
    "true",
];
/// What comes before an answer and says nothing.
const SIGHS: &[&str] = &["oh", "ah", "aha", "well", "um", "uhm", "hm", "hmm", "erm", "er", "uh", "so", "hi", "hello"];
const NO: &[&str] = &["no", "nope", "nah", "negative"];
/// What an answer goes on with. "No refund came" is none, "No, I did not" and "no it was not" are.
const AFTER_ANSWER: &[&str] = &[
    "i",
    "it",
    "we",
    "he",
    "she",
    "they",
    "that",
    "this",
    "not",
    "never",
    "sorry",
    "thanks",
    "thank",
    "but",
    "because",
    "the",
    "my",
    "please",
    "of",
    "there",
    "and",
    "still",
    "all",
    "both",
    "sir",
    "definitely",
    "yes",
    "no",
];
/// Beginnings of an answer without the word.
const YES_PHRASES: &[&str] = &[
    "of course",
    "i|we do|did|am|was",
    "i|we have it|them|my|the|one|both|contacted|called|written",
    "i|we still have",
    "i|we already|just did|have",
    "it is|was|does|did",
    "that is right|correct|true|me|mine",
    "right",
    "exactly",
    "still have|got it|my|the",
];
const NO_PHRASES: &[&str] = &[
    "not|never",
    "i|we do|did|have|am|was|can not",
    "i|we never",
    "i|we no longer",
    "it|they|that is|was|does|did|has|have|are not",
    "incorrect|wrong|false",
];
/// Somebody who does not know has not answered.
const UNSURE: &[&str] =
    &["not sure|certain", "not know|remember|recall", "no idea|clue", "maybe|perhaps|unsure|dunno", "yes and no"];

/// Which of several a text picks: 1 for the first, 0 for the last.
pub(super) fn pick(tokens: &[Token]) -> Option<u8> {
    let words: Vec<Token> = tokens.iter().filter(|token| !token.breaks()).cloned().collect();
    if words.is_empty() || words.len() > PICK_TOKENS {
        return None;
    }
    let said = |phrase: &str| phrases::stands(phrase, &words);
    if said(&format!("last|latest|newest {THINGS}")) || said("most recent") || is_all(&words, &["last"]) {
        return Some(0);
    }
    let at = (0..words.len()).find(|at| {
        let thing = |at: usize| words.get(at).is_some_and(|word| phrases::fits(THINGS, word));
        let called = at.checked_sub(1).and_then(|before| words.get(before));
        let called = called.is_some_and(|word| word.is(&["number", "option", "no", "nr", "#"]));
        words.get(*at).is_some_and(|word| match place(word) {
            Some((_, Form::Ordinal)) => thing(at + 1) || is_all(&words, &[word.text.as_str()]),
            Some((_, Form::Number)) => called || is_all(&words, &[word.text.as_str()]),
            None => false,
        })
    })?;
    words.get(at).and_then(place).map(|(number, _)| number)
}

/// Whether a text is one word, articles and courtesies aside.
fn is_all(words: &[Token], one: &[&str]) -> bool {
    words
        .iter()
        .all(|word| word.is(one) || word.is(&["the", "it", "is", "was", "please", "thanks", "i", "think", "mean"]))
        && words.iter().any(|word| word.is(one))
}

/// How a place in a list is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `second`, `2nd`.
    Ordinal,
    /// `two`, `2`.
    Number,
}

fn place(token: &Token) -> Option<(u8, Form)> {
    let index = |list: &[&str]| {
        let at = list.iter().position(|word| *word == token.text)?;
        u8::try_from(at + 1).ok()
    };
    if let Some(number) = index(ORDINALS) {
        return Some((number, Form::Ordinal));
    }
    if let Some(number) = index(NUMBERS) {
        return Some((number, Form::Number));
    }
    let ordinal = ["st", "nd", "rd", "th"].iter().find_map(|end| token.text.strip_suffix(end));
    let number = ordinal.unwrap_or(&token.text).parse().ok().filter(|number| (1..=MOST).contains(number))?;
    Some((number, if ordinal.is_some() { Form::Ordinal } else { Form::Number }))
}

/// Whether a text is a yes or a no.
pub(super) fn answer(tokens: &[Token]) -> Option<YesNo> {
    let speaks = |token: &Token| token.kind == TokenKind::Word && !token.is(SIGHS);
    let first = tokens.iter().position(speaks)?;
    let tokens = tokens.get(first..)?;
    let (head, next) = (tokens.first()?, tokens.get(1));
    let starts = |phrases: &[&str]| phrases.iter().any(|phrase| phrases::ends(phrase, tokens, 0).is_some());
    let unsure = UNSURE.iter().any(|phrase| {
        let opening = tokens.get(..tokens.len().min(ANSWER_TOKENS)).unwrap_or_default();
        phrases::stands(phrase, opening)
    });
    let stands = next.is_none_or(|next| next.breaks() || next.is(AFTER_ANSWER));
    if unsure {
        None
    } else if head.is(NO) && stands {
        Some(YesNo::No)
    } else if head.is(YES) && stands {
        Some(YesNo::Yes)
    } else if tokens.len() > ANSWER_TOKENS {
        None
    } else if starts(NO_PHRASES) {
        Some(YesNo::No)
    } else {
        starts(YES_PHRASES).then_some(YesNo::Yes)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tokens, *};

    #[test]
    fn a_short_answer_is_yes_or_no_and_an_unsure_one_is_neither() {
        let read = |text| answer(&tokens::read(text));
        for text in [
            "Yes",
            "yes, I still have it",
            "Oh yes, I know that shop. It was me.",
            "Yeah it is in my wallet",
            "I do",
            "I still have my card",
            "that's right",
            "Of course.",
        ] {
            assert_eq!(read(text), Some(YesNo::Yes), "{text}");
        }
        for text in [
            "No",
            "nope",
            "No I didn't contact them",
            "I don't have my card any more",
            "not yet",
            "I never did",
            "No, thanks",
            "I haven't",
        ] {
            assert_eq!(read(text), Some(YesNo::No), "{text}");
        }
        for text in [
            "",
            "No refund arrived",
            "I am not sure",
            "I don't know",
            "maybe",
            "My card was charged twice",
            "no idea",
            "It was on Monday at Streamly and cost twelve dollars more than last time",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn one_of_several_is_picked_by_its_place() {
        let read = |text| pick(&tokens::read(text));
        for (text, expected) in [
            ("the second one", 2),
            ("2", 2),
            ("Number 3 please", 3),
            ("#1", 1),
            ("the first charge", 1),
            ("the 2nd payment, please", 2),
            ("the last one", 0),
            ("the most recent one", 0),
            ("option two", 2),
            ("It was the third", 3),
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
        for text in [
            "I was charged 2 times",
            "last week",
            "",
            "the one on Monday",
            "no",
            "for the first time",
            "$12",
            "one of them",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
