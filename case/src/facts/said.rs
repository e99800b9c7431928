//! What the customer said, read once and compared with each row of a reply. What comes out is flags; the words stay.

use crate::{
    money::Money,
    narrative::{DateRange, Heard, NamedAmount, names_money},
    time::Millis,
};

/// What was said.
pub(super) struct Said<'a> {
    heard: &'a Heard,
    amounts: Vec<NamedAmount>,
    dates: Vec<DateRange>,
}

impl<'a> Said<'a> {
    /// Reads what was said.
    pub(super) fn of(heard: &'a Heard) -> Self {
        Self { heard, amounts: heard.amounts(), dates: heard.dates() }
    }

    /// Whether the words name the merchant that books under a descriptor.
    pub(super) fn names_merchant(&self, descriptor: &str) -> bool {
        self.heard.names_merchant(descriptor)
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
