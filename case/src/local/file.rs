//! The model file: numbers only, read and written here and nowhere else.
//!
//! Little endian, in this order: the magic `CWTRIAGE`, the version, the numbers of heads, features, networks, places of a
//! vector and hidden units, the settings, a label for each head, and the scales and biases of all matrices. Then, in
//! the plain form (version 3), the names and strengths of the features, the set of known words, and one signed byte for
//! each weight. The file that is committed (version 4, `packed`) says the same in fewer bytes, and the SHA-256 of the
//! plain form, by which journals name a model. Nothing may be missing, left over or out of range: a file that is not
//! exactly right is an error, so that a damaged model never decides anything.

mod packed;

use sha2::{Digest as _, Sha256};

use super::Thresholds;
use super::features::FeatureId;
use crate::label::{Label, Ppm};

const MAGIC: &[u8; 8] = b"CWTRIAGE";
const PLAIN: u32 = 3;
const VERSION: u32 = 4;
/// The most heads a file may have.
pub const HEADS_MAX: usize = 1_024;
/// The most features a file may have.
pub const FEATURES_MAX: usize = 65_535;
/// The most networks, places of a vector or hidden units a file may have.
pub const UNITS_MAX: usize = 512;
/// The bytes of the set of known words: one bit for each value of a word feature's lowest 17 bits.
pub const KNOWN_WORDS_BYTES: usize = 1 << 14;
/// The largest size of a temperature.
const MAGNITUDE_MAX: f64 = 1e6;
/// The largest size of a scale or a bias: sums of a thousand weights stay numbers.
const UNIT_MAX: f32 = 1e6;

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
    /// The label of each thing the model tells apart (finer than labels), in the order of the networks' outputs.
    pub labels: Vec<Label>,
    /// The features the model knows, by ascending name.
    pub features: Vec<FeatureId>,
    /// How much each feature adds to the length of a text, in the order of `features`.
    pub strengths: Vec<u8>,
    /// A bit for each known word, see [`KnownWords`].
    pub known_words: KnownWords,
    /// A vector for each feature; each network reads its own part of it.
    pub vectors: Matrix,
    /// The three layers of each network: vector to hidden units, hidden units to more of them, both to heads.
    pub networks: Vec<[Matrix; 3]>,
}

/// Weights, one signed byte each.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    /// What one unit of each column is worth.
    pub scales: Vec<f32>,
    /// What each column has before anything is added.
    pub biases: Vec<f32>,
    /// Row after row.
    pub weights: Vec<i8>,
}

impl Matrix {
    /// One row; nothing where there is none.
    #[must_use]
    pub fn row(&self, row: usize) -> &[i8] {
        let columns = self.scales.len();
        self.weights.get(row * columns..(row + 1) * columns).unwrap_or_default()
    }
}

/// What turns scores into decisions; all of it is fitted on folds of the training data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Scores are divided by this before they become probabilities.
    pub temperature: f64,
    /// How much the temperature grows where none of a text's features is known.
    pub of_unknown: f64,
    /// How much the temperature grows where the networks could not be further apart.
    pub of_apart: f64,
    /// The share of every probability that is given up to all labels alike.
    pub doubt: Ppm,
    /// From which confidence a label is sure.
    pub sure_from: Thresholds,
    /// From which share of known words a text is familiar.
    pub familiar_from: Ppm,
    /// From which confidence of `fraud_check` use by somebody else is suspected.
    pub fraud_from: Ppm,
    /// From which confidence one clause is clearly about a task of its own.
    pub clause_from: Ppm,
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
    /// How many places of a vector each network reads.
    #[must_use]
    pub fn width(&self) -> usize {
        self.vectors.scales.len() / self.networks.len().max(1)
    }

    /// The matrices in the order of the file.
    fn matrices(&self) -> impl Iterator<Item = &Matrix> {
        std::iter::once(&self.vectors).chain(self.networks.iter().flatten())
    }

    /// The bytes of the plain form.
    #[must_use]
    pub fn plain(&self) -> Vec<u8> {
        let mut bytes = self.beginning(PLAIN);
        bytes.extend(self.features.iter().flat_map(|feature| feature.to_le_bytes()));
        bytes.extend(&self.strengths);
        bytes.extend(&self.known_words.0);
        let weights = self.matrices().flat_map(|matrix| &matrix.weights);
        bytes.extend(weights.map(|weight| weight.cast_unsigned()));
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
        let hidden = self.networks.first().map_or(0, |[inner, ..]| inner.scales.len());
        let counts = [self.labels.len(), self.features.len(), self.networks.len(), self.width(), hidden];
        let mut bytes = MAGIC.to_vec();
        bytes.extend(version.to_le_bytes());
        bytes.extend(counts.into_iter().flat_map(|count| u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes()));
        bytes.extend(self.settings.ppms().flat_map(|ppm| ppm.parts().to_le_bytes()));
        let Settings { temperature, of_unknown, of_apart, .. } = self.settings;
        bytes.extend([temperature, of_unknown, of_apart].into_iter().flat_map(f64::to_le_bytes));
        let place = |label: &Label| Label::ALL.iter().position(|other| other == label).unwrap_or_default();
        bytes.extend(self.labels.iter().map(|label| u8::try_from(place(label)).unwrap_or(u8::MAX)));
        for matrix in self.matrices() {
            bytes.extend(matrix.scales.iter().chain(&matrix.biases).flat_map(|number| number.to_le_bytes()));
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
        let heads = input.count(HEADS_MAX, "number of heads")?;
        let features = input.count(FEATURES_MAX, "number of features")?;
        let networks = input.count(UNITS_MAX, "number of networks")?;
        let width = input.count(UNITS_MAX, "length of a vector")?;
        let hidden = input.count(UNITS_MAX, "number of hidden units")?;
        let settings = input.settings()?;
        let labels = (0..heads).map(|_| input.label()).collect::<Result<Vec<_>, _>>()?;
        if !Label::ALL.iter().all(|label| labels.contains(label)) {
            return Err(ModelError::Value("a label without a head"));
        }
        let vectors = input.matrix(networks * width)?;
        let network = |input: &mut Input<'_>| Ok([input.matrix(hidden)?, input.matrix(hidden)?, input.matrix(heads)?]);
        let networks = (0..networks).map(|_| network(&mut input)).collect::<Result<Vec<_>, ModelError>>()?;
        let plain = input.array()?;
        let (strengths, known_words) = (vec![], KnownWords(vec![]));
        let parts = Self { settings, labels, features: vec![], strengths, known_words, vectors, networks };
        Ok((packed::unpack(parts, features, &mut input)?, plain))
    }
}

impl Settings {
    fn ppms(&self) -> impl Iterator<Item = Ppm> {
        let sure_from = self.sure_from.into_iter().flatten();
        std::iter::once(self.doubt).chain(sure_from).chain([self.familiar_from, self.fraud_from, self.clause_from])
    }
}

/// What is left to read.
pub(super) struct Input<'bytes>(pub(super) &'bytes [u8]);

impl<'bytes> Input<'bytes> {
    pub(super) fn take(&mut self, length: usize) -> Result<&'bytes [u8], ModelError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(ModelError::Length)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn rest(&mut self) -> &'bytes [u8] {
        std::mem::take(&mut self.0)
    }

    pub(super) fn array<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH], ModelError> {
        self.take(LENGTH)?.try_into().map_err(|_| ModelError::Length)
    }

    pub(super) fn word(&mut self) -> Result<u32, ModelError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn count(&mut self, limit: usize, what: &'static str) -> Result<usize, ModelError> {
        let count = self.word()?;
        usize::try_from(count).ok().filter(|count| (1..=limit).contains(count)).ok_or(ModelError::Value(what))
    }

    pub(super) fn ppm(&mut self) -> Result<Ppm, ModelError> {
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

    /// A growth: nothing or more.
    fn growth(&mut self) -> Result<f64, ModelError> {
        let number = self.number()?;
        if number >= 0.0 { Ok(number) } else { Err(ModelError::Value("a negative growth")) }
    }

    pub(super) fn thresholds(&mut self) -> Result<Thresholds, ModelError> {
        let mut thresholds = [[Ppm::ONE; 5]; 5];
        for from in thresholds.iter_mut().flatten() {
            *from = self.ppm()?;
        }
        Ok(thresholds)
    }

    fn settings(&mut self) -> Result<Settings, ModelError> {
        let doubt = self.ppm()?;
        let sure_from = self.thresholds()?;
        let (familiar_from, fraud_from, clause_from) = (self.ppm()?, self.ppm()?, self.ppm()?);
        let (temperature, of_unknown, of_apart) = (self.positive()?, self.growth()?, self.growth()?);
        Ok(Settings { temperature, of_unknown, of_apart, doubt, sure_from, familiar_from, fraud_from, clause_from })
    }

    fn label(&mut self) -> Result<Label, ModelError> {
        let [label] = self.array()?;
        Label::ALL.get(usize::from(label)).copied().ok_or(ModelError::Value("an unknown label"))
    }

    /// Scales and biases, as yet without weights.
    fn matrix(&mut self, columns: usize) -> Result<Matrix, ModelError> {
        let mut numbers = || {
            let number = |_| {
                let number = f32::from_le_bytes(self.array()?);
                if number.abs() <= UNIT_MAX { Ok(number) } else { Err(ModelError::Value("a number without measure")) }
            };
            (0..columns).map(number).collect::<Result<Vec<_>, ModelError>>()
        };
        Ok(Matrix { scales: numbers()?, biases: numbers()?, weights: vec![] })
    }
}
