//! How people work cases: how long a claim holds, which reasons they choose from, who gives a second approval.
//!
//! A host fills these in where nothing is set. A case that pins none was opened before there were any, and goes on
//! without.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{SettingsProblem, range};
use crate::{
    entry::{Command, CommandName, Reasoned},
    ids::ReasonCode,
    limits,
    money::{Currency, Money},
    time::DAY_MS,
};

/// How people work cases. Durations are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeskSettings {
    /// A claim ends this long after the last that its holder did with the case.
    pub claim_ms: i64,
    /// A case with which people did nothing for this long goes to somebody with more authority.
    pub stale_ms: i64,
    /// A case may rest at most this long.
    pub snooze_most_ms: i64,
    /// The reasons that people choose from, by command.
    pub reasons: BTreeMap<CommandName, Vec<ReasonCode>>,
    /// Whether a command that has reasons needs one.
    pub reasons_required: bool,
    /// Whether one of two people who agree has to be an approver or an admin.
    pub second_by_approver: bool,
    /// From which amount on an action that moves money needs two people, in minor units by currency. Where this names any
    /// currency, every amount of one that it does not name needs two.
    pub four_eyes_from: BTreeMap<Currency, i64>,
    /// Whether only one case of a tenant moves money about a charge. The host sets it off where cases are worked with the
    /// sandbox bank, whose few charges are told of again and again.
    #[serde(skip_serializing_if = "is_on")]
    pub one_case_per_charge: bool,
    /// The words of a case are erased this long after it was closed; without a number they are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_ms: Option<i64>,
}

/// The reasons that there are where an operator sets none.
const REASONS: [(CommandName, &[&str]); 12] = [
    (CommandName::Approve, &["evidence_complete", "policy_met", "goodwill"]),
    (CommandName::Reject, &["evidence_insufficient", "wrong_action", "wrong_amount", "wrong_transaction", "withdrawn"]),
    (CommandName::Decide, &["evidence_reviewed", "policy_exception", "goodwill", "customer_vulnerable"]),
    (CommandName::Ask, &["detail_missing", "document_missing", "evidence_unclear"]),
    (CommandName::Escalate, &["amount_high", "fraud_suspected", "complaint", "legal_question", "other_authority"]),
    (CommandName::Close, &["resolved", "withdrawn", "duplicate", "handled_elsewhere", "no_action"]),
    (CommandName::Reopen, &["new_evidence", "customer_disagrees", "closed_in_error"]),
    (CommandName::Assign, &["workload", "skill", "absence", "conflict_of_interest"]),
    (CommandName::Snooze, &["awaiting_customer", "awaiting_third_party", "awaiting_settlement"]),
    (CommandName::Reply, &["outcome", "interim_answer", "information"]),
    (CommandName::Hold, &["litigation", "regulator", "investigation"]),
    (CommandName::Erase, &["requested_by_person", "retention_over", "opened_in_error"]),
];

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks in this way")]
const fn is_on(on: &bool) -> bool {
    *on
}

impl Default for DeskSettings {
    fn default() -> Self {
        let codes = |codes: &[&str]| codes.iter().filter_map(|code| ReasonCode::parse(code).ok()).collect();
        Self {
            claim_ms: 30 * 60_000,
            stale_ms: 2 * DAY_MS,
            snooze_most_ms: 30 * DAY_MS,
            reasons: REASONS.iter().map(|(name, list)| (*name, codes(list))).collect(),
            reasons_required: false,
            second_by_approver: false,
            four_eyes_from: BTreeMap::new(),
            one_case_per_charge: true,
            retention_ms: None,
        }
    }
}

impl DeskSettings {
    /// Whether the reason of a command is one that there is for it, or none where none is needed.
    #[must_use]
    pub fn takes(&self, order: &Reasoned) -> bool {
        let reasons = self.reasons_for(&order.command);
        match &order.code {
            Some(code) => reasons.contains(code),
            None => reasons.is_empty() || !self.reasons_required,
        }
    }

    /// The reasons to choose from.
    #[must_use]
    pub fn reasons_for(&self, command: &Command) -> &[ReasonCode] {
        self.reasons.get(&command.name()).map_or(&[], Vec::as_slice)
    }

    /// Whether that much needs two people. Where amounts are set, but none for its currency, every amount does.
    #[must_use]
    pub fn needs_two(&self, amount: Money) -> bool {
        match self.four_eyes_from.get(&amount.currency) {
            Some(least) => amount.amount_minor >= *least,
            None => !self.four_eyes_from.is_empty(),
        }
    }

    pub(super) fn check(&self) -> Result<(), SettingsProblem> {
        range("desk.claim_ms", self.claim_ms, 60_000, 7 * DAY_MS)?;
        range("desk.stale_ms", self.stale_ms, 60_000, 90 * DAY_MS)?;
        range("desk.snooze_most_ms", self.snooze_most_ms, 60_000, 365 * DAY_MS)?;
        for (name, reasons) in &self.reasons {
            if reasons.len() > limits::REASONS {
                return Err(SettingsProblem::Reasons { command: name.name(), most: limits::REASONS });
            }
        }
        for least in self.four_eyes_from.values() {
            range("desk.four_eyes_from", *least, 0, i64::MAX)?;
        }
        self.retention_ms.map_or(Ok(()), |kept| range("desk.retention_ms", kept, DAY_MS, 100 * 365 * DAY_MS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_of_its_command_and_needed_only_where_that_is_set() {
        let mut settings = DeskSettings::default();
        assert_eq!(settings.check(), Ok(()));
        assert_eq!(
            settings.reasons.values().flatten().count(),
            REASONS.iter().map(|(_, list)| list.len()).sum::<usize>()
        );
        let close = |code: Option<&str>| Reasoned {
            command: Command::Close { note: crate::ids::Digest::genesis() },
            code: code.map(|code| ReasonCode::parse(code).unwrap()),
        };
        assert!(settings.takes(&close(None)) && settings.takes(&close(Some("resolved"))));
        assert!(!settings.takes(&close(Some("litigation"))), "the reason of another command");
        settings.reasons_required = true;
        assert!(!settings.takes(&close(None)));
        assert!(settings.takes(&Command::Claim.into()), "what has no reasons needs none");
    }

    #[test]
    fn much_money_needs_two_people_and_so_does_a_currency_of_which_nobody_said_what_is_much() {
        let money = |amount_minor, code: &str| Money { amount_minor, currency: Currency::parse(code).unwrap() };
        let none = DeskSettings::default();
        assert!(!none.needs_two(money(i64::MAX, "USD")), "no amount is much where nobody said so");
        let euros = [(Currency::parse("EUR").unwrap(), 10_000)].into();
        let settings = DeskSettings { four_eyes_from: euros, ..DeskSettings::default() };
        assert!(!settings.needs_two(money(9_999, "EUR")) && settings.needs_two(money(10_000, "EUR")));
        assert!(settings.needs_two(money(1, "USD")) && settings.needs_two(money(900_000, "JPY")));
    }
}
