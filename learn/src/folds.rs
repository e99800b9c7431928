//! Models that have not seen the rows they are asked about: what the shipped model's settings are fitted on.
//!
//! Each fold's model, vocabulary and known words come from the other folds' rows alone, and so do the teachers that
//! judged its variants. The dev rows are never here.

use anyhow::Result;
use case::label::Label;
use case::local::file::{ModelParts, Settings};
use case::local::{LocalModel, Opinion, Reading};

use super::augment::Augment;
use super::build;
use super::corpus::{Corpus, Unseen};
use super::rows::{FOLDS, Group, Row};

/// A model and the rows it has not seen.
pub struct Fold {
    /// Why it has not seen them.
    pub unseen: Unseen,
    parts: ModelParts,
    /// The rows about banking and out of scope, as said; the off-topic rows are left out because they are easy and would
    /// flatter every figure.
    pub rows: Vec<Asked>,
}

/// A row that a model is asked about.
pub struct Asked {
    /// The row.
    pub row: Row,
    /// The same in another frame.
    pub framed: String,
    /// What the model says of the row, in one piece.
    pub opinion: Opinion,
    /// What it says of the row in the frame.
    pub framed_opinion: Opinion,
}

impl Asked {
    /// What is known of the row as said and in the frame.
    #[must_use]
    pub const fn opinions(&self) -> [(Label, Opinion); 2] {
        [(self.row.label, self.opinion), (self.row.label, self.framed_opinion)]
    }
}

impl Fold {
    /// The fold's model with these settings.
    ///
    /// # Errors
    /// None for settings in their ranges.
    pub fn model(&self, settings: Settings) -> Result<LocalModel> {
        build::model(&ModelParts { settings, ..self.parts.clone() })
    }

    /// What the fold's model with these settings reads in each row, as said.
    ///
    /// # Errors
    /// None for settings in their ranges.
    pub fn readings(&self, settings: Settings) -> Result<Vec<Reading>> {
        let model = self.model(settings)?;
        Ok(self.rows.iter().map(|asked| model.read(&asked.row.text)).collect())
    }
}

/// Makes one model for each fold, and one that has seen no text of other styles.
///
/// # Errors
/// What `make` fails with.
pub(crate) fn train(
    corpus: &Corpus<'_>,
    make: impl Fn(Unseen) -> Result<ModelParts>,
    mut done: impl FnMut(&Fold),
) -> Result<Vec<Fold>> {
    let augment = Augment::new(&corpus.rows);
    let mut folds = Vec::new();
    for unseen in (0..FOLDS).map(Unseen::Fold).chain([Unseen::OtherStyles]) {
        let parts = make(unseen)?;
        let model = build::model(&parts)?;
        let ask = |row: &Row| {
            let framed = augment.variant(row, 0);
            let (opinion, framed_opinion) = (model.opinion(&row.text), model.opinion(&framed));
            Asked { row: row.clone(), framed, opinion, framed_opinion }
        };
        let asked = corpus.rows.iter().filter(|row| unseen.holds(row) && row.group() != Group::ClincOffTopic);
        let fold = Fold { unseen, rows: asked.map(ask).collect(), parts };
        done(&fold);
        folds.push(fold);
    }
    Ok(folds)
}
