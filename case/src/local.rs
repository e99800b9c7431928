//! The local tier of triage: a small model that reads a request in microseconds, on both hosts to the same bit.
//!
//! It weighs the words of a text and says how likely each label is. It may answer `other`, and it says when it is
//! not sure or the text is unlike anything it learnt from. It refuses to decide what happens next: routing is
//! elsewhere, and so is the choice to ask another tier. The model is made by `cargo xtask train`; every
//! setting that turns scores into decisions is part of the model file.

mod coder;
mod cues;
pub mod features;
pub mod file;
mod network;
mod pool;
mod score;
pub mod supplement;
pub mod text;

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::label::{Label, Ppm, Scored, Task};
use crate::language::{self, Language};
pub use file::ModelError;
use file::ModelParts;
use network::Network;
use pool::Said;
use supplement::Supplement;

/// The most intents one request is read as.
pub const INTENTS_MAX: usize = 3;

/// The shares of wrong decisions for which a model file has thresholds: from half a percent to ten percent.
pub const PROMISES: [Ppm; 5] = [ppm(5_000), ppm(10_000), ppm(20_000), ppm(50_000), ppm(100_000)];

/// The share of wrong decisions that is promised where nobody asks for another.
pub const PROMISED_ERROR: Ppm = ppm(20_000);

const fn ppm(parts: u32) -> Ppm {
    match Ppm::new(parts) {
        Some(share) => share,
        None => Ppm::ONE,
    }
}

/// The place in [`PROMISES`] by which a promised error is kept: the laxest that is not laxer; nothing where none is.
#[must_use]
pub fn place_of(promised_error: Ppm) -> Option<usize> {
    PROMISES.iter().rposition(|promise| *promise <= promised_error)
}

/// For each of [`PROMISES`], from which confidence a label is sure, in the order of [`Label::ALL`].
pub type Thresholds = [[Ppm; 5]; 5];

/// From which confidence a label is sure under a promise: the laxest threshold that keeps it; nothing where none does.
#[must_use]
pub fn sure_from(thresholds: &Thresholds, label: Label, promised_error: Ppm) -> Option<Ppm> {
    thresholds.get(place_of(promised_error)?).map(|from| *score::of(from, label))
}

/// The most cues given for one label.
pub const CUES_MAX: usize = 4;

/// A model that reads requests.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalModel {
    parts: ModelParts,
    networks: Vec<Network>,
    hash: String,
    own: Option<Box<Supplement>>,
}

/// What the local tier reads in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// Lower-case hexadecimal SHA-256 of the model's plain form ([`ModelParts::plain`]).
    pub model: String,
    /// All five labels, the most likely first; together one million parts per million.
    pub scores: Vec<Scored>,
    /// Whether the first score reaches its label's threshold and the text is familiar, and in English.
    pub sure: bool,
    /// The share of the text's words that the model has seen before, by letters.
    pub familiar: Ppm,
    /// What the text is about: several tasks, the most urgent first, where clauses are clearly about different ones;
    /// else the most likely label alone.
    pub intents: Vec<Scored>,
    /// Whether anything in the text may be use by somebody else; errs on the side of suspicion.
    pub fraud_suspected: bool,
    /// The language of the text, where it is not English: then nothing here is sure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// What a model's networks say of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opinion {
    /// How likely each label is, in the order of [`Label::ALL`]: the mean of the networks.
    pub shares: [f64; 5],
    /// The share of the text's features that the model does not know.
    pub unknown: f64,
    /// How far the networks are apart: the largest difference of two about one label.
    pub apart: f64,
    /// The share of the text's letters that are in words the model knows.
    pub familiar: Ppm,
}

impl Opinion {
    /// The shares under a model's settings.
    #[must_use]
    pub fn tempered(&self, settings: &file::Settings) -> [f64; 5] {
        score::tempered(self.shares, settings, self.unknown, self.apart)
    }
}

impl LocalModel {
    /// The model this build carries.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static MODEL: OnceLock<LocalModel> = OnceLock::new();
        MODEL.get_or_init(|| {
            #[expect(clippy::expect_used, reason = "the model is compiled in, and a test reads it")]
            Self::from_bytes(include_bytes!("../model/triage.bin")).expect("the committed model is of this version")
        })
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// [`ModelError`] for bytes that are not exactly a model file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        match supplement::split(bytes)? {
            Some((model, own)) => Self::of_model(model).map(|model| model.with(own)),
            None => Self::of_model(bytes),
        }
    }

    fn of_model(bytes: &[u8]) -> Result<Self, ModelError> {
        let (parts, plain) = ModelParts::decode(bytes)?;
        Ok(Self { networks: Network::all(&parts), parts, hash: data_encoding::HEXLOWER.encode(&plain), own: None })
    }

    /// This model with what it learnt besides.
    fn with(mut self, own: Supplement) -> Self {
        self.hash = own.hash(&self.hash);
        for word in &own.words {
            self.parts.known_words.insert(*word);
        }
        self.own = Some(Box::new(own));
        self
    }

    /// Lower-case hexadecimal SHA-256 of the model's plain form ([`ModelParts::plain`]).
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// What the model file says.
    #[must_use]
    pub const fn parts(&self) -> &ModelParts {
        &self.parts
    }

    /// Reads a text of any length and any content; of what it is sure about, at most two in a hundred are promised to be
    /// wrong.
    #[must_use]
    pub fn read(&self, text: &str) -> Reading {
        self.read_for(text, PROMISED_ERROR)
    }

    /// As [`read`](Self::read), for another promise: the model keeps the strictest of [`PROMISES`] that is not laxer,
    /// and is never sure where none is.
    #[must_use]
    pub fn read_for(&self, text: &str, promised_error: Ppm) -> Reading {
        let settings = &self.parts.settings;
        let heard = pool::hear(self, text);
        let own = self.own.as_deref();
        let shares = heard.whole.shares;
        let shares = own.map_or(shares, |own| own.moved(shares, &features::features(text)));
        let scores = score::ranked(&shares);
        let familiar = heard.whole.familiar;
        let top = score::top(&scores);
        let language = language::detect(text);
        let suspicion = heard.suspicion.max(*score::of(&shares, Label::FraudCheck));
        let fraud_suspected = score::to_ppm(suspicion) >= settings.fraud_from;
        let intents = self.intents(&heard.clauses, top);
        let model = self.hash.clone();
        let read = Reading { model, scores, sure: false, familiar, intents, fraud_suspected, language };
        Reading { sure: self.is_sure(&read, promised_error), ..read }
    }

    /// Whether what was read may be decided under a promise: the text is English and familiar, and its best label reaches
    /// the label's threshold.
    #[must_use]
    pub fn is_sure(&self, reading: &Reading, promised_error: Ppm) -> bool {
        let top = score::top(&reading.scores);
        let from = self.sure_from(top.label, promised_error);
        self.is_familiar(reading) && from.is_some_and(|from| top.confidence >= from)
    }

    /// Up to [`CUES_MAX`] words and phrases of the text that spoke most for a label, the strongest first.
    ///
    /// Only phrases the model has learnt are given, so a name in the text never becomes a cue.
    #[must_use]
    pub fn cues(&self, text: &str, label: Label) -> Vec<String> {
        cues::cues(self, text, label)
    }

    /// How likely `fraud_check` is where it is likeliest: in the whole text or in a part of it.
    ///
    /// [`Reading::fraud_suspected`] compares this with the model's own threshold, which is fitted by it.
    #[must_use]
    pub fn suspicion(&self, text: &str) -> Ppm {
        score::to_ppm(pool::hear(self, text).suspicion)
    }

    /// From which confidence a label is sure under a promise; nothing where the model has no threshold as strict.
    #[must_use]
    pub fn sure_from(&self, label: Label, promised_error: Ppm) -> Option<Ppm> {
        let of_promises = self.own.as_deref().map_or(&self.parts.settings.sure_from, |own| &own.sure_from);
        sure_from(of_promises, label, promised_error)
    }

    /// Whether a text of which so much is familiar may be decided at all.
    #[must_use]
    pub fn is_familiar(&self, reading: &Reading) -> bool {
        reading.language.is_none() && reading.familiar >= self.parts.settings.familiar_from
    }

    /// What the networks say of a text in one piece, before it is made to mean what it says: what a model's settings
    /// are fitted on.
    #[must_use]
    pub fn opinion(&self, text: &str) -> Opinion {
        pool::opinion(self, &text::words(text::request(text)))
    }

    /// The tasks that single clauses are clearly about, where there are several and the text's own label is one of
    /// them; else the text's own label.
    fn intents(&self, clauses: &[Said], top: Scored) -> Vec<Scored> {
        let settings = &self.parts.settings;
        let mut clear: [Option<Ppm>; 5] = [None; 5];
        for clause in clauses.iter().filter(|clause| clause.familiar >= settings.familiar_from) {
            let said = score::top(&score::ranked(&clause.shares));
            if said.confidence >= settings.clause_from {
                let best = score::of_mut(&mut clear, said.label);
                *best = (*best).max(Some(said.confidence));
            }
        }
        let best = score::of_mut(&mut clear, top.label);
        *best = (*best).max(Some(top.confidence));
        let scored = |task: Task| {
            let label = Label::from(task);
            score::of(&clear, label).map(|confidence| Scored { label, confidence })
        };
        let intents: Vec<Scored> = Task::ALL.into_iter().filter_map(scored).take(INTENTS_MAX).collect();
        if top.label == Label::Other || intents.len() < 2 { vec![top] } else { intents }
    }
}

#[cfg(test)]
mod tests;
