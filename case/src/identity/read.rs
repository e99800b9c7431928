//! Documents as callers send them, read into what a journal may hold. What cannot be read is a problem that names the
//! field; nothing of its content is repeated. Images stay in the operator's store: here there is text at most.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::Value;

use super::{Document, DocumentKind, extract};
use crate::{
    ids::{IdProblem, Reference},
    limits,
};

/// Why documents cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {why}.")]
pub struct DocumentProblem {
    /// Where it is wrong: `documents` or, say, `documents[2].type`.
    pub field: String,
    /// What is expected there.
    pub why: String,
}

/// Reads a list of documents.
///
/// # Errors
/// The first [`DocumentProblem`].
pub fn documents(documents: &[Value]) -> Result<Vec<Document>, DocumentProblem> {
    if documents.len() > limits::DOCUMENTS {
        let why = format!("may hold at most {} documents", limits::DOCUMENTS);
        return Err(DocumentProblem { field: "documents".to_owned(), why });
    }
    let mut ids = BTreeSet::new();
    let read_one = |(index, document): (usize, &Value)| {
        let at = At { index, document };
        let read = document_of(&at)?;
        // Two of one id in one list: which of them counts?
        if ids.insert(read.id.clone()) { Ok(read) } else { Err(at.problem("id", "occurs twice in the list")) }
    };
    documents.iter().enumerate().map(read_one).collect()
}

fn document_of(at: &At<'_>) -> Result<Document, DocumentProblem> {
    if !at.document.is_object() {
        let field = format!("documents[{}]", at.index);
        return Err(DocumentProblem { field, why: "must be an object".to_owned() });
    }
    let id = at.text("id")?.ok_or_else(|| at.problem("id", "is missing"))?;
    let id = Reference::from_caller(id).map_err(|problem: IdProblem| at.problem("id", &problem.to_string()))?;
    let kinds = || format!("must be one of {}", DocumentKind::ALL.map(DocumentKind::name).join(", "));
    let kind = at.text("type")?.and_then(|name| DocumentKind::ALL.into_iter().find(|kind| kind.name() == name));
    let kind = kind.ok_or_else(|| at.problem("type", &kinds()))?;
    let (front, back) = at.sides()?;
    let (issued, expires) = (at.date("issued")?, at.date("expires")?);
    let legible = match at.document.get("legible") {
        None | Some(Value::Null) => None,
        Some(Value::Bool(legible)) => Some(*legible),
        Some(_) => return Err(at.problem("legible", "must be true or false")),
    };
    at.check_rest()?;
    let stated = extract::stated(at.document);
    Ok(Document {
        id,
        kind,
        front,
        back,
        // The check digits of its machine-readable zone know better than whoever looked at it.
        legible: if stated.misread { Some(false) } else { legible },
        issued: issued.or(stated.issued),
        // The earliest is the one that somebody has to look at.
        expires: expires.into_iter().chain(stated.expires).min(),
    })
}

/// One document of the list.
struct At<'a> {
    index: usize,
    document: &'a Value,
}

impl<'a> At<'a> {
    fn problem(&self, name: &str, why: &str) -> DocumentProblem {
        DocumentProblem { field: format!("documents[{}].{name}", self.index), why: why.to_owned() }
    }

    fn text(&self, name: &str) -> Result<Option<&'a str>, DocumentProblem> {
        match self.document.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.problem(name, "must be a text")),
        }
    }

    fn date(&self, name: &str) -> Result<Option<Date>, DocumentProblem> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.problem(name, "must be a date such as 2026-11-22"))
    }

    /// Which sides are there. Where nothing is said it is the front: one page of something.
    fn sides(&self) -> Result<(bool, bool), DocumentProblem> {
        let expected = || self.problem("sides", "must be a list of \"front\" and \"back\"");
        match self.document.get("sides") {
            None | Some(Value::Null) => Ok((true, false)),
            Some(Value::Array(sides)) => {
                let known = |side: &Value| matches!(side.as_str(), Some("front" | "back"));
                let has = |name: &str| sides.iter().any(|side| side.as_str() == Some(name));
                if sides.iter().all(known) { Ok((has("front"), has("back"))) } else { Err(expected()) }
            }
            Some(_) => Err(expected()),
        }
    }

    /// What is only looked at later: its fingerprint, where it lies, and what it says.
    fn check_rest(&self) -> Result<(), DocumentProblem> {
        if let Some(sha256) = self.text("sha256")?
            && !(sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit()))
        {
            return Err(self.problem("sha256", "must be 64 hexadecimal digits"));
        }
        if let Some(place) = self.text("source_ref")?
            && place.chars().nth(limits::SHORT_TEXT_CHARS).is_some()
        {
            return Err(
                self.problem("source_ref", &format!("may have at most {} characters", limits::SHORT_TEXT_CHARS))
            );
        }
        self.text("text")?;
        match self.document.get("fields") {
            None | Some(Value::Null) => {}
            Some(Value::Object(fields)) => {
                let flat = |value: &Value| !value.is_object() && !value.is_array();
                if let Some((name, _)) = fields.iter().find(|(_, value)| !flat(value)) {
                    // A name of a closed form at most: it is repeated.
                    let name = if Reference::parse(name).is_ok() { name } else { "?" };
                    return Err(self.problem(&format!("fields.{name}"), "must be a text"));
                }
            }
            Some(_) => return Err(self.problem("fields", "must be an object")),
        }
        if extract::text_of(self.document).chars().nth(limits::DOCUMENT_CHARS).is_some() {
            let why = format!("may have at most {} characters", limits::DOCUMENT_CHARS);
            return Err(self.problem("text", &why));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(documents_sent: &Value, field: &str) {
        let problem = documents(documents_sent.as_array().unwrap()).unwrap_err();
        assert_eq!(problem.field, field, "{problem}");
    }

    #[test]
    fn a_malformed_document_is_a_problem_that_names_the_field() {
        let good = json!({"id": "d1", "type": "passport"});
        check(&json!([1]), "documents[0]");
        check(&json!([{"type": "passport"}]), "documents[0].id");
        check(&json!([{"id": "4111 1111 1111 1111", "type": "passport"}]), "documents[0].id");
        check(&json!([good, {"id": "d2"}]), "documents[1].type");
        check(&json!([good, {"id": "d2", "type": "selfie"}]), "documents[1].type");
        check(&json!([good, good]), "documents[1].id");
        check(&json!([{"id": "d", "type": "other", "sides": 1}]), "documents[0].sides");
        check(&json!([{"id": "d", "type": "other", "sides": ["left"]}]), "documents[0].sides");
        check(&json!([{"id": "d", "type": "other", "expires": "03/05/2030"}]), "documents[0].expires");
        check(&json!([{"id": "d", "type": "other", "legible": "yes"}]), "documents[0].legible");
        check(&json!([{"id": "d", "type": "other", "sha256": "00"}]), "documents[0].sha256");
        check(&json!([{"id": "d", "type": "other", "fields": {"name": {"first": "x"}}}]), "documents[0].fields.name");
        check(&json!([{"id": "d", "type": "other", "text": "x".repeat(20_001)}]), "documents[0].text");
        let many: Vec<Value> = (0..21).map(|n| json!({"id": format!("d{n}"), "type": "other"})).collect();
        check(&Value::from(many), "documents");
    }

    #[test]
    fn a_document_is_what_it_says_of_itself_and_what_the_caller_says_of_it() {
        let zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
        let sent = json!([
            {"id": "d1", "type": "passport", "sides": ["front"], "expires": "2031-01-01", "text": zone, "legible": true},
            {"id": "d2", "type": "passport", "text": zone.replace("L898902C36", "L898902C37"), "legible": true},
            {"id": "d3", "type": "identity_card", "sides": ["back", "front"], "fields": {"valid_until": "3 May 2030"}},
            {"id": "d4", "type": "proof_of_address", "text": "Bill date: 01/10/2026\nAddress: 1 Row, Leeds"},
        ]);
        let read = documents(sent.as_array().unwrap()).unwrap();
        let day = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
        assert_eq!((day(read[0].expires), read[0].legible), ("2012-04-15".to_owned(), Some(true)));
        assert_eq!((day(read[1].expires), read[1].legible), (String::new(), Some(false)), "a check digit is wrong");
        assert_eq!((day(read[2].expires), read[2].front, read[2].back), ("2030-05-03".to_owned(), true, true));
        assert_eq!(day(read[3].issued), "", "January or October: not certain");
    }
}
