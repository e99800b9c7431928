//! E-mail addresses, also spelled `name (at) host (dot) com`, spaced out, or broken at a line's end.

use super::normal::{Letter, OPAQUE};
use super::{Find, Kind};
use crate::part::Part as _;

/// Longest part of an address before and after its sign, in letters (RFC 5321 has 64 and 255).
const LOCAL: usize = 64;
const DOMAIN: usize = 255;

/// Endings that make `name at host dot com` an address and not a sentence.
const SPOKEN_ENDINGS: [&str; 13] =
    ["com", "org", "net", "edu", "gov", "uk", "de", "fr", "eu", "io", "co", "us", "info"];

/// How a sign is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// `@`, or `(at)`.
    Sign,
    /// ` at `, which needs ` dot ` after it to count.
    Spoken,
}

/// Finds addresses by their sign.
pub(super) fn find(letters: &[Letter], finds: &mut Vec<Find>) {
    let mut from = 0;
    for at in 0..letters.len() {
        let Some((len, style)) = sign_at(letters, at).filter(|_| at >= from) else { continue };
        let Some((first, is_spaced)) = local_before(letters, at, from) else { continue };
        let Some(last) = domain_after(letters, at + len, style, is_spaced) else { continue };
        finds.push(Find { first, last, kind: Kind::Email });
        from = last + 1;
    }
}

fn glyph(letters: &[Letter], at: usize) -> Option<char> {
    letters.get(at).map(|letter| letter.glyph.to_ascii_lowercase())
}

fn reads(letters: &[Letter], at: usize, word: &str) -> bool {
    word.chars().enumerate().all(|(offset, letter)| glyph(letters, at + offset) == Some(letter))
}

fn is_space(letters: &[Letter], at: usize) -> bool {
    glyph(letters, at) == Some(' ')
}

/// A bracketed word such as `(at)` or `[ dot ]`, and its length.
fn bracketed(letters: &[Letter], at: usize, word: &str) -> Option<usize> {
    let closing = match glyph(letters, at)? {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        '<' => '>',
        _ => return None,
    };
    let skip = |at: usize| at + usize::from(is_space(letters, at));
    let start = skip(at + 1);
    let end = skip(start + word.len());
    (reads(letters, start, word) && glyph(letters, end) == Some(closing)).then(|| end + 1 - at)
}

fn sign_at(letters: &[Letter], at: usize) -> Option<(usize, Style)> {
    match glyph(letters, at)? {
        '@' => Some((1, Style::Sign)),
        ' ' => reads(letters, at, " at ").then_some((4, Style::Spoken)),
        _ => bracketed(letters, at, "at").or_else(|| bracketed(letters, at, "@")).map(|len| (len, Style::Sign)),
    }
}

fn dot_at(letters: &[Letter], at: usize, style: Style) -> Option<usize> {
    match glyph(letters, at)? {
        '.' if style == Style::Sign => Some(1),
        ' ' if style == Style::Spoken => reads(letters, at, " dot ").then_some(5),
        _ => bracketed(letters, at, "dot").or_else(|| bracketed(letters, at, ".")),
    }
}

fn is_local(letter: Letter) -> bool {
    letter.is_word() || matches!(letter.glyph, '.' | '_' | '%' | '+' | '-' | '\'' | '&' | '~' | '#')
}

/// The first letter of the name before the sign, and whether the name is spaced out letter by letter.
fn local_before(letters: &[Letter], sign: usize, from: usize) -> Option<(usize, bool)> {
    let floor = from.max(sign.saturating_sub(2 * LOCAL));
    let mut end = sign;
    if end > floor && is_space(letters, end - 1) {
        end -= 1;
    }
    let chunk_start = |end: usize| {
        let len = letters.part(floor..end).iter().rev().take_while(|letter| is_local(**letter)).count();
        end - len
    };
    let mut first = chunk_start(end);
    let mut is_spaced = false;
    if end - first == 1 {
        while first >= floor + 2 && is_space(letters, first - 1) && first - 1 - chunk_start(first - 1) == 1 {
            first -= 2;
            is_spaced = true;
        }
    } else if first >= floor + 2
        && is_space(letters, first - 1)
        && matches!(letters.get(first).map(|letter| letter.glyph), Some('.' | '_' | '-' | '+'))
    {
        // The address was broken before one of its marks: `john .doe@...`.
        first = chunk_start(first - 1);
    }
    // Quotes and dots around an address are not its own.
    let first = (first..end).find(|at| letters.get(*at).is_some_and(|letter| letter.is_word()))?;
    Some((first, is_spaced))
}

/// The last letter of the host after the sign, which needs a dot and an ending of two letters or more.
fn domain_after(letters: &[Letter], after_sign: usize, style: Style, is_spaced: bool) -> Option<usize> {
    let mut at = after_sign + usize::from(is_space(letters, after_sign));
    let mut dots = 0;
    let mut label = (at, at);
    let limit = letters.len().min(at + DOMAIN);
    // The best ending so far: after a dot that turns out to end a sentence, the address is what came before it.
    let mut last = None;
    while at < limit {
        let end = label_end(letters, at, is_spaced || style_is_spaced(letters, at), dots);
        if end == at {
            break;
        }
        label = (at, end);
        at = end;
        if dots > 0 && is_ending(letters, label.0, label.1) {
            last = Some(label.1 - 1);
        }
        let before_dot = at + usize::from(style == Style::Sign && is_space(letters, at));
        let Some(len) = dot_at(letters, before_dot, style) else { break };
        let after_dot = before_dot + len;
        let may_skip = is_spaced || (last.is_none() && before_dot > at);
        at = after_dot + usize::from(is_space(letters, after_dot) && (may_skip || dots == 0));
        dots += 1;
    }
    let last = last?;
    if style == Style::Spoken {
        let ending: String =
            letters.part(label.0..=last.max(label.0)).iter().map(|letter| letter.glyph.to_ascii_lowercase()).collect();
        return (label.1 == last + 1 && SPOKEN_ENDINGS.contains(&ending.as_str())).then_some(last);
    }
    Some(last)
}

/// Whether single letters with spaces between them begin here.
fn style_is_spaced(letters: &[Letter], at: usize) -> bool {
    let is_single = |at: usize| letters.get(at).is_some_and(|letter| letter.is_word());
    is_single(at) && is_space(letters, at + 1) && is_single(at + 2) && is_space(letters, at + 3)
}

/// Where the label that begins here ends. A label of the host may be broken by one space before its dot.
fn label_end(letters: &[Letter], start: usize, is_spaced: bool, dots: usize) -> usize {
    let in_label = |at: usize| {
        letters.get(at).is_some_and(|letter| letter.glyph != OPAQUE && (letter.is_word() || letter.glyph == '-'))
    };
    let chunk_end = |start: usize| (start..letters.len()).find(|at| !in_label(*at)).unwrap_or(letters.len());
    let mut end = chunk_end(start);
    if end == start {
        return end;
    }
    if is_spaced && end - start == 1 {
        while is_space(letters, end) && chunk_end(end + 1) == end + 2 {
            end += 2;
        }
    } else if dots == 0 && is_space(letters, end) {
        let broken = chunk_end(end + 1);
        let goes_on = broken > end + 1 && glyph(letters, broken) == Some('.') && ending_len(letters, broken + 1) >= 2;
        if goes_on {
            end = broken;
        }
    }
    end
}

fn ending_len(letters: &[Letter], start: usize) -> usize {
    letters.part(start..).iter().take_while(|letter| letter.glyph.is_alphabetic()).count()
}

/// Whether a label can be the last one: two letters or more, or an internationalised one.
fn is_ending(letters: &[Letter], start: usize, end: usize) -> bool {
    let label = letters.part(start..end);
    let visible = label.iter().filter(|letter| letter.glyph != ' ').count();
    let is_plain = label.iter().all(|letter| letter.glyph.is_alphabetic() || letter.glyph == ' ');
    visible >= 2 && (is_plain || reads(letters, start, "xn--"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pii::normal::normalise;

    fn found(text: &str) -> Vec<&str> {
        let letters = normalise(text);
        let mut finds = Vec::new();
        find(&letters, &mut finds);
        finds.iter().map(|find| &text[letters[find.first].start..letters[find.last].end]).collect()
    }

    #[test]
    fn an_address_is_found_whole_and_alone() {
        for (text, address) in [
            ("mail john.doe+x@mail.example.co.uk.", "john.doe+x@mail.example.co.uk"),
            ("'a@b.io', thanks", "a@b.io"),
            ("<john@example.com>", "john@example.com"),
            ("mailto:o'neil@example.com!", "o'neil@example.com"),
            ("write john@example.com. Then call", "john@example.com"),
            ("write john@example.com.Then", "john@example.com.Then"),
            ("j\u{200B}ohn\u{AD}@exa\u{2060}mple.com", "j\u{200B}ohn\u{AD}@exa\u{2060}mple.com"),
            ("ｊｏｈｎ＠ｅｘａｍｐｌｅ．ｃｏｍ", "ｊｏｈｎ＠ｅｘａｍｐｌｅ．ｃｏｍ"),
            ("is j o h n @ e x a m p l e . c o m", "j o h n @ e x a m p l e . c o m"),
            ("john\u{A0}@\u{A0}example.com", "john\u{A0}@\u{A0}example.com"),
            ("john@example\n.com", "john@example\n.com"),
            ("john@exa\nmple.com", "john@exa\nmple.com"),
            ("john\n.doe@example.com", "john\n.doe@example.com"),
            ("john (at) example (dot) com", "john (at) example (dot) com"),
            ("john[at]example[.]com", "john[at]example[.]com"),
            ("i am john at example dot com ok", "john at example dot com"),
            ("jürgen@müller.de", "jürgen@müller.de"),
        ] {
            assert_eq!(found(text), [address], "{text}");
        }
        assert_eq!(found("a@x.org;b@y.org"), ["a@x.org", "b@y.org"]);
    }

    #[test]
    fn a_sign_alone_is_no_address() {
        for text in [
            "@support",
            "meet @ 5pm",
            "2 @ $5.00",
            "a@b",
            "a@b.c",
            "look at amazon.com",
            "at the dot",
            "x@",
            "@",
            "a@.com",
            "paid at dot com prices",
            "i shop at stores dot everywhere",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
