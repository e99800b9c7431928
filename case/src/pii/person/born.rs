//! The customer's date of birth, as dates are written. A day without its year is anybody's.

use super::plain::Plain;
use crate::identity::dates;
use jiff::civil::Date;
use std::ops::Range;

/// Most words of a date: `the 3rd of May of 1990`.
const WORDS: usize = 7;
/// Most characters of a date.
const LONGEST: usize = 32;

/// Where one of these days stands.
pub(super) fn find(text: &[Plain], born: &[Date]) -> Vec<Range<usize>> {
    if born.is_empty() {
        return Vec::new();
    }
    let words = words_of(text);
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if found.last().is_some_and(|last| word.start < last.end) {
            continue;
        }
        let has_digit = |range: &Range<usize>| {
            text.get(range.clone()).unwrap_or_default().iter().any(|plain| plain.glyph.is_ascii_digit())
        };
        let begins = has_digit(word) || words.get(at + 1).is_some_and(has_digit);
        let ends = words.iter().skip(at).take(WORDS).map(|last| last.end).filter(|_| begins);
        let mut ends = ends.take_while(|end| end - word.start <= LONGEST);
        let is_born = |end: &usize| {
            let piece: String =
                text.get(word.start..*end).unwrap_or_default().iter().map(|plain| plain.glyph).collect();
            dates::readings(&piece).iter().any(|day| born.contains(day))
        };
        found.extend(ends.find(is_born).map(|end| word.start..end));
    }
    found
}

/// Runs of letters and digits.
fn words_of(text: &[Plain]) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let len = text.get(at..).unwrap_or_default().iter().take_while(|plain| plain.is_word()).count();
        if len > 0 {
            words.push(at..at + len);
        }
        at += len.max(1);
    }
    words
}
