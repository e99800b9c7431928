//! International bank account numbers: each country's form, then the remainder of 97 (ISO 13616 with ISO/IEC 7064).

use super::normal::{Letter, OPAQUE, look_alike_of};
use super::{Find, Kind};
use crate::part::Part as _;

/// Most letters between two characters of one number, white space counting as one.
const GAP: usize = 3;

/// What follows the country and the check digits, by country: `n` digits, `a` letters, `c` either. From the SWIFT
/// registry, with the countries that use the form without being in it.
#[rustfmt::skip]
const FORMS: [(&str, &str); 104] = [
    ("AD", "n8c12"), ("AE", "n19"), ("AL", "n8c16"), ("AO", "n21"), ("AT", "n16"), ("AZ", "a4c20"), ("BA", "n16"), ("BE", "n12"),
    ("BF", "c2n22"), ("BG", "a4n6c8"), ("BH", "a4c14"), ("BI", "n23"), ("BJ", "c2n22"), ("BR", "n23c2"), ("BY", "c4n4c16"),
    ("CF", "n23"), ("CG", "n23"), ("CH", "n5c12"), ("CI", "a2n22"), ("CM", "n23"), ("CR", "n18"), ("CV", "n21"), ("CY", "n8c16"),
    ("CZ", "n20"), ("DE", "n18"), ("DJ", "n23"), ("DK", "n14"), ("DO", "c4n20"), ("DZ", "n22"), ("EE", "n16"), ("EG", "n25"),
    ("ES", "n20"), ("FI", "n14"), ("FK", "a2n12"), ("FO", "n14"), ("FR", "n10c11n2"), ("GA", "n23"), ("GB", "a4n14"), ("GE", "a2n16"),
    ("GG", "a4n14"), ("GI", "a4c15"), ("GL", "n14"), ("GQ", "n23"), ("GR", "n7c16"), ("GT", "c24"), ("GW", "c2n19"), ("HN", "a4n20"),
    ("HR", "n17"), ("HU", "n24"), ("IE", "a4n14"), ("IL", "n19"), ("IM", "a4n14"), ("IQ", "a4n15"), ("IR", "n22"), ("IS", "n22"),
    ("IT", "a1n10c12"), ("JE", "a4n14"), ("JO", "a4n4c18"), ("KM", "n23"), ("KW", "a4c22"), ("KZ", "n3c13"), ("LB", "n4c20"),
    ("LC", "a4c24"), ("LI", "n5c12"), ("LT", "n16"), ("LU", "n3c13"), ("LV", "a4c13"), ("LY", "n21"), ("MA", "n24"), ("MC", "n10c11n2"),
    ("MD", "c20"), ("ME", "n18"), ("MG", "n23"), ("MK", "n3c10n2"), ("ML", "c2n22"), ("MN", "n16"), ("MR", "n23"), ("MT", "a4n5c18"),
    ("MU", "a4n19a3"), ("MZ", "n21"), ("NE", "a2n22"), ("NI", "a4n20"), ("NL", "a4n10"), ("NO", "n11"), ("OM", "n3c16"), ("PK", "a4c16"),
    ("PL", "n24"), ("PS", "a4c21"), ("PT", "n21"), ("QA", "a4c21"), ("RO", "a4c16"), ("RS", "n18"), ("RU", "n14c15"), ("SA", "n2c18"),
    ("SC", "a4n20a3"), ("SD", "n14"), ("SE", "n20"), ("SI", "n15"), ("SK", "n20"), ("SM", "a1n10c12"), ("SN", "a2n22"), ("SO", "n19"),
    ("ST", "n21"), ("SV", "a4n20"),
];

/// The rest of the table; two halves keep each a screenful.
#[rustfmt::skip]
const MORE_FORMS: [(&str, &str); 11] = [
    ("TD", "n23"), ("TG", "a2n22"), ("TL", "n19"), ("TN", "n20"), ("TR", "n6c16"), ("UA", "n6c19"), ("VA", "n18"), ("VG", "a4n16"),
    ("XK", "n16"), ("YE", "a4n4c18"), ("YT", "n10c11n2"),
];

/// Finds account numbers, wherever one begins: a zero-width character may hide the border before it.
pub(super) fn find(letters: &[Letter], finds: &mut Vec<Find>) {
    let mut from = 0;
    while from < letters.len() {
        match account_number_at(letters, from) {
            Some((last, _)) => {
                finds.push(Find { first: from, last, kind: Kind::Iban });
                from = last + 1;
            }
            None => from += 1,
        }
    }
}

/// The one way to write a number that was found: capitals and digits, as they pass the checks.
pub(super) fn canonical(letters: &[Letter]) -> String {
    let end = letters.iter().rposition(|letter| letter.is_word());
    match account_number_at(letters, 0) {
        Some((last, text)) if Some(last) == end => text.into_iter().map(char::from).collect(),
        // More than the number: something else was found across its end.
        Some(_) | None => {
            let glyphs = letters.iter().map(|letter| letter.glyph.to_ascii_uppercase());
            glyphs.filter(char::is_ascii_alphanumeric).collect()
        }
    }
}

/// The number that begins here, if one does: the index of its last letter, and its characters as they pass the checks.
fn account_number_at(letters: &[Letter], first: usize) -> Option<(usize, Vec<u8>)> {
    let mut characters = characters_from(letters, first);
    // The cheap tests come first: most letters begin no country, and most countries are not followed by digits.
    let mut head = [0; 4];
    for (place, class) in head.iter_mut().zip(*b"aann") {
        *place = read(characters.next()?.1, class)?;
    }
    let country = head.part(..2);
    let (_, form) = FORMS.iter().chain(&MORE_FORMS).find(|(code, _)| code.as_bytes() == country)?;
    let mut last = first;
    // As it is written, and with letters that look like digits read as those wherever a digit may stand.
    let (mut text, mut alike) = (head.to_vec(), head.to_vec());
    for class in classes(form) {
        let (at, glyph) = characters.next()?;
        let written = read(glyph, class)?;
        text.push(written);
        alike.push(if class == b'c' { read(glyph, b'n').unwrap_or(written) } else { written });
        last = at;
    }
    if !is_meant(letters, first, last, &alike) {
        return None;
    }
    [text, alike].into_iter().find(|read| remainder_of_97(read) == 1).map(|read| (last, read))
}

/// Whether a number that passes the checks is more than words that do so by chance: it begins and ends with a word, or
/// is in one piece, and much of what is read as a digit is one, or many are.
fn is_meant(letters: &[Letter], first: usize, last: usize, text: &[u8]) -> bool {
    let number = letters.part(first..=last);
    let is_apart = |at: Option<usize>, beside: usize| {
        let disguised = letters.get(beside).is_some_and(|letter| letter.is_disguised());
        disguised || at.and_then(|at| letters.get(at)).is_none_or(|letter| !letter.is_word())
    };
    let follows_name = || {
        let name = letters.part(first.saturating_sub(NAME.len())..first).iter();
        name.map(|letter| letter.glyph.to_ascii_lowercase()).eq(NAME.chars())
    };
    let is_solid = number.iter().all(|letter| letter.is_word());
    let has_borders = (is_apart(first.checked_sub(1), first) || follows_name()) && is_apart(Some(last + 1), last + 1);
    let read_as_digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let digits = number.iter().filter(|letter| letter.digit().is_some()).count();
    (is_solid || has_borders) && (digits * 5 >= read_as_digits * 2 || digits >= MANY_DIGITS)
}

/// Digits that no word has, however many letters beside them look like some.
const MANY_DIGITS: usize = 8;

/// What people write before the number, and sometimes without a space.
const NAME: &str = "iban";

/// What a character stands for in a place of this class: where only a digit can stand, a letter that looks like one is
/// that digit.
fn read(glyph: char, class: u8) -> Option<u8> {
    let glyph = if class == b'n' { look_alike_of(glyph).unwrap_or(glyph) } else { glyph };
    let fits = match class {
        b'n' => glyph.is_ascii_digit(),
        b'a' => glyph.is_ascii_alphabetic(),
        _ => glyph.is_ascii_alphanumeric(),
    };
    fits.then_some(glyph.to_ascii_uppercase() as u8)
}

/// The characters of a number with their letters' indices, over small gaps.
fn characters_from(letters: &[Letter], first: usize) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut gap = 0;
    letters
        .part(first..)
        .iter()
        .enumerate()
        .map_while(move |(offset, letter)| {
            if letter.is_word() {
                gap = 0;
                return Some(Some((first + offset, letter.glyph)));
            }
            gap += 1;
            let goes_on = gap <= GAP && offset > 0 && letter.glyph != OPAQUE;
            goes_on.then_some(None)
        })
        .flatten()
}

/// Spells a form out, `n2a1` as `n`, `n`, `a`.
fn classes(form: &str) -> impl Iterator<Item = u8> + '_ {
    let mut rest = form.as_bytes();
    std::iter::from_fn(move || {
        let (class, after) = rest.split_first()?;
        let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let count = after.part(..digits).iter().fold(0, |count, digit| count * 10 + usize::from(digit - b'0'));
        rest = after.part(digits..);
        Some(std::iter::repeat_n(*class, count))
    })
    .flatten()
}

/// The remainder of the number with its first four characters moved to the end and letters as 10 to 35.
fn remainder_of_97(text: &[u8]) -> u32 {
    let (head, body) = text.split_at(4);
    body.iter().chain(head).fold(0, |remainder, byte| match byte {
        b'0'..=b'9' => (remainder * 10 + u32::from(byte - b'0')) % 97,
        _ => (remainder * 100 + u32::from(byte - b'A') + 10) % 97,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pii::normal::normalise;

    /// The longest number of the registry (Russia's).
    const LONGEST: usize = 33;

    fn is_found(text: &str) -> bool {
        let mut finds = Vec::new();
        find(&normalise(text), &mut finds);
        !finds.is_empty()
    }

    #[test]
    fn the_forms_are_whole_and_sorted() {
        let all: Vec<_> = FORMS.iter().chain(&MORE_FORMS).collect();
        assert!(all.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (country, form) in all {
            let len = classes(form).count();
            assert!((11..=LONGEST - 4).contains(&len), "{country} {len}");
            assert!(classes(form).all(|class| matches!(class, b'n' | b'a' | b'c')), "{country}");
        }
    }

    #[test]
    fn the_registrys_own_examples_are_found() {
        for text in [
            "GB82WEST12345698765432",
            "DE89370400440532013000",
            "FR1420041010050500013M02606",
            "NL91ABNA0417164300",
            "ES9121000418450200051332",
            "IT60X0542811101000000123456",
            "CH9300762011623852957",
            "NO9386011117947",
            "BE68539007547034",
            "PL61109010140000071219812874",
            "MT84MALT011000012345MTLCAST001S",
            "SE4550000000058398257466",
            "AT611904300234573201",
            "IE29AIBK93115212345678",
            "PT50000201231234567890154",
            "SA0380000000608010167519",
            "BR1800360305000010009795493C1",
            "TR330006100519786457841326",
            "LC55HEMM000100010012001200023015",
        ] {
            assert!(is_found(text), "{text}");
            assert!(is_found(&format!("iban:{}.", text.to_lowercase())), "{text}");
        }
    }

    #[test]
    fn a_wrong_check_or_form_is_no_account_number() {
        for text in [
            "GB82WEST12345698765433",
            "GB82 1234 1234 5698 7654 32",
            "XX82WEST12345698765432",
            "DE8937040044053201300",
            "at 10 o'clock i was there",
            "by 22 I had no 15",
        ] {
            assert!(!is_found(text), "{text}");
        }
    }
}
