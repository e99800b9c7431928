//! The model file: numbers only, read and written here and nowhere else.
//!
//! Little endian, in this order: the magic `CWTRIAGE`, the version, the number of heads and of features, the
//! settings, and one label, scale and bias for each head. Then, in the plain form (version 1), the names and strengths of
//! the features, the set of known words, and one signed byte for each feature and head. The file that is committed
//! (version 2, `packed`) says the same in two fifths of the bytes, and the SHA-256 of the plain form, by which journals
//! name a model. Nothing may be missing, left over or out of range: a file that is not exactly right is an error, so
//! that a damaged model never decides anything.

mod packed;

use sha2::{Digest as _, Sha256};

use super::features::FeatureId;
use crate::label::{Label, Ppm};

const MAGIC: &[u8; 8] = b"CWTRIAGE";
const PLAIN: u32 = 1;
const VERSION: u32 = 2;
/// The most heads a file may have.
pub const HEADS_MAX: usize = 1_024;
/// The most features a file may have.
pub const FEATURES_MAX: usize = 65_535;
/// The bytes of the set of known words: one bit for each value of a word feature's lowest 17 bits.
pub const KNOWN_WORDS_BYTES: usize = 1 << 14;
/// The largest size of a scale, bias or temperature.
const MAGNITUDE_MAX: f64 = 1e6;

/// Why bytes are not a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The bytes begin with something else.
    #[error("these bytes are not a triage model")]
    NotAModel,
    /// The file is of a version this build does not read.
    #[error("triage model version {0} is not supported; this build reads version {VERSION}")]
    Version(u32),
    /// The file is shorter or longer than its own header says.
    #[error("the triage model is cut short or has bytes left over")]
    Length,
    /// A value is outside its range.
    #[error("the triage model has an impossible value: {0}")]
    Value(&'static str),
}

/// Everything a model file says.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelParts {
    /// What turns scores into decisions.
    pub settings: Settings,
    /// One for each thing the model tells apart (finer than labels), in the order of the weights.
    pub heads: Vec<Head>,
    /// The features the model knows, by ascending name.
    pub features: Vec<FeatureId>,
    /// How much each feature adds to the length of a text, in the order of `features`.
    pub strengths: Vec<u8>,
    /// A bit for each known word, see [`KnownWords`].
    pub known_words: KnownWords,
    /// `features.len()` rows of `heads.len()` weights.
    pub weights: Vec<i8>,
}

/// What turns scores into decisions; all of it is fitted on folds of the training data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Scores are divided by this before they become probabilities.
    pub temperature: f64,
    /// The share of every probability that is given up to all labels alike.
    pub doubt: Ppm,
    /// From which confidence a label is sure, in the order of [`Label::ALL`].
    pub sure_from: [Ppm; 5],
    /// From which share of known words a text is familiar.
    pub familiar_from: Ppm,
    /// From which confidence of `fraud_check` use by somebody else is suspected.
    pub fraud_from: Ppm,
    /// From which confidence one clause is clearly about a task of its own.
    pub clause_from: Ppm,
}

/// One output of the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Head {
    /// The label this head speaks for.
    pub label: Label,
    /// What one unit of a weight is worth.
    pub scale: f64,
    /// The score of a text without features.
    pub bias: f64,
}

/// A set of words, kept as one bit for each value of the lowest bits of a word's feature.
///
/// Two words may share a bit, so a few unknown words pass for known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownWords(Vec<u8>);

impl KnownWords {
    /// No words.
    #[must_use]
    pub fn none() -> Self {
        Self(vec![0; KNOWN_WORDS_BYTES])
    }

    /// Adds the word with this feature.
    pub fn insert(&mut self, word: FeatureId) {
        let (byte, bit) = Self::place(word);
        if let Some(byte) = self.0.get_mut(byte) {
            *byte |= bit;
        }
    }

    /// Whether the word with this feature was added.
    #[must_use]
    pub fn contains(&self, word: FeatureId) -> bool {
        let (byte, bit) = Self::place(word);
        self.0.get(byte).is_some_and(|byte| byte & bit != 0)
    }

    const fn place(word: FeatureId) -> (usize, u8) {
        ((word >> 3) as usize % KNOWN_WORDS_BYTES, 1 << (word & 7))
    }
}

impl ModelParts {
    /// The bytes of the plain form.
    #[must_use]
    pub fn plain(&self) -> Vec<u8> {
        let mut bytes = self.beginning(PLAIN);
        bytes.extend(self.features.iter().flat_map(|feature| feature.to_le_bytes()));
        bytes.extend(&self.strengths);
        bytes.extend(&self.known_words.0);
        bytes.extend(self.weights.iter().map(|weight| weight.cast_unsigned()));
        bytes
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// [`ModelError::Value`] for parts that no file can hold, such as features out of order.
    pub fn encode(&self) -> Result<Vec<u8>, ModelError> {
        let mut bytes = self.beginning(VERSION);
        bytes.extend(Sha256::digest(self.plain()));
        packed::pack(self, &mut bytes)?;
        Ok(bytes)
    }

    fn beginning(&self, version: u32) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let mut word = |value: u32| bytes.extend(value.to_le_bytes());
        word(version);
        word(u32::try_from(self.heads.len()).unwrap_or(u32::MAX));
        word(u32::try_from(self.features.len()).unwrap_or(u32::MAX));
        for ppm in self.settings.ppms() {
            word(ppm.parts());
        }
        bytes.extend(self.settings.temperature.to_le_bytes());
        for head in &self.heads {
            let label = Label::ALL.iter().position(|label| *label == head.label).unwrap_or_default();
            bytes.push(u8::try_from(label).unwrap_or(u8::MAX));
            bytes.extend(head.scale.to_le_bytes());
            bytes.extend(head.bias.to_le_bytes());
        }
        bytes
    }

    /// Reads a file's bytes: its parts, and the SHA-256 of their plain form, which is stated and not computed: that would
    /// take longer than all the rest, and a test compares them.
    ///
    /// # Errors
    /// [`ModelError`] for anything [`encode`](Self::encode) would not write.
    pub fn decode(bytes: &[u8]) -> Result<(Self, [u8; 32]), ModelError> {
        let mut input = Input(bytes);
        if input.take(MAGIC.len()).ok() != Some(MAGIC) {
            return Err(ModelError::NotAModel);
        }
        let version = input.word()?;
        if version != VERSION {
            return Err(ModelError::Version(version));
        }
        let head_count = input.count(HEADS_MAX, "number of heads")?;
        let feature_count = input.count(FEATURES_MAX, "number of features")?;
        let settings = input.settings()?;
        let heads = (0..head_count).map(|_| input.head()).collect::<Result<Vec<_>, _>>()?;
        if !Label::ALL.iter().all(|label| heads.iter().any(|head| head.label == *label)) {
            return Err(ModelError::Value("a label without a head"));
        }
        let plain = input.array()?;
        let parts = Self {
            settings,
            heads,
            features: vec![],
            strengths: vec![],
            known_words: KnownWords(vec![]),
            weights: vec![],
        };
        Ok((packed::unpack(parts, feature_count, &mut input)?, plain))
    }
}

impl Settings {
    fn ppms(&self) -> [Ppm; 9] {
        let [fraud, kyc, dispute, payment, other] = self.sure_from;
        [self.doubt, fraud, kyc, dispute, payment, other, self.familiar_from, self.fraud_from, self.clause_from]
    }
}

/// What is left to read.
struct Input<'bytes>(&'bytes [u8]);

impl<'bytes> Input<'bytes> {
    fn take(&mut self, length: usize) -> Result<&'bytes [u8], ModelError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(ModelError::Length)?;
        self.0 = rest;
        Ok(taken)
    }

    fn rest(&mut self) -> &'bytes [u8] {
        std::mem::take(&mut self.0)
    }

    fn array<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH], ModelError> {
        self.take(LENGTH)?.try_into().map_err(|_| ModelError::Length)
    }

    fn word(&mut self) -> Result<u32, ModelError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn count(&mut self, limit: usize, what: &'static str) -> Result<usize, ModelError> {
        let count = self.word()?;
        usize::try_from(count).ok().filter(|count| (1..=limit).contains(count)).ok_or(ModelError::Value(what))
    }

    fn ppm(&mut self) -> Result<Ppm, ModelError> {
        Ppm::new(self.word()?).ok_or(ModelError::Value("a share above one"))
    }

    fn number(&mut self) -> Result<f64, ModelError> {
        let number = f64::from_le_bytes(self.array()?);
        if number.abs() <= MAGNITUDE_MAX { Ok(number) } else { Err(ModelError::Value("a number without measure")) }
    }

    fn positive(&mut self) -> Result<f64, ModelError> {
        let number = self.number()?;
        if number >= 1.0 / MAGNITUDE_MAX { Ok(number) } else { Err(ModelError::Value("a scale of nothing")) }
    }

    fn settings(&mut self) -> Result<Settings, ModelError> {
        let doubt = self.ppm()?;
        let sure_from = [self.ppm()?, self.ppm()?, self.ppm()?, self.ppm()?, self.ppm()?];
        let (familiar_from, fraud_from, clause_from) = (self.ppm()?, self.ppm()?, self.ppm()?);
        Ok(Settings { temperature: self.positive()?, doubt, sure_from, familiar_from, fraud_from, clause_from })
    }

    fn head(&mut self) -> Result<Head, ModelError> {
        let [label] = self.array()?;
        let label = Label::ALL.get(usize::from(label)).copied().ok_or(ModelError::Value("an unknown label"))?;
        Ok(Head { label, scale: self.positive()?, bias: self.number()? })
    }
}
