//! Every page, as a name and what is in it.

use std::{fs, path::Path};

use case::{actor::Role, rules::settings::RulesSettings};
use desk::{
    console::{
        assets,
        pages::{Flash, ProblemView, RulesView, SignInView, problem, rules, sign_in},
    },
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
        ("problem".to_owned(), problem(&ProblemView { who: Some(&who), problem: &refused }).into_string()),
    ];
    pages.extend(CASES.iter().map(|name| ((*name).to_owned(), Fixture::read(name).page(&who))));
    pages.push(("letter".to_owned(), with_a_letter().page(&who)));
    pages
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
