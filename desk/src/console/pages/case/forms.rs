//! What an analyst may do with a case, as forms. Each is one command of the API, whose fields it has; what a role or a
//! state does not allow is left out, and refused by the core where it is sent all the same.

mod fields;

use case::{
    actor::Role,
    label::Task,
    policy::Action,
    time::{DAY_MS, Millis},
};
use maud::{Markup, html};
use serde_json::Value;

use self::fields::{Form, inline, input, note, reason, select, textarea};
use super::{
    super::{
        Viewer, inert,
        parts::{amount, given, list, lower, minute, text, texts, words},
    },
    Sheet,
};

/// Letters of an analyst's note or question, and of a message.
const NOTE: usize = 2_000;
const MESSAGE: usize = 20_000;
/// Letters of a reply.
const LETTER: usize = 8_000;

/// Everything that can be done with the case now.
pub(super) fn forms(sheet: &Sheet<'_>) -> Markup {
    let Some(who) = sheet.who else { return html! {} };
    if !who.role.decides() {
        return html! { section { h2 { "Decide" } p .quiet { "The role " (who.role.name()) " reads only." } } };
    }
    let closed = is_closed(sheet);
    let forms = html! {
        @if closed {
            p .quiet { "The case is closed and read-only, but for letters." }
            @if sheet.text("/orchestration/state") == "review" {
                p { "A letter did not get through. Send another, or open the case again." }
            }
            (fold(sheet, "reopen", "Open it again", true, &reasoned(sheet, "reopen", "Why", true)))
        } @else {
            (holder(sheet, who))
            (decisions(sheet, who))
            (others(sheet))
        }
        (keeping(sheet, who, closed))
    };
    html! {
        section .forms aria-labelledby="decide-title" {
            h2 #decide-title { "Decide" }
            (unsent(sheet, &forms))
            (forms)
        }
    }
}

/// Whether the case has come to its end, also while a letter of it is on its way or was refused.
fn is_closed(sheet: &Sheet<'_>) -> bool {
    !sheet.text("/closed_at").is_empty()
}

/// What was typed into a form that there is no more, so that it is not lost with it.
fn unsent(sheet: &Sheet<'_>, forms: &Markup) -> Markup {
    let form = sheet.kept.iter().find(|(name, _)| name == "form").map(|(_, id)| id.as_str());
    // Two forms stand elsewhere on the page.
    let there = form.is_none_or(|id| match id {
        "reroute" => !is_closed(sheet),
        "reply" => may_reply(sheet),
        id => forms.0.contains(&format!("id=\"f-{id}\"")),
    });
    let texts = sheet
        .kept
        .iter()
        .filter(|(name, value)| ["reason", "question", "text"].contains(&name.as_str()) && !value.is_empty());
    html! {
        @if !there {
            @for (_, typed) in texts { p { "What you typed was not sent, and its form is gone:" } (inert::block(typed)) }
        }
    }
}

/// Taking the case, and giving it back.
fn holder(sheet: &Sheet<'_>, who: &Viewer) -> Markup {
    let assignee = sheet.text("/assignee");
    let mine = assignee == who.subject.as_str();
    html! {
        @if assignee.is_empty() {
            (inline(sheet, &Form { id: "claim", command: "claim", button: "Claim the case" }, Some("c"), &html! {}))
        } @else if mine {
            p { "You have this case." }
            (inline(sheet, &Form { id: "release", command: "release", button: "Give it back" }, None, &html! {}))
        } @else {
            p { (inert::inline(assignee)) " has this case." }
            @if who.role == Role::Admin {
                (inline(sheet, &Form { id: "release", command: "release", button: "Take it from them" }, None, &html! {}))
            }
        }
    }
}

/// The proposals that wait for somebody.
fn pending<'a>(sheet: &Sheet<'a>) -> Vec<&'a Value> {
    let tracks = list(sheet.view, "/orchestration/tracks").iter();
    let all = sheet
        .view
        .pointer("/orchestration/proposal")
        .into_iter()
        .chain(tracks.filter_map(|track| track.get("proposal")));
    let mut pending: Vec<&Value> = Vec::new();
    for proposal in all.filter(|proposal| text(proposal, "/stage") == "pending") {
        if !pending.iter().any(|known| text(known, "/id") == text(proposal, "/id")) {
            pending.push(proposal);
        }
    }
    pending
}

fn decisions(sheet: &Sheet<'_>, who: &Viewer) -> Markup {
    if sheet.text("/mode") == "shadow" {
        return html! { p .quiet { "Shadow mode: nothing leaves this case, so there is nothing to approve, decide or ask." } };
    }
    let pending = pending(sheet);
    html! {
        @for (at, proposal) in pending.iter().enumerate() { (approval(sheet, who, proposal, at)) }
        @for (at, proposal) in pending.iter().enumerate() {
            @let id = format!("reject-{at}");
            (fold(sheet, &id, &format!("Turn down: {}", told(proposal)), false,
                &order(sheet, &Form { id: &id, command: "reject", button: "Turn it down" }, &html! {
                    (bound(proposal)) (reason(sheet, &id, "reject")) (note(sheet, &id, "Why", true))
                })))
        }
        (fold(sheet, "decide-otherwise", "Decide otherwise", false, &decide(sheet)))
        (fold(sheet, "ask", "Ask the customer", false,
            &order(sheet, &Form { id: "ask", command: "ask", button: "Ask" }, &html! {
                (reason(sheet, "ask", "ask")) (textarea(sheet, "ask", "question", "The question, as the customer will read it", true, NOTE))
            })))
    }
}

/// What is proposed, in a line.
fn told(proposal: &Value) -> String {
    let money = amount(proposal, "/amount").map(|money| format!(", {money}")).unwrap_or_default();
    format!("{}{money}", lower(text(proposal, "/action")))
}

/// What an approval or a refusal is bound to.
fn bound(proposal: &Value) -> Markup {
    html! {
        input type="hidden" name="proposal" value=(text(proposal, "/id"));
        input type="hidden" name="hash" value=(text(proposal, "/hash"));
    }
}

/// The form is named by the proposal's place: what was typed about one stands in the form of the one that took its place.
fn approval(sheet: &Sheet<'_>, who: &Viewer, proposal: &Value, at: usize) -> Markup {
    let id = format!("approve-{at}");
    let approved: Vec<&str> = texts(proposal, "/approved_by").collect();
    let needs = if text(proposal, "/approval") == "two_analysts" { 2 } else { 1 };
    let body = html! {
        p {
            strong { (words(text(proposal, "/action"))) @if let Some(money) = amount(proposal, "/amount") { ", " (money) } }
            @if !list(proposal, "/references").is_empty() { ", about " (texts(proposal, "/references").collect::<Vec<_>>().join(", ")) }
            ". " (approved.len()) " of " (needs) @if needs == 1 { " approval" } @else { " approvals" }
            @if !approved.is_empty() { ", by " (inert::inline(&approved.join(", "))) } "."
        }
        @if approved.contains(&who.subject.as_str()) {
            p .quiet { "You have approved this. The second approval needs another person." }
        } @else {
            (order(sheet, &Form { id: &id, command: "approve", button: "Approve" }, &html! {
                (bound(proposal)) (reason(sheet, &id, "approve")) (note(sheet, &id, "Note", false))
            }))
        }
    };
    fold(sheet, &id, &format!("Approve: {}", told(proposal)), at == 0, &body)
}

/// An action of the analyst's own.
fn decide(sheet: &Sheet<'_>) -> Markup {
    let id = "decide-otherwise";
    let actions: Vec<(String, String)> =
        Action::ALL.iter().map(|action| (action.name().to_owned(), words(action.name()))).collect();
    let mut about = vec![(String::new(), "Nothing in particular".to_owned())];
    for piece in list(sheet.view, "/orchestration/evidence").iter().filter(|piece| text(piece, "/source") == "ledger") {
        if let (Some((_, reference)), Some(money)) = (text(piece, "/id").split_once(':'), amount(piece, "/amount")) {
            let at = given(piece, "/booked_at")
                .or(given(piece, "/created_at"))
                .and_then(|at| at.get(..10))
                .unwrap_or_default();
            about.push((reference.to_owned(), format!("{reference}, {money}, {at}")));
        }
    }
    order(
        sheet,
        &Form { id, command: "decide", button: "Decide" },
        &html! {
            (select(sheet, id, "action", "What to do", &actions))
            (select(sheet, id, "about", "About", &about))
            (reason(sheet, id, "decide"))
            (note(sheet, id, "Why", true))
            p .quiet { "It counts as your approval. Where two people must agree, another one has to." }
        },
    )
}

fn others(sheet: &Sheet<'_>) -> Markup {
    html! {
        (fold(sheet, "message", "Add a note to the file", false,
            &order(sheet, &Form { id: "message", command: "message", button: "Add" },
                &textarea(sheet, "message", "text", "The note", true, MESSAGE))))
        @if sheet.text("/customer_id").is_empty() {
            (fold(sheet, "identify", "Say whose case it is", false,
                &order(sheet, &Form { id: "identify", command: "identify", button: "Fix the customer" },
                    &input(sheet, "identify", "customer_id", "The customer's reference", 64))))
        }
        (fold(sheet, "escalate", "Escalate", false, &reasoned(sheet, "escalate", "Why", true)))
        (fold(sheet, "assign", "Give it to somebody", false,
            &order(sheet, &Form { id: "assign", command: "assign", button: "Assign" }, &html! {
                (input(sheet, "assign", "to", "To whom", 64)) (reason(sheet, "assign", "assign")) (note(sheet, "assign", "Why", true))
            })))
        (fold(sheet, "snooze", "Let it rest", false,
            &order(sheet, &Form { id: "snooze", command: "snooze", button: "Snooze" }, &html! {
                (select(sheet, "snooze", "until", "Until", &moments(sheet)))
                (reason(sheet, "snooze", "snooze")) (note(sheet, "snooze", "Why", true))
            })))
        (fold(sheet, "close", "Close without an action", false, &reasoned(sheet, "close", "Why", true)))
    }
}

/// How long a case can rest.
fn moments(sheet: &Sheet<'_>) -> Vec<(String, String)> {
    const HOUR_MS: i64 = 3_600_000;
    let steps = [
        (HOUR_MS, "an hour"),
        (4 * HOUR_MS, "four hours"),
        (DAY_MS, "a day"),
        (2 * DAY_MS, "two days"),
        (7 * DAY_MS, "a week"),
    ];
    let at = |ms: i64| Millis(sheet.now.0.saturating_add(ms) / 60_000 * 60_000);
    steps.iter().map(|(ms, name)| (at(*ms).rfc3339(), format!("For {name}, until {}", minute(at(*ms))))).collect()
}

/// Legal hold and erasure, for those who may.
fn keeping(sheet: &Sheet<'_>, who: &Viewer, closed: bool) -> Markup {
    let held = sheet.view.get("held").is_some();
    let erased = sheet.view.get("erased").is_some();
    html! {
        @if matches!(who.role, Role::Approver | Role::Admin) && !erased {
            @if held { (fold(sheet, "unhold", "End the legal hold", false, &reasoned(sheet, "unhold", "Why", true))) }
            @else { (fold(sheet, "hold", "Put on legal hold", false, &reasoned(sheet, "hold", "Why", true))) }
        }
        @if who.role == Role::Admin && closed && !held && !erased {
            (fold(sheet, "erase", "Erase the words", false,
                &order(sheet, &Form { id: "erase", command: "erase", button: "Erase for good" }, &html! {
                    p { "The key to every word of this case is destroyed. The journal stays, and still verifies." }
                    (reason(sheet, "erase", "erase"))
                })))
        }
    }
}

/// The specialist to give the case to. What is chosen is kept as a label.
pub(super) fn reroute(sheet: &Sheet<'_>) -> Markup {
    let may = sheet.who.is_some_and(|who| who.role.decides()) && !is_closed(sheet);
    let tasks: Vec<(String, String)> =
        Task::ALL.iter().map(|task| (task.name().to_owned(), words(task.name()))).collect();
    html! {
        @if may {
            (fold(sheet, "reroute", "It is about something else", false,
                &order(sheet, &Form { id: "reroute", command: "reroute", button: "Send it there" }, &html! {
                    (select(sheet, "reroute", "task", "What it is about", &tasks))
                    p .quiet { "Your choice is kept as a label that triage learns from." }
                })))
        }
    }
}

/// Whether a letter can be sent: from a closed case as well, until its words are gone.
fn may_reply(sheet: &Sheet<'_>) -> bool {
    let decides = sheet.who.is_some_and(|who| who.role.decides());
    decides && sheet.view.get("erased").is_none() && sheet.view.get("letter_draft").is_some()
}

/// The letter, to be changed and sent.
pub(super) fn reply(sheet: &Sheet<'_>, draft: &str) -> Markup {
    html! {
        @if may_reply(sheet) {
            (order(sheet, &Form { id: "reply", command: "reply", button: "Send the letter" }, &html! {
                (fields::drafted(sheet, "reply", "text", "The letter, as the customer will read it", LETTER, draft))
                p .quiet { "A filter reads it before it leaves, and says what has to be changed." }
            }))
        }
    }
}

/// A piece of personal data: masked, and shown on a click that the journal keeps.
pub(super) fn masked(sheet: &Sheet<'_>, what: &str, label: &str) -> Markup {
    let may = sheet.who.is_some_and(|who| who.role.decides());
    let value = sheet.revealed.iter().find(|(token, _)| token == what).map(|(_, value)| value);
    html! {
        @match value {
            Some(value) => span .revealed { (label) ": " (inert::inline(value)) },
            None if may => {
                (inline(sheet, &Form { id: &format!("reveal-{what}"), command: "reveal", button: &format!("Show {}", label.to_lowercase()) },
                    None, &html! { input type="hidden" name="what" value=(what); }))
            },
            None => span .quiet { (label) ": hidden" },
        }
    }
}

/// The tokens in a text, each with the way to see what it stands for.
pub(super) fn tokens(sheet: &Sheet<'_>, text: &str) -> Markup {
    let mut found: Vec<&str> = Vec::new();
    for part in text.split('[').skip(1).filter_map(|rest| rest.split(']').next()) {
        let is_token = part.split_once(':').is_some_and(|(kind, number)| {
            !kind.is_empty()
                && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
                && !number.is_empty()
                && number.len() < 6
                && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        if is_token && found.len() < 50 && !found.contains(&part) {
            found.push(part);
        }
    }
    html! {
        @if !found.is_empty() {
            p .masked { span .quiet { "Masked: " } @for token in found { (masked(sheet, token, &token.replace(':', " "))) " " } }
        }
    }
}

/// A form with a reason and a note, and nothing else.
fn reasoned(sheet: &Sheet<'_>, command: &str, label: &str, required: bool) -> Markup {
    let button = match command {
        "reopen" => "Open it again",
        "close" => "Close the case",
        "hold" => "Put on hold",
        "unhold" => "End the hold",
        _ => "Escalate",
    };
    order(
        sheet,
        &Form { id: command, command, button },
        &html! {
            (reason(sheet, command, command)) (note(sheet, command, label, required))
        },
    )
}

/// A form under a heading that opens it; open where it was refused with something typed in it.
fn fold(sheet: &Sheet<'_>, id: &str, title: &str, open: bool, body: &Markup) -> Markup {
    let refused = fields::kept(sheet, id, "form").is_some();
    let another = !sheet.kept.is_empty() && !refused;
    html! { details .fold name="decide" open[refused || (open && !another)] { summary { (title) } (body) } }
}

fn order(sheet: &Sheet<'_>, form: &Form<'_>, body: &Markup) -> Markup {
    fields::whole(sheet, form, body)
}
