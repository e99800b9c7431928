//! E-mail addresses, also spelled `name (at) host (dot) com`, spaced out, or broken at a line's end.

use super::normal::{Letter, OPAQUE};
use super::{Find, Kind};
use crate::part::Part as _;
use std::ops::Range;

/// Longest part of an address before and after its sign, in letters (RFC 5321 has 64 and 255).
const LOCAL: usize = 64;
const DOMAIN: usize = 255;

/// Endings that make `name at host dot com` an address and not a sentence.
const SPOKEN_ENDINGS: [&str; 24] = [
    "com", "org", "net", "edu", "gov", "uk", "de", "fr", "eu", "io", "co", "us", "info", "ca", "au", "es", "it", "nl",
    "ie", "pl", "me", "biz", "app", "dev",
];

/// Hosts of people's mail: what stands before ` at ` and one of these is a name.
const MAIL_HOSTS: [&str; 15] = [
    "gmail",
    "googlemail",
    "yahoo",
    "ymail",
    "outlook",
    "hotmail",
    "live",
    "msn",
    "icloud",
    "aol",
    "gmx",
    "proton",
    "protonmail",
    "fastmail",
    "zoho",
];

/// Words before ` at ` that are no name: a purchase, a place, or who was there.
#[rustfmt::skip]
const NO_NAMES: [&str; 58] = [
    "account", "am", "and", "anything", "are", "bill", "billed", "booked", "bought", "buy", "card", "charge", "charged", "dollars",
    "email", "euros", "find", "here", "him", "i", "is", "it", "look", "looked", "looking", "me", "membership", "money", "month",
    "much", "online", "order", "ordered", "orders", "out", "paid", "pay", "payment", "people", "pounds", "product", "purchase",
    "purchased", "purchases", "refund", "service", "services", "shop", "shopped", "shopping", "something", "spent", "subscription",
    "support", "them", "transaction", "us", "was",
];

/// How a sign is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// `@`, `(at)`, or the code of one.
    Sign,
    /// ` at `, which needs more to count.
    Spoken,
}

/// How a dot is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dot {
    /// `.`
    Plain,
    /// ` .`
    Spaced,
    /// `(dot)`
    Bracketed,
    /// ` dot `
    Spoken,
}

/// A host: its first label, its last letter, and the last of its dots.
struct Host {
    first: String,
    last: usize,
    dot: Dot,
}

/// An address: its first and last letters, and where its sign stands.
struct Address {
    first: usize,
    sign: Range<usize>,
    last: usize,
}

/// Finds addresses by their sign.
pub(super) fn find(letters: &[Letter], finds: &mut Vec<Find>) {
    let mut from = 0;
    while let Some(Address { first, last, .. }) = next(letters, from) {
        finds.push(Find { first, last, kind: Kind::Email });
        from = last + 1;
    }
}

/// The next address from a place on.
fn next(letters: &[Letter], from: usize) -> Option<Address> {
    (from..letters.len()).find_map(|at| {
        let (len, style) = sign_at(letters, at)?;
        let (first, is_spaced) = local_before(letters, at, from)?;
        let host = host_after(letters, at + len, style, is_spaced)?;
        let is_address = style != Style::Spoken || is_meant(letters, first, at, &host);
        is_address.then(|| Address { first, sign: at..at + len, last: host.last })
    })
}

/// The one way to write an address that was found: small letters without spaces, its sign as `@` and its dots as `.`,
/// however those were written.
pub(super) fn canonical(letters: &[Letter]) -> String {
    let sign = next(letters, 0).map(|address| address.sign).unwrap_or_default();
    let mut plain = String::new();
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        if sign.contains(&at) {
            plain.push('@');
            at = sign.end;
        } else if let Some((len, _)) = dot_at(letters, at) {
            plain.push('.');
            at += len;
        } else {
            plain.extend(letter.glyph.to_lowercase().filter(|glyph| *glyph != ' '));
            at += 1;
        }
    }
    plain
}

/// Whether a name, ` at ` and a host are an address: `I shop at amazon.com` is none.
fn is_meant(letters: &[Letter], first: usize, sign: usize, host: &Host) -> bool {
    let local: String = letters.part(first..sign).iter().map(|letter| letter.glyph.to_ascii_lowercase()).collect();
    let is_made_up = local.contains(['.', '_', '+', '-', ' ']) || local.contains(|glyph: char| glyph.is_ascii_digit());
    let is_mail = MAIL_HOSTS.contains(&host.first.as_str());
    let is_name = local.contains(char::is_alphabetic) && !NO_NAMES.contains(&local.as_str());
    is_name && (host.dot == Dot::Spoken || is_made_up || is_mail)
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
    let coded = |code: &str| reads(letters, at, code).then_some((code.len(), Style::Sign));
    match glyph(letters, at)? {
        '@' => Some((letters.part(at..).iter().take_while(|letter| letter.glyph == '@').count(), Style::Sign)),
        '\\' if glyph(letters, at + 1) == Some('@') => Some((2, Style::Sign)),
        ' ' => reads(letters, at, " at ").then_some((4, Style::Spoken)),
        '_' => reads(letters, at, "_at_").then_some((4, Style::Spoken)),
        '&' => coded("&#64;").or_else(|| coded("&#x40;")).or_else(|| coded("&commat;")),
        '%' => coded("%40"),
        _ => ["at", "@", "a"].iter().find_map(|word| bracketed(letters, at, word)).map(|len| (len, Style::Sign)),
    }
}

/// The dot that stands here, and how many letters it takes.
fn dot_at(letters: &[Letter], at: usize) -> Option<(usize, Dot)> {
    let in_brackets = |at: usize| {
        let len = bracketed(letters, at, "dot").or_else(|| bracketed(letters, at, "."))?;
        Some((len + usize::from(is_space(letters, at + len)), Dot::Bracketed))
    };
    match glyph(letters, at)? {
        '.' => Some((1, Dot::Plain)),
        ',' if SPOKEN_ENDINGS.contains(&label(letters, at + 1, label_end(letters, at + 1, false, 1)).as_str()) => {
            Some((1, Dot::Plain))
        }
        '_' => reads(letters, at, "_dot_").then_some((5, Dot::Spoken)),
        ' ' if reads(letters, at, " dot ") => Some((5, Dot::Spoken)),
        ' ' if glyph(letters, at + 1) == Some('.') => Some((2, Dot::Spaced)),
        ' ' => in_brackets(at + 1).map(|(len, dot)| (len + 1, dot)),
        _ => in_brackets(at),
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
    if let Some(first) = quoted_before(letters, end, floor) {
        return Some((first, false));
    }
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
    while let Some(longer) = before_dot(letters, first, floor, chunk_start) {
        first = longer;
    }
    // Quotes and dots around an address are not its own.
    let first = (first..end).find(|at| letters.get(*at).is_some_and(|letter| letter.is_word()))?;
    Some((first, is_spaced))
}

/// Where the quotation begins that ends here: `"john doe"@example.com`.
fn quoted_before(letters: &[Letter], end: usize, floor: usize) -> Option<usize> {
    let closing = end.checked_sub(1).filter(|at| glyph(letters, *at) == Some('"'))?;
    let first = (floor..closing).rev().find(|at| glyph(letters, *at) == Some('"'))?;
    let is_filled = letters.part(first..closing).iter().any(|letter| letter.is_word());
    (is_filled && !letters.part(first..closing).iter().any(|letter| letter.glyph == OPAQUE)).then_some(first)
}

/// Where the part of a name begins that is joined to the one at `first` by a dot in words or brackets, or with spaces.
fn before_dot(letters: &[Letter], first: usize, floor: usize, chunk_start: impl Fn(usize) -> usize) -> Option<usize> {
    // The longest is ` [ dot ] `.
    let starts = (first.saturating_sub(9).max(floor)..first).rev();
    let dot = starts.filter(|at| {
        dot_at(letters, *at).is_some_and(|(len, dot)| match dot {
            Dot::Plain => false,
            Dot::Spaced => at + len + 1 == first && is_space(letters, first - 1),
            Dot::Bracketed | Dot::Spoken => at + len == first,
        })
    });
    let dot = dot.min()?;
    let start = chunk_start(dot);
    (start < dot).then_some(start)
}

/// The host after the sign, which needs a dot and an ending of two letters or more.
fn host_after(letters: &[Letter], after_sign: usize, style: Style, is_spaced: bool) -> Option<Host> {
    let mut at = after_sign + usize::from(is_space(letters, after_sign));
    let limit = letters.len().min(at + DOMAIN);
    let (mut first, mut dots) = (None, 0);
    // The best ending so far: after a dot that turns out to end a sentence, the address is what came before it.
    let (mut last, mut before) = (None, Dot::Plain);
    while at < limit {
        let end = label_end(letters, at, is_spaced || style_is_spaced(letters, at), dots);
        if end == at {
            break;
        }
        first.get_or_insert_with(|| label(letters, at, end));
        let is_known = SPOKEN_ENDINGS.contains(&label(letters, at, end).as_str());
        if dots > 0 && is_ending(letters, at, end) && (is_known || before != Dot::Spoken) {
            last = Some((end - 1, before));
        }
        let Some((len, dot)) = dot_at(letters, end) else { break };
        at = end + len;
        let has_space = is_space(letters, at);
        let next = at + usize::from(has_space);
        let goes_on = || {
            let end = label_end(letters, next, is_spaced, dots + 1);
            SPOKEN_ENDINGS.contains(&label(letters, next, end).as_str())
        };
        let may_skip = match dot {
            Dot::Plain => style == Style::Sign && (is_spaced || dots == 0),
            Dot::Spaced => style == Style::Sign && (is_spaced || last.is_none() || goes_on()),
            Dot::Bracketed | Dot::Spoken => false,
        };
        if (has_space && !may_skip) || (dot == Dot::Spaced && style == Style::Spoken) {
            break;
        }
        (at, before) = (next, dot);
        dots += 1;
    }
    let (last, dot) = last?;
    Some(Host { first: first?, last, dot })
}

/// The letters of a label in lower case, without spaces.
fn label(letters: &[Letter], start: usize, end: usize) -> String {
    let glyphs = letters.part(start..end).iter().map(|letter| letter.glyph.to_ascii_lowercase());
    glyphs.filter(|glyph| *glyph != ' ').collect()
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
