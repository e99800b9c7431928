//! Statutory clocks: which ones run for a matter, since when, and when they are due.
//!
//! Days are civil days in the pack's zone. The day on which a clock starts never counts, and the last day is due to its
//! very end. Where a fact is missing, the choice is the one that leaves the bank less time, and the clock says so.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    book::{Found, Rulebook},
    matter::{Fact, Matter, Verdict, after},
    pack::{Body, ClockBody, Condition, Duty, Length, Pack, Start},
};
use crate::{money::Money, time::Millis};

/// A clock that runs for a matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// The rule's whole name: `us-reg-e/provisional-credit`.
    pub rule: String,
    /// The day on which it started.
    pub starts_on: Date,
    /// The day on which it is due if it never pauses.
    pub ends_on: Date,
    /// What chose it.
    pub basis: Vec<Basis>,
    /// Whether a fact was missing, and the clock is the one that leaves the bank less time.
    pub assumed: bool,
    /// Whether the rule needs a word with counsel.
    pub marked: bool,
    /// Who has to keep it.
    pub duty: Duty,
    /// The most that has to be paid, where the rule has a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up_to: Option<Money>,
    /// The day whose law applies.
    pub as_of: Date,
}

/// What chose a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// It runs since this happened.
    Start(Start),
    /// This circumstance holds.
    Condition(Condition),
    /// This is not known.
    Unknown(Fact),
    /// The account's country is not known: it is the law of the bank's home.
    Home,
}

/// A time in which a clock stands still, if its rule lets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// Since when.
    pub from: Millis,
    /// Until when; still now if absent.
    pub to: Option<Millis>,
}

/// When a clock is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The last day.
    pub due_on: Date,
    /// The last millisecond of that day, in the pack's zone.
    pub due_at: Millis,
    /// Whether it stands still now.
    pub paused: bool,
    /// Business days that pauses have added.
    pub extended_business_days: u16,
    /// The day that no pause can pass, for a clock that may pause.
    pub latest: Option<Date>,
    /// From when people should be warned: two business days before; one for clocks of at most three business days.
    pub warn_on: Date,
}

impl Rulebook {
    /// The clocks that run for a matter, in the order of packs and rules. None if it is not known where the account is
    /// and the settings do not say where the bank is: no country's law is guessed.
    #[must_use]
    pub fn clocks(&self, matter: &Matter) -> Vec<Clock> {
        let place = self.place(matter.jurisdiction);
        self.packs()
            .flat_map(|pack| self.clocks_of(pack, matter, place.is_some_and(|_| matter.jurisdiction.is_none())))
            .collect()
    }

    fn clocks_of(&self, pack: &Pack, matter: &Matter, home: bool) -> Vec<Clock> {
        let notified_on = pack.zone.date(matter.notified_at);
        let as_of = matter.booked_on.unwrap_or(notified_on).min(notified_on);
        let place = self.place(matter.jurisdiction);
        let rules: Vec<(Found<'_>, &ClockBody, Verdict)> = self
            .in_force(as_of)
            .filter(|found| found.pack.pack == pack.pack && found.applies(place))
            .filter_map(|found| match &found.rule.body {
                Body::Clock(body) => Some((found, body, matter.verdict(&body.when, notified_on))),
                _ => None,
            })
            .collect();
        let mut clocks = Vec::new();
        for (found, body, verdict) in &rules {
            let Some(starts_on) = started(body.start, matter, notified_on) else { continue };
            let Some(mut basis) = basis(body, verdict) else { continue };
            // What would take its place takes it for certain, or leaves it here as an assumption.
            let instead = |body: &ClockBody| body.instead_of.contains(&found.rule.id);
            let others = || rules.iter().filter(|(_, body, _)| instead(body)).map(|(_, _, verdict)| verdict);
            if others().any(|verdict| matches!(verdict, Verdict::Yes(_))) {
                continue;
            }
            for verdict in others() {
                if let Verdict::Open(facts) = verdict {
                    basis.extend(facts.iter().copied().map(Basis::Unknown));
                }
            }
            if home {
                basis.insert(Basis::Home);
            }
            let (ends_on, exact) = end(pack, body.length, starts_on, matter.cycle_ends_on);
            if !exact {
                basis.insert(Basis::Unknown(Fact::BillingCycle));
            }
            clocks.push(Clock {
                rule: found.name(),
                starts_on,
                ends_on,
                assumed: basis.iter().any(|basis| matches!(basis, Basis::Unknown(_))),
                basis: basis.into_iter().collect(),
                marked: found.is_marked(),
                duty: body.duty,
                up_to: body.up_to,
                as_of,
            });
        }
        clocks
    }

    /// When a clock is due, with the pauses until now. `today` is the day it is in the pack's zone. Pauses of a clock
    /// whose rule knows none are ignored. `None` for a clock of another book.
    #[must_use]
    pub fn due(&self, clock: &Clock, pauses: &[Pause], today: Date) -> Option<Due> {
        let found = self.rule_on(&clock.rule, clock.as_of)?;
        let Body::Clock(body) = &found.rule.body else { return None };
        let (calendar, zone) = (found.pack.calendar, found.pack.zone);
        let paused = match (body.pause, body.length) {
            (Some(pausing), Length::BusinessDays(days)) => {
                let latest = calendar.add_business_days(clock.starts_on, pausing.at_most_business_days);
                let still = still(pauses, zone.end_of(today));
                let standing =
                    |day| still.iter().any(|(from, to)| *from <= zone.start_of(day) && *to >= zone.end_of(day));
                let (mut day, mut left) = (clock.starts_on, days);
                while left > 0 && day < latest {
                    day = calendar.next_business_day(day);
                    left -= u16::from(!standing(day));
                }
                Some((day, latest))
            }
            _ => None,
        };
        let due_on = paused.map_or(clock.ends_on, |(day, _)| day);
        let latest = paused.map(|(_, latest)| latest);
        let open = pauses.iter().any(|pause| pause.to.is_none() && zone.date(pause.from) <= today);
        let added = calendar.business_days_between(clock.ends_on, due_on);
        Some(Due {
            due_on,
            due_at: zone.end_of(due_on),
            paused: open && latest.is_some_and(|latest| today <= latest),
            extended_business_days: u16::try_from(added).unwrap_or(u16::MAX),
            latest,
            warn_on: self::warn_on(found.pack, body.length, clock.starts_on, due_on),
        })
    }
}

/// The day on which a clock starts, if what starts it has happened.
fn started(start: Start, matter: &Matter, notified_on: Date) -> Option<Date> {
    match start {
        Start::Notice => Some(notified_on),
        Start::Finding => matter.found_on,
        Start::Credit => matter.credited_on,
        Start::Reversal => matter.reversed_on,
    }
}

/// What chose a clock; `None` if nothing does. A rule that would take another's place is not assumed: the other one is.
fn basis(body: &ClockBody, verdict: &Verdict) -> Option<BTreeSet<Basis>> {
    let start = Basis::Start(body.start);
    match verdict {
        Verdict::No => None,
        Verdict::Yes(held) => Some(held.iter().copied().map(Basis::Condition).chain([start]).collect()),
        Verdict::Open(_) if !body.instead_of.is_empty() => None,
        Verdict::Open(facts) => Some(facts.iter().copied().map(Basis::Unknown).chain([start]).collect()),
    }
}

/// The last day of a time that starts on a day, and whether nothing was assumed for it.
pub(super) fn end(pack: &Pack, length: Length, from: Date, cycle_ends_on: Option<Date>) -> (Date, bool) {
    match length {
        Length::BusinessDays(days) => (pack.calendar.add_business_days(from, days), true),
        Length::Days(days) => (after(from, days), true),
        Length::Months(months) => (months_later(from, months), true),
        Length::Cycles { complete, at_most_days } => {
            let last = after(from, at_most_days);
            match cycle_ends_on.and_then(|end| running_cycle(end, from).map(|running| (end, running))) {
                // Counted from the one known end, so that the 31st is the 31st again after a short month.
                Some((end, running)) => (month_shifted(end, running + i32::from(complete)).min(last), true),
                // A cycle could end on the very day of the notice: no two complete ones are shorter than this.
                None => (months_later(from, complete).min(last), false),
            }
        }
    }
}

/// By how many months the end of the cycle that runs on `day` lies after the known one: the first end not before it.
fn running_cycle(end: Date, day: Date) -> Option<i32> {
    let months = |date: Date| i32::from(date.year()) * 12 + i32::from(date.month());
    let near = months(day) - months(end);
    [near, near + 1].into_iter().find(|shift| month_shifted(end, *shift) >= day)
}

fn month_shifted(day: Date, months: i32) -> Date {
    day.saturating_add(jiff::Span::new().months(months))
}

fn months_later(day: Date, months: u16) -> Date {
    month_shifted(day, i32::from(months))
}

/// The times in which a clock stands still, joined where they touch; an open one lasts until `now`.
fn still(pauses: &[Pause], now: Millis) -> Vec<(Millis, Millis)> {
    let mut times: Vec<_> = pauses.iter().map(|pause| (pause.from, pause.to.unwrap_or(now))).collect();
    times.sort_unstable();
    let mut joined: Vec<(Millis, Millis)> = Vec::new();
    for (from, to) in times {
        match joined.last_mut() {
            Some(last) if from <= last.1.plus(1) => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

fn warn_on(pack: &Pack, length: Length, starts_on: Date, due_on: Date) -> Date {
    let before = pack.calendar.previous_business_day(due_on);
    let short = match length {
        Length::BusinessDays(days) | Length::Days(days) => days <= 3,
        Length::Months(_) | Length::Cycles { .. } => false,
    };
    let warn = if short { before } else { pack.calendar.previous_business_day(before) };
    warn.max(starts_on)
}

#[cfg(test)]
pub(in crate::rules) mod tests;
