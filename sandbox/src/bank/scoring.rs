//! The bank's risk score: a stated one where the bank has it, else rules over the customer's own ledger.

use std::collections::{BTreeMap, BTreeSet};

use super::{Bank, Direction, EntryMode, RiskBand, RiskReason, RiskRow, Spending, Transaction};
use crate::day::Day;
use crate::limits::SCORED_DAYS;

const MODEL_VERSION: &str = "ledger-rules-2026-11";
const BASE_SCORE: u32 = 60;
/// How many entries make a country or a merchant usual.
const USUAL_ENTRIES: usize = 3;
/// On how many days an hour must have seen entries to be usual.
const USUAL_HOUR_DAYS: usize = 2;
/// From how many online payments within an hour on, the payments are a burst.
const BURST_PAYMENTS: usize = 3;

/// The score of the riskiest of the given transactions, or of the account's last thirty days where none is given.
pub(crate) fn score(bank: &Bank, customer_id: &str, asked: &[&Transaction], today: Day) -> RiskRow {
    let stated = |transaction_id: Option<&str>| {
        bank.risk.iter().find(|row| row.customer_id == customer_id && row.transaction_id.as_deref() == transaction_id)
    };
    if asked.is_empty()
        && let Some(row) = stated(None)
    {
        return row.clone();
    }
    let ledger = Ledger::of(bank, customer_id, asked);
    let since = today.minus(SCORED_DAYS);
    let recent: Vec<&Transaction> = if asked.is_empty() {
        bank.transactions_of(customer_id).filter(|transaction| transaction.booked_at.day() >= since).collect()
    } else {
        asked.to_vec()
    };
    let rows = recent.into_iter().map(|transaction| {
        stated(Some(&transaction.id)).cloned().unwrap_or_else(|| ledger.score(customer_id, transaction))
    });
    rows.max_by_key(|row| row.score).unwrap_or_else(|| ledger.row(customer_id, None, Vec::new()))
}

/// What is known of a customer's spending.
struct Ledger<'a> {
    debits: Vec<&'a Transaction>,
    normal: Spending,
    entries_by_merchant: BTreeMap<&'a str, usize>,
    devices: Seen<'a>,
    payees: Seen<'a>,
}

/// The pseudonyms of one kind, with the days on which they were seen.
#[derive(Default)]
struct Seen<'a>(BTreeMap<&'a str, BTreeSet<Day>>);

impl<'a> Seen<'a> {
    fn see(&mut self, pseudonym: Option<&'a str>, day: Day) {
        if let Some(pseudonym) = pseudonym {
            self.0.entry(pseudonym).or_default().insert(day);
        }
    }

    /// Whether others were seen on other days and this one was not. Days, not entries: one night does not make a
    /// device usual.
    fn is_new(&self, pseudonym: Option<&str>, day: Day) -> bool {
        let elsewhen = |days: &BTreeSet<Day>| days.iter().any(|seen| *seen != day);
        pseudonym.is_some_and(|pseudonym| self.0.values().any(elsewhen) && !self.0.get(pseudonym).is_some_and(elsewhen))
    }
}

impl<'a> Ledger<'a> {
    /// Reads the ledger; what is being asked about does not count towards what is normal.
    fn of(bank: &'a Bank, customer_id: &'a str, asked: &[&Transaction]) -> Self {
        let is_asked = |transaction: &Transaction| asked.iter().any(|one| one.id == transaction.id);
        let debits: Vec<&Transaction> =
            bank.transactions_of(customer_id).filter(|transaction| transaction.direction == Direction::Debit).collect();
        let mut countries: BTreeMap<&str, BTreeSet<Day>> = BTreeMap::new();
        let mut hours: BTreeMap<i64, BTreeSet<Day>> = BTreeMap::new();
        let mut amounts = Vec::new();
        let mut entries_by_merchant: BTreeMap<&str, usize> = BTreeMap::new();
        let (mut devices, mut payees) = (Seen::default(), Seen::default());
        for transaction in debits.iter().filter(|transaction| !is_asked(transaction)) {
            devices.see(transaction.device.as_deref(), transaction.booked_at.day());
            payees.see(transaction.payee.as_deref(), transaction.booked_at.day());
            countries.entry(&transaction.country).or_default().insert(transaction.booked_at.day());
            hours.entry(transaction.booked_at.hour()).or_default().insert(transaction.booked_at.day());
            amounts.push(transaction.amount_minor);
            if let Some(merchant_id) = &transaction.merchant_id {
                *entries_by_merchant.entry(merchant_id).or_default() += 1;
            }
        }
        amounts.sort_unstable();
        let normal = Spending {
            median_amount_minor: amounts.get(amounts.len() / 2).copied().unwrap_or(0),
            // Days, not entries: one night of payments abroad does not make the place usual.
            countries: countries
                .into_iter()
                .filter(|(_, days)| days.len() >= USUAL_ENTRIES)
                .map(|(country, _)| country.to_owned())
                .collect(),
            usual_hours: hours
                .into_iter()
                .filter(|(_, days)| days.len() >= USUAL_HOUR_DAYS)
                .map(|(hour, _)| hour)
                .collect(),
        };
        Self { debits, normal, entries_by_merchant, devices, payees }
    }

    fn score(&self, customer_id: &str, transaction: &Transaction) -> RiskRow {
        if transaction.direction == Direction::Credit {
            return self.row(customer_id, Some(transaction), Vec::new());
        }
        let id = &transaction.id;
        let mut reasons = Vec::new();
        let mut add = |points: u32, code: &str, detail: String| {
            reasons.push((points, RiskReason { code: code.to_owned(), detail }));
        };
        if !self.normal.countries.is_empty() && !self.normal.countries.contains(&transaction.country) {
            let usual = self.normal.countries.join(", ");
            add(260, "unusual_country", format!("{id} took place in {}; usual are {usual}.", transaction.country));
        }
        let hour = transaction.booked_at.hour();
        if hour < 6 && !self.normal.usual_hours.contains(&hour) {
            add(150, "unusual_hour", format!("{id} took place at {hour:02} h UTC, when this customer does not pay."));
        }
        if transaction.amount_minor > self.normal.median_amount_minor.saturating_mul(5) {
            add(150, "amount_above_normal", format!("{id} is more than five times the usual amount."));
        }
        let known = transaction.merchant_id.as_deref().is_none_or(|merchant_id| {
            self.entries_by_merchant.get(merchant_id).is_some_and(|entries| *entries >= USUAL_ENTRIES)
        });
        if !known {
            add(80, "new_merchant", format!("{id} is at a merchant where this customer has hardly paid before."));
        }
        if self.devices.is_new(transaction.device.as_deref(), transaction.booked_at.day()) {
            add(260, "new_device", format!("{id} came from a device that this customer has not used before."));
        }
        if self.payees.is_new(transaction.payee.as_deref(), transaction.booked_at.day()) {
            add(240, "new_payee", format!("{id} went to a payee whom this customer has not paid before."));
        }
        let burst = self.online_payments_within_an_hour(transaction);
        if burst >= BURST_PAYMENTS {
            add(180, "burst", format!("{id} is one of {burst} online payments within an hour."));
        }
        self.row(customer_id, Some(transaction), reasons)
    }

    fn online_payments_within_an_hour(&self, transaction: &Transaction) -> usize {
        if transaction.entry_mode != Some(EntryMode::Online) {
            return 0;
        }
        let near = |other: &&&Transaction| {
            other.entry_mode == Some(EntryMode::Online) && other.booked_at.seconds_from(transaction.booked_at) <= 3600
        };
        self.debits.iter().filter(near).count()
    }

    fn row(&self, customer_id: &str, transaction: Option<&Transaction>, reasons: Vec<(u32, RiskReason)>) -> RiskRow {
        let points: u32 = reasons.iter().map(|(points, _)| points).sum();
        let score = (BASE_SCORE + points).min(1000);
        RiskRow {
            customer_id: customer_id.to_owned(),
            transaction_id: transaction.map(|transaction| transaction.id.clone()),
            score,
            band: match score {
                700.. => RiskBand::High,
                400.. => RiskBand::Medium,
                _ => RiskBand::Low,
            },
            reasons: reasons.into_iter().map(|(_, reason)| reason).collect(),
            normal: self.normal.clone(),
            model_version: MODEL_VERSION.to_owned(),
        }
    }
}
