//! What the law and the networks say about a case: clocks, time limits, liability, reason codes, and what is still
//! missing of an identity.

use serde_json::{Map, Value, json};

use super::schema::{among, closed, count, day, flag, list, may, moment, must, of, open, or_null, says, text};

/// The schemas of this file.
pub(super) fn schemas() -> Map<String, Value> {
    let mut schemas = Map::new();
    let mut add = |name: &str, schema: Value, what: &str| schemas.insert(name.to_owned(), says(schema, what));
    add("Deadline", deadline(), "A clock of the law: what has to be done, and until when.");
    add("TimeLimit", time_limit(), "Until when the customer had to tell.");
    add("Liability", liability(), "What the customer bears at most.");
    add("ReasonCode", reason_code(), "A card network's reason code for a contested charge.");
    add(
        "ChecklistItem",
        checklist_item(),
        "A field or document that has to be known of a customer, and how it stands.",
    );
    add("Candidate", candidate(), "A transaction or payment that a question asks about.");
    schemas
}

fn deadline() -> Value {
    closed(vec![
        must("rule", says(text(), "The rule's whole name, such as `us-reg-e/provisional-credit`.")),
        must("due", says(day(), "The last day, where the rule is at home.")),
        must("due_at", says(moment(), "The last moment of that day.")),
        must("starts_on", day()),
        must("track", says(text(), "Whose work it is about.")),
        must("duty", says(among(["bank", "customer"]), "Who has to keep it.")),
        must("status", among(["running", "paused", "missed", "over"])),
        must("basis", says(list(json!({})), "What chose it.")),
        must(
            "assumed",
            says(flag(), "Whether a fact was missing, and it is the clock that leaves the bank less time."),
        ),
        may("latest", says(day(), "The day that no pause can pass.")),
        may("up_to", of("Money")),
        may("title", text()),
        may("citation", text()),
        may("note", says(text(), "That counsel has to look at the rule first.")),
    ])
}

fn time_limit() -> Value {
    closed(vec![
        must("rule", text()),
        must("last_day", or_null(day())),
        must("in_time", says(or_null(flag()), "Null while a fact is missing.")),
        must("open", says(list(text()), "The facts that would say.")),
        may("title", text()),
        may("citation", text()),
        may("note", text()),
    ])
}

fn liability() -> Value {
    closed(vec![
        must("rule", text()),
        must("at_most", says(or_null(of("Money")), "Null where there is no limit.")),
        must("open", says(list(text()), "Facts that could make it more.")),
        may("title", text()),
        may("citation", text()),
        may("note", text()),
    ])
}

fn reason_code() -> Value {
    closed(vec![
        must("rule", says(text(), "The rule that pairs the complaint with the code.")),
        must("network", among(["visa", "mastercard"])),
        must("code", says(or_null(text()), "Null while a question is open on which it depends.")),
        must("title", or_null(text())),
        must("candidates", list(text())),
        must("confidence", says(among(["V", "M", "U"]), "The weakest of the rules that it rests on.")),
        must("last_day", or_null(day())),
        must("in_time", or_null(flag())),
        must("open", says(list(text()), "What the network's questionnaire still needs.")),
        must("merchant_reply_days", or_null(count())),
    ])
}

fn checklist_item() -> Value {
    open(vec![
        must("what", says(text(), "A field, or a document that was sent: `document:{id}`.")),
        must("state", among(["present", "missing", "mismatch", "expired", "unreadable", "side_missing"])),
        may("who", says(among(["customer", "analyst"]), "Who may put it right.")),
    ])
}

fn candidate() -> Value {
    closed(vec![
        must("id", of("Reference")),
        must("amount", of("Money")),
        may("booked_at", moment()),
        may("created_at", moment()),
    ])
}
