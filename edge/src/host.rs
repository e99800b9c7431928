//! What the desk asks of a host, put together from its three parts: a case's drawer, the docket, the outside.

use bytes::Bytes;
use case::{
    ids::{Digest, TenantId},
    time::Millis,
};
use desk::ports::{
    CaseHost, CaseKey, Commit, DocketHost, DocketQuery, Grant, HostError, Outside, Page, SendError, Stored, Target,
    Task,
};
use http::{Request, Response};

use crate::{docket::EdgeDocket, drawer::Drawer, outside::EdgeOutside};

/// The host of one case, inside its Durable Object.
pub(crate) struct CaseSide {
    /// The case's storage.
    pub(crate) drawer: Drawer,
    /// The list of cases and the callers' grants.
    pub(crate) docket: EdgeDocket,
    /// The outside world.
    pub(crate) outside: EdgeOutside,
}

impl CaseHost for CaseSide {
    fn read(&self, key: &CaseKey) -> impl Future<Output = Result<Option<Stored>, HostError>> + Send {
        self.drawer.read(key)
    }

    fn commit(&self, key: &CaseKey, commit: Commit) -> impl Future<Output = Result<(), HostError>> + Send {
        self.drawer.commit(key, commit)
    }

    fn sealed(&self, key: &CaseKey, hash: &Digest) -> impl Future<Output = Result<Option<Vec<u8>>, HostError>> + Send {
        self.drawer.sealed(key, hash)
    }
}

impl DocketHost for CaseSide {
    fn page(&self, tenant: &TenantId, query: &DocketQuery) -> impl Future<Output = Result<Page, HostError>> + Send {
        self.docket.page(tenant, query)
    }

    fn grant(&self, key_hash: &Digest) -> impl Future<Output = Result<Option<Grant>, HostError>> + Send {
        self.docket.grant(key_hash)
    }
}

impl Outside for CaseSide {
    fn now(&self) -> Millis {
        self.outside.now()
    }

    fn random(&self, bytes: &mut [u8]) {
        self.outside.random(bytes);
    }

    fn sleep(&self, duration_ms: u64) -> impl Future<Output = ()> + Send {
        self.outside.sleep(duration_ms)
    }

    fn send(
        &self,
        target: Target,
        request: Request<Bytes>,
        limit_ms: u64,
        most_bytes: usize,
    ) -> impl Future<Output = Result<Response<Bytes>, SendError>> + Send {
        self.outside.send(target, request, limit_ms, most_bytes)
    }

    fn spawn(&self, task: Task) {
        self.outside.spawn(task);
    }
}
