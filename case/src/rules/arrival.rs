//! When a payment can be expected: by scheme, cut-off time, weekends and holidays.
//!
//! The numbers stand in the pack `arrival`. They are expectations that decide what a customer is told and when a payment
//! is traced; no scheme promises a customer a minute, and a bank's own cut-off time comes first.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use super::{
    book::Rulebook,
    calendar::{Calendar, Closed},
    pack::{Body, Confidence},
    zone::Zone,
};
use crate::{
    facts::{Payment, Scheme},
    time::Millis,
};

/// The pack of expectations.
pub const ARRIVAL: &str = "arrival";
/// The most business days that a pack may expect a payment to take.
const BUSINESS_DAYS: u16 = 60;
/// The most seconds that a pack may expect a payment to take: a day.
const SECONDS: u32 = 86_400;

/// How long payments of a scheme take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArrivalBody {
    /// The scheme.
    pub scheme: Scheme,
    /// In which zone its days begin and end, and its cut-off time is read.
    pub zone: Zone,
    /// The calendars that must all be open for a day to count; without any, every day counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calendars: Vec<Calendar>,
    /// What is ordered at this time or later counts as ordered on the next business day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_off: Option<Time>,
    /// How long it takes.
    pub within: Within,
}

/// How long a payment takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Within {
    /// Seconds from the order.
    Seconds(u32),
    /// Business days after the day on which the order counts.
    BusinessDays {
        /// At the earliest; nought is the day itself.
        earliest: u16,
        /// At the latest.
        latest: u16,
    },
}

/// When a payment can be expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The rule, with its pack: `arrival/sepa-credit`.
    pub rule: String,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// The first day.
    pub earliest: Date,
    /// The last day, in the rule's zone.
    pub latest: Date,
    /// The moment after which it is overdue.
    pub latest_at: Millis,
    /// What makes it later than it would be otherwise, in the order of the days.
    pub delays: Vec<Delay>,
}

/// A day that does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay {
    /// The day.
    pub on: Date,
    /// Why it does not count.
    pub why: Why,
}

/// Why a day does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The customer chose this later day for the payment.
    Scheduled,
    /// The order came after the cut-off time of this day.
    AfterCutOff,
    /// A Saturday or Sunday.
    Weekend,
    /// A holiday of the scheme's calendar.
    Holiday,
}

impl Expected {
    /// Whether the payment should have arrived.
    #[must_use]
    pub fn is_overdue(&self, now: Millis) -> bool {
        now > self.latest_at
    }
}

/// When a payment of a scheme can be expected that was ordered then, for that day if the customer chose one; `None`
/// where no rule in force says.
#[must_use]
pub fn expected(book: &Rulebook, scheme: Scheme, ordered_at: Millis, execution_on: Option<Date>) -> Option<Expected> {
    book.of_pack(ARRIVAL, ordered_at.date()).find_map(|rule| match &rule.body {
        Body::Arrival(body) if body.scheme == scheme => {
            Some(body.count(ordered_at, execution_on, format!("{ARRIVAL}/{}", rule.id), rule.confidence))
        }
        _ => None,
    })
}

/// When a payment can be expected; `None` where its scheme is not known or no rule in force says.
#[must_use]
pub fn expected_of(book: &Rulebook, payment: &Payment) -> Option<Expected> {
    expected(book, payment.scheme?, payment.created_at, payment.execution_on)
}

/// What is wrong with an expectation of a pack; the checker asks.
#[must_use]
pub fn check_arrival(body: &ArrivalBody) -> Option<&'static str> {
    match body.within {
        Within::Seconds(seconds) if seconds == 0 || seconds > SECONDS => Some("from one second to a day"),
        Within::Seconds(_) if body.cut_off.is_some() => Some("what takes seconds has no cut-off time"),
        Within::BusinessDays { earliest, latest } if earliest > latest => Some("the earliest day is after the latest"),
        Within::BusinessDays { latest, .. } if latest > BUSINESS_DAYS => Some("at most 60 business days"),
        Within::Seconds(_) | Within::BusinessDays { .. } => None,
    }
}

impl ArrivalBody {
    fn count(&self, ordered_at: Millis, execution_on: Option<Date>, rule: String, confidence: Confidence) -> Expected {
        let mut delays = Vec::new();
        let ordered_on = self.zone.date(ordered_at);
        let scheduled = execution_on.filter(|day| *day > ordered_on);
        let (earliest, latest, latest_at) = match (self.within, scheduled) {
            (Within::Seconds(seconds), None) => {
                let latest_at = ordered_at.plus(i64::from(seconds) * 1_000);
                (ordered_on, self.zone.date(latest_at), latest_at)
            }
            // Nobody says at what time of the chosen day it is sent.
            (Within::Seconds(_), Some(day)) => {
                delays.push(Delay { on: day, why: Why::Scheduled });
                (day, day, self.zone.end_of(day))
            }
            (Within::BusinessDays { earliest, latest }, _) => {
                let counts_on = self.counts_on(ordered_at, ordered_on, scheduled, &mut delays);
                let first = self.business_days_after(counts_on, earliest, &mut Vec::new());
                let last = self.business_days_after(counts_on, latest, &mut delays);
                (first, last, self.zone.end_of(last))
            }
        };
        Expected { rule, confidence, earliest, latest, latest_at, delays }
    }

    /// The business day on which an order counts as received.
    fn counts_on(
        &self,
        ordered_at: Millis,
        ordered_on: Date,
        scheduled: Option<Date>,
        delays: &mut Vec<Delay>,
    ) -> Date {
        let is_late = |time: Time| ordered_at >= self.zone.at(ordered_on, time.hour(), time.minute());
        let mut day = scheduled.unwrap_or(ordered_on);
        if scheduled.is_some() {
            delays.push(Delay { on: day, why: Why::Scheduled });
        } else if self.cut_off.is_some_and(is_late) && self.closed(day).is_none() {
            delays.push(Delay { on: day, why: Why::AfterCutOff });
            day = day.tomorrow().unwrap_or(day);
        }
        while let (Some(why), Ok(next)) = (self.closed(day), day.tomorrow()) {
            delays.push(Delay { on: day, why });
            day = next;
        }
        day
    }

    fn business_days_after(&self, from: Date, count: u16, delays: &mut Vec<Delay>) -> Date {
        let (mut day, mut left) = (from, count);
        while left > 0 {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            match self.closed(day) {
                Some(why) => delays.push(Delay { on: day, why }),
                None => left -= 1,
            }
        }
        day
    }

    fn closed(&self, day: Date) -> Option<Why> {
        let closed = self.calendars.iter().find_map(|calendar| calendar.closed(day))?;
        Some(match closed {
            Closed::Weekend => Why::Weekend,
            Closed::Holiday => Why::Holiday,
        })
    }
}

#[cfg(test)]
mod tests;
