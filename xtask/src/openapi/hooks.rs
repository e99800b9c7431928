//! Webhooks in the document: what leaves, under `webhooks`, and what a system may tell a case.

use case::limits;
use desk::hooks::{EventKind, incoming::Incoming};
use serde_json::{Map, Value, json};

use super::schema::{
    always, among, at_most, closed, count, day, flag, list, may, moment, must, of, open, or_null, says, text,
};

/// The schemas of what is told, and of what is sent again.
pub(super) fn schemas() -> Map<String, Value> {
    let mut schemas = Map::new();
    let mut add = |name: &str, schema: Value, what: &str| schemas.insert(name.to_owned(), says(schema, what));
    add("WebhookType", among(EventKind::ALL.map(EventKind::name)), "What a webhook tells.");
    let event = vec![must("type", of("WebhookType")), must("timestamp", moment()), must("data", of("WebhookData"))];
    add("WebhookEvent", closed(event), "Something that happened to a case.");
    add("WebhookData", data(), "Where to look, and what there is to say without anybody's words.");
    add(
        "HookBody",
        json!({ "oneOf": bodies() }),
        "What a system tells a case, which is named by its id or its ticket.",
    );
    let told = vec![must("case_id", of("CaseId")), must("seq", count()), must("head_hash", of("Digest"))];
    add("Told", closed(told), "Where the case's journal ends now.");
    let replay = vec![
        may("case_id", or_null(of("CaseId"))),
        may(
            "from_seq",
            says(or_null(count()), "The line of the case's journal to begin at; the first if nothing is said."),
        ),
        may(
            "since",
            says(or_null(moment()), "In place of a line: the moment to begin at; without a case, for all of them."),
        ),
        may("after", says(or_null(text()), "The `next` of the answer before.")),
    ];
    add("Replay", open(replay), "Which events are sent again: those of a case, or of all cases since a moment.");
    let replayed = vec![
        must("cases", count()),
        must("events", count()),
        must("failed", says(list(of("CaseId")), "Cases that could not be asked.")),
        must("next", says(or_null(text()), "To be given as `after` for the cases that are left; null where none are.")),
    ];
    add("Replayed", closed(replayed), "What is sent again.");
    schemas
}

fn data() -> Value {
    open(vec![
        must("tenant", text()),
        must("case_id", of("CaseId")),
        may("external_id", of("Reference")),
        must("state", of("State")),
        may("task", of("Label")),
        must("agent", of("Agent")),
        must("seq", says(count(), "Where the journal ended: with `head_hash` a head to be held elsewhere.")),
        must("head_hash", of("Digest")),
        may("due_at", says(moment(), "The next time of the law or of a network; of a deadline's event, its own.")),
        may("due_on", says(day(), "The last day of the rule.")),
        may("rule", text()),
        may("action", of("Action")),
        may("proposal", text()),
        may("decision", among(["approved", "rejected"])),
        may("reason", of("Escalation")),
        may("sandbox", flag()),
    ])
}

/// One shape for each thing that a case can be told.
fn bodies() -> Vec<Value> {
    let of_kind = |kind: Incoming| {
        let mut data = vec![may("case_id", of("CaseId")), may("external_id", of("Reference"))];
        let documents = at_most(limits::DOCUMENTS, of("Document"));
        match kind {
            Incoming::Answered => data.extend([must("text", of("Words")), may("documents", documents)]),
            Incoming::Documents => data.push(must("documents", documents)),
            Incoming::Payment => data.push(may("payment_id", of("Reference"))),
        }
        open(vec![must("type", always(kind.name())), may("timestamp", moment()), must("data", open(data))])
    };
    Incoming::ALL.map(of_kind).to_vec()
}

/// What leaves, each kind as the document's `webhooks` have it.
pub(super) fn outgoing() -> Map<String, Value> {
    let parameter = |name: &str, what: &str| json!({ "name": name, "in": "header", "required": true, "schema": text(), "description": what });
    let operation = |kind: EventKind| {
        let event = json!({ "allOf": [of("WebhookEvent"), { "properties": { "type": always(kind.name()) } }] });
        json!({ "post": {
            "summary": kind.name(),
            "description": "Sent to the tenant's endpoint until it answers 2xx, in order for each case, and signed as in the \
                            Standard Webhooks specification.",
            "parameters": [
                parameter("webhook-id", "The event's id, the same however often it is sent."),
                parameter("webhook-timestamp", "The moment of the attempt, in seconds."),
                parameter("webhook-signature", "`v1,` and the HMAC-SHA256 of id, timestamp and body, in base64; one for each \
                                                secret, with a space between."),
            ],
            "requestBody": { "required": true, "content": { "application/json": { "schema": event } } },
            "responses": { "2XX": { "description": "Taken." } },
        } })
    };
    EventKind::ALL.into_iter().map(|kind| (kind.name().to_owned(), operation(kind))).collect()
}
