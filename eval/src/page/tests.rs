//! The page shows what the report says, stands alone, and lets no row become a part of it.

use case::label::{Label, Ppm, Scored};

use super::*;
use crate::{
    About, DecidedBy, Evaluation, Judged, LabelledRow, Model, RowId, Why, judged::Call, record::Other, report::Budget,
};

const HOSTILE: &str =
    "</p><script>alert(1)</script><img src=x onerror=alert(2)> \u{202e}\" ' & card 4111 1111 1111 1111";

fn scored(label: Label, parts: u32) -> Scored {
    Scored { label, confidence: Ppm::new(parts).unwrap() }
}

/// A report of rows whose every text is hostile; each third is wrong.
fn report(rows: u64) -> Report {
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
            local_ns: 40_000 + number,
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

#[test]
fn a_hostile_row_stays_text_and_its_card_is_nowhere() {
    let report = report(60);
    let page = page(&report);
    for forbidden in ["<script", "<img", "<i>", "<u>", "<em>", "onerror=alert(2)>", "4111", "\u{202e}", "<s>"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)"), "it is shown as text");
    let json = serde_json::to_string(&report).unwrap();
    assert!(!json.contains("4111"), "nor in the JSON");
}

#[test]
fn the_page_loads_nothing_and_forbids_what_it_does_not_need() {
    let page = page(&report(60));
    assert!(page.contains("default-src 'none'"));
    for link in ["http://", "https://", "url(", "@import", "src=", "href="] {
        assert!(!page.replace("src=x onerror", "").contains(link), "{link}");
    }
    let open: Vec<&str> = ["div", "table", "tr", "td", "figure", "svg", "ol", "li", "p", "h2"]
        .into_iter()
        .filter(|name| {
            let opened = page.matches(&format!("<{name}>")).count() + page.matches(&format!("<{name} ")).count();
            opened != page.matches(&format!("</{name}>")).count()
        })
        .collect();
    assert!(open.is_empty(), "opened and not closed: {open:?}");
}

#[test]
fn every_section_is_there_with_the_reports_figures() {
    let report = report(60);
    let page = page(&report);
    for words in [
        "Who decides",
        "By label",
        "Knowing when to ask",
        "By length",
        "Compared with",
        "Worst mistakes",
        "Right there",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.contains(&write::percent(report.figures.accuracy)));
    assert!(page.contains("1 line is no labelled row"), "bad rows are said");
    assert_eq!(report.comparison.as_ref().unwrap().only_other_right, 20);
}

#[test]
fn a_report_of_one_row_or_of_one_label_has_a_page_too() {
    let page = page(&report(1));
    assert!(page.contains("1 row"));
    assert!(!page.contains("NaN") && !page.contains("inf"), "{page}");
}

#[test]
fn the_same_rows_give_the_same_report() {
    assert_eq!(report(60), report(60));
    assert_eq!(page(&report(60)), page(&report(60)));
}
