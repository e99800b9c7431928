//! Identity fields. What Claude finds is checked against the texts that it was shown, sealed, and used when the profile
//! arrives; its values are in no entry.

use case::{
    draft::fields::{self as text, Sheet},
    entry::{Answer, Failure, Question, Speaker},
    identity::{Identity, extract::Extracted},
    ids::Reference,
    pii::{Pii, Veiled},
    prompts::{PromptFile, PromptKind},
    source::ProfileField,
    state::{Standing, State},
};
use claude::request::{Effort, Prompt};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Answered, ask, sealed, unknown_prompt, unusable};
use crate::{
    file::Desk,
    perform::{Job, Performed, failed},
    ports::{CaseHost, CaseKey, ModelHost, Outside, TenantHost},
    setup::Setup,
    vault::{CaseVault, Doc},
};

/// An identity field that Claude found, as the vault keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundField {
    /// Which field.
    pub field: ProfileField,
    /// Its value.
    pub value: String,
    /// The document in which it stands; none for the customer's words.
    pub document: Option<Reference>,
    /// What the fixed rules read there instead: then this value is shown to people and used for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<String>,
}

/// The prompt for identity fields.
pub(super) fn prompt(policy: &PromptFile, model: &str, user: String, max_tokens: u32) -> Prompt {
    Prompt {
        model: model.to_owned(),
        max_tokens,
        system: policy.text.to_owned(),
        user,
        schema: text::schema(),
        effort: Effort::Low,
    }
}

/// Asks Claude for the identity fields in what the customer wrote and sent.
pub(crate) async fn extract(
    outside: &impl Outside,
    setup: &Setup,
    vault: &CaseVault,
    job: &Job,
    limit_ms: u64,
) -> Performed {
    let Question::Extract { model, prompt: pinned } = &job.ready.question else {
        return failed(outside, outside.now(), Failure::NotConfigured, None);
    };
    let Some(policy) = PromptKind::Extraction.pinned(pinned.as_ref()) else { return unknown_prompt(outside, job) };
    let Some(veiled) = &job.veiled else { return failed(outside, outside.now(), Failure::NoProfile, None) };
    let prompt = prompt(policy, model, text::user(&shown(job, veiled)), job.max_tokens);
    let Answered { reply, call, took_ms } = match ask(outside, setup, job, &prompt, limit_ms).await {
        Ok(answered) => answered,
        Err(performed) => return performed,
    };
    let found = match text::read(
        &revealed(reply.text.words("it is held against its schema and the texts"), veiled),
        &job.sheets,
    ) {
        Ok(found) => found,
        Err(problem) => return unusable(job, &problem, call, took_ms),
    };
    let identity = Identity {
        found: found.kept.iter().map(|kept| kept.field).collect(),
        disputed: found.disputed.iter().map(|disputed| disputed.claude.field).collect(),
        ..Identity::default()
    };
    let field = |read: &Extracted, rules: Option<&Pii<String>>| FoundField {
        field: read.field,
        value: read.value.reveal("sealing").clone(),
        document: read.document.clone(),
        rules: rules.map(|rules| rules.reveal("sealing").clone()),
    };
    let kept = found.kept.iter().map(|kept| field(kept, None));
    let disputed = found.disputed.iter().map(|disputed| field(&disputed.claude, Some(&disputed.rules)));
    let fields: Vec<FoundField> = kept.chain(disputed).collect();
    match vault.seal(&Doc::Found { fields }, outside) {
        Ok(doc) => {
            let (found, dropped) = (doc.hash.clone(), found.dropped);
            sealed(Answer::Extracted { identity, found, dropped, call }, doc)
        }
        Err(problem) => unusable(job, &problem, call, took_ms),
    }
}

/// The texts as Claude may see them: with tokens for what the profile says already.
fn shown(job: &Job, veiled: &Veiled) -> Vec<Sheet> {
    let texts = job.sheets.iter().zip(&veiled.texts);
    texts.map(|(sheet, text)| Sheet { text: text.clone(), ..sheet.clone() }).collect()
}

/// An answer with the words back in it that Claude was shown tokens for, so that it is held against the texts themselves.
fn revealed(answer: &str, veiled: &Veiled) -> String {
    let Ok(mut answer) = serde_json::from_str::<Value>(answer.trim()) else { return answer.to_owned() };
    let rows = answer.get_mut("fields").and_then(Value::as_array_mut);
    for value in rows.into_iter().flatten().filter_map(|row| row.get_mut("value")) {
        if let Some(text) = value.as_str() {
            *value = veiled.reveal(text, "comparing what Claude found with the texts").into();
        }
    }
    answer.to_string()
}

impl<H: CaseHost + Outside + ModelHost + TenantHost> Desk<H> {
    /// What Claude may see of what the customer wrote and sent, the newest first: it is the one that counts.
    pub(crate) async fn sheets(&self, key: &CaseKey, vault: &CaseVault, state: &State) -> Vec<Sheet> {
        let mut sheets = Vec::new();
        for (_, hash, _) in state.words.iter().rev().filter(|(speaker, ..)| *speaker == Speaker::Customer) {
            let doc = self.document(key, Some(vault), hash).await;
            if let Some(Doc::Words { text, documents, .. }) = doc.as_deref() {
                sheets.extend(text::sheets(text, documents));
            }
        }
        sheets
    }

    /// The identity fields that Claude found in what the customer said so far, where the fixed rules read nothing else.
    pub(crate) async fn found_by_claude(&self, key: &CaseKey, vault: &CaseVault, state: &State) -> Vec<Extracted> {
        let found = self.read_by_claude(key, vault, state).await;
        let extracted = |found: FoundField| Extracted {
            field: found.field,
            value: Pii::new(found.value),
            document: found.document,
        };
        found.into_iter().filter(|found| found.rules.is_none()).map(extracted).collect()
    }

    /// Everything that Claude read in what the customer said so far, disputed or not.
    pub(crate) async fn read_by_claude(&self, key: &CaseKey, vault: &CaseVault, state: &State) -> Vec<FoundField> {
        let mut fields = Vec::new();
        for ask in state.asks.values().filter(|ask| !ask.stale) {
            let Standing::Answered(Answer::Extracted { found, .. }) = &ask.standing else { continue };
            if let Some(Doc::Found { fields: found }) = self.document(key, Some(vault), found).await.as_deref() {
                fields.extend(found.iter().cloned());
            }
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use case::pii::Person;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_in_claude_s_answer_becomes_what_it_stood_for() {
        let customer = Reference::parse("cus_ada").unwrap();
        let profile = json!({ "customer_id": "cus_ada", "fields": { "name": "Ada \"Bit\" Marsh" } });
        let person = Person::read(&profile, &customer).unwrap();
        let veiled = person.veil(&["The holder is Marsh,\nAda.".to_owned()]);
        assert_eq!(veiled.texts, ["The holder is [name:1]."]);
        let answer = json!({ "fields": [{ "field": "name", "value": "[name:1]", "document": "[name:1]" }] });
        let told: Value = serde_json::from_str(&revealed(&answer.to_string(), &veiled)).unwrap();
        assert_eq!(told["fields"][0]["value"], "Marsh,\nAda");
        assert_eq!(told["fields"][0]["document"], "[name:1]", "nothing but values");
        for unusable in ["", "no JSON", "[]", "{\"fields\":7}"] {
            assert_eq!(revealed(unusable, &veiled).trim(), unusable);
        }
    }
}
