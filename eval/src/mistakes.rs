//! The mistakes worth looking at: those that were surest, decided ones first. Their texts are the only ones kept.

use case::label::{Label, Ppm};
use serde::Serialize;

use crate::{
    judged::{DecidedBy, Share},
    limits,
    record::{Other, Record},
    row::RowId,
};

/// Why a row was read as it was: asked for only where the row is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Why {
    /// The text as triage read it. It is redacted again and cut before it is kept.
    pub text: String,
    /// The words that spoke for the answer.
    pub cues_predicted: Vec<String>,
    /// The words that spoke for what is right.
    pub cues_label: Vec<String>,
}

/// A row that was read wrongly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// The row.
    pub id: RowId,
    /// What it is about.
    pub label: Label,
    /// What was answered.
    pub predicted: Label,
    /// How likely that was said to be.
    pub probability: Share,
    /// Whether it was decided.
    pub accepted: bool,
    /// By whom.
    pub decided_by: DecidedBy,
    /// What the other side of a comparison answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<Label>,
    /// The redacted text, cut.
    pub text: String,
    /// The words that spoke for the answer.
    pub cues_predicted: Vec<String>,
    /// The words that spoke for what is right.
    pub cues_label: Vec<String>,
}

/// A few mistakes, the worst first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Worst(Vec<Mistake>);

/// Decided before undecided, then the likelier first.
type Rank = (bool, Ppm);

impl Worst {
    /// Whether a mistake of this rank would be kept.
    pub(crate) fn wants(&self, rank: Rank) -> bool {
        self.0.len() < limits::MISTAKES || self.0.last().is_some_and(|last| rank > rank_of(last))
    }

    /// Keeps a mistake at its place; the least of too many goes.
    pub(crate) fn keep(&mut self, mistake: Mistake) {
        let rank = rank_of(&mistake);
        let place = self.0.partition_point(|other| rank_of(other) >= rank);
        self.0.insert(place, mistake);
        self.0.truncate(limits::MISTAKES);
    }

    pub(crate) fn into_list(self) -> Vec<Mistake> {
        self.0
    }
}

const fn rank_of(mistake: &Mistake) -> Rank {
    (mistake.accepted, mistake.probability.0)
}

impl Mistake {
    pub(crate) fn new(id: RowId, record: &Record, why: Why) -> Self {
        let said = record.said();
        Self {
            id,
            label: record.label,
            predicted: said.predicted,
            probability: Share(said.probability),
            accepted: said.accepted,
            decided_by: record.decided_by,
            other: record.other.map(|Other { predicted, .. }| predicted),
            text: shown(&why.text),
            cues_predicted: why.cues_predicted,
            cues_label: why.cues_label,
        }
    }
}

/// A text as a report shows it.
fn shown(text: &str) -> String {
    let text = case::pii::redact(text);
    let words: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(limits::SHOWN_CHARS).collect();
    if text.chars().nth(limits::SHOWN_CHARS).is_some() { words + " ..." } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(id: u64, accepted: bool, parts: u32) -> Mistake {
        Mistake {
            id: RowId::Number(id),
            label: Label::Other,
            predicted: Label::KycLookup,
            probability: Share(Ppm::new(parts).unwrap()),
            accepted,
            decided_by: DecidedBy::Human,
            other: None,
            text: String::new(),
            cues_predicted: Vec::new(),
            cues_label: Vec::new(),
        }
    }

    #[test]
    fn the_surest_mistakes_are_kept_and_decided_ones_come_first() {
        let mut worst = Worst::default();
        for id in 0..1_000_u32 {
            let one = mistake(u64::from(id), id % 100 == 0, id * 7_919 % 1_000_000);
            if worst.wants(rank_of(&one)) {
                worst.keep(one);
            }
        }
        let list = worst.into_list();
        assert_eq!(list.len(), limits::MISTAKES);
        assert!(list.iter().take(10).all(|one| one.accepted) && !list[10].accepted);
        assert!(list.is_sorted_by_key(|one| std::cmp::Reverse(rank_of(one))));
        assert!(list.last().unwrap().probability.0.parts() > 900_000);
    }

    #[test]
    fn a_shown_text_is_redacted_cut_and_on_one_line() {
        let text = format!("card 4111 1111 1111 1111\nand {}", "more ".repeat(200));
        let shown = shown(&text);
        assert!(!shown.contains("4111") && !shown.contains('\n'), "{shown}");
        assert_eq!(shown.chars().count(), limits::SHOWN_CHARS + 4);
    }
}
