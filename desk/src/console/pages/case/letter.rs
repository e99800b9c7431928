//! The reply to the customer: the draft with what each sentence rests on, the form that sends it, and what was sent.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    super::{
        inert,
        parts::{badge, given, list, parsed, text, texts, when, words},
    },
    Sheet, forms, part,
};

/// Whether there is anything to show.
pub(super) fn is_shown(sheet: &Sheet<'_>) -> bool {
    sheet.view.get("letter_draft").is_some() || !list(sheet.view, "/letters").is_empty()
}

pub(super) fn letter(sheet: &Sheet<'_>) -> Markup {
    if !is_shown(sheet) {
        return html! {};
    }
    let body = html! {
        @for letter in list(sheet.view, "/letters") { (sent(sheet, letter)) }
        @if let Some(draft) = sheet.view.get("letter_draft") { (drafted(sheet, draft)) }
    };
    part("letter", "The letter to the customer", &body)
}

/// A letter that somebody sent.
fn sent(sheet: &Sheet<'_>, letter: &Value) -> Markup {
    let (kind, stage) = match text(letter, "/stage") {
        "approved" => ("plain", "On its way".to_owned()),
        "done" => ("good", "Sent".to_owned()),
        "refused" if sheet.view.get("erased").is_some() => ("plain", "Not known to have arrived".to_owned()),
        "refused" => ("bad", "Refused by the actions endpoint".to_owned()),
        stage => ("plain", words(stage)),
    };
    html! {
        p .badges {
            strong { "Letter " (text(letter, "/id")) } (badge(kind, &stage))
            span .quiet {
                "by " (inert::inline(text(letter, "/by")))
                @if let Some(at) = parsed(letter, "/at") { ", " (when(at, sheet.now)) }
            }
        }
        @match given(letter, "/text") {
            Some(text) => (inert::block(text)),
            None => p .empty { "The words were erased, or cannot be read." },
        }
    }
}

/// What the fixed rules would write, and the form in which it is changed and sent.
fn drafted(sheet: &Sheet<'_>, draft: &Value) -> Markup {
    html! {
        h3 { "Draft, sentence by sentence" }
        ol .summary {
            @for sentence in list(draft, "/sentences") {
                li {
                    (inert::inline(text(sentence, "/text")))
                    @for id in texts(sentence, "/cites") { " " (sheet.cite(id)) }
                }
            }
        }
        @if let Some(disclosure) = given(draft, "/disclosure") {
            p .quiet { "Said with it: " (inert::inline(disclosure)) " (" (text(draft, "/disclosure_citation")) ")" }
        }
        (forms::reply(sheet, text(draft, "/text")))
    }
}
