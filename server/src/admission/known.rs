//! Who has shown which credential before, so that a request can be told apart before anything of it is looked up.
//!
//! It holds hashes under a key of this process and nothing that could be shown to anybody. What it says decides only who
//! is turned away first: every request is proved at the front all the same. Only those who were let in are remembered,
//! so that nobody unknown can fill it.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{BuildHasher as _, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
};

use case::{actor::Role, ids::TenantId};
use desk::ports::Grant;

/// How many are remembered in each of two generations.
const MOST: usize = 4_096;
/// How many tenants are told apart; it matters only whether there is more than one.
const TENANTS: usize = 64;

/// A credential as it is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark(u64);

/// Whose it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) tenant: TenantId,
    pub(super) role: Role,
}

/// The credentials that were shown by somebody who was let in.
#[derive(Debug, Default)]
pub(super) struct Known {
    hasher: RandomState,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// Those of late, and those before them; whoever comes again is of late.
    young: BTreeMap<Mark, Holder>,
    old: BTreeMap<Mark, Holder>,
    tenants: BTreeSet<TenantId>,
}

impl Known {
    /// A credential's mark.
    pub(super) fn mark(&self, credential: &str) -> Mark {
        Mark(self.hasher.hash_one(credential))
    }

    /// Who showed it before.
    pub(super) fn holder(&self, mark: Mark) -> Option<Holder> {
        let mut held = self.held();
        if let Some(holder) = held.young.get(&mark) {
            return Some(holder.clone());
        }
        let holder = held.old.remove(&mark)?;
        held.remember(mark, holder.clone());
        Some(holder)
    }

    /// Remembers who was let in.
    pub(super) fn let_in(&self, mark: Option<Mark>, grant: &Grant) {
        let mut held = self.held();
        if held.tenants.len() < TENANTS && !held.tenants.contains(&grant.tenant) {
            held.tenants.insert(grant.tenant.clone());
        }
        let holder = Holder { tenant: grant.tenant.clone(), role: grant.actor.role };
        if let Some(mark) = mark
            && held.young.get(&mark) != Some(&holder)
        {
            held.remember(mark, holder);
        }
    }

    /// Forgets a credential that is good no more.
    pub(super) fn forget(&self, mark: Mark) {
        let mut held = self.held();
        held.young.remove(&mark);
        held.old.remove(&mark);
    }

    /// Whether more than one tenant calls here.
    pub(super) fn has_many_tenants(&self) -> bool {
        self.held().tenants.len() > 1
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn remember(&mut self, mark: Mark, holder: Holder) {
        if self.young.len() >= MOST {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(mark, holder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use case::{actor::Actor, ids::Subject};

    fn grant(tenant: &str, role: Role) -> Grant {
        let subject = Subject::parse("alice").unwrap();
        Grant { tenant: TenantId::parse(tenant).unwrap(), actor: Actor { subject, role } }
    }

    #[test]
    fn who_was_let_in_is_known_by_the_same_credential_and_no_other() {
        let known = Known::default();
        let mark = known.mark("Bearer cw_one");
        assert_eq!(known.holder(mark), None);
        known.let_in(Some(mark), &grant("acme", Role::Analyst));
        assert_eq!(known.holder(mark).map(|holder| holder.role), Some(Role::Analyst));
        assert_eq!(known.holder(known.mark("Bearer cw_two")), None);
        known.let_in(Some(mark), &grant("acme", Role::Submitter));
        assert_eq!(known.holder(mark).map(|holder| holder.role), Some(Role::Submitter), "roles change");
        known.forget(mark);
        assert_eq!(known.holder(mark), None);
    }

    #[test]
    fn who_keeps_coming_is_not_forgotten_for_the_many_who_came_once() {
        let known = Known::default();
        let mark = known.mark("Bearer cw_one");
        known.let_in(Some(mark), &grant("acme", Role::Analyst));
        for number in 0..3 * MOST {
            known.let_in(Some(known.mark(&number.to_string())), &grant("acme", Role::Submitter));
            if number % 1_000 == 0 {
                assert!(known.holder(mark).is_some(), "after {number} others");
            }
        }
        let held = known.held();
        assert!(held.young.len() + held.old.len() <= 2 * MOST);
    }

    #[test]
    fn tenants_are_told_apart() {
        let known = Known::default();
        assert!(!known.has_many_tenants());
        known.let_in(None, &grant("acme", Role::Analyst));
        known.let_in(None, &grant("acme", Role::Submitter));
        assert!(!known.has_many_tenants());
        known.let_in(None, &grant("globex", Role::Submitter));
        assert!(known.has_many_tenants());
    }
}
