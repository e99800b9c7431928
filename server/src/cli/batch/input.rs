//! The rows that come in. The file is read twice, never whole: once to count it and to compare it with an earlier
//! run's output, once to work it.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use case::ids::Digest;
use serde_json::{Map, Value};

use crate::{
    exit::{Exit, Failure},
    limits,
};

/// The fields of a row that belong to a request; all others are the file's own.
const FIELDS: [&str; 7] =
    ["text", "customer_id", "transaction_id", "payment_id", "channel", "external_id", "documents"];

/// An input file.
#[derive(Debug)]
pub(super) struct Input {
    path: PathBuf,
    len: u64,
}

/// A row.
#[derive(Debug)]
pub(super) struct Row {
    /// Its `id`, or null.
    pub(super) id: Value,
    /// Its line, from 1.
    pub(super) line: u64,
    /// What it asks for, or why that cannot be read.
    pub(super) request: Result<RowRequest, String>,
}

/// What a row asks for.
#[derive(Debug)]
pub(super) struct RowRequest {
    /// The same for the same row of the same file, on every run.
    pub(super) key: String,
    /// The body for `POST /v1/requests`.
    pub(super) body: Map<String, Value>,
}

impl Input {
    /// Opens a file and counts its rows.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        // A pipe gives its rows to the first reading and none to the second.
        super::must_be_regular(path, "a batch reads its input twice; save it into a file and give that")?;
        let mut input = Self { path: path.to_owned(), len: 0 };
        for line in input.lines()? {
            line?;
            input.len += 1;
        }
        Ok(input)
    }

    /// How many rows there are.
    pub(super) const fn len(&self) -> u64 {
        self.len
    }

    /// The rows that an earlier run has not come to. `done` are the ids of its output, which must be this input's.
    pub(super) fn rows_after(
        &self,
        done: &[Value],
    ) -> Result<impl Iterator<Item = Result<Row, Failure>> + use<>, Failure> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut lines = self.lines()?;
        for (index, id) in done.iter().enumerate() {
            let row = lines.next().transpose()?.map(|(line, bytes)| read_row(&name, line, &bytes));
            if row.is_none_or(|row| row.id != *id) {
                let message = format!(
                    "line {} of the output does not belong to {}; give another output file to begin anew",
                    index + 1,
                    self.path.display()
                );
                return Err(Failure::new(Exit::Usage, message));
            }
        }
        Ok(lines.map(move |read| read.map(|(line, bytes)| read_row(&name, line, &bytes))))
    }

    /// The lines that are not blank, with their numbers.
    fn lines(&self) -> Result<impl Iterator<Item = Result<(u64, Vec<u8>), Failure>> + use<>, Failure> {
        let file = File::open(&self.path).map_err(|error| Failure::new(Exit::Usage, self.unreadable(&error)))?;
        let path = self.path.clone();
        let lines = (1_u64..).zip(BufReader::new(file).split(b'\n'));
        let lines = lines
            .map(move |(number, line)| line.map(|line| (number, line)).map_err(|error| Failure::file(&path, &error)));
        Ok(lines.filter(|line| !line.as_ref().is_ok_and(|(_, bytes)| bytes.iter().all(u8::is_ascii_whitespace))))
    }

    fn unreadable(&self, error: &std::io::Error) -> String {
        format!("{}: {error}", self.path.display())
    }
}

/// Reads a row. What is wrong with it is said without quoting it.
fn read_row(file: &str, line: u64, bytes: &[u8]) -> Row {
    let bad = |id: Value, why: String| Row { id, line, request: Err(why) };
    if bytes.len() > limits::BATCH_LINE_BYTES {
        return bad(Value::Null, format!("the line is longer than {} bytes", limits::BATCH_LINE_BYTES));
    }
    let row: Map<String, Value> = match serde_json::from_slice(bytes) {
        Ok(Value::Object(row)) => row,
        Ok(_) => return bad(Value::Null, "the line is not a JSON object".to_owned()),
        Err(error) => return bad(Value::Null, format!("the line is not JSON: column {}", error.column())),
    };
    let id = match row.get("id") {
        Some(id @ (Value::String(_) | Value::Number(_))) => id.clone(),
        Some(_) | None => return bad(Value::Null, "`id` must be a text or a number".to_owned()),
    };
    // In one order, whatever the row's: the key must not depend on it.
    let field = |name: &&str| Some(((*name).to_owned(), row.get(*name).filter(|value| !value.is_null())?.clone()));
    let body: Map<String, Value> = FIELDS.iter().filter_map(field).collect();
    let identity = serde_json::json!([file, id, body]).to_string();
    let key = format!("batch-{}", Digest::of(identity.as_bytes()));
    Row { id, line, request: Ok(RowRequest { key, body }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::fs;
    use tempfile::TempDir;

    #[test]
    fn a_row_keeps_its_key_for_as_long_as_it_asks_for_the_same() {
        let key = |file: &str, row: &str| read_row(file, 1, row.as_bytes()).request.unwrap().key;
        let first = key("in.jsonl", r#"{"id": 1, "text": "a", "intent": "x"}"#);
        let two = key("in.jsonl", r#"{"id": 1, "text": "a", "channel": "c"}"#);
        assert_eq!(two, key("in.jsonl", r#"{"channel": "c", "text": "a", "id": 1}"#));
        assert_eq!(first, key("in.jsonl", r#"{"intent": "y", "text": "a", "customer_id": null, "id": 1}"#));
        for (file, row) in [
            ("in.jsonl", r#"{"id": 2, "text": "a"}"#),
            ("in.jsonl", r#"{"id": "1", "text": "a"}"#),
            ("in.jsonl", r#"{"id": 1, "text": "b"}"#),
            ("other.jsonl", r#"{"id": 1, "text": "a"}"#),
        ] {
            assert_ne!(first, key(file, row));
        }
    }

    #[test]
    fn only_a_requests_fields_reach_the_request() {
        let row = read_row("f", 1, br#"{"id": 1, "text": "a", "task": "other", "customer_id": "cus_x"}"#);
        assert_eq!(Value::Object(row.request.unwrap().body), json!({ "text": "a", "customer_id": "cus_x" }));
    }

    #[test]
    fn bad_rows_are_rows_too() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("in.jsonl");
        fs::write(&path, b"{\"id\":1,\"text\":\"a\"}\n\n{\n\xff\n[]\n{\"text\":\"b\"}\n{\"id\":[],\"text\":\"c\"}")
            .unwrap();
        let input = Input::open(&path).unwrap();
        let rows: Vec<Row> = input.rows_after(&[]).unwrap().map(Result::unwrap).collect();
        assert_eq!(input.len(), 6);
        let seen: Vec<(u64, bool)> = rows.iter().map(|row| (row.line, row.request.is_ok())).collect();
        assert_eq!(seen, [(1, true), (3, false), (4, false), (5, false), (6, false), (7, false)]);
    }

    #[test]
    fn an_output_of_another_input_is_refused_and_ones_own_is_continued() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("in.jsonl");
        fs::write(&path, "{\"id\":1,\"text\":\"a\"}\n{\n{\"id\":3,\"text\":\"c\"}\n").unwrap();
        let input = Input::open(&path).unwrap();
        let rest: Vec<u64> = input.rows_after(&[json!(1), json!(null)]).unwrap().map(|row| row.unwrap().line).collect();
        assert_eq!(rest, [3]);
        assert!(input.rows_after(&[json!(1), json!(null), json!(3), json!(4)]).is_err());
        let Err(failure) = input.rows_after(&[json!(2)]) else { panic!("taken for its own") };
        assert!(failure.message.starts_with("line 1 of the output"), "{}", failure.message);
    }
}
