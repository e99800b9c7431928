//! The queue: the cases that wait, the most urgent first, with the ways to narrow it.

use case::time::Millis;
use maud::{Markup, html};

use super::{
    Filter, QueueView, inert,
    layout::{Place, page},
    parts::{badge, flash, guard, lower, urgency, when, words},
};
use crate::docket::DocketRow;

/// The queues, in the order of their tabs.
const QUEUES: [&str; 9] = ["open", "mine", "unassigned", "escalated", "waiting", "snoozed", "working", "closed", "all"];
const TASKS: [&str; 5] = ["fraud_check", "dispute_summary", "payment_status", "kyc_lookup", "other"];
const RISKS: [&str; 3] = ["high", "medium", "low"];

/// A page of the queue.
#[must_use]
pub fn queue(view: &QueueView<'_>) -> Markup {
    let decides = view.who.role.decides();
    let body = html! {
        div .head {
            h1 { "Queue" }
            @if decides {
                form #next method="post" action="/console/next" {
                    (guard(view.who))
                    button type="submit" data-key="c" { "Claim the next case" }
                }
            }
        }
        (flash(view.flash))
        @if let Some(behind) = &view.page.behind {
            p .flash.refused role="status" {
                "The list is behind by " (behind.cases) " cases since " (behind.since) "; the cases themselves are not."
            }
        }
        (tabs(view))
        (search(view.filter))
        div #rows data-live="rows" {
            @if view.page.cases.is_empty() { p .empty { "No case here." } }
            @else { (rows(view)) }
            @if let Some(next) = &view.page.next {
                p { a href=(address(view.filter, &view.filter.queue, Some(next))) rel="next" { "Further cases" } }
            }
        }
    };
    page("Queue", Place::Queue, Some(view.who), Some("/console/live"), &body)
}

fn tabs(view: &QueueView<'_>) -> Markup {
    let count = |queue: &str| view.counts.iter().find(|count| count.queue == queue);
    html! {
        nav .tabs aria-label="Queues" {
            ul #tabs data-live="tabs" {
                @for queue in QUEUES {
                    li {
                        a href=(address(view.filter, queue, None))
                            aria-current=[(view.filter.queue == queue).then_some("page")] {
                            (words(queue))
                            @if let Some(count) = count(queue) {
                                " " span .count { (count.cases) @if count.capped { "+" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The address of a queue with the rest of the filter kept.
fn address(filter: &Filter, queue: &str, after: Option<&str>) -> String {
    let mut address = format!("/console?queue={}", encoded(queue));
    let parts = [
        ("task", filter.task.as_deref()),
        ("agent", filter.agent.as_deref()),
        ("risk", filter.risk.as_deref()),
        ("assignee", filter.assignee.as_deref()),
        ("due_before", filter.due_before.as_deref()),
        ("q", filter.q.as_deref()),
        ("customer_id", filter.customer_id.as_deref()),
        ("after", after),
    ];
    for (name, value) in parts {
        if let Some(value) = value {
            address.push_str(&format!("&{name}={}", encoded(value)));
        }
    }
    address
}

/// A value of a query, in the characters that stand for themselves alone.
fn encoded(value: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    value.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn search(filter: &Filter) -> Markup {
    let choice = |name: &'static str, label: &'static str, values: &'static [&'static str], chosen: &Option<String>| {
        html! {
            label { (label) " "
                select name=(name) {
                    option value="" { "Any" }
                    @for value in values {
                        option value=(value) selected[chosen.as_deref() == Some(value)] { (words(value)) }
                    }
                }
            }
        }
    };
    html! {
        search {
            form .filter method="get" action="/console" {
                input type="hidden" name="queue" value=(filter.queue);
                label { "Find " input #find name="q" type="search" value=[&filter.q] maxlength="128"
                    placeholder="Case, ticket, customer, reference"; }
                (choice("task", "About", &TASKS, &filter.task))
                (choice("risk", "Risk", &RISKS, &filter.risk))
                label { "Due before " input name="due_before" type="date" value=[&filter.due_before]; }
                label { "Assignee " input name="assignee" value=[&filter.assignee] maxlength="128" size="12"; }
                button type="submit" { "Narrow" }
                a href=(format!("/console?queue={}", encoded(&filter.queue))) { "All" }
            }
        }
    }
}

fn rows(view: &QueueView<'_>) -> Markup {
    let closed = view.filter.queue == "closed";
    let first = if closed { "Closed" } else { "Due" };
    html! {
        table .rows role="table" {
            caption .unseen-caption { @if closed { "Cases, the last closed first" } @else { "Cases, the most urgent first" } }
            thead role="rowgroup" {
                tr role="row" {
                    @for head in [first, "Risk", "Case", "Customer", "At stake", "Where it stands", "Assignee", "Opened"] {
                        th scope="col" role="columnheader" { (head) }
                    }
                }
            }
            tbody role="rowgroup" { @for row in &view.page.cases { (line(row, first, view.now)) } }
        }
    }
}

fn line(row: &DocketRow, first: &str, now: Millis) -> Markup {
    html! {
        tr role="row" data-row {
            td role="cell" data-label=(first) { (due(row, now)) }
            td role="cell" data-label="Risk" {
                @match row.risk.as_deref() {
                    Some("high") => (badge("bad", "High")),
                    Some("medium") => (badge("warn", "Medium")),
                    Some(risk) => (badge("plain", &words(risk))),
                    None => span .quiet { "–" },
                }
            }
            td role="cell" data-label="Case" { (case_of(row)) }
            td role="cell" data-label="Customer" {
                @match &row.customer_id {
                    Some(id) => a .quiet href=(format!("/console?queue=all&customer_id={}", encoded(id))) { code { (id) } },
                    None => span .quiet { "not named" },
                }
            }
            td role="cell" data-label="At stake" {
                @match row.amount { Some(money) => span .money .whole { (money) }, None => span .quiet { "–" } }
            }
            td role="cell" data-label="Where it stands" { (stands(row, now)) }
            td role="cell" data-label="Assignee" {
                @match &row.assignee {
                    Some(who) => {
                        (inert::inline(who))
                        @if let Some(until) = row.claimed_until { div .quiet { "claim ends " (when(Millis(until), now)) } }
                    },
                    None => span .quiet { "nobody" },
                }
            }
            td role="cell" data-label="Opened" { (when(Millis(row.opened_at), now)) }
        }
    }
}

/// When something is due, or when it was over.
fn due(row: &DocketRow, now: Millis) -> Markup {
    html! {
        @match (row.closed_at, row.due_at) {
            (Some(at), _) => (when(Millis(at), now)),
            (None, Some(due)) => span class={ "due " (urgency(Millis(due), now)) } { (when(Millis(due), now)) },
            (None, None) => span .quiet { "no clock" },
        }
    }
}

fn case_of(row: &DocketRow) -> Markup {
    let about = row.task.as_deref().map_or_else(|| "Unsorted".to_owned(), words);
    let urgent = row.escalations.first().map_or_else(|| "Escalated".to_owned(), |why| words(why));
    html! {
        a .open href=(format!("/console/cases/{}", row.case_id)) {
            (about) @if let Some(ticket) = &row.external_id { " · " (ticket) }
        }
        div .badges {
            span .quiet .id { (short(&row.case_id)) }
            @if row.escalated { (badge("bad", &urgent)) }
            @if row.missed > 0 { (badge("bad", "Time missed")) }
            @if row.held { (badge("plain", "On hold")) }
            @if row.erased { (badge("plain", "Erased")) }
            @if let Some(language) = &row.language { (badge("plain", language)) }
        }
    }
}

/// What is waited for: an approval, a time, or somebody.
fn stands(row: &DocketRow, now: Millis) -> Markup {
    html! {
        @match &row.pending {
            Some(pending) => {
                (words(&pending.action))
                div .quiet { (pending.approved_by.len()) " of " (pending.needs) @if pending.needs == 1 { " approval" } @else { " approvals" } }
            },
            None => { (words(&row.state)) div .quiet { (lower(&row.agent)) } },
        }
        @if let Some(until) = row.snoozed_until { div .quiet { "rests until " (when(Millis(until), now)) } }
    }
}

/// Enough of a case's id to tell it from its neighbours.
pub(super) fn short(case: &str) -> &str {
    case.get(..13).unwrap_or(case)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_kept_from_queue_to_queue_and_cannot_leave_its_place_in_the_address() {
        let filter = Filter { q: Some("a&b=\"<c>".to_owned()), after: Some("x".to_owned()), ..Filter::default() };
        assert_eq!(address(&filter, "mine", None), "/console?queue=mine&q=a%26b%3D%22%3Cc%3E");
    }
}
