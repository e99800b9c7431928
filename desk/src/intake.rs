//! Intake: a request or message becomes an entry. Personal data is replaced by tokens, the words are read by the local
//! tier and by fixed rules, and everything that was said is sealed.

use case::{
    actor::Actor,
    case::{CORE, Case},
    entry::{Message, Opened, Speaker, Words},
    identity::{Identity, extract},
    ids::{Reference, Subject},
    label::{Label, Ppm},
    local::LocalModel,
    narrative::Narrative,
    pii::TokenMap,
    rules::Rulebook,
    settings::Settings,
    time::Millis,
    triage::steering,
};
use serde_json::Value;

use crate::{
    ask_claude,
    file::Decision,
    ports::{CaseKey, Grant, Outside, Sealed},
    problem::{Code, Problem},
    request::{MessageBody, Preferences, Request},
    setup::Setup,
    ticket::Mark,
    vault::{CaseVault, Doc},
};

/// The fingerprint by which a repeated request is told from another one under the same idempotency key.
#[must_use]
pub fn fingerprint(vault: &CaseVault, body: &[u8]) -> case::ids::Digest {
    vault.fingerprint(&canonical(body))
}

/// What a message or command has in common with its repetition: who says it, under which key, and what.
#[must_use]
pub fn repetition(by: &Subject, key: &str, body: &[u8]) -> String {
    serde_json::json!([by, key, canonical(body)]).to_string()
}

/// Equal objects are equal requests, whatever the order of their fields or their spaces.
fn canonical(body: &[u8]) -> String {
    let parsed: Option<Value> = serde_json::from_slice(body).ok();
    parsed.map_or_else(String::new, |mut value| {
        value.sort_all_objects();
        value.to_string()
    })
}

/// Opens a case.
///
/// # Errors
/// A [`Problem`] where the vault refuses.
pub fn open(
    outside: &impl Outside,
    setup: &Setup,
    key: &CaseKey,
    grant: &Grant,
    (request, preferences, body): (&Request, &Preferences, &[u8]),
    vault: &CaseVault,
    at: Millis,
) -> Result<(Case, Decision), Problem> {
    let caller = request.caller.as_ref();
    let note = caller.and_then(|(_, reason)| reason.clone());
    let mut tokens = TokenMap::new();
    let mark = Mark::of(vault, &grant.actor.subject, preferences.idempotency_key.as_deref(), body);
    let (text, documents, model) = (request.text.as_str(), request.documents.as_slice(), setup.local_model());
    let settings = setup.settings(&key.tenant);
    let promised_error = settings.triage.promised_error;
    let said = Said { text, documents, caller_reason: note, mark: Some(mark), model, promised_error, at };
    let (words, sealed, text) = read_words(outside, vault, &mut tokens, said)?;
    let reserve_nano_dollars = ask_claude::triage_nano_dollars(&settings, &text);
    let reserve_writing_nano_dollars = ask_claude::writing_nano_dollars(&settings);
    // Whether a change is dated in the future can only be said on the day.
    let dated = settings.rules.check_on(at.date());
    let rules = dated.and_then(|()| Rulebook::current(&settings.rules));
    let rules = rules.map_err(|problem| Problem::new(Code::Rules, problem.to_string()))?;
    let opened = Opened {
        core: CORE,
        tenant: key.tenant.clone(),
        case: key.case.clone(),
        by: grant.actor.clone(),
        settings_hash: settings.hash(),
        settings,
        rules: rules.pins(),
        sandbox: setup.sandbox,
        fingerprint: fingerprint(vault, body),
        customer: request.customer.clone(),
        transaction: request.transaction.clone(),
        payment: request.payment.clone(),
        external_id: request.external_id.clone(),
        channel: request.channel.clone(),
        agent_system: preferences.agent_system.clone(),
        trace: Some(preferences.trace.clone().unwrap_or_else(|| new_trace(outside))),
        caller: caller.map(|(scored, _)| *scored),
        words,
        reserve_nano_dollars,
        reserve_writing_nano_dollars,
    };
    let (case, step) = Case::open(opened, at);
    Ok((case, Decision { step, sealed: vec![sealed] }))
}

/// How a message came, so that it is known when it comes again.
#[derive(Debug, Default)]
pub struct Told<'a> {
    /// Its idempotency key, of [`repetition`].
    pub key: Option<&'a str>,
    /// Its mark, where it came as a request of the case's ticket.
    pub mark: Option<Mark>,
}

/// Words as they came.
struct Said<'a> {
    text: &'a str,
    documents: &'a [Value],
    caller_reason: Option<String>,
    mark: Option<Mark>,
    model: &'a LocalModel,
    /// What is promised of the local tier's decisions, as the case is pinned to it.
    promised_error: Ppm,
    at: Millis,
}

/// Reads a message. `tokens` are the case's so far: the same value keeps its token through the whole conversation.
///
/// # Errors
/// A [`Problem`] where the role may not speak for an analyst, or the vault refuses.
pub fn message(
    (outside, setup, settings): (&impl Outside, &Setup, &Settings),
    vault: &CaseVault,
    mut tokens: TokenMap,
    actor: &Actor,
    body: &MessageBody,
    told: Told<'_>,
    at: Millis,
) -> Result<(Message, Sealed), Problem> {
    if !body.from_customer && !actor.role.decides() {
        return Err(Problem::of(Code::Role, "from", "Only analysts post analysts' messages."));
    }
    let (text, documents, model) = (body.text.as_str(), body.documents.as_slice(), setup.local_model());
    let promised_error = settings.triage.promised_error;
    let said = Said { text, documents, caller_reason: None, mark: told.mark, model, promised_error, at };
    let (words, sealed, _) = read_words(outside, vault, &mut tokens, said)?;
    let from = if body.from_customer { Speaker::Customer } else { Speaker::Analyst };
    let key = told.key.map(|key| vault.fingerprint(key));
    Ok((Message { by: actor.clone(), from, words, key }, sealed))
}

fn read_words(
    outside: &impl Outside,
    vault: &CaseVault,
    tokens: &mut TokenMap,
    said: Said<'_>,
) -> Result<(Words, Sealed, String), Problem> {
    let documents = said.documents;
    let (text, identity) = without_personal_data(tokens, said.text, documents);
    let caller_reason = said.caller_reason.map(|reason| tokens.tokenise(&reason));
    let reading = said.model.read_for(&text, said.promised_error);
    let label = reading.scores.first().map_or(Label::Other, |scored| scored.label);
    let revealed = tokens.pairs().map(|(token, value)| (token.to_owned(), value.reveal("sealing").clone()));
    let doc = Doc::Words {
        tokens: revealed.collect(),
        cues: said.model.cues(&text, label),
        caller_reason,
        documents: documents.to_vec(),
        mark: said.mark,
        text: text.clone(),
    };
    let sealed = vault.seal_known(doc, outside)?;
    let words = Words {
        sealed: sealed.hash.clone(),
        reading,
        narrative: Narrative::read(&text, said.at.date()),
        documents: u32::try_from(documents.len()).unwrap_or(u32::MAX),
        identity,
        steering: steering::is_steering(&text),
    };
    Ok((words, sealed, text))
}

/// A text as triage reads it, where nothing was said before: for those who ask what triage would say.
#[must_use]
pub fn as_read(text: &str) -> String {
    without_personal_data(&mut TokenMap::new(), text, &[]).0
}

/// A text with tokens in the place of personal data, and who the customer says to be. Labelled numbers are taken out last:
/// identity is read from them.
fn without_personal_data(tokens: &mut TokenMap, text: &str, documents: &[Value]) -> (String, Identity) {
    let text = tokens.tokenise(text);
    let identity = Identity::read(&text, documents);
    let text = tokens.take_out(&text, &extract::numbers(&text));
    (text, identity)
}

fn new_trace(outside: &impl Outside) -> Reference {
    let mut bytes = [0; 16];
    outside.random(&mut bytes);
    Reference::plain(&data_encoding::HEXLOWER.encode(&bytes))
}
