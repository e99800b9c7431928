//! The core as wasm, with a door for Node: what the native build says of a journal or a text, this build says too, to
//! the byte. `sim/tests/parity_edge.rs` compares them. It is no part of any host.

use case::{
    case::{Case, rederive},
    local::LocalModel,
    narrative::Narrative,
    pii::TokenMap,
    time::Millis,
};
use wasm_bindgen::prelude::wasm_bindgen;

/// Derives a journal again from its inputs: the hash of its last line, or what is wrong with it.
#[must_use]
#[wasm_bindgen]
pub fn judge(journal: &str) -> String {
    let head = rederive(journal.lines()).and_then(|()| Case::replay(journal.lines()));
    head.map_or_else(|fault| fault.to_string(), |case| case.head().hash.to_string())
}

/// Reads a text as a host does on its arrival: tokens for personal data, the local tier's scores, the fixed rules.
#[must_use]
#[wasm_bindgen]
pub fn read(text: &str) -> String {
    let tokenised = TokenMap::new().tokenise(text);
    let read = (
        LocalModel::embedded().read(&tokenised),
        Narrative::read(&tokenised, Millis(1_795_348_800_000).date()),
        &tokenised,
    );
    serde_json::to_string(&read).unwrap_or_default()
}

/// What the local tier alone says a text is about: for measuring how long that takes.
#[must_use]
#[wasm_bindgen]
pub fn sort(text: &str) -> String {
    let reading = LocalModel::embedded().read(text);
    reading.scores.first().map_or_else(String::new, |top| top.label.name().to_owned())
}
