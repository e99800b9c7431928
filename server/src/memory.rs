//! A case that is nowhere stored: `classify` works one to read its classification, `eval` one for each row that Claude is
//! asked about, and `pack` looks at a copy; then it is let go.
//!
//! It has no sources, and the model is asked what it is about and nothing else: a summary would be paid for and not read.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use case::{
    entry::Entry,
    ids::{CaseId, Digest, TenantId},
    journal::Line,
    time::Millis,
};
use desk::{
    hooks::HookState,
    ports::{
        CaseHost, CaseKey, Commit, Hold, HostError, ModelHost, Outside, Revocation, SendError, Spend, Stored, Switch,
        Target, Task, TenantHost,
    },
};

use crate::outside::World;

/// A host of one case that forgets.
#[derive(Debug)]
pub(crate) struct Memory {
    world: Arc<World>,
    switch: Option<Switch>,
    purse: Arc<Purse>,
    triaged: AtomicBool,
    cases: Mutex<BTreeMap<CaseKey, Stored>>,
    sealed: Mutex<BTreeMap<Digest, Vec<u8>>>,
}

impl Memory {
    /// An empty host.
    pub(crate) fn new(world: Arc<World>, switch: Option<Switch>, purse: Arc<Purse>) -> Self {
        let triaged = AtomicBool::new(false);
        Self { world, switch, purse, triaged, cases: Mutex::default(), sealed: Mutex::default() }
    }

    /// A host that holds a copy of one case, to be looked at.
    pub(crate) fn holding(world: Arc<World>, key: &CaseKey, stored: Stored, sealed: BTreeMap<Digest, Vec<u8>>) -> Self {
        let cases = Mutex::new(BTreeMap::from([(key.clone(), stored)]));
        Self { cases, sealed: Mutex::new(sealed), ..Self::new(world, None, Arc::default()) }
    }
}

/// What the model has cost so far, in this process.
#[derive(Debug, Default)]
pub(crate) struct Purse(Mutex<Spend>);

impl Purse {
    /// Adds to what is spent, unless the cap would be passed.
    fn reserve(&self, most: Spend, cap: Spend) -> bool {
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let nano_dollars = spent.nano_dollars.saturating_add(most.nano_dollars);
        let tokens = spent.tokens.saturating_add(most.tokens);
        if nano_dollars > cap.nano_dollars || tokens > cap.tokens {
            return false;
        }
        *spent = Spend { nano_dollars, tokens };
        true
    }

    /// Puts what was spent in the place of what was reserved.
    fn settle(&self, reserved: Spend, spent: Spend) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |all: u64, reserved: u64, spent: u64| all.saturating_sub(reserved).saturating_add(spent);
        all.nano_dollars = of(all.nano_dollars, reserved.nano_dollars, spent.nano_dollars);
        all.tokens = of(all.tokens, reserved.tokens, spent.tokens);
    }
}

impl CaseHost for Memory {
    async fn read(&self, key: &CaseKey) -> Result<Option<Stored>, HostError> {
        Ok(self.cases.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned())
    }

    async fn commit(&self, key: &CaseKey, commit: Commit) -> Result<(), HostError> {
        let mut cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        let stored = cases.entry(key.clone()).or_default();
        if stored.lines.len() as u64 != commit.first_seq {
            return Err(HostError::Stale);
        }
        let is_outcome = |line: &String| {
            serde_json::from_str::<Line>(line).is_ok_and(|line| matches!(line.entry, Entry::Triaged(_)))
        };
        if commit.lines.iter().any(is_outcome) {
            self.triaged.store(true, Ordering::SeqCst);
        }
        stored.lines.extend(commit.lines);
        stored.wrapped_key = commit.wrapped_key.or(stored.wrapped_key.take());
        let mut sealed = self.sealed.lock().unwrap_or_else(PoisonError::into_inner);
        sealed.extend(commit.sealed.into_iter().map(|one| (one.hash, one.bytes)));
        if commit.destroys {
            stored.wrapped_key = None;
            sealed.clear();
        }
        Ok(())
    }

    async fn hooks(&self, _key: &CaseKey) -> Result<Option<HookState>, HostError> {
        Ok(None)
    }

    async fn set_hooks(&self, _key: &CaseKey, _state: &HookState, _seen: u64) -> Result<bool, HostError> {
        Ok(true)
    }

    async fn sealed(&self, _key: &CaseKey, hash: &Digest) -> Result<Option<Vec<u8>>, HostError> {
        Ok(self.sealed.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned())
    }
}

/// The switch is the data folder's, as it stood when this began; once the case is triaged it is off.
impl ModelHost for Memory {
    async fn switch(&self) -> Result<Option<Switch>, HostError> {
        if self.triaged.load(Ordering::SeqCst) {
            let by = "memory".to_owned();
            return Ok(Some(Switch { off: true, by, at: self.world.now().0, note: None }));
        }
        Ok(self.switch.clone())
    }

    async fn set_switch(&self, _switch: &Switch) -> Result<(), HostError> {
        Err(HostError::Failed("nothing is kept here".to_owned()))
    }
}

/// What is spent here is no tenant's day: it is the purse of this process. Nobody calls here, and no action leaves.
impl TenantHost for Memory {
    async fn reserve(&self, _tenant: &TenantId, _day: &str, most: Spend, cap: Spend) -> Result<bool, HostError> {
        Ok(self.purse.reserve(most, cap))
    }

    async fn settle(&self, _tenant: &TenantId, _day: &str, kept: Spend, spent: Spend) -> Result<(), HostError> {
        self.purse.settle(kept, spent);
        Ok(())
    }

    async fn keep_nonce(&self, _tenant: &TenantId, _nonce: &Digest, _until: Millis) -> Result<bool, HostError> {
        Ok(true)
    }

    async fn has_nonce(&self, _tenant: &TenantId, _nonce: &Digest) -> Result<bool, HostError> {
        Ok(false)
    }

    async fn hold_effect(&self, _tenant: &TenantId, _what: &Digest, _case: &CaseId) -> Result<Hold, HostError> {
        Ok(Hold::Taken)
    }

    async fn release_effect(&self, _tenant: &TenantId, _what: &Digest, _case: &CaseId) -> Result<(), HostError> {
        Ok(())
    }

    async fn revocations(&self, _tenant: &TenantId) -> Result<Vec<Revocation>, HostError> {
        Ok(Vec::new())
    }

    async fn revoke(&self, _tenant: &TenantId, _revocation: &Revocation) -> Result<(), HostError> {
        Err(HostError::Failed("nothing is kept here".to_owned()))
    }
}

impl Outside for Memory {
    fn now(&self) -> Millis {
        self.world.now()
    }

    fn random(&self, bytes: &mut [u8]) {
        self.world.random(bytes);
    }

    async fn sleep(&self, duration_ms: u64) {
        self.world.sleep(duration_ms).await;
    }

    async fn send(
        &self,
        target: Target,
        request: http::Request<Bytes>,
        limit_ms: u64,
        most_bytes: usize,
    ) -> Result<http::Response<Bytes>, SendError> {
        self.world.send(target, request, limit_ms, most_bytes).await
    }

    fn spawn(&self, task: Task) {
        self.world.spawn(task);
    }
}
