//! What the customer wrote, beside what it was taken for.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    super::{
        inert,
        parts::{badge, given, list, percent, text, words as plain},
    },
    Sheet, forms, part,
};

pub(super) fn words(sheet: &Sheet<'_>) -> Markup {
    let body = html! {
        @match sheet.view.get("text").and_then(Value::as_str) {
            None => p .empty { "The words were erased, or cannot be read." },
            Some(text) => {
                (inert::block(text))
                (forms::tokens(sheet, text))
            },
        }
    };
    part("words", "What the customer wrote", &body)
}

pub(super) fn taken_for(sheet: &Sheet<'_>) -> Markup {
    let share = |value: &Value| value.get("confidence").and_then(Value::as_f64).unwrap_or_default();
    let chosen = sheet.view.get("classification").unwrap_or(&Value::Null);
    let body = html! {
        ol .scores {
            (score(text(chosen, "/task"), share(chosen), true))
            @for other in list(chosen, "/alternatives").iter().take(3) { (score(text(other, "/task"), share(other), false)) }
        }
        p { (inert::inline(text(chosen, "/reason"))) }
        p .badges {
            @match given(chosen, "/decided_by") {
                Some("claude") => (badge("model", "Decided by Claude")),
                Some("local") => (badge("plain", "Decided by the local model")),
                Some("human") => (badge("plain", "Decided by an analyst")),
                Some(by) => (badge("plain", &format!("Decided by the {}", plain(by).to_lowercase()))),
                None => {},
            }
        }
        @if let Some(language) = chosen.get("language") {
            p .quiet { (text(language, "/name")) ". " (text(language, "/note")) }
        }
        (forms::reroute(sheet))
    };
    part("triage", "What it was taken for", &body)
}

fn score(task: &str, share: f64, chosen: bool) -> Markup {
    let task = if task.is_empty() { "Not decided yet".to_owned() } else { plain(task) };
    html! {
        li .chosen[chosen] {
            span { (task) }
            meter min="0" max="1" value=(share) aria-label={ "Confidence in " (task) } {}
            span .money { (percent(share)) }
        }
    }
}
