//! `caseworker agreement`: how often Claude agrees with what the local tier decided by itself, and how often people sent
//! a case elsewhere. Counted from journals, with the intervals that so few cases leave.

use std::collections::BTreeMap;

use case::label::Label;
use eval::metrics::wilson;
use serde::Serialize;

use super::Data;
use crate::{
    exit::Failure,
    outcomes::{self, Told, Truth},
    output,
    settings::Settings,
    store::Shelf,
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    data: Data,
}

impl Args {
    /// The data folder's flag.
    pub(super) const fn data(&self) -> &Data {
        &self.data
    }
}

/// Of how many something holds, and between which shares the true one lies with 95 % confidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Share {
    cases: u64,
    of_which: u64,
    share: Option<f64>,
    interval: Option<[f64; 2]>,
}

/// The report.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Agreement {
    /// Cases that triage came to an outcome in.
    cases: u64,
    /// Of these, how many the local tier decided by itself.
    decided_locally: Share,
    /// Of the cases with a second opinion, how many have the same label in it.
    agreed: Share,
    /// The same by the local tier's label.
    by_task: BTreeMap<&'static str, Share>,
    /// What Claude said instead, where it said something else: the local label, then Claude's, with how often.
    differences: BTreeMap<String, u64>,
    /// Of the cases that people worked, how many they sent to another specialist, by who had decided.
    rerouted: BTreeMap<&'static str, Share>,
}

/// Runs the command.
pub(super) fn run(settings: &Settings) -> Result<(), Failure> {
    let (told, unreadable) = outcomes::read(&Shelf::read(&settings.data)?)?;
    if unreadable > 0 {
        output::words(&format!("{unreadable} cases could not be read and are left out; see `caseworker verify`"));
    }
    let agreement = Agreement::of(&told);
    if agreement.agreed.cases == 0 {
        output::words("no case has a second opinion yet: `triage.audit_share` says for how many Claude is asked");
    }
    output::pretty(&agreement)
}

/// Counts.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    all: u64,
    some: u64,
}

impl Count {
    fn add(&mut self, holds: bool) {
        self.all += 1;
        self.some += u64::from(holds);
    }

    fn share(self) -> Share {
        let share = (self.all > 0).then(|| (self.some as f64 / self.all as f64 * 1e6).round() / 1e6);
        Share { cases: self.all, of_which: self.some, share, interval: wilson(self.some, self.all) }
    }
}

impl Agreement {
    fn of(told: &[Told]) -> Self {
        let (mut local, mut agreed) = (Count::default(), Count::default());
        let mut by_task: BTreeMap<&'static str, Count> = BTreeMap::new();
        let mut rerouted: BTreeMap<&'static str, Count> = BTreeMap::new();
        let mut differences: BTreeMap<String, u64> = BTreeMap::new();
        for (told, outcome) in told.iter().filter_map(|told| Some((told, told.outcome.as_ref()?))) {
            local.add(outcome.is_by_local_alone());
            if let Some(second) = &told.second {
                let (one, other) = (outcome.label, second.scored.label);
                agreed.add(one == other);
                by_task.entry(one.name()).or_default().add(one == other);
                if one != other {
                    *differences.entry(format!("{} > {}", one.name(), other.name())).or_default() += 1;
                }
            }
            if told.truth != Truth::Unknown {
                let sent_elsewhere =
                    matches!(&told.truth, Truth::Rerouted(task) if Label::from(*task) != outcome.label);
                rerouted.entry(outcome.decided_by.name()).or_default().add(sent_elsewhere);
            }
        }
        let shares = |counts: BTreeMap<&'static str, Count>| {
            counts.into_iter().map(|(name, count)| (name, count.share())).collect()
        };
        Self {
            cases: local.all,
            decided_locally: local.share(),
            agreed: agreed.share(),
            by_task: shares(by_task),
            differences,
            rerouted: shares(rerouted),
        }
    }
}

#[cfg(test)]
mod tests {
    use case::{
        entry::{Basis, Outcome, Tier},
        label::{Ppm, Scored, Task},
        local::LocalModel,
        time::Millis,
    };

    use super::*;
    use crate::outcomes::Opinion;

    fn told(label: Label, second: Option<Label>, truth: Truth) -> Told {
        let scored = |label| Scored { label, confidence: Ppm::ONE };
        Told {
            opened_at: Millis(0),
            reading: LocalModel::embedded().read("hello"),
            outcome: Some(Outcome {
                label,
                confidence: Ppm::ONE,
                decided_by: Tier::Local,
                basis: Basis::LocalSure,
                tasks: label.task().into_iter().collect(),
                alternatives: vec![],
                calibrator: None,
            }),
            opinion: None,
            second: second.map(|label| Opinion { scored: scored(label), model: "m".to_owned(), prompt: None }),
            truth,
        }
    }

    #[test]
    fn agreement_is_counted_by_task_with_its_interval() {
        let (fraud, kyc) = (Label::FraudCheck, Label::KycLookup);
        let mut all = vec![told(fraud, Some(fraud), Truth::Unknown); 18];
        all.extend(vec![told(fraud, Some(kyc), Truth::Unknown); 2]);
        all.push(told(kyc, Some(kyc), Truth::Rerouted(Task::FraudCheck)));
        all.push(told(kyc, None, Truth::Rerouted(Task::KycLookup)));
        let agreement = Agreement::of(&all);
        assert_eq!((agreement.cases, agreement.agreed.cases, agreement.agreed.of_which), (22, 21, 19));
        let of_fraud = &agreement.by_task["fraud_check"];
        assert_eq!((of_fraud.cases, of_fraud.of_which, of_fraud.share), (20, 18, Some(0.9)));
        let [low, high] = of_fraud.interval.unwrap();
        assert!((low - 0.699).abs() < 0.001 && (high - 0.972).abs() < 0.001, "{low} {high}");
        assert_eq!(agreement.differences, BTreeMap::from([("fraud_check > kyc_lookup".to_owned(), 2)]));
        let rerouted = &agreement.rerouted["local"];
        assert_eq!((rerouted.cases, rerouted.of_which), (2, 1), "a reroute to where it was is none");
    }

    #[test]
    fn an_empty_folder_has_no_shares() {
        let agreement = Agreement::of(&[]);
        assert_eq!((agreement.agreed.share, agreement.agreed.interval), (None, None));
    }
}
