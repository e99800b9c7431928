//! A report to write pages and cards of, in tests: every text in it is hostile, and a third of its rows is wrong.

use case::label::{Label, Ppm, Scored};

use crate::{
    About, DecidedBy, Evaluation, Judged, LabelledRow, Model, Report, RowId, Why, judged::Call, record::Other,
    report::Budget,
};

const HOSTILE: &str =
    "</p><script>alert(1)</script><img src=x onerror=alert(2)> \u{202e}\" ' & card 4111 1111 1111 1111";

fn scored(label: Label, parts: u32) -> Scored {
    Scored { label, confidence: Ppm::new(parts).unwrap() }
}

/// A report of rows whose every text is hostile; each third is wrong.
pub(crate) fn report(rows: u64) -> Report {
    let about = About {
        file: "<script>.jsonl".into(),
        at: "2026-11-23T05:00:00Z".into(),
        model: Model { name: "shipped".into(), hash: "ab".repeat(32) },
        promises: vec![0.01, 0.02, 0.05],
        promise: 1,
        claude: Some(Budget { model: "claude-haiku-5-5".into(), budget_usd: 1.0, prices: "p".into() }),
        compared_with: Some("<s>other</s>".into()),
    };
    let mut evaluation = Evaluation::new(about);
    for number in 0..rows {
        let label = Label::ALL[(number % 5) as usize];
        let wrong = number % 3 == 0;
        let best = scored(
            if wrong { Label::ALL[((number + 1) % 5) as usize] } else { label },
            500_000 + (number * 37 % 500_000) as u32,
        );
        let asked = number % 4 == 0;
        let judged = Judged {
            best,
            decided_by: if asked { DecidedBy::Claude } else { DecidedBy::Local },
            local: best,
            local_scores: vec![best],
            sure_at: vec![!asked, !asked, true],
            fraud_suspected: number % 7 == 0,
            language: None,
            local_ns: Some(40_000 + number),
            worst_case_nano_dollars: 900_000,
            call: asked.then(|| Call {
                answer: Some(best),
                sure: true,
                nano_dollars: 50_000,
                took_ms: 700,
                ..Call::default()
            }),
        };
        let row = LabelledRow {
            id: RowId::Text(format!("<i>{number}</i>")),
            text: HOSTILE.into(),
            label,
            source: Some("<u>mail</u>".into()),
            language: None,
        };
        let other = Other { predicted: label, probability: best.confidence, accepted: true };
        let why = || Why { text: HOSTILE.into(), cues_predicted: vec!["<em>".into()], cues_label: vec![] };
        evaluation.push(&row, &judged, Some(other), why).unwrap();
    }
    evaluation.bad(crate::row::read_row(9, b"{").unwrap_err());
    evaluation.report()
}
