//! What callers ask of the docket and get: pages of rows, the sizes of queues, the next case, links, and how the desk does.

use desk::{
    docket::{COUNTED, Place, Queue},
    front::RISKS,
    oversight::AGES,
    problem::Code,
};
use serde_json::{Map, Value, json};

use super::operations::{AUTHENTICATED, BODY, CASE, Operation, codes, json_answer};
use super::schema::{among, closed, count, day, flag, list, may, moment, must, of, or_null, says, text, whole, within};

/// The schemas, by name.
pub(super) fn schemas() -> Map<String, Value> {
    let mut schemas = Map::new();
    let mut add = |name: &str, schema: Value, what: &str| schemas.insert(name.to_owned(), says(schema, what));
    add("Queue", among(Queue::ALL.map(Queue::name)), "Cases that somebody looks at together.");
    add("Risk", among(RISKS), "How high the risk service, or the case's own escalation for fraud, sees the risk.");
    add("DocketRow", row(), "A case in the list of cases.");
    let next = says(or_null(text()), "To be given as `after` for the next page; null on the last.");
    let behind = closed(vec![must("cases", count()), must("since", moment())]);
    let behind = says(behind, "Where the docket lacks the newest of some cases: of how many, and since when.");
    let counts = Queue::COUNTED.map(|queue| may(queue.name(), of("QueueCount")));
    let counts = says(closed(counts.into()), "How many cases each queue holds, where `counts=true`.");
    let page =
        vec![must("cases", list(of("DocketRow"))), must("next", next), may("behind", behind), may("counts", counts)];
    add("DocketPage", closed(page), "A page of the docket.");
    let link = vec![must("case", of("DocketRow")), must("shares", list(of("Reference")))];
    let links = closed(vec![must("links", list(closed(link)))]);
    add("Links", links, "Other cases of a case's customer, with the transactions and payments that both are about.");
    add("Oversight", oversight(), "How the desk does, counted over what is not closed and what was closed lately.");
    let counted = vec![must("cases", within(0, COUNTED.into())), must("more", flag())];
    add(
        "QueueCount",
        closed(counted),
        &format!("Cases of a queue, counted to {COUNTED}; `more` where there are more."),
    );
    schemas
}

fn row() -> Value {
    let millis = |what: &str| says(whole(), &format!("{what}, in milliseconds since 1970."));
    let mut fields = vec![
        must("case_id", of("CaseId")),
        must("state", of("State")),
        must("task", says(or_null(of("Label")), "Null while Claude is being asked.")),
        must("agent", of("Agent")),
        must("assignee", or_null(of("Subject"))),
        must("external_id", or_null(of("Reference"))),
        must("escalated", says(flag(), "Whether a human should look whatever else goes on.")),
        must("due_at", or_null(millis("When a deadline is due"))),
        must("opened_at", millis("When the case was opened")),
        must("updated_at", millis("When it last changed")),
        must("submitted_by", of("Subject")),
        must("head_seq", says(count(), "The position of the journal's last line.")),
        must("head_hash", of("Digest")),
        may("risk", of("Risk")),
        may("amount", says(of("Money"), "What is at stake.")),
        may("customer_id", of("Reference")),
        may("about", says(list(of("Reference")), "The transactions and payments that it is about.")),
        may("snoozed_until", millis("Until when it rests in nobody's sight")),
        may("claimed_until", millis("Until when it is kept for whoever claimed it")),
    ];
    fields.extend([
        may("decided_by", says(of("Tier"), "Who decided triage, before anybody rerouted the case.")),
        may("triaged_as", says(of("Label"), "What triage took it for, before anybody rerouted it.")),
        may("confidence_ppm", says(within(0, 1_000_000), "How sure that was, in parts per million.")),
        may("language", says(text(), "The language of the words, where it is not English.")),
        may("closed_at", millis("When it was closed")),
        may("escalations", list(of("Escalation"))),
        may(
            "overturned",
            says(flag(), "Whether a person rerouted it, turned a proposal down or decided something else."),
        ),
        may("agreed", says(flag(), "Whether a person agreed to a specialist's own proposal.")),
        may("missed", says(count(), "Deadlines of the bank's that passed before the work was done.")),
        may("met", says(count(), "Deadlines of the bank's that were kept.")),
        may("cost_nano_dollars", says(count(), "What calls of the model cost or may have cost.")),
        may("pending", pending()),
        may("held", says(flag(), "Whether it is kept from erasure.")),
        may("erased", says(flag(), "Whether its words are gone.")),
    ]);
    closed(fields)
}

fn pending() -> Value {
    let by = says(list(of("Subject")), "Who has agreed so far.");
    let pending = vec![must("action", of("Action")), must("needs", within(0, 2)), may("approved_by", by)];
    let mut pending = says(closed(pending), "What somebody has yet to agree to, and how many must.");
    pending["examples"] = json!([{ "action": "raise_chargeback", "needs": 2, "approved_by": ["ana"] }]);
    pending
}

fn oversight() -> Value {
    let volume = closed(vec![must("day", day()), must("opened", count()), must("closed", count())]);
    let open = Place::ALL.into_iter().filter(|place| *place != Place::Closed).map(Place::name);
    let ages = AGES.map(|days| days.to_string()).join(", ");
    let classes =
        format!("How many are younger than {ages} days, each without the one before, and how many are older.");
    let mut classes = says(list(count()), &classes);
    classes["maxItems"] = (AGES.len() + 1).into();
    let ageing = closed(vec![must("place", among(open)), must("cases", classes)]);
    let of_task =
        ["cases", "overturned", "agreed", "met", "missed", "cost_nano_dollars"].map(|name| must(name, count()));
    let mut outcome = vec![
        must("task", says(text(), "What triage took them for: a label, or `none`.")),
        must("decided_by", says(text(), "Who decided so: a tier, or `none`.")),
    ];
    outcome.extend(of_task);
    let agreement = closed(vec![
        must("decided_by", among(["local", "claude"])),
        must("from_percent", says(within(0, 90), "The least confidence of this tenth.")),
        must("judged", says(count(), "Cases that a person agreed to or overturned.")),
        must("agreed", count()),
    ]);
    let deadlines = ["overdue", "within_a_day", "within_a_week"].map(|name| must(name, count()));
    closed(vec![
        must("days", count()),
        must("since", moment()),
        must("volume", list(volume)),
        must("ageing", list(ageing)),
        must("outcomes", list(closed(outcome))),
        must("agreement", list(agreement)),
        must("deadlines", closed(deadlines.into())),
        may("behind", closed(vec![must("cases", count()), must("since", moment())])),
    ])
}

/// The parameters by which a page of the docket, or the next case, is narrowed.
const NARROWS: [&str; 13] = [
    "queue",
    "state",
    "task",
    "agent",
    "risk",
    "assignee",
    "due_before",
    "external_id",
    "customer_id",
    "q",
    "after",
    "limit",
    "counts",
];

pub(super) fn list_cases() -> Operation {
    Operation {
        id: "listCases",
        summary: "Read a page of the docket",
        description: "The most urgent first: by deadline, then by risk, then by age; what is closed comes last, the newest \
                      first. A submitter sees the cases it opened.",
        parameters: &NARROWS,
        body: None,
        success: json_answer(200, "DocketPage", None, "The page."),
        also: None,
        codes: codes(&[&AUTHENTICATED, &[Code::Role, Code::Query]]),
    }
}

pub(super) fn claim_next() -> Operation {
    Operation {
        id: "claimNext",
        summary: "Claim the most urgent case that nobody has",
        description: "Of those that the query leaves; of any number of people who ask at once each gets another. `Location` \
                      says which. 409 where others took every case that was tried: ask again.",
        parameters: &["task", "agent", "risk", "due_before", "customer_id", "q"],
        body: None,
        success: json_answer(200, "Case", None, "The case, which is yours now."),
        also: None,
        codes: codes(&[&AUTHENTICATED, &BODY, &CASE, &[Code::Role, Code::Query]]),
    }
}

pub(super) fn read_links() -> Operation {
    Operation {
        id: "readLinks",
        summary: "Read which other cases the customer has",
        description: "The most urgent first, at most a hundred. Those that share a transaction or payment say which.",
        parameters: &["case"],
        body: None,
        success: json_answer(200, "Links", None, "The other cases."),
        also: None,
        codes: codes(&[&AUTHENTICATED, &[Code::Role, Code::NoCase]]),
    }
}

pub(super) fn oversee() -> Operation {
    Operation {
        id: "readOversight",
        summary: "Read how the desk does",
        description: "Counted from the docket: what comes and goes, how old what is open is, deadlines kept, what people \
                      overturned, by label and by who decided it, and what the model cost. Days are those of UTC.",
        parameters: &["days"],
        body: None,
        success: json_answer(200, "Oversight", None, "The counts."),
        also: None,
        codes: codes(&[&AUTHENTICATED, &[Code::Role, Code::Query]]),
    }
}
