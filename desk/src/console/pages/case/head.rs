//! The head of a case: whose it is, what is at stake, and which clocks run.

use case::{money::Money, time::Millis};
use maud::{Markup, html};
use serde_json::Value;

use super::{
    super::{
        inert,
        parts::{amount, badge, given, list, lower, parsed, text, texts, urgency, when, words},
    },
    Sheet, forms,
};

pub(super) fn head(sheet: &Sheet<'_>, about: &str) -> Markup {
    let state = sheet.text("/orchestration/state");
    let flags = [("held", "On legal hold"), ("erased", "Erased"), ("sandbox", "Sandbox")];
    html! {
        div #head .head data-live data-seq=(sheet.view.get("seq").and_then(Value::as_u64).unwrap_or_default())
            data-head=(sheet.text("/head_hash")) {
            h1 { (about) @if let Some(money) = at_stake(sheet) { ", " span .money { (money) } small { " at stake" } } }
            p .badges {
                (badge(state_kind(state), &words(state)))
                @for (name, label) in flags { @if sheet.view.get(name).is_some() { (badge("plain", label)) } }
                @if let Some(mode) = given(sheet.view, "/mode") { (badge("plain", &format!("{} mode", words(mode)))) }
                @for why in texts(sheet.view, "/orchestration/escalations") { (badge("bad", &words(why))) }
            }
            dl .facts { (facts(sheet)) }
            (clocks(sheet))
            (contents(sheet))
        }
    }
}

/// What is at stake: the proposal's amount, whichever of the tracks has one; else that of the one transaction or payment
/// that the proposals rest on.
fn at_stake(sheet: &Sheet<'_>) -> Option<Money> {
    let others = list(sheet.view, "/orchestration/tracks").iter();
    let proposed = amount(sheet.view, "/orchestration/proposal/amount")
        .or_else(|| others.filter_map(|track| amount(track, "/proposal/amount")).next());
    let rows = super::ledger::disputed(sheet);
    let payments =
        || list(sheet.view, "/orchestration/evidence").iter().filter(|piece| piece.get("payment_status").is_some());
    proposed
        .or_else(|| rows.first().filter(|_| rows.len() == 1).map(|row| row.money))
        .or_else(|| payments().next().filter(|_| payments().count() == 1).and_then(|piece| amount(piece, "/amount")))
}

fn facts(sheet: &Sheet<'_>) -> Markup {
    let moment = |name: &str, pointer: &str| {
        html! { @if let Some(at) = parsed(sheet.view, pointer) { (fact(name, &when(at, sheet.now))) } }
    };
    html! {
        (fact("Customer", &customer(sheet)))
        (fact("Worked by", &html! { (lower(sheet.text("/orchestration/routed_to"))) }))
        (fact("Assignee", &assignee(sheet)))
        @if let Some(id) = given(sheet.view, "/external_id") { (fact("Ticket", &html! { code { (id) } })) }
        (moment("Opened", "/opened_at"))
        (moment("Changed", "/updated_at"))
        (moment("Snoozed until", "/snoozed_until"))
        (moment("Closed", "/closed_at"))
        (fact("Case", &html! { code { (sheet.text("/case_id")) } }))
    }
}

fn fact(name: &str, value: &Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

/// The customer's reference. What the profile says of the person is shown on request alone.
fn customer(sheet: &Sheet<'_>) -> Markup {
    let profile =
        list(sheet.view, "/orchestration/evidence").iter().find(|piece| text(piece, "/id") == "profile:fields");
    html! {
        @match given(sheet.view, "/customer_id") {
            None => span .quiet { "not named" },
            Some(id) => code { (id) },
        }
        @for field in profile.iter().flat_map(|profile| texts(profile, "/present")) {
            @if ["name", "date_of_birth", "address"].contains(&field) { " " (forms::masked(sheet, &format!("profile:{field}"), &words(field))) }
        }
    }
}

fn assignee(sheet: &Sheet<'_>) -> Markup {
    html! {
        @match given(sheet.view, "/assignee") {
            None => span .quiet { "nobody" },
            Some(who) => {
                (inert::inline(who))
                @if let Some(until) = parsed(sheet.view, "/claimed_until") { span .quiet { ", claim ends " (when(until, sheet.now)) } }
            },
        }
    }
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
    let filing = sheet.view.pointer("/orchestration/proposal/code").filter(|code| given(code, "/last_day").is_some());
    html! {
        @if !clocks.is_empty() || filing.is_some() {
            ul .clocks aria-label="Clocks" {
                @for clock in clocks { (one_clock(clock, sheet.now)) }
                @if let Some(code) = filing {
                    li .clock.fine[code.get("in_time") == Some(&true.into())].over[code.get("in_time") == Some(&false.into())] {
                        strong { "Last day to file with the network" }
                        span { (text(code, "/last_day")) }
                        span .quiet { (words(text(code, "/network"))) " " (text(code, "/code")) }
                    }
                }
            }
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
                (badge(if kind == "over" { "bad" } else { "plain" }, &words(status))) " due " (text(clock, "/due"))
                @if let (Some(due), "running") = (due, status) { ", " (when(due, now)) }
            }
            span .quiet {
                (text(clock, "/citation")) " · " (words(text(clock, "/duty"))) "’s duty"
                @if clock.get("assumed") == Some(&true.into()) { " · the shorter time, as a fact is missing" }
                @if let Some(note) = given(clock, "/note") { " · " (note) }
            }
        }
    }
}

fn contents(sheet: &Sheet<'_>) -> Markup {
    let parts = [
        ("decide", "Decide"),
        ("proposal", "Proposal"),
        ("letter", "Letter"),
        ("evidence", "Evidence"),
        ("ledger", "Ledger"),
        ("risk", "Risk"),
        ("checklist", "Identity"),
        ("links", "Linked cases"),
        ("work", "Agents’ work"),
        ("history", "History"),
    ];
    let there = |id: &str| match id {
        "decide" => sheet.who.is_some(),
        "letter" => super::letter::is_shown(sheet),
        "ledger" => super::ledger::is_shown(sheet),
        "risk" => super::risk::is_shown(sheet),
        "checklist" => !list(sheet.view, "/orchestration/checklist").is_empty(),
        "links" => !sheet.links.is_empty(),
        _ => true,
    };
    html! {
        nav .contents aria-label="On this page" {
            @for (id, title) in parts { @if there(id) { a href={ "#" (id) } { (title) } " " } }
            @if sheet.who.is_some() {
                a href={ "/console/cases/" (sheet.text("/case_id")) "/pack" } download { "Evidence pack" }
            }
        }
    }
}
