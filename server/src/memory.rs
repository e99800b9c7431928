//! A case that is nowhere stored: `classify` works one to read its classification, and lets it go.
//!
//! It has no sources, so nothing but the model is ever asked.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use case::{
    ids::{Digest, TenantId},
    time::Millis,
};
use desk::ports::{
    CaseHost, CaseKey, Commit, HostError, ModelHost, Outside, Revocation, SendError, Spend, Stored, Switch, Target,
    Task, TenantHost,
};

use crate::outside::World;

/// A host that forgets.
#[derive(Debug)]
pub(crate) struct Memory {
    world: World,
    switch: Option<Switch>,
    cases: Mutex<BTreeMap<CaseKey, Stored>>,
    sealed: Mutex<BTreeMap<Digest, Vec<u8>>>,
}

impl Memory {
    /// An empty host.
    pub(crate) fn new(world: World, switch: Option<Switch>) -> Self {
        Self { world, switch, cases: Mutex::default(), sealed: Mutex::default() }
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
        stored.lines.extend(commit.lines);
        stored.wrapped_key = commit.wrapped_key.or(stored.wrapped_key.take());
        let mut sealed = self.sealed.lock().unwrap_or_else(PoisonError::into_inner);
        sealed.extend(commit.sealed.into_iter().map(|one| (one.hash, one.bytes)));
        Ok(())
    }

    async fn sealed(&self, _key: &CaseKey, hash: &Digest) -> Result<Option<Vec<u8>>, HostError> {
        Ok(self.sealed.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned())
    }
}

/// The switch is the data folder's, as it stood when this began.
impl ModelHost for Memory {
    async fn switch(&self) -> Result<Option<Switch>, HostError> {
        Ok(self.switch.clone())
    }

    async fn set_switch(&self, _switch: &Switch) -> Result<(), HostError> {
        Err(HostError::Failed("nothing is kept here".to_owned()))
    }
}

/// What one classification costs is nobody's budget, and nobody calls here.
impl TenantHost for Memory {
    async fn reserve(&self, _tenant: &TenantId, _day: &str, _most: Spend, _cap: Spend) -> Result<bool, HostError> {
        Ok(true)
    }

    async fn settle(&self, _tenant: &TenantId, _day: &str, _kept: Spend, _spent: Spend) -> Result<(), HostError> {
        Ok(())
    }

    async fn keep_nonce(&self, _tenant: &TenantId, _nonce: &Digest, _until: Millis) -> Result<bool, HostError> {
        Ok(true)
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
