//! From rows to a model with what they taught, and how each row is read before and after.

use case::{
    ids::Digest,
    label::{Label, Ppm, Scored},
    local::{LocalModel, PROMISED_ERROR, PROMISES, Reading, features, place_of, supplement::Supplement, text},
};
use eval::{DecidedBy, Judged, LabelledRow};
use tune::{Example, Fitted};

use crate::exit::{Exit, Failure};

/// The place in [`PROMISES`] of the error that is promised by default.
pub(super) fn promise() -> usize {
    place_of(PROMISED_ERROR).unwrap_or_default()
}

/// What came of training.
pub(super) struct Learnt {
    /// The shipped model with what was learnt.
    pub(super) model: LocalModel,
    /// Its file.
    pub(super) bytes: Vec<u8>,
    fitted: Fitted,
    readings: Vec<(Reading, [bool; 5])>,
    /// How likely fraud is where it is suspected.
    fraud_from: Ppm,
}

/// One row, read in one way.
pub(super) struct Reader {
    scores: Vec<Scored>,
    sure_at: [bool; 5],
    fraud_suspected: bool,
    language: Option<String>,
}

/// The promised errors, as shares.
pub(super) fn promises() -> Vec<f64> {
    PROMISES.iter().map(|promise| promise.share()).collect()
}

impl Learnt {
    /// Learns from rows.
    pub(super) fn of(base: &LocalModel, rows: &[LabelledRow]) -> Result<Self, Failure> {
        let broken = |why: String| Failure::new(Exit::Usage, why);
        let own = base.parts().encode().map_err(|error| broken(error.to_string()))?;
        let mut readings = Vec::with_capacity(rows.len());
        let mut examples = Vec::with_capacity(rows.len());
        for row in rows {
            let reading = base.read(&row.text);
            examples.push(example(row, &reading));
            let sure_at = PROMISES.map(|promise| base.is_sure(&reading, promise));
            readings.push((reading, sure_at));
        }
        let familiar = tune::of_words(tune::familiar_words(&examples)).with_model(&own);
        let familiar = LocalModel::from_bytes(&familiar).map_err(|error| broken(error.to_string()))?;
        for (example, row) in examples.iter_mut().zip(rows) {
            example.is_familiar = familiar.is_familiar(&familiar.read(&row.text));
        }
        let from = |promise: Ppm| Label::ALL.map(|label| base.sure_from(label, promise).unwrap_or(Ppm::ONE));
        let fitted = tune::fit(&examples, &PROMISES.map(from)).map_err(|few| broken(few.to_string()))?;
        let bytes = fitted.supplement.with_model(&own);
        let model = LocalModel::from_bytes(&bytes).map_err(|error| broken(error.to_string()))?;
        Ok(Self { model, bytes, fitted, readings, fraud_from: base.parts().settings.fraud_from })
    }

    /// How the shipped model reads a row.
    pub(super) fn before(&self, place: usize) -> Option<Reader> {
        let (reading, sure_at) = self.readings.get(place)?;
        Some(Reader {
            scores: reading.scores.clone(),
            sure_at: *sure_at,
            fraud_suspected: reading.fraud_suspected,
            language: reading.language.map(|language| format!("looks like {}", language.name())),
        })
    }

    /// How a row is read by what was learnt from the others.
    pub(super) fn after(&self, place: usize) -> Option<Reader> {
        let before = self.before(place)?;
        let unseen = self.fitted.unseen.get(place)?;
        // What the shipped model suspects stays suspected; what was learnt besides adds the whole text's share.
        let is_fraud = |scored: &Scored| scored.label == Label::FraudCheck && scored.confidence >= self.fraud_from;
        let fraud_suspected = before.fraud_suspected || unseen.scores.iter().any(is_fraud);
        Some(Reader { scores: unseen.scores.clone(), sure_at: unseen.sure_at, fraud_suspected, ..before })
    }

    /// What the model card says of what was learnt.
    pub(super) fn facts(&self) -> Vec<(String, String)> {
        let Supplement { features, words, trust_thousandths, temperature_thousandths, doubt, sure_from, .. } =
            &self.fitted.supplement;
        let thousandths = |value: u32| format!("{:.3}", f64::from(value) / 1e3);
        let mut facts = vec![
            ("features learnt besides".to_owned(), features.len().to_string()),
            ("words familiar besides".to_owned(), words.len().to_string()),
            ("trust in the shipped model".to_owned(), thousandths(*trust_thousandths)),
            (
                "temperature, doubt".to_owned(),
                format!("{}, {:.4}", thousandths(*temperature_thousandths), doubt.share()),
            ),
        ];
        for (promise, from) in PROMISES.iter().zip(sure_from) {
            let from: Vec<String> = Label::ALL
                .iter()
                .zip(from)
                .map(|(label, from)| format!("{} {:.3}", label.name(), from.share()))
                .collect();
            facts.push((format!("sure from, at {:.1} %", promise.share() * 100.0), from.join(", ")));
        }
        facts
    }
}

fn example(row: &LabelledRow, reading: &Reading) -> Example {
    let share = |label: Label| {
        let scored = reading.scores.iter().find(|scored| scored.label == label);
        scored.map_or(0.0, |scored| scored.confidence.share())
    };
    let words = text::words(&row.text);
    let group = Digest::of(words.join(" ").as_bytes());
    Example {
        label: row.label,
        shares: Label::ALL.map(share),
        features: features::features_of_words(&words),
        words: words.iter().map(|word| features::word_feature(word)).collect(),
        is_familiar: false,
        group: u64::from_str_radix(group.as_str().get(..16).unwrap_or_default(), 16).unwrap_or_default(),
    }
}

impl Reader {
    /// What becomes of the row at the promise in use.
    pub(super) fn judged(self) -> Judged {
        let nothing = Scored { label: Label::Other, confidence: Ppm::default() };
        let best = self.scores.first().copied().unwrap_or(nothing);
        let is_sure = self.sure_at.get(promise()).copied().unwrap_or_default();
        Judged {
            best,
            decided_by: if is_sure { DecidedBy::Local } else { DecidedBy::Human },
            local: best,
            local_scores: self.scores,
            sure_at: self.sure_at.to_vec(),
            fraud_suspected: self.fraud_suspected,
            language: self.language,
            // Rows are redacted before and read in folds: how long a request takes is not seen here.
            local_ns: None,
            worst_case_nano_dollars: 0,
            call: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use eval::RowId;

    use super::*;

    #[test]
    fn what_the_others_teach_to_be_fraud_is_suspected_as_well() {
        let kinds = [("the fence is painted green", Label::FraudCheck), ("a plinth is wanted", Label::Other)];
        let rows: Vec<LabelledRow> = (0..120_u8)
            .map(|at| {
                let (words, label) = kinds[usize::from(at % 2)];
                let number: String = at.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
                let text = format!("{words} {number}");
                LabelledRow { id: RowId::Number(at.into()), text, label, source: None, language: None }
            })
            .collect();
        let base = LocalModel::embedded();
        let learnt = Learnt::of(base, &rows).unwrap();
        for place in 0..rows.len() {
            let (before, after) = (learnt.before(place).unwrap().judged(), learnt.after(place).unwrap().judged());
            let is_fraud = place % 2 == 0;
            assert_eq!((before.fraud_suspected, after.fraud_suspected), (false, is_fraud), "{place}");
            assert_eq!(after.local.label == Label::FraudCheck, is_fraud);
        }
    }
}
