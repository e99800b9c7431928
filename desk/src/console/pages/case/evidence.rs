//! Every piece of evidence, by the source it came from, with the time it took. A source that brought nothing is shown as
//! missing.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    super::{
        inert,
        parts::{amount, badge, given, list, long, lower, parsed, text, texts, when, words},
    },
    Sheet, anchor, part,
    work::{Fate, Work},
};

pub(super) fn evidence(sheet: &Sheet<'_>, work: &[Work<'_>]) -> Markup {
    let pieces = list(sheet.view, "/orchestration/evidence");
    let mut sources: Vec<&str> = Vec::new();
    for source in pieces.iter().map(|piece| text(piece, "/source")) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    let body = html! {
        @if pieces.is_empty() { p .empty { "No source has brought anything yet." } }
        div .cards {
            @for source in sources {
                @let of = pieces.iter().filter(|piece| text(piece, "/source") == source);
                article .card .lacking[of.clone().any(|piece| text(piece, "/status") != "found")] {
                    h3 { (words(source)) }
                    (times(work, source))
                    ul { @for piece in of { (one(sheet, piece)) } }
                }
            }
        }
    };
    part("evidence", "Evidence", &body)
}

/// How long the source took for what.
fn times(work: &[Work<'_>], source: &str) -> Markup {
    let asked: Vec<&Work<'_>> = work.iter().filter(|work| work.who == source).collect();
    html! {
        @if !asked.is_empty() {
            p .quiet {
                @for (at, work) in asked.iter().enumerate() {
                    @if at > 0 { " · " }
                    (lower(&work.what)) " "
                    @match (work.fate(), work.took_ms()) {
                        (Fate::Answered, Some(ms)) => { (long(ms)) },
                        (fate, Some(ms)) => { (fate.words()) " after " (long(ms)) },
                        (fate, None) => { (fate.words()) },
                    }
                    @if work.attempts.len() > 1 { ", " (work.attempts.len()) " attempts" }
                }
            }
        }
    }
}

fn one(sheet: &Sheet<'_>, piece: &Value) -> Markup {
    let id = text(piece, "/id");
    let status = text(piece, "/status");
    html! {
        li id=(anchor(id)) tabindex="-1" {
            p .badges {
                code { (id) }
                @if status != "found" { (badge("bad", &format!("{}: {}", words(status), lower(text(piece, "/why"))))) }
                @if let Some(agent) = given(piece, "/agent") { (badge("model", &format!("By the agent {agent}"))) }
            }
            (detail(sheet, piece))
            @match given(piece, "/text") {
                None => p .quiet { "Nothing in it bears on the case." },
                Some(text) => p .told { (inert::inline(text)) },
            }
        }
    }
}

/// What a payment or an agent's advice says beyond its line.
fn detail(sheet: &Sheet<'_>, piece: &Value) -> Markup {
    let line = |name: &str, value: Markup| html! { div { dt { (name) } dd { (value) } } };
    let analyst: Vec<&str> = texts(piece, "/analyst_words").collect();
    html! {
        @if given(piece, "/payment_status").is_some() || given(piece, "/outcome").is_some() {
            dl .facts {
                @if let Some(status) = given(piece, "/payment_status") {
                    (line("Status", html! { code { (status) } @if let Some(reason) = given(piece, "/payment_reason") { " " code { (reason) } } }))
                }
                @if let Some(money) = amount(piece, "/amount") { (line("Amount", html! { span .money { (money) } })) }
                @if let Some(at) = parsed(piece, "/created_at") { (line("Made", when(at, sheet.now))) }
                @if let Some(day) = given(piece, "/expected_by") { (line("Expected by", html! { (day) })) }
                @if let Some(said) = given(piece, "/customer_words") { (line("For the customer", inert::inline(said))) }
                @if !analyst.is_empty() { (line("For analysts", inert::inline(&analyst.join(" ")))) }
                @if let Some(outcome) = given(piece, "/outcome") { (line("Beside the rules", html! { (words(outcome)) })) }
                @if let Some(action) = given(piece, "/finding/action") { (line("The agent finds", html! { (lower(action)) })) }
                @if let Some(action) = given(piece, "/rules/action") { (line("The rules find", html! { (lower(action)) })) }
            }
        }
    }
}
