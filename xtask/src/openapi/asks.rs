//! What a journal says of the outside: what was asked, what was answered, and the facts that were read in an answer.

use serde_json::{Map, Value};

use super::schema::{
    Field, always, at_most, closed, count, day, either, flag, form, list, may, must, of, or_null, says, text, variant,
    whole,
};

/// The schemas of asks and answers.
pub(super) fn schemas() -> Map<String, Value> {
    let mut schemas = Map::new();
    let mut add = |name: &str, schema: Value, what: &str| schemas.insert(name.to_owned(), says(schema, what));
    add("Question", either(questions()), "What the outside is asked.");
    add("Answer", either(answers()), "What the outside answered.");
    add("Finding", finding(), "What the fixed rules found.");
    add("Advice", either(advice()), "What a remote agent says of it: closed lists, and references that it was shown.");
    add("AgentName", form("^[a-z][a-z0-9-]{0,23}$"), "The name of a remote agent.");
    add("ModelCall", model_call(), "A call of the Messages API.");
    add("Normal", normal(), "What is normal for a customer.");
    add("Identity", identity(), "Which identity fields and documents a customer gave.");
    add("Facts", either(facts()), "What a source's reply says, without personal data.");
    schemas
}

/// The fields of each look-up, with its name first.
pub(super) fn lookup_shapes() -> [(&'static str, Vec<Field>); 7] {
    let customer = || must("customer", of("Reference"));
    [
        ("transactions", vec![customer(), must("from", day()), must("to", day())]),
        ("accounts", vec![customer()]),
        ("payments", vec![customer(), may("payment", of("Reference"))]),
        ("profile", vec![customer(), must("fields", list(of("ProfileField")))]),
        ("risk", vec![customer(), must("transactions", list(of("Reference")))]),
        ("merchants", vec![]),
        ("policy", vec![must("topic", of("Topic"))]),
    ]
}

fn questions() -> Vec<Value> {
    let prompt = || may("prompt", says(of("Digest"), "The SHA-256 of the prompt; absent where there was only one."));
    let triage = vec![must("model", text()), must("repair", flag()), may("purpose", of("Purpose")), prompt()];
    let triage = variant("question", "triage", triage);
    let draft = variant("question", "draft", vec![must("model", text()), must("proposal", text()), prompt()]);
    let extract = variant("question", "extract", vec![must("model", text()), prompt()]);
    let act = variant("question", "act", vec![must("proposal", text())]);
    let letter = variant("question", "letter", vec![must("letter", text())]);
    // A look-up's own fields stand beside the tag of the question.
    let look_ups = lookup_shapes().into_iter().map(|(name, mut fields)| {
        fields.insert(0, must("lookup", always(name)));
        variant("question", "lookup", fields)
    });
    let consult = variant(
        "question",
        "consult",
        vec![must("agent", of("AgentName")), must("track", text()), must("finding", of("Finding"))],
    );
    [triage, draft, extract, consult, act, letter].into_iter().chain(look_ups).collect()
}

fn finding() -> Value {
    closed(vec![
        must("action", of("Action")),
        must("reasons", list(of("Reason"))),
        must("cites", of("Cites")),
        must("references", list(of("Reference"))),
        may("amount", of("Money")),
        may("code", of("ReasonCode")),
    ])
}

fn advice() -> Vec<Value> {
    let finds = vec![
        must("action", of("Action")),
        must("reasons", list(of("Reason"))),
        must("cites", of("Cites")),
        must("references", list(of("Reference"))),
        may("foreign", says(count(), "How many cites and references it named that it was not shown.")),
    ];
    vec![variant("says", "agrees", vec![]), variant("says", "finds", finds)]
}

fn answers() -> Vec<Value> {
    let answer = |name, mut fields: Vec<Field>, timed: Option<Field>| {
        fields.extend(timed);
        variant("answer", name, fields)
    };
    let took = || Some(must("took_ms", of("Millis")));
    let opinion = vec![
        must("label", of("Label")),
        must("confidence", of("Ppm")),
        must("reason", of("Digest")),
        must("call", of("ModelCall")),
    ];
    let failed =
        vec![must("failure", of("Failure")), may("retry_after_ms", of("Millis")), may("call", of("ModelCall"))];
    vec![
        answer("opinion", opinion, None),
        answer(
            "drafted",
            vec![
                must("draft", of("Digest")),
                must("kept", count()),
                must("dropped", count()),
                must("call", of("ModelCall")),
            ],
            None,
        ),
        answer(
            "extracted",
            vec![
                must("identity", of("Identity")),
                must("found", of("Digest")),
                must("dropped", count()),
                must("call", of("ModelCall")),
            ],
            None,
        ),
        answer("facts", vec![must("facts", of("Facts")), must("reply", of("Digest"))], took()),
        answer("advised", vec![must("advice", of("Advice")), must("reply", of("Digest"))], took()),
        answer("done", vec![must("reference", or_null(of("Reference")))], took()),
        answer("failed", failed, took()),
    ]
}

fn model_call() -> Value {
    closed(vec![
        must("model", text()),
        must("prompt", of("Digest")),
        may("request_id", of("Reference")),
        must("input_tokens", count()),
        must("output_tokens", count()),
        must("cache_read_tokens", count()),
        must("cost_nano_dollars", or_null(of("NanoDollars"))),
        must("prices", says(text(), "The version of the price table.")),
    ])
}

fn normal() -> Value {
    closed(vec![must("median_minor", whole()), must("countries", list(text()))])
}

fn identity() -> Value {
    let document = closed(vec![
        must("id", of("Reference")),
        must("kind", of("DocumentKind")),
        must("front", flag()),
        must("back", flag()),
        may("legible", flag()),
        may("issued", day()),
        may("expires", day()),
    ]);
    closed(vec![
        must("found", list(of("ProfileField"))),
        may("documents", list(document)),
        may("worded", flag()),
        may("disputed", list(of("ProfileField"))),
    ])
}

fn transaction() -> Value {
    closed(vec![
        must("id", of("Reference")),
        must("booked_at", of("Millis")),
        must("money", of("Money")),
        must("direction", of("Direction")),
        must("kind", of("TransactionKind")),
        must("status", of("TransactionStatus")),
        must("merchant_group", count()),
        must("merchant", or_null(of("Reference"))),
        must("related", or_null(of("Reference"))),
        must("merchant_named", flag()),
        must("amount_named", flag()),
        may("date_named", flag()),
        may("account", of("Reference")),
        may("card", of("Reference")),
        may("network", of("Network")),
        may("entry_mode", of("EntryMode")),
        may("country", text()),
        may("original", of("Money")),
        may("strong_authentication", flag()),
        may("earlier", says(count(), "How often the customer paid there before.")),
        may("unusual", list(of("Unusual"))),
    ])
}

fn payment() -> Value {
    closed(vec![
        must("id", of("Reference")),
        must("money", of("Money")),
        must("created_at", of("Millis")),
        must("status", or_null(of("Reference"))),
        must("reason", or_null(of("Reference"))),
        may("scheme", of("Scheme")),
        may("direction", of("PaymentDirection")),
        may("updated_at", of("Millis")),
        may("execution_on", day()),
        may("account", of("Reference")),
        may("amount_named", flag()),
        may("date_named", flag()),
        may("payee_named", flag()),
    ])
}

fn account() -> Value {
    let card = closed(vec![
        must("id", of("Reference")),
        must("network", or_null(of("Network"))),
        must("status", or_null(of("CardStatus"))),
    ]);
    closed(vec![
        must("id", of("Reference")),
        must("product", of("Product")),
        must("country", or_null(text())),
        must("opened_on", or_null(day())),
        must("first_deposit_on", or_null(day())),
        must("cards", list(card)),
        must("statements", list(closed(vec![must("period_end", day()), must("sent_on", day())]))),
    ])
}

fn facts() -> Vec<Value> {
    let fields = || list(of("ProfileField"));
    let rows = at_most(case::limits::LEDGER_FACTS, transaction());
    vec![
        variant("of", "transactions", vec![must("total", count()), must("rows", rows), may("normal", of("Normal"))]),
        variant("of", "accounts", vec![must("rows", list(account()))]),
        variant("of", "payments", vec![must("rows", list(payment()))]),
        variant(
            "of",
            "profile",
            vec![
                must("present", fields()),
                must("missing", fields()),
                may("agrees", fields()),
                may("partly", fields()),
                may("differs", fields()),
                may("expires", day()),
                may("country", text()),
                may("nationality", text()),
            ],
        ),
        variant(
            "of",
            "risk",
            vec![
                must("score", count()),
                must("band", of("Band")),
                must("reasons", list(of("Reference"))),
                may("normal", of("Normal")),
                may("model", of("Reference")),
            ],
        ),
        variant("of", "merchants", vec![must("rows", list(of("Reference"))), may("recurring", list(of("Reference")))]),
        variant("of", "policy", vec![must("rows", list(of("Reference")))]),
    ]
}
