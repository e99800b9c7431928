//! Laws that hold for every case, whatever it is about: in its journal, in what is shown of it, and in what the outside
//! was asked because of it.

use std::collections::{BTreeMap, BTreeSet};

use sandbox::Customer;
use serde_json::Value;

use crate::{api::View, stories::Told};

/// The actions that move money.
const MONEY: [&str; 3] = ["raise_chargeback", "provisional_credit", "recall_payment"];
/// The profile fields that a specialist may ever ask for: what the law on identification names.
const PROFILE: [&str; 7] = ["name", "date_of_birth", "address", "id_document", "country", "tax_id", "nationality"];
/// What of a profile may be read besides, to find the customer in the words before a model is shown them.
const PERSON: [&str; 2] = ["email", "phone"];
const PROFILE_ROUTE: &str = "/profile/customers/{id}";

/// What a source may be asked: its path up to a last part that is a reference, and the names that may come with it.
const ROUTES: [(&str, &str, &[&str]); 9] = [
    ("GET", "/ledger/accounts", &["customer_id", "after"]),
    ("GET", "/ledger/transactions", &["customer_id", "from", "to", "after"]),
    ("GET", "/ledger/payments", &["customer_id", "after"]),
    ("GET", "/ledger/payments/{id}", &["customer_id"]),
    ("GET", "/profile/customers/{id}", &["fields"]),
    ("POST", "/risk/score", &["customer_id", "transaction_ids"]),
    ("GET", "/merchants", &["q", "after"]),
    ("GET", "/policy/passages", &["topic", "after"]),
    ("POST", "/actions", &["action", "case_id", "customer_id", "references", "amount_minor", "currency"]),
];

/// Which of these a specialist may cause; the actions endpoint is for people.
const SCOPES: [(&str, &[&str]); 4] = [
    (
        "fraud_check",
        &["/ledger/accounts", "/ledger/transactions", "/ledger/payments", "/risk/score", "/policy/passages"],
    ),
    ("kyc_lookup", &["/profile/customers/{id}", "/policy/passages"]),
    (
        "dispute_summary",
        &["/ledger/accounts", "/ledger/transactions", "/ledger/payments", "/merchants", "/policy/passages"],
    ),
    (
        "payment_status",
        &["/ledger/accounts", "/ledger/payments", "/ledger/payments/{id}", "/ledger/transactions", "/policy/passages"],
    ),
];

/// What is wrong with a journal: money that moves before everybody who must agree has agreed.
pub(crate) fn of_journal(lines: &[String]) -> Vec<String> {
    sent_actions(lines)
        .into_iter()
        .filter(|sent| MONEY.contains(&sent.action.as_str()) && sent.approved_by < sent.needs.max(1))
        .map(|sent| format!("{} was sent after {} approvals of {}", sent.action, sent.approved_by, sent.needs.max(1)))
        .collect()
}

/// How many actions that move money were sent.
pub(crate) fn money_moved(lines: &[String]) -> usize {
    sent_actions(lines).iter().filter(|sent| MONEY.contains(&sent.action.as_str())).count()
}

/// An action that left, with the approvals that stand before it in the journal.
struct SentAction {
    action: String,
    needs: usize,
    approved_by: usize,
}

fn sent_actions(lines: &[String]) -> Vec<SentAction> {
    let mut proposals: BTreeMap<String, (String, usize)> = BTreeMap::new();
    let mut approvals: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut sent = Vec::new();
    for line in lines {
        let line = View(serde_json::from_str(line).unwrap_or_default());
        match line.text("/entry/kind") {
            "proposed" => {
                let id = line.text("/entry/proposal/id").to_owned();
                let needs = match line.text("/entry/proposal/approval") {
                    "two_analysts" => 2,
                    "one_analyst" => 1,
                    _ => 0,
                };
                if let Some(by) = line.0.pointer("/entry/by").and_then(Value::as_str) {
                    approvals.entry(id.clone()).or_default().insert(by.to_owned());
                }
                proposals.insert(id, (line.text("/entry/proposal/action").to_owned(), needs));
            }
            "commanded" if line.text("/entry/command/command") == "approve" => {
                let by = line.text("/entry/actor/subject").to_owned();
                approvals.entry(line.text("/entry/command/proposal").to_owned()).or_default().insert(by);
            }
            "asked" if line.text("/entry/question/question") == "act" => {
                let id = line.text("/entry/question/proposal");
                let (action, needs) = proposals.get(id).cloned().unwrap_or_default();
                sent.push(SentAction { action, needs, approved_by: approvals.get(id).map_or(0, BTreeSet::len) });
            }
            _ => {}
        }
    }
    sent
}

/// What is wrong with a summary: a sentence without evidence, evidence that there is not, or a number that is in nothing
/// of what the sentence cites.
pub(crate) fn of_summary(view: &View) -> Vec<String> {
    let pieces = view.list("/orchestration/evidence").iter().cloned().map(View);
    let texts: BTreeMap<String, String> =
        pieces.map(|piece| (piece.text("/id").to_owned(), piece.text("/text").to_owned())).collect();
    let mut found = Vec::new();
    for sentence in view.list("/orchestration/summary") {
        let sentence = View(sentence.clone());
        let words = sentence.text("/text");
        let cites: Vec<&str> = sentence.list("/cites").iter().filter_map(Value::as_str).collect();
        if cites.is_empty() {
            found.push(format!("a sentence without evidence: {words}"));
        }
        found
            .extend(cites.iter().filter(|id| !texts.contains_key(**id)).map(|id| format!("there is no {id}: {words}")));
        let cited: BTreeSet<String> =
            cites.iter().filter_map(|id| texts.get(*id)).flat_map(|text| numbers(text)).collect();
        found.extend(numbers(words).difference(&cited).map(|number| format!("{number} is not in {cites:?}: {words}")));
    }
    found
}

/// The numbers of a text: digits with what may stand between them.
fn numbers(text: &str) -> BTreeSet<String> {
    let within = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | ',' | '-' | ':' | '/');
    text.split(|letter: char| !within(letter))
        .map(|word| word.trim_matches(|letter: char| !letter.is_ascii_digit()))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What is wrong with the requests that a case caused: another route, field or customer than its specialists may use.
pub(crate) fn of_requests(told: &Told, requests: &[&Value]) -> Vec<String> {
    let tasks: Vec<&str> = told.tracks().iter().map(|track| track.task).collect();
    let mut found = BTreeSet::new();
    // Before words go to a model, the customer's own names in them are found by these fields of the profile.
    let of_person = format!("fields={}", case::pii::PERSON_FIELDS.join(","));
    for request in requests {
        let of = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default();
        let (path, query) = of("path").split_once('?').unwrap_or((of("path"), ""));
        if path == "/v1/messages" {
            continue;
        }
        let Some((_, route, allowed)) =
            ROUTES.iter().find(|(method, route, _)| *method == of("method") && fits(route, path))
        else {
            found.insert(format!("no specialist may ask {} {path}", of("method")));
            continue;
        };
        let scope = |task: &&str| SCOPES.iter().any(|(name, routes)| *name == *task && routes.contains(route));
        let own = *route == PROFILE_ROUTE && path.ends_with(&told.answer.customer_id);
        let of_prompt = own && query.replace("%2C", ",") == of_person;
        if !of_prompt && !tasks.iter().any(scope) {
            found.insert(format!("{route} is not in the scope of {tasks:?}"));
        }
        let mut given = pairs(query);
        if let Ok(Value::Object(body)) = serde_json::from_str::<Value>(of("body")) {
            given.extend(
                body.into_iter()
                    .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned))),
            );
        }
        for (name, value) in &given {
            if !allowed.contains(&name.as_str()) {
                found.insert(format!("{route} is asked with {name}"));
            }
            if name == "customer_id" && *value != told.answer.customer_id {
                found.insert(format!("{route} is asked about another customer"));
            }
            if name == "fields" {
                found.extend(
                    value
                        .split(',')
                        .filter(|field| !(PROFILE.contains(field) || of_prompt && PERSON.contains(field)))
                        .map(|field| format!("{route} is asked for {field}")),
                );
            }
        }
        if *route == PROFILE_ROUTE && !path.ends_with(&told.answer.customer_id) {
            found.insert(format!("{route} is asked about another customer"));
        }
    }
    found.into_iter().collect()
}

fn fits(route: &str, path: &str) -> bool {
    match route.strip_suffix("{id}") {
        Some(before) => path.strip_prefix(before).is_some_and(|id| !id.is_empty() && !id.contains('/')),
        None => route == path,
    }
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    };
    query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect()
}

/// A percent-encoded text as it was before.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let hex: String = if byte == b'%' { rest.by_ref().take(2).map(char::from).collect() } else { String::new() };
        bytes.push(u8::from_str_radix(&hex, 16).unwrap_or(byte));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Where something of a customer's profile is that should be in the vault only: in a request to a source or to the
/// model, or in the journal.
pub(crate) fn of_privacy(told: &Told, requests: &[&Value], customer: &Customer) -> Vec<String> {
    let secrets = secrets(customer);
    let journal = told.lines.join("\n");
    let mut places = vec![("the journal", journal)];
    for request in requests {
        let of = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default();
        let place = if of("path") == "/v1/messages" { "a request to the model" } else { "a request to a source" };
        places.push((place, format!("{} {}", decoded(of("path")), of("body"))));
    }
    let mut found = BTreeSet::new();
    for (place, text) in &places {
        let text = text.to_lowercase();
        for (field, secret) in secrets.iter().filter(|(_, secret)| text.contains(&secret.to_lowercase())) {
            found.insert(format!("{field} of the profile ({secret}) is in {place}"));
        }
    }
    found.into_iter().collect()
}

/// What identifies a customer, in the ways in which it is written.
fn secrets(customer: &Customer) -> Vec<(&str, String)> {
    let text = |name: &str| customer.fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut secrets: Vec<(&str, String)> = ["name", "email", "phone", "address", "date_of_birth", "tax_id"]
        .into_iter()
        .filter_map(|name| Some((name, text(name)?)))
        .collect();
    if let Some((first, last)) = text("name").as_deref().and_then(|name| name.split_once(' ')) {
        secrets.push(("name", format!("{last}, {first}")));
    }
    let number = customer.fields.get("id_document").and_then(|document| document.get("number")?.as_str());
    secrets.extend(number.map(|number| ("id_document", number.to_owned())));
    secrets
}
