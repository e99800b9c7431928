//! The lines of a journal, as `GET /v1/cases/{id}/journal` gives them. Callers keep them to verify a case elsewhere.
//!
//! An entry holds no words of anybody: those lie sealed, and the entry names the hash of the ciphertext.

use case::{entry::Entry, journal::FORMAT, label::Ppm};
use serde_json::{Map, Value, json};

use super::schema::{
    Field, always, among, closed, count, day, either, flag, list, may, must, of, open, or_null, says, text, variant,
    whole, within,
};

/// The kind of every entry; a test of the desk meets them in real journals.
const KINDS: [&str; 20] = [
    "opened",
    "messaged",
    "answered",
    "commanded",
    "notified",
    "time_passed",
    "resumed",
    "triaged",
    "asked",
    "retry_planned",
    "gave_up",
    "track_opened",
    "customer_asked",
    "proposed",
    "escalated",
    "law_applied",
    "warned",
    "returned",
    "erased",
    "closed",
];

/// Does not compile where an entry was added that [`KINDS`] and [`entries`] may lack.
const _: fn(&Entry) = |entry| match entry {
    Entry::Opened(_)
    | Entry::Messaged(_)
    | Entry::Answered { .. }
    | Entry::Commanded { .. }
    | Entry::Notified(_)
    | Entry::TimePassed
    | Entry::Resumed
    | Entry::Triaged(_)
    | Entry::Asked { .. }
    | Entry::RetryPlanned { .. }
    | Entry::GaveUp { .. }
    | Entry::TrackOpened { .. }
    | Entry::CustomerAsked { .. }
    | Entry::Proposed { .. }
    | Entry::Escalated { .. }
    | Entry::LawApplied { .. }
    | Entry::Warned { .. }
    | Entry::Returned { .. }
    | Entry::Erased { .. }
    | Entry::Closed { .. } => (),
};

/// The schemas of a line and of all that is in it.
pub(super) fn schemas() -> Map<String, Value> {
    let mut schemas = Map::new();
    let mut add = |name: &str, schema: Value, what: &str| schemas.insert(name.to_owned(), says(schema, what));
    let line = vec![
        must("v", says(within(1, FORMAT.into()), "The version of the format.")),
        must("seq", says(count(), "The position, from 0.")),
        must("at", of("Millis")),
        must("prev", says(of("Digest"), "The hash of the line before; zeros in the first.")),
        must("entry", of("Entry")),
    ];
    add(
        "JournalLine",
        closed(line),
        "A line of a journal. Its hash is the SHA-256 of its bytes, without the line's end.",
    );
    add("EntryKind", among(KINDS), "What happened.");
    add("Entry", either(entries()), "What happened: an input from outside, or what followed from one.");
    add("Millis", whole(), "A moment in milliseconds since 1970, or a duration in milliseconds.");
    add("Ppm", within(0, Ppm::ONE.parts().into()), "A share of one in parts per million.");
    add("NanoDollars", count(), "A cost in billionths of a US dollar.");
    add("Actor", closed(vec![must("subject", of("Subject")), must("role", of("Role"))]), "Somebody authenticated.");
    add(
        "Scored",
        closed(vec![must("label", of("Label")), must("confidence", of("Ppm"))]),
        "A label, how likely it is.",
    );
    add("SealedWords", words(), "A text, sealed, and what was read in it.");
    add("Settings", settings(), "The decision settings pinned for the case.");
    add("AskSettings", ask_settings(), "How long and how often something outside is asked.");
    add("CommandEntry", either(commands()), "A command, its words sealed.");
    add("ProposalEntry", proposal(), "A proposal, with the hash of the evidence it was made from.");
    schemas
}

fn entries() -> Vec<Value> {
    let entry = |name, fields| variant("kind", name, fields);
    let ask = || must("ask", of("AskId"));
    let track = || must("track", text());
    let attempt = || must("attempt", count());
    let key = || may("key", of("Digest"));
    vec![
        entry("opened", opened()),
        entry(
            "messaged",
            vec![must("by", of("Actor")), must("from", of("Speaker")), must("words", of("SealedWords")), key()],
        ),
        entry("answered", vec![ask(), attempt(), must("answer", of("Answer"))]),
        entry(
            "commanded",
            vec![
                must("actor", of("Actor")),
                must("command", of("CommandEntry")),
                may("code", says(of("DecisionReason"), "The configured reason that was chosen.")),
                key(),
            ],
        ),
        entry(
            "notified",
            vec![must("by", of("Actor")), must("source", of("Source")), may("about", of("Reference")), key()],
        ),
        entry("time_passed", vec![]),
        entry("resumed", vec![]),
        entry("triaged", triaged()),
        entry(
            "asked",
            vec![
                ask(),
                attempt(),
                must("question", of("Question")),
                must("until", of("Millis")),
                must("deadline", of("Millis")),
                may("reserve_nano_dollars", of("NanoDollars")),
            ],
        ),
        entry("retry_planned", vec![ask(), must("at", of("Millis"))]),
        entry("gave_up", vec![ask(), must("missing", missing())]),
        entry("track_opened", vec![track(), must("task", of("Task"))]),
        entry(
            "customer_asked",
            vec![track(), must("question", of("CustomerQuestion")), may("about", list(of("Reference")))],
        ),
        entry("proposed", vec![track(), must("proposal", of("ProposalEntry")), may("by", of("Subject"))]),
        entry("escalated", vec![must("reason", of("Escalation"))]),
        entry(
            "law_applied",
            vec![track(), must("law", says(open(vec![]), "The clocks, bars and liability that hold."))],
        ),
        entry("warned", vec![track(), must("rule", text()), must("due_on", day()), must("missed", flag())]),
        entry("returned", vec![must("why", of("Return"))]),
        entry("erased", vec![must("why", of("Erasure"))]),
        entry("closed", vec![must("outcome", of("CloseReason"))]),
    ]
}

fn opened() -> Vec<Field> {
    let references =
        ["customer", "transaction", "payment", "external_id", "channel", "agent_system", "trace"].into_iter();
    let mut fields = vec![
        must("core", says(count(), "The version of the rules.")),
        must("tenant", of("Subject")),
        must("case", of("CaseId")),
        must("by", of("Actor")),
        must("settings", of("Settings")),
        must("settings_hash", of("Digest")),
        may("rules", says(list(open(vec![])), "The rule packs that the case was opened with, by their hashes.")),
        must("sandbox", flag()),
        must("fingerprint", says(of("Digest"), "Tells a repeated request from another with the same key.")),
        may("caller", of("Scored")),
        must("words", of("SealedWords")),
        must("reserve_nano_dollars", of("NanoDollars")),
        may("reserve_writing_nano_dollars", of("NanoDollars")),
    ];
    fields.extend(references.map(|name| may(name, of("Reference"))));
    fields
}

fn triaged() -> Vec<Field> {
    vec![
        must("label", of("Label")),
        must("confidence", of("Ppm")),
        must("decided_by", of("Tier")),
        must("basis", of("Basis")),
        must("tasks", list(of("Task"))),
        must("alternatives", list(of("Scored"))),
        may("calibrator", says(of("Digest"), "The calibrator that said what Claude's confidence is worth.")),
    ]
}

fn missing() -> Value {
    either(vec![always("late"), closed(vec![must("failed", of("Failure"))])])
}

fn words() -> Value {
    let reading = closed(vec![
        must("model", of("Digest")),
        must("scores", list(of("Scored"))),
        must("sure", flag()),
        must("familiar", of("Ppm")),
        must("intents", list(of("Scored"))),
        must("fraud_suspected", flag()),
        may("language", of("Language")),
    ]);
    let narrative = closed(vec![
        must("dispute", of("DisputeKind")),
        must("claims", list(of("Claim"))),
        must("names_merchant", flag()),
        must("names_amount", flag()),
        may("names_date", flag()),
        may("delivery_due", day()),
        may("cancelled_on", day()),
        may("learned_on", day()),
        may("pick", count()),
        may("answer", of("YesNo")),
    ]);
    closed(vec![
        must("sealed", of("Digest")),
        must("reading", reading),
        must("narrative", narrative),
        must("documents", count()),
        may("identity", of("Identity")),
        may("steering", says(flag(), "Whether the words try to steer whoever sorts them.")),
    ])
}

fn settings() -> Value {
    let triage = closed(vec![
        must("model", or_null(text())),
        must("claude_min", of("Ppm")),
        must("alone_min", of("Ppm")),
        must("caller_min", of("Ppm")),
        must("claude", of("AskSettings")),
        must("max_tokens", count()),
        must("budget_nano_dollars", of("NanoDollars")),
        may("promised_error", of("Ppm")),
        may("audit_share", of("Ppm")),
        may("calibrator", calibrator()),
        may("prompt", of("Digest")),
    ]);
    let writing = closed(vec![
        must("model", or_null(text())),
        must("claude", of("AskSettings")),
        must("max_tokens", count()),
        may("summary_prompt", of("Digest")),
        may("extraction_prompt", of("Digest")),
    ]);
    let approvals = json!({
        "type": "object", "propertyNames": of("Action"), "additionalProperties": of("Approval"),
    });
    closed(vec![
        may("mode", of("Mode")),
        must("triage", triage),
        may("writing", writing),
        must("lookups", of("AskSettings")),
        must("actions", of("AskSettings")),
        must("wait_ms", of("Millis")),
        must("ledger_days", count()),
        must("duplicate_window_ms", of("Millis")),
        must("approvals", approvals),
        may("rules", says(open(vec![]), "Whose law applies, and which rules somebody switched on or off.")),
        may("agents", says(agents(), "What remote agents are asked for.")),
        may("desk", says(desk(), "How people work the case.")),
    ])
}

fn desk() -> Value {
    let reasons = json!({
        "type": "object", "propertyNames": of("Command"), "additionalProperties": list(of("DecisionReason")),
    });
    let amounts = json!({ "type": "object", "additionalProperties": whole() });
    closed(vec![
        must("claim_ms", of("Millis")),
        must("stale_ms", of("Millis")),
        must("snooze_most_ms", of("Millis")),
        must("reasons", says(reasons, "The reasons that people choose from, by command.")),
        must("reasons_required", flag()),
        must("second_by_approver", flag()),
        must(
            "four_eyes_from",
            says(
                amounts,
                "From which amount on two people have to agree, in minor units; where any currency is named, to every amount of another.",
            ),
        ),
        may(
            "one_case_per_charge",
            says(flag(), "Whether only one case moves money about a charge; it does unless set."),
        ),
        may("retention_ms", of("Millis")),
    ])
}

fn calibrator() -> Value {
    let point = closed(vec![must("said", of("Ppm")), must("right", of("Ppm"))]);
    let fields = vec![
        must("v", count()),
        must("model", text()),
        may("prompt", of("Digest")),
        must("method", of("CalibratorMethod")),
        must("labels", count()),
        must("wrong", count()),
        must("points", list(point)),
    ];
    says(closed(fields), "What Claude's confidence is worth: how often it was right when it said so.")
}

fn agents() -> Value {
    let named = |keys| json!({ "type": "object", "propertyNames": of(keys), "additionalProperties": of("AgentName") });
    closed(vec![may("lookups", named("Step")), may("specialists", named("Task")), must("findings", of("AskSettings"))])
}

fn ask_settings() -> Value {
    closed(vec![
        must("attempt_ms", of("Millis")),
        must("deadline_ms", of("Millis")),
        must("attempts", count()),
        must("backoff_ms", of("Millis")),
    ])
}

fn commands() -> Vec<Value> {
    let note = || must("note", of("Digest"));
    let shown = || vec![must("proposal", text()), must("hash", of("Digest"))];
    let command = |name, fields| variant("command", name, fields);
    vec![
        command("claim", vec![]),
        command("release", vec![]),
        command("identify", vec![must("customer", of("Reference"))]),
        command("reroute", vec![must("task", of("Task"))]),
        command("ask", vec![must("question", of("Digest"))]),
        command("approve", shown().into_iter().chain([may("note", of("Digest"))]).collect()),
        command("reject", shown().into_iter().chain([note()]).collect()),
        command("decide", vec![must("action", of("Action")), may("about", of("Reference")), note()]),
        command("close", vec![note()]),
        command("reopen", vec![note()]),
        command("assign", vec![must("to", of("Subject")), note()]),
        command("snooze", vec![must("until", of("Millis")), note()]),
        command("escalate", vec![note()]),
        command("reply", vec![must("letter", of("Digest")), must("sum", of("Digest"))]),
        command("reveal", vec![must("what", of("Reference"))]),
        command("hold", vec![note()]),
        command("unhold", vec![note()]),
        command("erase", vec![]),
    ]
}

fn proposal() -> Value {
    closed(vec![
        must("id", text()),
        must("action", of("Action")),
        must("approval", of("Approval")),
        may("amount", of("Money")),
        must("reasons", list(of("Reason"))),
        must("cites", of("Cites")),
        must("references", list(of("Reference"))),
        may("code", says(of("ReasonCode"), "The card network's reason code, and what is still open.")),
        may("found_by", says(of("AgentName"), "The remote agent whose finding it is.")),
        must("evidence", of("Digest")),
        must("hash", of("Digest")),
    ])
}
