//! The report as one page of HTML: everything is in it, it needs no script and no network, it is legible on a phone, in the
//! dark and on paper.
//!
//! It shows the report's figures and no others. Whatever came from a file is escaped, and the page forbids a browser to
//! load or run anything, so that a row cannot become a part of the page.

mod charts;
mod parts;
mod sections;
mod write;

use crate::Report;
use parts::{cards, notes};
use write::{Page, escape};

const STYLE: &str = include_str!("page/style.css");

/// The page.
#[must_use]
pub fn page(report: &Report) -> String {
    let mut page = Page::new();
    let title = format!("Triage on {}", report.file);
    page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
    );
    page.raw(&format!("<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n", escape(&title)));
    page.element("h1", &title);
    page.line("soft", &about(report));
    cards(&mut page, report);
    notes(&mut page, report);
    sections::cascade(&mut page, report);
    sections::claude(&mut page, report);
    sections::classes(&mut page, report);
    sections::confidence(&mut page, report);
    sections::slices(&mut page, report);
    sections::comparison(&mut page, report);
    sections::mistakes(&mut page, report);
    sections::definitions(&mut page, report);
    page.raw("</body>\n</html>\n");
    page.text()
}

fn about(report: &Report) -> String {
    let claude = report.claude.as_ref().map_or_else(
        || "local tier only, Claude was not asked".to_owned(),
        |claude| format!("{} was asked about {} of them", claude.budget.model, claude.asked),
    );
    format!(
        "{} rows. Made {}. Local model {} ({}); {claude}. Promised error {}.",
        report.figures.rows,
        report.at,
        report.model.name,
        report.model.hash.get(..12).unwrap_or(&report.model.hash),
        write::percent(Some(report.promised_error)),
    )
}

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
