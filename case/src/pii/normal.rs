//! Normalised text that remembers where each letter stood: compatibility forms folded, accents and invisible
//! characters dropped, every digit and dash and space made plain. It refuses to change the text itself.

use super::{Kind, Span};
use crate::part::Part as _;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// One normalised letter and the bytes of the original that it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) glyph: char,
    pub(super) start: usize,
    /// Invisible characters that follow belong to the letter, so that they vanish with it.
    pub(super) end: usize,
    /// It was written in another form, such as a full-width digit.
    folded: bool,
    /// Invisible characters stood between it and the letter before.
    split: bool,
    /// It is a space, and a line ends there.
    breaks: bool,
}

impl Letter {
    /// Whether somebody took pains to make the letter unlike itself.
    pub(super) const fn is_disguised(self) -> bool {
        self.folded || self.split
    }

    /// Whether it is white space in which a line ends.
    pub(super) const fn ends_line(self) -> bool {
        self.breaks
    }

    pub(super) fn digit(self) -> Option<u8> {
        self.glyph.is_ascii_digit().then(|| self.glyph as u8 - b'0')
    }

    pub(super) fn is_word(self) -> bool {
        self.glyph.is_alphanumeric()
    }
}

/// Stands for something already found: no part of a word or number, and nothing can be read across it. It is a
/// noncharacter, and input that holds it loses it as invisible.
pub(super) const OPAQUE: char = '\u{10FFFF}';

/// Most digits of an ordinal in a token; with more it might be a card number in disguise.
const ORDINAL_DIGITS: usize = 6;

/// Normalises a text. White space of any length becomes one space.
pub(super) fn normalise(text: &str) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::with_capacity(text.len());
    let mut split = false;
    for (start, original) in text.char_indices() {
        let end = start + original.len_utf8();
        let mut visible = false;
        let mut push = |glyph: char| {
            let Some(glyph) = fold(glyph) else { return };
            visible = true;
            let breaks = matches!(original, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
            if glyph == ' '
                && let Some(last) = letters.last_mut().filter(|last| last.glyph == ' ')
            {
                last.end = end;
                last.breaks |= breaks;
                return;
            }
            letters.push(Letter { glyph, start, end, folded: glyph != original && glyph != ' ', split, breaks });
            split = false;
        };
        if original.is_ascii() {
            push(original);
        } else {
            decompose_compatible(original, &mut push);
        }
        if !visible {
            split = true;
            if let Some(last) = letters.last_mut() {
                last.end = end;
            }
        }
    }
    letters
}

/// The plain form of one character after compatibility decomposition; `None` for what cannot be seen.
fn fold(glyph: char) -> Option<char> {
    if glyph.is_ascii() {
        return match glyph {
            '\t'..='\r' => Some(' '),
            glyph if glyph.is_ascii_control() => None,
            glyph => Some(glyph),
        };
    }
    if glyph.is_whitespace() || glyph == '\u{2800}' {
        return Some(' ');
    }
    if is_invisible(glyph) {
        return None;
    }
    Some(match glyph {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '\u{02D7}' | '\u{2E3A}' | '\u{2E3B}' | '\u{058A}' => '-',
        '\u{00B7}' | '\u{2022}' | '\u{2219}' | '\u{22C5}' | '\u{30FB}' | '\u{3002}' | '\u{FF61}' => '.',
        '\u{2044}' | '\u{2215}' => '/',
        glyph => foreign_digit(glyph).unwrap_or(glyph),
    })
}

/// Format characters, fillers, variation selectors, combining marks, controls and noncharacters: they can stand
/// between two digits without anybody seeing them.
fn is_invisible(glyph: char) -> bool {
    matches!(glyph,
        '\u{0080}'..='\u{009F}' | '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FDD0}'..='\u{FDEF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFC}'
        | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
        || (glyph as u32) & 0xFFFE == 0xFFFE
        || is_combining_mark(glyph)
}

/// The decimal digits of other scripts (Unicode category Nd) that compatibility forms do not cover, by their zeros.
#[rustfmt::skip]
const ZEROS: [u32; 58] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0,
    0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0,
    0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0,
    0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1E140, 0x1E2F0, 0x1E950,
];

/// The ones of the circled digits (negative, double, sans-serif) that compatibility forms leave alone.
const CIRCLED_ONES: [u32; 4] = [0x24F5, 0x2776, 0x2780, 0x278A];

fn foreign_digit(glyph: char) -> Option<char> {
    let code = u32::from(glyph);
    let after_zero =
        ZEROS.partition_point(|zero| *zero <= code).checked_sub(1).and_then(|at| ZEROS.get(at)).map(|zero| code - zero);
    let value = after_zero.filter(|value| *value <= 9).or_else(|| {
        let one = CIRCLED_ONES.into_iter().find(|one| (*one..*one + 9).contains(&code))?;
        Some(code - one + 1)
    });
    value.and_then(|value| char::from_digit(value, 10))
}

/// The text with letters that look like digits read as those, where they stand among digits; `None` where there are none.
pub(super) fn with_look_alikes(letters: &[Letter]) -> Option<Vec<Letter>> {
    let mut read: Option<Vec<Letter>> = None;
    let mut at = 0;
    // What the piece before was, if it is near enough to belong to the same number.
    let mut follows_digits = false;
    while at < letters.len() {
        let len = letters.part(at..).iter().take_while(|letter| letter.is_word()).count();
        if len == 0 {
            at += 1;
            continue;
        }
        let word = letters.part(at..at + len);
        let digits = word.iter().filter(|letter| letter.digit().is_some()).count();
        let is_alike = word.iter().all(|letter| letter.digit().is_some() || look_alike_of(letter.glyph).is_some());
        // A group without any digit follows one that has some; a small word such as "so" needs another behind it.
        let has_capital = || word.iter().any(|letter| letter.glyph.is_uppercase());
        let stands_between =
            || digits == 0 && len <= GROUP && follows_digits && (has_capital() || precedes_digits(letters, at + len));
        if is_alike && digits < len && (digits > 0 || stands_between()) {
            let read = read.get_or_insert_with(|| letters.to_vec());
            for letter in read.iter_mut().skip(at).take(len) {
                if let Some(digit) = look_alike_of(letter.glyph) {
                    (letter.glyph, letter.folded) = (digit, true);
                }
            }
        }
        follows_digits = is_alike && (digits > 0 || follows_digits);
        at += len;
    }
    read
}

/// The most letters of a group that holds no digit.
const GROUP: usize = 5;

/// Whether the next word, after one mark or space, is near to a digit.
fn precedes_digits(letters: &[Letter], end: usize) -> bool {
    let next = letters.part((end + 1).min(letters.len())..).iter().take(GROUP);
    next.take_while(|letter| letter.is_word()).any(|letter| letter.digit().is_some())
}

/// The digit that a letter may be written for.
pub(super) const fn look_alike_of(glyph: char) -> Option<char> {
    match glyph {
        'O' | 'o' | 'Q' | '\u{39F}' | '\u{3BF}' | '\u{41E}' | '\u{43E}' => Some('0'),
        'I' | 'l' | 'i' | '\u{399}' | '\u{406}' | '\u{456}' | '\u{4C0}' => Some('1'),
        'Z' | 'z' => Some('2'),
        '\u{417}' | '\u{437}' => Some('3'),
        'S' | 's' | '\u{405}' | '\u{455}' => Some('5'),
        'B' => Some('8'),
        _ => None,
    }
}

/// The glyphs of a number that was found, with the letters in it that look like digits read as those. A word that
/// holds any other letter is none of the number's.
pub(super) fn as_number(letters: &[Letter]) -> Vec<char> {
    let digit =
        |letter: &Letter| if letter.digit().is_some() { Some(letter.glyph) } else { look_alike_of(letter.glyph) };
    let pieces = letters.chunk_by(|one, next| one.is_word() == next.is_word());
    let read = pieces.flat_map(|piece| {
        let is_alike = piece.iter().all(|letter| digit(letter).is_some());
        piece.iter().map(move |letter| digit(letter).filter(|_| is_alike).unwrap_or(letter.glyph))
    });
    read.collect()
}

/// A piece of text that reads as a token such as `[card:1]`, by the indices of its brackets.
pub(super) struct LookAlike {
    pub(super) open: usize,
    pub(super) close: usize,
    pub(super) kind: Kind,
    /// `None` where the number is too long to be an ordinal.
    pub(super) ordinal: Option<u32>,
}

/// Finds what reads as a token, with white space in it, in capitals or in another script as well.
pub(super) fn look_alikes(letters: &[Letter]) -> Vec<LookAlike> {
    let opening = letters.iter().enumerate().filter(|(_, letter)| letter.glyph == '[');
    opening.filter_map(|(open, _)| look_alike(letters, open)).collect()
}

fn look_alike(letters: &[Letter], open: usize) -> Option<LookAlike> {
    let glyph = |at: usize| letters.get(at).map(|letter| letter.glyph);
    let skip_space = |at: usize| if glyph(at) == Some(' ') { at + 1 } else { at };
    let mut at = skip_space(open + 1);
    let mut name = String::new();
    // No kind's name is longer than this.
    while let Some(letter) = glyph(at).filter(|letter| letter.is_ascii_alphabetic() && name.len() < 16) {
        name.push(letter.to_ascii_lowercase());
        at += 1;
    }
    let kind = Kind::from_name(&name)?;
    at = skip_space(at);
    if glyph(at) != Some(':') {
        return None;
    }
    at = skip_space(at + 1);
    let digits: String =
        letters.part(at..).iter().map_while(|letter| letter.digit()).map(|digit| char::from(digit + b'0')).collect();
    let close = skip_space(at + digits.len());
    if digits.is_empty() || glyph(close) != Some(']') {
        return None;
    }
    let ordinal = if digits.len() <= ORDINAL_DIGITS { digits.parse().ok() } else { None };
    Some(LookAlike { open, close, kind, ordinal })
}

/// Makes tokens opaque: their names and ordinals are no words and numbers of the text.
pub(super) fn hide_tokens(letters: Vec<Letter>) -> Vec<Letter> {
    let tokens: Vec<Span> = look_alikes(&letters)
        .into_iter()
        .filter(|token| token.ordinal.is_some())
        .filter_map(|token| {
            let (open, close) = (letters.get(token.open)?, letters.get(token.close)?);
            Some(Span { start: open.start, end: close.end, kind: token.kind })
        })
        .collect();
    if tokens.is_empty() { letters } else { hide(letters, &tokens) }
}

/// Replaces what stands in the spans (sorted, not overlapping) by one opaque letter each: exactly what the text would
/// normalise to with tokens in their places.
pub(super) fn hide(letters: Vec<Letter>, spans: &[Span]) -> Vec<Letter> {
    let mut hidden: Vec<Letter> = Vec::with_capacity(letters.len());
    let mut spans = spans.iter().peekable();
    for mut letter in letters {
        while spans.peek().is_some_and(|span| span.end <= letter.start) {
            spans.next();
        }
        let follows_opaque = hidden.last().is_some_and(|last| last.glyph == OPAQUE);
        match spans.peek() {
            Some(span) if span.start <= letter.start => {
                if hidden.last().is_none_or(|last| last.start != span.start || last.glyph != OPAQUE) {
                    hidden.push(Letter {
                        glyph: OPAQUE,
                        start: span.start,
                        end: span.end,
                        folded: false,
                        split: false,
                        breaks: false,
                    });
                }
            }
            _ => {
                letter.split &= !follows_opaque;
                hidden.push(letter);
            }
        }
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        normalise(text).iter().map(|letter| letter.glyph).collect()
    }

    #[test]
    fn every_way_to_write_a_digit_is_that_digit() {
        for (text, expected) in [
            ("４１", "41"),
            ("4\u{200B}1", "41"),
            ("4\u{FE0F}\u{20E3}1\u{FE0F}\u{20E3}", "41"),
            ("𝟒𝟭", "41"),
            ("④①", "41"),
            ("❹➀➊⓵", "4111"),
            ("٤१৪", "414"),
            ("4\u{AD}1\u{2060}2\u{E0041}3\u{0}4", "41234"),
            ("4\u{A0}\u{2003}\n\t1", "4 1"),
            ("4‐1–2—3−4", "4-1-2-3-4"),
            ("4·1•2．3", "4.1.2.3"),
            ("Ｊöhn＠ｘ", "John@x"),
            ("4\u{10FFFF}1\u{FFFC}2", "412"),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }

    #[test]
    fn the_table_of_zeros_is_sorted() {
        assert!(ZEROS.is_sorted());
    }

    #[test]
    fn each_letter_knows_the_bytes_it_came_from() {
        let text = "é①\u{200B}㎏ x";
        for letter in normalise(text) {
            assert!(text.get(letter.start..letter.end).is_some_and(|piece| !piece.is_empty()), "{letter:?}");
        }
        let letters = normalise("1\u{200B}2");
        assert_eq!((letters[0].end, letters[1].start, letters[1].is_disguised()), (4, 4, true));
    }

    #[test]
    fn a_token_is_recognised_in_every_disguise_and_nothing_else_is() {
        for text in ["[card:1]", "[ Card : 12 ]", "［ｃａｒｄ：１］", "[ca\u{200B}rd:1]", "[[card:1]"] {
            assert_eq!(look_alikes(&normalise(text)).len(), 1, "{text}");
        }
        for text in ["[card]", "[card:]", "[card:x]", "[cart:1]", "(card:1)", "[card:1", "[", "[card", "[card:", "[:1]"]
        {
            assert_eq!(look_alikes(&normalise(text)).len(), 0, "{text}");
        }
        assert_eq!(look_alikes(&normalise("[card:4111111111111111]"))[0].ordinal, None);
    }

    #[test]
    fn a_hidden_piece_leaves_what_its_token_would() {
        let plain = |letters: Vec<Letter>| {
            letters.iter().map(|letter| (letter.glyph, letter.is_disguised())).collect::<Vec<_>>()
        };
        let letters = normalise("ab\u{200B}1 x");
        let span = Span { start: 0, end: letters[1].end, kind: Kind::Card };
        assert_eq!(plain(hide(letters, &[span])), plain(hide_tokens(normalise("[card:1]1 x"))));
    }
}
