//! What the customer wrote, beside what it was taken for.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    super::{
        inert,
        parts::{badge, list, percent, text, words},
    },
    Sheet,
};

pub(super) fn words_and_triage(sheet: &Sheet<'_>) -> Markup {
    html! {
        div .pair {
            section #words data-live="words" aria-labelledby="words-title" {
                h2 #words-title { "What the customer wrote" }
                @match sheet.view.get("text").and_then(Value::as_str) {
                    Some(text) => (inert::block(text)),
                    None => p .empty { "The words were erased, or cannot be read." },
                }
            }
            section #triage data-live="triage" aria-labelledby="triage-title" {
                h2 #triage-title { "What it was taken for" }
                (taken_for(sheet))
            }
        }
    }
}

fn taken_for(sheet: &Sheet<'_>) -> Markup {
    let share = |value: &Value| value.get("confidence").and_then(Value::as_f64).unwrap_or_default();
    let chosen = sheet.view.get("classification").unwrap_or(&Value::Null);
    html! {
        ol .scores {
            (score(text(chosen, "/task"), share(chosen), true))
            @for other in list(chosen, "/alternatives").iter().take(3) { (score(text(other, "/task"), share(other), false)) }
        }
        p { (inert::inline(text(chosen, "/reason"))) }
        @match text(chosen, "/decided_by") {
            "claude" => p { (badge("model", "Decided by Claude")) },
            "" => {},
            by => p { (badge("plain", &format!("Decided by: {}", words(by)))) },
        }
        @if let Some(language) = chosen.get("language") {
            p .quiet { (text(language, "/name")) ". " (text(language, "/note")) }
        }
    }
}

fn score(task: &str, share: f64, chosen: bool) -> Markup {
    let task = if task.is_empty() { "Not decided yet".to_owned() } else { words(task) };
    html! {
        li .chosen[chosen] {
            span { (task) }
            meter min="0" max="1" value=(share) aria-label={ "Confidence in " (task) } {}
            span .money { (percent(share)) }
        }
    }
}
