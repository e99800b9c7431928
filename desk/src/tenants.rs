//! What an operator sets for one tenant alone, over what holds for all.

use std::collections::BTreeMap;

use case::{
    policy::{Action, Approval},
    settings::{Mode, Settings},
};
use serde::{Deserialize, Serialize};

use crate::{hooks::EndpointConfig, ports::Spend};

/// One tenant's settings; what is not set is as for all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TenantConfig {
    /// How much leaves a case without a person.
    pub mode: Option<Mode>,
    /// Approval levels, over those of [`Settings::approvals`].
    pub approvals: BTreeMap<Action, Approval>,
    /// What the model may cost.
    pub budget: BudgetConfig,
    /// Where the tenant's events are sent, over [`crate::config::Config::webhook`].
    pub webhook: EndpointConfig,
}

/// The most that the model may be asked for in a tenant's name on one day (UTC). Without a number there is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BudgetConfig {
    /// In nano-dollars.
    pub nano_dollars_per_day: Option<u64>,
    /// In tokens, sent and received.
    pub tokens_per_day: Option<u64>,
}

impl TenantConfig {
    /// The settings of all with this tenant's over them.
    #[must_use]
    pub fn over(&self, settings: &Settings) -> Settings {
        let mut settings = settings.clone();
        settings.mode = self.mode.unwrap_or(settings.mode);
        settings.approvals.extend(self.approvals.iter().map(|(action, approval)| (*action, *approval)));
        settings
    }
}

impl BudgetConfig {
    /// This budget, and where it says nothing, another.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self {
            nano_dollars_per_day: if self.nano_dollars_per_day.is_some() {
                self.nano_dollars_per_day
            } else {
                other.nano_dollars_per_day
            },
            tokens_per_day: if self.tokens_per_day.is_some() { self.tokens_per_day } else { other.tokens_per_day },
        }
    }

    /// The caps of a day; `None` where nothing is limited.
    #[must_use]
    pub fn cap(self) -> Option<Spend> {
        let limited = self.nano_dollars_per_day.is_some() || self.tokens_per_day.is_some();
        limited.then(|| Spend {
            nano_dollars: self.nano_dollars_per_day.unwrap_or(Spend::MOST),
            tokens: self.tokens_per_day.unwrap_or(Spend::MOST),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenants_settings_stand_over_those_of_all_and_the_rest_stays() {
        let all = Settings {
            approvals: [(Action::Inform, Approval::None), (Action::FreezeCard, Approval::None)].into(),
            ..Settings::default()
        };
        let tenant = TenantConfig {
            mode: Some(Mode::Auto),
            approvals: [(Action::FreezeCard, Approval::TwoAnalysts)].into(),
            ..TenantConfig::default()
        };
        let settings = tenant.over(&all);
        assert_eq!(settings.mode, Mode::Auto);
        assert_eq!(Action::FreezeCard.approval(&settings), Approval::TwoAnalysts);
        assert_eq!(Action::Inform.approval(&settings), Approval::None);
        assert_eq!(TenantConfig::default().over(&all), all);
    }

    #[test]
    fn a_budget_limits_what_it_names() {
        let all = BudgetConfig { nano_dollars_per_day: Some(5), tokens_per_day: None };
        let tenant = BudgetConfig { nano_dollars_per_day: None, tokens_per_day: Some(7) };
        assert_eq!(tenant.or(all).cap(), Some(Spend { nano_dollars: 5, tokens: 7 }));
        assert_eq!(all.cap(), Some(Spend { nano_dollars: 5, tokens: Spend::MOST }));
        assert_eq!(BudgetConfig::default().cap(), None);
    }
}
