//! Who may use a route: declared beside each in [`crate::front::ROUTES`], checked at the front before anything else.
//!
//! It knows roles and nothing of cases. Whose case it is, and what a command needs beyond its route, the case says.

use case::actor::Role;

use crate::{
    ports::Grant,
    problem::{Code, Problem},
};

/// The route that the native host has besides those of the front, and for whom it is.
pub const METRICS: (&str, Who) = ("/metrics", Who::Audits);

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anybody, without saying who they are.
    Anybody,
    /// Whoever was let in.
    Reads,
    /// Whoever opens cases and adds to them: everybody but auditors.
    Submits,
    /// Whoever sees all of the tenant's cases: everybody but submitters.
    Oversees,
    /// Whoever works cases.
    Decides,
    /// Whoever looks after the desk: auditors and admins.
    Audits,
    /// Admins.
    Administers,
    /// Whoever signs as the key that the path names, whose role opens cases; no other key, token or secret opens it.
    Signs,
}

impl Who {
    /// Whether a role may.
    #[must_use]
    pub const fn allows(self, role: Role) -> bool {
        match self {
            Self::Anybody | Self::Reads => true,
            Self::Submits | Self::Signs => role.submits(),
            Self::Oversees => !matches!(role, Role::Submitter),
            Self::Decides => role.decides(),
            Self::Audits => matches!(role, Role::Auditor | Role::Admin),
            Self::Administers => matches!(role, Role::Admin),
        }
    }

    /// In words, for documents and refusals.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Anybody => "anybody",
            Self::Reads => "every role",
            Self::Submits => "submitters, analysts, approvers and admins",
            Self::Oversees => "analysts, approvers, auditors and admins",
            Self::Decides => "analysts, approvers and admins",
            Self::Audits => "auditors and admins",
            Self::Administers => "admins",
            Self::Signs => "submitters, analysts, approvers and admins that sign",
        }
    }

    /// Refuses a role that may not.
    ///
    /// # Errors
    /// [`Code::Role`], with who may.
    pub fn check(self, grant: &Grant) -> Result<(), Problem> {
        if self.allows(grant.actor.role) {
            return Ok(());
        }
        let (role, who) = (grant.actor.role.name(), self.words());
        Err(Problem::new(Code::Role, format!("Your role is {role}. This is for {who}.")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_declaration_lets_in_the_roles_that_it_names_and_no_others() {
        for who in [Who::Submits, Who::Oversees, Who::Decides, Who::Audits, Who::Administers] {
            for role in Role::ALL {
                assert_eq!(who.allows(role), who.words().contains(role.name()), "{who:?} {role:?}");
            }
        }
        assert!(Role::ALL.iter().all(|role| Who::Anybody.allows(*role) && Who::Reads.allows(*role)));
    }
}
