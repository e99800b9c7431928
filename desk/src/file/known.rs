//! The files that a desk has in memory: those of cases at work, and of cases at rest that a request is about. What a request
//! looks at several times is read from storage once, and gone when the request is answered.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use case::ids::TenantId;
use tokio::sync::watch;

use super::CaseFile;
use crate::ports::CaseKey;

/// All files in memory. Clones are the same files.
#[derive(Clone, Default)]
pub(super) struct Files(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    by_case: BTreeMap<CaseKey, Place>,
    /// How many of them rest.
    resting: usize,
}

/// A file, and who needs it.
struct Place {
    file: Arc<CaseFile>,
    /// Requests under way that are about the case.
    attending: usize,
    /// Whether nothing goes on in the case, and nobody has it at this moment.
    rests: bool,
}

/// A request that is about a case. Ends when dropped.
///
/// It does not hold the file itself: whoever watches a file that was put away has to learn of it.
pub struct Attending {
    files: Files,
    key: CaseKey,
    file: Weak<CaseFile>,
}

impl Files {
    fn known<T>(&self, with: impl FnOnce(&mut Known) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A case's file, a new one where there is none.
    pub(super) fn file(&self, key: &CaseKey) -> Arc<CaseFile> {
        self.known(|known| known.place(key).file.clone())
    }

    /// The same, and it stays until the request is over.
    pub(super) fn attend(&self, key: &CaseKey) -> Attending {
        let file = self.known(|known| {
            let place = known.place(key);
            place.attending += 1;
            Arc::downgrade(&place.file)
        });
        Attending { files: self.clone(), key: key.clone(), file }
    }

    /// Whether this is still the case's file, which somebody has from now on.
    pub(super) fn take(&self, key: &CaseKey, file: &Arc<CaseFile>) -> bool {
        self.known(|known| known.rests(key, file, false))
    }

    /// Somebody had the file and needs it no more; nothing goes on in the case.
    pub(super) fn put_back(&self, key: &CaseKey, file: &Arc<CaseFile>) {
        self.known(|known| {
            known.rests(key, file, true);
            known.clear(key);
        });
    }

    /// Forgets a file, whoever needs it: what is in it is not what is stored.
    pub(super) fn forget(&self, key: &CaseKey, file: &Arc<CaseFile>) {
        self.known(|known| {
            if known.has(key, file) {
                known.remove(key);
            }
        });
    }

    /// How many cases are not at rest.
    pub(super) fn at_work(&self) -> usize {
        self.known(|known| known.by_case.len() - known.resting)
    }

    /// How many cases of each tenant are not at rest.
    pub(super) fn by_tenant(&self) -> BTreeMap<TenantId, usize> {
        let mut counts = BTreeMap::new();
        self.known(|known| {
            for (key, _) in known.by_case.iter().filter(|(_, place)| !place.rests) {
                match counts.get_mut(&key.tenant) {
                    Some(count) => *count += 1,
                    None => drop(counts.insert(key.tenant.clone(), 1)),
                }
            }
        });
        counts
    }
}

impl Known {
    /// A case's place. A new one rests until somebody has its file: a request may end before it looks at the case.
    fn place(&mut self, key: &CaseKey) -> &mut Place {
        self.by_case.entry(key.clone()).or_insert_with(|| {
            self.resting += 1;
            let file = Arc::new(CaseFile { open: Arc::default(), seq: watch::Sender::new(0) });
            Place { file, attending: 0, rests: true }
        })
    }

    fn has(&self, key: &CaseKey, file: &Arc<CaseFile>) -> bool {
        self.by_case.get(key).is_some_and(|place| Arc::ptr_eq(&place.file, file))
    }

    /// Says whether a case rests; whether this is its file.
    fn rests(&mut self, key: &CaseKey, file: &Arc<CaseFile>, rests: bool) -> bool {
        let Some(place) = self.by_case.get_mut(key).filter(|place| Arc::ptr_eq(&place.file, file)) else {
            return false;
        };
        self.resting = self.resting + usize::from(rests) - usize::from(place.rests);
        place.rests = rests;
        true
    }

    /// Forgets a case that rests, unless a request is about it.
    fn clear(&mut self, key: &CaseKey) {
        if self.by_case.get(key).is_some_and(|place| place.rests && place.attending == 0) {
            self.remove(key);
        }
    }

    fn remove(&mut self, key: &CaseKey) {
        let rested = self.by_case.remove(key).is_some_and(|place| place.rests);
        self.resting -= usize::from(rested);
    }
}

impl Drop for Attending {
    fn drop(&mut self) {
        self.files.known(|known| {
            let own = known.by_case.get_mut(&self.key).filter(|place| Arc::as_ptr(&place.file) == self.file.as_ptr());
            let Some(place) = own else { return };
            place.attending -= 1;
            known.clear(&self.key);
        });
    }
}

#[cfg(test)]
mod tests {
    use case::ids::CaseId;

    use super::*;

    fn key() -> CaseKey {
        let (tenant, case) = (TenantId::parse("acme"), CaseId::parse("case_aaaaaaaaaaaaaaaaaaaaaaaaaa"));
        CaseKey { tenant: tenant.unwrap(), case: case.unwrap() }
    }

    #[test]
    fn a_request_that_ends_before_it_looks_at_its_case_leaves_nothing() {
        let files = Files::default();
        let attending = files.attend(&key());
        assert_eq!(files.at_work(), 0);
        drop(attending);
        assert!(files.known(|known| known.by_case.is_empty() && known.resting == 0));
    }

    #[test]
    fn a_case_stays_while_a_request_is_about_it_and_counts_while_somebody_has_it() {
        let files = Files::default();
        let attending = files.attend(&key());
        let file = files.file(&key());
        assert!(files.take(&key(), &file));
        assert_eq!((files.at_work(), files.by_tenant().len()), (1, 1));
        files.put_back(&key(), &file);
        assert_eq!((files.at_work(), files.by_tenant().len()), (0, 0));
        assert!(Arc::ptr_eq(&file, &files.file(&key())), "the request still needs it");
        drop(attending);
        assert!(!files.take(&key(), &file), "it was forgotten");
    }
}
