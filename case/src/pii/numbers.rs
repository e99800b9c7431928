//! Numbers without a checksum: social security, sort code with account, telephone, security code. Each needs its
//! customary grouping or a word beside it; a number that is part of an identifier (`INV-2026...`) is none of them.

use super::context::{self, Hint, Topic};
use super::normal::Letter;
use super::run::{Cut, Layout, Run};
use super::{Find, Kind};
use crate::part::Part as _;

/// Fewest digits that any rule here looks at.
const SHORTEST: usize = 3;

/// Letters that may lie between a telling word and an account number, a telephone number, a security code.
const NEAR_ACCOUNT: usize = 16;
const NEAR_PHONE: usize = 32;
const NEAR_SECURITY_CODE: usize = 16;

/// Letters that may lie between a sort code and its account number.
const NEAR_SORT_CODE: usize = 40;

/// One run with what stands around it.
struct Number<'a> {
    letters: &'a [Letter],
    run: &'a Run,
    before: Option<Hint>,
    after: Option<Hint>,
    /// The last letter of the sort code that the run before turned out to be.
    sort_code: Option<usize>,
}

/// Finds what the runs of a text are.
pub(super) fn find(letters: &[Letter], runs: &[Run], finds: &mut Vec<Find>) {
    let mut sort_code = None;
    for run in runs.iter().filter(|run| run.len() >= SHORTEST) {
        let (Some(first), Some(last)) = (run.at.first().copied(), run.at.last().copied()) else { continue };
        let glued = context::glued_word(letters, first);
        let glued_topic = glued.as_deref().and_then(context::topic_of);
        if (glued.is_some() && glued_topic.is_none_or(Topic::is_harmless)) || context::is_amount(letters, first, last) {
            continue;
        }
        let number = Number {
            letters,
            run,
            before: context::before(letters, first),
            after: context::after(letters, last),
            sort_code,
        };
        sort_code = None;
        number.find_ssn(finds);
        if let Some(end) = number.find_account(finds) {
            sort_code = run.at.get(end - 1).copied();
        }
        number.find_phones(finds);
        number.find_security_code(finds);
    }
}

impl Number<'_> {
    fn says(&self, topic: Topic, distance_max: usize) -> bool {
        self.before.is_some_and(|hint| hint.topic == topic && hint.distance <= distance_max)
    }

    /// The word before decides; only without one does a word after count.
    fn says_around(&self, topic: Topic, distance_max: usize) -> bool {
        self.says(topic, distance_max) || (self.before.is_none() && self.after.is_some_and(|hint| hint.topic == topic))
    }

    fn is_harmless(&self) -> bool {
        self.before.is_some_and(|hint| hint.topic.is_harmless())
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
                    !is_part && (self.has_dashes(&[start + 3, start + 5]) || self.says_around(Topic::Ssn, usize::MAX))
                }
                Some(Layout::Spaces) => !self.is_harmless(),
                None => start == 0 && self.says_around(Topic::Ssn, usize::MAX),
            };
            // Nine digits that somebody disguised are no order number.
            let is_hidden = is_alone && run.is_disguised(self.letters, start, end) && self.before.is_none();
            if found || is_hidden {
                self.push(start, end, Kind::Ssn, finds);
            }
        }
    }

    fn has_dashes(&self, at: &[usize]) -> bool {
        at.iter().all(|at| matches!(self.run.cut(*at), Cut::Mark { mark: '-' | '.', .. }))
    }

    /// Finds a sort code, an account number or both. Gives the end of a sort code that stands without its account.
    fn find_account(&self, finds: &mut Vec<Find>) -> Option<usize> {
        let run = self.run;
        let is_about_bank = self.says(Topic::SortCode, NEAR_SORT_CODE) || self.says(Topic::Account, NEAR_SORT_CODE);
        let pair = (0..(run.len() + 1).saturating_sub(14)).find(|start| self.is_pair(*start, is_about_bank));
        if let Some(start) = pair {
            self.push(start, start + 14, Kind::SortCodeAccount, finds);
            return None;
        }
        if let Some(end) = self.sort_code_end() {
            self.push(0, end, Kind::SortCodeAccount, finds);
            return Some(end);
        }
        let follows_sort_code = self.sort_code.is_some_and(|last| run.first() - last <= NEAR_SORT_CODE);
        let is_account = run.len() >= 8 && run.is_border(8) && (run.len() == 8 || is_joined(run, 0, 8));
        if is_account && (follows_sort_code || (self.says(Topic::Account, NEAR_ACCOUNT) && !is_date(run, 0))) {
            self.push(0, 8, Kind::SortCodeAccount, finds);
        }
        None
    }

    /// Six digits and eight: grouped as sort codes are, or in any way where the words speak of an account.
    fn is_pair(&self, start: usize, is_about_bank: bool) -> bool {
        let run = self.run;
        let (middle, end) = (start + 6, start + 14);
        if !run.is_border(start) || !run.is_border(end) {
            return false;
        }
        let has_dashes = self.has_dashes(&[start + 2, start + 4])
            && run.is_border(middle)
            && (start + 1..end).all(|at| [2, 4, 6].contains(&(at - start)) || !run.cut(at).is_mark());
        let is_grouped = run.layout(start, &[2, 2, 2, 8]).is_some() && self.has_no_slashes(start, end);
        let is_told =
            is_about_bank && start == 0 && (run.len() == 14 || run.is_border(middle) || is_joined(run, 0, 14));
        has_dashes || is_grouped || is_told
    }

    fn has_no_slashes(&self, start: usize, end: usize) -> bool {
        (start + 1..end).all(|at| !matches!(self.run.cut(at), Cut::Mark { mark: '/' | ':' | ',', .. }))
    }

    fn sort_code_end(&self) -> Option<usize> {
        let run = self.run;
        let is_grouped = run.layout(0, &[2, 2, 2]).is_some() && self.has_no_slashes(0, 6);
        let is_six = run.len() == 6 || (run.len() > 6 && is_joined(run, 0, 6) && run.is_border(6));
        let is_told = self.says(Topic::SortCode, NEAR_ACCOUNT) && (is_grouped || is_six);
        // `12-34-56, account ...`: the account is still to come.
        let is_announced = is_grouped
            && run.len() == 6
            && self.has_dashes(&[2, 4])
            && self.after.is_some_and(|hint| matches!(hint.topic, Topic::Account | Topic::SortCode));
        (is_told || is_announced).then_some(6)
    }

    fn find_phones(&self, finds: &mut Vec<Find>) {
        let run = self.run;
        let mut start = 0;
        while start < run.len() {
            let end = (start + 1..run.len()).find(|at| ends_phone(run.cut(*at))).unwrap_or(run.len());
            self.find_phone(start, end, finds);
            start = end;
        }
    }

    /// Looks at digits between marks that telephone numbers do not have.
    fn find_phone(&self, start: usize, end: usize, finds: &mut Vec<Find>) {
        let run = self.run;
        let len = end - start;
        if let Some(plus) = self.plus_before(start) {
            if let Some(len) = international_len(run, start, end) {
                finds.extend(run.find(start, start + len, Kind::Phone).map(|find| Find { first: plus, ..find }));
            }
            return;
        }
        if let Some(at) = (start..end).find(|at| self.north_american_len(*at, end).is_some()) {
            let len = self.north_american_len(at, end).unwrap_or_default();
            self.push_phone(at, at + len, finds);
            return;
        }
        let is_told = self.says_around(Topic::Phone, NEAR_PHONE) && (7..=15).contains(&len) && !is_date(run, start);
        let digits = run.digits.part(start..end);
        let has_exit_code = matches!(digits, [0, 0, 1..=9, ..]) && (11..=16).contains(&len);
        let is_mobile = matches!(digits, [0, 7, ..]) && len == 11;
        if is_told || ((has_exit_code || is_mobile) && !self.is_harmless()) {
            self.push_phone(start, end, finds);
        }
    }

    /// The plus sign before the digits, with a space or a bracket between them at most.
    fn plus_before(&self, start: usize) -> Option<usize> {
        let first = *self.run.at.get(start)?;
        (first.saturating_sub(3)..first)
            .rev()
            .find(|at| !matches!(self.glyph(*at), Some(' ' | '(')))
            .filter(|at| self.glyph(*at) == Some('+'))
    }

    /// A telephone number with the bracket that opens its area code.
    fn push_phone(&self, start: usize, end: usize, finds: &mut Vec<Find>) {
        let Some(find) = self.run.find(start, end, Kind::Phone) else { return };
        let before = |distance: usize| find.first.checked_sub(distance);
        let skipped = usize::from(before(1).and_then(|at| self.glyph(at)) == Some(' '));
        let bracket = before(1 + skipped).filter(|at| self.glyph(*at) == Some('('));
        finds.push(Find { first: bracket.unwrap_or(find.first), ..find });
    }

    /// Three, three and four digits, with or without a leading one; codes begin with two to nine.
    fn north_american_len(&self, start: usize, end: usize) -> Option<usize> {
        let run = self.run;
        let (area, layout) = if run.digits.get(start) == Some(&1) && start + 11 <= end {
            (start + 1, run.layout(start, &[1, 3, 3, 4])?)
        } else {
            (start, run.layout(start, &[3, 3, 4])?)
        };
        let len = area + 10 - start;
        let is_valid = start + len <= end && matches!(run.digits.part(area..), [2..=9, _, _, 2..=9, ..]);
        let is_meant = layout == Layout::Marks || !self.is_harmless();
        (is_valid && is_meant).then_some(len)
    }

    fn find_security_code(&self, finds: &mut Vec<Find>) {
        let run = self.run;
        let len = (1..=run.len()).find(|at| run.cut(*at).is_mark() || *at == run.len()).unwrap_or(run.len());
        if (3..=4).contains(&len) && self.says(Topic::SecurityCode, NEAR_SECURITY_CODE) {
            self.push(0, len, Kind::SecurityCode, finds);
        }
    }
}

/// The numbers that the Social Security Administration does not issue are excluded.
fn can_be_issued(run: &Run, start: usize) -> bool {
    let (area, group, serial) =
        (run.number(start, start + 3), run.number(start + 3, start + 5), run.number(start + 5, start + 9));
    area != 0 && area != 666 && area < 900 && group != 0 && serial != 0
}

fn is_joined(run: &Run, start: usize, end: usize) -> bool {
    (start + 1..end).all(|at| !run.is_border(at))
}

fn ends_phone(cut: Cut) -> bool {
    matches!(cut, Cut::Mark { mark, .. } if !matches!(mark, '-' | '.' | '(' | ')' | '/'))
}

/// How many digits after a plus sign are the number: as many as its country has, or all up to fifteen (ITU-T E.164).
fn international_len(run: &Run, start: usize, end: usize) -> Option<usize> {
    let digits = run.digits.part(start..end);
    let usual = match digits {
        [0, ..] | [] => return None,
        [1, ..] => Some(11),
        [4, 4, ..] => Some(12),
        _ => None,
    };
    let ends_well = |len: usize| (8..=15).contains(&len) && len <= digits.len() && run.is_border(start + len);
    usual.filter(|len| ends_well(*len)).or_else(|| (8..=15).rev().find(|len| ends_well(*len)))
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
