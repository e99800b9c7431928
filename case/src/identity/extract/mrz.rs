//! Machine-readable zones of travel documents (ICAO 9303 parts 4 to 6): cards with three lines of 30 (TD1), cards with
//! two of 36 (TD2), passports with two of 44 (TD3).
//!
//! The check digits decide: a zone in which one is wrong was misread or is forged, and nothing is taken from it.

use std::ops::Range;

use crate::part::Part as _;

/// What was made of a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Zone {
    /// Where the whole zone stands.
    pub(super) span: Range<usize>,
    /// Where its fields stand; nothing where a check digit is wrong.
    pub(super) fields: Option<Fields>,
}

/// Where the fields of a zone stand in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) name: Range<usize>,
    pub(super) number: Range<usize>,
    pub(super) nationality: Range<usize>,
    pub(super) birth: Range<usize>,
    pub(super) expiry: Range<usize>,
}

/// A kind of zone: how many lines of which length, and what stands where (line, from, to). A check digit follows each
/// of number, birth and expiry at once; `composite` is the last character of the second line.
struct Layout {
    lines: usize,
    length: usize,
    first: &'static [u8],
    name: Place,
    number: Place,
    nationality: Place,
    birth: Place,
    expiry: Place,
    composite: &'static [Place],
}

type Place = (usize, usize, usize);

const LAYOUTS: [Layout; 3] = [
    Layout {
        lines: 2,
        length: 44,
        first: b"P",
        name: (0, 5, 44),
        number: (1, 0, 9),
        nationality: (1, 10, 13),
        birth: (1, 13, 19),
        expiry: (1, 21, 27),
        composite: &[(1, 0, 10), (1, 13, 20), (1, 21, 43)],
    },
    Layout {
        lines: 2,
        length: 36,
        first: b"IAC",
        name: (0, 5, 36),
        number: (1, 0, 9),
        nationality: (1, 10, 13),
        birth: (1, 13, 19),
        expiry: (1, 21, 27),
        composite: &[(1, 0, 10), (1, 13, 20), (1, 21, 35)],
    },
    Layout {
        lines: 3,
        length: 30,
        first: b"IAC",
        name: (2, 0, 30),
        number: (0, 5, 14),
        nationality: (1, 15, 18),
        birth: (1, 0, 6),
        expiry: (1, 8, 14),
        composite: &[(0, 5, 30), (1, 0, 7), (1, 8, 15), (1, 18, 29)],
    },
];

/// The zones of a text.
pub(super) fn zones(text: &str) -> Vec<Zone> {
    let lines: Vec<Range<usize>> = super::lines(text).filter(|line| !line.is_empty()).collect();
    let mut zones = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let fitting = LAYOUTS.iter().find_map(|layout| {
            let own = lines.get(at..at + layout.lines)?;
            layout.fits(text, own).then_some((layout, own))
        });
        match fitting {
            Some((layout, own @ [first, .., last])) => {
                zones.push(Zone { span: first.start..last.end, fields: layout.read(text, own) });
                at += layout.lines;
            }
            _ => at += 1,
        }
    }
    zones
}

/// Lines that look like one of a zone, also where the others are not there.
pub(super) fn lines_of_zones(text: &str) -> impl Iterator<Item = Range<usize>> {
    super::lines(text).filter(|line| {
        let sized = LAYOUTS.iter().any(|layout| layout.length == line.len());
        let line = text.part(line.clone());
        sized && line.contains('<') && is_zonal(line)
    })
}

fn is_zonal(line: &str) -> bool {
    line.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'<')
}

impl Layout {
    fn fits(&self, text: &str, lines: &[Range<usize>]) -> bool {
        let zonal = |line: &Range<usize>| line.len() == self.length && is_zonal(text.part(line.clone()));
        let first = lines.first().and_then(|line| text.as_bytes().get(line.start));
        lines.iter().all(zonal) && first.is_some_and(|byte| self.first.contains(byte))
    }

    fn read(&self, text: &str, lines: &[Range<usize>]) -> Option<Fields> {
        let place = |(line, from, to): Place| lines.get(line).map(|line| line.start + from..line.start + to);
        let bytes = text.as_bytes();
        let checked = |range: &Range<usize>| check(bytes.part(range.clone())) == digit(bytes, range.end);
        let (birth, expiry) = (place(self.birth)?, place(self.expiry)?);
        let composite = self.composite.iter().map(|part| Some(bytes.part(place(*part)?)));
        let composite = composite.collect::<Option<Vec<_>>>()?.concat();
        let whole = check(&composite) == digit(bytes, lines.get(1)?.start + self.length - 1);
        let number = self.number(text, lines).filter(|_| whole && checked(&birth) && checked(&expiry))?;
        let name = without_fillers(text, place(self.name)?);
        let nationality = without_fillers(text, place(self.nationality)?);
        Some(Fields { name, number, nationality, birth, expiry })
    }

    /// The document's number, checked. On cards a longer one goes on after a filler in the check digit's place (part
    /// 5, note j): its check digit is then the last character of what follows.
    fn number(&self, text: &str, lines: &[Range<usize>]) -> Option<Range<usize>> {
        let (line, from, to) = self.number;
        let own = lines.get(line)?;
        let (start, end) = (own.start + from, own.start + to);
        let bytes = text.as_bytes();
        if bytes.get(end) == Some(&b'<') && line == 0 {
            let tail = bytes.part(end + 1..own.end).iter().take_while(|byte| **byte != b'<').count();
            let last = end + tail;
            let number = [bytes.part(start..end), bytes.part(end + 1..last.max(end + 1))].concat();
            return (tail > 1 && check(&number) == digit(bytes, last)).then_some(start..last);
        }
        let number = bytes.part(start..end);
        let empty = number.iter().all(|byte| *byte == b'<');
        (!empty && check(number) == digit(bytes, end)).then(|| without_fillers(text, start..end))
    }
}

fn without_fillers(text: &str, range: Range<usize>) -> Range<usize> {
    let kept = text.part(range.clone()).trim_end_matches('<').len();
    range.start..range.start + kept
}

/// The check digit (part 3, section 4.9): weights 7, 3, 1; letters count from 10, fillers nothing.
fn check(bytes: &[u8]) -> Option<u32> {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    };
    let sum: u32 = bytes.iter().zip([7, 3, 1].into_iter().cycle()).map(|(byte, weight)| value(*byte) * weight).sum();
    Some(sum % 10)
}

fn digit(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at).and_then(|byte| char::from(*byte).to_digit(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The specimens of ICAO 9303: part 4 (TD3), part 6 (TD2), part 5 (TD1).
    const TD3: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
    const TD2: &str = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";
    const TD1: &str = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";

    #[track_caller]
    fn check_zone(text: &str, number: &str) {
        let zones = zones(text);
        let fields = zones.first().and_then(|zone| zone.fields.clone()).expect("the zone is whole");
        assert_eq!(&text[fields.name], "ERIKSSON<<ANNA<MARIA");
        assert_eq!(&text[fields.number], number);
        assert_eq!(&text[fields.nationality], "UTO");
        assert_eq!((&text[fields.birth], &text[fields.expiry]), ("740812", "120415"));
    }

    #[test]
    fn the_specimens_of_the_standard_are_read() {
        check_zone(TD3, "L898902C3");
        check_zone(TD2, "D23145890");
        check_zone(TD1, "D23145890");
        check_zone(&format!("PASSPORT\n  Utopia\n\n  {}  \n", TD3.replace('\n', "  \r\n  ")), "L898902C3");
    }

    #[test]
    fn a_number_of_more_than_nine_characters_goes_on_after_a_filler() {
        let long = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<";
        let zones = zones(long);
        let fields = zones[0].fields.clone().expect("the zone is whole");
        assert_eq!(&long[fields.number], "D23145890<734");
    }

    #[test]
    fn a_zone_with_any_character_changed_gives_nothing() {
        for zone in [TD3, TD1] {
            let from = if zone == TD3 { 45 } else { 5 };
            let to = if zone == TD3 { zone.len() } else { 61 };
            for at in (from..to).filter(|at| zone.as_bytes()[*at].is_ascii_digit()) {
                let mut bytes = zone.as_bytes().to_vec();
                bytes[at] = b'0' + (bytes[at] - b'0' + 1) % 10;
                let spoilt = String::from_utf8(bytes).unwrap();
                let zones = zones(&spoilt);
                assert_eq!((zones.len(), &zones[0].fields), (1, &None), "{spoilt}");
            }
        }
    }

    #[test]
    fn other_lines_are_no_zone() {
        for text in ["", "P<", &"<".repeat(44), &format!("{}\n{}", "P".repeat(44), "é".repeat(22)), "A\nB\nC"] {
            assert_eq!(zones(text), [], "{text}");
        }
    }
}
