//! The scripted bank: what each source says, in order; the last reply is said again and again.

use std::collections::{BTreeMap, VecDeque};

use case::{
    entry::{Answer, Failure, Question},
    label::Label,
};
use serde_json::{Value, json};

use super::{call, reference, sealed, share};

/// What a source says to one ask.
#[derive(Clone)]
pub(crate) enum Reply {
    /// A body, to be read as the host reads it.
    Json(Value),
    /// An answer as it is.
    Answer(Answer),
    /// Nothing, ever.
    Silence,
}

/// Replies by step: `transactions`, `policy`, `claude`, `act`, ...
#[derive(Clone)]
pub(crate) struct Bank {
    replies: BTreeMap<&'static str, VecDeque<Reply>>,
}

pub(crate) fn failed(failure: Failure) -> Answer {
    Answer::Failed { failure, retry_after_ms: None, call: None, took_ms: 3 }
}

pub(crate) fn opinion(label: Label, percent: u32) -> Reply {
    Reply::Answer(Answer::Opinion {
        label,
        confidence: share(percent),
        reason: sealed("a reason"),
        call: call(Some(500_000)),
    })
}

/// A transaction: `id day amount merchant`, for example `tx1 2026-11-20 1299 mer_streamly`.
pub(crate) fn charge(line: &str) -> Value {
    let [id, day, amount, merchant] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
    json!({
        "id": id, "customer_id": "cus_ada", "booked_at": format!("{day}T09:30:00Z"),
        "amount_minor": amount.parse::<i64>().unwrap(), "currency": "USD", "direction": "debit",
        "kind": "card_payment", "status": "posted", "descriptor": format!("{}*SUBSCRIPTION", merchant.to_uppercase()),
        "merchant_id": merchant, "related": null
    })
}

/// The same with some fields changed.
pub(crate) fn with(mut row: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

/// A US current account, a year and a half old.
pub(crate) fn account(changes: Value) -> Value {
    let row = json!({
        "id": "acc_1", "customer_id": "cus_ada", "product": "current", "country": "US", "currency": "USD",
        "opened_on": "2025-05-02", "first_deposit_on": "2025-05-06",
        "cards": [{"id": "card_1", "last4": "0000", "network": "visa", "status": "active"}],
        "statements": [{"period_end": "2026-10-31", "sent_on": "2026-11-02"}]
    });
    with(row, changes)
}

pub(crate) fn payment(changes: Value) -> Value {
    let row = json!({
        "id": "pay_1", "customer_id": "cus_ada", "amount_minor": 25_000, "currency": "EUR",
        "created_at": "2026-11-19T08:00:00Z", "iso20022_status": null, "status_reason": null, "ach_return": null
    });
    with(row, changes)
}

/// A profile that holds everything, of an American.
pub(crate) fn profile(changes: Value) -> Value {
    let document = json!({"type": "passport", "number": "X91827364", "country": "US", "expires": "2031-05-01"});
    let whole = json!({
        "name": "Ada Canaria", "date_of_birth": "1990-01-13", "address": "1 Canary Row, Springfield",
        "country": "US", "nationality": "US", "tax_id": "987654320", "id_document": document
    });
    json!({"customer_id": "cus_ada", "fields": with(whole, changes)})
}

impl Bank {
    /// A bank where everything works and the ledger shows these rows.
    pub(crate) fn with_ledger(rows: &[Value]) -> Self {
        let identity = profile(json!({}));
        let bank = Self { replies: BTreeMap::new() };
        bank.say("transactions", &[ledger(rows)])
            .say("merchants", &[json!({"merchants": [{"id": "mer_streamly", "name": "Canary Streamly"}]})])
            .say("policy", &[json!({"passages": [{"id": "pol_1", "text": "Canary policy."}]})])
            .say("risk", &[json!({"score": 120, "band": "low", "reasons": [{"code": "usual_place"}]})])
            .say("profile", &[identity])
            .say("accounts", &[json!({"accounts": [account(json!({}))], "next": null})])
            .say("payments", &[json!({"payments": [payment(json!({"iso20022_status": "ACSP"}))]})])
            .answer("act", &[Answer::Done { reference: Some(reference("done_1")), took_ms: 9 }])
            .reply("claude", &[opinion(Label::DisputeSummary, 90)])
    }

    /// The bank of the sample: one subscription, charged twice.
    pub(crate) fn charged_twice() -> Self {
        Self::with_ledger(&[
            charge("tx1 2026-11-20 1299 mer_streamly"),
            charge("tx2 2026-11-20 1299 mer_streamly"),
            charge("tx3 2026-11-02 460 mer_coffee"),
        ])
    }

    pub(crate) fn reply(mut self, step: &'static str, replies: &[Reply]) -> Self {
        self.replies.insert(step, replies.iter().cloned().collect());
        self
    }

    pub(crate) fn say(self, step: &'static str, bodies: &[Value]) -> Self {
        let replies: Vec<Reply> = bodies.iter().cloned().map(Reply::Json).collect();
        self.reply(step, &replies)
    }

    pub(crate) fn answer(self, step: &'static str, answers: &[Answer]) -> Self {
        let replies: Vec<Reply> = answers.iter().cloned().map(Reply::Answer).collect();
        self.reply(step, &replies)
    }

    /// One source that fails in this way, whenever it is asked.
    pub(crate) fn down(self, step: &'static str, failure: Failure) -> Self {
        self.answer(step, &[failed(failure)])
    }

    /// The next reply to a question.
    pub(crate) fn next(&mut self, question: &Question) -> Reply {
        let step = match question {
            Question::Triage { .. } => "claude",
            Question::Draft { .. } => "draft",
            Question::Extract { .. } => "extract",
            Question::Lookup(lookup) => lookup.step(),
            Question::Consult(_) => "finding",
            Question::Act { .. } | Question::Letter { .. } => "act",
        };
        let replies = self.replies.get_mut(step).unwrap();
        if replies.len() > 1 { replies.pop_front().unwrap() } else { replies.front().cloned().unwrap() }
    }
}

pub(crate) fn ledger(rows: &[Value]) -> Value {
    json!({ "transactions": rows, "next": null })
}
