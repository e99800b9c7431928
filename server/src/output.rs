//! What a command says: JSON on stdout, words on stderr. A reader that has gone away is no error.

use std::io::{ErrorKind, Write as _};

use serde::Serialize;

use crate::exit::{Exit, Failure};

/// Prints a line on stdout.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        // `caseworker ... | head` has all it wanted.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            Err(Failure { exit: Exit::Found, message: String::new() })
        }
        Err(error) => Err(Failure::new(Exit::Storage, format!("stdout: {error}"))),
    }
}

/// Prints a value as one line of JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    line(&text)
}

/// Prints a value as JSON to be read by people.
pub(crate) fn pretty(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    line(&text)
}

/// Says something on stderr. Where nobody listens, nothing is lost.
pub(crate) fn words(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
