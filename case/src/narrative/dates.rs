//! Dates as customers write them, relative to the day they were written, by what happened on them.
//!
//! A date counts for a charge unless the words beside it say that something else happened then: a delivery was due, the
//! customer cancelled, noticed a loss, or spoke with somebody. A charge is never in the future; a delivery may be.

mod calendar;
mod written;

use jiff::civil::Date;

use super::{
    claims::{self, Claim},
    phrases,
    tokens::{self, Token},
};
use crate::limits;
use calendar::Tense;

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
    /// When a charge can have been made, at most [`limits::NARRATIVE_DATES`].
    pub(super) charges: Vec<DateRange>,
    /// When a delivery was due. Of several days the last: before it is over nobody is late.
    pub(super) delivery_due: Option<Date>,
    /// When the customer cancelled. Of several days ("in September") the first: a charge between the first and the
    /// last may be one after cancelling. To take it for one puts it before an analyst; not to would end the claim of
    /// a customer who is right.
    pub(super) cancelled_on: Option<Date>,
    /// When the customer noticed a loss. Of several days the last: time for reporting runs from there, and a customer
    /// is not held to a day that nobody named.
    pub(super) learned_on: Option<Date>,
    /// The only day that is named, the reading of it that is nearest: what it is about is said by a question before it.
    pub(super) only: Option<Date>,
}

/// What happened on a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Charge,
    Due(Tense),
    Cancelled,
    Noticed,
    /// The loss itself: when it was noticed, unless that is said as well.
    Lost,
    Other,
}

/// What is said beside a date, and what happened then. Where two phrases end at one place, the earlier one counts.
const ROLES: &[(Role, &str)] = &[
    (Role::Other, "refund~|reimburs~|reply|answer * by|on|within|before|until"),
    (Role::Due(Tense::Past), "should|would have|had|of * arriv~|come|been|turned|received|got|reached"),
    (
        Role::Due(Tense::Past),
        "was|were due|expected|supposed|meant|promised|scheduled|guaranteed|to * arrive|come|deliver~|be|reach|get|here",
    ),
    (Role::Due(Tense::Past), "was|were due|expected|promised|scheduled|guaranteed"),
    (Role::Due(Tense::Past), "promised|guaranteed|told * deliver~|arriv~|here * by|on|for"),
    (Role::Due(Tense::Coming), "should|will|would|to arrive|come|be|deliver~|reach"),
    (Role::Due(Tense::Coming), "arrives|arriving"),
    (Role::Due(Tense::Coming), "is|are due|expected|supposed|scheduled|meant"),
    (
        Role::Due(Tense::Near),
        "expected|estimated|promised|scheduled|delivery|arrival|due date|day|by|on|for|before|is|was",
    ),
    (Role::Due(Tense::Near), "deliver~|arrive|arrival|due by|before|for|on|is|was|date"),
    (Role::Other, "it|they|parcel|package|order arrived|came"),
    (Role::Other, "i|we received"),
    (Role::Due(Tense::Near), "due|expected"),
    (Role::Other, "deleted|closed * account|profile"),
    (Role::Cancelled, "cancel~|cncld|cancld|unsubscribed|terminated"),
    (Role::Cancelled, "ended|stopped * subscription~|membership|contract|trial|plan"),
    (Role::Cancelled, "subscription|membership|contract|trial|plan|policy ended|expired|stopped"),
    (Role::Noticed, "noticed|realised|realized|discovered|spotted|learned|learnt|noticing"),
    (Role::Noticed, "found|find out"),
    (Role::Noticed, "figured * out"),
    (Role::Other, "saw|seen|had|used it|them|card * last"),
    (Role::Other, "changed|moved|married|updated|registered"),
    (Role::Noticed, "became aware"),
    (Role::Lost, "lost|stolen|stole|robbed|mugged|misplaced|disappeared|missing|dropped|snatched|pickpocketed|gone"),
    (Role::Other, "contacted|emailed|phoned|wrote|spoke|messaged|complained|rang|reported|returned|born|opened"),
    (Role::Other, "called|told|asked * them|you|shop|seller|merchant|bank|support"),
    (Role::Other, "sent|took|posted|shipped|brought * back"),
];
/// Words between a date and what is said of it, where it is about a charge or a delivery, and where it is about what
/// the customer did or found.
const REACH: usize = 3;
const FAR: usize = 6;
/// Between a date and what is said of it nothing else may begin.
const OTHERWISE: &[&str] =
    &["and", "but", "although", "though", "even", "yet", "because", "after", "when", "then", "while"];
/// Nor may money move there, where what is said stands far from the date.
const MOVES: &[&str] = &[
    "charged",
    "charge",
    "charges",
    "billed",
    "debited",
    "took",
    "taken",
    "paid",
    "bought",
    "ordered",
    "sent",
    "spent",
    "payment",
    "transaction",
    "withdrawal",
    "used",
    "made",
];
/// What joins a date to what is said of it: "expected on" is no nearer to the date than "was expected".
const JOINING: &[&str] = &["on", "by", "for", "in", "at", "the", "before"];
/// With these before it a day is where a time begins that has not ended.
const SINCE: &[&str] = &["since"];

/// Reads the dates of a text that was said on a day.
pub(super) fn read(text: &str, said_on: Date) -> Dates {
    let tokens = tokens::read(text);
    let mut dates = Dates::default();
    let (mut noticed, mut lost) = (None, None);
    let found = written::dates(&tokens);
    if let [(_, _, date)] = found.as_slice() {
        let ranges = calendar::days(*date, said_on, Tense::Near);
        // "Last year" is no day, and neither is one that can be read in two ways.
        dates.only = match ranges.as_slice() {
            [range] if range.from == range.to => Some(range.to),
            _ => None,
        };
    }
    let loss = !found.is_empty() && claims::read(&tokens).contains(&Claim::LostOrStolen);
    for (start, end, date) in found {
        let role = match role(&tokens, start, end) {
            Role::Lost if !loss => Role::Charge,
            role => role,
        };
        let tense = if let Role::Due(tense) = role { tense } else { Tense::Past };
        let ranges = calendar::days(date, said_on, tense);
        let first = ranges.iter().map(|range| range.from).min();
        let last = ranges.iter().map(|range| range.to).max();
        match role {
            Role::Charge => {
                let since = start.checked_sub(1).and_then(|at| tokens.get(at)).is_some_and(|token| token.is(SINCE));
                let open = |range: DateRange| DateRange { to: if since { said_on } else { range.to }, ..range };
                let mut ranges: Vec<DateRange> = ranges.into_iter().map(open).collect();
                if since {
                    // All readings end today: the longest holds the others.
                    ranges.sort_unstable();
                    ranges.truncate(1);
                }
                ranges.retain(|range| !dates.charges.contains(range));
                dates.charges.extend(ranges);
            }
            Role::Due(_) => dates.delivery_due = dates.delivery_due.or(last),
            Role::Cancelled => dates.cancelled_on = dates.cancelled_on.or(first),
            Role::Noticed => noticed = noticed.or(last),
            Role::Lost => lost = lost.or(last),
            Role::Other => {}
        }
    }
    dates.charges.truncate(limits::NARRATIVE_DATES);
    dates.learned_on = noticed.or(lost);
    dates
}

/// What happened on the date that stands at some tokens: said before it, or else right behind it.
fn role(tokens: &[Token], start: usize, end: usize) -> Role {
    let goes_on = |from: usize, to: usize, most: usize| {
        let between = tokens.get(from..to).unwrap_or_default();
        let far = between.len() > REACH;
        between.len() <= most
            && !between.iter().any(|token| token.breaks() || token.is(OTHERWISE) || (far && token.is(MOVES)))
    };
    let reach = |role: Role| if matches!(role, Role::Due(_)) { REACH } else { FAR };
    let joined = tokens.get(..start).unwrap_or_default().iter().rev().take_while(|token| token.is(JOINING)).count();
    let before = ROLES.iter().filter_map(|(role, phrase)| {
        let ends = phrases::spans(phrase, tokens).map(|(_, end)| end);
        ends.filter(|end| *end <= start && goes_on(*end, start, reach(*role)))
            .max()
            .map(|end| (end.min(start - joined), *role))
    });
    // Of equal ends the first, which `max_by_key` would not give.
    let nearest = before.fold(None, |best: Option<(usize, Role)>, next| match best {
        Some(best) if best.0 >= next.0 => Some(best),
        _ => Some(next),
    });
    let behind = || {
        let after = ROLES.iter().filter(|(role, _)| !matches!(role, Role::Due(_) | Role::Other));
        after
            .filter_map(|(role, phrase)| {
                let starts = phrases::spans(phrase, tokens).map(|(start, _)| start);
                starts
                    .filter(|start| *start >= end && goes_on(end, *start, REACH))
                    .min()
                    .map(|start| (start, if is_passive(tokens, start, *role) { Role::Other } else { *role }))
            })
            .min_by_key(|(start, _)| *start)
    };
    nearest.or_else(behind).map_or(Role::Charge, |(_, role)| role)
}

/// "The flight on 3 December was cancelled": not by the customer.
fn is_passive(tokens: &[Token], at: usize, role: Role) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    role == Role::Cancelled && before.is_some_and(|token| token.is(&["was", "were", "got", "been", "is"]))
}

#[cfg(test)]
mod tests;
