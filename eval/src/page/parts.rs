//! The top of the page: the figures that matter most, and what to know before believing them.

use case::label::Label;

use super::write::{Page, between, counted, dollars, duration_us, escape, figure, percent};
use crate::{Report, report::Notes};

/// The most important figures.
pub(super) fn cards(page: &mut Page, report: &Report) {
    let figures = &report.figures;
    let kept = figures.decided_error.is_some_and(|error| error <= report.promised_error);
    let worth = if figures.decided_error.is_none() {
        ""
    } else if kept {
        "good"
    } else {
        "bad"
    };
    page.raw("<div class=\"cards\">\n");
    card(page, &percent(figures.accuracy), "", "accuracy", &between(figures.accuracy_interval));
    card(page, &percent(figures.macro_f1), "", "macro-F1", "mean over the labels");
    card(
        page,
        &percent(figures.decided_share),
        "",
        "decided without a person",
        &counted(figures.decided, "row", "rows"),
    );
    let promised = format!(
        "promised at most {}; {}",
        percent(Some(report.promised_error)),
        between(figures.decided_error_interval)
    );
    card(page, &percent(figures.decided_error), worth, "wrong among decided", &promised);
    let fraud = &report.fraud;
    let missed = format!("{} decided as something else", fraud.decided_as_other);
    card(page, &percent(fraud.recall), "", "fraud reports found", &missed);
    card(
        page,
        &figure(figures.calibration_error),
        "",
        "calibration error",
        &format!("Brier {}", figure(figures.brier)),
    );
    if let Some(local) = &report.latency.local_us {
        let slow = format!("local tier, half the rows; 99 % within {}", duration_us(local.p99));
        card(page, &duration_us(local.p50), "", "to read a row", &slow);
    }
    if let Some(claude) = &report.claude {
        let price = report.cascade.in_use().and_then(|milestone| milestone.usd_per_thousand);
        let spent = format!("Claude where the local tier is not sure; {} spent here", dollars(claude.usd));
        card(page, &dollars(price.unwrap_or_default()), "", "per thousand rows", &spent);
    }
    page.raw("</div>\n");
}

fn card(page: &mut Page, figure: &str, class: &str, name: &str, more: &str) {
    let (figure, name, more) = (escape(figure), escape(name), escape(more));
    page.write(format_args!("<div class=\"card\"><b class=\"{class}\">{figure}</b>{name}<span>{more}</span></div>\n"));
}

/// What to know before believing the figures; nothing where there is nothing.
pub(super) fn notes(page: &mut Page, report: &Report) {
    for note in all_notes(&report.notes) {
        page.line("note", &note);
    }
    if report.figures.rows < 200 {
        let rows = counted(report.figures.rows, "row", "rows");
        page.line("note", &format!("{rows} say little: look at the intervals, not at the figures."));
    }
}

fn all_notes(notes: &Notes) -> Vec<String> {
    let mut all = Vec::new();
    if notes.bad_rows > 0 {
        let first: Vec<String> =
            notes.bad.iter().take(5).map(|bad| format!("line {}: {}", bad.line, bad.why)).collect();
        let lines = counted(notes.bad_rows, "line is no labelled row and is", "lines are no labelled rows and are");
        all.push(format!("{lines} left out. {}.", first.join("; ")));
    }
    if notes.repeated_ids > 0 {
        let rows = counted(notes.repeated_ids, "row has", "rows have");
        all.push(format!("{rows} an id that came before. All count; a comparison matches them in their order."));
    }
    if notes.repeated_texts > 0 {
        let rows = counted(notes.repeated_texts, "row says", "rows say");
        let others = counted(notes.contradicting_texts, "of them has", "of them have");
        all.push(format!(
            "{rows} the same words as one before; {others} another label, so that one of both must count as wrong."
        ));
    }
    if !notes.labels_missing.is_empty() {
        let names = names(&notes.labels_missing);
        all.push(format!("No row is labelled {names}: what happens to such requests is not measured here."));
    }
    if !notes.labels_few.is_empty() {
        all.push(format!("There are fewer than 30 rows of {}: their figures say little.", names(&notes.labels_few)));
    }
    if notes.slices_cut {
        all.push(
            "There are more sources or languages than are shown; the others are together, without a name.".to_owned(),
        );
    }
    all
}

fn names(labels: &[Label]) -> String {
    labels.iter().map(|label| label.name()).collect::<Vec<_>>().join(", ")
}
