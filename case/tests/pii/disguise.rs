//! The ways in which a datum is written so that a pattern does not see it, by name.

use crate::dice::Dice;

/// The ways for numbers. `mixed` is two of the others, one after the other.
pub(crate) const OF_NUMBERS: [&str; 8] = [
    "zero-width",
    "full-width",
    "digit-spaced",
    "no-break space",
    "newline",
    "letters for digits",
    "other digits",
    "mixed",
];
/// The ways for addresses.
pub(crate) const OF_ADDRESSES: [&str; 8] =
    ["zero-width", "full-width", "bracketed", "spelled", "spaced signs", "newline", "coded", "mixed"];

const INVISIBLE: [char; 7] = ['\u{200B}', '\u{200C}', '\u{200D}', '\u{2060}', '\u{FEFF}', '\u{AD}', '\u{180E}'];
const WIDE_SPACES: [&str; 5] = ["\u{A0}", "\u{202F}", "\u{2009}", "\u{3000}", "\u{2003}"];

/// Writes a datum in one of the ways.
pub(crate) fn disguise(way: &str, kind: &str, written: &str, dice: &mut Dice) -> String {
    match way {
        "zero-width" => zero_width(written, dice),
        "full-width" => full_width(written),
        "digit-spaced" => digit_spaced(written, dice),
        "no-break space" => no_break_space(written, dice),
        "newline" if kind == "email" => broken_address(written, dice),
        "newline" => broken_number(written, dice),
        "letters for digits" => letters_for_digits(written, dice),
        "other digits" => other_digits(written, dice),
        "bracketed" => signs(
            written,
            dice.pick(&["(at)", " (at) ", "[at]", " [AT] ", "{at}"]),
            dice.pick(&["(dot)", " [dot] ", ".", "[.]"]),
        ),
        "spelled" => signs(written, dice.pick(&[" at ", " AT "]), dice.pick(&[" dot ", " DOT "])),
        "spaced signs" => signs(written, dice.pick(&[" @ ", "@ ", " @"]), dice.pick(&[".", " . "])),
        "coded" => signs(written, dice.pick(&["&#64;", "%40", "&commat;", "\u{FE6B}"]), "."),
        "mixed" if kind == "email" => {
            let first = disguise(dice.pick(&["bracketed", "spaced signs"]), kind, written, dice);
            disguise(dice.pick(&["zero-width", "full-width"]), kind, &first, dice)
        }
        "mixed" => {
            let first =
                disguise(dice.pick(&["digit-spaced", "no-break space", "letters for digits"]), kind, written, dice);
            disguise(dice.pick(&["zero-width", "full-width"]), kind, &first, dice)
        }
        other => panic!("{other} is no way"),
    }
}

/// Invisible characters between some letters, or between all.
fn zero_width(written: &str, dice: &mut Dice) -> String {
    let (mark, everywhere) = (INVISIBLE[dice.roll(INVISIBLE.len())], dice.roll(2) == 0);
    let len = written.chars().count();
    let chosen = dice.between(1, len - 1);
    let mut disguised = String::new();
    for (place, glyph) in written.chars().enumerate() {
        if place > 0 && (everywhere || place == chosen || dice.roll(4) == 0) {
            disguised.push(mark);
        }
        disguised.push(glyph);
    }
    disguised
}

fn full_width(written: &str) -> String {
    let wide = |glyph: char| {
        if glyph.is_ascii_graphic() { char::from_u32(glyph as u32 + 0xFEE0).unwrap() } else { glyph }
    };
    written.chars().map(wide).collect()
}

/// One digit or letter at a time.
fn digit_spaced(written: &str, dice: &mut Dice) -> String {
    let between = dice.pick(&[" ", " ", "\u{A0}", "-", "."]);
    spread(written, between)
}

/// The words of a datum stay words: nobody spaces out `sort code`.
fn spread(written: &str, between: &str) -> String {
    let mut disguised = String::new();
    let mut last: Option<char> = None;
    let is_word = has_words(written);
    for glyph in written.chars() {
        let joins = |glyph: char| if is_word { glyph.is_ascii_digit() } else { glyph.is_ascii_alphanumeric() };
        if last.is_some_and(joins) && joins(glyph) {
            disguised.push_str(between);
        }
        disguised.push(glyph);
        last = Some(glyph);
    }
    disguised
}

/// Whether a datum holds words beside its digits.
pub(crate) fn has_words(written: &str) -> bool {
    written.contains("acc") || written.contains("sort")
}

/// Other spaces in the place of every separator, or between groups where there is none.
fn no_break_space(written: &str, dice: &mut Dice) -> String {
    let space = dice.pick(&WIDE_SPACES);
    if written.contains([' ', '-', '.']) {
        return written.replace([' ', '-', '.'], space);
    }
    let glyphs: Vec<char> = written.chars().collect();
    let groups: Vec<String> = glyphs.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(space)
}

/// A line that ends within the number.
fn broken_number(written: &str, dice: &mut Dice) -> String {
    let line = dice.pick(&["\n", "\r\n", "\n  ", " \n"]);
    let places: Vec<usize> = if has_words(written) {
        written.match_indices(' ').map(|(at, _)| at).collect()
    } else {
        (2..written.len() - 1).collect()
    };
    let at = places[dice.roll(places.len())];
    let (head, tail) = written.split_at(at);
    format!("{head}{line}{}", tail.trim_start_matches(' '))
}

/// A line that ends at one of an address's marks.
fn broken_address(written: &str, dice: &mut Dice) -> String {
    let places: Vec<usize> = written.match_indices(['@', '.']).map(|(at, _)| at).collect();
    let at = places[dice.roll(places.len())];
    let (head, tail) = written.split_at(at);
    format!("{head}\n{tail}")
}

/// Letters that look like digits, in the place of some digits; some of the digits stay.
fn letters_for_digits(written: &str, dice: &mut Dice) -> String {
    if has_words(written) {
        return zero_width(written, dice);
    }
    let mut disguised = String::new();
    for (place, glyph) in written.chars().enumerate() {
        let letter = match glyph {
            '0' => 'O',
            '1' => ['l', 'I'][dice.roll(2)],
            '5' => 'S',
            '8' => 'B',
            other => other,
        };
        // An account number's country stays as it is.
        disguised.push(if place > 3 && dice.roll(2) == 0 { letter } else { glyph });
    }
    disguised
}

/// Digits of another script, or styled ones.
fn other_digits(written: &str, dice: &mut Dice) -> String {
    let zero = [0x0660, 0x06F0, 0x0966, 0x1D7CE, 0x1D7EC, 0x1D7F6][dice.roll(6)];
    let other = |glyph: char| match glyph.to_digit(10) {
        Some(digit) => char::from_u32(zero + digit).unwrap(),
        None => glyph,
    };
    written.chars().map(other).collect()
}

fn signs(written: &str, at: &str, dot: &str) -> String {
    // Only the host's dots are spelled out by everybody.
    let Some((local, host)) = written.split_once('@') else { return written.to_owned() };
    let local = if dot.trim().eq_ignore_ascii_case("dot") { local.replace('.', dot) } else { local.to_owned() };
    format!("{local}{at}{}", host.replace('.', dot))
}
