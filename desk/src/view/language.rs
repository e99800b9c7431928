//! What a caller is told about a text that is not in English: which language it is in, and what that means for what is
//! shown. It translates nothing.

use case::{language::Language, state::State};
use serde_json::{Value, json};

/// What the fixed rules and the wording of the product cannot do for such a text.
const NOTE: &str = "The local model and the fixed rules read English only: amounts, dates and claims in this text may be \
                    missed. Questions and summaries are in English.";

/// The language of the newest text that is not in English.
pub(crate) fn of(state: &State) -> Option<Language> {
    state.reading.language.or(state.opened.words.reading.language)
}

/// The language with its name and what follows from it.
pub(super) fn shown(language: Language) -> Value {
    json!({ "code": language.code(), "name": language.name(), "note": NOTE })
}

/// Why a person reads a text in another language.
pub(super) fn reason(state: &State) -> String {
    let language = of(state).unwrap_or(Language::Unnamed);
    let why = if state.opened.settings.triage.model.is_some() {
        "Claude gave no usable answer"
    } else {
        "no key for Claude is set"
    };
    format!("The text is in {language}, which the local model does not read, and {why}. A person will read it.")
}
