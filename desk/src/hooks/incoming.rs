//! Webhooks in, `POST /v1/hooks/{key}`: a system of the operator's tells a case that documents arrived, that the customer
//! answered, or that a payment changed.
//!
//! Who tells is known by a signature of the Standard Webhooks scheme, and what is told is believed no further than anybody
//! else's word: a message is read as every message, and a payment that changed is looked up. What is sent again under its
//! id changes nothing.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use case::{
    entry::Notice,
    ids::{CaseId, Reference},
    source::Source,
};
use serde_json::{Map, Value, json};

use super::secret::HookSignature;
use crate::{
    caller,
    file::{Decision, Desk},
    intake,
    ports::{CaseHost, Grant, ModelHost, Outside, TenantHost},
    problem::{Code, Problem},
    request::{MessageBody, Preferences, check_content_type, object, reference},
    routes::{Answer, answer, entering, may_see, take_words},
    vault::VaultError,
};

/// What a system may tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incoming {
    /// Documents arrived.
    Documents,
    /// The customer answered.
    Answered,
    /// A payment or transaction changed.
    Payment,
}

impl Incoming {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Documents, Self::Answered, Self::Payment];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Documents => "documents.arrived",
            Self::Answered => "customer.answered",
            Self::Payment => "payment.changed",
        }
    }
}

/// What the words of a message say that brings documents and nothing else.
const ARRIVED: &str = "Documents arrived.";

fn read(body: &[u8]) -> Result<(Incoming, Map<String, Value>), Problem> {
    let mut body = object(body)?;
    let name = body.get("type").and_then(Value::as_str);
    let name = name.ok_or_else(|| Problem::of(Code::Field, "type", "`type` is missing, or not a text."))?;
    let known = Incoming::ALL.into_iter().find(|kind| kind.name() == name);
    let kind = known.ok_or_else(|| {
        let names = Incoming::ALL.map(Incoming::name).join(", ");
        Problem::of(Code::UnknownEvent, "type", format!("`type` must be one of: {names}."))
    })?;
    match body.remove("data") {
        Some(Value::Object(data)) => Ok((kind, data)),
        Some(_) | None => Err(Problem::of(Code::Field, "data", "`data` must be an object.")),
    }
}

/// Which case is told: the one that is named, or that of a ticket.
pub(crate) fn destination(grant: &Grant, body: &[u8]) -> Result<CaseId, Problem> {
    let (_, data) = read(body)?;
    match (data.get("case_id").and_then(Value::as_str), reference(&data, "external_id")?) {
        (Some(id), _) => CaseId::parse(id).map_err(|_| Problem::no_case()),
        (None, Some(ticket)) => Ok(CaseId::from_ticket(&grant.tenant, &ticket)),
        (None, None) => {
            Err(Problem::of(Code::Field, "case_id", "`data` must name a case by `case_id` or by `external_id`."))
        }
    }
}

/// Tells a case. The front has verified the signature.
pub(crate) async fn take_hook<H: CaseHost + Outside + ModelHost + TenantHost>(
    State(desk): State<Desk<H>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let entering = entering(&headers)?;
    check_content_type(&headers)?;
    let (kind, data) = read(&body)?;
    let id = HookSignature::read(&headers).map_err(caller::bad_hook)?.id;
    may_see(&desk, &entering).await?;
    let key = entering.key();
    let actor = &entering.grant.actor;
    // Its id alone says that it was sent before, whatever else is in it.
    let repetition = intake::repetition(&actor.subject, &format!("webhook {id}"), &[]);
    let read = Preferences::read(&headers)?;
    let preferences = Preferences { idempotency_key: Some(repetition.clone()), if_match: None, ..read };
    match kind {
        Incoming::Answered => take_words(&desk, &entering, &words(&data, true)?, &preferences).await?,
        Incoming::Documents => {
            if data.get("documents").and_then(Value::as_array).is_none_or(Vec::is_empty) {
                return Err(Problem::of(Code::Document, "documents", "`documents` must name one document or more."));
            }
            // Somebody who works cases has opened the post; anybody else hands on what the customer sent.
            let words = words(&said(data), !actor.role.decides())?;
            take_words(&desk, &entering, &words, &preferences).await?;
        }
        Incoming::Payment => {
            let about: Option<Reference> = reference(&data, "payment_id")?;
            let told = desk.decide(&key, |open, at| {
                let vault = open.vault.as_ref().ok_or(VaultError::Erased)?;
                let notice = Notice {
                    by: actor.clone(),
                    source: Source::Ledger,
                    about: about.clone(),
                    key: Some(vault.fingerprint(&repetition)),
                };
                Ok(Decision { step: open.case.notify(notice, at)?, sealed: Vec::new() })
            });
            told.await?;
        }
    }
    let (seq, head) = desk.look(&key, |open| (open.case.head().seq, open.case.head().hash.clone())).await?;
    Ok(answer(StatusCode::OK, &json!({ "case_id": key.case, "seq": seq, "head_hash": head })))
}

/// The same data with the words that documents come with.
fn said(mut data: Map<String, Value>) -> Map<String, Value> {
    data.insert("text".to_owned(), ARRIVED.into());
    data
}

fn words(data: &Map<String, Value>, from_customer: bool) -> Result<MessageBody, Problem> {
    let mut body = data.clone();
    body.insert("from".to_owned(), if from_customer { "customer" } else { "analyst" }.into());
    MessageBody::read(Value::Object(body).to_string().as_bytes())
}
