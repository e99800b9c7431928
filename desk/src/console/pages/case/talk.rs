//! The conversation after the request: what the customer and analysts said since, and what waits for an answer.

use maud::{Markup, html};

use super::{
    super::{
        inert,
        parts::{amount, given, list, parsed, text, when, words},
    },
    Sheet, part,
};

pub(super) fn talk(sheet: &Sheet<'_>) -> Markup {
    let said = list(sheet.view, "/conversation");
    let asked = given(sheet.view, "/orchestration/question");
    if said.is_empty() && asked.is_none() {
        return html! {};
    }
    let candidates = list(sheet.view, "/orchestration/candidates");
    let body = html! {
        ol .talk {
            @for one in said {
                li class={ "from-" (if text(one, "/from") == "customer" { "customer" } else { "analyst" }) } {
                    p .quiet {
                        (words(text(one, "/from"))) " · by " (inert::inline(text(one, "/by")))
                        @if let Some(at) = parsed(one, "/at") { " · " (when(at, sheet.now)) }
                    }
                    @match given(one, "/text") {
                        Some(text) => (inert::block(text)),
                        None => p .empty { "The words were erased, or cannot be read." },
                    }
                }
            }
        }
        @if let Some(asked) = asked {
            p { strong { "Asked of the customer: " } (inert::inline(asked)) }
            @if !candidates.is_empty() {
                ul { @for one in candidates {
                    li { (sheet.cite(&format!("ledger:{}", text(one, "/id"))))
                        @if let Some(money) = amount(one, "/amount") { " " span .money { (money) } } }
                } }
            }
        }
    };
    part("talk", "The conversation since", &body)
}
