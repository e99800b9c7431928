//! Identity in sentences without a label's colon: "dob 5/6/87", "I moved to 9 Elm Court, Dublin 8", "a Nigerian citizen".
//!
//! What announces a value here often announces something else, so only what can be nothing else counts: a day for a
//! birth, a country for a nationality, and for an address a number with a street's name or a town behind a comma. What is
//! said of somebody else (a child, a wife) is left alone.

use std::ops::Range;

use super::{
    labels::What,
    scan::{Hit, behind, trim, value, words},
};
use crate::{country::Country, identity::plain, part::Part as _};

/// What announces a value; alternatives stand side by side, words with spaces between them.
const SAYINGS: &[(What, &[&str])] = &[
    (
        What::Birth,
        &[
            "dob",
            "d o b",
            "born",
            "born on",
            "date of birth",
            "birth date",
            "birthdate",
            "birthday",
            "geboren am",
            "nee le",
            "ne le",
            "nacido el",
            "nacida el",
        ],
    ),
    (What::Nationality, &["nationality", "citizen of", "citizenship", "national of", "a citizen of"]),
    (
        What::Country,
        &[
            "resident in",
            "resident of",
            "reside in",
            "residing in",
            "living in",
            "live in",
            "based in",
            "tax resident in",
        ],
    ),
    (
        What::Address,
        &[
            "moved to",
            "moving to",
            "move to",
            "moved house to",
            "now at",
            "live at",
            "live in",
            "living at",
            "living in",
            "lives at",
            "address is",
            "address now",
            "address to",
            "address changed to",
            "new address",
            "new addr",
            "home address",
            "reside at",
            "morada",
            "anschrift",
            "adresse",
            "direccion",
            "indirizzo",
            "wohne in",
        ],
    ),
];
/// Words between what announces and the value.
const LINKS: &[&str] =
    &["is", "was", "on", "now", "the", "a", "an", "ist", "est", "es", "my", "of", "to", "in", "at", "house", "dual"];
/// How many of them there may be.
const MOST_LINKS: usize = 3;
/// People whose birth or home is not the customer's.
const OTHER_PEOPLE: &[&str] = &[
    "son", "daughter", "wife", "husband", "baby", "child", "kid", "kids", "children", "partner", "mother", "father",
    "mum", "dad", "brother", "sister", "friend", "he", "she", "they", "seller", "merchant",
];
/// How many words before it such a person is looked for.
const NEAR: usize = 4;
/// Where an address in a sentence ends.
const STOPS: &[&str] = &[
    "\n",
    ";",
    "!",
    "?",
    " (",
    " and ",
    " und ",
    " et ",
    " please",
    " pls",
    " last ",
    " since ",
    " but ",
    " because ",
    " so ",
    " from ",
    " if ",
    " which ",
    " that ",
    " is ",
    " not ",
    " was ",
    " where ",
    " when ",
    " for ",
];
/// The longest address in a sentence, in bytes.
const ADDRESS_BYTES: usize = 120;
/// Words that are part of a street's name in the countries whose customers write most.
const STREETS: &[&str] = &[
    "street",
    "st",
    "road",
    "rd",
    "avenue",
    "ave",
    "lane",
    "ln",
    "drive",
    "dr",
    "court",
    "ct",
    "close",
    "way",
    "place",
    "pl",
    "square",
    "sq",
    "terrace",
    "gardens",
    "grove",
    "crescent",
    "parade",
    "boulevard",
    "blvd",
    "row",
    "hill",
    "park",
    "quay",
    "view",
    "rue",
    "avenida",
    "calle",
    "via",
    "rua",
    "plaza",
    "platz",
    "strasse",
    "weg",
    "gasse",
    "allee",
    "chemin",
    "straat",
    "laan",
    "ulica",
    "ul",
    "piazza",
    "viale",
    "apt",
    "flat",
    "unit",
];

/// Words beside a number that is no house's.
const OTHER_NUMBERS: &[&str] = &[
    "january",
    "february",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "euro",
    "euros",
    "pounds",
    "dollars",
    "usd",
    "eur",
    "gbp",
    "cents",
    "days",
    "weeks",
    "months",
    "percent",
    "agents",
    "times",
];

/// Everything that sentences say of the customer's identity in so many words.
pub(super) fn hits(text: &str) -> Vec<Hit> {
    let ranges: Vec<Range<usize>> = words(text).collect();
    let small: Vec<String> = ranges.iter().map(|word| plain(text.part(word.clone()))).collect();
    let mut hits = Vec::new();
    for at in 0..small.len() {
        for (what, sayings) in SAYINGS {
            let ends = sayings.iter().filter_map(|saying| ends(saying, &small, at));
            let Some(end) = ends.max().filter(|_| !of_another(&small, at)) else { continue };
            let links =
                small.part(end..).iter().take(MOST_LINKS).take_while(|word| LINKS.contains(&word.as_str())).count();
            let found = (0..=links).find_map(|skipped| read(text, *what, &ranges, end + skipped));
            hits.extend(found.into_iter().flatten());
        }
        hits.extend(citizen(text, &ranges, &small, at));
    }
    hits.extend(turned_round(text));
    hits
}

/// Where a saying ends that begins at a word.
fn ends(saying: &str, small: &[String], at: usize) -> Option<usize> {
    saying.split(' ').try_fold(at, |at, part| (small.get(at)? == part).then_some(at + 1))
}

fn of_another(small: &[String], at: usize) -> bool {
    small.part(at.saturating_sub(NEAR)..at).iter().any(|word| OTHER_PEOPLE.contains(&word.as_str()))
}

/// The values of a kind that begin at a word.
fn read(text: &str, what: What, ranges: &[Range<usize>], at: usize) -> Option<Vec<Hit>> {
    let start = ranges.get(at)?.start;
    match what {
        What::Birth => {
            let line = behind(text, start).split('\n').next().unwrap_or_default();
            value(text, what, start..start + line.len()).map(|hit| vec![hit])
        }
        What::Nationality => {
            let first = country(text, ranges, at)?;
            // "Irish and American".
            let joined = text.part(first.end..).strip_prefix(" and ").is_some();
            let next = || ranges.partition_point(|word| word.start <= first.end + 4);
            let second = joined.then(next).and_then(|at| country(text, ranges, at));
            Some([Some(first), second].into_iter().flatten().map(|span| Hit { what, span }).collect())
        }
        What::Country => Some(vec![Hit { what, span: country(text, ranges, at)? }]),
        What::Address => address(text, start).map(|span| vec![Hit { what, span }]),
        What::Name | What::Number | What::TaxId | What::Issued | What::Expiry => None,
    }
}

/// A country or its people's name of one to three words. Two letters are a word more often than a code.
fn country(text: &str, ranges: &[Range<usize>], at: usize) -> Option<Range<usize>> {
    let start = ranges.get(at)?.start;
    let spans = (0..3).rev().filter_map(|more| ranges.get(at + more).map(|last| start..last.end));
    spans.into_iter().find(|span| span.len() > 3 && Country::read(text.part(span.clone())).is_some())
}

/// "a Nigerian citizen", "I am Dutch".
fn citizen(text: &str, ranges: &[Range<usize>], small: &[String], at: usize) -> Option<Hit> {
    let is = |at: usize, words: &[&str]| small.get(at).is_some_and(|word| words.contains(&word.as_str()));
    let span = country(text, ranges, at)?;
    let next = ranges.partition_point(|word| word.start < span.end);
    let behind = is(next, &["citizen", "national", "nationality", "citizenship"]);
    let before = at.checked_sub(1).is_some_and(|one| is(one, &["am", "im"]))
        || at.checked_sub(2).is_some_and(|one| is(one, &["i"]) && is(at - 1, &["m"]));
    // "I am German speaking" is no nationality; a place is none either.
    let ends = next == ranges.len() || !text.part(span.end..).starts_with(' ');
    ((behind || (before && ends)) && !of_another(small, at)).then_some(Hit { what: What::Nationality, span })
}

/// "22 Harbour View, Cork is my new address".
fn turned_round(text: &str) -> Option<Hit> {
    let small = text.to_ascii_lowercase();
    let turns =
        [" is my new address", " is my address", " is my home address", " is my current address", " is where i live"];
    let end = turns.iter().filter_map(|turn| small.find(turn)).min()?;
    let before = text.part(..end);
    let start =
        ["\n", "! ", "? ", "; ", ": "].iter().filter_map(|stop| before.rfind(stop).map(|at| at + stop.len())).max();
    address(text, start.unwrap_or(0)).filter(|span| span.end <= end + 1).map(|span| Hit { what: What::Address, span })
}

/// An address that begins here: it ends with its sentence, or where something else is said.
fn address(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = behind(text, start);
    let small = rest.to_ascii_lowercase();
    // "St. Albans" ends no sentence, "Dublin 8. Please" does.
    let full = small.match_indices(". ").map(|(at, _)| at).find(|at| {
        let word = small.part(..*at).rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        !["st", "rd", "ave", "apt", "no", "dr", "blvd", "sq", "hauptstr", "str"].contains(&word)
    });
    let end = STOPS.iter().filter_map(|stop| small.find(stop)).chain(full).min().unwrap_or(rest.len());
    let span = trim(text, start..start + end);
    let part = text.part(span.clone());
    let plain = plain(part);
    let street = |word: &str| STREETS.contains(&word) || word.ends_with("strasse") || word.ends_with("straat");
    let named = plain.split(|c: char| !c.is_alphanumeric()).any(street) || part.contains(", ");
    // A house number stands among the first words; an amount or a day is no house.
    let numbered = plain.split_whitespace().take(5).any(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let other = plain.split(|c: char| !c.is_alphanumeric()).any(|word| OTHER_NUMBERS.contains(&word));
    let money = other || part.contains(['$', '€', '£', '%', '@', '[']);
    let capital = part.chars().any(char::is_uppercase);
    (part.len() <= ADDRESS_BYTES && named && numbered && capital && !money).then_some(span)
}
