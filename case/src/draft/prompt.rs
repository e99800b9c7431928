//! What Claude is shown for a summary: what is proposed, the evidence it rests on, and the customer's words only where
//! the specialist's work needs them. Everything is data in the user turn, of a length that is known before.

use serde_json::{Value, json};

use crate::{
    entry::Speaker,
    evidence::{self, Texts},
    ids::EvidenceId,
    label::Task,
    limits,
    policy::Proposal,
    source::Source,
    specialist::scope::sees_words,
    state::State,
};

/// Bytes of the user turn that are kept for what is neither evidence nor words.
const FRAME_BYTES: usize = 2_000;
/// Bytes that a line of evidence needs beside its text.
const ROW_BYTES: usize = 40;

/// What Claude is shown, and what its sentences may therefore rest on.
#[derive(Clone, PartialEq, Eq)]
pub struct Brief {
    /// The user turn.
    pub user: String,
    /// The evidence in it, as it stands in it.
    pub texts: Texts,
}

/// The JSON schema of the answer.
#[must_use]
pub fn schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["sentences"],
        "properties": { "sentences": { "type": "array", "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["text", "cites"],
            "properties": {
                "text": { "type": "string" },
                "cites": { "type": "array", "items": { "type": "string" } }
            }
        } } }
    })
}

/// The brief for a proposal; `None` where the case knows no such proposal. `words` are the texts of the customer's
/// among [`State::words`], with tokens for personal data; if there are more or fewer of them than the case knows,
/// nobody can say which is which, and none is shown.
#[must_use]
pub fn brief(state: &State, proposal: &str, words: &[String]) -> Option<Brief> {
    let track = state.tracks.iter().find(|track| track.proposals.iter().any(|one| one.proposal.id() == proposal))?;
    let proposal = &state.proposed(proposal)?.proposal;
    let mut known = evidence::texts(state);
    let mut shown = Texts::new();
    let mut room = limits::DRAFT_BYTES - FRAME_BYTES;
    for id in rests_on(track.task, proposal, &known) {
        let Some(text) = known.remove(&id) else { continue };
        let text = cut(&text, limits::SENTENCE_CHARS);
        let bytes = encoded(&text) + encoded(id.as_str()) + ROW_BYTES;
        if shown.len() < limits::DRAFT_EVIDENCE && bytes <= room {
            room -= bytes;
            shown.insert(id, text);
        }
    }
    let rows: Vec<Value> = shown.iter().map(|(id, text)| json!({ "id": id, "text": text })).collect();
    let told = if sees_words(track.task) { conversation(state, words, room) } else { Vec::new() };
    let conversation: Vec<Value> =
        told.iter().map(|(id, text)| json!({ "id": id, "source": "customer", "untrusted_text": text })).collect();
    shown.extend(told);
    let user = json!({
        "proposal": { "action": proposal.action().name(), "reasons": proposal.reasons(), "amount": proposal.amount() },
        "evidence": rows,
        "conversation": conversation,
    });
    Some(Brief { user: user.to_string(), texts: shown })
}

/// What a summary of the proposal may rest on: what it cites, what the specialist looked at as a whole, and what is
/// missing. The most telling comes first.
fn rests_on(task: Task, proposal: &Proposal, known: &Texts) -> Vec<EvidenceId> {
    let of = |source: &'static str| known.keys().filter(move |id| id.as_str().split(':').next() == Some(source));
    let mut ids: Vec<EvidenceId> = proposal.cites().to_vec();
    match task {
        Task::DisputeSummary | Task::PaymentStatus => {}
        Task::FraudCheck => {
            ids.push(evidence::words_id(0));
            ids.extend(of(Source::Risk.name()).cloned());
        }
        Task::KycLookup => {
            ids.extend(of(Source::Profile.name()).cloned());
            ids.extend(of("document").cloned());
        }
    }
    ids.extend(of("rules").cloned());
    let whole = |id: &&EvidenceId| known.get(*id).is_some_and(|text| text.starts_with("Nothing is known"));
    ids.extend(known.keys().filter(whole).cloned());
    ids
}

/// The customer's words with their ids, as far as there is room: the newest are cut first, since the request says what
/// the case is about.
fn conversation(state: &State, words: &[String], mut room: usize) -> Vec<(EvidenceId, String)> {
    let places = state.words.iter().enumerate().filter(|(_, (speaker, ..))| *speaker == Speaker::Customer);
    let places: Vec<usize> = places.map(|(place, _)| place).collect();
    if places.len() != words.len() {
        return Vec::new();
    }
    let mut told = Vec::new();
    for (place, text) in places.into_iter().zip(words) {
        let id = evidence::words_id(place);
        let frame = encoded(id.as_str()) + 2 * ROW_BYTES;
        let text = fit(text, room.saturating_sub(frame));
        if text.is_empty() {
            break;
        }
        room = room.saturating_sub(frame + encoded(&text));
        told.push((id, text));
    }
    told
}

fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

/// As much of a text as fits into so many bytes of JSON.
pub(super) fn fit(text: &str, bytes: usize) -> String {
    let mut room = bytes;
    let fits = |letter: &char| {
        let left = room.checked_sub(letter_bytes(*letter));
        room = left.unwrap_or(room);
        left.is_some()
    };
    text.chars().take_while(fits).collect()
}

fn encoded(text: &str) -> usize {
    text.chars().map(letter_bytes).sum()
}

/// The most bytes that a letter takes in JSON.
const fn letter_bytes(letter: char) -> usize {
    match letter {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        letter => letter.len_utf8(),
    }
}

#[cfg(test)]
mod tests;
