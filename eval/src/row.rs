//! One labelled request: a line of the user's file.
//!
//! Fields that mean nothing here are the user's own and are ignored. A row that cannot be used is an error with its
//! line's number and never a default; the error holds nothing of the row's text.

use case::label::Label;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use crate::limits;

/// What a row is called: the file's own id, or the number of its line where it has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RowId {
    /// A number, which stays one.
    Number(u64),
    /// A text, or a number that is no whole one, as it was written.
    Text(String),
}

impl std::fmt::Display for RowId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(formatter),
            Self::Text(text) => formatter.write_str(text),
        }
    }
}

/// A request and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledRow {
    /// What the row is called.
    pub id: RowId,
    /// What the customer wrote, as it stands in the file.
    pub text: String,
    /// What it is about.
    pub label: Label,
    /// Where it comes from, where the file says so.
    pub source: Option<String>,
    /// Its language, where the file says so.
    pub language: Option<String>,
}

/// A line that is no labelled row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadRow {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it, without a word of it.
    pub why: Fault,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Longer than [`limits::LINE_BYTES`].
    #[error("the line is longer than {} bytes", limits::LINE_BYTES)]
    TooLong,
    /// Not JSON, or not an object.
    #[error("the line is not one JSON object")]
    NotAnObject,
    /// An id that is neither a text nor a number, or a very long one.
    #[error("`id` must be a number or a text of 1 to {} characters", limits::ID_CHARS)]
    Id,
    /// No text.
    #[error("`text` must be a text")]
    Text,
    /// An empty text.
    #[error("`text` is empty")]
    EmptyText,
    /// A text that no case takes.
    #[error("`text` is longer than {} characters", case::limits::TEXT_CHARS)]
    LongText,
    /// No label, or one that is not on the list.
    #[error("`task` (or `label`) must be fraud_check, kyc_lookup, dispute_summary, payment_status or other")]
    Label,
}

/// Reads a line; `None` for a blank one.
///
/// # Errors
/// A [`BadRow`].
pub fn read_row(line: u64, bytes: &[u8]) -> Result<Option<LabelledRow>, BadRow> {
    let bytes = if line == 1 { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    read(line, bytes).map(Some).map_err(|why| BadRow { line, why })
}

fn read(line: u64, bytes: &[u8]) -> Result<LabelledRow, Fault> {
    if bytes.len() > limits::LINE_BYTES {
        return Err(Fault::TooLong);
    }
    let row: Map<String, Value> = serde_json::from_slice(bytes).map_err(|_| Fault::NotAnObject)?;
    let id = match row.get("id") {
        None | Some(Value::Null) => RowId::Number(line),
        Some(Value::Number(number)) => number_id(number),
        Some(Value::String(text)) if !text.is_empty() && text.chars().count() <= limits::ID_CHARS => {
            RowId::Text(text.clone())
        }
        Some(_) => return Err(Fault::Id),
    };
    let text = row.get("text").and_then(Value::as_str).ok_or(Fault::Text)?;
    if text.trim().is_empty() {
        return Err(Fault::EmptyText);
    }
    if text.chars().count() > case::limits::TEXT_CHARS {
        return Err(Fault::LongText);
    }
    let label = row.get("task").or_else(|| row.get("label")).and_then(Value::as_str);
    let label = label.and_then(Label::parse).ok_or(Fault::Label)?;
    let (source, language) = (name(&row, "source"), name(&row, "language"));
    Ok(LabelledRow { id, text: text.to_owned(), label, source, language })
}

fn number_id(number: &Number) -> RowId {
    number.as_u64().map_or_else(|| RowId::Text(number.to_string()), RowId::Number)
}

/// A slice's name. It is shown, so it is redacted as a text is, and cut.
fn name(row: &Map<String, Value>, field: &str) -> Option<String> {
    let name = row.get(field)?.as_str()?.trim();
    let shown: String = case::pii::redact(name).chars().filter(|c| !c.is_control()).take(limits::NAME_CHARS).collect();
    (!shown.is_empty()).then_some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: &str) -> LabelledRow {
        read_row(3, line.as_bytes()).unwrap().unwrap()
    }

    #[test]
    fn a_label_has_two_names_and_an_id_is_the_line_where_there_is_none() {
        let first = row(r#"{"id": "a", "text": "x", "task": "OTHER", "intent": 7, "source": "mail"}"#);
        assert_eq!(
            (first.id, first.label, first.source.as_deref()),
            (RowId::Text("a".into()), Label::Other, Some("mail"))
        );
        let second = row(r#"{"text": "x", "label": "fraud_check"}"#);
        assert_eq!((second.id, second.label, second.source), (RowId::Number(3), Label::FraudCheck, None));
        assert_eq!(row(r#"{"id": 8, "text": "x", "label": "other"}"#).id, RowId::Number(8));
        let both = row(r#"{"text": "x", "label": "card_arrival", "task": "other"}"#);
        assert_eq!(both.label, Label::Other, "`task` is the one that counts");
    }

    #[test]
    fn blank_lines_are_no_rows_and_a_byte_order_mark_is_no_fault() {
        assert_eq!(read_row(2, b" \r"), Ok(None));
        assert!(read_row(1, b"\xef\xbb\xbf{\"text\": \"x\", \"task\": \"other\"}\r").unwrap().is_some());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_without_the_text() {
        let long = format!(r#"{{"text": "{}", "task": "other"}}"#, "4111".repeat(5_001));
        let longer = " ".repeat(limits::LINE_BYTES) + "4111";
        for (line, why) in [
            ("4111", Fault::NotAnObject),
            ("[\"4111\"]", Fault::NotAnObject),
            ("{\"text\": \"4111", Fault::NotAnObject),
            (r#"{"id": [4111], "text": "x", "task": "other"}"#, Fault::Id),
            (r#"{"id": "", "text": "x", "task": "other"}"#, Fault::Id),
            (r#"{"task": "other"}"#, Fault::Text),
            (r#"{"text": 4111, "task": "other"}"#, Fault::Text),
            (r#"{"text": " ", "task": "other"}"#, Fault::EmptyText),
            (&long, Fault::LongText),
            (&longer, Fault::TooLong),
            (r#"{"text": "x"}"#, Fault::Label),
            (r#"{"text": "x", "task": "card_arrival 4111"}"#, Fault::Label),
            (r#"{"text": "x", "task": 4111}"#, Fault::Label),
        ] {
            let bad = read_row(9, line.as_bytes()).unwrap_err();
            assert_eq!((bad.line, bad.why), (9, why));
            assert!(!bad.why.to_string().contains("4111"));
        }
        assert_eq!(read_row(9, b"{\"text\": \"\xff\", \"task\": \"other\"}").unwrap_err().why, Fault::NotAnObject);
    }

    #[test]
    fn a_source_is_shown_so_it_is_redacted_and_cut() {
        let source = row(r#"{"text": "x", "task": "other", "source": "mail of ada@example.com\n"}"#).source.unwrap();
        assert!(!source.contains("ada@example.com") && !source.contains('\n'), "{source}");
        let long = row(&format!(r#"{{"text": "x", "task": "other", "source": "{}"}}"#, "s ".repeat(400)));
        assert_eq!(long.source.unwrap().chars().count(), limits::NAME_CHARS);
    }
}
