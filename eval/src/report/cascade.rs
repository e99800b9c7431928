//! Who decides how much: the local tier where it is sure, Claude where it is not, a person where neither is; for each
//! promised error.

use serde::Serialize;

use super::decided;
use crate::{
    metrics::{Said, round, share, wilson},
    record::{Asked, Record},
};

/// A milestone for each promised error.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cascade {
    /// Whether Claude was asked; if not, what the local tier leaves goes to a person.
    pub claude_asked: bool,
    /// In rising order of the promised error.
    pub milestones: Vec<Milestone>,
}

/// What becomes of the rows at one promised error.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Milestone {
    /// The error that is promised of what the local tier decides.
    pub promised_error: f64,
    /// Whether this is the one the rest of the report is about.
    pub in_use: bool,
    /// The share that the local tier decides.
    pub local_share: Option<f64>,
    /// The share of that that is wrong.
    pub local_error: Option<f64>,
    /// Between which shares that lies.
    pub local_error_interval: Option<[f64; 2]>,
    /// The share that Claude decides.
    pub claude_share: Option<f64>,
    /// The share of that that is wrong.
    pub claude_error: Option<f64>,
    /// The share that is left to a person.
    pub human_share: Option<f64>,
    /// The share of what both tiers decide that is wrong.
    pub decided_error: Option<f64>,
    /// Between which shares that lies.
    pub decided_error_interval: Option<[f64; 2]>,
    /// Rows that would be asked about and were not, because this error is stricter than the one in use. They count as a
    /// person's, and their cost as the mean of the others'.
    pub not_asked: u64,
    /// What a thousand rows cost, in US dollars.
    pub usd_per_thousand: Option<f64>,
    /// The most that a thousand rows would cost if Claude was asked wherever the local tier is not sure.
    pub usd_per_thousand_at_most: Option<f64>,
    /// How long a row takes on average, in milliseconds; nothing where reading was not measured.
    pub latency_ms: Option<f64>,
}

impl Cascade {
    /// What becomes of the rows at the promised error in use.
    #[must_use]
    pub fn in_use(&self) -> Option<&Milestone> {
        self.milestones.iter().find(|milestone| milestone.in_use)
    }

    /// The milestones of these rows.
    pub(crate) fn of(records: &[Record], promises: &[f64], promise: usize, claude_asked: bool) -> Self {
        let milestone = |(place, error): (usize, &f64)| {
            let one = milestone(records, place, *error);
            // Rows that were not asked about are of interest only where Claude could be asked.
            let not_asked = if claude_asked { one.not_asked } else { 0 };
            let claude_share = if claude_asked { one.claude_share } else { None };
            Milestone { in_use: place == promise, not_asked, claude_share, ..one }
        };
        Self { claude_asked, milestones: promises.iter().enumerate().map(milestone).collect() }
    }
}

fn milestone(records: &[Record], place: usize, promised_error: f64) -> Milestone {
    let rows = records.len() as u64;
    let (sure, unsure): (Vec<&Record>, Vec<&Record>) = records.iter().partition(|record| record.is_sure_at(place));
    let local: Vec<Said> = sure.iter().map(|record| record.local_said(place)).collect();
    let asked: Vec<&Asked> = unsure.iter().filter_map(|record| record.asked.as_ref()).collect();
    let by_claude: Vec<Said> = unsure.iter().filter_map(|record| record.claude_said()).collect();
    let ((local_all, local_wrong), (claude_all, claude_wrong)) = (decided(&local), decided(&by_claude));
    let decided_all = local_all + claude_all;
    // What is not known costs as much as what is.
    let grow = if asked.is_empty() { 0.0 } else { unsure.len() as f64 / asked.len() as f64 };
    let spent: f64 = asked.iter().map(|asked| asked.nano_dollars as f64).sum();
    let took: f64 = asked.iter().map(|asked| f64::from(asked.took_ms)).sum();
    let worst: f64 = unsure.iter().map(|record| record.worst_case_nano_dollars as f64).sum();
    let reading: Option<f64> = records.iter().map(|record| record.local_ns.map(f64::from)).sum();
    let each = |sum: f64| (rows > 0).then(|| round(sum / rows as f64));
    Milestone {
        promised_error,
        in_use: false,
        local_share: share(local_all, rows),
        local_error: share(local_wrong, local_all),
        local_error_interval: wilson(local_wrong, local_all),
        claude_share: share(claude_all, rows),
        claude_error: share(claude_wrong, claude_all),
        human_share: share(rows - decided_all, rows),
        decided_error: share(local_wrong + claude_wrong, decided_all),
        decided_error_interval: wilson(local_wrong + claude_wrong, decided_all),
        not_asked: (unsure.len() - asked.len()) as u64,
        usd_per_thousand: each(spent * grow / 1e6),
        usd_per_thousand_at_most: each(worst / 1e6),
        latency_ms: reading.and_then(|reading| each(reading / 1e6 + took * grow)),
    }
}

#[cfg(test)]
mod tests {
    use case::label::{Label, Ppm, Scored};

    use super::*;
    use crate::{
        judged::{DecidedBy, Judged},
        row::{LabelledRow, RowId},
        slices::Names,
    };

    fn record(right: bool, sure_at: [bool; 2], claude: Option<(Label, bool)>) -> Record {
        let row =
            LabelledRow { id: RowId::Number(1), text: "x".into(), label: Label::Other, source: None, language: None };
        let scored = |label| Scored { label, confidence: Ppm::new(900_000).unwrap() };
        let local = scored(if right { Label::Other } else { Label::KycLookup });
        let decided_by = match claude {
            _ if sure_at[0] => DecidedBy::Local,
            Some((_, true)) => DecidedBy::Claude,
            Some((_, false)) | None => DecidedBy::Human,
        };
        let call = claude.map(|(label, _)| crate::Call {
            answer: Some(scored(label)),
            sure: claude.is_some_and(|(_, sure)| sure),
            nano_dollars: 20_000,
            took_ms: 400,
            ..Default::default()
        });
        let judged = Judged {
            best: claude.map_or(local, |(label, _)| scored(label)),
            decided_by,
            local,
            local_scores: vec![local],
            sure_at: sure_at.to_vec(),
            fraud_suspected: false,
            language: None,
            local_ns: Some(50_000),
            worst_case_nano_dollars: 1_000_000,
            call,
        };
        Record::of(&row, &judged, Names::NONE, Names::NONE)
    }

    #[test]
    fn a_looser_promise_leaves_more_to_the_local_tier_and_costs_less() {
        let mut records = vec![record(true, [true, true], None); 90];
        records.extend(vec![record(false, [false, true], Some((Label::Other, true))); 6]);
        records.extend(vec![record(true, [false, false], Some((Label::KycLookup, false))); 4]);
        let cascade = Cascade::of(&records, &[0.02, 0.1], 0, true);
        let [strict, loose] = cascade.milestones.as_slice() else { panic!("two") };
        assert_eq!((strict.local_share, strict.claude_share, strict.human_share), (Some(0.9), Some(0.06), Some(0.04)));
        assert_eq!((strict.decided_error, loose.decided_error), (Some(0.0), Some(0.0625)));
        assert_eq!((loose.local_share, loose.claude_share, loose.human_share), (Some(0.96), Some(0.0), Some(0.04)));
        assert_eq!((strict.usd_per_thousand, loose.usd_per_thousand), (Some(0.002), Some(0.0008)));
        assert_eq!((strict.latency_ms, strict.usd_per_thousand_at_most), (Some(40.05), Some(0.1)));
        assert!(strict.in_use && !loose.in_use);
    }

    #[test]
    fn rows_that_were_not_asked_about_cost_as_much_as_the_others_and_are_counted() {
        let mut records = vec![record(true, [false, true], None); 5];
        records.extend(vec![record(true, [false, false], Some((Label::Other, true))); 5]);
        let cascade = Cascade::of(&records, &[0.02, 0.1], 1, true);
        let [strict, loose] = cascade.milestones.as_slice() else { panic!("two") };
        assert_eq!((strict.not_asked, loose.not_asked), (5, 0));
        assert_eq!((strict.usd_per_thousand, loose.usd_per_thousand), (Some(0.02), Some(0.01)));
    }

    #[test]
    fn without_claude_a_person_has_the_rest_and_nothing_is_spent() {
        let records = vec![record(true, [true, true], None), record(true, [false, false], None)];
        let cascade = Cascade::of(&records, &[0.02, 0.1], 0, false);
        let one = &cascade.milestones[0];
        assert_eq!((one.claude_share, one.human_share, one.usd_per_thousand), (None, Some(0.5), Some(0.0)));
        assert_eq!(one.usd_per_thousand_at_most, Some(0.5));
    }
}
