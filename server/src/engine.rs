//! A working process: storage, outside, desk, front and waker, put together, started and stopped.

use std::sync::Arc;

use axum::{Router, body::Body, http::Response};
use case::{
    ids::{CaseId, Digest, TenantId},
    time::Millis,
};
use desk::{
    docket_sql::Statement,
    entering::Entering,
    file::Desk,
    front::{Door, front_routes},
    ports::{
        Behind, DocketHost, Grant, Hold, HostError, ModelHost, Outside, Remade, Revocation, RowName, SendError, Spend,
        Switch, Target, Task, TenantHost,
    },
    routes::case_routes,
    setup::{Access, Setup},
};
use tokio::{sync::mpsc, task::JoinHandle};
use tower::ServiceExt as _;

use crate::{
    exit::{Exit, Failure},
    host::Native,
    limits,
    metrics::Metrics,
    outside::{self, Http, World},
    settings::{Name, Settings, master},
    store::{Shelf, Store},
    waker::Waker,
};

/// Which cases of the process before are taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resume {
    /// All that are not at rest.
    All,
    /// None: a process that lives for one case would only use up their attempts.
    None,
}

/// What a process is started for.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Who may call; decided from whether there are keys.
    pub(crate) access: fn(has_keys: bool) -> Access,
    /// Whether the sandbox bank answers in place of the sources.
    pub(crate) sandbox: bool,
    /// Which cases are taken up.
    pub(crate) resume: Resume,
}

/// A working process.
pub(crate) struct Engine {
    /// The desk.
    pub(crate) desk: Desk<Native>,
    /// The routes that callers see.
    pub(crate) front: Router,
    /// The counters.
    pub(crate) metrics: Arc<Metrics>,
    waker: JoinHandle<()>,
    older: Option<JoinHandle<()>>,
}

/// The front's way to cases: they are all in this process.
struct Lobby {
    native: Arc<Native>,
    cases: Router,
}

impl Engine {
    /// Opens the data folder and starts.
    pub(crate) async fn start(settings: &Settings, plan: &Plan) -> Result<Self, Failure> {
        let metrics = Arc::new(Metrics::default());
        let store = Store::open(&settings.data, Arc::clone(&metrics))?;
        let sandbox = plan.sandbox.then(in_process_sandbox);
        let config = &settings.config;
        let world = World::new(http(settings)?, config.addresses(), sandbox, config.connections, Arc::clone(&metrics));
        let master = master::find(settings, &Shelf::beside(&settings.data)?, &world)?;
        let has_keys = store.has_keys().await.map_err(|error| Failure::new(Exit::Storage, error.to_string()))?;
        let access = (plan.access)(has_keys || !settings.config.sign_in.is_empty());
        let setup = Setup::new(settings.config.clone(), master, settings.api_key()?, access)
            .map_err(|error| Failure::new(Exit::Settings, error.to_string()))?
            .with_tokens(|name| settings.environment.secret(name))
            .map_err(|(name, error)| Failure::new(Exit::Settings, format!("{name}: {error}")))?;
        let setup = setup
            .with_webhooks(settings.environment.get(Name::WebhookSecret))
            .map_err(|error| Failure::new(Exit::Settings, error.to_string()))?
            .with_local_model(settings.local_model()?);
        let setup = Arc::new(if plan.sandbox { setup.with_sandbox() } else { setup });
        warn(&setup);

        let failed = |error: HostError| Failure::new(Exit::Storage, error.to_string());
        let (unfinished, untold) = match plan.resume {
            Resume::All => (
                store.unfinished(plan.sandbox).await.map_err(failed)?,
                store.to_tell(plan.sandbox).await.map_err(failed)?,
            ),
            Resume::None => (Vec::new(), Vec::new()),
        };
        if !unfinished.is_empty() {
            tracing::info!(cases = unfinished.len(), "cases of the process before are taken up");
        }
        let (notes, mail) = mpsc::unbounded_channel();
        let native = Arc::new(Native { store, world, notes });
        let desk = Desk::new(Arc::clone(&native), Arc::clone(&setup));
        let waker = tokio::spawn(Waker::new(desk.clone(), Arc::clone(&metrics), unfinished, untold).run(mail));
        let older = (plan.resume == Resume::All).then(|| tokio::spawn(make_older_rows(Arc::clone(&native))));
        let cases = case_routes(desk.clone());
        let front = front_routes(Arc::new(Lobby { native, cases }), setup);
        Ok(Self { desk, front, metrics, waker, older })
    }

    /// Stops: nothing new is woken, work in flight has a moment to end, and the rest goes on at the next start.
    pub(crate) async fn stop(self) {
        self.waker.abort();
        self.older.inspect(JoinHandle::abort);
        let tasks = self.desk.host.world.tasks_ended();
        if tokio::time::timeout(limits::GRACE, tasks).await.is_err() {
            tracing::warn!("work in flight did not end in time; it goes on at the next start");
        }
    }
}

/// Brings the docket that an older build left up to date.
async fn make_older_rows(native: Arc<Native>) {
    match native.store.make_older_rows().await {
        Ok(0) => {}
        Ok(rows) => tracing::info!(rows, "the docket of an older version was made again from the journals"),
        Err(error) => {
            tracing::error!(%error, "the docket of an older version is not made again; `caseworker docket rebuild` does it");
        }
    }
}

/// The HTTP clients of these settings.
pub(crate) fn http(settings: &Settings) -> Result<Http, Failure> {
    let http = Http::new(settings.host.ca_file.as_deref(), &settings.config.insecure_hosts);
    http.map_err(|error| Failure::new(Exit::Settings, error))
}

/// The bank that answers in this process, as it stands today.
fn in_process_sandbox() -> Router {
    let today = sandbox::Day::from_unix_ms(outside::now().0);
    sandbox::router(sandbox::Config::new(limits::SANDBOX_SEED, today))
}

fn warn(setup: &Setup) {
    if let Some(model) = &setup.model
        && model.endpoint.exposes_key()
    {
        tracing::warn!(host = model.endpoint.host(), "the Anthropic key crosses a network unencrypted; use https");
    }
}

impl Door for Lobby {
    async fn enter(&self, _entering: Entering, request: http::Request<Body>) -> Response<Body> {
        let Ok(response) = self.cases.clone().oneshot(request).await;
        response
    }
}

impl DocketHost for Lobby {
    async fn select(&self, statements: Vec<Statement>) -> Result<Vec<Vec<String>>, HostError> {
        self.native.select(statements).await
    }

    async fn behind(&self, tenant: &TenantId) -> Result<Option<Behind>, HostError> {
        self.native.behind(tenant).await
    }

    async fn grant(&self, key_hash: &Digest) -> Result<Option<Grant>, HostError> {
        self.native.grant(key_hash).await
    }

    async fn remake(&self, tenant: &TenantId, name: &RowName) -> Result<Remade, HostError> {
        self.native.remake(tenant, name).await
    }

    async fn takes_writes(&self) -> Result<(), HostError> {
        self.native.takes_writes().await
    }
}

impl ModelHost for Lobby {
    async fn switch(&self) -> Result<Option<Switch>, HostError> {
        self.native.switch().await
    }

    async fn set_switch(&self, switch: &Switch) -> Result<(), HostError> {
        self.native.set_switch(switch).await
    }
}

impl TenantHost for Lobby {
    async fn reserve(&self, tenant: &TenantId, day: &str, most: Spend, cap: Spend) -> Result<bool, HostError> {
        self.native.reserve(tenant, day, most, cap).await
    }

    async fn settle(&self, tenant: &TenantId, day: &str, reserved: Spend, spent: Spend) -> Result<(), HostError> {
        self.native.settle(tenant, day, reserved, spent).await
    }

    async fn keep_nonce(&self, tenant: &TenantId, nonce: &Digest, until: Millis) -> Result<bool, HostError> {
        self.native.keep_nonce(tenant, nonce, until).await
    }

    async fn has_nonce(&self, tenant: &TenantId, nonce: &Digest) -> Result<bool, HostError> {
        self.native.has_nonce(tenant, nonce).await
    }

    async fn hold_effect(&self, tenant: &TenantId, what: &Digest, case: &CaseId) -> Result<Hold, HostError> {
        self.native.hold_effect(tenant, what, case).await
    }

    async fn release_effect(&self, tenant: &TenantId, what: &Digest, case: &CaseId) -> Result<(), HostError> {
        self.native.release_effect(tenant, what, case).await
    }

    async fn revocations(&self, tenant: &TenantId) -> Result<Vec<Revocation>, HostError> {
        self.native.revocations(tenant).await
    }

    async fn revoke(&self, tenant: &TenantId, revocation: &Revocation) -> Result<(), HostError> {
        self.native.revoke(tenant, revocation).await
    }
}

impl Outside for Lobby {
    fn now(&self) -> Millis {
        self.native.now()
    }

    fn random(&self, bytes: &mut [u8]) {
        self.native.random(bytes);
    }

    async fn sleep(&self, duration_ms: u64) {
        self.native.sleep(duration_ms).await;
    }

    async fn send(
        &self,
        target: Target,
        request: http::Request<bytes::Bytes>,
        limit_ms: u64,
        most_bytes: usize,
    ) -> Result<http::Response<bytes::Bytes>, SendError> {
        self.native.send(target, request, limit_ms, most_bytes).await
    }

    fn spawn(&self, task: Task) {
        self.native.spawn(task);
    }
}
