//! Finds labels, phrases and the values behind them. A value ends with its line, or where the next label begins.

use std::ops::Range;

use super::{
    labels::{LINKS, Link, NUMBERED, OTHERS, PARTICLES, PHRASES, TOPICS, What, what},
    lines, said,
};
use crate::{
    identity::{dates, plain},
    part::Part as _,
};

/// A value, by where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) what: What,
    pub(super) span: Range<usize>,
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// What a customer wrote: labels and sentences.
    Words,
    /// What a document says: labels, also on lines of their own.
    Document,
}

/// Longest label, in bytes.
const LABEL_BYTES: usize = 60;
/// Longest value of a field other than an address, in words.
const WORDS: usize = 8;
/// Longest address, in bytes.
const ADDRESS_BYTES: usize = 200;
/// How much of a text is read behind what announces a value, in bytes: more than any value has. A text that announces
/// thousands is not read to its end for each.
const BEHIND: usize = 2 * ADDRESS_BYTES;
/// Lines that an address below its label may have.
const ADDRESS_LINES: usize = 3;
/// Words between a word that announces a number and the number.
const BETWEEN: usize = 4;

/// Everything that a text says of somebody's identity.
pub(super) fn hits(text: &str, kind: Kind) -> Vec<Hit> {
    let mut hits = labelled(text, kind);
    if kind == Kind::Words {
        for hit in said::hits(text) {
            let apart = |other: &Hit| other.span.end <= hit.span.start || hit.span.end <= other.span.start;
            if hits.iter().all(|other| other.what != hit.what || apart(other)) {
                hits.push(hit);
            }
        }
    }
    once(text, hits)
}

/// The numbers of documents and taxpayers that a text labels.
pub(super) fn numbers(text: &str, kind: Kind) -> Vec<Hit> {
    let hits = labelled(text, kind).into_iter().filter(|hit| matches!(hit.what, What::Number | What::TaxId));
    once(text, hits.collect())
}

/// What stands behind labels and phrases.
fn labelled(text: &str, kind: Kind) -> Vec<Hit> {
    let lines: Vec<Range<usize>> = lines(text).collect();
    let mut hits = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let labels = labels(text, line);
        for (index, label) in labels.iter().enumerate() {
            let end = labels.get(index + 1).map_or(line.end, |next| next.start);
            let below = if text.part(label.value..end).trim().is_empty() {
                below(text, lines.part(at + 1..), label.what)
            } else {
                None
            };
            let mut within = below.unwrap_or(label.value..end);
            if kind == Kind::Words && label.what == What::Name {
                within = before_comma(text, within);
            }
            hits.extend(value(text, label.what, within));
        }
        if kind == Kind::Document && labels.is_empty() && line.len() <= LABEL_BYTES {
            let own = what(text.part(line.clone()));
            let below = own.and_then(|what| below(text, lines.part(at + 1..), what).map(|span| (what, span)));
            hits.extend(below.and_then(|(what, span)| value(text, what, span)));
        }
    }
    if kind == Kind::Words {
        hits.extend(phrases(text));
        hits.extend(announced(text));
    }
    hits
}

/// Each value of a kind once.
fn once(text: &str, hits: Vec<Hit>) -> Vec<Hit> {
    let mut seen: Vec<Hit> = Vec::new();
    for hit in hits {
        if !seen
            .iter()
            .any(|other| other.what == hit.what && text.part(other.span.clone()) == text.part(hit.span.clone()))
        {
            seen.push(hit);
        }
    }
    seen
}

/// The part of a stretch of text that can be a value of that kind.
pub(super) fn value(text: &str, what: What, within: Range<usize>) -> Option<Hit> {
    let span = trim(text, within);
    let span = match what {
        What::Name | What::Nationality | What::Country => name(text, span),
        What::Birth | What::Issued | What::Expiry => date(text, span),
        What::Address => address(text, span),
        What::Number | What::TaxId => number(text, span),
    }?;
    Some(Hit { what, span })
}

struct Label {
    what: What,
    /// Where it begins.
    start: usize,
    /// Where what follows its colon begins.
    value: usize,
}

/// The labels of a line: what stands before a colon, back to the comma or the like before it.
fn labels(text: &str, line: &Range<usize>) -> Vec<Label> {
    let mut labels = Vec::new();
    let mut from = line.start;
    let whole = text.part(line.clone());
    // A line between spaces is one as well: "Name - Kwame Mensah".
    let is_mark = |at: usize, c: char| {
        let dash = matches!(c, '-' | '–')
            && whole.part(..at).ends_with(' ')
            && whole.part(at + c.len_utf8()..).starts_with(' ');
        matches!(c, ':' | '=') || dash
    };
    for (at, mark) in whole.char_indices().filter(|(at, c)| is_mark(*at, *c)) {
        let colon = line.start + at;
        // No further back than the longest label begins, and the two spaces before it.
        let floor = text.ceil_char_boundary(from.max(colon.saturating_sub(LABEL_BYTES + 2)));
        let before = text.part(floor..colon);
        let whole = (floor == from).then_some(0);
        let cut = before.rfind([',', ';', '|', '\t', '(', '.']).map(|cut| cut + 1);
        let near = before.rfind("  ").map(|cut| cut + 2);
        // A short form has a point within the label: "Passport no.: X".
        let starts = [cut.max(near).or(whole), near.or(whole), whole].into_iter().flatten();
        let labelled = |start: usize| {
            let label = before.part(start..);
            Some(label).filter(|label| label.len() <= LABEL_BYTES).and_then(what).map(|what| (start, what))
        };
        if let Some((start, what)) = starts.into_iter().find_map(labelled) {
            labels.push(Label { what, start: floor + start, value: colon + mark.len_utf8() });
            from = colon + mark.len_utf8();
        }
    }
    labels
}

/// The line, or for an address the lines, below a label.
fn below(text: &str, lines: &[Range<usize>], label: What) -> Option<Range<usize>> {
    let first = lines.iter().position(|line| !line.is_empty())?;
    let labelled = |line: &Range<usize>| what(text.part(line.clone())).is_some() || !labels(text, line).is_empty();
    let most = if label == What::Address { ADDRESS_LINES } else { 1 };
    let own: Vec<&Range<usize>> =
        lines.part(first..).iter().take_while(|line| !line.is_empty() && !labelled(line)).take(most).collect();
    Some(own.first()?.start..own.last()?.end)
}

/// What sentences say: "my name is Ada Canaria", "I was born on 1 January 1990".
fn phrases(text: &str) -> Vec<Hit> {
    let small = text.to_ascii_lowercase();
    let mut hits = Vec::new();
    for (phrase, what) in PHRASES {
        for (at, _) in small.match_indices(phrase) {
            let start = at + phrase.len();
            let rest = behind(text, start);
            let stops = [". ", ".\n", "\n", ";", " and ", " und ", " et ", " y ", "!", "?"];
            let end = stops.iter().filter_map(|stop| rest.find(stop)).min().unwrap_or(rest.len());
            let within = start..start + end;
            let within = if what == What::Name { capitals(text, before_comma(text, within)) } else { within };
            hits.extend(value(text, what, within));
        }
    }
    hits
}

/// As much of a text as is read from a place on.
pub(super) fn behind(text: &str, start: usize) -> &str {
    let rest = text.part(start..);
    rest.part(..rest.floor_char_boundary(BEHIND))
}

/// Whether words speak of somebody's identity.
pub(super) fn speaks(text: &str) -> bool {
    words(text).any(|word| TOPICS.contains(&plain(text.part(word)).as_str()))
}

/// In a sentence a name ends with a comma.
fn before_comma(text: &str, within: Range<usize>) -> Range<usize> {
    let trimmed = trim(text, within);
    let end = text.part(trimmed.clone()).find(',').map_or(trimmed.end, |comma| trimmed.start + comma);
    trimmed.start..end
}

/// In a sentence a name is what is written with capitals: "my name is Ada de la Cruz from Leeds".
fn capitals(text: &str, within: Range<usize>) -> Range<usize> {
    let of_name = |word: &Range<usize>| {
        let word = text.part(word.clone());
        word.starts_with(char::is_uppercase) || PARTICLES.contains(&word)
    };
    let words = words(text.part(within.clone())).map(|word| within.start + word.start..within.start + word.end);
    words.take_while(of_name).last().map_or(within.start..within.start, |last| within.start..last.end)
}

/// Numbers that a word announces: "my passport number is C01X00T47".
fn announced(text: &str) -> Vec<Hit> {
    let words: Vec<Range<usize>> = words(text).collect();
    let mut hits = Vec::new();
    let small: Vec<String> = words.iter().map(|word| plain(text.part(word.clone()))).collect();
    for (at, word) in small.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| small.get(before));
        let two = before.map(|before| format!("{before} {word}"));
        let named = |name: &str| name == word || two.as_deref() == Some(name);
        let Some((_, what, link)) = NUMBERED.iter().find(|(name, _, _)| named(name)) else { continue };
        let other = before.is_some_and(|word| OTHERS.contains(&word.as_str()));
        let links = small.part(at + 1..).iter().take(BETWEEN).take_while(|word| LINKS.contains(&word.as_str())).count();
        let Some(next) = words.get(at + 1 + links) else { continue };
        if other || (*link == Link::Needed && links == 0) {
            continue;
        }
        let rest = behind(text, next.start);
        let end = next.start + rest.find(['\n', ',', ';']).unwrap_or(rest.len());
        // A token of the case stands in brackets before its first word.
        let start = if text.part(..next.start).ends_with('[') { next.start - 1 } else { next.start };
        hits.extend(value(text, *what, start..end));
    }
    hits
}

/// Runs of letters and digits.
pub(super) fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text.part(rest..).find(char::is_alphanumeric)?;
        let end = text.part(start..).find(|c: char| !c.is_alphanumeric()).map_or(text.len(), |end| start + end);
        rest = end;
        Some(start..end)
    })
}

pub(super) fn trim(text: &str, span: Range<usize>) -> Range<usize> {
    let idle = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '.' | ':' | '#' | '-' | '"');
    let part = text.part(span.clone());
    let start = span.start + (part.len() - part.trim_start_matches(idle).len());
    let kept = part.trim_matches(idle).len();
    start..start + kept
}

/// Words of letters, up to a line's end or a number.
fn name(text: &str, span: Range<usize>) -> Option<Range<usize>> {
    let part = text.part(span.clone());
    let end =
        part.find(|c: char| c.is_numeric() || matches!(c, '\n' | ';' | '|' | '(' | '[' | '@')).unwrap_or(part.len());
    let span = trim(text, span.start..span.start + end);
    let length = text.part(span.clone()).split_whitespace().count();
    ((1..=WORDS).contains(&length) && text.part(span.clone()).contains(char::is_alphabetic)).then_some(span)
}

/// The longest beginning that is a date.
fn date(text: &str, span: Range<usize>) -> Option<Range<usize>> {
    let part = text.part(span.clone());
    let ends = part.char_indices().filter(|(_, c)| !c.is_alphanumeric()).map(|(at, _)| at).chain([part.len()]);
    let read = ends.take_while(|end| *end <= 40).filter(|end| !dates::readings(part.part(..*end)).is_empty());
    // "1 May 2030, 12 Alder Street" must not become another date by its house number.
    let end = read.last()?;
    Some(trim(text, span.start..span.start + end))
}

fn address(text: &str, span: Range<usize>) -> Option<Range<usize>> {
    let part = text.part(span.clone());
    let several = part.split_whitespace().count() >= 2;
    (several && part.len() <= ADDRESS_BYTES && part.contains(|c: char| c.is_numeric())).then_some(span)
}

/// A number at the beginning: groups of letters and digits, or a token of the case.
fn number(text: &str, span: Range<usize>) -> Option<Range<usize>> {
    let part = text.part(span.clone());
    if let Some(token) = part.strip_prefix('[').and_then(|rest| rest.find(']')) {
        return Some(span.start..span.start + token + 2);
    }
    let mut end = 0;
    for group in part.split_inclusive([' ', '-', '/', '.']) {
        let letters = group.trim_end_matches([' ', '-', '/', '.']);
        let fits = letters.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !letters.is_empty();
        let numeric = letters.bytes().any(|byte| byte.is_ascii_digit());
        let capital = end == 0 && letters.len() <= 3 && letters.bytes().all(|byte| byte.is_ascii_uppercase());
        // A number may end with a letter: "AB 12 34 56 C".
        let last = end > 0 && letters.len() == 1 && letters.bytes().all(|byte| byte.is_ascii_uppercase());
        if !fits || !(numeric || capital || last) {
            // A word glued to the number, or the end of it.
            break;
        }
        end += group.len();
    }
    let number = part.part(..end).trim_end_matches([' ', '-', '/', '.']);
    let characters = number.bytes().filter(u8::is_ascii_alphanumeric).count();
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    // "passport 2030-01-01" is when it expires.
    let day = !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !dates::readings(number).is_empty();
    let usual = (5..=20).contains(&characters) && digits >= 3 && !day;
    usual.then(|| span.start..span.start + number.len())
}
