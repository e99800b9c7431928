//! What an operator may set about rules: where the bank is at home, which rules are switched on or off and by whom, and
//! packs of its own. It is part of a case's settings, so that who enabled a rule stands in the case's journal.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    book::{Pin, Rulebook},
    check::Problem,
    pack::{Jurisdiction, Pack},
};
use crate::limits;

/// An operator's settings about rules.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RulesSettings {
    /// Where the bank is: the law that applies where an account's country is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home: Option<Jurisdiction>,
    /// Rules switched on or off; of several about one rule the last in the list counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Packs of the operator's own; one takes the place of the shipped pack of its name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub own: Vec<Pack>,
}

/// That somebody switched a rule on or off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The rule: `us-reg-e/report`.
    pub rule: String,
    /// On or off.
    pub on: bool,
    /// The person who answers for it, by name.
    pub by: String,
    /// On which day.
    pub at: Date,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Settings about rules that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulesProblem {
    /// A case pins a pack that this build does not have.
    #[error("the rule pack {} of {} ({}) is not in this build or these settings", .0.pack, .0.version, .0.hash)]
    UnknownPin(Pin),
    /// A change is about a rule that no pack has.
    #[error("`rules.changes`: there is no rule {0:?}")]
    UnknownRule(String),
    /// A change without somebody who answers for it.
    #[error("`rules.changes`: the change of {0:?} needs `by`, the name of the person who answers for it")]
    Nobody(String),
    /// A note that is too long.
    #[error("`rules.changes`: the note on {0:?} is longer than {most} characters", most = limits::NOTE_CHARS)]
    Note(String),
    /// A change that has not happened yet.
    #[error("`rules.changes`: the change of {rule:?} is dated {at}, which is after {today}")]
    Future {
        /// The rule.
        rule: String,
        /// When it was changed.
        at: Date,
        /// What day it is.
        today: Date,
    },
    /// Two packs of one name.
    #[error("`rules.own`: there are two packs of the name {0:?}")]
    Twice(String),
    /// More changes or packs than may be.
    #[error("`rules`: at most {} changes and {} packs", limits::RULE_CHANGES, limits::OWN_PACKS)]
    TooMany,
    /// A pack of the operator's own that the checker refuses.
    #[error("`rules.own`: {pack}: {} problems, the first: {}", .problems.len(), .problems.first().map(ToString::to_string).unwrap_or_default())]
    Pack {
        /// Its name.
        pack: String,
        /// What is wrong with it.
        problems: Vec<Problem>,
    },
}

impl RulesSettings {
    /// Checks everything but the dates of changes.
    ///
    /// # Errors
    /// The first [`RulesProblem`].
    pub fn check(&self) -> Result<(), RulesProblem> {
        Rulebook::current(self).map(|_| ())
    }

    /// Checks that no change is dated after `today`, the day on which a case opens.
    ///
    /// # Errors
    /// [`RulesProblem::Future`].
    pub fn check_on(&self, today: Date) -> Result<(), RulesProblem> {
        match self.changes.iter().find(|change| change.at > today) {
            Some(change) => Err(RulesProblem::Future { rule: change.rule.clone(), at: change.at, today }),
            None => Ok(()),
        }
    }

    /// What the operator says about a rule.
    pub(super) fn change(&self, rule: &str) -> Option<&Change> {
        self.changes.iter().rev().find(|change| change.rule == rule)
    }

    /// Checks who changed what; `known` says whether there is such a rule.
    pub(super) fn check_changes(&self, known: impl Fn(&str) -> bool) -> Result<(), RulesProblem> {
        if self.changes.len() > limits::RULE_CHANGES || self.own.len() > limits::OWN_PACKS {
            return Err(RulesProblem::TooMany);
        }
        for change in &self.changes {
            let rule = || change.rule.clone();
            if !known(&change.rule) {
                return Err(RulesProblem::UnknownRule(rule()));
            }
            // A name has at least two letters and fits a line.
            let letters = change.by.chars().filter(|letter| letter.is_alphabetic()).count();
            if letters < 2 || change.by.chars().count() > limits::SHORT_TEXT_CHARS {
                return Err(RulesProblem::Nobody(rule()));
            }
            if change.note.chars().count() > limits::NOTE_CHARS {
                return Err(RulesProblem::Note(rule()));
            }
        }
        Ok(())
    }
}
