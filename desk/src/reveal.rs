//! Personal data that is shown to a person: one piece at a time, after the journal says who looked at what.
//!
//! A piece is a token of the case's words (`card:1`), a field of the profile as the specialist was given it
//! (`profile:name`), or one reading of a field that was read in two ways (`claude_date_of_birth:1`). Nothing is asked anew
//! for it, and nothing of it is kept.

use case::{
    entry::{Answer, Question},
    facts::Facts,
    ids::{Digest, Reference},
    state::{Standing, State},
};
use serde_json::Value;

use crate::{
    file::Desk,
    ports::{CaseHost, CaseKey, ModelHost, Outside, TenantHost},
    problem::{Code, Problem},
    vault::{CaseVault, Doc, VaultError},
};

/// What names a field of the profile.
const PROFILE: &str = "profile:";
/// Who reads a field, as it names a reading.
const READERS: [&str; 2] = ["rules_", "claude_"];

/// A field that the fixed rules and Claude read differently.
pub(crate) struct Reading {
    /// The field.
    pub(crate) field: &'static str,
    /// The document that it was read in; `None` for the request itself.
    pub(crate) document: Option<Reference>,
    /// By which names the two are revealed: what the fixed rules read, and what Claude read.
    pub(crate) names: [String; 2],
    values: [String; 2],
}

impl<H: CaseHost + Outside + ModelHost + TenantHost> Desk<H> {
    /// What a case holds under such a name. Nobody is given it before the journal says so.
    ///
    /// # Errors
    /// [`Code::Field`] where it holds nothing by that name, and [`Code::Erased`] where it holds nothing any more.
    pub(crate) async fn held(&self, key: &CaseKey, what: &Reference) -> Result<String, Problem> {
        let held = match what.as_str().strip_prefix(PROFILE) {
            Some(field) => self.of_profile(key, field).await?,
            None if READERS.iter().any(|reader| what.as_str().starts_with(reader)) => {
                self.of_readings(key, what).await?
            }
            None => {
                let (_, tokens) = self.tokens(key).await?;
                let named = format!("[{what}]");
                let mut pairs = tokens.pairs();
                let found = pairs.find(|(token, _)| *token == named || *token == what.as_str());
                found.map(|(_, value)| value.reveal("asked for by a person, and journaled").clone())
            }
        };
        held.ok_or_else(|| Problem::of(Code::Field, "what", "The case holds nothing by this name."))
    }

    async fn of_readings(&self, key: &CaseKey, what: &Reference) -> Result<Option<String>, Problem> {
        let (state, vault) = self.look(key, |open| (open.case.shared(), open.vault.clone())).await?;
        let readings = self.readings(key, &vault.ok_or(VaultError::Erased)?, &state).await;
        let mut both = readings.into_iter().flat_map(|reading| reading.names.into_iter().zip(reading.values));
        Ok(both.find(|(name, _)| name == what.as_str()).map(|(_, value)| value))
    }

    /// Identity fields of which the fixed rules and Claude read different values, for a person to judge.
    pub(crate) async fn readings(&self, key: &CaseKey, vault: &CaseVault, state: &State) -> Vec<Reading> {
        if state.identity.disputed.is_empty() {
            return Vec::new();
        }
        let read = self.read_by_claude(key, vault, state).await;
        let disputed =
            read.into_iter().filter_map(|found| Some((found.rules?, found.value, found.field, found.document)));
        let named = disputed.zip(1_u32..).map(|((rules, claude, field, document), number)| {
            let field = field.name();
            let names = READERS.map(|reader| format!("{reader}{field}:{number}"));
            Reading { field, document, names, values: [rules, claude] }
        });
        named.collect()
    }

    async fn of_profile(&self, key: &CaseKey, field: &str) -> Result<Option<String>, Problem> {
        let reply = |state: &State| newest_profile(state).cloned();
        let (reply, vault) = self.look(key, |open| (reply(open.case.state()), open.vault.clone())).await?;
        let vault = vault.ok_or(VaultError::Erased)?;
        let Some(reply) = reply else { return Ok(None) };
        let doc = self.document(key, Some(&vault), &reply).await;
        let Some(Doc::Reply { body }) = doc.as_deref() else { return Ok(None) };
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        Ok(body.pointer("/fields").and_then(|fields| fields.get(field)).map(|value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }))
    }
}

/// The newest reply of the profile's, of those since the customer last said something where there is one.
fn newest_profile(state: &State) -> Option<&Digest> {
    let lookups = state.asks.values().filter(|ask| matches!(ask.question, Question::Lookup(_)));
    let replies = lookups.filter_map(|ask| match &ask.standing {
        Standing::Answered(Answer::Facts { facts: Facts::Profile { .. }, reply, .. }) => {
            Some(((!ask.stale, ask.number), reply))
        }
        _ => None,
    });
    replies.max_by_key(|(newness, _)| *newness).map(|(_, reply)| reply)
}

#[cfg(test)]
mod tests {
    use case::{
        case::Case,
        ids::AskId,
        source::{Lookup, ProfileField},
        state::Ask,
        time::Millis,
    };

    use super::*;

    fn ask(number: u32, stale: bool) -> Ask {
        let none = Vec::<ProfileField>::new;
        let facts = Facts::Profile {
            present: none(),
            missing: none(),
            agrees: none(),
            partly: none(),
            differs: none(),
            expires: None,
            country: None,
            nationality: None,
        };
        let reply = Digest::of(&number.to_be_bytes());
        Ask {
            question: Question::Lookup(Lookup::Merchants),
            attempt: 1,
            asked_at: Millis(0),
            until: Millis(0),
            deadline: Millis(0),
            standing: Standing::Answered(Answer::Facts { facts, reply, took_ms: 1 }),
            stale,
            reserve_nano_dollars: 0,
            settled: 0,
            number,
        }
    }

    #[test]
    fn the_newest_profile_is_told_by_when_it_was_asked_for_and_not_by_its_name() {
        let lines: Vec<&str> = include_str!("../../testdata/journals/v2-dispute.jsonl").lines().collect();
        let mut state = Case::replay(lines).unwrap().state().clone();
        for (number, stale) in [(9, false), (10, false), (11, true)] {
            let id = AskId::new(&state.opened.case, "t1", "profile", number);
            state.asks.insert(id, ask(number, stale));
        }
        assert_eq!(newest_profile(&state), Some(&Digest::of(&10_u32.to_be_bytes())));
        state.asks.values_mut().for_each(|ask| ask.stale = true);
        assert_eq!(newest_profile(&state), Some(&Digest::of(&11_u32.to_be_bytes())));
    }
}
