//! Dates as customers write them, relative to the day they were written.

use jiff::civil::Date;

/// The days that a written date can mean, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateRange {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl DateRange {
    /// Whether a day is one of those meant.
    #[must_use]
    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }
}

/// The dates of a text by what happened on them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Dates {
    /// When a charge can have been made.
    pub(super) charges: Vec<DateRange>,
    /// When a delivery was due.
    pub(super) delivery_due: Option<Date>,
    /// When the customer cancelled.
    pub(super) cancelled_on: Option<Date>,
    /// When the customer noticed a loss.
    pub(super) learned_on: Option<Date>,
}

/// Reads the dates of a text.
pub(super) fn read(_text: &str, _said_on: Date) -> Dates {
    Dates::default()
}
