//! What callers get: a case, a page of the docket, a problem. A test of the desk holds what the routes answer against
//! these schemas, which allow no field that is not declared.

use case::{source::Source, specialist::remote::Outcome};
use desk::{archive::FORMAT, file::Taken, ports::Target, problem::Code};
use serde_json::{Map, Value, json};

use super::docket;
use super::law;
use super::samples;
use super::schema::{
    Field, always, among, closed, count, day, either, flag, form, list, may, moment, must, of, open, or_null, says,
    share, text, whole,
};

/// The schemas of every answer.
pub(super) fn schemas() -> Map<String, Value> {
    let mut schemas = Map::new();
    let mut add = |name: &str, schema: Value, what: &str| schemas.insert(name.to_owned(), says(schema, what));
    let mut problem = problem();
    problem["examples"] = json!([samples::problem()]);
    add("Problem", problem, "What went wrong, and what to do about it.");
    add("Money", money(), "Whole minor units (cents, pence, yen) of a currency.");
    add("Cites", list(of("EvidenceId")), "The evidence that something rests on.");
    add("Classification", classification(), "What the request is about, and who decided so.");
    add("Proposal", proposal(), "An action that somebody must approve, or that policy lets go out.");
    add("Sentence", sentence(), "A sentence and its evidence.");
    add("Evidence", evidence(), "What a look-up brought, or that it brought nothing.");
    add("Track", track(), "One specialist's work.");
    add("Orchestration", orchestration(), "What is being done about the request; the lead's, where there are several.");
    add("WorkedRequest", closed(worked()), "A request and what has become of it so far.");
    add("Case", case(), "A case.");
    add("TaskAnswer", task_answer(), "Where the task went.");
    let names = list(says(text(), "A case's id, or the hexadecimal id of an object."));
    add("RebuildDocket", closed(vec![must("cases", names)]), "Which rows to make again: at most 100.");
    let rebuilt = vec![must("sent", count()), must("empty", count()), must("failed", list(text()))];
    add("RebuiltDocket", closed(rebuilt), "What became of them; `empty` counts those that hold no case.");
    let event = vec![must("seq", count()), must("at", moment()), must("kind", of("EntryKind"))];
    add("Event", closed(event), "The `data` of a server-sent event: a new entry of the journal.");
    add("Health", closed(vec![must("status", always("ok"))]), "A sign of life.");
    add("Readiness", readiness(), "What works, and what an operator has yet to configure.");
    add("ModelSwitch", model_switch(), "Whether the model may be asked.");
    add("TurnSwitch", closed(vec![must("off", flag()), may("note", text())]), "How to turn the model's switch.");
    add("Archive", text(), "A case that moves: one `ArchiveLine` a line. It is sent on unchanged.");
    add("ArchiveLine", archive_line(), "First what it is, then the journal, then the wrapped key and the ciphertexts.");
    add("Imported", imported(), "What became of an archive.");
    add("Revocation", revocation(), "A key or subject that is let in no more.");
    let revocations = vec![must("revocations", list(of("Revocation")))];
    add("Revocations", closed(revocations), "Whom a tenant lets in no more, the first revoked first.");
    let revoke = [("key", of("Digest")), ("subject", of("Subject"))];
    let revoke = revoke.map(|(name, schema)| closed(vec![must(name, schema), may("note", text())]));
    add("Revoke", json!({ "oneOf": revoke }), "Whom to let in no more: one key by its SHA-256, or one subject.");
    schemas.extend(docket::schemas());
    schemas.extend(law::schemas());
    schemas
}

fn archive_line() -> Value {
    let head = closed(vec![must("case", of("CaseId")), must("seq", count()), must("hash", of("Digest"))]);
    let begin = closed(vec![
        must("archive", says(json!({ "type": "integer", "const": FORMAT }), "The archive's format.")),
        must("tenant", text()),
        must("head", says(head, "Where the journal ends.")),
        must("core", says(count(), "The version of the rules that worked the case.")),
        must("sandbox", flag()),
        must("sealed", says(count(), "How many ciphertexts there are.")),
        must("caseworker", says(text(), "The version that wrote the archive.")),
    ]);
    let mark = "The mark of the exporting host under head and key, in hexadecimal: only a holder of the master key can make it.";
    let key = closed(vec![
        must("wrapped_key", says(or_null(text()), "In base64; null after erasure.")),
        may("mark", says(text(), mark)),
    ]);
    let sealed = closed(vec![must("hash", of("Digest")), must("bytes", says(text(), "In base64."))]);
    either(vec![begin, of("JournalLine"), key, sealed])
}

fn imported() -> Value {
    let results = Taken::ALL.map(Taken::name);
    closed(vec![
        must("case_id", of("CaseId")),
        must("result", says(among(results), "Whether the case is new here, has grown, is the same, or went on here.")),
        must("seq", says(count(), "The position of the last line here.")),
        must("head_hash", says(of("Digest"), "The hash of the last line here.")),
    ])
}

fn problem() -> Value {
    let lines =
        Code::ALL.iter().map(|code| format!("- `{}` ({}): {}", code.name(), code.status().as_u16(), code.title()));
    let titles: Vec<Value> = Code::ALL.iter().map(|code| code.title().into()).collect();
    let codes = format!("The codes, with their status and title:\n{}", lines.collect::<Vec<_>>().join("\n"));
    closed(vec![
        must("type", always("about:blank")),
        must("status", says(whole(), "The HTTP status.")),
        must("code", says(of("ProblemCode"), &codes)),
        must("title", says(among(titles), "The code in words.")),
        must("detail", says(text(), "What exactly, and what to do. It quotes no body and no secret.")),
        may("field", says(text(), "Which field, header or parameter.")),
    ])
}

fn money() -> Value {
    closed(vec![must("amount_minor", whole()), must("currency", json!({ "type": "string", "pattern": "^[A-Z]{3}$" }))])
}

fn classification() -> Value {
    let language = closed(vec![must("code", of("Language")), must("name", text()), must("note", text())]);
    let scored = closed(vec![must("task", of("Label")), must("confidence", share())]);
    closed(vec![
        must("task", says(or_null(of("Label")), "Null while Claude is being asked.")),
        must("confidence", or_null(share())),
        must("reason", says(text(), "What decided, in a sentence; a model's or caller's own words stand in quotes.")),
        may("decided_by", of("Tier")),
        must("alternatives", says(list(scored), "The other labels, most likely first.")),
        may("language", says(language, "The language of the words, where it is not English, and what that means.")),
    ])
}

fn proposal() -> Value {
    closed(vec![
        must("id", says(text(), "`p1`, `p2`, ... within a case.")),
        must("action", of("Action")),
        must("approval", of("Approval")),
        must("stage", of("Stage")),
        must("approved_by", list(of("Subject"))),
        may("amount", of("Money")),
        may("code", of("ReasonCode")),
        must("reasons", list(of("Reason"))),
        must("cites", of("Cites")),
        must("references", says(list(of("Reference")), "What the action is about, in the operator's systems.")),
        must("found_by", says(form("^(rules|analyst|agent:[a-z][a-z0-9-]*)$"), "Who found it out.")),
        must("hash", says(of("Digest"), "What an approval names: it binds action, amount, evidence and reasons.")),
    ])
}

fn sentence() -> Value {
    closed(vec![must("text", text()), must("cites", of("Cites"))])
}

fn evidence() -> Value {
    let outcomes = among([Outcome::Agreed, Outcome::Adopted, Outcome::Overruled, Outcome::Unusable].map(Outcome::name));
    let about = || vec![must("action", of("Action")), must("references", list(of("Reference")))];
    let mut found = about();
    found.extend([must("reasons", list(of("Reason"))), must("cites", of("Cites"))]);
    let why = json!({ "anyOf": [of("Failure"), always("deadline")] });
    let ledger_row = vec![
        may("booked_at", moment()),
        may("created_at", moment()),
        may("amount", of("Money")),
        may("direction", of("Direction")),
        may("kind", of("TransactionKind")),
        may("transaction_status", of("TransactionStatus")),
        may("payment_status", says(or_null(of("Reference")), "ISO 20022 status.")),
        may("payment_reason", says(or_null(of("Reference")), "ISO 20022 reason, or ACH return code.")),
        may(
            "customer_words",
            says(text(), "What the customer may be told: neutral where a code could show a suspicion."),
        ),
        may("analyst_words", says(list(text()), "What the codes mean. For analysts; never for the customer.")),
        may(
            "expected_by",
            says(or_null(day()), "Until when it can be expected; null where nobody waits or no rule says."),
        ),
    ];
    let mut fields = vec![
        must("id", of("EvidenceId")),
        must("source", says(text(), "A source, or `case`, `document`, `rules` or `agent` for what is beside.")),
        must("status", among(["found", "missing", "late"])),
        may("text", says(text(), "The evidence in words: what a sentence that cites it is held against.")),
        may("why", says(why, "Why it is missing.")),
        may("took_ms", whole()),
        may("items", says(count(), "0 where the source answered and nothing in its answer bears on the case.")),
    ];
    fields.extend(ledger_row);
    fields.extend([
        may("present", list(of("ProfileField"))),
        may("absent", list(of("ProfileField"))),
        may("score", count()),
        may("band", of("Band")),
        may("risk_reasons", list(of("Reference"))),
        may("normal", or_null(of("Normal"))),
        may("model", says(or_null(of("Reference")), "The scoring service's model.")),
        may("agrees", says(list(of("ProfileField")), "Fields of which the customer's documents say the same.")),
        may(
            "partly",
            says(
                list(of("ProfileField")),
                "Fields of which they say the same as far as they go: without a middle name, say.",
            ),
        ),
        may("differs", says(list(of("ProfileField")), "Fields of which a document says something else.")),
        may("expires", says(or_null(day()), "When the identity document on record expires.")),
        may("country", or_null(text())),
        may("nationality", or_null(text())),
        may("product", of("Product")),
        may("opened_on", or_null(day())),
        may("agent", says(of("AgentName"), "The remote agent that was asked in the source's place.")),
        may("task", says(of("Task"), "Of an agent's advice: for which specialist.")),
        may("outcome", says(outcomes, "What became of an agent's advice.")),
        may("rules", says(closed(about()), "What the fixed rules found, where an agent was asked as well.")),
        may("finding", says(closed(found), "What an agent found, as far as it names what it was shown.")),
    ]);
    closed(fields)
}

fn track() -> Value {
    closed(vec![
        must("task", of("Task")),
        must("routed_to", of("Agent")),
        must("next_action", of("NextAction")),
        may("proposal", of("Proposal")),
        may("question", text()),
        may("question_name", of("CustomerQuestion")),
        may("candidates", list(of("Candidate"))),
    ])
}

fn orchestration() -> Value {
    closed(vec![
        must("status", always("ok")),
        must("routed_to", of("Agent")),
        must("next_action", of("NextAction")),
        must("state", of("State")),
        may("question", says(text(), "What the customer is asked.")),
        may("question_name", of("CustomerQuestion")),
        may("candidates", says(list(of("Candidate")), "What the question is about, in the order of the question.")),
        may("deadlines", says(list(of("Deadline")), "The clocks that run, the next due first.")),
        may("time_limits", list(of("TimeLimit"))),
        may("liability", of("Liability")),
        may("checklist", list(of("ChecklistItem"))),
        may("readings", says(list(reading()), "Identity fields that Claude and the fixed rules read differently.")),
        may("proposal", of("Proposal")),
        may("summary", list(of("Sentence"))),
        may(
            "summary_by",
            says(
                among(["claude", "rules"]),
                "Who wrote the summary; no sentence is shown that its evidence does not bear out.",
            ),
        ),
        may("evidence", list(of("Evidence"))),
        may("escalations", list(of("Escalation"))),
        may("tracks", says(list(of("Track")), "Every specialist at work, where the request has several intents.")),
        may("outcome", of("CloseReason")),
    ])
}

fn reading() -> Value {
    closed(vec![
        must("field", of("ProfileField")),
        must("in", says(text(), "The document, or the request itself.")),
        must("rules", says(of("Reference"), "By which name `reveal` shows what the fixed rules read, which counts.")),
        must("claude", says(of("Reference"), "By which name it shows what Claude read, which counts for nothing.")),
    ])
}

fn worked() -> Vec<Field> {
    vec![
        must("case_id", of("CaseId")),
        must("seq", says(count(), "The position of the journal's last line, for `If-Match`.")),
        may("sandbox", says(always_true(), "There where the case is worked with the sandbox bank.")),
        may("mode", says(of("Mode"), "There where it is not `assist`. A case keeps the mode it was opened with.")),
        must("classification", of("Classification")),
        must("orchestration", of("Orchestration")),
    ]
}

fn always_true() -> Value {
    json!({ "const": true })
}

fn case() -> Value {
    let mut fields = worked();
    fields.extend([
        must(
            "head_hash",
            says(of("Digest"), "The hash of the journal's last line; kept elsewhere, it shows a rewrite."),
        ),
        must("opened_at", moment()),
        must("updated_at", moment()),
        may("customer_id", of("Reference")),
        may("external_id", of("Reference")),
        may("assignee", of("Subject")),
        must("text", says(or_null(text()), "The request with tokens for personal data; null after erasure.")),
    ]);
    let revealed = closed(vec![must("what", of("Reference")), must("value", text())]);
    fields.push(may("revealed", says(revealed, "What a `reveal` asked for: in its own answer, and nowhere else.")));
    fields.extend(care());
    fields.extend(said());
    closed(fields)
}

/// What people said, which submitters are not shown.
fn said() -> Vec<Field> {
    let said = closed(vec![
        must("seq", count()),
        must("at", moment()),
        must("from", says(among(["customer", "analyst"]), "Whose words they are.")),
        must("by", says(of("Subject"), "Who posted them.")),
        must("text", says(or_null(text()), "The words with tokens for personal data; null after erasure.")),
        must("documents", says(count(), "How many documents came along.")),
    ]);
    let texts = json!({ "type": "object", "additionalProperties": text() });
    vec![
        may("conversation", says(list(said), "What was said after the request. Submitters are not shown this.")),
        may("notes", says(texts.clone(), "Notes of commands, by their hash in the journal; not for submitters.")),
        may("descriptors", says(texts, "How the ledger names transactions, by their reference; not for submitters.")),
    ]
}

/// How people look after a case, and what they write to the customer.
fn care() -> Vec<Field> {
    let letter = vec![
        must("id", text()),
        must("by", of("Subject")),
        must("at", moment()),
        must("stage", says(of("Stage"), "Approved while it is sent, then done or refused.")),
        must("text", says(or_null(text()), "Null after erasure.")),
    ];
    let draft = vec![
        must("text", says(text(), "The whole letter, a paragraph for each sentence.")),
        must("sentences", list(of("Sentence"))),
        must("disclosure", says(or_null(text()), "What the law has a drafted letter say, where it does.")),
        must("disclosure_citation", or_null(text())),
    ];
    let reasons = json!({
        "type": "object", "propertyNames": of("Command"), "additionalProperties": list(of("DecisionReason")),
    });
    vec![
        may("claimed_until", says(moment(), "When the assignee's claim ends, unless they do something more.")),
        may("snoozed_until", says(moment(), "Until when the case rests.")),
        may("closed_at", moment()),
        may("held", says(always_true(), "The words are kept from erasure.")),
        may("erased", says(of("Erasure"), "The words are gone.")),
        may("letters", list(closed(letter))),
        may("letter_draft", says(closed(draft), "What the fixed rules would write to the customer now.")),
        may("reasons", says(reasons, "The reasons to choose from, by command.")),
        may("reasons_required", says(flag(), "Whether a command that has reasons needs one.")),
    ]
}

fn task_answer() -> Value {
    closed(vec![
        must("status", always("ok")),
        must("routed_to", of("Agent")),
        must("next_action", of("NextAction")),
        must("case_id", of("CaseId")),
        must("state", of("State")),
        may("question", says(text(), "What the customer is asked.")),
        may("escalations", list(of("Escalation"))),
    ])
}

fn model_switch() -> Value {
    closed(vec![
        must("off", says(flag(), "Whether the model is asked no more, by the switch or by the configuration.")),
        must("off_by_configuration", flag()),
        must("model", or_null(text())),
        may("by", says(text(), "Who turned it last: a tenant and a subject, or `command-line`.")),
        may("at", moment()),
        may("note", or_null(text())),
    ])
}

fn revocation() -> Value {
    let of_kind = |name, schema| {
        closed(vec![must(name, schema), must("at", moment()), must("by", of("Subject")), must("note", or_null(text()))])
    };
    json!({ "oneOf": [of_kind("key", of("Digest")), of_kind("subject", of("Subject"))] })
}

fn readiness() -> Value {
    let configured = || among(["configured", "missing"]);
    let standing = || says(among(["closed", "open", "half_open"]), "`open`: it failed and is left alone for now.");
    let mut breakers = open(vec![]);
    breakers["properties"] = Target::ALL.iter().map(|target| (target.name().into_owned(), standing())).collect();
    breakers["additionalProperties"] = says(standing(), "Of `agent:` and a name.");
    let agents = json!({ "type": "object", "additionalProperties": always("configured") });
    let sources = Source::ALL.into_iter().map(|source| must(source.name(), configured())).collect();
    closed(vec![
        must(
            "status",
            says(
                among(["ready", "closed", "read_only"]),
                "`closed` where the deployment has no keys, `read_only` where nothing can be written.",
            ),
        ),
        must("storage", says(among(["working", "full", "failed"]), "What became of the last write.")),
        must("version", text()),
        must("core", says(count(), "The version of the rules.")),
        must("local_model", says(of("Digest"), "Which local model.")),
        must("model", says(or_null(text()), "Which model of Claude; null without a key.")),
        must("sandbox", flag()),
        must("sources", closed(sources)),
        must("breakers", says(breakers, "Of every target that is configured, as this process or isolate sees it.")),
        must("actions", configured()),
        must("agents", says(agents, "The remote agents of the configuration, by name.")),
    ])
}
