//! Every page, as a name and what is in it.

use std::{fs, path::Path};

use case::{actor::Role, rules::settings::RulesSettings};
use desk::{
    console::{
        assets,
        pages::{Flash, OversightView, ProblemView, RulesView, SignInView, oversight, problem, rules, sign_in},
    },
    oversight::{AGES, Ageing, Agreement, Day, Deadlines, OutcomeRow, Oversight},
    problem::{Code, Problem},
};
use serde_json::json;

use crate::fixture::{CASES, Fixture, queue, viewer};

/// Every page with its name.
pub(crate) fn pages() -> Vec<(String, String)> {
    let who = viewer(Role::Analyst);
    let refused = Problem::no_case();
    let wrong = Problem::new(Code::Unauthenticated, "This is no key of this deployment.");
    let signing = SignInView { csrf: "c", next: "/console", flash: Some(&Flash::Refused(&wrong)) };
    let mut pages = vec![
        ("queue".to_owned(), queue(&who)),
        ("sign-in".to_owned(), sign_in(&signing).into_string()),
        ("rules".to_owned(), rules(&RulesView { who: &who, settings: &RulesSettings::default() }).into_string()),
        ("oversight".to_owned(), oversight(&OversightView { who: &who, oversight: &counted() }).into_string()),
        ("problem".to_owned(), problem(&ProblemView { who: Some(&who), problem: &refused }).into_string()),
    ];
    pages.extend(CASES.iter().map(|name| ((*name).to_owned(), Fixture::read(name).page(&who))));
    pages.push(("letter".to_owned(), with_a_letter().page(&who)));
    pages
}

/// How a desk might do.
fn counted() -> Oversight {
    let outcome = |task: &str, decided_by: &str, cases: u64| OutcomeRow {
        task: task.to_owned(),
        decided_by: decided_by.to_owned(),
        cases,
        overturned: cases / 7,
        agreed: cases / 2,
        met: cases / 3,
        missed: cases / 20,
        cost_nano_dollars: cases * 1_234_567,
    };
    let agreement = |decided_by: &str, from_percent: u32, agreed: u64| Agreement {
        decided_by: decided_by.to_owned(),
        from_percent,
        judged: 20,
        agreed,
    };
    let day = |day: u64| Day { day: format!("2026-11-{day:02}"), opened: day * 7 % 23, closed: day * 5 % 19 };
    Oversight {
        days: 30,
        since: "2026-11-01T00:00:00Z".to_owned(),
        volume: (1..=30).map(day).collect(),
        ageing: ["open", "snoozed", "waiting", "working"]
            .map(|place| Ageing { place, cases: [9, 7, 5, 3, 1, place.len() as u64] })
            .into(),
        outcomes: vec![
            outcome("dispute_summary", "local", 60),
            outcome("dispute_summary", "claude", 20),
            outcome("fraud_check", "local", 45),
            outcome("none", "none", 2),
        ],
        agreement: vec![agreement("local", 60, 11), agreement("local", 90, 19), agreement("claude", 80, 17)],
        deadlines: Deadlines { overdue: 2, within_a_day: 3, within_a_week: AGES.len() as u64 },
        behind: None,
    }
}

/// A case with a letter that was sent, and the draft of another.
fn with_a_letter() -> Fixture {
    let mut fixture = Fixture::read("dispute");
    let sentences = json!([
        { "text": "You wrote to us about a charge of GBP 61.47.", "cites": ["case:request"] },
        { "text": "We found it, booked on 2026-11-18.", "cites": ["ledger:tx-7caxm5k1vh"] },
    ]);
    let view = fixture.view.as_object_mut().unwrap();
    let draft = json!({ "text": "You wrote to us.\n\nWe found it.", "sentences": sentences, "disclosure": "Drafted.", "disclosure_citation": "Article 50" });
    view.insert("letter_draft".to_owned(), draft);
    let sent =
        json!({ "id": "l1", "by": "ines", "at": "2026-11-23T08:30:00Z", "stage": "done", "text": "Dear customer" });
    view.insert("letters".to_owned(), json!([sent]));
    fixture
}

#[test]
fn every_page_is_written_to_be_looked_at() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../pages");
    fs::create_dir_all(root.join("console/assets")).unwrap();
    for asset in [&*assets::STYLE, &*assets::SCRIPT] {
        fs::write(root.join(asset.path.trim_start_matches('/')), asset.text).unwrap();
    }
    for (name, page) in pages() {
        assert!(page.starts_with("<!DOCTYPE html>"), "{name}");
        fs::write(root.join(format!("{name}.html")), page).unwrap();
    }
}
