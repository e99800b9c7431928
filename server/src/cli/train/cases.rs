//! Labels that analysts gave by what they did: the cases of a folder that somebody sent to another specialist. The label is
//! in the journal; the words come from the vault as triage read them, without personal data.

use case::label::Label;
use desk::vault::{Doc, MasterKey};
use eval::{LabelledRow, RowId};

use crate::{
    exit::{Exit, Failure},
    outcomes::{self, Truth},
    output,
    settings::{Settings, master},
    store::Shelf,
};

/// What a report calls these rows.
const SOURCE: &str = "rerouted by analysts";

/// A row for each case that was rerouted and can be read; those that cannot are counted. Cases of the sandbox bank are nobody's requests.
pub(super) fn rerouted(settings: &Settings) -> Result<Vec<LabelledRow>, Failure> {
    let shelf = Shelf::read(&settings.data)?;
    let master = master::given(settings)?;
    let master = master.ok_or_else(|| {
        Failure::new(Exit::Settings, "the words of cases open with the master key, and there is none here")
    })?;
    let (mut rows, mut unreadable, mut sandbox) = (Vec::new(), 0_u64, 0_u64);
    for key in shelf.cases()? {
        let Some(shelved) = shelf.case(&key)? else { continue };
        let Some((case, told)) = outcomes::of(&shelved.lines) else {
            unreadable += 1;
            continue;
        };
        let Truth::Rerouted(task) = told.truth else { continue };
        let opened = &case.state().opened;
        if opened.sandbox {
            sandbox += 1;
            continue;
        }
        let hash = opened.words.sealed.as_str();
        let sealed = shelf.sealed(&key)?.into_iter().find(|(found, _)| found == hash);
        let text = sealed.and_then(|(_, bytes)| words(&master, &key, shelved.wrapped_key.as_deref(), &bytes));
        match text {
            Some(text) => rows.push(row(key.case.to_string(), text, Label::from(task))),
            None => unreadable += 1,
        }
    }
    output::words(&format!("{} cases were rerouted by analysts", rows.len()));
    if unreadable + sandbox > 0 {
        output::words(&format!(
            "left out: {unreadable} that cannot be read or are erased, {sandbox} of the sandbox bank"
        ));
    }
    Ok(rows)
}

fn words(master: &MasterKey, key: &desk::ports::CaseKey, wrapped: Option<&[u8]>, sealed: &[u8]) -> Option<String> {
    match master.case(key, wrapped).and_then(|vault| vault.open(sealed)) {
        Ok(Doc::Words { text, .. }) if !text.trim().is_empty() => Some(text),
        Ok(_) | Err(_) => None,
    }
}

fn row(id: String, text: String, label: Label) -> LabelledRow {
    LabelledRow { id: RowId::Text(id), text, label, source: Some(SOURCE.to_owned()), language: None }
}
