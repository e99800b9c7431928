//! Paths', queries' and headers' parameters, with the limits that the code checks.

use desk::{
    docket_sql::FOUND,
    front::{PAGE_ROWS, PAGE_ROWS_MAX, SEARCH_LETTERS, STATES},
    oversight::{DAYS, DAYS_MOST},
    request::{IDEMPOTENCY_KEY_BYTES, WAIT_SECONDS},
};
use serde_json::{Map, Value, json};

use super::schema::{among, count, flag, form, of, text};

/// Every parameter, by the name under which operations refer to it.
pub(super) fn parameters() -> Map<String, Value> {
    let mut parameters = Map::new();
    let mut add = |key: &str, place: &str, name: &str, schema: Value, what: String| {
        let required = place == "path";
        let parameter =
            json!({ "name": name, "in": place, "required": required, "schema": schema, "description": what });
        parameters.insert(key.to_owned(), parameter);
    };
    add("case", "path", "id", of("CaseId"), "Which case.".to_owned());
    add("hook", "path", "key", text(), "The id of the key that signs: `caseworker keys create --webhook`.".to_owned());
    let key = form(&format!("^[!-~]{{1,{IDEMPOTENCY_KEY_BYTES}}}$"));
    let repeats = "What is sent again under its key has one effect and the same answer. A key that opened a case for \
                   another request, or for somebody else, is answered with 422; while the first request is under way, \
                   the second is answered with 409.";
    add("key", "header", "Idempotency-Key", key, repeats.to_owned());
    let prefer = format!(
        "`wait=10` waits up to ten seconds for the case to come to rest; at most {WAIT_SECONDS}. Without it the \
         answer comes at once."
    );
    add("prefer", "header", "Prefer", text(), prefer);
    let seen =
        "The `seq` that the caller saw last. If the case has gone on since, nothing is done and the answer is 409.";
    add("if_match", "header", "If-Match", text(), seen.to_owned());
    let system = "The calling system, as it calls itself. It is recorded and authorises nothing.";
    add("agent_system", "header", "X-Agent-System", text(), system.to_owned());
    let trace = "A W3C trace context. The case's own requests to the outside go on under its trace id.";
    add("traceparent", "header", "traceparent", text(), trace.to_owned());
    let last = "The `id` of the last event seen; the stream goes on after it.";
    add("last_event", "header", "Last-Event-ID", count(), last.to_owned());
    let queue = "Only cases of this queue. `open` needs an analyst now, `unassigned` of those nobody has; `mine` is what the \
                 caller has and neither snoozed nor closed.";
    add("queue", "query", "queue", of("Queue"), queue.to_owned());
    add("task", "query", "task", of("Label"), "Only cases of this label.".to_owned());
    add("risk", "query", "risk", of("Risk"), "Only cases of this risk.".to_owned());
    add("customer_id", "query", "customer_id", of("Reference"), "Only cases of this customer.".to_owned());
    let letters = json!({ "type": "string", "minLength": SEARCH_LETTERS.start(), "maxLength": SEARCH_LETTERS.end() });
    let search = format!(
        "Only cases whose id, ticket, customer, transaction or payment is this or begins with it, in large or small \
         letters. A beginning that fits more than {FOUND} finds {FOUND} of them."
    );
    add("q", "query", "q", letters, search);
    let counts = "Whether the page says how many cases each queue holds. Not for submitters.";
    add("counts", "query", "counts", flag(), counts.to_owned());
    add("state", "query", "state", among(STATES), "Only cases in this state.".to_owned());
    add("agent", "query", "agent", of("Agent"), "Only cases of this agent.".to_owned());
    add("assignee", "query", "assignee", of("Subject"), "Only cases of this assignee.".to_owned());
    let due = "Only cases with a deadline before this moment: RFC 3339, or milliseconds since 1970.";
    add("due_before", "query", "due_before", text(), due.to_owned());
    add("external_id", "query", "external_id", of("Reference"), "Only the case of this ticket.".to_owned());
    add("after", "query", "after", text(), "The `next` of the page before.".to_owned());
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": PAGE_ROWS_MAX, "default": PAGE_ROWS });
    add(
        "previous",
        "query",
        "previous",
        of("Digest"),
        "The hash of the checkpoint before, which this one names.".to_owned(),
    );
    let after = "The last case of the checkpoint before, where that said `more`; this one goes on behind it.";
    add("checkpoint_after", "query", "after", of("CaseId"), after.to_owned());
    let days = json!({ "type": "integer", "minimum": 1, "maximum": DAYS_MOST, "default": DAYS });
    add("days", "query", "days", days, "How many days to look back on.".to_owned());
    add("limit", "query", "limit", limit, "Rows on the page.".to_owned());
    parameters
}
