//! Trains the local tier's model from labelled requests: the same rows give the same bytes.
//!
//! Read in the data's order: [`rows`] become a [`corpus`] of texts, [`build`] learns a model from them, [`folds`] does so
//! again without a part of the rows, and [`calibrate`] fits on that part what turns scores into decisions.
//!
//! This crate refuses to read files, clocks and chance: what it is given and fixed seeds decide every byte.

mod augment;
pub mod build;
pub mod calibrate;
pub mod corpus;
pub mod folds;
pub mod network;
mod promise;
mod random;
pub mod rows;
mod vocabulary;

use anyhow::Result;
use case::local::file::ModelParts;

use build::Recipe;
use corpus::{Corpus, Unseen};
use folds::Fold;

/// A model, and what it was fitted on.
pub struct Trained {
    /// The model.
    pub parts: ModelParts,
    /// The models that have not seen a part of the rows, with those rows.
    pub folds: Vec<Fold>,
}

/// Trains a model on all rows, and fits its settings on folds of them; `done` hears of each step.
///
/// # Errors
/// Parts that no model file can hold: too many kinds of rows, for instance.
pub fn train(corpus: &Corpus<'_>, recipe: &Recipe, mut done: impl FnMut(&str)) -> Result<Trained> {
    let folds = folds::train(corpus, recipe, |fold| done(&format!("trained without {:?}", fold.unseen)))?;
    let settings = calibrate::fit(&folds)?;
    done("fitted the settings");
    let parts = build::build(corpus, Unseen::Nothing, recipe)?;
    done("trained on all rows");
    Ok(Trained { parts: ModelParts { settings, ..parts }, folds })
}
