//! The local tier, as it reads a request of a case: without personal data.

use std::{path::Path, sync::Arc, time::Instant};

use case::{
    label::{Label, Ppm, Scored},
    local::{LocalModel, PROMISES, Reading, place_of},
    prompts::PromptKind,
    settings::Settings as CaseSettings,
};
use desk::{ask_claude, config::MODEL, intake};
use eval::{DecidedBy, Judged, Model};

use crate::{
    exit::{Exit, Failure},
    settings::{Settings, local_model},
};

/// A local model and what is promised of it.
pub(super) struct LocalTier {
    name: String,
    /// Nothing for the one this build carries.
    own: Option<Arc<LocalModel>>,
    /// As a case's would be if there was a key, to say what asking Claude would cost.
    settings: CaseSettings,
    /// The promised error in use, and the place in [`PROMISES`] of the one that keeps it.
    promised: Ppm,
    promise: usize,
}

/// What the local tier reads in a row.
#[derive(Debug, Clone)]
pub(super) struct Read {
    /// The text as it was read.
    pub(super) words: String,
    /// What was read at the promised error in use.
    pub(super) reading: Reading,
    /// Whether it is sure, at each promised error.
    sure_at: Vec<bool>,
    took_ns: u64,
    worst_case_nano_dollars: u64,
}

/// What the model that this build carries is called, also on the command line.
pub(super) const SHIPPED: &str = "shipped";

impl LocalTier {
    /// The model that cases are read with under these settings, or one from a file.
    pub(super) fn open(settings: &Settings, file: Option<&Path>, promise: Option<f64>) -> Result<Self, Failure> {
        let named = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let (name, model) = match (file, &settings.host.local_model) {
            (Some(path), _) if path.as_os_str() == SHIPPED => (SHIPPED.to_owned(), None),
            (Some(path), _) => (named(path), Some(Arc::new(read_model(path)?))),
            (None, Some(path)) => (named(path), settings.local_model()?),
            (None, None) => (SHIPPED.to_owned(), None),
        };
        let asked = settings.config.model.clone().unwrap_or_else(|| MODEL.to_owned());
        let mut settings = settings.config.settings.clone();
        settings.triage.model = Some(asked);
        settings.triage.prompt = PromptKind::Triage.in_use(settings.triage.prompt.as_ref());
        let promised = promise.and_then(Ppm::from_share).unwrap_or(settings.triage.promised_error);
        let none = || {
            let strictest = PROMISES.map(Ppm::share).into_iter().fold(1.0, f64::min);
            let message =
                format!("a promised error of {}: the strictest that a model keeps is {strictest}", promised.share());
            Failure::new(Exit::Usage, message)
        };
        let promise = place_of(promised).ok_or_else(none)?;
        Ok(Self { name, own: model, settings, promised, promise })
    }

    fn model(&self) -> &LocalModel {
        self.own.as_deref().unwrap_or_else(|| LocalModel::embedded())
    }

    /// Its name and hash.
    pub(super) fn about(&self) -> Model {
        Model { name: self.name.clone(), hash: self.model().hash().to_owned() }
    }

    /// The promised error in use.
    pub(super) const fn promised(&self) -> Ppm {
        self.promised
    }

    /// The place in [`PROMISES`] of the one that keeps it.
    pub(super) const fn promise(&self) -> usize {
        self.promise
    }

    /// Reads a text.
    pub(super) fn read(&self, text: &str) -> Read {
        let start = Instant::now();
        let words = intake::as_read(text);
        let reading = self.model().read_for(&words, self.promised);
        let took_ns = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let worst_case_nano_dollars = ask_claude::triage_nano_dollars(&self.settings, &words);
        let sure_at = PROMISES.map(|promise| self.model().is_sure(&reading, promise)).to_vec();
        Read { words, reading, sure_at, took_ns, worst_case_nano_dollars }
    }

    /// The words that spoke for a label.
    pub(super) fn cues(&self, words: &str, label: Label) -> Vec<String> {
        self.model().cues(words, label)
    }
}

/// Reads a model file that was named on the command line.
pub(super) fn read_model(path: &Path) -> Result<LocalModel, Failure> {
    local_model::read(path).map_err(|why| Failure::new(Exit::Usage, format!("{}: {why}", path.display())))
}

impl Read {
    /// The best label.
    pub(super) fn best(&self) -> Scored {
        let nothing = Scored { label: Label::Other, confidence: Ppm::default() };
        self.reading.scores.first().copied().unwrap_or(nothing)
    }

    /// What becomes of the row where nobody else is asked.
    pub(super) fn judged(&self) -> Judged {
        Judged {
            best: self.best(),
            decided_by: if self.reading.sure { DecidedBy::Local } else { DecidedBy::Human },
            local: self.best(),
            local_scores: self.reading.scores.clone(),
            sure_at: self.sure_at.clone(),
            fraud_suspected: self.reading.fraud_suspected,
            language: self.reading.language.map(|language| format!("looks like {}", language.name())),
            local_ns: Some(self.took_ns),
            worst_case_nano_dollars: self.worst_case_nano_dollars,
            call: None,
        }
    }
}
