//! The words beside a number that say what it is. They never reach across another number: its own words count for it.

use super::normal::{Letter, OPAQUE};
use crate::part::Part as _;

/// What the words beside a number make of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Card,
    Ssn,
    SortCode,
    Account,
    Phone,
    SecurityCode,
    /// Something that has a number and is nobody's secret: an order, a ticket.
    Identifier,
    /// An amount of money.
    Amount,
}

/// A word's topic and how many letters lie between it and the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hint {
    pub(super) topic: Topic,
    pub(super) distance: usize,
    /// Whether a sentence ends between them.
    pub(super) is_apart: bool,
}

impl Hint {
    /// Whether the word stands in the same sentence, with so many letters between at most.
    pub(super) const fn is_within(self, distance_max: usize) -> bool {
        self.distance <= distance_max && !self.is_apart
    }
}

impl Topic {
    /// Whether the number is nobody's secret.
    pub(super) const fn is_harmless(self) -> bool {
        matches!(self, Self::Identifier | Self::Amount)
    }
}

/// Letters looked at before a number.
const BEFORE: usize = 80;
/// Letters looked at after a number.
const AFTER: usize = 24;
/// Letters that may lie between a number and the word that makes it an order's or an amount.
pub(super) const NEAR_HARMLESS: usize = 12;
/// The longest word that is written short with a full stop, as in `ref.`.
const ABBREVIATED: usize = 4;

/// In lower case, with everything but letters and digits as one space.
#[rustfmt::skip]
const WORDS: [(&str, Topic); 96] = [
    ("card", Topic::Card), ("visa", Topic::Card), ("mastercard", Topic::Card), ("amex", Topic::Card), ("pan", Topic::Card),
    ("maestro", Topic::Card), ("discover", Topic::Card), ("cc", Topic::Card),
    ("ssn", Topic::Ssn), ("social security", Topic::Ssn), ("social security number", Topic::Ssn), ("social", Topic::Ssn),
    ("social security no", Topic::Ssn), ("soc sec", Topic::Ssn), ("tax id", Topic::Ssn), ("taxpayer id", Topic::Ssn), ("tin", Topic::Ssn),
    ("sort code", Topic::SortCode), ("sortcode", Topic::SortCode), ("sort", Topic::SortCode), ("s c", Topic::SortCode),
    ("sc", Topic::SortCode), ("ac", Topic::Account), ("ss", Topic::Ssn), ("itin", Topic::Ssn),
    ("account", Topic::Account), ("account number", Topic::Account), ("account no", Topic::Account), ("acct", Topic::Account),
    ("acc", Topic::Account), ("acc no", Topic::Account), ("acct no", Topic::Account), ("a c", Topic::Account), ("acc number", Topic::Account),
    ("bank details", Topic::Account), ("bank account", Topic::Account), ("pay to", Topic::Account),
    ("transfer to", Topic::Account), ("send to", Topic::Account),
    ("phone", Topic::Phone), ("phone number", Topic::Phone), ("telephone", Topic::Phone), ("tel", Topic::Phone), ("mobile", Topic::Phone),
    ("mobile number", Topic::Phone), ("cell", Topic::Phone), ("cellphone", Topic::Phone), ("call", Topic::Phone), ("call me", Topic::Phone),
    ("text me", Topic::Phone), ("reach me", Topic::Phone), ("ring me", Topic::Phone), ("whatsapp", Topic::Phone), ("sms", Topic::Phone),
    ("fax", Topic::Phone), ("dial", Topic::Phone), ("contact number", Topic::Phone), ("contact me", Topic::Phone), ("landline", Topic::Phone),
    ("handset", Topic::Phone), ("telephone number", Topic::Phone), ("cell number", Topic::Phone),
    ("cvv", Topic::SecurityCode), ("cvv2", Topic::SecurityCode), ("cvc", Topic::SecurityCode), ("cvc2", Topic::SecurityCode),
    ("cv2", Topic::SecurityCode), ("csc", Topic::SecurityCode), ("security code", Topic::SecurityCode), ("security number", Topic::SecurityCode),
    ("order", Topic::Identifier), ("order number", Topic::Identifier), ("ref", Topic::Identifier), ("reference", Topic::Identifier),
    ("transaction", Topic::Identifier), ("transaction id", Topic::Identifier), ("invoice", Topic::Identifier), ("tracking", Topic::Identifier),
    ("ticket", Topic::Identifier), ("case", Topic::Identifier), ("payment", Topic::Amount), ("payment id", Topic::Identifier),
    ("amount", Topic::Amount), ("charged", Topic::Amount), ("paid", Topic::Amount), ("confirmation", Topic::Identifier),
    ("booking", Topic::Identifier), ("tx", Topic::Identifier), ("txn", Topic::Identifier), ("id", Topic::Identifier), ("date", Topic::Identifier),
    ("code", Topic::Identifier), ("model", Topic::Identifier), ("serial", Topic::Identifier), ("number of", Topic::Amount), ("balance", Topic::Amount),
];

/// The nearest telling word before the letter at `at`; of two that end together, the longer.
pub(super) fn before(letters: &[Letter], at: usize) -> Option<Hint> {
    let from = at.saturating_sub(BEFORE);
    let length = letters.part(from..at).iter().rev().take_while(|letter| !ends_reach(**letter)).count();
    // A word that the window cuts is not taken for a shorter one.
    let outside = from.checked_sub(1).and_then(|at| letters.get(at));
    let is_cut = length == BEFORE && outside.is_some_and(|letter| letter.is_word());
    let text = words(letters.part(at - length..at), is_cut);
    let padded = text.len();
    WORDS
        .iter()
        .filter_map(|(word, topic)| {
            let end = last_word(&text, word)?;
            // A full stop after a short word makes an abbreviation of it.
            let ends = |byte: &u8| *byte == b'!' || (*byte == b'.' && word.len() > ABBREVIATED);
            let is_apart = text.as_bytes().part(end..).iter().any(ends);
            Some((Hint { topic: *topic, distance: padded - end, is_apart }, word.len()))
        })
        .min_by_key(|(hint, len)| (hint.distance, usize::MAX - len))
        .map(|(hint, _)| hint)
}

/// The nearest telling word after the letter at `at`.
pub(super) fn after(letters: &[Letter], at: usize) -> Option<Hint> {
    let rest = letters.get(at + 1..).unwrap_or_default();
    let near: Vec<Letter> = rest.iter().take(AFTER).take_while(|letter| !ends_reach(**letter)).copied().collect();
    let text = words(&near, false);
    WORDS
        .iter()
        .filter_map(|(word, topic)| {
            let start =
                text.match_indices(word).map(|(start, _)| start).find(|start| is_whole(&text, *start, word.len()))?;
            Some((Hint { topic: *topic, distance: start, is_apart: false }, word.len()))
        })
        .min_by_key(|(hint, len)| (hint.distance, usize::MAX - len))
        .map(|(hint, _)| hint)
}

/// The word that runs into a number without a space, as in `tx-1001` and `ssn-123...`; `None` where the number
/// begins a word of its own or was disguised to run into one.
pub(super) fn glued_word(letters: &[Letter], first: usize) -> Option<String> {
    if letters.get(first).is_some_and(|letter| letter.is_disguised()) {
        return None;
    }
    let is_joint = |letter: &Letter| matches!(letter.glyph, '-' | '_');
    let mut word: String = letters
        .part(..first)
        .iter()
        .rev()
        .take(BEFORE)
        .skip_while(|letter| is_joint(letter))
        .map_while(|letter| (letter.is_word() && letter.digit().is_none()).then(|| letter.glyph.to_ascii_lowercase()))
        .collect();
    if word.is_empty() {
        return None;
    }
    word = word.chars().rev().collect();
    Some(word)
}

/// What a single word says.
pub(super) fn topic_of(word: &str) -> Option<Topic> {
    WORDS.iter().find(|(known, _)| *known == word).map(|(_, topic)| *topic)
}

fn ends_reach(letter: Letter) -> bool {
    letter.glyph == OPAQUE || letter.digit().is_some()
}

/// The words of some letters, one character between each two: `!` and `.` where a sentence may end, or a space; ASCII
/// throughout, so that bytes are letters.
fn words(letters: &[Letter], is_cut: bool) -> String {
    let mut text = String::with_capacity(letters.len() + 2);
    text.push(if is_cut { '?' } else { ' ' });
    for letter in letters {
        let glyph = letter.glyph.to_ascii_lowercase();
        if glyph.is_ascii_alphanumeric() {
            text.push(glyph);
            continue;
        }
        if letter.is_word() {
            // A letter of another script is part of a word, which none of ours can then be.
            text.push('?');
            continue;
        }
        let gap = match glyph {
            '?' | '!' => '!',
            '.' => '.',
            _ => ' ',
        };
        match text.pop() {
            Some('!') => text.push('!'),
            Some('.') => text.push(if gap == '!' { gap } else { '.' }),
            Some(' ') => text.push(gap),
            Some(last) => text.extend([last, gap]),
            None => text.push(gap),
        }
    }
    text
}

fn last_word(text: &str, word: &str) -> Option<usize> {
    text.rmatch_indices(word).find(|(start, _)| is_whole(text, *start, word.len())).map(|(start, _)| start + word.len())
}

/// Whether a match is a word of its own; a plural counts.
fn is_whole(text: &str, start: usize, len: usize) -> bool {
    let bytes = text.as_bytes();
    let is_gap =
        |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_none_or(|byte| matches!(byte, b' ' | b'!' | b'.'));
    let end = start + len;
    is_gap(start.checked_sub(1)) && (is_gap(Some(end)) || (bytes.get(end) == Some(&b's') && is_gap(Some(end + 1))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pii::normal::normalise;

    fn hint_before(text: &str) -> Option<Topic> {
        let letters = normalise(text);
        before(&letters, letters.len()).map(|hint| hint.topic)
    }

    #[test]
    fn the_nearest_word_decides() {
        for (text, topic) in [
            ("call me about order ", Some(Topic::Identifier)),
            ("my order is late, call ", Some(Topic::Phone)),
            ("sort code: ", Some(Topic::SortCode)),
            ("the code: ", Some(Topic::Identifier)),
            ("SSN#", Some(Topic::Ssn)),
            ("a/c ", Some(Topic::Account)),
            ("accounts ", Some(Topic::Account)),
            ("discard ", None),
            ("phone 7 and ", None),
            ("phone; i thought about it for a very long time, and then for longer still, until ", None),
            ("", None),
        ] {
            assert_eq!(hint_before(text), topic, "{text}");
        }
    }

    #[test]
    fn a_word_may_follow() {
        let letters = normalise("1 is my ssn, not a phone");
        assert_eq!(after(&letters, 0), Some(Hint { topic: Topic::Ssn, distance: 7, is_apart: false }));
        assert_eq!(after(&letters, letters.len() - 1), None);
    }

    #[test]
    fn a_glued_word_is_seen_unless_it_was_glued_by_a_disguise() {
        let word = |text: &str| {
            let letters = normalise(text);
            glued_word(&letters, letters.iter().position(|letter| letter.digit().is_some()).unwrap())
        };
        assert_eq!(word("see tx-1001"), Some("tx".to_owned()));
        assert_eq!(word("AB_1"), Some("ab".to_owned()));
        assert_eq!(word("see 1001"), None);
        assert_eq!(word("see\u{200B}1001"), None);
        assert_eq!(word("- 1"), None);
    }
}
