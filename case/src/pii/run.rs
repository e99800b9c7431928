//! Runs of digits: numbers with whatever separates their digits. A run ends at a word, at a currency sign, at
//! something already found, and where more than a few marks stand between two digits.

use super::normal::{Letter, OPAQUE};
use super::{Find, Kind};
use crate::part::Part as _;

/// Most letters between two digits of one number, white space counting as one.
const GAP: usize = 4;

/// Digits that may belong together.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) digits: Vec<u8>,
    /// The index of each digit's letter.
    pub(super) at: Vec<usize>,
    /// What stands before each digit, and after the last one: `cuts.len() == digits.len() + 1`.
    pub(super) cuts: Vec<Cut>,
    /// Whether a line ends between two of the digits.
    is_broken: bool,
}

/// What stands between two digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// The run begins or ends here.
    Edge,
    /// Nothing: the digits touch.
    Joined,
    /// White space only.
    Space,
    /// A mark, the first where there are several, and whether it is all there is.
    Mark { mark: char, is_alone: bool },
}

impl Cut {
    pub(super) const fn is_mark(self) -> bool {
        matches!(self, Self::Mark { .. })
    }

    pub(super) fn is_alone(self, one_of: &[char]) -> bool {
        match self {
            Self::Mark { mark, is_alone: true } => one_of.contains(&mark),
            _ => false,
        }
    }
}

/// How a number's groups are set apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// By marks such as dashes; white space may stand anywhere.
    Marks,
    /// By white space alone, and nowhere else.
    Spaces,
}

impl Run {
    pub(super) fn len(&self) -> usize {
        self.digits.len()
    }

    /// The letter of the first digit.
    pub(super) fn first(&self) -> usize {
        self.at.first().copied().unwrap_or_default()
    }

    /// What stands before a digit; beyond the run nothing belongs to it.
    pub(super) fn cut(&self, at: usize) -> Cut {
        self.cuts.get(at).copied().unwrap_or(Cut::Edge)
    }

    /// The digits from `start` to `end` as a find.
    pub(super) fn find(&self, start: usize, end: usize, kind: Kind) -> Option<Find> {
        let (first, last) = (self.at.get(start)?, self.at.get(end.checked_sub(1)?)?);
        Some(Find { first: *first, last: *last, kind })
    }

    /// Whether a number can begin or end before this digit.
    pub(super) fn is_border(&self, at: usize) -> bool {
        self.cut(at) != Cut::Joined
    }

    /// Whether the digits from `start` are grouped like this, with a border at both ends: the borders are unlike what
    /// stands between all other digits.
    pub(super) fn layout(&self, start: usize, groups: &[usize]) -> Option<Layout> {
        let end = start + groups.iter().sum::<usize>();
        if end > self.len() || !self.is_border(start) || !self.is_border(end) {
            return None;
        }
        let mut border = start;
        let borders: Vec<usize> = groups
            .iter()
            .map(|len| {
                border += len;
                border
            })
            .collect();
        let agree =
            |holds: &dyn Fn(Cut) -> bool| (start + 1..end).all(|at| holds(self.cut(at)) == borders.contains(&at));
        if agree(&Cut::is_mark) {
            return Some(Layout::Marks);
        }
        // What stands between two digits of one group, wherever the first such two are.
        let inner = (start + 1..end).find(|at| !borders.contains(at)).map_or(Cut::Edge, |at| self.cut(at));
        if !agree(&|cut| cut != inner) {
            return None;
        }
        let all_spaces = inner == Cut::Joined && (start + 1..end).all(|at| !self.cut(at).is_mark());
        Some(if all_spaces { Layout::Spaces } else { Layout::Marks })
    }

    /// Whether the digits from `start` to `end` all touch, or are all set apart.
    pub(super) fn is_uniform(&self, start: usize, end: usize) -> bool {
        let borders = (start + 1..end).filter(|at| self.is_border(*at)).count();
        borders == 0 || borders + 1 == end - start
    }

    /// Whether each of the digits from `start` to `end` stands alone.
    pub(super) fn is_spread(&self, start: usize, end: usize) -> bool {
        (start..=end).all(|at| self.is_border(at))
    }

    /// Whether the digits from `start` to `end` each stand alone, and what is before and after them does not.
    pub(super) fn stands_spread(&self, start: usize, end: usize) -> bool {
        let is_joined = |at: usize| at > 0 && at < self.len() && !self.is_border(at);
        self.is_spread(start, end) && (start == 0 || is_joined(start - 1)) && (end == self.len() || is_joined(end + 1))
    }

    /// The run as it would be if no line ended within it; `None` where none does.
    pub(super) fn mended(&self, letters: &[Letter]) -> Option<Self> {
        if !self.is_broken {
            return None;
        }
        let mut mended = self.clone();
        for (pair, cut) in self.at.windows(2).zip(mended.cuts.iter_mut().skip(1)) {
            let [last, next] = pair else { continue };
            let gap: Vec<Letter> =
                letters.part(last + 1..*next).iter().filter(|letter| !letter.ends_line()).copied().collect();
            *cut = cut_between(&gap).unwrap_or(*cut);
        }
        Some(mended)
    }

    /// The digits from `start` to `end` as a run of their own.
    pub(super) fn piece(&self, start: usize, end: usize) -> Self {
        let mut cuts = self.cuts.part(start..end).to_vec();
        if let Some(first) = cuts.first_mut() {
            *first = Cut::Edge;
        }
        cuts.push(Cut::Edge);
        Self {
            digits: self.digits.part(start..end).to_vec(),
            at: self.at.part(start..end).to_vec(),
            cuts,
            is_broken: self.is_broken,
        }
    }

    /// Whether any inner digit from `start` to `end` was disguised.
    pub(super) fn is_disguised(&self, letters: &[Letter], start: usize, end: usize) -> bool {
        let inner = self.at.part(start + 1..end).iter();
        inner.filter_map(|at| letters.get(*at)).any(|letter| letter.is_disguised())
    }

    /// The number that the digits from `start` to `end` make; only for the few digits of a field.
    pub(super) fn number(&self, start: usize, end: usize) -> u32 {
        self.digits.part(start..end).iter().fold(0, |number, digit| number * 10 + u32::from(*digit))
    }
}

/// All runs of a text, in its order.
pub(super) fn runs(letters: &[Letter]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut is_open = false;
    for (at, letter) in letters.iter().enumerate() {
        let Some(digit) = letter.digit() else { continue };
        let cut = match runs.last().and_then(|run| run.at.last()) {
            Some(last) if is_open => cut_between(letters.part(last + 1..at)),
            _ => None,
        };
        match (cut, runs.last_mut()) {
            (Some(cut), Some(run)) => {
                run.is_broken |= cut != Cut::Joined && ends_line(letters, run, at);
                run.cuts.pop();
                run.cuts.extend([cut, Cut::Edge]);
                run.digits.push(digit);
                run.at.push(at);
            }
            _ => {
                runs.push(Run { digits: vec![digit], at: vec![at], cuts: vec![Cut::Edge, Cut::Edge], is_broken: false })
            }
        }
        is_open = true;
    }
    runs
}

/// Whether a line ends between a run and the letter at `at`.
fn ends_line(letters: &[Letter], run: &Run, at: usize) -> bool {
    run.at.last().is_some_and(|last| letters.part(last + 1..at).iter().any(|letter| letter.ends_line()))
}

/// What a gap is, or `None` where it ends a number.
fn cut_between(gap: &[Letter]) -> Option<Cut> {
    if gap.len() > GAP
        || gap.iter().any(|letter| letter.is_word() || letter.glyph == OPAQUE || is_currency(letter.glyph))
    {
        return None;
    }
    let mut marks = gap.iter().map(|letter| letter.glyph).filter(|glyph| *glyph != ' ');
    Some(match (gap.len(), marks.next()) {
        (0, _) => Cut::Joined,
        (_, None) => Cut::Space,
        (len, Some(mark)) => Cut::Mark { mark, is_alone: len == 1 },
    })
}

/// Currency signs and the percent sign: what stands beside one is an amount.
pub(super) fn is_currency(glyph: char) -> bool {
    matches!(glyph, '$' | '%' | '\u{A2}'..='\u{A5}' | '\u{20A0}'..='\u{20CF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pii::normal::normalise;

    fn shape(text: &str) -> Vec<usize> {
        runs(&normalise(text)).iter().map(Run::len).collect()
    }

    #[test]
    fn words_amounts_and_long_gaps_end_a_run() {
        assert_eq!(shape("12 34-56, 78"), [8]);
        assert_eq!(shape("12 and 34"), [2, 2]);
        assert_eq!(shape("£12 £34 56%78"), [2, 4, 2]);
        assert_eq!(shape("12 ..... 34"), [2, 2]);
        assert_eq!(shape(""), [0; 0]);
    }

    #[test]
    fn groups_are_seen_through_spaced_digits() {
        let layout = |text: &str| runs(&normalise(text))[0].layout(0, &[3, 2, 4]);
        assert_eq!(layout("123-45-6789"), Some(Layout::Marks));
        assert_eq!(layout("1 2 3 - 4 5 - 6 7 8 9"), Some(Layout::Marks));
        assert_eq!(layout("12\n3-45-6789"), Some(Layout::Marks));
        assert_eq!(layout("123 45 6789"), Some(Layout::Spaces));
        for text in ["123456789", "12-345-6789", "123-45-67890", "1 2 3 4 5 6 7 8 9", "123-45-678"] {
            assert_eq!(layout(text), None, "{text}");
        }
    }
}
