//! Personal data that is shown to a person: one piece at a time, after the journal says who looked at what.
//!
//! A piece is a token of the case's words (`card:1`), or a field of the profile as the specialist was given it
//! (`profile:name`). Nothing is asked anew for it, and nothing of it is kept.

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
    vault::{Doc, VaultError},
};

/// What names a field of the profile.
const PROFILE: &str = "profile:";

impl<H: CaseHost + Outside + ModelHost + TenantHost> Desk<H> {
    /// What a case holds under such a name. Nobody is given it before the journal says so.
    ///
    /// # Errors
    /// [`Code::Field`] where it holds nothing by that name, and [`Code::Erased`] where it holds nothing any more.
    pub(crate) async fn held(&self, key: &CaseKey, what: &Reference) -> Result<String, Problem> {
        let held = match what.as_str().strip_prefix(PROFILE) {
            Some(field) => self.of_profile(key, field).await?,
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

    async fn of_profile(&self, key: &CaseKey, field: &str) -> Result<Option<String>, Problem> {
        let reply = |state: &State| newest_profile(state).cloned();
        let (reply, vault) = self.look(key, |open| (reply(open.case.state()), open.vault.clone())).await?;
        let vault = vault.ok_or(VaultError::Erased)?;
        let Some(reply) = reply else { return Ok(None) };
        let Some(Doc::Reply { body }) = self.document(key, Some(&vault), &reply).await else { return Ok(None) };
        let body: Value = serde_json::from_str(&body).unwrap_or_default();
        Ok(body.pointer("/fields").and_then(|fields| fields.get(field)).map(|value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }))
    }
}

/// The newest reply of the profile's.
fn newest_profile(state: &State) -> Option<&Digest> {
    let lookups = state.asks.values().filter(|ask| matches!(ask.question, Question::Lookup(_)));
    let replies = lookups.filter_map(|ask| match &ask.standing {
        Standing::Answered(Answer::Facts { facts: Facts::Profile { .. }, reply, .. }) => Some((ask.stale, reply)),
        _ => None,
    });
    replies.min_by_key(|(stale, _)| *stale).map(|(_, reply)| reply)
}
