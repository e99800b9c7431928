//! What must be known of the customer, field by field and document by document.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    super::parts::{badge, given, list, text, words},
    Sheet,
    forms::masked,
    part,
};

pub(super) fn checklist(sheet: &Sheet<'_>) -> Markup {
    let items = list(sheet.view, "/orchestration/checklist");
    let readings = list(sheet.view, "/orchestration/readings");
    if items.is_empty() && readings.is_empty() {
        return html! {};
    }
    let body = html! {
        @if !items.is_empty() {
            table .rows role="table" {
                thead role="rowgroup" { tr role="row" { @for head in ["Field", "How it stands", "Who may put it right", "Asked for by"] { th scope="col" role="columnheader" { (head) } } } }
                tbody role="rowgroup" { @for item in items { (line(sheet, item)) } }
            }
        }
        @if !readings.is_empty() {
            h3 { "Read differently" }
            table .rows {
                thead { tr { th scope="col" { "Field" } th scope="col" { "By the rules" } th scope="col" { "By Claude" } th scope="col" { "In" } } }
                tbody { @for one in readings { tr {
                    td { (words(text(one, "/field"))) } td { (read_as(sheet, one, "rules")) }
                    td .by-model { (read_as(sheet, one, "claude")) } td { code { (text(one, "/in")) } }
                } } }
            }
        }
    };
    part("checklist", "Who the customer is", &body)
}

/// What one of the two read, masked like everything that is personal.
fn read_as(sheet: &Sheet<'_>, one: &Value, reader: &str) -> Markup {
    let whose = if reader == "rules" { "by the rules" } else { "by the model" };
    masked(sheet, text(one, &format!("/{reader}")), &format!("{} {whose}", words(text(one, "/field"))))
}

fn line(sheet: &Sheet<'_>, item: &Value) -> Markup {
    let what = text(item, "/what");
    let state = text(item, "/state");
    let kind = match state {
        "present" => "good",
        "missing" | "mismatch" | "expired" => "bad",
        _ => "warn",
    };
    let is = |name: &str| item.get(name) == Some(&true.into());
    html! {
        tr role="row" {
            td role="cell" data-label="Field" {
                @if what.starts_with("document:") {
                    (words(given(item, "/kind").unwrap_or("document"))) " " (sheet.cite(what))
                } @else { (words(what)) }
            }
            td role="cell" data-label="How it stands" {
                (badge(kind, &words(state)))
                @if is("partly") { " " span .quiet { "as far as the document goes" } }
                @if is("undated") { " " span .quiet { "nobody knows until when it is valid" } }
            }
            td role="cell" data-label="Who may put it right" {
                @match given(item, "/who") { Some(who) => (words(who)), None => span .quiet { "nobody need" } }
            }
            td role="cell" data-label="Asked for by" {
                @match given(item, "/rule") { Some(rule) => code { (rule) }, None => span .quiet { "–" } }
                @if is("marked") { " " span .quiet { "check with your counsel" } }
            }
        }
    }
}
