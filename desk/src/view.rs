//! A case as callers see it: the shapes of the contract, rendered from the state and from what the vault reveals.

mod care;
mod evidence;
pub(crate) mod language;
mod law;
mod question;
mod said;

use std::sync::Arc;

use case::{
    case::Rest,
    entry::{Answer, Basis, Outcome, Tier},
    identity::complete,
    ids::Digest,
    label::Scored,
    policy::{Proposal, Reason},
    settings::Mode,
    specialist,
    state::{Proposed, Standing, State, Track},
    summary::{self, Sentence},
    view_hash,
};
use serde_json::{Map, Value, json};

use crate::{
    file::{Desk, OpenCase},
    ports::{CaseHost, CaseKey, ModelHost, Outside, TenantHost},
    problem::Problem,
    reveal::Reading,
    row,
    vault::{CaseVault, Doc},
};

/// What a view needs of a case, copied so that the case is not locked meanwhile.
struct Seen {
    state: Arc<State>,
    rest: Rest,
    seq: u64,
    head: Digest,
    routed_to: &'static str,
    vault: Option<CaseVault>,
}

impl<H: CaseHost + Outside + ModelHost + TenantHost> Desk<H> {
    /// The case as answers to requests, messages and commands show it.
    ///
    /// # Errors
    /// Why the case cannot be read.
    pub async fn view(&self, key: &CaseKey) -> Result<Value, Problem> {
        let seen = self.look(key, seen).await?;
        Ok(self.view_of(key, &seen).await)
    }

    async fn view_of(&self, key: &CaseKey, seen: &Seen) -> Value {
        let words = self.document(key, seen.vault.as_ref(), &seen.state.opened.words.sealed).await;
        let reason = match &opinion_reason(&seen.state) {
            Some(hash) => self.document(key, seen.vault.as_ref(), hash).await,
            None => None,
        };
        let question = match &seen.state.question {
            Some(hash) => self.document(key, seen.vault.as_ref(), hash).await,
            None => None,
        };
        let draft = match &draft_of_lead(&seen.state) {
            Some(hash) => self.document(key, seen.vault.as_ref(), hash).await,
            None => None,
        };
        let mut view = Map::new();
        view.insert("case_id".to_owned(), json!(key.case));
        view.insert("seq".to_owned(), seen.seq.into());
        view.insert("head_hash".to_owned(), json!(seen.head));
        view.insert("opened_at".to_owned(), seen.state.opened_at.rfc3339().into());
        view.insert("updated_at".to_owned(), seen.state.now.rfc3339().into());
        if seen.state.opened.sandbox {
            view.insert("sandbox".to_owned(), true.into());
        }
        let mode = seen.state.opened.settings.mode;
        if mode != Mode::default() {
            view.insert("mode".to_owned(), json!(mode));
        }
        optional(&mut view, "customer_id", seen.state.customer.as_ref());
        optional(&mut view, "external_id", seen.state.opened.external_id.as_ref());
        optional(&mut view, "assignee", seen.state.assignee.as_ref());
        view.extend(care::shown(&seen.state));
        view.extend(self.letters(key, seen.vault.as_ref(), &seen.state).await);
        let disputed = self.disputed(key, seen).await;
        view.insert("text".to_owned(), words.as_deref().map_or(Value::Null, |doc| text_of(doc).into()));
        view.insert("classification".to_owned(), classification(seen, words.as_deref(), reason.as_deref()));
        view.insert(
            "orchestration".to_owned(),
            orchestration(seen, words.as_deref(), question.as_deref(), draft.as_deref()),
        );
        if let (false, Some(shown)) =
            (disputed.is_empty(), view.get_mut("orchestration").and_then(Value::as_object_mut))
        {
            shown.insert("readings".to_owned(), disputed.into());
        }
        Value::Object(view)
    }

    /// Which identity fields the fixed rules and Claude read differently, and by which names a person can see how.
    async fn disputed(&self, key: &CaseKey, seen: &Seen) -> Vec<Value> {
        let Some(vault) = seen.vault.as_ref() else { return Vec::new() };
        let readings = self.readings(key, vault, &seen.state).await;
        let shown = readings.into_iter().map(|Reading { field, document, names: [rules, claude], .. }| {
            let within = document.map_or_else(|| "case:request".to_owned(), |id| format!("document:{id}"));
            json!({ "field": field, "in": within, "rules": rules, "claude": claude })
        });
        shown.collect()
    }
}

/// What `POST /v1/requests` shows of a view: the answer, without the request.
#[must_use]
pub fn short(mut view: Value) -> Value {
    if let Some(view) = view.as_object_mut() {
        view.retain(|name, _| {
            matches!(name.as_str(), "case_id" | "seq" | "classification" | "orchestration" | "sandbox" | "mode")
        });
    }
    view
}

fn seen(open: &OpenCase) -> Seen {
    Seen {
        state: open.case.shared(),
        rest: open.case.rest(),
        seq: open.case.head().seq,
        head: open.case.head().hash.clone(),
        routed_to: row::routed_to(&open.case),
        vault: open.vault.clone(),
    }
}

fn optional(view: &mut Map<String, Value>, name: &str, value: Option<&impl ToString>) {
    if let Some(value) = value {
        view.insert(name.to_owned(), value.to_string().into());
    }
}

pub(crate) fn text_of(doc: &Doc) -> &str {
    match doc {
        Doc::Words { text, .. } | Doc::Reason { text } | Doc::Note { text } => text,
        Doc::Reply { body } => body,
        Doc::Draft { .. } | Doc::Found { .. } => "",
    }
}

/// The sealed summary of Claude's for the proposal that is shown: the one that its hash binds.
fn draft_of_lead(state: &State) -> Option<Digest> {
    let proposed = state.lead()?.proposals.last()?;
    if state.opened.settings.desk.is_some() {
        return proposed.draft.clone();
    }
    match &state.draft(proposed.proposal.id())?.standing {
        Standing::Answered(Answer::Drafted { draft, kept, .. }) if *kept > 0 => Some(draft.clone()),
        _ => None,
    }
}

/// The sealed reason of the opinion that decided.
fn opinion_reason(state: &State) -> Option<Digest> {
    let decided = state.outcome.as_ref().is_some_and(|outcome| outcome.decided_by == Tier::Claude);
    state.asks.values().filter(|_| decided).find_map(|ask| match &ask.standing {
        Standing::Answered(Answer::Opinion { reason, .. }) => Some(reason.clone()),
        _ => None,
    })
}

fn classification(seen: &Seen, words: Option<&Doc>, model_reason: Option<&Doc>) -> Value {
    let Some(outcome) = &seen.state.outcome else {
        return json!({ "task": null, "confidence": null, "reason": "Claude is being asked.", "alternatives": [] });
    };
    let scored = |scored: &Scored| json!({ "task": scored.label.name(), "confidence": scored.confidence.share() });
    let mut shown = json!({
        "task": outcome.label.name(),
        "confidence": outcome.confidence.share(),
        "reason": reason(&seen.state, outcome, words, model_reason),
        "decided_by": outcome.decided_by,
        "alternatives": outcome.alternatives.iter().map(scored).collect::<Vec<_>>(),
    });
    if let (Some(language), Some(shown)) = (language::of(&seen.state), shown.as_object_mut()) {
        shown.insert("language".to_owned(), language::shown(language));
    }
    shown
}

/// What decided, in a sentence. Text of a model's or a caller's is marked as theirs.
pub(crate) fn reason(state: &State, outcome: &Outcome, words: Option<&Doc>, model_reason: Option<&Doc>) -> String {
    let (cues, said) = match words {
        Some(Doc::Words { cues, caller_reason, .. }) => (cues.as_slice(), caller_reason.as_deref()),
        _ => (&[] as &[String], None),
    };
    let cues = match cues {
        [] => String::new(),
        cues => format!("; what speaks for it: \u{201c}{}\u{201d}", cues.join("\u{201d}, \u{201c}")),
    };
    let model = state.opened.settings.triage.model.as_deref().unwrap_or("Claude");
    let opinion = model_reason.map(text_of).filter(|opinion| !opinion.is_empty());
    let opinion = opinion.map_or_else(|| ".".to_owned(), |opinion| format!(": \u{201c}{opinion}\u{201d}"));
    let said = said.map(|said| format!(": \u{201c}{said}\u{201d}")).unwrap_or_default();
    match outcome.basis {
        Basis::LocalSure => format!("The local model decided and is sure{cues}."),
        Basis::LocalAlone => format!("The local model decided alone: no key for Claude is set{cues}."),
        Basis::LocalClaudeFailed if outcome.tasks.is_empty() => {
            format!("Claude gave no usable answer and the local model is not sure{cues}. A person will read it.")
        }
        Basis::LocalClaudeFailed => format!("Claude gave no usable answer, so the local model decided{cues}."),
        Basis::LocalBudgetSpent => format!("The case's budget for Claude is spent, so the local model decided{cues}."),
        Basis::ClaudeSure => format!("{model} decided{opinion}"),
        Basis::ClaudeUnsure => format!("{model} is not sure, so a person will read it{opinion}"),
        Basis::CallerLabel => format!("The caller's label decided{said}"),
        Basis::CallerUnsure => {
            format!("The caller's confidence is below the threshold, so a person will read it{said}")
        }
        Basis::Heard => "The words themselves say what it is about; the local model was not sure.".to_owned(),
        Basis::ForeignLanguage => language::reason(state),
        Basis::NobodySure => {
            format!("Nobody is sure; the local model's best guess is shown{cues}. A person will read it.")
        }
        Basis::Rerouted => "An analyst decided.".to_owned(),
    }
}

fn orchestration(seen: &Seen, words: Option<&Doc>, question: Option<&Doc>, draft: Option<&Doc>) -> Value {
    let state = &seen.state;
    let lead = state.lead();
    let mut shown = Map::new();
    shown.insert("status".to_owned(), "ok".into());
    shown.insert("routed_to".to_owned(), seen.routed_to.into());
    let next = lead.map_or("review_request", specialist::next_action);
    let next = if state.outcome.is_none() { "classify_request" } else { next };
    shown.insert("next_action".to_owned(), next.into());
    shown.insert("state".to_owned(), row::state_name(seen.rest).into());
    // In shadow mode nobody is asked anything; the journal tells what would have been.
    let asks = state.opened.settings.mode != Mode::Shadow;
    let waits = |track: &&Track| asks && track.asks_now();
    if let Some(track) = lead.filter(waits).or_else(|| state.tracks.iter().find(waits)) {
        shown.extend(question::shown(state, track, question));
    }
    let mut sentences = Vec::new();
    if let Some(proposed) = lead.and_then(|track| track.proposals.last()) {
        let by;
        (by, sentences) = match draft {
            Some(Doc::Draft { sentences }) if !sentences.is_empty() => ("claude", sentences.clone()),
            _ => ("rules", summary::of(state, &proposed.proposal)),
        };
        shown.insert("proposal".to_owned(), proposal(state, proposed));
        shown.insert("summary".to_owned(), sentences.iter().map(sentence).collect());
        shown.insert("summary_by".to_owned(), by.into());
    }
    let evidence = evidence::shown(state, words.map(text_of), &sentences);
    if !evidence.is_empty() {
        shown.insert("evidence".to_owned(), evidence.into());
    }
    let checklist = complete::checklist(state);
    if !checklist.is_empty() {
        shown.insert("checklist".to_owned(), json!(checklist));
    }
    if !state.escalations.is_empty() {
        shown.insert("escalations".to_owned(), json!(state.escalations));
    }
    if state.tracks.len() > 1 {
        shown.insert("tracks".to_owned(), state.tracks.iter().map(|one| track(state, one, question)).collect());
    }
    let deadlines: Vec<Value> =
        case::law::deadlines(state).iter().map(|deadline| law::deadline(state, deadline)).collect();
    if !deadlines.is_empty() {
        shown.insert("deadlines".to_owned(), deadlines.into());
    }
    shown.extend(lead.map(|track| law::limits(state, track)).unwrap_or_default());
    if let Some(closed) = state.closed {
        shown.insert("outcome".to_owned(), json!(closed));
    }
    Value::Object(shown)
}

fn track(state: &State, track: &Track, question: Option<&Doc>) -> Value {
    let mut shown = json!({
        "task": track.task.name(),
        "routed_to": specialist::agent(track.task),
        "next_action": if track.retired { "none" } else { specialist::next_action(track) },
    });
    if let (Some(proposed), Some(shown)) = (track.proposals.last(), shown.as_object_mut()) {
        shown.insert("proposal".to_owned(), proposal(state, proposed));
    }
    let asks = state.opened.settings.mode != Mode::Shadow && track.asks_now();
    if let (true, Some(shown)) = (asks, shown.as_object_mut()) {
        shown.extend(question::shown(state, track, question));
    }
    shown
}

fn proposal(state: &State, proposed: &Proposed) -> Value {
    let proposal = &proposed.proposal;
    let mut shown = json!({
        "id": proposal.id(),
        "action": proposal.action().name(),
        "approval": proposal.approval().name(),
        "stage": proposed.stage.name(),
        "approved_by": view_hash::agreed(state, proposed),
        "reasons": proposal.reasons(),
        "cites": proposal.cites(),
        "references": proposal.references(),
        "found_by": found_by(proposal),
        "hash": view_hash::of(state, proposed),
    });
    if let (Some(amount), Some(shown)) = (proposal.amount(), shown.as_object_mut()) {
        shown.insert("amount".to_owned(), json!(amount));
    }
    if let (Some(code), Some(shown)) = (proposal.code(), shown.as_object_mut()) {
        shown.insert("code".to_owned(), json!(code));
    }
    shown
}

/// Who found out what is proposed.
fn found_by(proposal: &Proposal) -> String {
    match proposal.found_by() {
        Some(agent) => evidence::agent_name(agent),
        None if proposal.reasons().contains(&Reason::AnalystDecision) => "analyst".to_owned(),
        None => "rules".to_owned(),
    }
}

fn sentence(sentence: &Sentence) -> Value {
    json!({ "text": sentence.text, "cites": sentence.cites })
}
