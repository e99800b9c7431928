//! The pages that speak of banks are held to what is true: the small bank of the guide is loaded, and the list of
//! stories is complete.

use std::collections::BTreeSet;

use super::{Bank, TransactionStatus};
use crate::testing::answers;

const OWN_BANK: &str = include_str!("../../../docs/guide/own-bank.md");
const SANDBOX: &str = include_str!("../../../docs/sandbox.md");

/// The example's files: a line that is nothing but a file's name, and the indented records under it.
fn files() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    let mut is_in_a_file = false;
    for line in OWN_BANK.lines() {
        let name = line.strip_prefix('`').and_then(|rest| rest.strip_suffix(".jsonl`"));
        if let Some(name) = name.filter(|name| !name.contains('`')) {
            files.push((format!("{name}.jsonl"), String::new()));
            is_in_a_file = true;
        } else if let (true, Some(record), Some(file)) = (is_in_a_file, line.strip_prefix("    "), files.last_mut()) {
            file.1 += record;
            file.1.push('\n');
        } else if !line.is_empty() {
            is_in_a_file = false;
        }
    }
    files
}

#[test]
fn the_small_bank_of_the_guide_is_a_bank() {
    let files = files();
    assert_eq!(files.len(), 6);
    let bank = Bank::from_jsonl(&files).unwrap();
    assert_eq!((bank.customers.len(), bank.accounts.len(), bank.transactions.len()), (1, 1, 3));
    assert_eq!((bank.payments.len(), bank.merchants.len(), bank.policies.len()), (1, 1, 1));
    let account = &bank.accounts[0];
    assert!(bank.transactions.iter().all(|one| one.account_id.as_deref() == Some(account.id.as_str())));
    assert_eq!(bank.transaction("cus_1001", "tx-3").unwrap().status, TransactionStatus::Pending);
}

#[test]
fn the_guide_maps_every_field_of_the_ledger() {
    let document: serde_json::Value = serde_json::from_str(include_str!("../../../docs/sources.openapi.json")).unwrap();
    for schema in ["Transaction", "Payment", "Account"] {
        for field in document["components"]["schemas"][schema]["properties"].as_object().unwrap().keys() {
            assert!(OWN_BANK.contains(&format!("`{field}`")), "{schema}.{field} is not explained");
        }
    }
}

#[test]
fn the_list_of_stories_is_complete_and_says_how_they_end() {
    let listed: BTreeSet<&str> = SANDBOX.lines().filter(|line| line.starts_with("| ")).collect();
    for answer in answers(7).iter() {
        let named = format!("`{}`:", answer.story);
        let row = listed.iter().find(|row| row.contains(&named));
        let row = row.unwrap_or_else(|| panic!("{} is not listed", answer.story));
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let place = cells.iter().position(|cell| cell.starts_with(&named)).unwrap();
        let end = cells[place + 1];
        let expect = &answer.expect;
        for told in expect.asks.iter().chain(expect.actions.values()).chain([&expect.action]) {
            assert!(end.contains(told.as_str()), "{}: {end:?} does not say {told}", answer.story);
        }
    }
}
