//! Every piece of evidence, by the source it came from. A source that brought nothing is shown as missing.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    super::{
        inert,
        parts::{badge, list, long, lower, text, words},
    },
    Sheet, anchor,
};

pub(super) fn evidence(sheet: &Sheet<'_>) -> Markup {
    let pieces = list(sheet.view, "/orchestration/evidence");
    let mut sources: Vec<&str> = Vec::new();
    for piece in pieces {
        let source = text(piece, "/source");
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    html! {
        section #evidence data-live="evidence" aria-labelledby="evidence-title" {
            h2 #evidence-title { "Evidence" }
            @if pieces.is_empty() { p .empty { "No source was asked yet." } }
            div .cards {
                @for source in sources {
                    article .card {
                        h3 { (words(source)) }
                        ul { @for piece in pieces.iter().filter(|piece| text(piece, "/source") == source) { (one(piece)) } }
                    }
                }
            }
        }
    }
}

fn one(piece: &Value) -> Markup {
    let id = text(piece, "/id");
    let took = piece.get("took_ms").and_then(Value::as_i64);
    html! {
        li id=(anchor(id)) tabindex="-1" {
            p {
                code { (id) } " "
                @match text(piece, "/status") {
                    "found" => {},
                    status => (badge("bad", &format!("{}: {}", words(status), lower(text(piece, "/why"))))),
                }
                @if let Some(took) = took { " " span .quiet { "took " (long(took)) } }
            }
            @match text(piece, "/text") {
                "" => p .quiet { "Nothing in it bears on the case." },
                text => p { (inert::inline(text)) },
            }
        }
    }
}
