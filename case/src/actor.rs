//! Who acts on a case, and what each role may do.

use serde::{Deserialize, Serialize};

use crate::{entry::CommandName, ids::Subject};

/// What a key or token lets its holder do, within its tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Opens cases and adds the customer's messages; sees the cases it opened.
    Submitter,
    /// Works cases: claims, asks, decides, approves.
    Analyst,
    /// As an analyst; a role of its own, so that an operator can tell apart who gives second approvals.
    Approver,
    /// Reads everything, changes nothing.
    Auditor,
    /// Everything in the tenant.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Submitter, Self::Analyst, Self::Approver, Self::Auditor, Self::Admin];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submitter => "submitter",
            Self::Analyst => "analyst",
            Self::Approver => "approver",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// Reads a role's name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether the role works cases.
    #[must_use]
    pub const fn decides(self) -> bool {
        match self {
            Self::Analyst | Self::Approver | Self::Admin => true,
            Self::Submitter | Self::Auditor => false,
        }
    }

    /// Whether the role gives second approvals, and decides what an analyst may not: holds, and their end.
    #[must_use]
    pub const fn approves(self) -> bool {
        match self {
            Self::Approver | Self::Admin => true,
            Self::Submitter | Self::Analyst | Self::Auditor => false,
        }
    }

    /// Whether the role opens cases and adds messages.
    #[must_use]
    pub const fn submits(self) -> bool {
        match self {
            Self::Submitter | Self::Analyst | Self::Approver | Self::Admin => true,
            Self::Auditor => false,
        }
    }

    /// Whether the role may give a command at all. What the case allows, [`crate::command::check`] says.
    #[must_use]
    pub const fn gives(self, command: CommandName) -> bool {
        match command {
            CommandName::Identify => self.submits(),
            CommandName::Hold | CommandName::Unhold => self.approves(),
            CommandName::Erase => matches!(self, Self::Admin),
            CommandName::Claim
            | CommandName::Release
            | CommandName::Reroute
            | CommandName::Ask
            | CommandName::Approve
            | CommandName::Reject
            | CommandName::Decide
            | CommandName::Close
            | CommandName::Reopen
            | CommandName::Assign
            | CommandName::Snooze
            | CommandName::Escalate
            | CommandName::Reply
            | CommandName::Reveal => self.decides(),
        }
    }
}

/// Somebody who was authenticated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// Who.
    pub subject: Subject,
    /// As what.
    pub role: Role,
}
