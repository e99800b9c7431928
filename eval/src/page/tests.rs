//! The page shows what the report says, stands alone, and lets no row become a part of it.

use super::{samples::report, *};

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
