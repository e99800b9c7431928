//! `caseworker redact`: personal data out of rows of text, with the places where it stood.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read},
    path::PathBuf,
};

use case::pii::{self, Span};
use serde::Serialize;
use serde_json::Value;

use crate::{
    exit::{Exit, Failure},
    limits, output,
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Rows {"id","text"}, one a line; `-` reads them from stdin
    file: PathBuf,
}

/// One row out. Offsets of spans are bytes of the original text.
#[derive(Debug, Serialize)]
struct Redacted<'a> {
    id: &'a Value,
    text: String,
    spans: Vec<Span>,
}

/// Runs the command. A row that cannot be read gives a row that says so, and the command ends with 1.
pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let input: Box<dyn Read> = if args.file.as_os_str() == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(&args.file).map_err(|error| Failure::file(&args.file, &error))?)
    };
    let mut bad = 0_u64;
    for (number, line) in (1_u64..).zip(BufReader::new(input).split(b'\n')) {
        let line = line.map_err(|error| Failure::file(&args.file, &error))?;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match redact(&line) {
            Ok(row) => output::line(&row)?,
            Err(why) => {
                bad += 1;
                output::json(&serde_json::json!({ "id": null, "line": number, "error": why }))?;
            }
        }
    }
    if bad == 0 { Ok(()) } else { Err(Failure::new(Exit::Found, format!("{bad} rows could not be read"))) }
}

/// The row out, or why there is none; the reason quotes nothing.
fn redact(line: &[u8]) -> Result<String, String> {
    if line.len() > limits::BATCH_LINE_BYTES {
        return Err(format!("the line is longer than {} bytes", limits::BATCH_LINE_BYTES));
    }
    let row: Value = serde_json::from_slice(line).map_err(|error| format!("not JSON: column {}", error.column()))?;
    let text = row.get("text").and_then(Value::as_str).ok_or("there is no `text`")?;
    let id = row.get("id").unwrap_or(&Value::Null);
    let redacted = Redacted { id, text: pii::redact(text), spans: pii::detect(text) };
    serde_json::to_string(&redacted).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_becomes_a_token_and_its_place_is_given() {
        let row = redact(br#"{"id": 7, "text": "card 4111 1111 1111 1111 twice", "more": 1}"#).unwrap();
        assert_eq!(row, r#"{"id":7,"text":"card [card:1] twice","spans":[{"start":5,"end":24,"kind":"card"}]}"#);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_said_without_its_content() {
        for line in [&b"{\"text\": 4111"[..], b"{\"id\": 4111}", b"\xff4111", b"[4111]"] {
            let why = redact(line).unwrap_err();
            assert!(!why.contains("4111"), "{why}");
        }
    }
}
