//! How a transaction differs from what is normal for a customer: a pre-screen by fixed rules over the whole reply, in
//! the order of booking, so that each row is compared with those before it and never with itself.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Direction, EntryMode, Transaction, TransactionKind};
use crate::{
    country::Country,
    limits,
    money::Currency,
    time::{DAY_MS, Millis},
};

/// A way in which a transaction is unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unusual {
    /// In a country where the customer has paid on fewer than three days before.
    Country,
    /// Between midnight and six (UTC), at an hour at which the customer has not paid before.
    Hour,
    /// More than five times the median of what the customer paid before.
    Amount,
    /// At a merchant the customer has not paid before.
    Merchant,
    /// To a payee the customer has not paid before.
    Payee,
    /// From a device that was not used before.
    Device,
    /// One of three or more online payments within an hour.
    Burst,
}

/// What is normal for a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Normal {
    /// The median of what the customer pays, in minor units.
    pub median_minor: i64,
    /// The countries the customer pays in, at most [`limits::NORMAL_COUNTRIES`].
    pub countries: Vec<Country>,
}

/// What a row says about its surroundings beside what becomes a fact.
#[derive(Debug, Clone, Default)]
pub(super) struct Surroundings {
    /// A pseudonym of the device.
    pub(super) device: Option<String>,
    /// A pseudonym of the payee.
    pub(super) payee: Option<String>,
}

/// How many earlier charges it takes to know what is normal.
const KNOWN_AFTER: usize = 8;
const USUAL_DAYS: usize = 3;
const LARGE_TIMES: i64 = 5;
const BURST: usize = 3;
const BURST_MS: i64 = DAY_MS / 24;
const NIGHT_HOURS: i64 = 6;

impl Normal {
    /// Reads what a scoring service takes for normal; `None` where it says nothing usable.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let median_minor = value.get("median_amount_minor")?.as_i64()?;
        let countries = value.get("countries")?.as_array()?;
        let countries = countries.iter().filter_map(|code| code.as_str().and_then(Country::parse));
        Some(Self { median_minor, countries: countries.take(limits::NORMAL_COUNTRIES).collect() })
    }
}

/// What was seen of a customer's charges so far.
#[derive(Default)]
struct Seen {
    /// Amounts by currency, kept sorted.
    amounts: BTreeMap<Currency, Vec<i64>>,
    countries: BTreeMap<Country, BTreeSet<Date>>,
    hours: BTreeSet<i64>,
    merchants: BTreeMap<u32, u32>,
    payees: BTreeSet<String>,
    devices: BTreeSet<String>,
    charges: usize,
}

/// Marks every row, given oldest first with its surroundings, and says what is normal. Nothing is unusual for a
/// customer of whom too little is known.
pub(super) fn mark(rows: &mut [(Transaction, Surroundings)]) -> Option<Normal> {
    let mut seen = Seen::default();
    for (row, around) in rows.iter_mut() {
        row.earlier = seen.merchants.get(&row.merchant_group).copied().unwrap_or(0);
        if row.direction == Direction::Debit && row.kind != TransactionKind::Fee {
            if seen.charges >= KNOWN_AFTER {
                row.unusual = seen.compare(row, around);
            }
            seen.take(row, around);
        }
    }
    mark_bursts(rows);
    seen.normal()
}

impl Seen {
    fn compare(&self, row: &Transaction, around: &Surroundings) -> BTreeSet<Unusual> {
        let mut unusual = BTreeSet::new();
        let mut note = |is: bool, what: Unusual| is.then(|| unusual.insert(what));
        let days = |country: &Country| self.countries.get(country).map_or(0, BTreeSet::len);
        note(row.country.as_ref().is_some_and(|country| days(country) < USUAL_DAYS), Unusual::Country);
        let hour = hour(row.booked_at);
        note(hour < NIGHT_HOURS && !self.hours.contains(&hour), Unusual::Hour);
        let median = self.median(row.money.currency);
        note(median.is_some_and(|median| row.money.amount_minor > median.saturating_mul(LARGE_TIMES)), Unusual::Amount);
        let card = matches!(row.kind, TransactionKind::CardPayment | TransactionKind::DirectDebit);
        note(card && !self.merchants.contains_key(&row.merchant_group), Unusual::Merchant);
        note(around.payee.as_ref().is_some_and(|payee| !self.payees.contains(payee)), Unusual::Payee);
        let known = around.device.as_ref().is_none_or(|device| self.devices.contains(device));
        note(!known && !self.devices.is_empty(), Unusual::Device);
        unusual
    }

    fn take(&mut self, row: &Transaction, around: &Surroundings) {
        self.charges += 1;
        let amounts = self.amounts.entry(row.money.currency).or_default();
        let place = amounts.partition_point(|amount| *amount < row.money.amount_minor);
        amounts.insert(place, row.money.amount_minor);
        if let Some(country) = row.country {
            self.countries.entry(country).or_default().insert(row.booked_at.date());
        }
        self.hours.insert(hour(row.booked_at));
        *self.merchants.entry(row.merchant_group).or_default() += 1;
        self.payees.extend(around.payee.clone());
        self.devices.extend(around.device.clone());
    }

    fn median(&self, currency: Currency) -> Option<i64> {
        let amounts = self.amounts.get(&currency).filter(|amounts| amounts.len() >= KNOWN_AFTER)?;
        amounts.get(amounts.len() / 2).copied()
    }

    fn normal(&self) -> Option<Normal> {
        let most = self.amounts.iter().max_by_key(|(_, amounts)| amounts.len()).map(|(currency, _)| *currency)?;
        let usual = self.countries.iter().filter(|(_, days)| days.len() >= USUAL_DAYS).map(|(country, _)| *country);
        let countries = usual.take(limits::NORMAL_COUNTRIES).collect();
        Some(Normal { median_minor: self.median(most)?, countries })
    }
}

fn mark_bursts(rows: &mut [(Transaction, Surroundings)]) {
    let online = |row: &Transaction| row.direction == Direction::Debit && row.entry_mode == Some(EntryMode::Online);
    let times: Vec<Millis> = rows.iter().filter(|(row, _)| online(row)).map(|(row, _)| row.booked_at).collect();
    for (row, _) in rows.iter_mut().filter(|(row, _)| online(row)) {
        let from = times.partition_point(|at| row.booked_at.since(*at) > BURST_MS);
        let to = times.partition_point(|at| at.since(row.booked_at) <= BURST_MS);
        if to - from >= BURST {
            row.unusual.insert(Unusual::Burst);
        }
    }
}

fn hour(at: Millis) -> i64 {
    at.0.rem_euclid(DAY_MS) / BURST_MS
}
