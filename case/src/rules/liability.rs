//! How much of a loss the customer bears at most. What is not known counts for the customer, and stands as open.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    book::Rulebook,
    matter::{Fact, Matter, Verdict, after},
    pack::{Body, Holds, LiabilityBody, Pack},
};
use crate::money::Money;

/// What the customer bears at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiabilityResult {
    /// The rule's whole name.
    pub rule: String,
    /// The most that the customer bears, and no more than the amount where that is known; without a limit if absent.
    pub at_most: Option<Money>,
    /// Facts that could make it more.
    pub open: Vec<Fact>,
    /// Whether the rule needs a word with counsel.
    pub marked: bool,
}

impl Rulebook {
    /// The first rule about liability that applies to a matter. `None` if there is none, or it is not known which law
    /// applies.
    #[must_use]
    pub fn liability(&self, matter: &Matter) -> Option<LiabilityResult> {
        let place = self.place(matter.jurisdiction);
        self.packs().find_map(|pack| {
            let notified_on = pack.zone.date(matter.notified_at);
            let as_of = matter.booked_on.unwrap_or(notified_on).min(notified_on);
            let mut rules = self.in_force(as_of).filter(|found| found.pack.pack == pack.pack && found.applies(place));
            rules.find_map(|found| {
                let Body::Liability(body) = &found.rule.body else { return None };
                let unsure = match matter.verdict(&body.when, notified_on) {
                    Verdict::No => return None,
                    Verdict::Yes(_) => BTreeSet::new(),
                    Verdict::Open(facts) => facts,
                };
                let (at_most, open) = judge(pack, body, matter, notified_on, unsure)?;
                Some(LiabilityResult { rule: found.name(), at_most, open, marked: found.is_marked() })
            })
        })
    }
}

fn judge(
    pack: &Pack,
    body: &LiabilityBody,
    matter: &Matter,
    notified_on: Date,
    mut open: BTreeSet<Fact>,
) -> Option<(Option<Money>, Vec<Fact>)> {
    if let (Some(limit), Some(amount)) = (body.up_to, matter.amount)
        && limit.currency == amount.currency
        && amount.amount_minor > limit.amount_minor
    {
        return None;
    }
    let tier = body.tiers.iter().find(|tier| match holds(tier.holds, pack, matter, notified_on) {
        Ok(holds) => holds,
        Err(fact) => {
            open.insert(fact);
            // Unknown counts for the customer: a tier without a limit does not hold, one with a limit does.
            tier.at_most.is_some()
        }
    })?;
    let at_most = match (tier.at_most, matter.amount) {
        (Some(most), Some(amount)) if most.currency == amount.currency => Some(most.min(amount)),
        (most, _) => most,
    };
    Some((at_most, open.into_iter().collect()))
}

/// Whether a tier holds, or the fact that would tell.
fn holds(holds: Holds, pack: &Pack, matter: &Matter, notified_on: Date) -> Result<bool, Fact> {
    match holds {
        Holds::AfterStatement { days } => {
            let last = after(matter.statement_sent_on.ok_or(Fact::StatementSent)?, days);
            // Told by then, no transfer can lie after it.
            if notified_on <= last {
                return Ok(false);
            }
            Ok(matter.booked_on.ok_or(Fact::Booked)? > last)
        }
        Holds::ToldWithin { business_days } => {
            let learned = matter.learned_on.ok_or(Fact::Learned)?;
            Ok(notified_on <= pack.calendar.add_business_days(learned, business_days))
        }
        Holds::NotStronglyAuthenticated => {
            matter.strong_authentication.map(|strong| !strong).ok_or(Fact::StrongAuthentication)
        }
        Holds::Vulnerable => matter.vulnerable.ok_or(Fact::Vulnerable),
        Holds::Otherwise => Ok(true),
    }
}

#[cfg(test)]
mod tests;
