//! Telephone numbers: with a plus sign or an exit code, grouped as in North America or the United Kingdom, or beside a
//! word. It refuses to take digits for a telephone because there are about as many of them.

use super::{Number, is_counting, is_date, is_decimal};
use crate::part::Part as _;
use crate::pii::{
    Find, Kind,
    context::{NEAR_HARMLESS, Topic},
    run::{Cut, Layout, Run},
};

/// Letters that may lie between a telling word and the number.
const NEAR_PHONE: usize = 32;

/// How the eleven digits of a telephone in the United Kingdom are grouped.
const NATIONAL: [&[usize]; 4] = [&[5, 6], &[5, 3, 3], &[4, 3, 4], &[3, 4, 4]];

impl Number<'_> {
    pub(super) fn find_phones(&self, finds: &mut Vec<Find>) {
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
        if let Some(at) = (start..end).find(|at| self.is_national(*at, end)) {
            self.push_phone(at, at + 11, finds);
            return;
        }
        let is_told = self.says_around(Topic::Phone, NEAR_PHONE)
            && (7..=15).contains(&len)
            && !is_date(run, start)
            && !is_decimal(run);
        let digits = run.digits.part(start..end);
        let has_exit_code = matches!(digits, [0, 0, 1..=9, ..]) && (11..=16).contains(&len);
        let has_country_code = matches!(digits, [4, 4, 7, ..]) && len == 12;
        if is_told || ((has_exit_code || has_country_code) && !self.is_harmless(NEAR_HARMLESS)) {
            self.push_phone(start, end, finds);
        }
    }

    /// Eleven digits of a telephone in the United Kingdom, grouped as they are; a mobile one in any one way throughout.
    fn is_national(&self, start: usize, end: usize) -> bool {
        let run = self.run;
        let last = start + 11;
        let fits = last <= end && run.is_border(start) && run.is_border(last);
        let is_grouped = || NATIONAL.iter().any(|groups| run.layout(start, groups).is_some());
        let is_whole = || (start == 0 || run.is_uniform(start, last)) && !self.is_harmless(NEAR_HARMLESS);
        match run.digits.part(start..) {
            [0, 7, ..] => fits && (is_grouped() || is_whole()),
            [0, 1..=3, ..] => fits && is_grouped() && !self.is_harmless(NEAR_HARMLESS),
            _ => false,
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
        let is_spread = run.len() == 10 && run.is_spread(0, 10) && !is_counting(run);
        let (area, layout) = if run.digits.get(start) == Some(&1) && start + 11 <= end {
            (start + 1, run.layout(start, &[1, 3, 3, 4])?)
        } else if start == 0 && is_spread {
            (start, Layout::Marks)
        } else {
            (start, run.layout(start, &[3, 3, 4])?)
        };
        let len = area + 10 - start;
        let is_valid = start + len <= end && matches!(run.digits.part(area..), [2..=9, _, _, 2..=9, ..]);
        let is_meant = layout == Layout::Marks || !self.is_harmless(NEAR_HARMLESS);
        (is_valid && is_meant).then_some(len)
    }
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
