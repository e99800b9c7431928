//! Fits what turns scores into decisions, on rows that each fold's model has not seen.

use anyhow::Result;
use case::label::{Label, Ppm};
use case::local::LocalModel;
use case::local::file::Settings;

use super::build::UNDECIDED;
use super::folds::{Fold, Unseen};

/// Of what is decided, at most this share may be wrong. The promise is two in a hundred; the rest is room for rows
/// that the folds have not shown.
const DECIDED_WRONG_MAX: f64 = 0.015;
/// A reading of this confidence and more is among the surest, by which the model's doubt is measured.
const SUREST: u32 = 999_000;
/// No label is sure below this, however well it did on the folds.
const SURE_FLOOR: u32 = 600_000;
/// This share of the unseen rows may be unfamiliar.
const UNFAMILIAR_SHARE: f64 = 0.01;
/// This share of the fraud rows may go by without suspicion.
const FRAUD_MISSED_SHARE: f64 = 0.015;
/// This share of the rows, which all are about one thing, may be read as about several.
const SPLIT_SHARE: f64 = 0.01;

/// Fits all settings, one after the other.
pub(crate) fn fit(folds: &[Fold<'_>]) -> Result<Settings> {
    let mut settings = Settings { temperature: temperature(folds)?, ..UNDECIDED };
    settings.doubt = doubt(&Models::with(folds, settings)?);
    let models = Models::with(folds, settings)?;
    settings.familiar_from = quantile(models.each(|model, _, text| model.read(text).familiar), UNFAMILIAR_SHARE);
    let suspicions =
        models.some(|model, unseen, text| (unseen.row.label == Label::FraudCheck).then(|| model.suspicion(text)));
    settings.fraud_from = quantile(suspicions, FRAUD_MISSED_SHARE);
    let models = Models::with(folds, settings)?;
    let outcomes = models.some(|model, unseen, text| {
        let reading = model.read(text);
        let top = *reading.scores.first()?;
        (reading.familiar >= settings.familiar_from).then_some((
            top.label,
            top.confidence,
            top.label == unseen.row.label,
        ))
    });
    settings.sure_from = Label::ALL.map(|label| sure_from(&outcomes, label));
    settings.clause_from = clause_from(folds, settings)?;
    Ok(settings)
}

/// Each fold's model with the settings so far.
struct Models<'folds>(Vec<(LocalModel, &'folds [Unseen<'folds>])>);

impl<'folds> Models<'folds> {
    fn with(folds: &'folds [Fold<'folds>], settings: Settings) -> Result<Self> {
        let with = |fold: &'folds Fold<'folds>| Ok((fold.model(settings)?, fold.unseen.as_slice()));
        folds.iter().map(with).collect::<Result<_>>().map(Self)
    }

    /// What a question says about every unseen text, as published and as variant; in the order of the folds.
    fn each<T: Send>(&self, question: impl Fn(&LocalModel, &Unseen<'_>, &str) -> T + Sync) -> Vec<T> {
        let ask = |(model, unseen): &(LocalModel, &[Unseen<'_>])| -> Vec<T> {
            let both = |one: &Unseen<'_>| [question(model, one, &one.row.text), question(model, one, &one.variant)];
            unseen.iter().flat_map(both).collect()
        };
        let (first, second) = self.0.split_at(self.0.len() / 2);
        std::thread::scope(|scope| {
            let first = scope.spawn(|| first.iter().flat_map(ask).collect::<Vec<_>>());
            let second: Vec<T> = second.iter().flat_map(ask).collect();
            let first = first.join().expect("a question about a text never panics");
            first.into_iter().chain(second).collect()
        })
    }

    /// As [`each`](Self::each), without the texts the question is not about.
    fn some<T: Send>(&self, question: impl Fn(&LocalModel, &Unseen<'_>, &str) -> Option<T> + Sync) -> Vec<T> {
        self.each(question).into_iter().flatten().collect()
    }
}

/// The temperature, to a fiftieth, under which the labels of unseen rows are the least surprising.
fn temperature(folds: &[Fold<'_>]) -> Result<f64> {
    let of = |fiftieths: u32| f64::from(fiftieths) / 50.0;
    let total = |fiftieths: u32| -> Result<f64> {
        let models = Models::with(folds, Settings { temperature: of(fiftieths), ..UNDECIDED })?;
        Ok(models.each(surprise).iter().sum())
    };
    Ok(of(lowest(15, 150, total)?))
}

/// How often the surest readings are wrong, by the rule of succession: no confidence says more than the folds have
/// shown, even where they have shown no mistake.
fn doubt(models: &Models<'_>) -> Ppm {
    let surest = models.some(|model, unseen, text| {
        let top = *model.read(text).scores.first()?;
        (top.confidence.parts() >= SUREST).then_some(top.label == unseen.row.label)
    });
    let wrong = surest.iter().filter(|right| !**right).count();
    Ppm::from_share((wrong + 1) as f64 / (surest.len() + 2) as f64).unwrap_or(Ppm::ONE)
}

/// The place of the lowest value of a function that falls and then rises.
fn lowest(mut low: u32, mut high: u32, value: impl Fn(u32) -> Result<f64>) -> Result<u32> {
    while low < high {
        let middle = u32::midpoint(low, high);
        if value(middle)? <= value(middle + 1)? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}

fn ppm(parts: u32) -> Ppm {
    Ppm::new(parts).unwrap_or(Ppm::ONE)
}

fn surprise(model: &LocalModel, unseen: &Unseen<'_>, text: &str) -> f64 {
    let reading = model.read(text);
    let own = reading.scores.iter().find(|scored| scored.label == unseen.row.label);
    -libm::log(own.map_or(0.0, |scored| scored.confidence.share()).max(1e-6))
}

/// The lowest confidence from which a label's decisions are right often enough.
fn sure_from(outcomes: &[(Label, Ppm, bool)], label: Label) -> Ppm {
    let mut said: Vec<(Ppm, bool)> =
        outcomes.iter().filter(|(top, ..)| *top == label).map(|(_, confidence, right)| (*confidence, *right)).collect();
    said.sort_by_key(|(confidence, _)| std::cmp::Reverse(*confidence));
    let (mut wrong, mut from) = (0.0, Ppm::ONE);
    for (place, (confidence, right)) in said.iter().enumerate() {
        wrong += if *right { 0.0 } else { 1.0 };
        let last_of_its_confidence = said.get(place + 1).is_none_or(|(next, _)| next < confidence);
        if last_of_its_confidence && wrong <= DECIDED_WRONG_MAX * (place + 1) as f64 && confidence.parts() >= SURE_FLOOR
        {
            from = *confidence;
        }
    }
    from
}

/// The lowest confidence, in hundredths, at which few texts about one thing are taken for several.
fn clause_from(folds: &[Fold<'_>], settings: Settings) -> Result<Ppm> {
    let hundredths = |hundredths: u32| ppm(hundredths * 10_000);
    let mut low = 50;
    let mut high = 100;
    while low < high {
        let middle = u32::midpoint(low, high);
        let models = Models::with(folds, Settings { clause_from: hundredths(middle), ..settings })?;
        let split = models.each(|model, _, text| model.read(text).intents.len() > 1);
        let share = split.iter().filter(|split| **split).count() as f64 / split.len() as f64;
        if share <= SPLIT_SHARE {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(hundredths(low))
}

/// The value that this share of the values is below.
fn quantile(mut values: Vec<Ppm>, share: f64) -> Ppm {
    values.sort_unstable();
    let place = (values.len() as f64 * share) as usize;
    values.get(place).copied().unwrap_or(Ppm::ONE)
}
