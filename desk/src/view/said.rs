//! What people said in a case, for whoever reads all of it: the conversation after the request, the notes of commands,
//! and how the ledger itself names the transactions that are shown. Whoever only submits cases does not see it.

use case::{
    actor::Role,
    entry::{Answer, Entry, Question},
    facts::{Facts, TransactionKind},
    ids::{Digest, Reference},
    journal::{self, Line},
    state::{Standing, State},
};
use serde_json::{Map, Value, json};

use super::{Seen, text_of};
use crate::{
    file::Desk,
    ports::{CaseHost, CaseKey, ModelHost, Outside, TenantHost},
    problem::Problem,
    vault::Doc,
};

/// Notes that are shown, the newest.
const NOTES: usize = 200;
/// Messages that are shown, the newest.
const MESSAGES: usize = 200;
/// A reply of the ledger's is read again up to this length.
const REPLY_BYTES: usize = 512 * 1024;
/// Letters of a name that are shown.
const NAME_CHARS: usize = 120;

impl<H: CaseHost + Outside + ModelHost + TenantHost> Desk<H> {
    /// The case as `GET /v1/cases/{id}` shows it to this role.
    ///
    /// # Errors
    /// Why the case cannot be read.
    pub async fn whole_view(&self, key: &CaseKey, reader: Role) -> Result<Value, Problem> {
        let seen = self.look(key, super::seen).await?;
        self.whole_of(key, &seen, reader).await
    }

    /// The same of a case as it is stored: no work that lies there is taken up, and so nothing is written.
    ///
    /// # Errors
    /// Why the case cannot be read.
    pub async fn stored_view(&self, key: &CaseKey, reader: Role) -> Result<Value, Problem> {
        let open = self.read(key).await?.ok_or_else(Problem::no_case)?;
        self.whole_of(key, &super::seen(&open), reader).await
    }

    async fn whole_of(&self, key: &CaseKey, seen: &Seen, reader: Role) -> Result<Value, Problem> {
        let mut view = self.view_of(key, seen).await;
        if reader != Role::Submitter
            && let Some(view) = view.as_object_mut()
        {
            let lines = self.host.read(key).await?.map(|stored| stored.lines).unwrap_or_default();
            let lines = journal::read(lines.iter().map(String::as_str))?;
            let said = [
                ("conversation", self.conversation(key, seen, &lines).await),
                ("notes", self.notes(key, seen, &lines).await),
                ("descriptors", self.descriptors(key, seen).await),
            ];
            view.extend(said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        }
        Ok(view)
    }

    /// What was said after the request, in order.
    async fn conversation(&self, key: &CaseKey, seen: &Seen, lines: &[Line]) -> Option<Value> {
        let messages: Vec<&Line> = lines.iter().filter(|line| matches!(line.entry, Entry::Messaged(_))).collect();
        let mut said = Vec::new();
        for line in messages.iter().skip(messages.len().saturating_sub(MESSAGES)) {
            let Entry::Messaged(message) = &line.entry else { continue };
            let words = self.document(key, seen.vault.as_ref(), &message.words.sealed).await;
            said.push(json!({
                "seq": line.seq,
                "at": line.at.rfc3339(),
                "from": message.from,
                "by": message.by.subject,
                "text": words.as_deref().map(text_of),
                "documents": message.words.documents,
            }));
        }
        (!said.is_empty()).then(|| said.into())
    }

    /// What people said with their commands, by the hash that the journal names.
    async fn notes(&self, key: &CaseKey, seen: &Seen, lines: &[Line]) -> Option<Value> {
        let hashes: Vec<&Digest> = lines.iter().filter_map(note).collect();
        let mut notes = Map::new();
        for hash in hashes.iter().skip(hashes.len().saturating_sub(NOTES)) {
            if let Some(doc) = self.document(key, seen.vault.as_ref(), hash).await {
                notes.insert(hash.to_string(), text_of(&doc).into());
            }
        }
        (!notes.is_empty()).then(|| notes.into())
    }

    /// How the ledger names the transactions that facts are known of. A transfer's other side may be a person, and is
    /// left out.
    async fn descriptors(&self, key: &CaseKey, seen: &Seen) -> Option<Value> {
        let mut names = Map::new();
        for (reply, ids) in replies(&seen.state) {
            let doc = self.document(key, seen.vault.as_ref(), reply).await;
            let doc = doc.filter(|doc| text_of(doc).len() <= REPLY_BYTES);
            let Some(Doc::Reply { body }) = doc.as_deref() else { continue };
            let body: Value = serde_json::from_str(body).unwrap_or_default();
            for row in body.get("transactions").and_then(Value::as_array).into_iter().flatten() {
                let id =
                    row.get("id").and_then(Value::as_str).filter(|id| ids.iter().any(|known| known.as_str() == *id));
                if let (Some(id), Some(name)) = (id, row.get("descriptor").and_then(Value::as_str)) {
                    names.insert(id.to_owned(), name.chars().take(NAME_CHARS).collect::<String>().into());
                }
            }
        }
        (!names.is_empty()).then(|| names.into())
    }
}

/// The note of a command.
fn note(line: &Line) -> Option<&Digest> {
    match &line.entry {
        Entry::Commanded { command, .. } => command.note(),
        _ => None,
    }
}

/// The ledger's replies, with the transactions in each whose names are nobody's.
fn replies(state: &State) -> Vec<(&Digest, Vec<&Reference>)> {
    let transfer = |kind: TransactionKind| matches!(kind, TransactionKind::Transfer | TransactionKind::TopUp);
    let asks = state.asks.values().filter(|ask| !ask.stale && matches!(ask.question, Question::Lookup(_)));
    let found = asks.filter_map(|ask| match &ask.standing {
        Standing::Answered(Answer::Facts { facts: Facts::Transactions { rows, .. }, reply, .. }) => {
            let named = rows.iter().filter(|row| !transfer(row.kind)).map(|row| &row.id);
            Some((reply, named.collect()))
        }
        _ => None,
    });
    found.collect()
}
