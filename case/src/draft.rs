//! What Claude writes beside triage. Identity fields are in [`fields`]; this is a summary: what it is asked, how its answer is read, and the judge that every sentence must pass
//! before anybody sees it. What does not pass is dropped. No sentence decides anything: a summary is for reading.

pub mod check;
pub mod fields;
pub mod prompt;

use serde_json::Value;

use crate::{evidence::Texts, ids::EvidenceId, limits, summary::Sentence};

/// What is left of an answer of Claude's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drafted {
    /// The sentences whose citations bear them out, in Claude's order.
    pub kept: Vec<Sentence>,
    /// How many others there were.
    pub dropped: u32,
}

/// The answer is not what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// No JSON object.
    #[error("the answer is not one JSON object")]
    NotJson,
    /// No list of sentences, or one of something else.
    #[error("the answer's `sentences` is not a list of texts with their citations")]
    Sentences,
    /// No list of fields, or one of something else.
    #[error("the answer's `fields` is not a list of values with their documents")]
    Fields,
}

/// Reads Claude's answer and drops every sentence that its own citations do not bear out. A sentence beyond the number
/// that was asked for is dropped as well.
///
/// # Errors
/// [`Unusable`], which says what was wrong without quoting it. There is no second attempt: the summary by fixed rules
/// is good enough.
pub fn read(answer: &str, texts: &Texts) -> Result<Drafted, Unusable> {
    let answer: Value = serde_json::from_str(answer.trim()).map_err(|_| Unusable::NotJson)?;
    let answer = answer.as_object().ok_or(Unusable::NotJson)?;
    let rows = answer.get("sentences").and_then(Value::as_array).ok_or(Unusable::Sentences)?;
    let mut drafted = Drafted { kept: Vec::new(), dropped: 0 };
    for row in rows {
        let sentence = sentence(row).ok_or(Unusable::Sentences)?;
        let sentence = sentence.filter(|_| drafted.kept.len() < limits::SUMMARY_SENTENCES);
        match sentence.filter(|sentence| check::supported(sentence, texts).is_ok()) {
            Some(sentence) if !drafted.kept.contains(&sentence) => drafted.kept.push(sentence),
            Some(_) | None => drafted.dropped = drafted.dropped.saturating_add(1),
        }
    }
    Ok(drafted)
}

/// A sentence of the answer; `None` inside where it cites what can be no evidence.
fn sentence(row: &Value) -> Option<Option<Sentence>> {
    let text = row.get("text")?.as_str()?.trim().to_owned();
    let cites = row.get("cites")?.as_array()?;
    let cites: Option<Vec<&str>> = cites.iter().map(Value::as_str).collect();
    let cites: Option<Vec<EvidenceId>> = cites?.into_iter().map(|id| EvidenceId::parse(id).ok()).collect();
    Some(cites.map(|cites| Sentence { text, cites }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts() -> Texts {
        let rows =
            [("ledger:tx-1", "Transaction tx-1 is of USD 12.99."), ("case:request", "I was charged $12.99 twice")];
        rows.into_iter().map(|(id, text)| (EvidenceId::parse(id).unwrap(), text.to_owned())).collect()
    }

    fn read(sentences: &str) -> Result<(Vec<String>, u32), Unusable> {
        let drafted = super::read(&format!("{{\"sentences\":{sentences}}}"), &texts())?;
        Ok((drafted.kept.into_iter().map(|sentence| sentence.text).collect(), drafted.dropped))
    }

    #[test]
    fn what_its_citations_bear_out_is_kept_and_the_rest_is_dropped() {
        let answer = r#"[
            {"text":"A charge of USD 12.99 was found.","cites":["ledger:tx-1"]},
            {"text":"A charge of USD 12.98 was found.","cites":["ledger:tx-1"]},
            {"text":"A charge was found.","cites":[]},
            {"text":"A charge was found.","cites":["ledger:tx-2"]},
            {"text":"A charge was found.","cites":["no id"]},
            {"text":"A charge of USD 12.99 was found.","cites":["ledger:tx-1"]}
        ]"#;
        assert_eq!(read(answer), Ok((vec!["A charge of USD 12.99 was found.".to_owned()], 5)));
        assert_eq!(read("[]"), Ok((vec![], 0)));
    }

    #[test]
    fn no_more_sentences_are_kept_than_were_asked_for() {
        let row = |n: usize| format!(r#"{{"text":"A charge was found{}.","cites":["ledger:tx-1"]}}"#, ",".repeat(n));
        let rows: Vec<String> = (0..limits::SUMMARY_SENTENCES + 3).map(row).collect();
        let (kept, dropped) = read(&format!("[{}]", rows.join(","))).unwrap();
        assert_eq!((kept.len(), dropped), (limits::SUMMARY_SENTENCES, 3));
    }

    #[test]
    fn anything_but_the_schema_is_unusable() {
        for answer in ["", "Here it is:", "[]", "<html>", "null"] {
            assert_eq!(super::read(answer, &texts()), Err(Unusable::NotJson), "{answer}");
        }
        for answer in [
            "{}",
            r#"{"sentences":{}}"#,
            r#"{"sentences":["A charge."]}"#,
            r#"{"sentences":[{"text":"A charge."}]}"#,
            r#"{"sentences":[{"text":1,"cites":[]}]}"#,
        ] {
            assert_eq!(super::read(answer, &texts()), Err(Unusable::Sentences), "{answer}");
        }
    }
}
