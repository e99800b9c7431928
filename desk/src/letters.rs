//! Letters to the customer: what leaves is what the filter let pass, with what the law has a drafted letter say. A
//! question to the customer passes the same filter.

use std::collections::BTreeSet;

use case::{
    case::Ready,
    entry::Question,
    letter::{self, LetterProblem},
    settings::Mode,
    state::State,
};
use serde_json::{Map, Value, json};

use crate::{
    commands::text,
    file::Desk,
    ports::{CaseHost, CaseKey, ModelHost, Outside, TenantHost},
    problem::{Code, Problem},
    vault::CaseVault,
    view::text_of,
};

/// A letter that somebody sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outgoing {
    /// Its words.
    pub(crate) text: String,
    /// Whether it began as the draft of the fixed rules; else a person wrote all of it.
    drafted: bool,
}

impl Outgoing {
    /// Reads `text` and `drafted` of a command's body.
    pub(crate) fn read(body: &Map<String, Value>) -> Result<Self, Problem> {
        let drafted = match body.get("drafted") {
            None | Some(Value::Null) => true,
            Some(Value::Bool(drafted)) => *drafted,
            Some(_) => return Err(Problem::of(Code::Field, "drafted", "`drafted` must be true or false.")),
        };
        Ok(Self { text: text(body, "text")?.trim().replace("\r\n", "\n"), drafted })
    }

    /// The letter as it leaves.
    pub(crate) fn ready(&self, state: &State) -> Result<Self, Problem> {
        let mut text = self.text.clone();
        if let Some(line) = letter::disclosure(state).filter(|line| self.drafted && !text.contains(line)) {
            text.push_str("\n\n");
            text.push_str(line);
        }
        // Nothing that is said by law makes a letter.
        let mut wrong = letter::check(&self.text, state);
        wrong.extend(letter::check(&text, state));
        stays_here("letter", "text", &wrong)?;
        Ok(Self { text, drafted: self.drafted })
    }
}

/// Lets a question to the customer pass, or says what is wrong with it.
pub(crate) fn may_ask(question: &str) -> Result<(), Problem> {
    stays_here("question", "question", &letter::check_question(question))
}

/// Refuses what something is wrong with.
fn stays_here(what: &str, field: &str, wrong: &BTreeSet<LetterProblem>) -> Result<(), Problem> {
    if wrong.is_empty() {
        return Ok(());
    }
    let mut wrong: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    wrong.sort();
    Err(Problem::of(Code::Letter, field, format!("The {what} stays here: {}.", wrong.join("; "))))
}

impl<H: CaseHost + Outside + ModelHost + TenantHost> Desk<H> {
    /// The words of a letter that is to be sent.
    pub(crate) async fn letter(
        &self,
        key: &CaseKey,
        vault: &CaseVault,
        state: &State,
        ready: &Ready,
    ) -> Option<String> {
        let Question::Letter { letter } = &ready.question else { return None };
        let letter = state.letters.iter().find(|one| one.id == *letter)?;
        let doc = self.document(key, Some(vault), &letter.sealed).await?;
        Some(text_of(&doc).to_owned())
    }

    /// The letters of a case, and the draft of the next one.
    pub(crate) async fn letters(&self, key: &CaseKey, vault: Option<&CaseVault>, state: &State) -> Map<String, Value> {
        let mut shown = Map::new();
        let mut letters = Vec::new();
        for letter in &state.letters {
            let doc = self.document(key, vault, &letter.sealed).await;
            letters.push(json!({
                "id": letter.id,
                "by": letter.by,
                "at": letter.at.rfc3339(),
                "stage": letter.stage.name(),
                "text": doc.as_deref().map(text_of),
            }));
        }
        if !letters.is_empty() {
            shown.insert("letters".to_owned(), letters.into());
        }
        let may = state.customer.is_some() && state.opened.settings.mode != Mode::Shadow && vault.is_some();
        if let Some(draft) = letter::draft(state).filter(|_| may && state.opened.settings.desk.is_some()) {
            let sentences = draft.sentences.iter().map(|one| json!({ "text": one.text, "cites": one.cites }));
            let citation = draft.disclosure.map(|_| letter::DISCLOSURE_CITATION);
            let draft = json!({
                "text": draft.text(),
                "sentences": sentences.collect::<Vec<_>>(),
                "disclosure": draft.disclosure,
                "disclosure_citation": citation,
            });
            shown.insert("letter_draft".to_owned(), draft);
        }
        shown
    }
}
