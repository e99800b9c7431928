//! Fits what turns scores into decisions, on rows that each fold's model has not seen.

use anyhow::Result;
use case::label::{Label, Ppm};
use case::local::file::Settings;
use case::local::{Opinion, PROMISES};

use super::build::UNDECIDED;
use super::folds::Fold;
use super::promise;

/// A reading of this confidence and more is among the surest, by which the model's doubt is measured.
const SUREST: f64 = 0.999;
/// This share of the unseen rows may be unfamiliar.
const UNFAMILIAR_SHARE: f64 = 0.005;
/// This share of the fraud rows may go by without suspicion.
const FRAUD_MISSED_SHARE: f64 = 0.02;
/// This share of the rows, which all are about one thing, may be read as about several.
const SPLIT_SHARE: f64 = 0.01;

/// An opinion about a text whose label is known.
type Judged = (Label, Opinion);

/// Fits all settings, one after the other.
///
/// # Errors
/// None but a model file that cannot be written.
pub fn fit(folds: &[Fold]) -> Result<Settings> {
    let judged: Vec<Judged> =
        folds.iter().flat_map(|fold| &fold.rows).flat_map(super::folds::Asked::opinions).collect();
    let mut settings = temperature(&judged);
    settings.doubt = doubt(&judged, settings);
    settings.familiar_from = quantile(judged.iter().map(|(_, opinion)| opinion.familiar).collect(), UNFAMILIAR_SHARE);
    settings.sure_from = PROMISES.map(|promised| promise::thresholds(folds, &settings, promised));
    // What is suspected of styles the model saw nothing of says how it is there, not how the shipped one is.
    let mut suspicions = Vec::new();
    for fold in folds.iter().filter(|fold| fold.unseen.is_fold()) {
        let model = fold.model(settings)?;
        let fraud = fold.rows.iter().filter(|asked| asked.row.label == Label::FraudCheck);
        suspicions.extend(fraud.flat_map(|asked| [&asked.row.text, &asked.framed]).map(|text| model.suspicion(text)));
    }
    settings.fraud_from = quantile(suspicions, FRAUD_MISSED_SHARE);
    settings.clause_from = clause_from(folds, settings)?;
    Ok(settings)
}

/// The temperature and what makes it grow, under which the labels of unseen rows are the least surprising.
fn temperature(judged: &[Judged]) -> Settings {
    let surprise = |settings: &Settings| -> f64 {
        let of = |(label, opinion): &Judged| -libm::log(share_of(*label, opinion.tempered(settings)).max(1e-6));
        judged.iter().map(of).sum()
    };
    let mut best = (surprise(&UNDECIDED), UNDECIDED);
    let mut try_all = |candidates: Vec<Settings>| {
        for settings in candidates {
            let surprise = surprise(&settings);
            if surprise < best.0 {
                best = (surprise, settings);
            }
        }
        best.1
    };
    let mut settings = UNDECIDED;
    for _ in 0..3 {
        settings = try_all((10..=100).map(|n| Settings { temperature: f64::from(n) / 40.0, ..settings }).collect());
        settings = try_all((0..=40).map(|n| Settings { of_unknown: f64::from(n) / 5.0, ..settings }).collect());
        settings = try_all((0..=40).map(|n| Settings { of_apart: f64::from(n) / 5.0, ..settings }).collect());
    }
    settings
}

fn share_of(label: Label, shares: [f64; 5]) -> f64 {
    Label::ALL.iter().zip(shares).find(|(other, _)| **other == label).map_or(0.0, |(_, share)| share)
}

/// The most likely label and how likely it is.
pub(crate) fn top(shares: [f64; 5]) -> (Label, f64) {
    let best = Label::ALL.into_iter().zip(shares).max_by(|one, other| one.1.total_cmp(&other.1));
    best.unwrap_or((Label::Other, 0.0))
}

/// How often the surest readings are wrong, by the rule of succession: no confidence says more than the folds have
/// shown, even where they have shown no mistake.
fn doubt(judged: &[Judged], settings: Settings) -> Ppm {
    let surest = judged.iter().filter_map(|(label, opinion)| {
        let (said, share) = top(opinion.tempered(&settings));
        (share >= SUREST).then_some(said == *label)
    });
    let surest: Vec<bool> = surest.collect();
    let wrong = surest.iter().filter(|right| !**right).count();
    Ppm::from_share((wrong + 1) as f64 / (surest.len() + 2) as f64).unwrap_or(Ppm::ONE)
}

/// The lowest confidence, in hundredths, at which few texts about one thing are taken for several.
fn clause_from(folds: &[Fold], settings: Settings) -> Result<Ppm> {
    let hundredths = |hundredths: u32| Ppm::new(hundredths * 10_000).unwrap_or(Ppm::ONE);
    let (mut low, mut high) = (50, 100);
    while low < high {
        let middle = u32::midpoint(low, high);
        let (mut split, mut all) = (0, 0);
        for fold in folds {
            let readings = fold.readings(Settings { clause_from: hundredths(middle), ..settings })?;
            split += readings.iter().filter(|reading| reading.intents.len() > 1).count();
            all += readings.len();
        }
        if split as f64 <= SPLIT_SHARE * all as f64 {
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
