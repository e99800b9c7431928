//! Identity fields that Claude finds where fixed rules found none: what it is shown of texts and documents, and how its
//! answer is read. Numbers of documents, taxpayers, cards and accounts are taken out before; what Claude gives counts
//! only if it stands letter for letter in the text that it names. Where the fixed rules read the same field of the same
//! text, theirs stands: a different value of Claude's is kept beside it for a person, and takes the place of nothing.

use serde_json::{Value, json};

use super::{Unusable, prompt::fit};
use crate::{
    identity::{
        Likeness, compare, dates,
        extract::{Extracted, from_document, from_words, masked, text_of},
    },
    ids::Reference,
    limits,
    pii::{Pii, redact},
    source::ProfileField,
};

/// The fields that Claude is asked for. A number has no business in a prompt, nor in an answer.
const FIELDS: [ProfileField; 5] = [
    ProfileField::Name,
    ProfileField::DateOfBirth,
    ProfileField::Address,
    ProfileField::Country,
    ProfileField::Nationality,
];
/// The id of the customer's own words.
const WORDS: &str = "words";
/// Bytes of the user turn that a text needs beside itself.
const SHEET_BYTES: usize = 160;

/// A text as Claude may see it.
#[derive(Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The document; none for the customer's words.
    pub document: Option<Reference>,
    /// Its text, without numbers.
    pub text: String,
    /// What the fixed rules read in it.
    pub read: Vec<Extracted>,
}

/// What is left of an answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Found {
    /// The fields that stand where Claude says, and of which the fixed rules read nothing else there.
    pub kept: Vec<Extracted>,
    /// Values that stand where Claude says, beside what the fixed rules read there instead.
    pub disputed: Vec<Disputed>,
    /// How many others there were.
    pub dropped: u32,
}

/// A field of which the fixed rules and Claude read different values in one text.
#[derive(Clone, PartialEq, Eq)]
pub struct Disputed {
    /// What Claude reads.
    pub claude: Extracted,
    /// What the fixed rules read.
    pub rules: Pii<String>,
}

/// The texts of a message: its documents first, then its words, which hold tokens for personal data already. A text in
/// which a number was found that is still there is not shown at all.
#[must_use]
pub fn sheets(words: &str, documents: &[Value]) -> Vec<Sheet> {
    let of_document = |document: &Value| {
        let id = document.get("id").and_then(Value::as_str).and_then(|id| Reference::parse(id).ok())?;
        let text = redact(&masked(&text_of(document)));
        Some(Sheet { document: Some(id), text, read: from_document(document) })
    };
    let of_words = Sheet { document: None, text: masked(words), read: from_words(words) };
    let shown = documents.iter().filter_map(of_document).chain([of_words]);
    shown.filter(|sheet| !sheet.text.trim().is_empty() && !sheet.read.iter().any(|one| is_told(sheet, one))).collect()
}

/// Whether a text still holds the number of a document or taxpayer that was found in it.
fn is_told(sheet: &Sheet, found: &Extracted) -> bool {
    let number = matches!(found.field, ProfileField::IdDocument | ProfileField::TaxId);
    let value = found.value.reveal("looking for it in a prompt");
    number && !value.starts_with('[') && sheet.text.contains(value.as_str())
}

/// The user turn, at most [`limits::EXTRACT_BYTES`] long: later texts are cut or left out.
#[must_use]
pub fn user(sheets: &[Sheet]) -> String {
    let mut room = limits::EXTRACT_BYTES - SHEET_BYTES;
    let mut texts = Vec::new();
    for sheet in sheets {
        let text = fit(&sheet.text, room.saturating_sub(SHEET_BYTES));
        if text.is_empty() {
            break;
        }
        let row = json!({ "id": id(sheet), "source": "customer", "untrusted_text": text });
        room = room.saturating_sub(row.to_string().len() + 1);
        texts.push(row);
    }
    json!({ "texts": texts }).to_string()
}

fn id(sheet: &Sheet) -> &str {
    sheet.document.as_ref().map_or(WORDS, Reference::as_str)
}

/// The JSON schema of the answer.
#[must_use]
pub fn schema() -> Value {
    let names: Vec<&str> = FIELDS.iter().map(|field| field.name()).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["fields"],
        "properties": { "fields": { "type": "array", "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["field", "value", "document"],
            "properties": {
                "field": { "type": "string", "enum": names },
                "value": { "type": "string" },
                "document": { "type": "string" }
            }
        } } }
    })
}

/// Reads Claude's answer about these texts and drops every value that does not stand in the text it names.
///
/// # Errors
/// [`Unusable`], which says what was wrong without quoting it. There is no second attempt.
pub fn read(answer: &str, sheets: &[Sheet]) -> Result<Found, Unusable> {
    let answer: Value = serde_json::from_str(answer.trim()).map_err(|_| Unusable::NotJson)?;
    let rows = answer.as_object().ok_or(Unusable::NotJson)?.get("fields").and_then(Value::as_array);
    let rows = rows.ok_or(Unusable::Fields)?;
    let mut found = Found { kept: Vec::new(), disputed: Vec::new(), dropped: 0 };
    for row in rows {
        let text = |name| row.get(name).and_then(Value::as_str).ok_or(Unusable::Fields);
        match field(text("field")?, text("value")?, text("document")?, sheets) {
            Some((sheet, claude)) if found.kept.len() + found.disputed.len() < limits::EXTRACTED_FIELDS => {
                match by_rules(sheet, claude.field).filter(|rules| differ(claude.field, rules, &claude)) {
                    Some(rules) => found.disputed.push(Disputed { claude, rules: Pii::new(rules) }),
                    None => found.kept.push(claude),
                }
            }
            Some(_) | None => found.dropped = found.dropped.saturating_add(1),
        }
    }
    Ok(found)
}

/// What the fixed rules read of a field in a text. A name may be said in parts: together they are the name.
fn by_rules(sheet: &Sheet, field: ProfileField) -> Option<String> {
    let of_field = sheet.read.iter().filter(|read| read.field == field);
    let values: Vec<&str> = of_field.map(|read| read.value.reveal("comparing it with Claude's").as_str()).collect();
    if field == ProfileField::Name {
        Some(values.join(" ")).filter(|name| !name.is_empty())
    } else {
        values.first().map(|value| (*value).to_owned())
    }
}

/// Whether two readings cannot both be right. Where nothing can be said of that, they differ unless they are written
/// alike: a person looks once too often rather than never.
fn differ(field: ProfileField, rules: &str, claude: &Extracted) -> bool {
    let claude = claude.value.reveal("comparing it with the rules'");
    // A part of what the rules read is no other value: the surname of a whole name.
    if holds(&spaced(rules), claude) {
        return false;
    }
    compare(field, rules, claude).map_or_else(|| spaced(rules) != *claude, |likeness| likeness == Likeness::Differs)
}

fn field<'a>(name: &str, value: &str, document: &str, sheets: &'a [Sheet]) -> Option<(&'a Sheet, Extracted)> {
    let field = FIELDS.into_iter().find(|field| field.name().eq_ignore_ascii_case(name))?;
    let value = spaced(value);
    let plausible = match field {
        ProfileField::DateOfBirth => !dates::readings(&value).is_empty(),
        _ => value.chars().filter(|letter| letter.is_alphabetic()).count() > 1,
    };
    let short = value.chars().count() <= limits::SHORT_TEXT_CHARS;
    // A message may be without documents, and a document be sent twice: one of the texts of that name is enough.
    let stands = sheets.iter().filter(|sheet| id(sheet) == document).find(|sheet| holds(&spaced(&sheet.text), &value));
    let sheet = stands.filter(|_| plausible && short && !value.contains(['[', ']']))?;
    Some((sheet, Extracted { field, value: Pii::new(value), document: sheet.document.clone() }))
}

/// Whether whole words of a text are this value.
fn holds(text: &str, value: &str) -> bool {
    let joins = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    text.match_indices(value).any(|(at, found)| {
        let (before, after) = (text.get(..at), text.get(at + found.len()..));
        !joins(before.and_then(|before| before.chars().next_back()))
            && !joins(after.and_then(|after| after.chars().next()))
    })
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passport() -> Vec<Sheet> {
        let document = json!({ "id": "doc-1", "type": "passport", "text":
            "PASSPORT No. X4477001\nBearer: Zelda  Quartermaine\nborn 3 May 1990\nmail zelda@canary.example" });
        sheets("I live at 12 Canal Street, my card is [card:1].", &[document])
    }

    fn found(fields: &Value) -> Result<(Vec<(String, String)>, u32), Unusable> {
        let found = read(&json!({ "fields": fields }).to_string(), &passport())?;
        let shown = |field: &Extracted| (field.field.name().to_owned(), field.value.reveal("a test").clone());
        Ok((found.kept.iter().map(shown).collect(), found.dropped))
    }

    #[test]
    fn only_what_stands_letter_for_letter_in_the_text_it_names_counts() {
        let kept = found(&json!([
            { "field": "name", "value": "Zelda Quartermaine", "document": "doc-1" },
            { "field": "Date_Of_Birth", "value": "3 May 1990", "document": "doc-1" },
            { "field": "address", "value": "12 Canal Street", "document": "words" },
        ]));
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let expected = vec![
            pair("name", "Zelda Quartermaine"),
            pair("date_of_birth", "3 May 1990"),
            pair("address", "12 Canal Street"),
        ];
        assert_eq!(kept, Ok((expected, 0)));
        let dropped = found(&json!([
            { "field": "name", "value": "Zelda Smith", "document": "doc-1" },
            { "field": "name", "value": "elda Quartermain", "document": "doc-1" },
            { "field": "name", "value": "Zelda Quartermaine", "document": "words" },
            { "field": "name", "value": "Zelda Quartermaine", "document": "doc-2" },
            { "field": "name", "value": "", "document": "doc-1" },
            { "field": "date_of_birth", "value": "Bearer", "document": "doc-1" },
            { "field": "address", "value": "[card:1]", "document": "words" },
            { "field": "id_document", "value": "PASSPORT", "document": "doc-1" },
            { "field": "tax_id", "value": "X4477001", "document": "doc-1" },
        ]));
        assert_eq!(dropped, Ok((vec![], 9)));
    }

    #[test]
    fn what_the_rules_read_stands_and_another_value_of_claude_s_is_kept_beside_it() {
        let document = json!({ "id": "doc-1", "type": "passport", "text":
            "Surname: Quartermaine\nGiven names: Zelda\nDate of birth: 3 May 1990\nissued 7 June 2020 by A. Clerk" });
        let sheets = sheets("", &[document]);
        let row = |field: &str, value: &str| json!({ "field": field, "value": value, "document": "doc-1" });
        let answer = json!({ "fields": [
            row("name", "Zelda"), row("name", "Clerk"), row("date_of_birth", "7 June 2020"),
            row("date_of_birth", "3 May 1990"),
        ] });
        let found = read(&answer.to_string(), &sheets).unwrap();
        let told = |one: &Disputed| (one.claude.value.reveal("a test").clone(), one.rules.reveal("a test").clone());
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            found.disputed.iter().map(told).collect::<Vec<_>>(),
            [pair("Clerk", "Quartermaine Zelda"), pair("7 June 2020", "3 May 1990")]
        );
        assert_eq!((found.kept.len(), found.dropped), (2, 0));
    }

    #[test]
    fn numbers_and_addresses_of_email_never_reach_a_prompt() {
        let turn = user(&passport());
        assert!(turn.contains("Quartermaine") && turn.contains("Canal Street"), "{turn}");
        assert!(!turn.contains("X4477001") && !turn.contains("zelda@"), "{turn}");
    }

    #[test]
    fn a_document_that_still_tells_a_number_that_was_found_is_not_shown() {
        let line = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";
        let text = format!("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n{line}\n{line}\n");
        let turn = user(&sheets("Here is my passport.", &[json!({ "id": "doc-1", "text": text })]));
        assert!(!turn.contains("L898902C3") && turn.contains("Here is my passport."), "{turn}");
    }

    #[test]
    fn a_prompt_is_never_longer_than_its_cost_was_reckoned_for() {
        let document = |n: usize| json!({ "id": format!("doc-{n}"), "text": "\"a\u{1}\n".repeat(9_000) });
        let documents: Vec<Value> = (0..9).map(document).collect();
        let turn = user(&sheets(&"b ".repeat(limits::TEXT_CHARS), &documents));
        assert!(turn.len() <= limits::EXTRACT_BYTES, "{}", turn.len());
    }

    #[test]
    fn anything_but_the_schema_is_unusable() {
        assert_eq!(found(&json!({})), Err(Unusable::Fields));
        assert_eq!(found(&json!([{ "field": "name", "value": 7, "document": "doc-1" }])), Err(Unusable::Fields));
        assert!(matches!(read("none", &[]), Err(Unusable::NotJson)));
    }
}
