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

use corpus::{Corpus, Unseen};
use folds::Fold;

/// A model, and what it was fitted on.
pub struct Trained {
    /// The model.
    pub parts: ModelParts,
    /// The models that have not seen a part of the rows, with those rows.
    pub folds: Vec<Fold>,
}

/// Trains a model on all rows, and fits its settings on folds of them; `make` trains one model, with [`build::build`] or
/// by taking one that was trained so before, and `done` hears of each step.
///
/// # Errors
/// What `make` fails with.
pub fn train(
    corpus: &Corpus<'_>,
    make: impl Fn(Unseen) -> Result<ModelParts>,
    mut done: impl FnMut(&str),
) -> Result<Trained> {
    let folds = folds::train(corpus, &make, |fold| done(&format!("without {:?}", fold.unseen)))?;
    let settings = calibrate::fit(&folds)?;
    done("settings fitted");
    let parts = make(Unseen::Nothing)?;
    done("with all rows");
    Ok(Trained { parts: ModelParts { settings, ..parts }, folds })
}
