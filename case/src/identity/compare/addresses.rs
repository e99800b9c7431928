//! Addresses: case, accents, order and the usual short forms make no difference; every number must be the same.

use super::{super::plain, Likeness};

/// Short forms and what they stand for; an empty one says nothing.
const FORMS: [(&str, &str); 30] = [
    ("street", "st"),
    ("saint", "st"),
    ("road", "rd"),
    ("avenue", "ave"),
    ("av", "ave"),
    ("boulevard", "blvd"),
    ("bd", "blvd"),
    ("lane", "ln"),
    ("drive", "dr"),
    ("court", "ct"),
    ("square", "sq"),
    ("place", "pl"),
    ("apartment", "apt"),
    ("flat", "apt"),
    ("unit", "apt"),
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
    ("calle", "c"),
    ("platz", "pl"),
    ("germany", ""),
    ("deutschland", ""),
    ("france", ""),
    ("spain", ""),
    ("uk", ""),
    ("england", ""),
    ("usa", ""),
    ("us", ""),
    ("no", ""),
];
/// Words that two addresses must share before one may be a part of the other.
const SHARED: usize = 3;

/// Compares two addresses; `None` where one of them is none.
pub(super) fn compare(on_record: &str, found: &str) -> Option<Likeness> {
    let (known, read) = (words(on_record), words(found));
    if known.is_empty() || read.is_empty() {
        return None;
    }
    if known == read {
        return Some(Likeness::Same);
    }
    let (short, long) = if known.len() <= read.len() { (&known, &read) } else { (&read, &known) };
    if !short.iter().all(|word| long.contains(word)) {
        return Some(Likeness::Differs);
    }
    // A town alone says nothing of the rest.
    let numbered = short.iter().any(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    (numbered && short.len() >= SHARED).then_some(Likeness::Partly)
}

/// The words of an address in one order and one form.
fn words(address: &str) -> Vec<String> {
    let plain = plain(address);
    let mut words: Vec<String> = plain.split(|c: char| !c.is_alphanumeric()).map(form).collect();
    words.retain(|word| !word.is_empty());
    words.sort_unstable();
    words.dedup();
    words
}

/// The short form of a word of an address, in small letters without accents; empty where the word says nothing.
pub(crate) fn form(word: &str) -> String {
    if let Some((_, short)) = FORMS.iter().find(|(long, _)| *long == word) {
        return (*short).to_owned();
    }
    // "Hauptstraße" and "Hauptstr.": one word with its street at the end.
    let stem = word.strip_suffix("strasse").or_else(|| word.strip_suffix("str"));
    stem.map_or_else(|| word.to_owned(), |stem| format!("{stem}str"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_without_their_short_forms() {
        let table = [
            ("1 Canary Row, Springfield, IL 62704", "1 CANARY ROW\nSPRINGFIELD IL 62704, USA", Some(Likeness::Same)),
            ("12 Alder Street, Leeds", "12 alder st., LEEDS", Some(Likeness::Same)),
            ("Hauptstraße 5, 10115 Berlin", "Hauptstr. 5 10115 Berlin, Deutschland", Some(Likeness::Same)),
            ("12 Alder Street, Apt 4, Leeds", "12 Alder Street, Leeds", Some(Likeness::Partly)),
            ("12 Alder Street, Leeds", "14 Alder Street, Leeds", Some(Likeness::Differs)),
            ("12 Alder Street, Leeds", "Leeds", None),
            ("12 Alder Street, Leeds", "-", None),
        ];
        for (on_record, found, expected) in table {
            assert_eq!(compare(on_record, found), expected, "{on_record} / {found}");
            assert_eq!(compare(found, on_record), expected, "{found} / {on_record}");
        }
    }
}
