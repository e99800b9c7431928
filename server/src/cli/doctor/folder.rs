//! The data folder, its keys and its master key.

use crate::{
    settings::{Name, Settings, master},
    store::{Shelf, StoreError, keys},
};

use super::Finding;

/// Checks what is on disk; makes nothing.
pub(super) fn check(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let path = settings.data.display();
    let shelf = match Shelf::read(&settings.data) {
        Ok(shelf) => Some(shelf),
        Err(StoreError::Missing { .. }) => {
            findings.push(Finding::note("data", format!("{path} holds nothing yet"), "the first case makes it"));
            None
        }
        Err(error) => {
            findings.push(Finding::problem("data", error.to_string(), "see above"));
            return findings;
        }
    };
    if let Some(shelf) = &shelf {
        match shelf.cases() {
            Ok(cases) => findings.push(Finding::ok("data", format!("{path} holds {} cases", cases.len()))),
            Err(error) => findings.push(Finding::problem("data", error.to_string(), "run `caseworker verify`")),
        }
        findings.push(callers(shelf));
    }
    // A folder whose cases cannot be counted may hold some.
    let has_cases = shelf.as_ref().is_some_and(|shelf| !shelf.cases().is_ok_and(|cases| cases.is_empty()));
    findings.push(master_key(settings, has_cases));
    findings
}

fn callers(shelf: &Shelf) -> Finding {
    match shelf.run(keys::list) {
        Ok(rows) => match rows.iter().filter(|row| row.revoked_at.is_none()).count() {
            0 => Finding::note(
                "keys",
                "nobody holds a key: `serve` is open to this machine and refuses any other address",
                "make keys with `caseworker keys create`",
            ),
            held => Finding::ok("keys", format!("{held} keys are in force")),
        },
        Err(error) => Finding::problem("keys", error.to_string(), "run `caseworker verify`"),
    }
}

/// Whether the key can be read as one. Whether it is the folder's own, only opening the folder tells.
fn master_key(settings: &Settings, has_cases: bool) -> Finding {
    const CHECK: &str = "master key";
    let file = settings.master_key_file();
    let remedy = format!("put it back, or set {}", Name::MasterKey);
    match master::look(settings) {
        Ok(true) if settings.environment.get(Name::MasterKey).is_some() => {
            Finding::ok(CHECK, format!("from {}", Name::MasterKey))
        }
        Ok(true) => Finding::ok(CHECK, format!("in {}; keep a copy apart from the data folder", file.display())),
        Ok(false) if has_cases => Finding::problem(CHECK, format!("{} is not there", file.display()), remedy),
        Ok(false) => Finding::note(CHECK, "there is none yet", "the first case makes it"),
        Err(error) => Finding::problem(CHECK, error.to_string(), remedy),
    }
}
