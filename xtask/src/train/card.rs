//! The shipped model's card, made from the figures of the training that made it.

use std::collections::BTreeMap;

use anyhow::Result;
use case::label::Label;
use case::local::{LocalModel, PROMISED_ERROR, PROMISES, Reading, place_of};
use eval::card::{Card, Data};
use eval::{About, DecidedBy, Evaluation, Judged, LabelledRow, Model, Report, RowId, Why};
use learn::rows::Row;
use sha2::{Digest as _, Sha256};

/// The card of a model, and how it read rows that the folds' models had not seen.
pub(crate) fn markdown(bytes: &[u8], rows: &[Row], unseen: &[(Row, Reading)]) -> Result<String> {
    let model = LocalModel::from_bytes(bytes)?;
    let report = report(&model, unseen)?;
    let from = |promise| Label::ALL.map(|label| model.sure_from(label, promise).map_or(1.0, case::label::Ppm::share));
    let mut facts = vec![
        ("hash".to_owned(), format!("`{}`", model.hash())),
        ("bytes".to_owned(), bytes.len().to_string()),
        ("features".to_owned(), model.parts().features.len().to_string()),
    ];
    facts.extend(PROMISES.map(|promise| {
        let thresholds = from(promise).map(|share| format!("{share:.4}")).join(", ");
        (
            format!("sure from, at most {} % wrong", promise.share() * 100.0),
            format!("{thresholds} (in the order of the labels)"),
        )
    }));
    let card = Card {
        name: "triage.bin".to_owned(),
        facts,
        learnt_from: learnt_from(rows),
        measured:
            "Each row was read by a model that had not seen its tenth of the rows; off-topic rows of CLINC150 are left \
                   out. Thresholds were fitted on these same rows."
                .to_owned(),
        report: &report,
        before: None,
        made_by: "cargo xtask train".to_owned(),
    };
    Ok(card.markdown())
}

fn report(model: &LocalModel, unseen: &[(Row, Reading)]) -> Result<Report> {
    let mut evaluation = Evaluation::new(About {
        file: "training rows, unseen".to_owned(),
        at: String::new(),
        model: Model { name: "shipped".to_owned(), hash: model.hash().to_owned() },
        promises: PROMISES.iter().map(|promise| promise.share()).collect(),
        promise: place_of(PROMISED_ERROR).unwrap_or_default(),
        claude: None,
        compared_with: None,
    });
    for (row, reading) in unseen {
        let Some(judged) = judged(model, reading) else { continue };
        let labelled = LabelledRow {
            id: RowId::Text(row.id.clone()),
            text: row.text.clone(),
            label: row.label,
            source: Some(row.source.clone()),
            language: None,
        };
        evaluation.push(&labelled, &judged, None, || Why {
            text: String::new(),
            cues_predicted: vec![],
            cues_label: vec![],
        })?;
    }
    Ok(evaluation.report())
}

fn judged(model: &LocalModel, reading: &Reading) -> Option<Judged> {
    let best = *reading.scores.first()?;
    Some(Judged {
        best,
        decided_by: if reading.sure { DecidedBy::Local } else { DecidedBy::Human },
        local: best,
        local_scores: reading.scores.clone(),
        sure_at: PROMISES.map(|promise| model.is_sure(reading, promise)).to_vec(),
        fraud_suspected: reading.fraud_suspected,
        language: None,
        local_ns: None,
        worst_case_nano_dollars: 0,
        call: None,
    })
}

/// The rows by source, each with a hash over its rows in their order.
fn learnt_from(rows: &[Row]) -> Vec<Data> {
    let mut by_source: BTreeMap<&str, (Sha256, [u64; 5])> = BTreeMap::new();
    for row in rows {
        let (hash, labels) = by_source.entry(row.source.as_str()).or_default();
        hash.update(format!("{}\n{}\n{}\n", row.id, row.label.name(), row.text));
        if let Some(count) = Label::ALL.iter().position(|label| *label == row.label).and_then(|at| labels.get_mut(at)) {
            *count += 1;
        }
    }
    let data = |(source, (hash, labels)): (&str, (Sha256, [u64; 5]))| {
        let hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Data { name: source.to_owned(), hash, labels }
    };
    by_source.into_iter().map(data).collect()
}
