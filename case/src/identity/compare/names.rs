//! Names: order, case, accents, hyphens and titles make no difference; a middle name on one side only, and an initial
//! for a name, are said.

use unicode_normalization::UnicodeNormalization as _;

use super::Likeness;
use crate::alphabet;

/// Words before or after a name that are none.
const TITLES: [&str; 15] =
    ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "herr", "frau", "mme", "mlle", "sr", "sra", "srta", "jr"];
/// The lengths of names in the machine-readable zones of cards and passports (ICAO 9303 parts 5 and 4). A name of that
/// length may have been cut.
const ZONES: [usize; 2] = [30, 39];

/// A part of a name, as it may be written: plainly, and as machine-readable zones write it (ICAO 9303 part 3,
/// section 6).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Word {
    plain: String,
    spelt: String,
}

impl Word {
    fn is(&self, other: &Self) -> bool {
        self.plain == other.plain || self.spelt == other.spelt || self.plain == other.spelt || self.spelt == other.plain
    }

    /// Whether one is the initial of the other.
    fn initials(&self, other: &Self) -> bool {
        let initial =
            |short: &Self, long: &Self| short.plain.chars().count() == 1 && long.plain.starts_with(&short.plain);
        initial(self, other) || initial(other, self)
    }
}

/// Compares two names; `None` where one of them is none, or only a part stands on one side.
pub(super) fn compare(on_record: &str, found: &str) -> Option<Likeness> {
    let (mut known, mut read) = (words(on_record), words(found));
    if known.is_empty() || read.is_empty() {
        return None;
    }
    let parts = known.len().min(read.len());
    let whole = take(&mut known, &mut read, Word::is);
    let initials = take(&mut known, &mut read, Word::initials);
    let cut =
        if is_cut(found) { take(&mut known, &mut read, |known, read| known.spelt.starts_with(&read.spelt)) } else { 0 };
    let matched = whole + initials + cut;
    match (known.is_empty(), read.is_empty()) {
        (true, true) if initials + cut == 0 => Some(Likeness::Same),
        (true, true) if whole > 0 => Some(Likeness::Partly),
        // A first and a last name at least; one word alone may be anybody of the family.
        (true, false) | (false, true) if whole > 0 && matched >= 2 => Some(Likeness::Partly),
        (true, false) | (false, true) if parts == 1 && whole == 1 => None,
        _ if one_word(on_record) == one_word(found) => Some(Likeness::Same),
        _ => Some(Likeness::Differs),
    }
}

/// Takes the pairs that fit out of both lists; says how many there were.
fn take(known: &mut Vec<Word>, read: &mut Vec<Word>, fits: impl Fn(&Word, &Word) -> bool) -> usize {
    let before = known.len();
    known.retain(|word| match read.iter().position(|other| fits(word, other)) {
        Some(at) => {
            read.remove(at);
            false
        }
        None => true,
    });
    before - known.len()
}

fn words(name: &str) -> Vec<Word> {
    let joined: String = name.nfc().filter(|c| !matches!(c, '\'' | '\u{2019}' | '`' | '\u{b4}')).collect();
    let mut words: Vec<Word> = joined
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .map(|word| Word { plain: write(word, alphabet::base), spelt: write(word, spelt) })
        .collect();
    // The same word in the visual and the machine-readable part is one.
    words.sort_unstable();
    words.dedup();
    let untitled: Vec<Word> = words.iter().filter(|word| !TITLES.contains(&word.plain.as_str())).cloned().collect();
    if untitled.is_empty() { words } else { untitled }
}

/// Whether a name comes from a machine-readable zone that it fills.
fn is_cut(name: &str) -> bool {
    name.contains("<<") && ZONES.contains(&name.trim().len())
}

/// The letters alone, for names that are written apart on one side: "de la Cruz", "Delacruz".
fn one_word(name: &str) -> String {
    let letters: String = name.nfc().filter(|c| c.is_alphabetic()).collect();
    write(&letters, spelt)
}

fn write(word: &str, letter: impl Fn(char) -> Option<&'static str>) -> String {
    let mut written = String::new();
    for c in word.chars().flat_map(char::to_lowercase) {
        match letter(c) {
            Some(letters) => written.push_str(letters),
            None => written.extend(std::iter::once(c).nfd().filter(|c| c.is_alphabetic())),
        }
    }
    written
}

/// As machine-readable zones write a letter: some with two.
fn spelt(c: char) -> Option<&'static str> {
    alphabet::in_two(c).or_else(|| alphabet::base(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_people_read_them() {
        let table = [
            ("Ada Canaria", "CANARIA, Ada", Some(Likeness::Same)),
            ("Ada Canaria", "CANARIA<<ADA", Some(Likeness::Same)),
            ("Jürgen Groß", "GROSS<<JUERGEN", Some(Likeness::Same)),
            ("Jürgen Groß", "JURGEN GROSS", Some(Likeness::Same)),
            ("Søren Ångström", "ANGSTROM SOREN", Some(Likeness::Same)),
            ("Søren Ångström", "AANGSTROEM<<SOEREN", Some(Likeness::Same)),
            ("Zoë O'Brien", "OBRIEN<<ZOE", Some(Likeness::Same)),
            ("Anna-Maria Weiß", "weiss anna maria", Some(Likeness::Same)),
            ("María de la Cruz", "DELACRUZ MARIA", Some(Likeness::Differs)),
            ("María Delacruz", "Maria De La Cruz", Some(Likeness::Same)),
            ("Dr. Ada Canaria", "Ada Canaria", Some(Likeness::Same)),
            ("Ada Maria Canaria", "Ada Canaria", Some(Likeness::Partly)),
            ("Ada Canaria", "Ada Maria Canaria", Some(Likeness::Partly)),
            ("Ada Canaria", "A. Canaria", Some(Likeness::Partly)),
            ("Ada M. Canaria", "Ada Maria Canaria", Some(Likeness::Partly)),
            ("Ada Canaria", "Canaria", None),
            ("Ada Canaria", "A. C.", Some(Likeness::Differs)),
            ("Ada Canaria", "Eva Canaria", Some(Likeness::Differs)),
            ("Ada Canaria", "Ada Kanaria", Some(Likeness::Differs)),
            ("Müller", "Miller", Some(Likeness::Differs)),
            ("Jose Mueller", "Jose Muller", Some(Likeness::Differs)),
            ("Ada Canaria", "123", None),
        ];
        for (on_record, found, expected) in table {
            assert_eq!(compare(on_record, found), expected, "{on_record} / {found}");
            assert_eq!(compare(found, on_record), expected, "{found} / {on_record}");
        }
    }

    #[test]
    fn a_name_that_fills_its_zone_may_have_been_cut() {
        let cut = "PAPANDROPOULOUS<<JONATHON<ALEC";
        assert_eq!(cut.len(), 30);
        assert_eq!(compare("Jonathon Alexander Papandropoulous", cut), Some(Likeness::Differs));
        let cut = "PAPANDROPOULOUS<<JONATHON<ALEX";
        assert_eq!(compare("Jonathon Alexander Papandropoulous", cut), Some(Likeness::Partly));
    }
}
