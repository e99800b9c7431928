//! How urgent a request is: what a host turns away first where there is more to do than it can, and what last.
//!
//! It is said from the head of a request and from what is known of its sender, before anything is read or looked up. It
//! counts nothing and turns nobody away: a host does, and hears from here whom the front let in.

use std::{fmt, sync::Arc};

use case::actor::Role;
use http::{Extensions, Method};

use crate::{
    front::{self, Leads},
    ports::Grant,
    who::{METRICS, Who},
};

/// How urgent a request is, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Signs of life: a host that gives none is taken for dead and ended, which helps nobody.
    Vital,
    /// What people at the desk do: they take work away.
    Staff,
    /// What is said or asked of cases that were taken.
    FollowUp,
    /// Cases that nobody has taken yet: whoever sends one can send it again.
    NewWork,
}

impl Urgency {
    /// Every one, the most urgent first.
    pub const ALL: [Self; 4] = [Self::Vital, Self::Staff, Self::FollowUp, Self::NewWork];

    /// The name in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vital => "vital",
            Self::Staff => "staff",
            Self::FollowUp => "follow_up",
            Self::NewWork => "new_work",
        }
    }

    /// How urgent a request is. `sender` is the role of whoever showed the same credential before, where somebody did;
    /// without it the address alone says it, and whoever counts on that should know that nobody has proved anything.
    #[must_use]
    pub fn of(method: &Method, path: &str, sender: Option<Role>) -> Self {
        let (leads, who) = match front::route(method, path) {
            Some(route) => (Some(route.leads), route.who),
            // The native host's own address is in no table.
            None if path == METRICS.0 => (None, METRICS.1),
            None => return Self::FollowUp,
        };
        let of_staff = match who {
            Who::Oversees | Who::Decides | Who::Audits | Who::Administers | Who::Anybody => true,
            Who::Reads | Who::Submits | Who::Signs => false,
        };
        match (leads, sender) {
            (Some(Leads::ToHealth | Leads::ToReadiness | Leads::ToDocument), _) => Self::Vital,
            // A case that comes from elsewhere is as much work as one that is opened.
            (Some(Leads::ToNewCase | Leads::ToImport), _) => Self::NewWork,
            (_, Some(Role::Analyst | Role::Approver | Role::Auditor | Role::Admin)) => Self::Staff,
            (_, Some(Role::Submitter)) => Self::FollowUp,
            (_, None) => {
                if of_staff {
                    Self::Staff
                } else {
                    Self::FollowUp
                }
            }
        }
    }
}

/// Hears whom the front let in with a request: a host puts it among the extensions of one where it wants to know.
#[derive(Clone)]
pub struct Hears(Arc<dyn Fn(&Grant) + Send + Sync>);

impl Hears {
    /// Something that hears.
    pub fn new(hears: impl Fn(&Grant) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hears))
    }

    /// Tells who was let in, where anybody wants to hear it.
    pub fn tell(extensions: &Extensions, grant: &Grant) {
        if let Some(Self(hears)) = extensions.get() {
            hears(grant);
        }
    }
}

impl fmt::Debug for Hears {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Hears(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, sender: Option<Role>, urgency: Urgency) {
        let (method, path) = line.split_once(' ').unwrap();
        assert_eq!(Urgency::of(&method.parse().unwrap(), path, sender), urgency, "{line} by {sender:?}");
    }

    #[test]
    fn new_work_is_new_work_whoever_sends_it() {
        for sender in Role::ALL.map(Some).into_iter().chain([None]) {
            for line in ["POST /v1/requests", "POST /", "POST /v1/tasks", "POST /v1/import"] {
                check(line, sender, Urgency::NewWork);
            }
            for line in ["GET /healthz", "GET /readyz", "GET /openapi.json", "HEAD /healthz"] {
                check(line, sender, Urgency::Vital);
            }
        }
    }

    #[test]
    fn what_everybody_may_do_is_as_urgent_as_who_does_it() {
        let case = "/v1/cases/case_2ebaqnvcr36r322eotnwj2hwf4";
        for line in [format!("GET {case}"), format!("POST {case}/commands"), format!("GET {case}/events")] {
            check(&line, Some(Role::Submitter), Urgency::FollowUp);
            check(&line, None, Urgency::FollowUp);
            for role in [Role::Analyst, Role::Approver, Role::Auditor, Role::Admin] {
                check(&line, Some(role), Urgency::Staff);
            }
        }
    }

    #[test]
    fn the_address_of_the_staff_makes_nobody_staff() {
        for line in ["GET /console", "POST /v1/queue/next", "GET /v1/oversight", "POST /v1/model", "GET /metrics"] {
            check(line, Some(Role::Submitter), Urgency::FollowUp);
            check(line, Some(Role::Analyst), Urgency::Staff);
            check(line, None, Urgency::Staff);
        }
        for line in ["GET /nowhere", "DELETE /v1/requests", "GET /v1/cases/a/b/c"] {
            // What is nowhere is quickly said.
            check(line, Some(Role::Admin), Urgency::FollowUp);
        }
    }
}
