//! All that there is to learn from, as features, and the part of it that one model may see.

use std::collections::BTreeMap;

use case::label::Label;
use case::local::features::{self, FeatureId};

use super::augment::Augment;
use super::rows::{Aim, Group, Heads, Row, Variant};

/// A text of more words than this is a letter: as a whole it teaches little about single requests.
const LETTER_WORDS: usize = 70;
/// How much a row in other words counts, next to one for a row as it was said.
const OTHER_WORDS: f32 = 0.5;
/// How much a variant counts whose teacher says something else than its parent's label: the teacher is right more often.
const CHANGED: f32 = 0.3;
/// How much more a fraud report counts: to miss one costs most.
const FRAUD: f32 = 2.0;
/// How much a letter counts.
const LETTER: f32 = 0.5;

/// Which rows a model does not see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unseen {
    /// It sees all: the model that is shipped.
    Nothing,
    /// The rows of one fold.
    Fold(usize),
    /// What was written in other styles than the public rows: how the model does on text of a kind it never saw.
    OtherStyles,
}

impl Unseen {
    /// Whether a row is kept from the model.
    #[must_use]
    pub fn holds(self, row: &Row) -> bool {
        match self {
            Self::Nothing => false,
            Self::Fold(fold) => row.fold() == fold,
            Self::OtherStyles => row.group() == Group::Written && row.source != "handwritten",
        }
    }

    /// Whether it is the rows of a fold.
    #[must_use]
    pub const fn is_fold(self) -> bool {
        matches!(self, Self::Fold(_))
    }

    /// The fold by which a variant's teacher is chosen.
    const fn fold(self) -> Option<usize> {
        match self {
            Self::Fold(fold) => Some(fold),
            Self::Nothing | Self::OtherStyles => None,
        }
    }
}

/// One text to learn from.
pub struct Text<'corpus> {
    /// What it teaches.
    pub aim: Aim,
    /// Its features.
    pub features: &'corpus [FeatureId],
    /// How much it counts.
    pub weight: f32,
}

/// Rows, and the same in other words.
pub struct Corpus<'rows> {
    /// The rows, and the deciding words of letters as rows of their own.
    pub rows: Vec<Row>,
    /// What the model tells apart.
    pub heads: Heads,
    plain: Vec<Vec<FeatureId>>,
    framed: Vec<Vec<Vec<FeatureId>>>,
    /// Each with its parent's place.
    variants: Vec<(usize, &'rows Variant, Vec<FeatureId>)>,
}

impl<'rows> Corpus<'rows> {
    /// Reads all texts once.
    #[must_use]
    pub fn new(rows: &[Row], variants: &'rows [Variant]) -> Self {
        let keys = rows.iter().filter_map(|row| Some(Row { text: row.key.clone()?, ..row.clone() }));
        let rows: Vec<Row> = rows.iter().cloned().chain(keys).collect();
        let augment = Augment::new(&rows);
        let framed = |row: &Row| -> Vec<Vec<FeatureId>> {
            let copies = if is_letter(row) { 0 } else { copies(row.group()) };
            (0..copies).map(|number| features::features(&augment.variant(row, number))).collect()
        };
        let framed = rows.iter().map(framed).collect();
        let places: BTreeMap<&str, usize> =
            rows.iter().enumerate().rev().map(|(at, row)| (row.id.as_str(), at)).collect();
        let variant = |variant: &'rows Variant| {
            Some((*places.get(variant.parent.as_str())?, variant, features::features(&variant.text)))
        };
        let variants = variants.iter().filter_map(variant).collect();
        let plain = rows.iter().map(|row| features::features(&row.text)).collect();
        Self { heads: Heads::of(&rows), plain, framed, variants, rows }
    }

    /// What a model may learn from.
    #[must_use]
    pub fn texts(&self, unseen: Unseen) -> Vec<Text<'_>> {
        let mut texts = Vec::new();
        for ((row, plain), framed) in self.rows.iter().zip(&self.plain).zip(&self.framed) {
            if unseen.holds(row) {
                continue;
            }
            let aim = self.heads.aim(row);
            let cost = if row.label == Label::FraudCheck { FRAUD } else { 1.0 };
            if framed.is_empty() {
                texts.push(Text { aim, features: plain, weight: cost * LETTER });
            }
            for framed in framed {
                texts.push(Text { aim, features: plain, weight: cost });
                texts.push(Text { aim, features: framed, weight: cost * OTHER_WORDS });
            }
        }
        let seen = self.variants.iter().filter_map(|(parent, variant, features)| {
            let parent = self.rows.get(*parent).filter(|parent| !unseen.holds(parent))?;
            let said: Label = variant.label(unseen.fold())?;
            let (aim, weight) = if said == parent.label {
                (self.heads.aim(parent), if said == Label::FraudCheck { FRAUD * OTHER_WORDS } else { OTHER_WORDS })
            } else {
                (Aim { label: said, head: None }, CHANGED)
            };
            Some(Text { aim, features, weight })
        });
        texts.extend(seen);
        texts
    }
}

/// How often a row is learnt, each time next to the same in another frame: the few rows in other styles more than once, or
/// their words would drown.
const fn copies(group: Group) -> usize {
    match group {
        Group::Banking77 | Group::ClincBanking | Group::ClincOffTopic | Group::ClincOutOfScope => 1,
        Group::Written => 3,
    }
}

fn is_letter(row: &Row) -> bool {
    row.text.split_whitespace().nth(LETTER_WORDS).is_some()
}
