//! The data folder, its keys and its master key.

use crate::{
    settings::{Name, Settings},
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
    findings.push(master_key(settings, shelf.is_some()));
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

fn master_key(settings: &Settings, has_data: bool) -> Finding {
    let file = settings.master_key_file();
    if settings.environment.get(Name::MasterKey).is_some() {
        return Finding::ok("master key", format!("from {}", Name::MasterKey));
    }
    if file.is_file() {
        return Finding::ok("master key", format!("in {}; keep a copy apart from the data folder", file.display()));
    }
    if has_data {
        let remedy = format!("put it back, or set {}", Name::MasterKey);
        return Finding::problem("master key", format!("{} is not there", file.display()), remedy);
    }
    Finding::note("master key", "there is none yet", "the first case makes it")
}
