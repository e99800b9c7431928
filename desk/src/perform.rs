//! Performing an ask: one attempt, one answer. Retrying is not decided here; the case does that.
//!
//! What comes back is untrusted. It is read into facts or an opinion, and the plaintext is sealed; a reply that cannot
//! be read is a failure, never an error of ours.

use bytes::Bytes;
use case::{
    case::Ready,
    draft::{self, fields::Sheet, prompt::Brief},
    entry::{Answer, Failure, Question},
    facts,
    ids::{AskId, Reference, TenantId},
    narrative::Heard,
    pii::{Person, Veiled},
    source::Lookup,
    state::{Proposed, State},
    time::Millis,
};
use http::Method;
use serde_json::json;

use crate::{
    act,
    agents::{self, Order},
    ask_claude,
    breaker::Turn,
    model_gate,
    paging::read_pages,
    ports::{ModelHost, Outside, Sealed, Target, TenantHost},
    send::NoReply,
    setup::Setup,
    vault::{CaseVault, Doc},
};

/// The largest reply once it is sealed, in bytes: a row of a Durable Object holds 2 MB.
const SEALED_BYTES: usize = 1_990_000;
/// The longest that one attempt may take whatever the settings say, in milliseconds.
const ATTEMPT_MS: i64 = 600_000;

/// The share by which the time that a target is left alone is made longer, at most, for each of those who wait.
const SPREAD: i64 = 5;

/// By how many bytes words may grow where tokens stand in the place of short names.
pub(crate) const VEIL_BYTES: usize = 256;

/// What an ask needs to know, copied so that the case is not locked while the outside is slow.
pub struct Job {
    /// The ask.
    pub ready: Ready,
    /// What the customer said so far, with tokens: to compare with, and for nobody else to read.
    heard: Heard,
    /// The same as a model may see it, a line each, without the customer's name and address; `None` where it may see
    /// nothing.
    pub words: Option<String>,
    /// Why no words of the customer's may be shown.
    withheld: Option<NoReply>,
    /// The proposal to execute, for an action.
    pub proposed: Option<Proposed>,
    /// What Claude is shown, for a summary.
    pub brief: Option<Brief>,
    /// What a remote agent is sent, where one is asked.
    pub order: Option<Order>,
    /// The words of a letter that is sent.
    pub letter: Option<String>,
    /// The texts in which Claude looks for identity fields.
    pub sheets: Vec<Sheet>,
    /// The same as Claude is shown them; `None` where it may see nothing.
    pub veiled: Option<Veiled>,
    /// Whose case it is.
    pub customer: Option<Reference>,
    /// The trace id.
    pub trace: Option<Reference>,
    /// Room for the model's answer.
    pub max_tokens: u32,
    /// Whether the case is worked with the sandbox bank.
    pub sandbox: bool,
    /// To whom the case belongs.
    pub tenant: TenantId,
    /// Whether only one case of the tenant moves money about a charge.
    pub one_case_per_charge: bool,
    /// The most that this attempt can cost, in nano-dollars.
    pub reserve_nano_dollars: u64,
}

/// What the customer said, read for one ask.
#[derive(Default)]
pub struct Said {
    /// The words, and the identity fields in them and in documents.
    pub heard: Heard,
    /// The texts in which Claude looks for identity fields, where it is asked for those.
    pub sheets: Vec<Sheet>,
    /// The words of a letter, where one is sent.
    pub letter: Option<String>,
}

/// An answer with what was sealed for it.
pub struct Performed {
    /// The answer.
    pub answer: Answer,
    /// New ciphertexts that it names.
    pub sealed: Vec<Sealed>,
}

impl Job {
    /// A job for an ask of a case.
    #[must_use]
    pub(crate) fn new(state: &State, ready: Ready, said: Said, person: Result<Person, NoReply>) -> Self {
        let Said { heard, sheets, letter } = said;
        let texts: Vec<String> = heard.texts.iter().map(|(_, text)| text.clone()).collect();
        let withheld = person.as_ref().err().copied();
        let words = person.as_ref().map(|person| person.veil(&texts).texts).ok();
        let in_sheets: Vec<String> = sheets.iter().map(|sheet| sheet.text.clone()).collect();
        let veiled = person.ok().map(|person| person.veil(&in_sheets));
        let proposed = match &ready.question {
            Question::Act { proposal } => state.proposed(proposal).cloned(),
            Question::Letter { .. }
            | Question::Triage { .. }
            | Question::Draft { .. }
            | Question::Extract { .. }
            | Question::Lookup(_)
            | Question::Consult(_) => None,
        };
        let brief = match &ready.question {
            Question::Draft { proposal, .. } => {
                words.as_ref().and_then(|words| draft::prompt::brief(state, proposal, words))
            }
            Question::Act { .. }
            | Question::Letter { .. }
            | Question::Triage { .. }
            | Question::Extract { .. }
            | Question::Lookup(_)
            | Question::Consult(_) => None,
        };
        let settings = &state.opened.settings;
        let max_tokens = match &ready.question {
            Question::Draft { .. } | Question::Extract { .. } => settings.writing.max_tokens,
            Question::Triage { .. }
            | Question::Lookup(_)
            | Question::Consult(_)
            | Question::Act { .. }
            | Question::Letter { .. } => settings.triage.max_tokens,
        };
        // What a call can cost was reserved for the words as they came, and some room.
        let room = heard.joined().len() + VEIL_BYTES;
        let words = words.map(|words| cut(words.join("\n"), room));
        let order = Order::new(state, &ready, &heard, words.as_deref());
        Self {
            words,
            withheld,
            heard,
            proposed,
            brief,
            order,
            letter,
            sheets,
            veiled,
            customer: state.customer.clone(),
            trace: state.opened.trace.clone(),
            max_tokens,
            sandbox: state.opened.sandbox,
            tenant: state.opened.tenant.clone(),
            one_case_per_charge: settings.desk.as_ref().is_some_and(|desk| desk.one_case_per_charge),
            reserve_nano_dollars: state.asks.get(&ready.id).map_or(0, |ask| ask.reserve_nano_dollars),
            ready,
        }
    }

    /// A W3C `traceparent`: the case's trace, and a span for this attempt.
    pub(crate) fn traceparent(&self) -> Option<String> {
        traceparent(self.trace.as_ref(), &self.ready)
    }

    /// Whether this was asked for before.
    pub(crate) const fn turn(&self) -> Turn {
        Turn::of_attempt(self.ready.attempt)
    }

    /// The trace and the ask, by which a request says whose it is.
    pub(crate) const fn asker(&self) -> (Option<&Reference>, &Ready) {
        (self.trace.as_ref(), &self.ready)
    }
}

/// As much of a text as fits into so many bytes.
fn cut(mut text: String, bytes: usize) -> String {
    text.truncate(text.floor_char_boundary(bytes));
    text
}

fn traceparent(trace: Option<&Reference>, ready: &Ready) -> Option<String> {
    let span = case::ids::Digest::of(format!("{}#{}", ready.id, ready.attempt).as_bytes());
    Some(format!("00-{}-{}-01", trace?, span.as_str().get(..16)?))
}

/// Performs one attempt at an ask.
pub async fn perform(
    outside: &(impl Outside + ModelHost + TenantHost),
    setup: &Setup,
    vault: &CaseVault,
    job: &Job,
) -> Performed {
    let started = outside.now();
    let limit_ms = u64::try_from(job.ready.until.since(started).clamp(1, ATTEMPT_MS)).unwrap_or(1);
    let mut performed = match &job.ready.question {
        // Claude's failures are said where they are known better.
        Question::Triage { .. } | Question::Draft { .. } | Question::Extract { .. } => {
            if let Some(NoReply { failure, retry_after_ms }) = job.withheld {
                return failed(outside, started, failure, retry_after_ms);
            }
            let hold = match model_gate::admit(outside, setup, job).await {
                Ok(hold) => hold,
                Err(NoReply { failure, retry_after_ms }) => return failed(outside, started, failure, retry_after_ms),
            };
            let performed = ask_model(outside, setup, vault, job, limit_ms).await;
            model_gate::settle(outside, hold, &performed.answer).await;
            return performed;
        }
        // A made-up customer is nobody at a real bank, and a real one nobody in the sandbox.
        Question::Lookup(_) | Question::Consult(_) | Question::Act { .. } | Question::Letter { .. }
            if job.sandbox != setup.sandbox =>
        {
            failed(outside, started, Failure::NotConfigured, None)
        }
        Question::Lookup(lookup) => match &job.order {
            Some(order) => agents::look_up(outside, setup, vault, job, (lookup, order), limit_ms).await,
            None => look_up(outside, setup, vault, job, lookup, limit_ms).await,
        },
        Question::Consult(_) => match &job.order {
            Some(order) => agents::consult(outside, setup, vault, job, order, limit_ms).await,
            None => failed(outside, started, Failure::NotConfigured, None),
        },
        Question::Act { .. } => act::act(outside, setup, job, limit_ms).await,
        Question::Letter { .. } => act::send_letter(outside, setup, job, limit_ms).await,
    };
    // The failure that opened a breaker says as well when the next attempt has a chance.
    if let Answer::Failed { failure: Failure::Unavailable | Failure::TimedOut, retry_after_ms, .. } =
        &mut performed.answer
        && let Some(rest_ms) = setup.breakers.rest_ms(target(job), outside.now())
    {
        // Not all that wait for it come at the same moment.
        let mut any = [0];
        outside.random(&mut any);
        let rest_ms = rest_ms + rest_ms / SPREAD * i64::from(any[0]) / 255;
        *retry_after_ms = Some(retry_after_ms.map_or(rest_ms, |asked| asked.max(rest_ms)));
    }
    // What is not configured is said once, by `/readyz`.
    if let Answer::Failed { failure, took_ms, .. } = &performed.answer
        && *failure != Failure::NotConfigured
    {
        let (ask, attempt) = (&job.ready.id, job.ready.attempt);
        tracing::warn!(%ask, attempt, ?failure, took_ms, "a source did not answer usably");
    }
    performed
}

/// One call of the model, whatever it is asked.
async fn ask_model(outside: &impl Outside, setup: &Setup, vault: &CaseVault, job: &Job, limit_ms: u64) -> Performed {
    match &job.ready.question {
        Question::Triage { .. } => ask_claude::triage(outside, setup, vault, job, limit_ms).await,
        Question::Draft { .. } => ask_claude::draft(outside, setup, vault, job, limit_ms).await,
        Question::Extract { .. } => ask_claude::extract(outside, setup, vault, job, limit_ms).await,
        Question::Lookup(_) | Question::Consult(_) | Question::Act { .. } | Question::Letter { .. } => {
            failed(outside, outside.now(), Failure::NotConfigured, None)
        }
    }
}

fn target(job: &Job) -> Target {
    match (&job.ready.question, &job.order) {
        (Question::Triage { .. } | Question::Draft { .. } | Question::Extract { .. }, _) => Target::Model,
        (Question::Lookup(_), Some(order)) => Target::Agent(order.agent),
        (Question::Lookup(lookup), None) => Target::Source(lookup.source()),
        (Question::Consult(asked), _) => Target::Agent(asked.agent),
        (Question::Act { .. } | Question::Letter { .. }, _) => Target::Actions,
    }
}

/// The failed answer.
pub(crate) fn failed(
    outside: &impl Outside,
    started: Millis,
    failure: Failure,
    retry_after_ms: Option<i64>,
) -> Performed {
    let took_ms = outside.now().since(started);
    Performed { answer: Answer::Failed { failure, retry_after_ms, call: None, took_ms }, sealed: Vec::new() }
}

async fn look_up(
    outside: &impl Outside,
    setup: &Setup,
    vault: &CaseVault,
    job: &Job,
    lookup: &Lookup,
    limit_ms: u64,
) -> Performed {
    let started = outside.now();
    let Some(first) = request(lookup, job) else {
        return failed(outside, started, Failure::Refused, None);
    };
    let target = Target::Source(lookup.source());
    let body = match read_pages(outside, setup, target, &first, (started, limit_ms), job.turn()).await {
        Ok(whole) => whole.to_string(),
        Err(NoReply { failure, retry_after_ms }) => return failed(outside, started, failure, retry_after_ms),
    };
    read_facts(outside, vault, job, lookup, body, started)
}

/// Reads a whole reply to a look-up into facts, and seals it.
pub(crate) fn read_facts(
    outside: &impl Outside,
    vault: &CaseVault,
    job: &Job,
    lookup: &Lookup,
    body: String,
    started: Millis,
) -> Performed {
    let facts = facts::read(lookup, body.as_bytes(), &job.heard);
    let reply = vault.seal(&Doc::Reply { body }, outside);
    match (facts, reply) {
        (Ok(facts), Ok(sealed)) if sealed.bytes.len() <= SEALED_BYTES => {
            let took_ms = outside.now().since(started);
            let answer = Answer::Facts { facts, reply: sealed.hash.clone(), took_ms };
            Performed { answer, sealed: vec![sealed] }
        }
        (Err(problem), _) => {
            tracing::warn!(ask = %job.ready.id, %problem, "a source's reply cannot be used");
            failed(outside, started, Failure::Unusable, None)
        }
        (Ok(_), Ok(_) | Err(_)) => failed(outside, started, Failure::Unusable, None),
    }
}

/// The request for a look-up's first page: what the source needs, and nothing else.
fn request(lookup: &Lookup, job: &Job) -> Option<http::Request<Bytes>> {
    let path = match lookup {
        Lookup::Transactions { customer, from, to } => {
            format!("/ledger/transactions?customer_id={customer}&from={from}&to={to}")
        }
        Lookup::Accounts { customer } => format!("/ledger/accounts?customer_id={customer}"),
        Lookup::Payments { customer, payment: None } => format!("/ledger/payments?customer_id={customer}"),
        Lookup::Payments { customer, payment: Some(payment) } => {
            format!("/ledger/payments/{payment}?customer_id={customer}")
        }
        Lookup::Profile { customer, fields } => {
            let fields: Vec<&str> = fields.iter().map(|field| field.name()).collect();
            format!("/profile/customers/{customer}?fields={}", fields.join(","))
        }
        Lookup::Risk { customer, transactions } => {
            let body = json!({ "customer_id": customer, "transaction_ids": transactions });
            return build(Method::POST, "/risk/score", Bytes::from(body.to_string()), job.asker(), None);
        }
        Lookup::Merchants => format!("/merchants?q={}", encode(&job.heard.merchant_query().join(" "))),
        Lookup::Policy { topic } => format!("/policy/passages?topic={}", topic.name()),
    };
    build(Method::GET, &path, Bytes::new(), job.asker(), None)
}

pub(crate) fn build(
    method: Method,
    path: &str,
    body: Bytes,
    (trace, ready): (Option<&Reference>, &Ready),
    key: Option<&AskId>,
) -> Option<http::Request<Bytes>> {
    let mut request = http::Request::builder().method(method).uri(path).header("accept", "application/json");
    if !body.is_empty() {
        request = request.header("content-type", "application/json");
    }
    if let Some(key) = key {
        request = request.header("idempotency-key", key.as_str());
    }
    if let Some(traceparent) = traceparent(trace, ready) {
        request = request.header("traceparent", traceparent);
    }
    request.body(body).ok()
}

/// Percent-encodes a query value: everything but letters, digits and `-_.~`.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&data_encoding::HEXUPPER.encode(&[byte]));
        }
    }
    encoded
}
