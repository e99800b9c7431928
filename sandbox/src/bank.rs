//! The small bank: its records, where they come from and what can be asked of them.
//!
//! A bank never changes while it is served. Actions are counted beside it, not posted to its ledger, so that a
//! test that reads twice reads the same.

mod accounts;
mod answers;
mod books;
mod describe;
#[cfg(test)]
mod guide;
mod homes;
mod jsonl;
mod known;
mod life;
mod people;
mod records;
mod scoring;
mod seeded;
mod stories;

use crate::day::Day;

pub use accounts::{Account, Card, CardStatus, Product, Statement};
pub use answers::{Answer, Document, Expect, ReasonCode};
pub use jsonl::BankError;
pub(crate) use records::PROFILE_FIELDS;
pub use records::{
    Billing, Customer, Direction, EntryMode, Merchant, Network, Passage, Payment, PaymentDirection, RiskBand,
    RiskReason, RiskRow, Scheme, Spending, Transaction, TransactionKind, TransactionStatus,
};
pub(crate) use scoring::score;

/// Everything the bank knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bank {
    /// The ledger, newest first.
    pub transactions: Vec<Transaction>,
    /// Payments in and out, newest first.
    pub payments: Vec<Payment>,
    /// Accounts with their cards and statements, the oldest first.
    pub accounts: Vec<Account>,
    /// Customers with the identity data held about them.
    pub customers: Vec<Customer>,
    /// The merchants that appear in the ledger.
    pub merchants: Vec<Merchant>,
    /// Passages of the bank's handbooks, by topic.
    pub policies: Vec<Passage>,
    /// Risk scores that are stated; all others are computed from the ledger.
    pub risk: Vec<RiskRow>,
}

/// The cases of the default bank of a seed and a day, which it never serves.
pub fn answers(seed: u64, today: Day) -> Vec<Answer> {
    seeded::bank(seed, today).1
}

impl Bank {
    /// The default bank: the same for the same seed and day.
    pub fn seeded(seed: u64, today: Day) -> Self {
        seeded::bank(seed, today).0
    }

    /// Reads a bank from the contents of `transactions.jsonl`, `payments.jsonl`, `accounts.jsonl`,
    /// `customers.jsonl`, `merchants.jsonl`, `policies.jsonl` and `risk.jsonl`, given as pairs of file name and contents. A file that is
    /// not given is empty.
    ///
    /// # Errors
    /// Names the file, the line and what is wrong with it.
    pub fn from_jsonl<N: AsRef<str>, C: AsRef<str>>(parts: &[(N, C)]) -> Result<Self, BankError> {
        jsonl::read(parts)
    }

    /// Writes the bank as pairs of file name and contents, which [`Bank::from_jsonl`] reads back.
    pub fn to_jsonl(&self) -> Vec<(&'static str, String)> {
        jsonl::write(self)
    }

    /// The lists are paged, so their order must not depend on how a file was written or the bank was made.
    fn put_in_order(&mut self) {
        self.transactions.sort_by(|one, other| (other.booked_at, &other.id).cmp(&(one.booked_at, &one.id)));
        self.payments.sort_by(|one, other| (other.created_at, &other.id).cmp(&(one.created_at, &one.id)));
        self.accounts.sort_by(|one, other| (one.opened_on, &one.id).cmp(&(other.opened_on, &other.id)));
        self.customers.sort_by(|one, other| one.customer_id.cmp(&other.customer_id));
        for account in &mut self.accounts {
            account.statements.sort_by_key(|statement| std::cmp::Reverse(statement.period_end));
        }
    }

    /// True when the bank has anything at all about this customer.
    pub(crate) fn knows(&self, customer_id: &str) -> bool {
        self.customer(customer_id).is_some()
            || self.transactions.iter().any(|transaction| transaction.customer_id == customer_id)
            || self.payments.iter().any(|payment| payment.customer_id == customer_id)
            || self.accounts.iter().any(|account| account.customer_id == customer_id)
    }

    pub(crate) fn customer(&self, customer_id: &str) -> Option<&Customer> {
        self.customers.iter().find(|customer| customer.customer_id == customer_id)
    }

    pub(crate) fn transactions_of(&self, customer_id: &str) -> impl Iterator<Item = &Transaction> {
        self.transactions.iter().filter(move |transaction| transaction.customer_id == customer_id)
    }

    pub(crate) fn transaction(&self, customer_id: &str, id: &str) -> Option<&Transaction> {
        self.transactions.iter().find(|transaction| transaction.id == id && transaction.customer_id == customer_id)
    }

    pub(crate) fn payments_of(&self, customer_id: &str) -> impl Iterator<Item = &Payment> {
        self.payments.iter().filter(move |payment| payment.customer_id == customer_id)
    }

    pub(crate) fn accounts_of(&self, customer_id: &str) -> impl Iterator<Item = &Account> {
        self.accounts.iter().filter(move |account| account.customer_id == customer_id)
    }

    /// The merchants that share words with the query, those that share most first.
    pub(crate) fn search_merchants(&self, query: &str) -> Vec<&Merchant> {
        let asked = describe::words(query);
        let mut found: Vec<(usize, &Merchant)> = self
            .merchants
            .iter()
            .map(|merchant| (describe::shared_words(&asked, merchant), merchant))
            .filter(|(shared, _)| *shared > 0)
            .collect();
        found.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
        found.into_iter().take(crate::limits::MERCHANTS_FOUND).map(|(_, merchant)| merchant).collect()
    }

    /// The merchants that book under exactly this descriptor.
    pub(crate) fn merchants_by_descriptor(&self, descriptor: &str) -> Vec<&Merchant> {
        let same = |known: &String| known.trim().eq_ignore_ascii_case(descriptor.trim());
        self.merchants.iter().filter(|merchant| merchant.descriptors.iter().any(same)).collect()
    }
}
