//! A host whose storage outlives it, and whose process can die before or after any write. What a dead process had begun
//! never ends; what it had sent is on its way.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body};
use bytes::Bytes;
use case::{
    ids::{CaseId, Digest, TenantId},
    time::Millis,
};
use desk::{
    docket_sql::{self, Statement, Value},
    entering::Entering,
    front::Door,
    hooks::HookState,
    ports::{
        Behind, CaseHost, CaseKey, Commit, DocketHost, DocketRow, Grant, Hold, HostError, ModelHost, Outside, Remade,
        Revocation, Revoked, RowName, SendError, Spend, Stored, Switch, Target, Task, TenantHost,
    },
};
use fastrand::Rng;
use rusqlite::{Connection, params_from_iter};
use tokio::{
    sync::Notify,
    task::AbortHandle,
    time::{Instant, sleep},
};
use tower::ServiceExt as _;

use crate::{
    outside::Network,
    plan::{Blow, Plan},
};

/// When every history begins: 2026-11-22T18:00:00Z.
const BEGIN: Millis = Millis(1_795_370_400_000);

/// A stored case.
#[derive(Default, Clone)]
pub(crate) struct Record {
    pub(crate) lines: Vec<String>,
    wrapped_key: Option<Vec<u8>>,
    sealed: BTreeMap<Digest, Vec<u8>>,
    pub(crate) wake: Option<Millis>,
    pub(crate) hooks: Option<HookState>,
    pub(crate) row: Option<DocketRow>,
}

/// What is stored.
#[derive(Default)]
pub(crate) struct Disk {
    pub(crate) cases: BTreeMap<CaseKey, Record>,
    pub(crate) grants: BTreeMap<Digest, Grant>,
    effects: BTreeMap<(TenantId, Digest), CaseId>,
    spent: BTreeMap<(TenantId, String), Spend>,
    nonces: BTreeMap<(TenantId, Digest), Millis>,
    revocations: BTreeMap<(TenantId, Revoked), Revocation>,
    switch: Option<Switch>,
    writes: u32,
    drawn: u64,
    /// How often each blow befell a write.
    pub(crate) blows: BTreeMap<Blow, u64>,
}

/// What stays while processes come and go.
pub(crate) struct Ground {
    pub(crate) plan: Arc<Plan>,
    pub(crate) network: Arc<Network>,
    disk: Mutex<Disk>,
    began: Instant,
    skew_ms: AtomicI64,
    /// Something was stored, or the clock was set.
    pub(crate) changed: Notify,
}

impl Ground {
    pub(crate) fn new(plan: Arc<Plan>) -> anyhow::Result<Self> {
        let network = Arc::new(Network::new(Arc::clone(&plan))?);
        Ok(Self {
            plan,
            network,
            disk: Mutex::default(),
            began: Instant::now(),
            skew_ms: AtomicI64::new(0),
            changed: Notify::new(),
        })
    }

    pub(crate) fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the clock shows.
    pub(crate) fn now(&self) -> Millis {
        let passed = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        BEGIN.plus(passed).plus(self.skew_ms.load(Ordering::Relaxed))
    }

    /// Sets the clock.
    pub(crate) fn skew(&self, by_ms: i64) {
        self.skew_ms.fetch_add(by_ms, Ordering::Relaxed);
        self.changed.notify_one();
    }
}

/// A process.
pub(crate) struct Host {
    pub(crate) ground: Arc<Ground>,
    /// Leads back to this host, and so is let go of when it dies: nothing of a history outlives it.
    cases: Mutex<Option<Router>>,
    tasks: Mutex<Vec<AbortHandle>>,
    is_dead: AtomicBool,
    death: Notify,
}

impl Host {
    pub(crate) fn new(ground: Arc<Ground>) -> Self {
        Self {
            ground,
            cases: Mutex::default(),
            tasks: Mutex::default(),
            is_dead: AtomicBool::new(false),
            death: Notify::new(),
        }
    }

    /// Says where the routes of cases are.
    pub(crate) fn lead_to(&self, cases: Router) {
        *self.cases.lock().unwrap_or_else(PoisonError::into_inner) = Some(cases);
    }

    /// Dies: from here on nothing of it is stored or sent.
    pub(crate) fn die(&self) {
        self.is_dead.store(true, Ordering::Relaxed);
        drop(self.cases.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).drain(..).for_each(|task| task.abort());
        self.death.notify_waiters();
        self.death.notify_one();
    }

    /// Ends when the process is dead.
    pub(crate) async fn is_over(&self) {
        if !self.is_dead.load(Ordering::Relaxed) {
            self.death.notified().await;
        }
    }

    /// Ends never, if the process is dead.
    async fn alive(&self) {
        if self.is_dead.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    }

    /// One atomic write, with whatever befalls it.
    async fn write<T>(&self, store: impl FnOnce(&mut Disk) -> T + Send) -> Result<T, HostError> {
        let number = {
            let mut disk = self.ground.disk();
            disk.writes += 1;
            disk.writes - 1
        };
        let mut rng = Rng::with_seed(self.ground.plan.seed ^ (u64::from(number) << 16));
        sleep(Duration::from_millis(rng.u64(1..20))).await;
        self.alive().await;
        let blow = self.ground.plan.writes.get(&number).copied();
        let stored = {
            let mut disk = self.ground.disk();
            if let Some(blow) = blow {
                *disk.blows.entry(blow).or_default() += 1;
            }
            match blow {
                Some(Blow::DiesBefore) => None,
                Some(Blow::Fails) => return Err(HostError::Failed("the disk is on fire".to_owned())),
                Some(Blow::Full) => return Err(HostError::Full("the disk is full".to_owned())),
                Some(Blow::DiesAfter) | None => Some(store(&mut disk)),
            }
        };
        self.ground.changed.notify_one();
        if let Some(Blow::DiesBefore | Blow::DiesAfter) = blow {
            self.die();
            self.alive().await;
        }
        stored.ok_or_else(|| HostError::Failed("the process is dead".to_owned()))
    }

    fn docket(&self) -> Result<Connection, rusqlite::Error> {
        let docket = Connection::open_in_memory()?;
        docket.execute_batch(&docket_sql::SCHEMA.join(";"))?;
        for (key, record) in &self.ground.disk().cases {
            for statement in record.row.iter().flat_map(|row| docket_sql::write(key, row, record.wake)) {
                docket.execute(&statement.sql, params_from_iter(statement.values.iter().map(value)))?;
            }
        }
        Ok(docket)
    }
}

impl CaseHost for Host {
    async fn read(&self, key: &CaseKey) -> Result<Option<Stored>, HostError> {
        self.alive().await;
        let stored = |record: &Record| Stored { lines: record.lines.clone(), wrapped_key: record.wrapped_key.clone() };
        Ok(self.ground.disk().cases.get(key).map(stored))
    }

    async fn commit(&self, key: &CaseKey, commit: Commit) -> Result<(), HostError> {
        self.write(|disk| {
            let stored = disk.cases.get(key).map_or(0, |record| record.lines.len());
            if stored as u64 != commit.first_seq {
                return Err(HostError::Stale);
            }
            let record = disk.cases.entry(key.clone()).or_default();
            record.lines.extend(commit.lines);
            record.wrapped_key = commit.wrapped_key.or(record.wrapped_key.take());
            record.sealed.extend(commit.sealed.into_iter().map(|sealed| (sealed.hash, sealed.bytes)));
            if commit.destroys {
                record.wrapped_key = None;
                record.sealed.clear();
            }
            record.wake = commit.wake;
            if let Some(due) = commit.hooks_due {
                record.hooks = Some(match record.hooks {
                    Some(known) => known.further(due),
                    None => HookState::begin(commit.first_seq, due),
                });
            }
            record.row = Some(commit.row);
            Ok(())
        })
        .await?
    }

    async fn sealed(&self, key: &CaseKey, hash: &Digest) -> Result<Option<Vec<u8>>, HostError> {
        self.alive().await;
        Ok(self.ground.disk().cases.get(key).and_then(|record| record.sealed.get(hash).cloned()))
    }

    async fn hooks(&self, key: &CaseKey) -> Result<Option<HookState>, HostError> {
        self.alive().await;
        Ok(self.ground.disk().cases.get(key).and_then(|record| record.hooks))
    }

    async fn set_hooks(&self, key: &CaseKey, state: &HookState, seen: u64) -> Result<bool, HostError> {
        self.write(|disk| {
            let Some(record) = disk.cases.get_mut(key) else { return false };
            let is_stored = state.due.is_some() || record.lines.len() as u64 <= seen + 1;
            if is_stored {
                record.hooks = Some(*state);
            }
            is_stored
        })
        .await
    }
}

fn read(docket: &Connection, statement: &Statement) -> Result<Vec<String>, rusqlite::Error> {
    let mut prepared = docket.prepare(&statement.sql)?;
    prepared.query_map(params_from_iter(statement.values.iter().map(value)), |row| row.get(0))?.collect()
}

fn value(value: &Value) -> rusqlite::types::Value {
    match value {
        Value::Null => rusqlite::types::Value::Null,
        Value::Integer(number) => (*number).into(),
        Value::Text(text) => text.clone().into(),
    }
}

impl DocketHost for Host {
    async fn select(&self, statements: Vec<Statement>) -> Result<Vec<Vec<String>>, HostError> {
        self.alive().await;
        let failed = |error: rusqlite::Error| HostError::Failed(error.to_string());
        let docket = self.docket().map_err(failed)?;
        statements.iter().map(|statement| read(&docket, statement).map_err(failed)).collect()
    }

    async fn behind(&self, _tenant: &TenantId) -> Result<Option<Behind>, HostError> {
        Ok(None)
    }

    async fn grant(&self, key_hash: &Digest) -> Result<Option<Grant>, HostError> {
        Ok(self.ground.disk().grants.get(key_hash).cloned())
    }

    async fn remake(&self, _tenant: &TenantId, _name: &RowName) -> Result<Remade, HostError> {
        Ok(Remade::Empty)
    }
}

impl ModelHost for Host {
    async fn switch(&self) -> Result<Option<Switch>, HostError> {
        Ok(self.ground.disk().switch.clone())
    }

    async fn set_switch(&self, switch: &Switch) -> Result<(), HostError> {
        self.write(|disk| disk.switch = Some(switch.clone())).await
    }
}

impl TenantHost for Host {
    async fn reserve(&self, tenant: &TenantId, day: &str, most: Spend, cap: Spend) -> Result<bool, HostError> {
        self.write(|disk| {
            let of_day = disk.spent.entry((tenant.clone(), day.to_owned())).or_default();
            let then =
                Spend { nano_dollars: of_day.nano_dollars + most.nano_dollars, tokens: of_day.tokens + most.tokens };
            let fits = then.nano_dollars <= cap.nano_dollars && then.tokens <= cap.tokens;
            if fits {
                *of_day = then;
            }
            fits
        })
        .await
    }

    async fn settle(&self, tenant: &TenantId, day: &str, reserved: Spend, spent: Spend) -> Result<(), HostError> {
        self.write(|disk| {
            let of_day = disk.spent.entry((tenant.clone(), day.to_owned())).or_default();
            of_day.nano_dollars = (of_day.nano_dollars + spent.nano_dollars).saturating_sub(reserved.nano_dollars);
            of_day.tokens = (of_day.tokens + spent.tokens).saturating_sub(reserved.tokens);
        })
        .await
    }

    async fn keep_nonce(&self, tenant: &TenantId, nonce: &Digest, until: Millis) -> Result<bool, HostError> {
        let key = (tenant.clone(), nonce.clone());
        self.write(|disk| disk.nonces.insert(key, until).is_none()).await
    }

    async fn has_nonce(&self, tenant: &TenantId, nonce: &Digest) -> Result<bool, HostError> {
        let until = self.ground.disk().nonces.get(&(tenant.clone(), nonce.clone())).copied();
        Ok(until.is_some_and(|until| until >= self.now()))
    }

    async fn hold_effect(&self, tenant: &TenantId, what: &Digest, case: &CaseId) -> Result<Hold, HostError> {
        let key = (tenant.clone(), what.clone());
        self.write(|disk| match disk.effects.get(&key) {
            Some(holder) if holder == case => Hold::Kept,
            Some(holder) => Hold::Another(holder.clone()),
            None => {
                disk.effects.insert(key, case.clone());
                Hold::Taken
            }
        })
        .await
    }

    async fn release_effect(&self, tenant: &TenantId, what: &Digest, case: &CaseId) -> Result<(), HostError> {
        let key = (tenant.clone(), what.clone());
        self.write(|disk| {
            if disk.effects.get(&key) == Some(case) {
                disk.effects.remove(&key);
            }
        })
        .await
    }

    async fn revocations(&self, tenant: &TenantId) -> Result<Vec<Revocation>, HostError> {
        let disk = self.ground.disk();
        let of_tenant = disk.revocations.iter().filter(|((whose, _), _)| whose == tenant);
        Ok(of_tenant.map(|(_, revocation)| revocation.clone()).collect())
    }

    async fn revoke(&self, tenant: &TenantId, revocation: &Revocation) -> Result<(), HostError> {
        let key = (tenant.clone(), revocation.what.clone());
        self.write(|disk| drop(disk.revocations.insert(key, revocation.clone()))).await
    }
}

impl Outside for Host {
    fn now(&self) -> Millis {
        self.ground.now()
    }

    fn random(&self, bytes: &mut [u8]) {
        let mut disk = self.ground.disk();
        disk.drawn += 1;
        let mut rng = Rng::with_seed(self.ground.plan.seed.rotate_left(17) ^ disk.drawn);
        bytes.iter_mut().for_each(|byte| *byte = rng.u8(..));
    }

    async fn sleep(&self, duration_ms: u64) {
        sleep(Duration::from_millis(duration_ms)).await;
    }

    async fn send(
        &self,
        target: Target,
        request: http::Request<Bytes>,
        limit_ms: u64,
        most_bytes: usize,
    ) -> Result<http::Response<Bytes>, SendError> {
        self.alive().await;
        self.ground.network.send(target, request, limit_ms, most_bytes).await
    }

    fn spawn(&self, task: Task) {
        if !self.is_dead.load(Ordering::Relaxed) {
            let handle = tokio::spawn(task).abort_handle();
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            tasks.retain(|task| !task.is_finished());
            tasks.push(handle);
        }
    }
}

impl Door for Host {
    async fn enter(&self, _entering: Entering, request: http::Request<Body>) -> http::Response<Body> {
        self.alive().await;
        let cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match cases {
            Some(cases) => {
                let Ok(response) = cases.oneshot(request).await;
                response
            }
            None => std::future::pending().await,
        }
    }
}
