//! Second opinions: of the cases that the local tier decides by itself, Claude is asked about a share as well, so that
//! somebody knows how often the two agree.
//!
//! Which cases these are follows from their ids, so that a replay asks the same. A second opinion never changes where
//! a case goes; it can only raise a suspicion of fraud, for which a person then looks.

use sha2::{Digest as _, Sha256};

use crate::{
    entry::{Answer, Outcome, Purpose, Question},
    ids::CaseId,
    label::{Label, Ppm, Scored, Task},
    state::{Ask, Standing, State},
};

/// The model to be asked for a second opinion, where one is due.
#[must_use]
pub fn due(state: &State) -> Option<&str> {
    let settings = &state.opened.settings.triage;
    let decided = state.outcome.as_ref().is_some_and(Outcome::is_by_local_alone);
    let wanted = decided && state.opened.words.reading.sure && is_sampled(&state.opened.case, settings.audit_share);
    let affordable = super::can_afford(state, state.opened.reserve_nano_dollars);
    settings.model.as_deref().filter(|_| wanted && affordable && asked(state).is_none())
}

/// Whether a case is among the share that is looked at twice.
#[must_use]
pub fn is_sampled(case: &CaseId, share: Ppm) -> bool {
    let hash = Sha256::digest(format!("caseworker/audit/1 {case}").as_bytes());
    let drawn = hash.first_chunk::<8>().map_or(u64::MAX, |bytes| u64::from_be_bytes(*bytes));
    drawn % u64::from(Ppm::ONE.parts()) < u64::from(share.parts())
}

/// The second opinion, where there is one, with what its confidence is worth.
#[must_use]
pub fn opinion(state: &State) -> Option<Scored> {
    match &asked(state)?.standing {
        Standing::Answered(Answer::Opinion { label, confidence, .. }) => {
            Some(Scored { label: *label, confidence: super::worth(state, *confidence) })
        }
        Standing::Answered(_)
        | Standing::Open
        | Standing::Failed { .. }
        | Standing::Retry(_)
        | Standing::Missing(_) => None,
    }
}

/// Whether a second opinion sees fraud in a case that nobody looks at for fraud.
#[must_use]
pub fn suspects_fraud(state: &State) -> bool {
    let sees = |opinion: Scored| {
        opinion.label == Label::FraudCheck && opinion.confidence >= state.opened.settings.triage.claude_min
    };
    state.track(Task::FraudCheck).is_none() && opinion(state).is_some_and(sees)
}

/// The ask for a second opinion.
fn asked(state: &State) -> Option<&Ask> {
    let audit = |ask: &&Ask| matches!(ask.question, Question::Triage { purpose: Purpose::Audit, .. });
    state.asks.values().find(audit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_all_cases_is_drawn_the_same_each_time() {
        let share = |parts| Ppm::new(parts).unwrap();
        let cases: Vec<CaseId> = (0..20_000_u32).map(|n| CaseId::from_random(u128::from(n).to_be_bytes())).collect();
        let drawn = |parts| cases.iter().filter(|case| is_sampled(case, share(parts))).count();
        assert_eq!((drawn(0), drawn(1_000_000)), (0, cases.len()));
        let tenth = drawn(100_000);
        assert!((1_900..2_100).contains(&tenth), "{tenth}");
        assert_eq!(tenth, drawn(100_000));
        let wider = |case: &&CaseId| is_sampled(case, share(100_000)) && !is_sampled(case, share(200_000));
        assert_eq!(cases.iter().find(wider), None, "a larger share holds the smaller one");
    }
}
