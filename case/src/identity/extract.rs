//! Identity fields in what a customer wrote and sent, found by fixed rules: labels and phrases in several languages,
//! sentences that can say nothing else, and machine-readable zones, where the check digits decide.
//!
//! What is found is a part of the text, letter for letter. It may be compared ([`super::compare()`]) and sealed, and
//! has no other way out: a [`Pii`] shows itself to nobody. Nothing here guesses: a name that no label or phrase announces
//! stays unfound.

mod labels;
mod mrz;
mod said;
mod scan;

use std::ops::Range;

use jiff::civil::Date;
use serde_json::Value;

use self::{
    labels::What,
    scan::{Hit, Kind},
};
use super::dates;
use crate::{ids::Reference, limits, part::Part as _, pii::Pii, source::ProfileField};

/// A value of an identity field, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    /// Which field.
    pub field: ProfileField,
    /// What the text says, letter for letter.
    pub value: Pii<String>,
    /// The document in which it stands; none for the customer's words.
    pub document: Option<Reference>,
}

/// What a document says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Stated {
    /// When it was issued.
    pub(super) issued: Option<Date>,
    /// When it expires: the earliest day, where it says several.
    pub(super) expires: Option<Date>,
    /// Whether it holds a machine-readable zone whose check digits are wrong.
    pub(super) misread: bool,
}

/// The fields in a customer's words. Tokens may stand in them for personal data.
#[must_use]
pub fn from_words(words: &str) -> Vec<Extracted> {
    fields(&Reading::of(words, Kind::Words), words, None)
}

/// The fields in a document, as a caller sent it.
#[must_use]
pub fn from_document(document: &Value) -> Vec<Extracted> {
    let id = document.get("id").and_then(Value::as_str).and_then(|id| Reference::parse(id).ok());
    let text = text_of(document);
    fields(&Reading::of(&text, Kind::Document), &text, id.as_ref())
}

/// Adds what later words and documents say. A document that is sent again takes the place of the one before.
pub fn hear(found: &mut Vec<Extracted>, words: &str, documents: &[Value]) {
    let again =
        |id: &Reference| documents.iter().any(|sent| sent.get("id").and_then(Value::as_str) == Some(id.as_str()));
    found.retain(|known| !known.document.as_ref().is_some_and(again));
    found.extend(from_words(words));
    found.extend(documents.iter().flat_map(from_document));
}

/// What can be read of a document: its `text`, then each of its `fields` as a line with the field's name for a label.
#[must_use]
pub fn text_of(document: &Value) -> String {
    let mut text = document.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (name, value) in document.get("fields").and_then(Value::as_object).into_iter().flatten() {
        let Some(value) = value.as_str() else { continue };
        let name = if name == "number" { "document number" } else { name };
        // Below one another: a machine-readable zone is one by its lines.
        let between = if value.contains('\n') { "\n" } else { " " };
        text.push_str(&format!("\n{}:{between}{value}\n", name.replace('_', " ")));
    }
    text
}

/// The text with `[number]` in the place of every number of a document or taxpayer that fixed rules find: what a
/// prompt may hold of it.
#[must_use]
pub fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for span in numbers(text) {
        masked.push_str(text.part(at..span.start));
        masked.push_str("[number]");
        at = span.end;
    }
    masked.push_str(text.part(at..));
    masked
}

/// Where numbers of documents and taxpayers stand in a text, sorted and apart. A machine-readable zone is one such
/// place, since it holds several.
#[must_use]
pub fn numbers(text: &str) -> Vec<Range<usize>> {
    let zones = mrz::zones(text);
    let labelled = [Kind::Words, Kind::Document].into_iter().flat_map(|kind| scan::numbers(text, kind));
    let labelled = labelled.map(|hit| hit.span);
    let zonal = zones.iter().filter_map(|zone| zone.fields.as_ref()).map(|fields| fields.number.clone());
    let numbers: Vec<&str> = labelled.chain(zonal).map(|span| text.part(span)).collect();
    let mut spans: Vec<Range<usize>> =
        zones.into_iter().map(|zone| zone.span).chain(mrz::lines_of_zones(text)).collect();
    // A number that was labelled once is the same number where it stands without a label.
    for number in numbers.into_iter().filter(|number| !number.starts_with('[')) {
        spans.extend(text.match_indices(number).map(|(at, number)| at..at + number.len()));
    }
    spans.sort_unstable_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut apart: Vec<Range<usize>> = Vec::new();
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => apart.push(span),
        }
    }
    apart
}

/// What a document says of itself.
pub(super) fn stated(document: &Value) -> Stated {
    let text = text_of(document);
    let reading = Reading::of(&text, Kind::Document);
    let mut stated = Stated { misread: reading.misread, ..Stated::default() };
    for hit in &reading.hits {
        let day = dates::to_come(text.part(hit.span.clone()));
        if hit.what == What::Issued {
            stated.issued = stated.issued.max(day);
        } else if hit.what == What::Expiry {
            stated.expires = stated.expires.into_iter().chain(day).min();
        }
    }
    stated
}

/// Whether words speak of somebody's identity at all, so that a model may find more in them than fixed rules do.
pub(super) fn speaks_of_identity(words: &str) -> bool {
    scan::speaks(words)
}

/// What was found in one text.
struct Reading {
    hits: Vec<Hit>,
    misread: bool,
}

impl Reading {
    fn of(text: &str, kind: Kind) -> Self {
        let zones = mrz::zones(text);
        let misread = zones.iter().any(|zone| zone.fields.is_none());
        let mut hits = scan::hits(text, kind);
        for fields in zones.into_iter().filter_map(|zone| zone.fields) {
            hits.extend([
                Hit { what: What::Name, span: fields.name },
                Hit { what: What::Number, span: fields.number },
                Hit { what: What::Nationality, span: fields.nationality },
                Hit { what: What::Birth, span: fields.birth },
                Hit { what: What::Expiry, span: fields.expiry },
            ]);
        }
        Self { hits, misread }
    }
}

fn fields(reading: &Reading, text: &str, document: Option<&Reference>) -> Vec<Extracted> {
    let found = reading.hits.iter().filter_map(|hit| {
        let value = text.get(hit.span.clone()).filter(|value| !value.is_empty())?;
        Some(Extracted { field: field(hit.what)?, value: Pii::new(value.to_owned()), document: document.cloned() })
    });
    found.take(limits::EXTRACTED).collect()
}

const fn field(what: What) -> Option<ProfileField> {
    match what {
        What::Name => Some(ProfileField::Name),
        What::Birth => Some(ProfileField::DateOfBirth),
        What::Address => Some(ProfileField::Address),
        What::Number => Some(ProfileField::IdDocument),
        What::TaxId => Some(ProfileField::TaxId),
        What::Nationality => Some(ProfileField::Nationality),
        What::Country => Some(ProfileField::Country),
        What::Issued | What::Expiry => None,
    }
}

/// The lines of a text without the space around them.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    text.split('\n').map(move |line| {
        let start = at + (line.len() - line.trim_start().len());
        at += line.len() + 1;
        start..start + line.trim().len()
    })
}

#[cfg(test)]
mod tests;
