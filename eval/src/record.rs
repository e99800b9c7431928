//! What is kept of a row: numbers and short names' places, never its text.

use case::label::{Label, Ppm, Scored};

use crate::{
    judged::{DecidedBy, Judged},
    metrics::{Said, confusion_place},
    row::LabelledRow,
    slices::Interned,
};

/// The most promised errors that one evaluation compares; each has a bit.
pub(crate) const PROMISES: usize = 8;

/// One row and what was said of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record {
    pub(crate) label: Label,
    pub(crate) best: Scored,
    pub(crate) decided_by: DecidedBy,
    pub(crate) local: Scored,
    /// A bit for each promised error at which the local tier is sure.
    pub(crate) sure_at: u8,
    pub(crate) fraud_suspected: bool,
    /// The squared distance of all labels' shares from what is right.
    pub(crate) squares: f32,
    pub(crate) words: u32,
    pub(crate) source: Interned,
    pub(crate) language: Interned,
    pub(crate) local_ns: Option<u32>,
    pub(crate) worst_case_nano_dollars: u64,
    pub(crate) asked: Option<Asked>,
    pub(crate) other: Option<Other>,
}

/// What asking Claude came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) answer: Option<Scored>,
    pub(crate) sure: bool,
    pub(crate) nano_dollars: u64,
    pub(crate) took_ms: u32,
}

/// What somebody else said of the same row: another model, or an earlier run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Other {
    /// Their best label.
    pub predicted: Label,
    /// How likely they say it is.
    pub probability: Ppm,
    /// Whether they decide.
    pub accepted: bool,
}

impl Record {
    pub(crate) fn of(row: &LabelledRow, judged: &Judged, source: Interned, language: Interned) -> Self {
        let bits = judged.sure_at.iter().take(PROMISES).enumerate();
        let sure_at = bits.filter(|(_, sure)| **sure).fold(0, |bits, (place, _)| bits | 1 << place);
        Self {
            label: row.label,
            best: judged.best,
            decided_by: judged.decided_by,
            local: judged.local,
            sure_at,
            fraud_suspected: judged.fraud_suspected,
            squares: squares(&judged.local_scores, row.label),
            words: u32::try_from(row.text.split_whitespace().count()).unwrap_or(u32::MAX),
            source,
            language,
            local_ns: judged.local_ns.map(|ns| u32::try_from(ns).unwrap_or(u32::MAX)),
            worst_case_nano_dollars: judged.worst_case_nano_dollars,
            asked: judged.call.map(|call| Asked {
                answer: call.answer,
                sure: call.sure,
                nano_dollars: call.nano_dollars,
                took_ms: u32::try_from(call.took_ms).unwrap_or(u32::MAX),
            }),
            other: None,
        }
    }

    pub(crate) const fn is_sure_at(&self, promise: usize) -> bool {
        self.sure_at & (1 << promise) != 0
    }

    /// What all tiers together say.
    pub(crate) fn said(&self) -> Said {
        let accepted = match self.decided_by {
            DecidedBy::Local | DecidedBy::Claude => true,
            DecidedBy::Human => false,
        };
        self.as_said(self.best, accepted)
    }

    /// What the local tier says at one of the promised errors.
    pub(crate) fn local_said(&self, promise: usize) -> Said {
        self.as_said(self.local, self.is_sure_at(promise))
    }

    /// What Claude says, where it was asked and could be understood.
    pub(crate) fn claude_said(&self) -> Option<Said> {
        let asked = self.asked?;
        Some(self.as_said(asked.answer?, asked.sure))
    }

    pub(crate) const fn other_said(&self) -> Option<Said> {
        match self.other {
            None => None,
            Some(Other { predicted, probability, accepted }) => {
                Some(Said { label: self.label, predicted, probability, accepted })
            }
        }
    }

    pub(crate) const fn as_said(&self, best: Scored, accepted: bool) -> Said {
        Said { label: self.label, predicted: best.label, probability: best.confidence, accepted }
    }
}

/// The Brier score of one row over all labels.
fn squares(scores: &[Scored], label: Label) -> f32 {
    let mut shares = [0.0_f64; 5];
    for scored in scores {
        if let Some(share) = shares.get_mut(confusion_place(scored.label)) {
            *share = scored.confidence.share();
        }
    }
    if let Some(share) = shares.get_mut(confusion_place(label)) {
        *share -= 1.0;
    }
    shares.iter().map(|share| share * share).sum::<f64>() as f32
}
