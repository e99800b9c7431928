//! What Claude's confidence is worth. Models say 0.95 of nearly everything; a calibrator says how often they were right
//! when they said so, from outcomes that people labelled.
//!
//! It is a table of a few points between which is drawn straight, in whole numbers, so that every host derives the
//! same. It refuses to be used for another model or prompt than it was fitted for, and there is none without enough
//! labels: [`fit`] says why.

mod fit;

use serde::{Deserialize, Serialize};

pub use self::fit::{Labelled, TooFew, fit, unseen};

use crate::{entry::is_default, ids::Digest, label::Ppm, settings::TriageSettings};

/// The version of the format.
const VERSION: u32 = 1;
/// The most points of a table.
pub const POINTS_MAX: usize = 32;
/// The fewest labelled outcomes: with 200 a share of 0.7 is known to about 0.06.
pub const LABELS_MIN: u32 = 200;
/// The fewest outcomes that were right, and that were wrong: what was seen a handful of times is chance.
pub const EACH_MIN: u32 = 20;

/// How a model's confidence becomes a probability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibrator {
    /// The version of the format.
    pub v: u32,
    /// The model whose confidence it was fitted on, as it is asked for.
    pub model: String,
    /// The prompt that the model had.
    #[serde(default, skip_serializing_if = "is_default")]
    pub prompt: Option<Digest>,
    /// How it was fitted.
    pub method: Method,
    /// On how many labelled outcomes.
    pub labels: u32,
    /// How many of them the model had wrong.
    pub wrong: u32,
    /// The table, by rising confidence.
    pub points: Vec<Point>,
}

/// How a table was fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A line through the log-odds, for fewer labels: two numbers are fitted.
    Platt,
    /// Pool adjacent violators, for many labels: any rising curve.
    Isotonic,
}

/// A point of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// What the model says.
    pub said: Ppm,
    /// How often it is right then.
    pub right: Ppm,
}

/// A calibrator that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalibratorProblem {
    /// Another version of the format.
    #[error("`triage.calibrator` has another format; make it again with `caseworker calibrate`")]
    Version,
    /// Fewer labels than a fit needs.
    #[error(
        "`triage.calibrator` rests on fewer than {LABELS_MIN} labels, or fewer than {EACH_MIN} right or wrong ones"
    )]
    Labels,
    /// Points that are no rising table.
    #[error("`triage.calibrator.points` must be 1 to {POINTS_MAX} points of rising confidence that never fall")]
    Points,
}

impl Calibrator {
    /// Checks what anybody could have written into it.
    ///
    /// # Errors
    /// The first [`CalibratorProblem`].
    pub fn check(&self) -> Result<(), CalibratorProblem> {
        if self.v != VERSION {
            return Err(CalibratorProblem::Version);
        }
        let right = self.labels.checked_sub(self.wrong).ok_or(CalibratorProblem::Labels)?;
        if self.labels < LABELS_MIN || self.wrong < EACH_MIN || right < EACH_MIN {
            return Err(CalibratorProblem::Labels);
        }
        let rises = self.points.is_sorted_by(|one, next| one.said < next.said && one.right <= next.right);
        if !rises || !(1..=POINTS_MAX).contains(&self.points.len()) {
            return Err(CalibratorProblem::Points);
        }
        Ok(())
    }

    /// Whether it was fitted for the model and the prompt that triage asks. What another model says means another thing.
    #[must_use]
    pub fn fits(&self, settings: &TriageSettings) -> bool {
        settings.model.as_deref() == Some(self.model.as_str()) && settings.prompt == self.prompt
    }

    /// How likely a label is that the model gives with this confidence.
    #[must_use]
    pub fn apply(&self, said: Ppm) -> Ppm {
        let after = self.points.iter().position(|point| point.said >= said);
        let (below, above) = match after {
            Some(0) => return self.points.first().map_or(said, |point| point.right),
            None => return self.points.last().map_or(said, |point| point.right),
            Some(after) => (self.points.get(after - 1), self.points.get(after)),
        };
        let (Some(below), Some(above)) = (below, above) else { return said };
        let parts = |ppm: Ppm| u64::from(ppm.parts());
        let (run, rise) = (parts(above.said) - parts(below.said), parts(above.right) - parts(below.right));
        let way = parts(said) - parts(below.said);
        // The table rises and `said` lies within, so all of this is within a million.
        let at = parts(below.right) + rise * way / run.max(1);
        u32::try_from(at).ok().and_then(Ppm::new).unwrap_or(above.right)
    }

    /// The hash by which an outcome names it.
    #[must_use]
    pub fn hash(&self) -> Digest {
        Digest::of(&serde_json::to_vec(self).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
