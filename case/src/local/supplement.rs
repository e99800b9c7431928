//! What a model learnt besides, from an operator's own labelled requests: how far single features move the labels of the
//! model that it belongs to, from which confidence a label is then sure, and which words are familiar as well.
//!
//! The model itself stays as it is: a text without any of these features is read as before but for a constant, so that
//! a few hundred labels cannot make it forget what tens of thousands taught it. Whole numbers are added and `libm` does
//! the rest, so every host reads the same. It refuses to stand alone: its file holds the model that it belongs to.

use sha2::{Digest as _, Sha256};

use super::Thresholds;
use super::features::FeatureId;
use super::file::{Input, ModelError};
use super::score::Shares;
use crate::label::Ppm;

/// The most features a supplement may have.
pub const FEATURES_MAX: usize = 20_000;
/// The most words.
pub const WORDS_MAX: usize = 20_000;
/// So many units of a weight are one nat.
pub const UNITS: f64 = 256.0;

const MAGIC: &[u8; 8] = b"CWTRIOWN";
const VERSION: u32 = 1;
/// No label is less likely than this before it is moved.
const LEAST_SHARE: f64 = 1e-6;
/// Thousandths of the largest temperature and trust.
const THOUSANDTHS_MAX: u32 = 10_000;

/// What was learnt besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supplement {
    /// How much the model's own word counts, in thousandths of a nat for each of its nats.
    pub trust_thousandths: u32,
    /// What the sums are divided by before they become probabilities, in thousandths.
    pub temperature_thousandths: u32,
    /// The share of every probability that is given up to all labels alike.
    pub doubt: Ppm,
    /// From which confidence a label is sure.
    pub sure_from: Thresholds,
    /// What is added for each label whatever the text, in [`UNITS`] of a nat.
    pub biases: [i16; 5],
    /// The features, by ascending name.
    pub features: Vec<FeatureId>,
    /// What each feature adds for each label, in [`UNITS`] of a nat.
    pub weights: Vec<[i16; 5]>,
    /// The features of words that are familiar as well, by ascending name.
    pub words: Vec<FeatureId>,
}

impl Supplement {
    /// Shares of the model, moved by what was learnt besides.
    #[must_use]
    pub fn moved(&self, shares: Shares, features: &[FeatureId]) -> Shares {
        let mut sums = [0_i64; 5];
        let mut known = 0_u32;
        for place in features.iter().filter_map(|feature| self.features.binary_search(feature).ok()) {
            known += 1;
            for (sum, weight) in sums.iter_mut().zip(self.weights.get(place).copied().unwrap_or_default()) {
                *sum += i64::from(weight);
            }
        }
        let length = libm::sqrt(f64::from(known.max(1)));
        let trust = f64::from(self.trust_thousandths) / 1e3;
        let temperature = f64::from(self.temperature_thousandths.max(1)) / 1e3;
        let mut scores = [0.0; 5];
        let all = scores.iter_mut().zip(shares).zip(sums).zip(self.biases);
        for (((score, share), sum), bias) in all {
            #[expect(clippy::cast_precision_loss, reason = "far below 2^53: at most 20,000 times 2^15")]
            let learnt = (sum as f64 / length + f64::from(bias)) / UNITS;
            *score = (trust * libm::log(share.max(LEAST_SHARE)) + learnt) / temperature;
        }
        let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let raised = scores.map(|score| libm::exp(score - highest));
        let sum: f64 = raised.iter().sum();
        let doubt = self.doubt.share();
        raised.map(|share| share / sum * (1.0 - doubt) + doubt / 5.0)
    }

    /// The bytes of a file that holds a model's own file and this.
    #[must_use]
    pub fn with_model(&self, model: &[u8]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(u32::try_from(model.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend(model);
        bytes.extend(self.body());
        bytes
    }

    /// The hash by which journals name a model with this.
    pub(super) fn hash(&self, model: &str) -> String {
        let digest = Sha256::new().chain_update(MAGIC).chain_update(model).chain_update(self.body()).finalize();
        data_encoding::HEXLOWER.encode(&digest)
    }

    fn body(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut word = |value: u32| bytes.extend(value.to_le_bytes());
        word(self.trust_thousandths);
        word(self.temperature_thousandths);
        word(self.doubt.parts());
        self.sure_from.iter().flatten().for_each(|from| word(from.parts()));
        word(u32::try_from(self.features.len()).unwrap_or(u32::MAX));
        word(u32::try_from(self.words.len()).unwrap_or(u32::MAX));
        self.features.iter().chain(&self.words).for_each(|feature| word(*feature));
        bytes.extend(self.biases.iter().chain(self.weights.iter().flatten()).flat_map(|weight| weight.to_le_bytes()));
        bytes
    }
}

/// The model's own file and the supplement in a file; nothing for a file of another kind.
pub(super) fn split(bytes: &[u8]) -> Result<Option<(&[u8], Supplement)>, ModelError> {
    let Some(rest) = bytes.strip_prefix(MAGIC) else { return Ok(None) };
    let mut input = Input(rest);
    let version = input.word()?;
    if version != VERSION {
        return Err(ModelError::Value("a supplement of another version"));
    }
    let length = input.word()?;
    let model = input.take(usize::try_from(length).map_err(|_| ModelError::Length)?)?;
    let supplement = input.supplement()?;
    if input.rest().is_empty() { Ok(Some((model, supplement))) } else { Err(ModelError::Length) }
}

impl Input<'_> {
    fn thousandths(&mut self) -> Result<u32, ModelError> {
        let value = self.word()?;
        if (1..=THOUSANDTHS_MAX).contains(&value) { Ok(value) } else { Err(ModelError::Value("a scale of nothing")) }
    }

    fn up_to(&mut self, most: usize) -> Result<usize, ModelError> {
        let count = usize::try_from(self.word()?).ok().filter(|count| *count <= most);
        count.ok_or(ModelError::Value("number of features"))
    }

    fn names(&mut self, count: usize) -> Result<Vec<FeatureId>, ModelError> {
        let names = (0..count).map(|_| self.word()).collect::<Result<Vec<_>, _>>()?;
        let rising = names.is_sorted_by(|first, second| first < second);
        if rising { Ok(names) } else { Err(ModelError::Value("features out of order")) }
    }

    fn weights(&mut self) -> Result<[i16; 5], ModelError> {
        let mut weights = [0; 5];
        for weight in &mut weights {
            *weight = i16::from_le_bytes(self.array()?);
        }
        Ok(weights)
    }

    fn supplement(&mut self) -> Result<Supplement, ModelError> {
        let (trust_thousandths, temperature_thousandths) = (self.thousandths()?, self.thousandths()?);
        let doubt = self.ppm()?;
        let sure_from = self.thresholds()?;
        let (features, words) = (self.up_to(FEATURES_MAX)?, self.up_to(WORDS_MAX)?);
        let (features, words) = (self.names(features)?, self.names(words)?);
        let biases = self.weights()?;
        let weights = features.iter().map(|_| self.weights()).collect::<Result<Vec<_>, _>>()?;
        Ok(Supplement {
            trust_thousandths,
            temperature_thousandths,
            doubt,
            sure_from,
            biases,
            features,
            weights,
            words,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LocalModel, features, ppm, sure_from};
    use super::*;
    use crate::label::Label;

    const TEXT: &str = "The flumbrix of my grombel is missing";

    /// Knows that a flumbrix is a matter of identity.
    fn supplement() -> Supplement {
        let mut known = vec![features::word_feature("flumbrix"), features::pair_feature("the", "flumbrix")];
        known.sort_unstable();
        Supplement {
            trust_thousandths: 1_000,
            temperature_thousandths: 1_000,
            doubt: Ppm::default(),
            sure_from: [[ppm(700_000); 5]; 5],
            biases: [0; 5],
            weights: vec![[0, 3_000, 0, 0, 0]; 2],
            features: known,
            words: {
                let mut words = ["flumbrix", "grombel"].map(features::word_feature).to_vec();
                words.sort_unstable();
                words
            },
        }
    }

    fn shipped() -> &'static [u8] {
        include_bytes!("../../model/triage.bin")
    }

    #[test]
    fn what_was_learnt_besides_moves_its_own_words_and_no_others() {
        let model = LocalModel::from_bytes(&supplement().with_model(shipped())).unwrap();
        let base = LocalModel::embedded();
        assert_ne!(base.read(TEXT).scores[0].label, Label::KycLookup);
        let reading = model.read(TEXT);
        assert_eq!((reading.scores[0].label, reading.sure), (Label::KycLookup, true), "{reading:?}");
        assert!(reading.familiar > base.read(TEXT).familiar);
        let other = "Where is my transfer?";
        for (one, two) in model.read(other).scores.iter().zip(base.read(other).scores) {
            assert_eq!(one.label, two.label);
            assert!(one.confidence.parts().abs_diff(two.confidence.parts()) <= 5, "{one:?} {two:?}");
        }
    }

    #[test]
    fn a_model_with_a_supplement_has_a_name_of_its_own_and_reads_back_the_same() {
        let bytes = supplement().with_model(shipped());
        let model = LocalModel::from_bytes(&bytes).unwrap();
        assert_ne!(model.hash(), LocalModel::embedded().hash());
        assert_eq!(model.read(TEXT).model, model.hash());
        let mut other = supplement();
        other.biases[2] = 1;
        assert_ne!(LocalModel::from_bytes(&other.with_model(shipped())).unwrap().hash(), model.hash());
        assert_eq!(split(&bytes), Ok(Some((shipped(), supplement()))));
    }

    #[test]
    fn a_promise_takes_the_strictest_threshold_that_is_not_laxer() {
        let mut own = supplement();
        for (place, from) in own.sure_from.iter_mut().enumerate() {
            *from = [ppm(900_000 - 10_000 * u32::try_from(place).unwrap()); 5];
        }
        let from = |promise: u32| sure_from(&own.sure_from, Label::Other, ppm(promise)).map(Ppm::parts);
        assert_eq!((from(20_000), from(30_000), from(1_000_000)), (Some(880_000), Some(880_000), Some(860_000)));
        assert_eq!(from(1_000), None);
    }

    #[test]
    fn a_file_that_is_cut_damaged_or_nested_is_refused_and_never_panics() {
        let bytes = supplement().with_model(shipped());
        for length in (0..64).chain(bytes.len() - 200..bytes.len()) {
            assert!(LocalModel::from_bytes(&bytes[..length]).is_err(), "{length} bytes");
        }
        assert!(LocalModel::from_bytes(&[bytes.as_slice(), &[0]].concat()).is_err());
        assert!(LocalModel::from_bytes(&supplement().with_model(&bytes)).is_err(), "one supplement is enough");
        for at in (8..16).chain(bytes.len() - 170..bytes.len()) {
            for value in [0, 1, 0x7f, 0xff] {
                let mut hostile = bytes.clone();
                hostile[at] = value;
                if let Ok(model) = LocalModel::from_bytes(&hostile) {
                    let _ = model.read(TEXT);
                }
            }
        }
    }
}
