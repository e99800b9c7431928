//! The head of a case: whose it is, what is at stake, and which clocks run.

use case::time::Millis;
use maud::{Markup, html};
use serde_json::Value;

use super::{
    super::{
        inert,
        parts::{amount, badge, given, list, lower, parsed, text, texts, urgency, when, words},
    },
    Sheet,
};

pub(super) fn head(sheet: &Sheet<'_>, about: &str) -> Markup {
    let at_stake = amount(sheet.view, "/orchestration/proposal/amount");
    html! {
        div #head .head data-live="head" data-seq=(sheet.view.get("seq").and_then(Value::as_u64).unwrap_or_default()) {
            h1 { (about) }
            p .badges {
                (badge(state_kind(sheet.text("/orchestration/state")), &words(sheet.text("/orchestration/state"))))
                @if sheet.view.get("sandbox").is_some() { " " (badge("plain", "Sandbox")) }
                @if let Some(mode) = sheet.view.get("mode").and_then(Value::as_str) { " " (badge("plain", &words(mode))) }
                @for why in texts(sheet.view, "/orchestration/escalations") { " " (badge("bad", &words(why))) }
            }
            dl .facts {
                (fact("Customer", &match sheet.text("/customer_id") { "" => html! { span .quiet { "not named" } }, id => html! { code { (id) } } }))
                @if let Some(money) = at_stake { (fact("Amount", &html! { strong .money { (money) } })) }
                (fact("Worked by", &html! { (lower(sheet.text("/orchestration/routed_to"))) }))
                (fact("Assignee", &match sheet.text("/assignee") { "" => html! { span .quiet { "nobody" } }, who => inert::inline(who) }))
                @if let Some(id) = given(sheet.view, "/external_id") { (fact("Ticket", &html! { code { (id) } })) }
                @if let Some(at) = parsed(sheet.view, "/opened_at") { (fact("Opened", &when(at, sheet.now))) }
                @if let Some(at) = parsed(sheet.view, "/updated_at") { (fact("Changed", &when(at, sheet.now))) }
                (fact("Case", &html! { code { (sheet.text("/case_id")) } }))
            }
            (clocks(sheet))
        }
    }
}

fn fact(name: &str, value: &Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

fn state_kind(state: &str) -> &'static str {
    match state {
        "review" => "warn",
        "closed" => "good",
        _ => "plain",
    }
}

/// The clocks that the law or a network sets, the next one first.
fn clocks(sheet: &Sheet<'_>) -> Markup {
    let clocks = list(sheet.view, "/orchestration/deadlines");
    html! {
        @if !clocks.is_empty() {
            ul .clocks aria-label="Clocks" { @for clock in clocks { (one_clock(clock, sheet.now)) } }
        }
    }
}

fn one_clock(clock: &Value, now: Millis) -> Markup {
    let status = text(clock, "/status");
    let due = parsed(clock, "/due_at");
    let kind = match (status, due) {
        ("running", Some(due)) => urgency(due, now),
        ("missed", _) => "over",
        _ => "fine",
    };
    html! {
        li class={ "clock " (kind) } {
            strong { (text(clock, "/title")) }
            span {
                (badge("plain", &words(status))) " due " (text(clock, "/due"))
                @if let (Some(due), "running") = (due, status) { ", " (when(due, now)) }
            }
            span .quiet {
                (text(clock, "/citation")) " · " (words(text(clock, "/duty"))) "’s duty"
                @if let Some(note) = given(clock, "/note") { " · " (note) }
            }
        }
    }
}
