//! Models that have not seen the rows they are asked about: what the shipped model's settings are fitted on.
//!
//! Each fold's model, vocabulary and known words come from the other folds' rows alone. The dev rows are never here.

use anyhow::{Context, Result};
use case::local::LocalModel;
use case::local::file::{ModelParts, Settings};

use super::augment::Augment;
use super::build::{self, Prepared, Recipe};
use super::random::Random;
use super::rows::{Group, Heads, Row};

/// Into how many parts the training rows are cut.
const FOLDS: usize = 5;

/// A model and the rows it has not seen.
pub(crate) struct Fold<'rows> {
    parts: ModelParts,
    /// The rows about banking and out of scope, as published; the off-topic rows are left out because they are easy
    /// and would flatter every figure.
    pub(crate) unseen: Vec<Unseen<'rows>>,
}

/// A row, and its variant's text.
pub(crate) struct Unseen<'rows> {
    pub(crate) row: &'rows Row,
    pub(crate) variant: String,
}

impl Fold<'_> {
    /// The fold's model with these settings.
    pub(crate) fn model(&self, settings: Settings) -> Result<LocalModel> {
        build::model(&ModelParts { settings, ..self.parts.clone() })
    }
}

/// Trains one model for each fold, two at a time.
pub(crate) fn train<'rows>(
    rows: &'rows [Row],
    prepared: &[Prepared],
    heads: &Heads,
    recipe: &Recipe,
) -> Result<Vec<Fold<'rows>>> {
    let fold_of: Vec<Option<usize>> = rows.iter().map(fold_of).collect();
    let augment = &Augment::new(rows);
    let train_fold = |fold: usize| {
        let places: Vec<usize> = (0..rows.len()).filter(|place| fold_of[*place] != Some(fold)).collect();
        let unseen =
            rows.iter().zip(&fold_of).filter(|(row, of)| **of == Some(fold) && row.group() != Group::ClincOffTopic);
        let unseen = unseen.map(|(row, _)| Unseen { row, variant: augment.variant(row, 0) }).collect();
        Fold { parts: build::build(rows, prepared, &places, heads, recipe), unseen }
    };
    let lane = |first: usize| (first..FOLDS).step_by(2).map(train_fold).collect::<Vec<_>>();
    let lanes = std::thread::scope(|scope| {
        let lanes = [0, 1].map(|first| scope.spawn(move || lane(first)));
        lanes.map(|lane| lane.join().ok())
    });
    Ok(lanes
        .into_iter()
        .collect::<Option<Vec<_>>>()
        .context("a fold's training panicked")?
        .into_iter()
        .flatten()
        .collect())
}

/// The fold that does not see a row; every fold sees what was written for this project, so that no figure rests on it.
fn fold_of(row: &Row) -> Option<usize> {
    (row.group() != Group::Handwritten).then(|| Random::of(&row.id).below(FOLDS))
}
