//! What callers send: the bodies of requests, with the limits that the code checks.

use case::{actor::Role, limits};
use serde_json::{Map, Value};

use super::schema::{always, among, at_most, either, flag, form, list, may, moment, must, of, open, says, share, text};

/// The schemas of every body and of the ids in them.
pub(super) fn schemas() -> Map<String, Value> {
    let mut schemas = ids();
    let mut add = |name: &str, schema: Value, what: &str| schemas.insert(name.to_owned(), says(schema, what));
    let words = format!(
        "Words of a person. Control characters other than tab and line ends are refused; zero-width and direction \
         characters are removed. At most {} characters, at least one of which can be seen.",
        limits::TEXT_CHARS
    );
    let mut wording = text();
    wording["minLength"] = 1.into();
    wording["maxLength"] = limits::TEXT_CHARS.into();
    add("Words", wording, &words);
    let note = format!("A short text, kept sealed up to its first {} characters.", limits::NOTE_CHARS);
    add("Note", text(), &note);
    add("Document", document(), "A document's metadata, with its text, its fields or a reference; never an image.");
    add("Request", request(), "A customer's request.");
    add("TaskRequest", task_request(), "A request that its caller has already labelled.");
    add("MessageBody", message(), "The next words of a conversation.");
    add("CommandBody", either(commands()), "A person's command.");
    schemas
}

fn ids() -> Map<String, Value> {
    let most = limits::REFERENCE_BYTES;
    let path = format!("^[A-Za-z0-9_.:/-]{{1,{}}}$", 4 * most);
    let name = format!("^[A-Za-z0-9_.@-]{{1,{most}}}$");
    let reference = format!("^[A-Za-z0-9_.:-]{{1,{most}}}$");
    let ids = [
        ("DecisionReason", "^[a-z0-9_]{1,40}$", "A reason that an operator configured."),
        ("CaseId", "^case_[a-z2-7]{26}$", "A case."),
        ("Digest", "^[0-9a-f]{64}$", "A SHA-256."),
        (
            "Reference",
            &reference,
            "An opaque reference of the operator's. One that looks like personal data is refused.",
        ),
        ("Subject", &name, "Whoever holds a key."),
        ("AskId", &path, "A question to the outside, the same for each attempt: its idempotency key."),
        ("EvidenceId", &path, "A piece of evidence: `{source}:{reference}`."),
    ];
    ids.map(|(id, pattern, what)| (id.to_owned(), says(form(pattern), what))).into_iter().collect()
}

fn document() -> Value {
    let mut name = text();
    name["minLength"] = 1.into();
    open(vec![
        must("id", says(name.clone(), "Which document.")),
        must("type", says(name, "What kind of document.")),
        may("sides", says(list(text()), "Which sides there are.")),
        may("issued", says(text(), "The date of issue.")),
        may("expires", says(text(), "The date of expiry.")),
        may("sha256", of("Digest")),
        may("text", says(text(), "What the document says.")),
        may("fields", says(open(vec![]), "What was read in it.")),
        may("source_ref", says(text(), "Where the operator keeps it.")),
    ])
}

/// What every request may hold beside its words.
fn about() -> Vec<super::schema::Field> {
    vec![
        may("customer_id", says(of("Reference"), "Whose case it is; fixed from then on.")),
        may("transaction_id", says(of("Reference"), "The transaction meant.")),
        may("payment_id", says(of("Reference"), "The payment meant.")),
        may("external_id", says(of("Reference"), "The ticket of another system.")),
        may("channel", says(of("Reference"), "The channel it came through.")),
        may("documents", at_most(limits::DOCUMENTS, of("Document"))),
    ]
}

fn request() -> Value {
    let mut fields = vec![must("text", of("Words"))];
    fields.extend(about());
    open(fields)
}

fn task_request() -> Value {
    let mut fields = vec![
        must("task", of("Task")),
        must("request_text", of("Words")),
        must("confidence", says(share(), "How sure the caller is. Below the threshold a person reads the request.")),
        may("reason", says(of("Note"), "The caller's reason for its label.")),
    ];
    fields.extend(about());
    open(fields)
}

fn message() -> Value {
    let submitters = Role::ALL.into_iter().filter(|role| role.submits()).map(Role::name).collect::<Vec<_>>();
    let deciders = Role::ALL.into_iter().filter(|role| role.decides()).map(Role::name).collect::<Vec<_>>();
    let from = format!(
        "Whose words they are. The roles {} post a customer's, {} an analyst's.",
        submitters.join(", "),
        deciders.join(", ")
    );
    open(vec![
        must("from", says(among(["customer", "analyst"]), &from)),
        must("text", of("Words")),
        may("documents", at_most(limits::DOCUMENTS, of("Document"))),
    ])
}

/// One shape for each name in [`desk::commands::NAMES`]; a test compares the two.
fn commands() -> Vec<Value> {
    let reason = || must("reason", says(of("Note"), "Why, in words. It may not be empty."));
    let shown = || {
        let hash = says(of("Digest"), "The proposal's hash as it was shown: it binds what is agreed to.");
        vec![must("proposal", says(text(), "The proposal's `id`.")), must("hash", hash)]
    };
    let command = |name: &str, what: &str, mut fields: Vec<super::schema::Field>| {
        fields.insert(0, must("command", always(name)));
        fields.push(may("code", says(of("DecisionReason"), "One of the reasons that are configured for the command.")));
        says(open(fields), what)
    };
    vec![
        command("claim", "Take the case.", vec![]),
        command("release", "Give the case back to the queue.", vec![]),
        command(
            "identify",
            "Say whose case it is, where the request did not.",
            vec![must("customer_id", of("Reference"))],
        ),
        command("reroute", "Give the case to the specialist of a task.", vec![must("task", of("Task"))]),
        command(
            "ask",
            "Ask the customer something.",
            vec![must("question", says(of("Note"), "The question. It may not be empty."))],
        ),
        command(
            "approve",
            "Agree to a proposal.",
            shown().into_iter().chain([may("reason", says(of("Note"), "What there is to say about it."))]).collect(),
        ),
        command("reject", "Turn a proposal down.", shown().into_iter().chain([reason()]).collect()),
        command(
            "decide",
            "Decide on an action of one's own; it counts as one approval.",
            vec![
                must("action", of("Action")),
                may(
                    "about",
                    says(of("Reference"), "The transaction or payment it is about, which must be in evidence."),
                ),
                reason(),
            ],
        ),
        command("close", "End the case.", vec![reason()]),
        command("reopen", "Take up a closed case again.", vec![reason()]),
        command("assign", "Give the case to somebody, whoever has it now.", vec![must("to", of("Subject")), reason()]),
        command(
            "snooze",
            "Let the case rest: until then, or until something happens to it.",
            vec![must("until", says(moment(), "Not into the warning time of a deadline of the bank's.")), reason()],
        ),
        command("escalate", "Ask somebody with more authority to look; the case is given back.", vec![reason()]),
        command(
            "reply",
            "Send a letter to the customer, past the filter for letters. A closed case takes it as well.",
            vec![
                must("text", says(text(), "The letter. What the law has a drafted letter say is added to it.")),
                may("drafted", says(flag(), "Whether it began as `letter_draft`, as it does unless this is false.")),
            ],
        ),
        command("hold", "Keep the case's words from erasure.", vec![reason()]),
        command("unhold", "End the hold.", vec![reason()]),
        command(
            "reveal",
            "See a piece of personal data. The journal tells of each look, whatever the idempotency key.",
            vec![must("what", says(of("Reference"), "`card:1`, `profile:name`, or a name of `readings`."))],
        ),
        command("erase", "Destroy the key to the words of a closed case; no note is kept.", vec![]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_that_is_read_is_described_once() {
        let described: Vec<Value> =
            commands().iter().map(|shape| shape["properties"]["command"]["const"].clone()).collect();
        assert_eq!(described, desk::commands::NAMES.map(Value::from));
    }
}
