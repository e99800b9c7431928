//! What a fault or a barrier can be aimed at: the six sources and the Messages API.

use serde::{Deserialize, Serialize};

/// One of the services in the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of the services and say it all")]
pub enum Target {
    Ledger,
    Profile,
    Risk,
    Merchants,
    Policy,
    Actions,
    Messages,
}

impl Target {
    /// Every target.
    pub const ALL: [Self; 7] =
        [Self::Ledger, Self::Profile, Self::Risk, Self::Merchants, Self::Policy, Self::Actions, Self::Messages];

    /// The name by which it is aimed at.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ledger => "ledger",
            Self::Profile => "profile",
            Self::Risk => "risk",
            Self::Merchants => "merchants",
            Self::Policy => "policy",
            Self::Actions => "actions",
            Self::Messages => "messages",
        }
    }

    /// The target of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.name() == name)
    }
}
