//! A host in memory. What it stores outlives it, so that another host can be started on the same storage.

use std::{
    collections::{BTreeMap, VecDeque, btree_map::Entry},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body};
use bytes::Bytes;
use case::{
    ids::{CaseId, Digest, TenantId},
    journal,
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
    row,
};
use rusqlite::{Connection, params_from_iter};
use tokio::{
    task::AbortHandle,
    time::{Instant, sleep, timeout},
};
use tower::ServiceExt as _;

/// A stored case.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) lines: Vec<String>,
    pub(crate) wrapped_key: Option<Vec<u8>>,
    pub(crate) sealed: BTreeMap<Digest, Vec<u8>>,
    pub(crate) wake: Option<Millis>,
    pub(crate) hooks: Option<HookState>,
    pub(crate) row: Option<DocketRow>,
}

/// Storage that outlives its hosts.
#[derive(Default)]
pub(crate) struct Store {
    cases: Mutex<BTreeMap<CaseKey, Record>>,
    grants: Mutex<BTreeMap<Digest, Grant>>,
    /// What the next commits come to; those after them go well.
    trouble: Mutex<VecDeque<HostError>>,
    drawn: AtomicU64,
    switch: Mutex<Option<Switch>>,
    /// What reading whom a tenant revoked comes to, where it fails.
    pub(crate) no_list: Mutex<Option<HostError>>,
    nonces: Mutex<BTreeMap<(TenantId, Digest), Millis>>,
    /// What actions do, and whose each is.
    pub(crate) effects: Mutex<BTreeMap<(TenantId, Digest), CaseId>>,
    revocations: Mutex<BTreeMap<(TenantId, Revoked), Revocation>>,
    /// What each tenant spent on each day.
    spent: Mutex<BTreeMap<(TenantId, String), Spend>>,
    uses: Mutex<Uses>,
}

/// How often the storage of cases was asked for something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Uses {
    /// A whole case was read.
    pub(crate) reads: u32,
    /// A ciphertext was read.
    pub(crate) sealed: u32,
    /// A step was written.
    pub(crate) commits: u32,
}

impl Store {
    pub(crate) fn cases(&self) -> MutexGuard<'_, BTreeMap<CaseKey, Record>> {
        self.cases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn grants(&self) -> MutexGuard<'_, BTreeMap<Digest, Grant>> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the next commits fail like this.
    pub(crate) fn trouble(&self, errors: impl IntoIterator<Item = HostError>) {
        self.trouble.lock().unwrap().extend(errors);
    }

    /// What tenants spent so far, on all days.
    pub(crate) fn spent(&self) -> Spend {
        let spent = self.spent.lock().unwrap();
        let sum = |of: fn(&Spend) -> u64| spent.values().map(of).sum();
        Spend { nano_dollars: sum(|spend| spend.nano_dollars), tokens: sum(|spend| spend.tokens) }
    }

    /// How often the storage of cases was used since this was asked last.
    pub(crate) fn uses(&self) -> Uses {
        std::mem::take(&mut self.uses.lock().unwrap())
    }

    pub(crate) fn troubles_left(&self) -> usize {
        self.trouble.lock().unwrap().len()
    }
}

/// A host.
pub(crate) struct Host {
    pub(crate) store: Arc<Store>,
    bank: Router,
    began: Instant,
    opened_at: Millis,
    cases: OnceLock<Router>,
    tasks: Mutex<Vec<AbortHandle>>,
}

impl Host {
    pub(crate) fn new(store: Arc<Store>, bank: Router, began: Instant, opened_at: Millis) -> Self {
        Self { store, bank, began, opened_at, cases: OnceLock::new(), tasks: Mutex::default() }
    }

    /// Says where the routes of cases are.
    pub(crate) fn lead_to(&self, cases: Router) {
        assert!(self.cases.set(cases).is_ok(), "a host has one way to its cases");
    }

    /// Ends everything in flight, as the death of a process does.
    pub(crate) fn kill(&self) {
        self.tasks.lock().unwrap().drain(..).for_each(|task| task.abort());
    }
}

impl CaseHost for Host {
    async fn read(&self, key: &CaseKey) -> Result<Option<Stored>, HostError> {
        self.store.uses.lock().unwrap().reads += 1;
        let cases = self.store.cases();
        let stored = |record: &Record| Stored { lines: record.lines.clone(), wrapped_key: record.wrapped_key.clone() };
        Ok(cases.get(key).map(stored))
    }

    async fn commit(&self, key: &CaseKey, commit: Commit) -> Result<(), HostError> {
        self.store.uses.lock().unwrap().commits += 1;
        // A disk takes a moment.
        sleep(Duration::from_millis(5)).await;
        if let Some(error) = self.store.trouble.lock().unwrap().pop_front() {
            return Err(error);
        }
        let mut cases = self.store.cases();
        let stored = cases.get(key).map_or(0, |record| record.lines.len());
        if stored as u64 != commit.first_seq {
            return Err(HostError::Stale);
        }
        let record = cases.entry(key.clone()).or_default();
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
        let lines = journal::read(record.lines.iter().map(String::as_str)).expect("what is written verifies");
        let last = record.lines.last().expect("a commit holds lines");
        assert_eq!(commit.head_hash, Digest::of(last.as_bytes()));
        assert_eq!(commit.row.head_seq, lines.len() as u64 - 1);
        record.row = Some(commit.row);
        Ok(())
    }

    async fn sealed(&self, key: &CaseKey, hash: &Digest) -> Result<Option<Vec<u8>>, HostError> {
        self.store.uses.lock().unwrap().sealed += 1;
        Ok(self.store.cases().get(key).and_then(|record| record.sealed.get(hash).cloned()))
    }

    async fn hooks(&self, key: &CaseKey) -> Result<Option<HookState>, HostError> {
        Ok(self.store.cases().get(key).and_then(|record| record.hooks))
    }

    async fn set_hooks(&self, key: &CaseKey, state: &HookState, seen: u64) -> Result<bool, HostError> {
        // A disk takes a moment.
        sleep(Duration::from_millis(5)).await;
        let mut cases = self.store.cases();
        let record = cases.get_mut(key).expect("the case is stored");
        let is_stored = state.due.is_some() || record.lines.len() as u64 <= seen + 1;
        if is_stored {
            record.hooks = Some(*state);
        }
        Ok(is_stored)
    }
}

impl Host {
    /// The docket's tables with a row for each case.
    fn docket(&self) -> Result<Connection, rusqlite::Error> {
        let docket = Connection::open_in_memory()?;
        docket.execute_batch(&docket_sql::SCHEMA.join(";"))?;
        for (key, record) in &*self.store.cases() {
            for statement in docket_sql::write(key, record.row.as_ref().unwrap(), record.wake) {
                docket.execute(&statement.sql, params_from_iter(statement.values.iter().map(value)))?;
            }
        }
        Ok(docket)
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
        let failed = |error: rusqlite::Error| HostError::Failed(error.to_string());
        let docket = self.docket().map_err(failed)?;
        statements.iter().map(|statement| read(&docket, statement).map_err(failed)).collect()
    }

    async fn behind(&self, _tenant: &TenantId) -> Result<Option<Behind>, HostError> {
        Ok(None)
    }

    async fn grant(&self, key_hash: &Digest) -> Result<Option<Grant>, HostError> {
        Ok(self.store.grants().get(key_hash).cloned())
    }

    async fn remake(&self, tenant: &TenantId, name: &RowName) -> Result<Remade, HostError> {
        let RowName::Case(case) = name else { return Err(HostError::Failed("there are no objects".to_owned())) };
        let key = CaseKey { tenant: tenant.clone(), case: case.clone() };
        let mut cases = self.store.cases();
        let Some(record) = cases.get_mut(&key) else { return Ok(Remade::Empty) };
        let (row, wake) = row::of_journal(&record.lines).map_err(|fault| HostError::Failed(fault.to_string()))?;
        (record.row, record.wake) = (Some(row), wake);
        Ok(Remade::Sent)
    }
}

impl ModelHost for Host {
    async fn switch(&self) -> Result<Option<Switch>, HostError> {
        Ok(self.store.switch.lock().unwrap().clone())
    }

    async fn set_switch(&self, switch: &Switch) -> Result<(), HostError> {
        *self.store.switch.lock().unwrap() = Some(switch.clone());
        Ok(())
    }
}

impl TenantHost for Host {
    async fn reserve(&self, tenant: &TenantId, day: &str, most: Spend, cap: Spend) -> Result<bool, HostError> {
        let mut spent = self.store.spent.lock().unwrap();
        let of_day = spent.entry((tenant.clone(), day.to_owned())).or_default();
        let then = Spend { nano_dollars: of_day.nano_dollars + most.nano_dollars, tokens: of_day.tokens + most.tokens };
        let fits = then.nano_dollars <= cap.nano_dollars && then.tokens <= cap.tokens;
        if fits {
            *of_day = then;
        }
        Ok(fits)
    }

    async fn settle(&self, tenant: &TenantId, day: &str, reserved: Spend, spent: Spend) -> Result<(), HostError> {
        let mut all = self.store.spent.lock().unwrap();
        let of_day = all.entry((tenant.clone(), day.to_owned())).or_default();
        of_day.nano_dollars = of_day.nano_dollars + spent.nano_dollars - reserved.nano_dollars;
        of_day.tokens = of_day.tokens + spent.tokens - reserved.tokens;
        Ok(())
    }

    async fn keep_nonce(&self, tenant: &TenantId, nonce: &Digest, until: Millis) -> Result<bool, HostError> {
        let mut nonces = self.store.nonces.lock().unwrap();
        let now = self.now();
        nonces.retain(|_, until| *until >= now);
        Ok(nonces.insert((tenant.clone(), nonce.clone()), until).is_none())
    }

    async fn has_nonce(&self, tenant: &TenantId, nonce: &Digest) -> Result<bool, HostError> {
        let until = self.store.nonces.lock().unwrap().get(&(tenant.clone(), nonce.clone())).copied();
        Ok(until.is_some_and(|until| until >= self.now()))
    }

    async fn hold_effect(&self, tenant: &TenantId, what: &Digest, case: &CaseId) -> Result<Hold, HostError> {
        let mut effects = self.store.effects.lock().unwrap();
        Ok(match effects.entry((tenant.clone(), what.clone())) {
            Entry::Vacant(vacant) => {
                vacant.insert(case.clone());
                Hold::Taken
            }
            Entry::Occupied(holder) if holder.get() == case => Hold::Kept,
            Entry::Occupied(holder) => Hold::Another(holder.get().clone()),
        })
    }

    async fn release_effect(&self, tenant: &TenantId, what: &Digest, case: &CaseId) -> Result<(), HostError> {
        let of_case =
            |whose: &(TenantId, Digest), holder: &CaseId| whose.0 == *tenant && whose.1 == *what && holder == case;
        self.store.effects.lock().unwrap().retain(|whose, holder| !of_case(whose, holder));
        Ok(())
    }

    async fn revocations(&self, tenant: &TenantId) -> Result<Vec<Revocation>, HostError> {
        if let Some(error) = self.store.no_list.lock().unwrap().clone() {
            return Err(error);
        }
        let revocations = self.store.revocations.lock().unwrap();
        let of_tenant = revocations.iter().filter(|((whose, _), _)| whose == tenant);
        Ok(of_tenant.map(|(_, revocation)| revocation.clone()).collect())
    }

    async fn revoke(&self, tenant: &TenantId, revocation: &Revocation) -> Result<(), HostError> {
        let key = (tenant.clone(), revocation.what.clone());
        self.store.revocations.lock().unwrap().insert(key, revocation.clone());
        Ok(())
    }
}

impl Outside for Host {
    fn now(&self) -> Millis {
        self.opened_at.plus(i64::try_from(self.began.elapsed().as_millis()).unwrap())
    }

    fn random(&self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(32) {
            let number = self.store.drawn.fetch_add(1, Ordering::Relaxed);
            let digits = Digest::of(&number.to_be_bytes());
            piece.copy_from_slice(&digits.as_str().as_bytes()[..piece.len()]);
        }
    }

    async fn sleep(&self, duration_ms: u64) {
        sleep(Duration::from_millis(duration_ms)).await;
    }

    async fn send(
        &self,
        _target: Target,
        request: http::Request<Bytes>,
        limit_ms: u64,
        most_bytes: usize,
    ) -> Result<http::Response<Bytes>, SendError> {
        let (mut parts, body) = request.into_parts();
        // The model's URL is absolute; the box answers by path.
        parts.uri = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default().parse().unwrap();
        let exchange = async {
            let request = http::Request::from_parts(parts, Body::from(body));
            let (parts, body) = self.bank.clone().oneshot(request).await.unwrap().into_parts();
            let body = axum::body::to_bytes(body, most_bytes).await.map_err(|_| SendError::Connection)?;
            Ok(http::Response::from_parts(parts, body))
        };
        timeout(Duration::from_millis(limit_ms), exchange).await.unwrap_or(Err(SendError::TimedOut))
    }

    fn spawn(&self, task: Task) {
        self.tasks.lock().unwrap().push(tokio::spawn(task).abort_handle());
    }
}

impl Door for Host {
    async fn enter(&self, _entering: Entering, request: http::Request<Body>) -> http::Response<Body> {
        let cases = self.cases.get().expect("a host is told where its cases are").clone();
        cases.oneshot(request).await.unwrap()
    }
}

/// The key of a case.
pub(crate) fn key(tenant: &str, case: &str) -> CaseKey {
    CaseKey { tenant: TenantId::parse(tenant).unwrap(), case: CaseId::parse(case).unwrap() }
}
