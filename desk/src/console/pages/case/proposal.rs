//! What is proposed, why, and the summary with each sentence's evidence.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    super::{
        inert,
        parts::{amount, badge, given, list, lower, text, texts, words},
    },
    Sheet,
};

pub(super) fn proposal(sheet: &Sheet<'_>) -> Markup {
    html! {
        section #proposal data-live="proposal" aria-labelledby="proposal-title" {
            @match sheet.view.pointer("/orchestration/proposal") {
                None => { h2 #proposal-title { "Nothing is proposed yet" } (question(sheet)) },
                Some(proposal) => {
                    h2 #proposal-title { "Proposed: " (lower(text(proposal, "/action")))
                        @if let Some(money) = amount(proposal, "/amount") { ", " span .money { (money) } } }
                    (question(sheet))
                    (why(sheet, proposal))
                    (summary(sheet))
                },
            }
        }
    }
}

/// What the customer was asked and has not answered.
fn question(sheet: &Sheet<'_>) -> Markup {
    html! {
        @if let Some(asked) = given(sheet.view, "/orchestration/question") {
            p { strong { "Asked of the customer: " } (inert::inline(asked)) }
        }
    }
}

fn why(sheet: &Sheet<'_>, proposal: &Value) -> Markup {
    let approved: Vec<&str> = texts(proposal, "/approved_by").collect();
    html! {
        p .badges {
            (badge("plain", &words(text(proposal, "/stage")))) " "
            (badge("plain", &format!("Needs {}", lower(text(proposal, "/approval"))))) " "
            (badge("plain", &format!("Found by {}", lower(text(proposal, "/found_by")))))
        }
        ul .reasons { @for reason in texts(proposal, "/reasons") { li { (words(reason)) } } }
        @if !approved.is_empty() { p { "Approved by " (approved.join(", ")) "." } }
        p { "About: " @for (at, id) in texts(proposal, "/references").enumerate() {
            @if at > 0 { ", " } (sheet.cite(&format!("ledger:{id}"))) } }
        p .quiet { "An approval names the hash " code .id { (text(proposal, "/hash")) } }
    }
}

fn summary(sheet: &Sheet<'_>) -> Markup {
    let sentences = list(sheet.view, "/orchestration/summary");
    html! {
        @if !sentences.is_empty() {
            h3 { "Summary " @match sheet.text("/orchestration/summary_by") {
                "claude" => (badge("model", "Written by Claude")),
                _ => (badge("plain", "By the fixed rules")),
            } }
            ol .summary {
                @for sentence in sentences {
                    li {
                        (inert::inline(text(sentence, "/text")))
                        @for id in texts(sentence, "/cites") { " " (sheet.cite(id)) }
                    }
                }
            }
        }
    }
}
