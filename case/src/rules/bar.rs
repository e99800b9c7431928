//! Time limits for the customer to tell: whether a notice kept them, or which fact would say.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    book::Rulebook,
    clock::end,
    matter::{Fact, Matter, Verdict},
    pack::{BarBody, BarStart, Body, Pack},
};

/// What a time limit says about a matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BarResult {
    /// The rule's whole name.
    pub rule: String,
    /// The last day, where it is known.
    pub last_day: Option<Date>,
    /// Whether the customer told in time; `None` if a fact is missing.
    pub in_time: Option<bool>,
    /// The facts that would say.
    pub open: Vec<Fact>,
    /// Whether the rule needs a word with counsel.
    pub marked: bool,
}

impl Rulebook {
    /// The time limits that a matter had to keep. None if it is not known which law applies.
    #[must_use]
    pub fn bars(&self, matter: &Matter) -> Vec<BarResult> {
        let place = self.place(matter.jurisdiction);
        let mut results = Vec::new();
        for pack in self.packs() {
            let notified_on = pack.zone.date(matter.notified_at);
            let as_of = matter.booked_on.unwrap_or(notified_on).min(notified_on);
            for found in self.in_force(as_of).filter(|found| found.pack.pack == pack.pack && found.applies(place)) {
                let Body::Bar(body) = &found.rule.body else { continue };
                let unsure = match matter.verdict(&body.when, notified_on) {
                    Verdict::No => continue,
                    Verdict::Yes(_) => BTreeSet::new(),
                    Verdict::Open(facts) => facts,
                };
                let (last_day, in_time, open) = judge(pack, body, matter, notified_on, unsure);
                let open = open.into_iter().collect();
                results.push(BarResult { rule: found.name(), last_day, in_time, open, marked: found.is_marked() });
            }
        }
        results
    }
}

/// The last day, whether it was kept, and what is open. `unsure`: facts on which depends whether there is a limit at all.
fn judge(
    pack: &Pack,
    body: &BarBody,
    matter: &Matter,
    notified_on: Date,
    unsure: BTreeSet<Fact>,
) -> (Option<Date>, Option<bool>, BTreeSet<Fact>) {
    let last_after = |day| end(pack, body.length, day, None).0;
    let (from, missing) = match body.from {
        BarStart::Statement => (matter.statement_sent_on, Fact::StatementSent),
        BarStart::Debit => (matter.booked_on, Fact::Booked),
    };
    let last_day = from.map(last_after);
    // A statement is sent after the booking: who told within the time of the booking told within that of the statement.
    let early = matter.booked_on.is_some_and(|booked| notified_on <= last_after(booked));
    let in_time = last_day.map_or(early.then_some(true), |last| Some(notified_on <= last));
    let mut open = unsure;
    if in_time.is_none() {
        open.insert(missing);
    }
    match in_time {
        Some(true) if body.in_writing && !matter.written => {
            open.insert(Fact::WrittenNotice);
            (last_day, None, open)
        }
        // Too late for a limit that may not apply is not too late.
        Some(false) if !open.is_empty() => (last_day, None, open),
        // In time is in time, whatever else there is to know.
        Some(true) => (last_day, in_time, BTreeSet::new()),
        _ => (last_day, in_time, open),
    }
}

#[cfg(test)]
mod tests;
