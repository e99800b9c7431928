//! Numbers without a checksum: social security, sort code with account, security code, and telephones. Each needs its
//! customary grouping or a word beside it; a number that is part of an identifier (`INV-2026...`) is none of them.

mod phones;

use super::context::{self, Hint, NEAR_HARMLESS, Topic};
use super::normal::Letter;
use super::run::{Cut, Layout, Run, is_currency};
use super::{Find, Kind};
use std::borrow::Cow;

/// Fewest digits that any rule here looks at.
const SHORTEST: usize = 3;

/// Letters that may lie between a telling word and an account number, a security code.
const NEAR_ACCOUNT: usize = 16;
const NEAR_SECURITY_CODE: usize = 16;
/// Letters between a word and the number right beside it: `account: 1`, `order is 1`.
const BESIDE: usize = 4;

/// Letters that may lie between a sort code and its account number.
pub(super) const NEAR_SORT_CODE: usize = 40;

/// One run with what stands around it.
struct Number<'a> {
    letters: &'a [Letter],
    run: &'a Run,
    before: Option<Hint>,
    after: Option<Hint>,
    /// What the run before turned out to be, if it was one half of a bank account's details.
    half: Option<Half>,
}

/// A sort code or an account's number without the other, by its last letter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    SortCode(usize),
    Account(usize),
}

/// Finds what the runs of a text are.
pub(super) fn find(letters: &[Letter], runs: &[Run], finds: &mut Vec<Find>) {
    let mut half = None;
    for run in runs.iter().filter_map(|run| own_part(letters, run)).filter(|run| run.len() >= SHORTEST) {
        let (Some(first), Some(last)) = (run.at.first().copied(), run.at.last().copied()) else { continue };
        let number = Number {
            letters,
            run: &run,
            before: context::before(letters, first),
            after: context::after(letters, last),
            half,
        };
        number.find_ssn(finds);
        half = number.find_account(finds);
        number.find_phones(finds);
        number.find_security_code(finds);
    }
}

/// A run without the digits at its ends that a word or a currency sign touches: `INV-2026 ...`, `$20 ...`, `... 20 %`.
fn own_part<'a>(letters: &[Letter], run: &'a Run) -> Option<Cow<'a, Run>> {
    let (first, last) = (*run.at.first()?, *run.at.last()?);
    let glued = context::glued_word(letters, first);
    let is_identifier = glued.is_some_and(|word| context::topic_of(&word).is_none_or(Topic::is_harmless));
    let touches = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|letter| is_currency(letter.glyph));
    let is_gap = |at: &usize| matches!(run.cut(*at), Cut::Space | Cut::Mark { is_alone: false, .. });
    let start = match is_identifier || touches(first.checked_sub(1)) {
        true => (1..run.len()).find(is_gap)?,
        false => 0,
    };
    let end = match touches(Some(last + 1)) {
        true => (start + 1..run.len()).rev().find(is_gap)?,
        false => run.len(),
    };
    Some(if (start, end) == (0, run.len()) { Cow::Borrowed(run) } else { Cow::Owned(run.piece(start, end)) })
}

impl Number<'_> {
    fn says(&self, topic: Topic, distance_max: usize) -> bool {
        self.before.is_some_and(|hint| hint.topic == topic && hint.distance <= distance_max)
    }

    /// The word before decides; only without one does a word after count.
    fn says_around(&self, topic: Topic, distance_max: usize) -> bool {
        self.says(topic, distance_max) || (self.before.is_none() && self.after.is_some_and(|hint| hint.topic == topic))
    }

    /// Whether a word of the same sentence, so near at most, says that the number is nobody's secret.
    fn is_harmless(&self, distance_max: usize) -> bool {
        self.before.is_some_and(|hint| hint.topic.is_harmless() && hint.is_within(distance_max))
    }

    fn glyph(&self, at: usize) -> Option<char> {
        self.letters.get(at).map(|letter| letter.glyph)
    }

    fn push(&self, start: usize, end: usize, kind: Kind, finds: &mut Vec<Find>) {
        finds.extend(self.run.find(start, end, kind));
    }

    fn find_ssn(&self, finds: &mut Vec<Find>) {
        let run = self.run;
        for start in 0..(run.len() + 1).saturating_sub(9) {
            let end = start + 9;
            if !run.is_border(start) || !run.is_border(end) || !can_be_issued(run, start) {
                continue;
            }
            // A dash straight before or after makes it a part of something longer.
            let is_part = run.cut(start).is_alone(&['-', '.']) || run.cut(end).is_alone(&['-', '.']);
            let is_alone = start == 0 && end == run.len();
            let found = match run.layout(start, &[3, 2, 4]) {
                Some(Layout::Marks) => {
                    let is_told = self.says_around(Topic::Ssn, usize::MAX) || run.is_spread(start, end);
                    !is_part && (self.has_dashes(&[start + 3, start + 5]) || self.has_slashes(start) || is_told)
                }
                Some(Layout::Spaces) => !self.is_harmless(BESIDE),
                None => {
                    (start == 0 && self.says_around(Topic::Ssn, usize::MAX))
                        || (run.stands_spread(start, end) && !is_counting(run))
                }
            };
            // Nine digits that somebody disguised are no order number.
            let is_hidden = is_alone && run.is_disguised(self.letters, start, end) && self.before.is_none();
            if found || is_hidden {
                self.push(start, end, Kind::Ssn, finds);
            }
        }
    }

    /// Whether the three groups are set apart by the same slash or stroke, as dates with three digits never are.
    fn has_slashes(&self, start: usize) -> bool {
        let (one, other) = (self.run.cut(start + 3), self.run.cut(start + 5));
        one == other && one.is_alone(&['/', '_'])
    }

    fn has_dashes(&self, at: &[usize]) -> bool {
        at.iter().all(|at| matches!(self.run.cut(*at), Cut::Mark { mark: '-' | '.', .. }))
    }

    /// Finds a sort code, an account number or both. Gives the half that stands without the other.
    fn find_account(&self, finds: &mut Vec<Find>) -> Option<Half> {
        let run = self.run;
        let is_about_bank = self.says(Topic::SortCode, NEAR_SORT_CODE) || self.says(Topic::Account, NEAR_SORT_CODE);
        let pair = (0..(run.len() + 1).saturating_sub(14)).find(|start| self.is_pair(*start, is_about_bank));
        if let Some(start) = pair {
            self.push(start, start + 14, Kind::SortCodeAccount, finds);
            return None;
        }
        if self.is_sort_code() {
            self.push(0, 6, Kind::SortCodeAccount, finds);
            return Some(Half::SortCode(*run.at.get(5)?));
        }
        let follows_sort_code = matches!(self.half, Some(Half::SortCode(last)) if run.first() - last <= NEAR_SORT_CODE);
        let is_account =
            run.len() >= 8 && run.is_border(8) && (run.len() == 8 || run.is_uniform(0, 8)) && !is_decimal(run);
        if is_account && (follows_sort_code || self.is_told_account()) {
            self.push(0, 8, Kind::SortCodeAccount, finds);
            return Some(Half::Account(*run.at.get(7)?));
        }
        None
    }

    /// Whether the words call the run an account's number. What reads as a date needs the word right beside it.
    fn is_told_account(&self) -> bool {
        self.says(Topic::Account, if is_date(self.run, 0) { 2 } else { NEAR_ACCOUNT })
    }

    /// Six digits and eight, or the other way round: grouped as sort codes are, or in any way where the words speak of an
    /// account.
    fn is_pair(&self, start: usize, is_about_bank: bool) -> bool {
        let run = self.run;
        let (middle, end) = (start + 6, start + 14);
        if !run.is_border(start) || !run.is_border(end) {
            return false;
        }
        let has_dashes = self.has_dashes(&[start + 2, start + 4])
            && run.is_border(middle)
            && (start + 1..end).all(|at| [2, 4, 6].contains(&(at - start)) || !run.cut(at).is_mark());
        let is_grouped = run.layout(start, &[2, 2, 2, 8]).is_some() && self.has_no_slashes(start, middle);
        let is_turned = run.layout(start, &[8, 2, 2, 2]).is_some() && self.has_dashes(&[start + 10, start + 12]);
        let is_told =
            is_about_bank && start == 0 && (run.len() == 14 || run.is_border(middle) || run.is_uniform(0, 14));
        let is_spread = run.len() == 14 && run.is_spread(0, 14);
        // Six and eight digits are nothing else where the first are no day.
        let is_bare = run.len() == 14
            && run.layout(0, &[6, 8]).is_some()
            && !self.is_harmless(NEAR_HARMLESS)
            && ![(0, 2), (2, 4)]
                .iter()
                .any(|(one, other)| is_day(run.number(*one, one + 2), run.number(*other, other + 2)));
        has_dashes || is_grouped || is_turned || is_told || is_spread || is_bare
    }

    fn has_no_slashes(&self, start: usize, end: usize) -> bool {
        (start + 1..end).all(|at| !matches!(self.run.cut(at), Cut::Mark { mark: '/' | ':' | ',', .. }))
    }

    /// Whether the run begins with a sort code that stands without its account.
    fn is_sort_code(&self) -> bool {
        let run = self.run;
        let is_grouped = run.layout(0, &[2, 2, 2]).is_some() && self.has_no_slashes(0, 6);
        let is_six = run.len() == 6 || (run.len() > 6 && is_joined(run, 0, 6) && run.is_border(6));
        let is_told = self.says(Topic::SortCode, NEAR_ACCOUNT) && (is_grouped || is_six);
        let stands_alone = is_grouped && run.len() == 6;
        let follows_account =
            matches!(self.half, Some(Half::Account(last)) if run.first() - last <= NEAR_SORT_CODE) && stands_alone;
        // `12-34-56, account ...`: the account is still to come.
        let is_announced = stands_alone
            && self.has_dashes(&[2, 4])
            && self.after.is_some_and(|hint| matches!(hint.topic, Topic::Account | Topic::SortCode));
        is_told || is_announced || follows_account
    }

    fn find_security_code(&self, finds: &mut Vec<Find>) {
        let run = self.run;
        let len = (1..=run.len()).find(|at| run.cut(*at).is_mark() || *at == run.len()).unwrap_or(run.len());
        if (3..=4).contains(&len) && self.says(Topic::SecurityCode, NEAR_SECURITY_CODE) {
            self.push(0, len, Kind::SecurityCode, finds);
        }
    }
}

/// The numbers that the Social Security Administration does not issue are excluded; those of the Internal Revenue
/// Service for taxpayers without one (areas from 900, groups as Publication 1915 has them) are not.
fn can_be_issued(run: &Run, start: usize) -> bool {
    let (area, group, serial) =
        (run.number(start, start + 3), run.number(start + 3, start + 5), run.number(start + 5, start + 9));
    let is_taxpayer = area >= 900 && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99);
    is_taxpayer || (area != 0 && area != 666 && area < 900 && group != 0 && serial != 0)
}

fn is_joined(run: &Run, start: usize, end: usize) -> bool {
    (start + 1..end).all(|at| !run.is_border(at))
}

/// Whether the digits are a number with a decimal point, such as a coordinate or a rate.
fn is_decimal(run: &Run) -> bool {
    let mut borders = (1..run.len()).filter(|at| run.is_border(*at));
    let point = borders.next().filter(|at| *at <= 3 && run.cut(*at).is_alone(&['.']));
    point.is_some() && borders.next().is_none()
}

/// Whether the digits only count up: a scale, and nobody's number.
fn is_counting(run: &Run) -> bool {
    run.digits.windows(2).all(|pair| pair.first().zip(pair.last()).is_some_and(|(one, next)| one + 1 == *next))
}

/// Whether the digits from `start` read as a date: year first or last in groups or all together, or two digits each.
fn is_date(run: &Run, start: usize) -> bool {
    if is_grouped_date(run, start) {
        return true;
    }
    if start + 8 <= run.len() && is_joined(run, start, start + 8) {
        return has_year_first(run, start) || has_year_last(run, start);
    }
    run.layout(start, &[2, 2, 2]).is_some() && is_day(run.number(start, start + 2), run.number(start + 2, start + 4))
}

/// Whether the digits from `start` are grouped as a date with a whole year, and are one.
pub(super) fn is_grouped_date(run: &Run, start: usize) -> bool {
    (run.layout(start, &[4, 2, 2]).is_some() && has_year_first(run, start))
        || (run.layout(start, &[2, 2, 4]).is_some() && has_year_last(run, start))
}

fn has_year_first(run: &Run, start: usize) -> bool {
    is_year(run.number(start, start + 4)) && is_day(run.number(start + 4, start + 6), run.number(start + 6, start + 8))
}

fn has_year_last(run: &Run, start: usize) -> bool {
    is_year(run.number(start + 4, start + 8)) && is_day(run.number(start, start + 2), run.number(start + 2, start + 4))
}

fn is_year(number: u32) -> bool {
    (1900..2100).contains(&number)
}

/// Whether one is a month and the other a day, in either order.
fn is_day(one: u32, other: u32) -> bool {
    (1..=31).contains(&one) && (1..=31).contains(&other) && (one <= 12 || other <= 12)
}
