//! `docs/agents.openapi.json`: what a remote agent must speak. It is a document of its own, because the operator's agents
//! serve it, not Caseworker; its lists and facts are those of the API's document.

use std::collections::BTreeSet;

use case::{
    label::Task,
    limits,
    policy::Reason,
    source::Step,
    specialist::remote::{actions, reasons},
};
use serde_json::{Map, Value, json};

use super::{
    asks::lookup_shapes,
    schema::{
        Field, always, among, at_most, closed, either, list, may, moment, must, of, open, or_null, says, share, text,
    },
};

/// Where the document lies, from the root of the checkout.
pub(super) const FILE: &str = "docs/agents.openapi.json";

const ABOUT: &str = "What a remote agent must speak. Caseworker asks it in place of a source (`kind: lookup`), or \
                     about what its own fixed rules found (`kind: finding`). Whatever it answers is untrusted: a reply \
                     to a look-up is read and checked like a source's, and a finding is taken only where its action \
                     and reasons are of the lists that were sent, everything it cites and refers to was sent as well, \
                     and it asks for no less care than the rules. An agent may be slow, wrong or down; the case goes \
                     on without it. `docs/guide/agents.md` says more.";

/// The document. `schemas` are those of the API, of which it takes what it needs.
pub(super) fn document(schemas: &Map<String, Value>) -> Value {
    let mut own = own_schemas();
    for name in needed(&own, schemas) {
        if let Some(schema) = schemas.get(&name) {
            own.insert(name, schema.clone());
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "A remote agent of a Caseworker",
            "version": "1.0.0",
            "description": ABOUT,
            "license": { "name": "Apache License 2.0", "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": "https://agents.example", "description": "The address in `agents.NAME.at`." }],
        "security": [{ "signature": [] }],
        "paths": { desk::agents::PATH: { "post": operation() } },
        "components": {
            "securitySchemes": { "signature": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "`CW1-HMAC-SHA256 key=<the agent's name>,ts=<unix seconds>,nonce=<...>,sig=<hex>`: the \
                                HMAC-SHA256, with the secret that `caseworker agents secret NAME` prints, of method, path \
                                with query, ts, nonce and the SHA-256 of the body in hexadecimal, a line each.",
            } },
            "schemas": own,
        },
    })
}

fn operation() -> Value {
    let header = |name: &str, what: &str| {
        let schema = json!({ "type": "string" });
        json!({ "name": name, "in": "header", "required": name != "traceparent", "description": what, "schema": schema })
    };
    let problem = json!({ "application/problem+json": { "schema": { "type": "object" } } });
    let refusal = |what: &str| json!({ "description": what, "content": problem });
    json!({
        "operationId": "work",
        "summary": "Look something up, or say what is to be done",
        "parameters": [
            header("idempotency-key", "The ask's id: the same for every attempt, so the same task may come again."),
            header("traceparent", "The trace of the case, as W3C writes it."),
        ],
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": of("AgentTask"), "examples": {
                "lookup": { "value": lookup_example() },
                "finding": { "value": finding_example() },
            } } },
        },
        "responses": {
            "200": {
                "description": "The answer, at most 64 KiB for a finding and 1.9 MB for a look-up.",
                "content": { "application/json": { "schema": of("AgentAnswer"), "examples": {
                    "reply": { "value": { "reply": { "merchants": [{ "id": "mer_streamly", "name": "Streamly" }] } } },
                    "agree": { "value": { "agree": true } },
                    "finding": { "value": { "finding": {
                        "action": "refer_to_merchant",
                        "reasons": ["merchant_first"],
                        "cites": ["ledger:tx-2"],
                        "references": ["tx-2"],
                    } } },
                } } },
            },
            "401": refusal("The signature is missing, wrong or too old."),
            "404": refusal("Of a look-up, as of a source: no such customer or thing."),
            "429": refusal("Too many at once; `retry-after` is minded."),
            "503": refusal("Not now; it is asked again while there is time."),
        },
    })
}

fn own_schemas() -> Map<String, Value> {
    let mut schemas = Map::new();
    let mut add = |name: &str, schema: Value, what: &str| schemas.insert(name.to_owned(), says(schema, what));
    add("AgentTask", either(vec![of("LookupTask"), of("FindingTask")]), "What an agent is asked.");
    let lookup = vec![must("kind", always("lookup")), must("lookup", of("Lookup"))];
    add("LookupTask", open(common().into_iter().chain(lookup).collect()), "A question to a source.");
    let finding = vec![
        must("kind", always("finding")),
        must("proposal", of("Finding")),
        must("actions", says(list(of("Action")), "The actions to choose from.")),
        must("reasons", says(list(of("Reason")), "The reasons to choose from.")),
    ];
    add("FindingTask", open(common().into_iter().chain(finding).collect()), "A finding of the fixed rules.");
    add("Lookup", either(lookups()), "A question to a source: the same that the source would be asked.");
    add("EvidencePiece", piece(), "A piece of what is known of the case, as far as the specialist may see it.");
    add("AgentAnswer", either(vec![of("Reply"), of("Agreement"), of("OwnFinding")]), "What an agent answers.");
    let reply = says(open(vec![]), "The body that `docs/sources.openapi.json` declares for the look-up, in one page.");
    add("Reply", open(vec![must("reply", reply)]), "To a look-up.");
    let agree = json!({ "const": true });
    add("Agreement", closed(vec![must("agree", agree)]), "To a finding: the agent finds the same.");
    add(
        "OwnFinding",
        closed(vec![must("finding", of("AgentFinding"))]),
        "To a finding: the agent finds something else.",
    );
    add("AgentFinding", either(Task::ALL.into_iter().map(own_finding).collect()), "By the task's specialist.");
    schemas
}

/// What every task says.
fn common() -> Vec<Field> {
    let words = "What the customer wrote, with tokens in place of what is personal; null where the specialist's work \
                 needs no words.";
    vec![
        must("v", says(json!({ "const": 1 }), "The version of this document. More fields may come within it.")),
        must("ask", says(text(), "The ask's id, also in `idempotency-key`.")),
        must("case_id", of("CaseId")),
        must("task", of("Task")),
        must("answer_by", says(moment(), "When nobody waits for this attempt any more.")),
        must("request_text", says(or_null(text()), words)),
        must("confidence", says(share(), "How sure the classification is.")),
        must("reason", says(text(), "What decided the classification, in a sentence.")),
        must("customer_id", or_null(of("Reference"))),
        must("evidence", list(of("EvidencePiece"))),
    ]
}

fn lookups() -> Vec<Value> {
    let shape = |(name, mut fields): (&'static str, Vec<Field>)| {
        fields.insert(0, must("lookup", always(name)));
        if name == Step::Merchants.name() {
            fields.push(must("q", says(text(), "The words of the customer's that may name a merchant.")));
        }
        open(fields)
    };
    lookup_shapes().into_iter().map(shape).collect()
}

fn piece() -> Value {
    let facts = "What is known: of a source as the journal keeps it (`Facts`), of a document its kind and dates.";
    open(vec![
        must("id", of("EvidenceId")),
        must("source", says(text(), "A source, or `document`.")),
        must("status", among(["found", "missing", "late"])),
        must("cites", says(of("Cites"), "The ids under which something in it may be cited.")),
        may("facts", says(json!({ "anyOf": [of("Facts"), open(vec![])] }), facts)),
    ])
}

fn own_finding(task: Task) -> Value {
    let names = |reasons: &[Reason]| -> Vec<Value> { reasons.iter().map(|reason| json!(reason)).collect() };
    let of_list = |most, items| at_most(most, items);
    let mut finding = closed(vec![
        must("action", among(actions(task).iter().map(|action| action.name()))),
        must("reasons", of_list(limits::AGENT_ITEMS, among(names(reasons(task))))),
        must("cites", of_list(limits::AGENT_ITEMS, of("EvidenceId"))),
        must("references", says(of_list(limits::AGENT_ITEMS, of("Reference")), "What the action is about.")),
    ]);
    finding["title"] = task.name().into();
    finding
}

/// The names of the API's schemas that some schemas need, and those that these need.
fn needed(own: &Map<String, Value>, schemas: &Map<String, Value>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut open: Vec<&Value> = own.values().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => open.extend(fields.values()),
            Value::Array(items) => open.extend(items),
            Value::String(text) => {
                let name = text.strip_prefix("#/components/schemas/").filter(|name| !own.contains_key(*name));
                if let Some((name, schema)) = name.and_then(|name| schemas.get_key_value(name))
                    && names.insert(name.clone())
                {
                    open.push(schema);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    names
}

fn task_example(kind: &str) -> Value {
    let step = if kind == "lookup" { "merchants" } else { "finding" };
    json!({
        "v": 1,
        "ask": format!("case_3mylyifiw4krp4yzckv4y3xj2u/t1/{step}/5"),
        "case_id": "case_3mylyifiw4krp4yzckv4y3xj2u",
        "task": "dispute_summary",
        "answer_by": "2026-11-22T18:00:10Z",
        "request_text": "My card was charged twice for the same subscription by Streamly.",
        "confidence": 0.94,
        "reason": "The local model decided and is sure.",
        "customer_id": "cus_ada",
        "evidence": [],
        "kind": kind,
    })
}

fn lookup_example() -> Value {
    let mut task = task_example("lookup");
    task["lookup"] = json!({ "lookup": "merchants", "q": "streamly" });
    task
}

fn finding_example() -> Value {
    let mut task = task_example("finding");
    let row = |id: &str| {
        json!({
            "id": id, "booked_at": 1_795_166_100_000_i64, "money": { "amount_minor": 1_299, "currency": "USD" },
            "direction": "debit", "kind": "card_payment", "status": "posted", "merchant_group": 1,
            "merchant": "mer_streamly", "related": null, "merchant_named": true, "amount_named": false,
        })
    };
    let (cites, rows) = (["ledger:tx-1", "ledger:tx-2"], [row("tx-1"), row("tx-2")]);
    task["evidence"] = json!([{
        "id": "ledger:transactions", "source": "ledger", "status": "found", "cites": cites,
        "facts": { "of": "transactions", "total": 2, "rows": rows },
    }]);
    task["proposal"] = json!({
        "action": "raise_chargeback", "reasons": ["duplicate_charge"], "cites": cites, "references": ["tx-2"],
        "amount": { "amount_minor": 1_299, "currency": "USD" },
    });
    task["actions"] = json!(actions(Task::DisputeSummary));
    task["reasons"] = json!(reasons(Task::DisputeSummary));
    task
}
