//! What a case's vault holds of what people said, for the asks and pages that need it.

use std::sync::Arc;

use case::{
    case::Ready,
    entry::{Question, Speaker},
    identity::extract,
    ids::Digest,
    narrative::Heard,
    pii::{Pii, TokenMap},
    source::Lookup,
    state::State,
};

use super::{Desk, OpenCase};
use crate::{
    ports::{CaseHost, CaseKey, ModelHost, Outside, TenantHost},
    problem::Problem,
    vault::{CaseVault, Doc, VaultError},
};

impl<H: CaseHost + Outside + ModelHost + TenantHost> Desk<H> {
    /// Reads a document of a case's vault; `None` after erasure, or where it is missing.
    pub async fn document(&self, key: &CaseKey, vault: Option<&CaseVault>, hash: &Digest) -> Option<Arc<Doc>> {
        let vault = vault?;
        if let Some(doc) = vault.known(hash) {
            return Some(doc);
        }
        let bytes = self.host.sealed(key, hash).await.ok()??;
        vault.read(hash, &bytes).ok()
    }

    /// The case's tokens so far, and the newest words that know them.
    ///
    /// # Errors
    /// Why the case or its words cannot be read.
    pub async fn tokens(&self, key: &CaseKey) -> Result<(Option<Digest>, TokenMap), Problem> {
        let newest =
            |open: &OpenCase| (open.case.state().words.last().map(|(_, hash, _)| hash.clone()), open.vault.clone());
        let (newest, vault) = self.look(key, newest).await?;
        let known = match &newest {
            Some(hash) => self.document(key, vault.as_ref(), hash).await,
            None => None,
        };
        let Some(Doc::Words { tokens, .. }) = known.as_deref() else { return Err(VaultError::Erased.into()) };
        Ok((newest, TokenMap::from_pairs(pairs(tokens)).map_err(|_| VaultError::Unreadable)?))
    }

    /// What the customer said so far, with tokens for personal data. The identity fields in it are read where they are
    /// compared: with a profile.
    pub(super) async fn heard(&self, key: &CaseKey, vault: &CaseVault, state: &State, ready: &Ready) -> Heard {
        let is_compared = matches!(ready.question, Question::Lookup(Lookup::Profile { .. }));
        let mut heard = Heard::default();
        for (speaker, hash, said_at) in &state.words {
            let doc = self.document(key, Some(vault), hash).await;
            let Some(Doc::Words { text, tokens, documents, .. }) = doc.as_deref() else { continue };
            let by_customer = *speaker == Speaker::Customer;
            if is_compared {
                let tokens = TokenMap::from_pairs(pairs(tokens)).unwrap_or_default();
                let plain = tokens.reveal(text, "comparing what was said of an identity with the profile");
                // An analyst's words are no evidence; the documents that came with them are.
                extract::hear(&mut heard.identity, if by_customer { &plain } else { "" }, documents);
            }
            if by_customer {
                heard.texts.push((said_at.date(), text.clone()));
            }
        }
        if is_compared {
            heard.identity.extend(self.found_by_claude(key, vault, state).await);
        }
        heard
    }
}

/// Tokens with what they stand for, as a map takes them.
fn pairs(tokens: &[(String, String)]) -> impl Iterator<Item = (String, Pii<String>)> {
    tokens.iter().map(|(token, value)| (token.clone(), Pii::new(value.clone())))
}
