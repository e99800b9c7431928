//! What an operator may set about decisions. A case pins its settings when it opens: they stand in its first
//! entry, so that a later change of configuration changes no old decision.
//!
//! Addresses, keys and other host matters are not here; the hosts keep them.

mod agents;
mod desk;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::{
    agents::{AgentName, AgentSettings, NotAName},
    desk::DeskSettings,
};

use crate::{
    ids::Digest,
    label::Ppm,
    local::PROMISED_ERROR,
    policy::{Action, Approval},
    prompts::PromptKind,
    rules::{RulesProblem, RulesSettings},
    time::DAY_MS,
    triage::calibrate::{Calibrator, CalibratorProblem},
};

/// The decision settings of a tenant. Durations are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How much leaves without a person.
    #[serde(skip_serializing_if = "crate::entry::is_default")]
    pub mode: Mode,
    /// How triage decides.
    pub triage: TriageSettings,
    /// How Claude is asked for summaries and identity fields.
    pub writing: WritingSettings,
    /// How long and how often sources are asked.
    pub lookups: AskSettings,
    /// How long and how often an approved action is sent before a human is told; it is sent again after that too.
    pub actions: AskSettings,
    /// A case that waits for a customer goes to a human after this time.
    pub wait_ms: i64,
    /// Days of ledger history that are looked at: the 13 months that PSD2 leaves a customer to tell, and some days.
    pub ledger_days: u16,
    /// Two equal charges by one merchant within this time are candidates for a duplicate.
    pub duplicate_window_ms: i64,
    /// Approval levels where they differ from the defaults; see [`Action::approval`].
    pub approvals: BTreeMap<Action, Approval>,
    /// Whose law applies, which rules somebody switched on or off, and packs of the operator's own.
    #[serde(skip_serializing_if = "crate::entry::is_default")]
    pub rules: RulesSettings,
    /// What remote agents are asked for.
    #[serde(skip_serializing_if = "crate::entry::is_default")]
    pub agents: AgentSettings,
    /// How people work the case. The host fills in the defaults where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desk: Option<DeskSettings>,
}

/// How much leaves a case without a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing leaves: everything is derived as in [`Mode::Assist`], to be compared with what people decide elsewhere.
    /// Sources are asked; no proposal can be approved and no customer is asked.
    Shadow,
    /// Every action needs at least one analyst, whatever [`Settings::approvals`] says.
    #[default]
    Assist,
    /// Approval levels are as configured; some actions may then go out without anybody.
    Auto,
}

/// How triage decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TriageSettings {
    /// The model asked where the local tier is unsure; `None` where there is no key: then the local tier is alone.
    pub model: Option<String>,
    /// Claude's confidence from which its label counts as a decision.
    pub claude_min: Ppm,
    /// The local tier's confidence from which its label counts when nobody better can be asked.
    pub alone_min: Ppm,
    /// A caller's confidence from which the caller's label routes (contract).
    pub caller_min: Ppm,
    /// How long and how often Claude is asked.
    pub claude: AskSettings,
    /// Room for the model's answer in tokens.
    pub max_tokens: u32,
    /// The price per case: the most that all model calls of one case may cost, in nano-dollars. What a call can cost at
    /// most is set aside before it leaves; where it does not fit, the case goes on without it.
    #[serde(alias = "price_per_case_nano_dollars")]
    pub budget_nano_dollars: u64,
    /// The error that is promised among what the local tier decides by itself: a smaller one leaves more to Claude. The
    /// model file holds the thresholds for it.
    #[serde(skip_serializing_if = "is_promised_error")]
    pub promised_error: Ppm,
    /// Of what the local tier decides by itself, the share about which Claude is asked as well, to see whether they
    /// agree.
    #[serde(skip_serializing_if = "crate::entry::is_default")]
    pub audit_share: Ppm,
    /// What Claude's confidence is worth; without one it is taken as it is said.
    #[serde(skip_serializing_if = "crate::entry::is_default")]
    pub calibrator: Option<Calibrator>,
    /// The hash of the prompt. The host fills in its newest version where nothing is said.
    #[serde(skip_serializing_if = "crate::entry::is_default")]
    pub prompt: Option<Digest>,
}

/// How Claude is asked to write summaries and to find identity fields. Both are done without it as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WritingSettings {
    /// The model; `None` where there is no key, or where an operator wants none.
    pub model: Option<String>,
    /// How long and how often it is asked. A case is not at rest meanwhile, so this is short.
    pub claude: AskSettings,
    /// Room for the answer in tokens.
    pub max_tokens: u32,
    /// The hash of the prompt for summaries, as [`TriageSettings::prompt`].
    #[serde(skip_serializing_if = "crate::entry::is_default")]
    pub summary_prompt: Option<Digest>,
    /// The hash of the prompt for identity fields.
    #[serde(skip_serializing_if = "crate::entry::is_default")]
    pub extraction_prompt: Option<Digest>,
}

/// How long and how often something outside is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskSettings {
    /// One attempt may take this long.
    pub attempt_ms: i64,
    /// After this time the answer counts as late and the case goes on without it.
    pub deadline_ms: i64,
    /// Attempts at most.
    pub attempts: u32,
    /// Pause before the second attempt; doubled for each further one, shortened by up to a quarter.
    pub backoff_ms: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            triage: TriageSettings::default(),
            writing: WritingSettings::default(),
            lookups: AskSettings { attempt_ms: 5_000, deadline_ms: 15_000, attempts: 3, backoff_ms: 250 },
            actions: AskSettings { attempt_ms: 10_000, deadline_ms: 3_600_000, attempts: 8, backoff_ms: 1_000 },
            wait_ms: 7 * DAY_MS,
            ledger_days: 400,
            duplicate_window_ms: 3 * DAY_MS,
            approvals: BTreeMap::new(),
            rules: RulesSettings::default(),
            agents: AgentSettings::default(),
            desk: None,
        }
    }
}

impl Default for WritingSettings {
    fn default() -> Self {
        Self {
            model: None,
            claude: AskSettings { attempt_ms: 15_000, deadline_ms: 20_000, attempts: 2, backoff_ms: 500 },
            max_tokens: 1_024,
            summary_prompt: None,
            extraction_prompt: None,
        }
    }
}

impl Default for TriageSettings {
    fn default() -> Self {
        let share = |parts| Ppm::new(parts).unwrap_or(Ppm::ONE);
        Self {
            model: None,
            claude_min: share(700_000),
            alone_min: share(600_000),
            caller_min: share(600_000),
            claude: AskSettings { attempt_ms: 20_000, deadline_ms: 60_000, attempts: 3, backoff_ms: 500 },
            max_tokens: 512,
            budget_nano_dollars: 10_000_000,
            promised_error: PROMISED_ERROR,
            audit_share: Ppm::default(),
            calibrator: None,
            prompt: None,
        }
    }
}

fn is_promised_error(share: &Ppm) -> bool {
    *share == PROMISED_ERROR
}

/// A setting that no operator may choose.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsProblem {
    /// A number outside its range.
    #[error("`{name}` must be between {least} and {most}")]
    Range {
        /// The setting.
        name: &'static str,
        /// The least allowed.
        least: i64,
        /// The most allowed.
        most: i64,
    },
    /// A rule, or a pack of rules.
    #[error(transparent)]
    Rules(#[from] RulesProblem),
    /// A calibrator.
    #[error(transparent)]
    Calibrator(#[from] CalibratorProblem),
    /// More reasons for a command than anybody reads.
    #[error("`desk.reasons.{command}` has more than {most} reasons")]
    Reasons {
        /// Which.
        command: &'static str,
        /// The most allowed.
        most: usize,
    },
    /// A prompt that this build does not have.
    #[error("`{0}` is the hash of no prompt of that kind; `caseworker prompts list` shows them")]
    Prompt(&'static str),
    /// An approval level below what the action needs.
    #[error("`approvals.{action}` may not be lower than `{least}`: the action {why}")]
    Approval {
        /// The action.
        action: &'static str,
        /// The lowest level allowed.
        least: &'static str,
        /// Why there is a lowest level.
        why: &'static str,
    },
}

impl Settings {
    /// Checks every number and level.
    ///
    /// # Errors
    /// The first setting that is out of its range, by name. The dates of changes to rules are checked where a case opens:
    /// [`RulesSettings::check_on`].
    pub fn check(&self) -> Result<(), SettingsProblem> {
        self.triage.claude.check("triage.claude")?;
        self.writing.claude.check("writing.claude")?;
        range("writing.max_tokens", i64::from(self.writing.max_tokens), 64, 8_192)?;
        self.lookups.check("lookups")?;
        self.actions.check("actions")?;
        self.agents.findings.check("agents.findings")?;
        range("wait_ms", self.wait_ms, 1_000, 365 * DAY_MS)?;
        range("ledger_days", i64::from(self.ledger_days), 1, 730)?;
        range("duplicate_window_ms", self.duplicate_window_ms, 60_000, 60 * DAY_MS)?;
        range("triage.max_tokens", i64::from(self.triage.max_tokens), 64, 8_192)?;
        range("triage.promised_error", i64::from(self.triage.promised_error.parts()), 1_000, 200_000)?;
        self.triage.calibrator.iter().try_for_each(Calibrator::check)?;
        let prompts = [
            ("triage.prompt", PromptKind::Triage, &self.triage.prompt),
            ("writing.summary_prompt", PromptKind::Summary, &self.writing.summary_prompt),
            ("writing.extraction_prompt", PromptKind::Extraction, &self.writing.extraction_prompt),
        ];
        for (name, kind, hash) in prompts {
            if kind.pinned(hash.as_ref()).is_none() {
                return Err(SettingsProblem::Prompt(name));
            }
        }
        self.rules.check()?;
        self.desk.iter().try_for_each(DeskSettings::check)?;
        for (action, approval) in &self.approvals {
            if *approval < action.least_approval() {
                return Err(SettingsProblem::Approval {
                    action: action.name(),
                    least: action.least_approval().name(),
                    why: action.why_approval(),
                });
            }
        }
        Ok(())
    }

    /// The hash under which a case pins these settings.
    #[must_use]
    pub fn hash(&self) -> Digest {
        Digest::of(&serde_json::to_vec(self).unwrap_or_default())
    }
}

impl AskSettings {
    fn check(&self, name: &'static str) -> Result<(), SettingsProblem> {
        range(name, self.attempt_ms, 10, 600_000)?;
        range(name, self.deadline_ms, self.attempt_ms, 30 * DAY_MS)?;
        range(name, i64::from(self.attempts), 1, 100)?;
        range(name, self.backoff_ms, 1, 600_000)
    }
}

fn range(name: &'static str, value: i64, least: i64, most: i64) -> Result<(), SettingsProblem> {
    if (least..=most).contains(&value) { Ok(()) } else { Err(SettingsProblem::Range { name, least, most }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_within_their_own_limits() {
        assert_eq!(Settings::default().check(), Ok(()));
    }

    #[test]
    fn only_auto_lets_an_action_go_out_without_a_person() {
        let approvals = BTreeMap::from([(Action::FreezeCard, Approval::None)]);
        for (mode, level) in
            [(Mode::Shadow, Approval::OneAnalyst), (Mode::Assist, Approval::OneAnalyst), (Mode::Auto, Approval::None)]
        {
            let settings = Settings { mode, approvals: approvals.clone(), ..Settings::default() };
            assert_eq!(Action::FreezeCard.approval(&settings), level, "{mode:?}");
            assert_eq!(Action::ProvisionalCredit.approval(&settings), Approval::TwoAnalysts, "{mode:?}");
        }
    }

    #[test]
    fn no_tenant_can_let_money_move_without_approval() {
        let mut settings = Settings::default();
        settings.approvals.insert(Action::ProvisionalCredit, Approval::None);
        assert!(matches!(settings.check(), Err(SettingsProblem::Approval { .. })));
        settings.approvals = BTreeMap::from([(Action::FreezeCard, Approval::None)]);
        assert_eq!(settings.check(), Ok(()));
    }

    #[test]
    fn a_change_to_a_rule_that_nobody_answers_for_is_refused() {
        let text =
            r#"{"rules":{"home":"us","changes":[{"rule":"us-reg-e/report","on":true,"by":"","at":"2026-11-20"}]}}"#;
        let mut settings: Settings = serde_json::from_str(text).unwrap();
        assert!(matches!(settings.check(), Err(SettingsProblem::Rules(RulesProblem::Nobody(_)))));
        settings.rules.changes[0].by = "Ada Counsel".to_owned();
        assert_eq!(settings.check(), Ok(()));
        assert!(!serde_json::to_string(&Settings::default()).unwrap().contains("rules"));
    }
}
