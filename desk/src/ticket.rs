//! One ticket of the operator's, one case: what becomes of a request whose `external_id` has a case already.
//!
//! The case's id follows from the ticket, so nothing is searched for. What was sent before changes nothing; other words
//! are the customer's next message. Nothing is decided here about what follows from it.

use case::{
    actor::Role,
    command,
    entry::{Command, Reasoned},
    ids::{Digest, Reference, Subject},
};
use serde::{Deserialize, Serialize};

use crate::{
    entering::Entering,
    file::{Decision, Desk},
    intake,
    ports::{CaseHost, HostError, ModelHost, Outside, TenantHost},
    problem::{Code, Problem},
    request::{MessageBody, Preferences, Request},
    vault::{CaseVault, Doc, VaultError},
};

/// How often a request is looked at again because the case went on meanwhile.
const ATTEMPTS: u32 = 32;

/// How a request reached its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reached {
    /// It opened the case.
    New,
    /// It opened the case when it was sent before, under the same idempotency key.
    Again,
    /// The ticket's case is there, and was told this before.
    Known,
    /// The ticket's case is there, and was told something new.
    Further,
}

/// What a request leaves with its words, so that it is known when it comes again. It lies sealed with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// A keyed hash of the subject and its idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<Digest>,
    /// A keyed hash of the body.
    request: Digest,
}

impl Mark {
    /// The mark of a request.
    #[must_use]
    pub fn of(vault: &CaseVault, by: &Subject, key: Option<&str>, body: &[u8]) -> Self {
        let key = key.map(|key| vault.fingerprint(&serde_json::json!([by, key]).to_string()));
        Self { key, request: intake::fingerprint(vault, body) }
    }
}

/// What is known of a ticket's case at one moment.
struct Seen {
    by: Subject,
    customer: Option<Reference>,
    words: Vec<Digest>,
    vault: Option<CaseVault>,
}

/// Brings a request to its ticket's case, which is there.
pub(crate) async fn go_on<H: CaseHost + Outside + ModelHost + TenantHost>(
    desk: &Desk<H>,
    entering: &Entering,
    request: &Request,
    preferences: &Preferences,
    body: &[u8],
) -> Result<Reached, Problem> {
    for _ in 0..ATTEMPTS {
        match take(desk, entering, request, preferences, body).await {
            // Something else came first, perhaps this very request: look again.
            Err(Problem { code: Code::Changed, field: None, .. }) => {}
            reached => return reached,
        }
    }
    Err(HostError::Stale.into())
}

async fn take<H: CaseHost + Outside + ModelHost + TenantHost>(
    desk: &Desk<H>,
    entering: &Entering,
    request: &Request,
    preferences: &Preferences,
    body: &[u8],
) -> Result<Reached, Problem> {
    let (key, actor) = (entering.key(), &entering.grant.actor);
    let seen = desk.look(&key, seen).await?;
    if actor.role == Role::Submitter && seen.by != actor.subject {
        let remedy = "Another submitter opened the case of this ticket. Use that key, or an analyst's.";
        return Err(Problem::of(Code::Ticket, "external_id", remedy));
    }
    let vault = seen.vault.as_ref().ok_or(VaultError::Erased)?;
    let mark = Mark::of(vault, &actor.subject, preferences.idempotency_key.as_deref(), body);
    if let Some(reached) = known(desk, entering, &seen.words, vault, &mark).await? {
        return Ok(reached);
    }
    let named = request.customer.as_ref();
    if named.zip(seen.customer.as_ref()).is_some_and(|(named, customer)| named != customer) {
        let remedy = "The case of this ticket is another customer's. Open a ticket for each customer.";
        return Err(Problem::of(Code::Ticket, "customer_id", remedy));
    }
    let identify = named.filter(|_| seen.customer.is_none());
    let identify = identify.map(|customer| Command::Identify { customer: customer.clone() });
    let (newest, tokens) = desk.tokens(&key).await?;
    if newest.as_ref() != seen.words.last() {
        return Err(HostError::Stale.into());
    }
    let message = MessageBody { from_customer: true, text: request.text.clone(), documents: request.documents.clone() };
    let decided = desk.decide(&key, |open, at| {
        if open.case.state().words.last().map(|words| &words.1) != newest.as_ref() {
            return Err(HostError::Stale.into());
        }
        let vault = open.vault.as_ref().ok_or(VaultError::Erased)?;
        let how = intake::Told { key: None, mark: Some(mark.clone()) };
        let (message, sealed) = intake::message(
            (&*desk.host, &desk.setup, &open.case.state().opened.settings),
            vault,
            tokens.clone(),
            actor,
            &message,
            how,
            at,
        )?;
        // Checked before anything is written: either both happen or neither.
        let identified = identify.clone().map(Reasoned::from);
        identified.iter().try_for_each(|identify| command::check(open.case.state(), actor, identify, at))?;
        let mut step = open.case.message(message, at)?;
        if let Some(identify) = identify.clone() {
            let identified = open.case.command(actor.clone(), identify, None, at)?;
            step.lines.extend(identified.lines);
            step.asks.extend(identified.asks);
        }
        Ok(Decision { step, sealed: vec![sealed] })
    });
    decided.await.map(|_| Reached::Further)
}

fn seen(open: &crate::file::OpenCase) -> Seen {
    let state = open.case.state();
    Seen {
        by: state.opened.by.subject.clone(),
        customer: state.customer.clone(),
        words: state.words.iter().map(|words| words.1.clone()).collect(),
        vault: open.vault.clone(),
    }
}

/// Whether the case was told this before; an idempotency key must come with the body it came with then.
async fn known<H: CaseHost + Outside + ModelHost + TenantHost>(
    desk: &Desk<H>,
    entering: &Entering,
    words: &[Digest],
    vault: &CaseVault,
    mark: &Mark,
) -> Result<Option<Reached>, Problem> {
    let mut reached = None;
    for (place, hash) in words.iter().enumerate() {
        let doc = desk.document(&entering.key(), Some(vault), hash).await;
        let Some(Doc::Words { mark: Some(before), .. }) = doc.as_deref() else { continue };
        let same = before.request == mark.request;
        if mark.key.is_some() && before.key == mark.key {
            let again = if place == 0 { Reached::Again } else { Reached::Known };
            let other = "Choose a new key for a new request, or send the first request again unchanged.";
            return if same { Ok(Some(again)) } else { Err(Problem::of(Code::OtherRequest, "Idempotency-Key", other)) };
        }
        if same {
            reached = Some(Reached::Known);
        }
    }
    Ok(reached)
}
