//! A text in small letters without accents, and patterns that are walked along it. It refuses to know what they mean.

use crate::alphabet;
use crate::pii::normal::{Letter, OPAQUE, normalise};

/// Most characters that are no letters between two letters of one pattern.
const GAP: usize = 3;

/// One plain character and the letter that it came from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain {
    pub(super) glyph: char,
    /// The place of its letter.
    pub(super) at: usize,
    pub(super) is_capital: bool,
}

impl Plain {
    pub(super) fn is_word(self) -> bool {
        self.glyph.is_alphanumeric()
    }

    /// Whether words may stand beside each other without anything between them.
    fn is_ideograph(self) -> bool {
        matches!(self.glyph, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
    }
}

/// Small letters without accents; what is written as two letters elsewhere is two.
pub(super) fn plain(normal: &[Letter]) -> Vec<Plain> {
    let mut text = Vec::with_capacity(normal.len());
    for (at, letter) in normal.iter().enumerate() {
        let is_capital = letter.glyph.is_uppercase();
        let mut push = |glyph: char| text.push(Plain { glyph, at, is_capital });
        match alphabet::base(letter.glyph) {
            Some(glyphs) => glyphs.chars().for_each(push),
            None => letter.glyph.to_lowercase().filter(|glyph| !is_accent(*glyph)).for_each(&mut push),
        }
    }
    text
}

/// A text in plain characters.
pub(super) fn folded(text: &str) -> String {
    plain(&normalise(text)).iter().map(|plain| plain.glyph).collect()
}

/// The dot that a Turkish capital leaves behind in small letters.
const fn is_accent(glyph: char) -> bool {
    glyph == '\u{307}'
}

/// How a pattern stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Walk {
    /// Where it ends.
    pub(super) end: usize,
    /// Between how many of its letters something else stands, and between how many of them a space.
    pub(super) gaps: usize,
    pub(super) spaces: usize,
}

/// Walks a pattern along a text from a place on; other characters may stand between its letters.
pub(super) fn walk(text: &[Plain], from: usize, pattern: &str) -> Option<Walk> {
    let mut walk = Walk { end: from, gaps: 0, spaces: 0 };
    for (place, wanted) in pattern.chars().enumerate() {
        if place > 0 {
            let rest = text.get(walk.end..)?.iter().take(GAP + 1);
            let skipped = rest.take_while(|plain| !plain.is_word() && plain.glyph != OPAQUE);
            let (mut len, mut has_space) = (0, false);
            for plain in skipped {
                len += 1;
                has_space |= plain.glyph == ' ';
            }
            if len > GAP {
                return None;
            }
            walk.gaps += usize::from(len > 0);
            walk.spaces += usize::from(has_space);
            walk.end += len;
        }
        if text.get(walk.end)?.glyph != wanted {
            return None;
        }
        walk.end += 1;
    }
    (walk.end > from).then_some(walk)
}

/// Whether a word can begin or end between two places, as far as letters go: digits beside a name are none of it.
pub(super) fn is_border(text: &[Plain], at: usize) -> bool {
    let (before, after) = (at.checked_sub(1).and_then(|at| text.get(at)), text.get(at));
    let (Some(before), Some(after)) = (before, after) else { return true };
    !before.glyph.is_alphabetic() || !after.glyph.is_alphabetic() || before.is_ideograph() || after.is_ideograph()
}

/// Whether two places are near enough for what ends and begins there to belong together: at most [`GAP`] characters that
/// are no words.
pub(super) fn is_near(text: &[Plain], end: usize, start: usize) -> bool {
    let gap = text.get(end..start).unwrap_or_default();
    end <= start && gap.len() <= GAP && gap.iter().all(|plain| !plain.is_word() && plain.glyph != OPAQUE)
}
