//! Other cases of the same customer, those about the same transaction first.

use case::time::Millis;
use maud::{Markup, html};

use super::{
    super::parts::{badge, lower, when, words},
    Sheet, part,
};

pub(super) fn links(sheet: &Sheet<'_>) -> Markup {
    if sheet.links.is_empty() {
        return html! {};
    }
    let (same, other): (Vec<_>, Vec<_>) = sheet.links.iter().partition(|link| !link.shares.is_empty());
    let body = html! {
        ul .bare {
            @for link in same.iter().chain(&other) {
                li {
                    a href={ "/console/cases/" (link.row.case_id) } {
                        (link.row.task.as_deref().map_or_else(|| "Unsorted request".to_owned(), words))
                    }
                    " " (badge("plain", &words(&link.row.state)))
                    @if !link.shares.is_empty() { " " (badge("bad", "Same transaction")) " " @for id in &link.shares { code { (id) } " " } }
                    " " span .quiet { (lower(&link.row.agent)) ", opened " (when(Millis(link.row.opened_at), sheet.now)) }
                }
            }
        }
    };
    part("links", "Linked cases", &body)
}
