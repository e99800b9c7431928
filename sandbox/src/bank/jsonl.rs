//! The bank as JSONL files, one record a line. Reading is strict: a mistyped field is an error, not a default.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Account, Bank, Merchant, PROFILE_FIELDS, Passage, Payment, RiskRow, Transaction};
use crate::limits::BANK_RECORDS;

const TRANSACTIONS: &str = "transactions.jsonl";
const PAYMENTS: &str = "payments.jsonl";
const ACCOUNTS: &str = "accounts.jsonl";
const CUSTOMERS: &str = "customers.jsonl";
const MERCHANTS: &str = "merchants.jsonl";
const POLICIES: &str = "policies.jsonl";
const RISK: &str = "risk.jsonl";

/// What is wrong with a file of a bank.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BankError {
    /// The file has a name that no bank has.
    #[error(
        "{file} is not a file of a bank; the files are transactions.jsonl, payments.jsonl, accounts.jsonl, \
         customers.jsonl, merchants.jsonl, policies.jsonl and risk.jsonl"
    )]
    UnknownFile {
        /// The name that was given.
        file: String,
    },
    /// A line is not a record of its file.
    #[error("{file}, line {line}: {problem}")]
    Line {
        /// The file.
        file: &'static str,
        /// The line, counted from one.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
}

/// A record that can say what a shape alone cannot.
trait Record: DeserializeOwned {
    /// What makes the record unique in its file, or none where nothing does.
    fn key(&self) -> Option<&str>;

    /// A sentence about what is wrong with the record.
    fn problem(&self) -> Option<String>;
}

impl Record for Transaction {
    fn key(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn problem(&self) -> Option<String> {
        if self.original_amount_minor.is_some() != self.original_currency.is_some() {
            return Some("original_amount_minor and original_currency come together".to_owned());
        }
        let original = self.original_currency.as_ref().zip(self.original_amount_minor);
        money_problem(self.amount_minor, &self.currency)
            .or_else(|| original.and_then(|(currency, amount)| money_problem(amount, currency)))
            .or_else(|| self.fee_minor.and_then(|fee| money_problem(fee, &self.currency)))
    }
}

impl Record for Payment {
    fn key(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn problem(&self) -> Option<String> {
        money_problem(self.amount_minor, &self.currency)
            .or_else(|| self.currency_to.as_deref().and_then(currency_problem))
    }
}

impl Record for Account {
    fn key(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn problem(&self) -> Option<String> {
        let digits = |last4: &str| last4.len() == 4 && last4.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(card) = self.cards.iter().find(|card| !digits(&card.last4)) {
            return Some(format!("last4 is four digits, and never more of a card's number, not {:?}", card.last4));
        }
        if self.statements.iter().any(|statement| statement.sent_on < statement.period_end) {
            return Some("a statement is not sent before the last day that it shows".to_owned());
        }
        currency_problem(&self.currency)
    }
}

impl Record for super::Customer {
    fn key(&self) -> Option<&str> {
        Some(&self.customer_id)
    }

    fn problem(&self) -> Option<String> {
        let unknown = self.fields.keys().find(|name| !PROFILE_FIELDS.contains(&name.as_str()))?;
        Some(format!("a profile has no field {unknown:?}; its fields are {}", PROFILE_FIELDS.join(", ")))
    }
}

impl Record for Merchant {
    fn key(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn problem(&self) -> Option<String> {
        None
    }
}

impl Record for Passage {
    fn key(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn problem(&self) -> Option<String> {
        None
    }
}

impl Record for RiskRow {
    fn key(&self) -> Option<&str> {
        None
    }

    fn problem(&self) -> Option<String> {
        (self.score > 1000).then(|| format!("a score is from 0 to 1000, not {}", self.score))
    }
}

fn money_problem(amount_minor: i64, currency: &str) -> Option<String> {
    if amount_minor < 0 {
        return Some(format!("an amount is never negative, and this is {amount_minor}; the direction says the side"));
    }
    currency_problem(currency)
}

fn currency_problem(currency: &str) -> Option<String> {
    let is_code = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
    (!is_code).then(|| format!("a currency is three capital letters, not {currency:?}"))
}

/// Reads the parts of a bank.
pub(super) fn read<N: AsRef<str>, C: AsRef<str>>(parts: &[(N, C)]) -> Result<Bank, BankError> {
    let mut bank = Bank::default();
    for (name, contents) in parts {
        let contents = contents.as_ref();
        match name.as_ref() {
            TRANSACTIONS => bank.transactions.extend(records(TRANSACTIONS, contents)?),
            PAYMENTS => bank.payments.extend(records(PAYMENTS, contents)?),
            ACCOUNTS => bank.accounts.extend(records(ACCOUNTS, contents)?),
            CUSTOMERS => bank.customers.extend(records(CUSTOMERS, contents)?),
            MERCHANTS => bank.merchants.extend(records(MERCHANTS, contents)?),
            POLICIES => bank.policies.extend(records(POLICIES, contents)?),
            RISK => bank.risk.extend(records(RISK, contents)?),
            other => return Err(BankError::UnknownFile { file: other.to_owned() }),
        }
    }
    bank.put_in_order();
    Ok(bank)
}

fn records<R: Record>(file: &'static str, contents: &str) -> Result<Vec<R>, BankError> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, text) in contents.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let wrong = |problem: String| BankError::Line { file, line: index + 1, problem };
        let record: R = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if let Some(problem) = record.problem() {
            return Err(wrong(problem));
        }
        if let Some(key) = record.key()
            && !seen.insert(key.to_owned())
        {
            return Err(wrong(format!("{key:?} is already on an earlier line")));
        }
        if found.len() == BANK_RECORDS {
            return Err(wrong(format!("a file of a bank holds at most {BANK_RECORDS} records")));
        }
        found.push(record);
    }
    Ok(found)
}

/// Writes the parts of a bank.
pub(super) fn write(bank: &Bank) -> Vec<(&'static str, String)> {
    vec![
        (TRANSACTIONS, lines(&bank.transactions)),
        (PAYMENTS, lines(&bank.payments)),
        (ACCOUNTS, lines(&bank.accounts)),
        (CUSTOMERS, lines(&bank.customers)),
        (MERCHANTS, lines(&bank.merchants)),
        (POLICIES, lines(&bank.policies)),
        (RISK, lines(&bank.risk)),
    ]
}

fn lines<R: Serialize>(records: &[R]) -> String {
    records.iter().fold(String::new(), |mut text, record| {
        text += &serde_json::to_string(record).expect("records have text keys and no value that JSON lacks");
        text.push('\n');
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;

    fn error_of(file: &str, contents: &str) -> String {
        Bank::from_jsonl(&[(file, contents)]).unwrap_err().to_string()
    }

    #[test]
    fn a_bank_that_is_written_reads_back_the_same() {
        let bank = Bank::seeded(3, Day::from_civil(2026, 11, 22).unwrap());
        assert_eq!(Bank::from_jsonl(&bank.to_jsonl()).unwrap(), bank);
    }

    #[test]
    fn errors_name_the_file_and_the_line() {
        let good = r#"{"id":"pol-1","topic":"t","text":"x","citation":"c","version":"1"}"#;
        let twice = format!("{good}\n\n{good}\n");
        assert_eq!(error_of(POLICIES, &twice), "policies.jsonl, line 3: \"pol-1\" is already on an earlier line");
        assert!(error_of(POLICIES, &format!("{good}\n{{")).starts_with("policies.jsonl, line 2: "));
        assert!(error_of("ledger.jsonl", "").starts_with("ledger.jsonl is not a file of a bank"));
        let field = r#"{"customer_id":"cus_x","fields":{"shoe_size":44}}"#;
        assert!(error_of(CUSTOMERS, field).contains("line 1: a profile has no field \"shoe_size\""));
    }

    #[test]
    fn amounts_currencies_and_scores_outside_their_range_are_refused() {
        let payment = |amount: i64, currency: &str| {
            format!(
                r#"{{"id":"pay-1","customer_id":"cus_x","amount_minor":{amount},"currency":"{currency}","scheme":"ach",
                "created_at":"2026-11-03T10:00:00Z","creditor_name":"N","updated_at":"2026-11-03T10:00:00Z"}}"#
            )
            .replace('\n', " ")
        };
        assert!(Bank::from_jsonl(&[(PAYMENTS, payment(1, "USD"))]).is_ok());
        assert!(error_of(PAYMENTS, &payment(-1, "USD")).contains("never negative"));
        assert!(error_of(PAYMENTS, &payment(1, "usd")).contains("three capital letters"));
        let risk = r#"{"customer_id":"c","score":1001,"band":"high","reasons":[],"normal":{"median_amount_minor":1,
            "countries":[],"usual_hours":[]},"model_version":"m"}"#
            .replace('\n', " ");
        assert!(error_of(RISK, &risk).contains("from 0 to 1000"));
    }

    #[test]
    fn files_without_the_optional_fields_are_read() {
        let entry = r#"{"id":"tx-1","customer_id":"cus_x","booked_at":"2026-11-03T10:22:31Z","amount_minor":1,
            "currency":"USD","direction":"debit","kind":"fee","status":"posted","descriptor":"FEE","country":"US"}"#;
        let account = r#"{"id":"acc-1","customer_id":"cus_x","product":"current","country":"US","currency":"USD",
            "opened_on":"2024-01-05"}"#;
        let parts = [(TRANSACTIONS, entry.replace('\n', " ")), (ACCOUNTS, account.replace('\n', " "))];
        let bank = Bank::from_jsonl(&parts).unwrap();
        assert_eq!((bank.transactions[0].fee_minor, bank.transactions[0].account_id.as_deref()), (None, None));
        assert!(bank.knows("cus_x") && bank.accounts[0].cards.is_empty() && bank.accounts[0].statements.is_empty());
    }

    #[test]
    fn accounts_that_cannot_be_are_refused() {
        let account = |last4: &str, sent_on: &str| {
            format!(
                r#"{{"id":"acc-1","customer_id":"cus_x","product":"current","country":"US","currency":"USD",
                "opened_on":"2024-01-05","cards":[{{"id":"card-1","last4":"{last4}","network":"visa",
                "status":"active"}}],"statements":[{{"period_end":"2026-10-31","sent_on":"{sent_on}"}}]}}"#
            )
            .replace('\n', " ")
        };
        assert!(Bank::from_jsonl(&[(ACCOUNTS, account("1234", "2026-11-02"))]).is_ok());
        assert!(
            error_of(ACCOUNTS, &account("4000123412341234", "2026-11-02")).contains("never more of a card's number")
        );
        assert!(error_of(ACCOUNTS, &account("1234", "2026-10-30")).contains("is not sent before"));
    }
}
