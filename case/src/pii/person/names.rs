//! The customer's name: its parts in any order and case, with or without accents, apart or together, short forms and
//! initials beside them. A part that is an ordinary word counts only where it is plainly a name.

use super::{
    familiar::{ANNOUNCED_BY, CALENDAR, PARTICLES, SHORT_FORMS, TITLES, WORDS},
    plain::{Plain, folded, is_border, is_near, walk},
};
use crate::alphabet;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization as _;

/// Most parts of a name that are looked for.
const PARTS: usize = 12;
/// From how many letters on a part may be broken by one space.
const BREAKABLE: usize = 6;

/// A name to be looked for.
#[derive(Clone, Default)]
pub(super) struct Names {
    parts: Vec<Part>,
    /// The first and last parts as one word, in both orders, and all of them.
    whole: Vec<String>,
}

/// One part of a name.
#[derive(Clone)]
struct Part {
    spellings: Vec<String>,
    initial: char,
}

/// What was found of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// A part that is no ordinary word.
    Name,
    /// A part that is an ordinary word; which part it is.
    Word(usize),
    /// A particle such as `van`, or an initial.
    Little,
}

#[derive(Clone, Debug)]
struct Hit {
    range: Range<usize>,
    weight: Weight,
}

impl Names {
    /// Reads a whole name.
    pub(super) fn read(name: &str) -> Self {
        let words = words_of(&folded(name));
        // Umlauts are written with one letter or with two.
        let spelt: String =
            name.nfc().map(|glyph| alphabet::in_two(glyph).map_or_else(|| glyph.to_string(), str::to_owned)).collect();
        let spelt = words_of(&folded(&spelt));
        let parts = words.iter().enumerate().filter_map(|(at, word)| Part::of(word, spelt.get(at)));
        let parts = parts.collect();
        let mut whole = Vec::new();
        if let (Some(first), Some(last)) = (words.first(), words.last())
            && words.len() > 1
        {
            whole = vec![words.concat(), format!("{first}{last}"), format!("{last}{first}")];
        }
        Self { parts, whole }
    }

    /// Whether there is nothing to look for.
    pub(super) const fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Where the name, or a part of it, stands.
    pub(super) fn find(&self, text: &[Plain]) -> Vec<Range<usize>> {
        if self.is_empty() {
            return Vec::new();
        }
        let hits = self.hits(text);
        let mut found = Vec::new();
        let mut rest = hits.as_slice();
        while let Some(first) = rest.first() {
            let beside = rest.windows(2).take_while(|pair| match pair {
                [one, next] => belongs(text, one, next),
                _ => false,
            });
            let len = 1 + beside.count();
            let (group, after) = rest.split_at(len.min(rest.len()));
            if is_name(text, group) {
                let end = group.last().map_or(first.range.end, |last| last.range.end);
                found.push(first.range.start..end);
            }
            rest = after;
        }
        found
    }

    /// Every part, particle and initial, in the text's order.
    fn hits(&self, text: &[Plain]) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let hit = if is_border(text, at) { self.hit_at(text, at) } else { None };
            at = hit.as_ref().map_or(at + 1, |hit| hit.range.end);
            hits.extend(hit);
        }
        hits
    }

    /// The longest hit that begins here.
    fn hit_at(&self, text: &[Plain], at: usize) -> Option<Hit> {
        if !text.get(at)?.glyph.is_alphabetic() {
            return None;
        }
        let ends_well = |end: usize| is_border(text, end);
        let is_ordinary =
            self.parts.iter().all(|part| part.spellings.iter().all(|name| WORDS.contains(&name.as_str())));
        let whole = self.whole.iter().filter_map(|whole| {
            let walk = walk(text, at, whole).filter(|walk| ends_well(walk.end))?;
            // Ordinary words side by side are looked at one by one.
            (!is_ordinary || walk.gaps == 0 || walk.gaps + 1 == whole.chars().count()).then_some(walk)
        });
        let whole = whole.map(|walk| Hit { range: at..walk.end, weight: Weight::Name });
        let parts = self.parts.iter().enumerate().flat_map(|(part, known)| {
            known.spellings.iter().filter_map(move |spelling| {
                let walk = walk(text, at, spelling)?;
                let letters = spelling.chars().count();
                let is_spread = walk.gaps + 1 == letters && letters > 2;
                let is_broken = letters >= BREAKABLE && walk.gaps == 1;
                let is_marked = walk.spaces == 0 && letters > 3;
                let is_one = walk.gaps == 0 || is_spread || is_broken || is_marked;
                let weight = weight(spelling, part, text.get(at)?.is_capital);
                (is_one && is_border(text, walk.end)).then_some(Hit { range: at..walk.end, weight })
            })
        });
        whole.chain(parts).max_by_key(|hit| hit.range.end).or_else(|| self.initial_at(text, at))
    }

    /// A capital on its own that begins a part of the name; the pronoun needs its full stop.
    fn initial_at(&self, text: &[Plain], at: usize) -> Option<Hit> {
        let letter = text.get(at)?;
        let has_stop = text.get(at + 1).is_some_and(|next| next.glyph == '.');
        let is_initial = letter.is_capital
            && is_border(text, at + 1)
            && (has_stop || letter.glyph != 'i')
            && self.parts.iter().any(|part| part.initial == letter.glyph);
        is_initial.then_some(Hit { range: at..at + 1, weight: Weight::Little })
    }
}

impl Part {
    fn of(word: &str, spelt: Option<&String>) -> Option<Self> {
        let initial = word.chars().next()?;
        let mut spellings = vec![word.to_owned()];
        spellings.extend(spelt.filter(|spelt| *spelt != word).cloned());
        for (two, one) in [("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a")] {
            if word.contains(two) {
                spellings.push(word.replace(two, one));
            }
        }
        if let Some((_, short)) = SHORT_FORMS.iter().find(|(name, _)| *name == word) {
            spellings.extend(short.iter().map(|name| (*name).to_owned()));
        }
        // One letter alone is an initial.
        spellings.retain(|spelling| spelling.chars().nth(1).is_some() || !spelling.is_ascii());
        Some(Self { spellings, initial })
    }
}

/// The words of a name without titles; an apostrophe divides none.
fn words_of(folded: &str) -> Vec<String> {
    let joined: String = folded.chars().filter(|glyph| !matches!(glyph, '\'' | '\u{2019}' | '`')).collect();
    let words = joined.split(|glyph: char| !glyph.is_alphabetic());
    words.filter(|word| !word.is_empty() && !TITLES.contains(word)).take(PARTS).map(str::to_owned).collect()
}

/// How much a spelling of a part says for itself.
fn weight(spelling: &str, part: usize, is_capital: bool) -> Weight {
    if PARTICLES.contains(&spelling) {
        return Weight::Little;
    }
    let is_short = spelling.is_ascii() && spelling.len() < 3;
    if WORDS.contains(&spelling) || (is_short && !is_capital) { Weight::Word(part) } else { Weight::Name }
}

/// Whether two hits are one name: side by side, or with one other word with a capital between them.
fn belongs(text: &[Plain], one: &Hit, next: &Hit) -> bool {
    let (end, start) = (one.range.end, next.range.start);
    let gap = text.get(end..start).unwrap_or_default();
    let ends_sentence = |gap: &[Plain]| gap.iter().any(|plain| matches!(plain.glyph, '?' | '!' | ';' | '('));
    if is_near(text, end, start) {
        // A sentence may end after a name, and the next begin with what could be an initial.
        let is_new = next.weight == Weight::Little && gap.iter().any(|plain| plain.glyph == '.') && one.range.len() > 1;
        return !ends_sentence(gap) && !is_new;
    }
    let between: Vec<usize> = (end..start).filter(|at| text.get(*at).is_some_and(|plain| plain.is_word())).collect();
    let (Some(first), Some(last)) = (between.first(), between.last()) else { return false };
    let is_one_word = last - first + 1 == between.len();
    let has_capital = text.get(*first).is_some_and(|plain| plain.is_capital && plain.glyph.is_alphabetic());
    let are_parts = one.weight != Weight::Little && next.weight != Weight::Little;
    is_one_word
        && has_capital
        && are_parts
        && gap.len() <= 16
        && gap.iter().all(|plain| plain.is_word() || matches!(plain.glyph, ' ' | '-' | '.'))
}

/// Whether what stands together is a name.
fn is_name(text: &[Plain], group: &[Hit]) -> bool {
    let mut before: Option<(usize, &Hit)> = None;
    for hit in group {
        let part = match hit.weight {
            Weight::Name => return true,
            Weight::Little => continue,
            Weight::Word(_) if is_plainly_a_name(text, hit) => return true,
            Weight::Word(part) => part,
        };
        // Two ordinary words are a name in its order, or turned round with a comma: "the price will rise".
        if let Some((first, at)) = before {
            let gap = text.get(at.range.end..hit.range.start).unwrap_or_default();
            if first < part || (first > part && gap.iter().any(|plain| plain.glyph == ',')) {
                return true;
            }
        }
        before = Some((part, hit));
    }
    false
}

/// Whether an ordinary word is a name where it stands: after a title or an introduction, or with a capital in the middle
/// of a sentence in small letters.
fn is_plainly_a_name(text: &[Plain], hit: &Hit) -> bool {
    let before: String =
        text.get(..hit.range.start).unwrap_or_default().iter().rev().take(16).map(|plain| plain.glyph).collect();
    let before: String = before.chars().rev().collect();
    let said = before.trim_end_matches(|glyph: char| !glyph.is_alphanumeric());
    let ends_with = |word: &&str| said.strip_suffix(*word).is_some_and(|rest| !rest.ends_with(char::is_alphanumeric));
    let word = text.get(hit.range.clone()).unwrap_or_default();
    let is_capital = word.first().is_some_and(|plain| plain.is_capital);
    if TITLES.iter().any(ends_with) || (is_capital && ANNOUNCED_BY.iter().any(ends_with)) {
        return true;
    }
    let is_only_first = is_capital && !word.iter().skip(1).any(|plain| plain.is_capital);
    let name: String = word.iter().map(|plain| plain.glyph).collect();
    let is_inside = before.ends_with(' ') && said.len() + 1 == before.len() && !said.is_empty();
    is_only_first && is_inside && !CALENDAR.contains(&name.as_str())
}
