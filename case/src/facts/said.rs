//! What the customer said, read once and compared with each row of a reply. What comes out is flags; the words stay.

use crate::{
    money::Money,
    narrative::{DateRange, Heard, HeardMerchants, NamedAmount, names_money},
    time::Millis,
};

/// What was said.
pub(super) struct Said {
    merchants: HeardMerchants,
    amounts: Vec<NamedAmount>,
    dates: Vec<DateRange>,
}

impl Said {
    /// Reads what was said.
    pub(super) fn of(heard: &Heard) -> Self {
        Self { merchants: heard.merchants(), amounts: heard.amounts(), dates: heard.dates() }
    }

    /// Whether the words name the merchant that books under a descriptor.
    pub(super) fn names_merchant(&self, descriptor: &str) -> bool {
        self.merchants.names(descriptor)
    }

    /// Whether the words name an amount.
    pub(super) fn names_money(&self, money: Money) -> bool {
        self.amounts.iter().any(|named| names_money(named, money))
    }

    /// Whether the words name the day of a moment.
    pub(super) fn names_day(&self, at: Millis) -> bool {
        self.dates.iter().any(|range| range.holds(at.date()))
    }
}
