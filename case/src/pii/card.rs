//! Card numbers: issuers' prefixes with their lengths, and the Luhn check (ISO/IEC 7812-1, annex B).

use super::context::{self, Topic};
use super::normal::Letter;
use super::run::Run;
use super::{Find, Kind, numbers};
use crate::part::Part as _;
use std::cell::OnceCell;

/// The shortest and the longest card number in use.
const SHORTEST: usize = 12;
const LONGEST: usize = 19;

/// Digits of a parcel's number (United States Postal Service, Publication 199).
const PARCEL: usize = 22;

/// A range of issuers: the first four digits from and to, and the lengths in use. The first length is the usual one.
struct Issuer {
    from: u32,
    to: u32,
    lengths: &'static [usize],
}

const fn issuer(from: u32, to: u32, lengths: &'static [usize]) -> Issuer {
    Issuer { from, to, lengths }
}

/// What Maestro's numbers may have; twelve digits are rare and need more than the checks.
const MAESTRO: &[usize] = &[16, 12, 13, 14, 15, 17, 18, 19];

/// Sorted by prefix and without overlap. Visa, Mastercard, American Express, Diners Club, JCB (with its old prefixes),
/// UnionPay, Discover, Maestro, Mir, RuPay, Elo, Verve and Troy.
const ISSUERS: [Issuer; 26] = [
    issuer(604, 604, MAESTRO),
    issuer(1800, 1800, &[15]),
    issuer(2131, 2131, &[15]),
    issuer(2200, 2205, &[16, 17, 18, 19]),
    issuer(2221, 2720, &[16]),
    issuer(3000, 3059, &[14, 16, 17, 18, 19]),
    issuer(3095, 3095, &[14, 16, 17, 18, 19]),
    issuer(3400, 3499, &[15]),
    issuer(3500, 3599, &[16, 17, 18, 19]),
    issuer(3600, 3699, &[14, 16, 17, 18, 19]),
    issuer(3700, 3799, &[15]),
    issuer(3800, 3999, &[14, 16, 17, 18, 19]),
    issuer(4000, 4999, &[16, 13, 18, 19]),
    issuer(5000, 5099, MAESTRO),
    issuer(5100, 5599, &[16]),
    issuer(5600, 5899, MAESTRO),
    issuer(6011, 6011, &[16, 17, 18, 19]),
    issuer(6020, 6099, &[16]),
    issuer(6200, 6299, &[16, 17, 18, 19]),
    issuer(6300, 6399, MAESTRO),
    issuer(6440, 6499, &[16, 17, 18, 19]),
    issuer(6500, 6599, &[16, 17, 18, 19]),
    issuer(6700, 6799, MAESTRO),
    issuer(8100, 8199, &[16, 17, 18, 19]),
    issuer(8200, 8299, &[16]),
    issuer(9792, 9792, &[16]),
];

/// Finds card numbers among the digits of a run, beginning and ending at borders.
pub(super) fn find(letters: &[Letter], run: &Run, finds: &mut Vec<Find>) {
    if run.len() < SHORTEST {
        return;
    }
    if is_parcel(run) {
        return;
    }
    let skipped = transaction_id_len(letters, run);
    let hint = OnceCell::new();
    let hint = || *hint.get_or_init(|| context::before(letters, run.first()));
    let topic = || hint().map(|hint| hint.topic);
    for start in (skipped..run.len().saturating_sub(SHORTEST - 1)).filter(|start| run.is_border(*start)) {
        let prefix = run.number(start, start + 4);
        let Some(issuer) = ISSUERS.iter().find(|issuer| (issuer.from..=issuer.to).contains(&prefix)) else { continue };
        for len in issuer.lengths.iter().copied() {
            let end = start + len;
            if end > run.len() || !run.is_border(end) || !passes_luhn(run.digits.part(start..end)) {
                continue;
            }
            if numbers::is_grouped_date(run, start) {
                continue;
            }
            // A sort code and an account number together are as long as a Diners Club card.
            let is_account = len == 14
                && (run.layout(start, &[2, 2, 2, 8]).is_some()
                    || hint().is_some_and(|hint| {
                        matches!(hint.topic, Topic::SortCode | Topic::Account)
                            && hint.distance <= numbers::NEAR_SORT_CODE
                    }));
            // An unusual length in odd groups is more likely a chance meeting of numbers, unless a word or a disguise
            // says otherwise.
            let is_plausible = Some(&len) == issuer.lengths.first()
                || is_regular(run, start, end)
                || run.is_disguised(letters, start, end)
                || topic() == Some(Topic::Card);
            // Short numbers and the prefixes of old cards are more common in orders and references than on cards.
            let is_identifier = (len == SHORTEST || prefix < 2200)
                && hint().is_some_and(|hint| hint.topic == Topic::Identifier && hint.is_within(context::NEAR_HARMLESS));
            if is_plausible && !is_account && !is_identifier {
                finds.extend(run.find(start, end, Kind::Card));
            }
        }
    }
}

/// The bank's own ids (`tx-` and digits in one piece) are no card numbers whatever their digits; one in thirty would
/// pass the checks.
fn transaction_id_len(letters: &[Letter], run: &Run) -> usize {
    let len = touching_digits(run, 0);
    let is_id = len >= SHORTEST
        && context::glued_word(letters, run.first()).is_some_and(|word| matches!(word.as_str(), "tx" | "txn"))
        && !run.is_disguised(letters, 0, len);
    if is_id { len } else { 0 }
}

/// The twenty-two digits of a parcel, in one piece or in groups of four: sixteen of them may pass the checks by chance.
fn is_parcel(run: &Run) -> bool {
    let grouped = (1..PARCEL).all(|at| run.is_border(at) == at.is_multiple_of(4));
    run.len() == PARCEL
        && matches!(run.digits.as_slice(), [9, 1..=5, ..])
        && (grouped || touching_digits(run, 0) == PARCEL)
}

/// How many digits touch one another from `start` on.
fn touching_digits(run: &Run, start: usize) -> usize {
    (start + 1..run.len()).find(|at| run.is_border(*at)).unwrap_or(run.len()) - start
}

/// One or two groups, groups of one length with a shorter one at the end, or digits that were pulled apart throughout.
fn is_regular(run: &Run, start: usize, end: usize) -> bool {
    let borders: Vec<usize> = (start..=end).filter(|at| *at == start || *at == end || run.is_border(*at)).collect();
    let groups: Vec<usize> = borders.iter().zip(borders.iter().skip(1)).map(|(from, to)| to - from).collect();
    match groups.split_last() {
        Some((last, rest)) => {
            groups.len() <= 2
                || groups.len() * 2 >= end - start
                || rest.iter().all(|group| Some(group) == rest.first() && last <= group)
        }
        None => false,
    }
}

fn passes_luhn(digits: &[u8]) -> bool {
    debug_assert!((SHORTEST..=LONGEST).contains(&digits.len()), "the table holds no other lengths");
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(*digit)) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuers_are_sorted_and_their_lengths_possible() {
        assert!(ISSUERS.windows(2).all(|pair| pair[0].to < pair[1].from));
        assert!(ISSUERS.iter().all(|issuer| issuer.lengths.iter().all(|len| (SHORTEST..=LONGEST).contains(len))));
    }

    #[test]
    fn the_luhn_check_finds_every_wrong_digit() {
        let good = [4, 5, 3, 9, 1, 4, 8, 8, 0, 3, 4, 3, 6, 4, 6, 7];
        assert!(passes_luhn(&good));
        for at in 0..good.len() {
            for wrong in 1..10 {
                let mut bad = good;
                bad[at] = (bad[at] + wrong) % 10;
                assert!(!passes_luhn(&bad), "{at} {wrong}");
            }
        }
    }
}
