//! The native host as the desk sees it: storage, the outside, and a note to the waker for every commit.

use bytes::Bytes;
use case::{
    ids::{CaseId, Digest, TenantId},
    time::Millis,
};
use desk::{
    docket_sql::Statement,
    hooks::HookState,
    ports::{
        Behind, CaseHost, CaseKey, Commit, DocketHost, Grant, Hold, HostError, ModelHost, Outside, Remade, Revocation,
        RowName, SendError, Spend, Stored, Switch, Target, Task, TenantHost,
    },
};
use tokio::sync::mpsc;

use crate::{
    outside::World,
    store::Store,
    waker::{Duty, Note, When},
};

/// The host.
#[derive(Debug)]
pub(crate) struct Native {
    /// Where cases lie.
    pub(crate) store: Store,
    /// Everything else.
    pub(crate) world: World,
    /// To the waker. It may have ended: then the process is about to, and the next one reads the wakes from disk.
    pub(crate) notes: mpsc::UnboundedSender<Note>,
}

impl CaseHost for Native {
    async fn read(&self, key: &CaseKey) -> Result<Option<Stored>, HostError> {
        self.store.read(key).await
    }

    async fn commit(&self, key: &CaseKey, commit: Commit) -> Result<(), HostError> {
        let note = Note { key: key.clone(), duty: Duty::Wake, wake: When::Committed(commit.wake) };
        let hooks_due = commit.hooks_due;
        self.store.commit(key, commit).await?;
        let _ = self.notes.send(note);
        if let Some(due) = hooks_due {
            // What is due sooner stays.
            let _ = self.notes.send(Note { key: key.clone(), duty: Duty::Tell, wake: When::Woken(Some(due)) });
        }
        Ok(())
    }

    async fn sealed(&self, key: &CaseKey, hash: &Digest) -> Result<Option<Vec<u8>>, HostError> {
        self.store.sealed(key, hash).await
    }

    async fn hooks(&self, key: &CaseKey) -> Result<Option<HookState>, HostError> {
        self.store.hooks(key).await
    }

    async fn set_hooks(&self, key: &CaseKey, state: &HookState, seen: u64) -> Result<bool, HostError> {
        let is_stored = self.store.set_hooks(key, state, seen).await?;
        if is_stored {
            let _ = self.notes.send(Note { key: key.clone(), duty: Duty::Tell, wake: When::Committed(state.due) });
        }
        Ok(is_stored)
    }
}

impl DocketHost for Native {
    async fn select(&self, statements: Vec<Statement>) -> Result<Vec<Vec<String>>, HostError> {
        self.store.select(statements).await
    }

    async fn behind(&self, tenant: &TenantId) -> Result<Option<Behind>, HostError> {
        self.store.behind(tenant).await
    }

    async fn grant(&self, key_hash: &Digest) -> Result<Option<Grant>, HostError> {
        self.store.grant(key_hash).await
    }

    async fn remake(&self, tenant: &TenantId, name: &RowName) -> Result<Remade, HostError> {
        self.store.remake(tenant, name).await
    }

    async fn takes_writes(&self) -> Result<(), HostError> {
        self.store.takes_writes().await
    }
}

impl ModelHost for Native {
    async fn switch(&self) -> Result<Option<Switch>, HostError> {
        self.store.switch().await
    }

    async fn set_switch(&self, switch: &Switch) -> Result<(), HostError> {
        self.store.set_switch(switch).await
    }
}

impl TenantHost for Native {
    async fn reserve(&self, tenant: &TenantId, day: &str, most: Spend, cap: Spend) -> Result<bool, HostError> {
        self.store.reserve(tenant, day, most, cap).await
    }

    async fn settle(&self, tenant: &TenantId, day: &str, reserved: Spend, spent: Spend) -> Result<(), HostError> {
        self.store.settle(tenant, day, reserved, spent).await
    }

    async fn keep_nonce(&self, tenant: &TenantId, nonce: &Digest, until: Millis) -> Result<bool, HostError> {
        self.store.keep_nonce(tenant, nonce, until).await
    }

    async fn has_nonce(&self, tenant: &TenantId, nonce: &Digest) -> Result<bool, HostError> {
        self.store.has_nonce(tenant, nonce).await
    }

    async fn hold_effect(&self, tenant: &TenantId, what: &Digest, case: &CaseId) -> Result<Hold, HostError> {
        self.store.hold_effect(tenant, what, case).await
    }

    async fn release_effect(&self, tenant: &TenantId, what: &Digest, case: &CaseId) -> Result<(), HostError> {
        self.store.release_effect(tenant, what, case).await
    }

    async fn revocations(&self, tenant: &TenantId) -> Result<Vec<Revocation>, HostError> {
        self.store.revocations(tenant).await
    }

    async fn revoke(&self, tenant: &TenantId, revocation: &Revocation) -> Result<(), HostError> {
        self.store.revoke(tenant, revocation).await
    }
}

impl Outside for Native {
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
