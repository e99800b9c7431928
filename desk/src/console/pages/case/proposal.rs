//! What is proposed, why, and the summary with each sentence's evidence.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    super::{
        inert,
        parts::{amount, badge, given, list, lower, text, texts, words},
    },
    Sheet, part,
};

pub(super) fn proposal(sheet: &Sheet<'_>) -> Markup {
    let lead = sheet.view.pointer("/orchestration/proposal");
    let id = lead.map(|lead| text(lead, "/id"));
    let others = list(sheet.view, "/orchestration/tracks").iter();
    let others = others.filter_map(|track| track.get("proposal")).filter(|other| Some(text(other, "/id")) != id);
    let title = lead.map_or_else(|| "Nothing is proposed yet".to_owned(), title);
    let body = html! {
        @if let Some(proposal) = lead { (one(sheet, proposal)) (summary(sheet)) }
        @else { p .quiet { "Next: " (lower(sheet.text("/orchestration/next_action"))) "." } }
        @for other in others { h3 { "Also " (title_of_other(other)) } (one(sheet, other)) }
        (limits(sheet))
    };
    part("proposal", &title, &body)
}

fn title(proposal: &Value) -> String {
    format!("Proposed: {}", title_of_other(proposal))
}

fn title_of_other(proposal: &Value) -> String {
    let money = amount(proposal, "/amount").map(|money| format!(", {money}")).unwrap_or_default();
    format!("{}{money}", lower(text(proposal, "/action")))
}

fn one(sheet: &Sheet<'_>, proposal: &Value) -> Markup {
    let approved: Vec<&str> = texts(proposal, "/approved_by").collect();
    let stage = text(proposal, "/stage");
    let found_by = text(proposal, "/found_by");
    html! {
        p .badges {
            (badge(if stage == "pending" { "warn" } else { "plain" }, &words(stage)))
            (badge("plain", &format!("Needs {}", lower(text(proposal, "/approval")))))
            (badge(if found_by.starts_with("agent") { "model" } else { "plain" }, &format!("Found by {}", lower(found_by))))
            @for who in &approved { (badge("good", &format!("Approved by {who}"))) }
        }
        dl .facts {
            div { dt { "Because" } dd { ul .reasons { @for reason in texts(proposal, "/reasons") { li { (words(reason)) } } } } }
            @if !list(proposal, "/references").is_empty() {
                div { dt { "About" } dd { @for id in texts(proposal, "/references") { (sheet.cite(&named(sheet, id))) " " } } }
            }
            div { dt { "Rests on" } dd { @for id in texts(proposal, "/cites") { (sheet.cite(id)) " " } } }
        }
        @if let Some(code) = proposal.get("code") { (network_code(sheet, proposal, code)) }
        p .quiet { "An approval names the hash " code { (text(proposal, "/hash")) } }
    }
}

/// The evidence that a reference of a proposal's is, if the page shows it.
fn named(sheet: &Sheet<'_>, reference: &str) -> String {
    let id = sheet.shown.iter().find(|id| id.split_once(':').is_some_and(|(_, rest)| rest == reference));
    id.map_or_else(|| reference.to_owned(), ToString::to_string)
}

/// The network's reason code, with the facts that chose it.
fn network_code(sheet: &Sheet<'_>, proposal: &Value, code: &Value) -> Markup {
    let others: Vec<&str> = texts(code, "/candidates").filter(|other| *other != text(code, "/code")).collect();
    let open: Vec<String> = texts(code, "/open").map(lower).collect();
    let reply = code.get("merchant_reply_days").and_then(Value::as_u64);
    let certain = match text(code, "/confidence") {
        "V" => "read in the network's own text",
        _ => "check with your counsel",
    };
    html! {
        h3 { "Reason code: " (words(text(code, "/network"))) " " (text(code, "/code")) " " (text(code, "/title")) }
        dl .facts {
            div { dt { "Chosen because" } dd {
                @for (at, reason) in texts(proposal, "/reasons").enumerate() { @if at > 0 { ", " } (lower(reason)) }
                "; the words: " (sheet.cite("case:request"))
            } }
            div { dt { "By the rule" } dd { code { (text(code, "/rule")) } " " span .quiet { "(" (certain) ")" } } }
            @if let Some(day) = given(code, "/last_day") {
                div { dt { "Last day" } dd { (day) @if code.get("in_time") == Some(&false.into()) { " " (badge("bad", "Too late")) } } }
            }
            @if let Some(days) = reply { div { dt { "The merchant replies within" } dd { (days) " days" } } }
            @if !others.is_empty() { div { dt { "Could also be" } dd { (others.join(", ")) } } }
            div { dt { "Still open" } dd { @if open.is_empty() { "nothing" } @else { (open.join(", ")) } } }
        }
    }
}

fn summary(sheet: &Sheet<'_>) -> Markup {
    let sentences = list(sheet.view, "/orchestration/summary");
    let by_model = sheet.text("/orchestration/summary_by") == "claude";
    html! {
        @if !sentences.is_empty() {
            h3 .badges { "Summary " @if by_model { (badge("model", "Written by Claude")) } @else { (badge("plain", "By the fixed rules")) } }
            ol .summary .by-model[by_model] {
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

/// The customer's own time limits, and what the customer bears at most.
fn limits(sheet: &Sheet<'_>) -> Markup {
    let limits = list(sheet.view, "/orchestration/time_limits");
    let share = sheet.view.pointer("/orchestration/liability");
    html! {
        @if !limits.is_empty() || share.is_some() {
            h3 { "What the law says of the customer" }
            ul .bare {
                @for limit in limits {
                    li {
                        (text(limit, "/title")) ": "
                        @match limit.get("in_time").and_then(Value::as_bool) {
                            Some(true) => (badge("good", "In time")), Some(false) => (badge("bad", "Too late")), None => (badge("plain", "Open")),
                        }
                        @if let Some(day) = given(limit, "/last_day") { " until " (day) }
                        " " span .quiet { (text(limit, "/citation")) @if let Some(note) = given(limit, "/note") { ", " (note) } }
                    }
                }
                @if let Some(share) = share {
                    li {
                        (text(share, "/title")) ": "
                        @if let Some(money) = amount(share, "/at_most") { "at most " span .money { (money) } } @else { "without a limit" }
                        " " span .quiet { (text(share, "/citation")) @if let Some(note) = given(share, "/note") { ", " (note) } }
                    }
                }
            }
        }
    }
}
