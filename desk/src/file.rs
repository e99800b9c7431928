//! The desk of all cases of a host, and one file per case that is at work: lock, decide, commit, perform, answer.
//!
//! A case is decided on in memory under its own lock, and nothing leaves before its entries are durable. If another
//! writer came first, the case is read again and decided on again.

mod import;
mod known;
mod load;
mod words;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use case::{
    case::{Case, Ready, Rest, Step},
    entry::Question,
    time::Millis,
};
use futures_util::future::{Either, select};
use tokio::sync::{OwnedMutexGuard, Semaphore, watch};

use self::{known::Files, load::Counts};
use crate::{
    hooks,
    perform::{Job, Said, perform},
    person,
    ports::{CaseHost, CaseKey, Commit, HostError, ModelHost, Outside, Sealed, TenantHost},
    problem::Problem,
    row,
    setup::Setup,
    vault::CaseVault,
};

/// How often a decision is made again because another writer came first.
const ATTEMPTS: u32 = 4;

/// The desk of a host: every case that is at work here.
pub struct Desk<H> {
    /// The host.
    pub host: Arc<H>,
    /// Configuration and secrets.
    pub setup: Arc<Setup>,
    files: Files,
    /// Requests under way that carry an idempotency key.
    opening: Arc<Mutex<BTreeSet<CaseKey>>>,
    /// Cases whose events are on their way.
    telling: Arc<Mutex<BTreeSet<CaseKey>>>,
    /// Room for them to be on their way.
    pub(crate) deliveries: Arc<Semaphore>,
    /// How much there is to do.
    counts: Counts,
}

impl<H> Clone for Desk<H> {
    fn clone(&self) -> Self {
        Self {
            host: self.host.clone(),
            setup: self.setup.clone(),
            files: self.files.clone(),
            opening: self.opening.clone(),
            telling: self.telling.clone(),
            deliveries: self.deliveries.clone(),
            counts: self.counts.clone(),
        }
    }
}

pub use import::Taken;
pub use known::Attending;

/// One case at work.
struct CaseFile {
    open: Arc<tokio::sync::Mutex<Option<OpenCase>>>,
    seq: watch::Sender<u64>,
}

/// A case file that nobody else touches meanwhile.
struct Locked {
    file: Arc<CaseFile>,
    open: OwnedMutexGuard<Option<OpenCase>>,
}

/// A case in memory, with the key to its words; none after erasure.
pub struct OpenCase {
    /// The case.
    pub case: Case,
    /// The key to its words.
    pub vault: Option<CaseVault>,
}

impl OpenCase {
    /// Whether something goes on in it by itself.
    fn is_at_work(&self) -> bool {
        matches!(self.case.rest(), Rest::Working { .. })
    }
}

/// What a decision wants written.
#[derive(Default)]
pub struct Decision {
    /// What the case says.
    pub step: Step,
    /// The ciphertexts that its entries name.
    pub sealed: Vec<Sealed>,
}

/// What is known of a case that is to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newness {
    /// Its id was drawn for it: it can hardly be there.
    Drawn,
    /// Its id follows from what the caller said: it may be there.
    Unknown,
}

/// Something that happens to a case once at a time: a request with an idempotency key, the telling of its events. Ends when
/// dropped.
pub struct InFlight {
    under_way: Arc<Mutex<BTreeSet<CaseKey>>>,
    key: CaseKey,
}

impl InFlight {
    fn begin(under_way: &Arc<Mutex<BTreeSet<CaseKey>>>, key: &CaseKey) -> Option<Self> {
        let new = under_way.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone());
        new.then(|| Self { under_way: under_way.clone(), key: key.clone() })
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

impl<H: CaseHost + Outside + ModelHost + TenantHost> Desk<H> {
    /// A desk on a host.
    #[must_use]
    pub fn new(host: Arc<H>, setup: Arc<Setup>) -> Self {
        let deliveries = Arc::new(Semaphore::new(hooks::AT_ONCE));
        let (opening, telling) = <(Arc<_>, Arc<_>)>::default();
        Self { host, setup, files: Files::default(), opening, telling, deliveries, counts: Counts::default() }
    }

    /// Marks a request with an idempotency key as under way; `None` if it is already.
    #[must_use]
    pub fn begin(&self, key: &CaseKey) -> Option<InFlight> {
        InFlight::begin(&self.opening, key)
    }

    /// Marks the events of a case as on their way; `None` if they are already.
    pub(crate) fn begin_telling(&self, key: &CaseKey) -> Option<InFlight> {
        InFlight::begin(&self.telling, key)
    }

    /// Does what is due on a case: called at the latest at [`Commit::wake`], and for unfinished cases at start-up. Says
    /// when it has to be called again: a call that comes too early writes nothing, and so no commit says it.
    ///
    /// # Errors
    /// A [`Problem`]; the host should call again later.
    pub async fn wake(&self, key: &CaseKey) -> Result<Option<Millis>, Problem> {
        self.decide(key, |open, at| Ok(Decision { step: open.case.advance(at), sealed: Vec::new() })).await?;
        self.look(key, |open| open.case.wake()).await
    }

    /// Reads from a case.
    ///
    /// # Errors
    /// [`Problem::no_case`], or why the case cannot be read.
    pub async fn look<T>(&self, key: &CaseKey, read: impl FnOnce(&OpenCase) -> T) -> Result<T, Problem> {
        let locked = self.lock(key).await?;
        let open = locked.open.as_ref().ok_or_else(Problem::no_case)?;
        let seen = read(open);
        self.forget_if_quiet(key, &locked);
        Ok(seen)
    }

    /// Decides on a case and writes what follows; returns the position of the last line.
    ///
    /// # Errors
    /// The decision's own [`Problem`], or why nothing could be written.
    pub async fn decide(
        &self,
        key: &CaseKey,
        decision: impl Fn(&mut OpenCase, Millis) -> Result<Decision, Problem>,
    ) -> Result<u64, Problem> {
        for _ in 0..ATTEMPTS {
            let mut locked = self.lock(key).await?;
            let open = locked.open.as_mut().ok_or_else(Problem::no_case)?;
            let before = open.case.head().seq;
            let worked = open.is_at_work();
            // What a decision that failed half-way left in memory is not looked at.
            let made = decision(open, self.host.now()).inspect_err(|_| self.forget_unless_at_work(key, &locked))?;
            match self.commit(key, &mut locked, before + 1, made, None).await {
                Err(HostError::Stale) => {}
                other => {
                    if worked && locked.open.as_ref().is_some_and(|open| !open.is_at_work()) {
                        self.counts.rested();
                    }
                    self.forget_if_quiet(key, &locked);
                    return other.map_err(Problem::from);
                }
            }
        }
        Err(HostError::Stale.into())
    }

    /// Opens a case, unless it is there: then `None`.
    ///
    /// # Errors
    /// The decision's own [`Problem`], or why nothing could be written.
    pub async fn open(
        &self,
        key: &CaseKey,
        newness: Newness,
        opening: impl FnOnce(&CaseVault, Millis) -> Result<(Case, Decision), Problem>,
    ) -> Result<Option<u64>, Problem> {
        let mut locked = self.own(key).await;
        // The storage refuses the first line of a case that is there, so that a case is only looked for to save the work.
        if locked.open.is_none() && newness == Newness::Unknown {
            *locked.open = self.read(key).await.inspect_err(|_| self.forget(key, &locked))?;
        }
        if locked.open.is_some() {
            self.forget_if_quiet(key, &locked);
            return Ok(None);
        }
        let (vault, wrapped) = self.setup.master.new_case(key, &*self.host)?;
        let (case, decision) = opening(&vault, self.host.now()).inspect_err(|_| self.forget(key, &locked))?;
        *locked.open = Some(OpenCase { case, vault: Some(vault) });
        match self.commit(key, &mut locked, 0, decision, Some(wrapped)).await {
            Ok(seq) => {
                if locked.open.as_ref().is_some_and(|open| !open.is_at_work()) {
                    self.counts.rested();
                }
                self.forget_if_quiet(key, &locked);
                Ok(Some(seq))
            }
            Err(HostError::Stale) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits until a case comes to rest, or for so long.
    pub async fn wait_for_rest(&self, key: &CaseKey, limit_ms: u64) {
        if limit_ms == 0 {
            return;
        }
        let _waits = self.counts.waits();
        let at_rest = async {
            let mut seen = self.watch(key);
            while let Ok(false) = self.look(key, |open| !matches!(open.case.rest(), Rest::Working { .. })).await {
                if seen.changed().await.is_err() {
                    // The file was put away; the case may go on in another.
                    seen = self.watch(key);
                }
            }
        };
        select(std::pin::pin!(at_rest), std::pin::pin!(self.host.sleep(limit_ms))).await;
    }

    /// Tells of each new position of a case's journal.
    #[must_use]
    pub fn watch(&self, key: &CaseKey) -> watch::Receiver<u64> {
        self.files.file(key).seq.subscribe()
    }

    /// Keeps a case in memory while a request is about it, so that it is read once and not at each look.
    #[must_use]
    pub fn attend(&self, key: &CaseKey) -> Attending {
        self.files.attend(key)
    }

    fn forget(&self, key: &CaseKey, locked: &Locked) {
        self.files.forget(key, &locked.file);
    }

    fn forget_unless_at_work(&self, key: &CaseKey, locked: &Locked) {
        if !locked.open.as_ref().is_some_and(OpenCase::is_at_work) {
            self.forget(key, locked);
        }
    }

    /// A case at rest needs no memory here once no request is about it: the next call reads it again.
    fn forget_if_quiet(&self, key: &CaseKey, locked: &Locked) {
        if !locked.open.as_ref().is_some_and(OpenCase::is_at_work) {
            self.files.put_back(key, &locked.file);
        }
    }

    /// The case's file, locked. One that was forgotten while this waited is not used any more.
    async fn own(&self, key: &CaseKey) -> Locked {
        loop {
            let file = self.files.file(key);
            let open = file.open.clone().lock_owned().await;
            if self.files.take(key, &file) {
                return Locked { file, open };
            }
        }
    }

    /// The locked case, read from storage where it is not in memory. Asks that were in flight when it was last in
    /// memory are lost, so reading it resumes it.
    async fn lock(&self, key: &CaseKey) -> Result<Locked, Problem> {
        for attempt in 1.. {
            let mut locked = self.own(key).await;
            if locked.open.is_some() {
                return Ok(locked);
            }
            *locked.open = self.read(key).await.inspect_err(|_| self.forget(key, &locked))?;
            let Some(open) = locked.open.as_mut() else {
                self.forget(key, &locked);
                return Ok(locked);
            };
            let first_seq = open.case.head().seq + 1;
            let step = open.case.resume(self.host.now());
            match self.commit(key, &mut locked, first_seq, Decision { step, sealed: Vec::new() }, None).await {
                Ok(_) => return Ok(locked),
                Err(HostError::Stale) if attempt < ATTEMPTS => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(HostError::Stale.into())
    }

    /// The case as it is stored.
    pub(crate) async fn read(&self, key: &CaseKey) -> Result<Option<OpenCase>, Problem> {
        let Some(stored) = self.host.read(key).await.map_err(|error| log(key, error))? else { return Ok(None) };
        let case = Case::replay(stored.lines.iter().map(String::as_str))?;
        if case.tenant() != &key.tenant || case.id() != &key.case {
            return Err(case::journal::Fault::Opening { seq: 0 }.into());
        }
        let vault = match stored.wrapped_key {
            Some(wrapped) => Some(self.setup.master.case(key, Some(&wrapped))?),
            None => None,
        };
        Ok(Some(OpenCase { case, vault }))
    }

    /// Writes a step; then, and only then, performs its asks and tells who watches. The file stays known: it is
    /// forgotten by whoever is done with it, since what is written to a forgotten file is taken for lost.
    async fn commit(
        &self,
        key: &CaseKey,
        locked: &mut Locked,
        first_seq: u64,
        decision: Decision,
        wrapped_key: Option<Vec<u8>>,
    ) -> Result<u64, HostError> {
        // Nobody sees in memory what is not written yet: neither where writing fails, nor where the caller goes away
        // and this future is dropped half-way.
        let Some(mut open) = locked.open.take() else { return Err(HostError::Stale) };
        let head = open.case.head().clone();
        if decision.step.lines.is_empty() {
            *locked.open = Some(open);
            return Ok(head.seq);
        }
        let hooks_due = self.setup.hooks_due(&key.tenant, &decision.step.lines, open.case.rest(), self.host.now());
        let commit = Commit {
            first_seq,
            lines: decision.step.lines,
            head_hash: head.hash,
            sealed: decision.sealed,
            wrapped_key,
            destroys: open.case.state().care.erased.is_some(),
            wake: open.case.wake(),
            hooks_due,
            row: row::docket_row(&open.case),
        };
        if let Err(error) = self.host.commit(key, commit).await {
            self.forget(key, locked);
            return Err(log(key, error));
        }
        if open.case.state().care.erased.is_some()
            && let Some(vault) = open.vault.take()
        {
            vault.forget();
        }
        for ready in decision.step.asks {
            self.start(key, &open, ready);
        }
        if hooks_due.is_some() {
            self.tell_soon(key);
        }
        *locked.open = Some(open);
        locked.file.seq.send_replace(head.seq);
        Ok(head.seq)
    }

    /// Performs an ask beside everything else, and brings back its answer.
    fn start(&self, key: &CaseKey, open: &OpenCase, ready: Ready) {
        let Some(vault) = open.vault.clone() else { return };
        let (desk, key, state) = (self.clone(), key.clone(), open.case.shared());
        self.host.spawn(Box::pin(async move {
            let heard = desk.heard(&key, &vault, &state, &ready).await;
            let sheets = match &ready.question {
                Question::Extract { .. } => desk.sheets(&key, &vault, &state).await,
                Question::Triage { .. }
                | Question::Draft { .. }
                | Question::Lookup(_)
                | Question::Consult(_)
                | Question::Act { .. }
                | Question::Letter { .. } => vec![],
            };
            let letter = desk.letter(&key, &vault, &state, &ready).await;
            let person = person::read(&*desk.host, &desk.setup, &state, &ready).await;
            let job = Job::new(&state, ready, Said { heard, sheets, letter }, person);
            drop(state);
            let performed = perform(&*desk.host, &desk.setup, &vault, &job).await;
            let answered = desk.decide(&key, |open, at| {
                let step = open.case.answer(&job.ready.id, job.ready.attempt, performed.answer.clone(), at);
                let sealed = if step.lines.is_empty() { Vec::new() } else { performed.sealed.clone() };
                Ok(Decision { step, sealed })
            });
            if let Err(problem) = answered.await {
                // The ask stays open: the case is woken when its time is over, and asks again.
                tracing::error!(case = %key.case, ask = %job.ready.id, ?problem, "an answer could not be written");
            }
        }));
    }
}

fn log(key: &CaseKey, error: HostError) -> HostError {
    if !matches!(error, HostError::Stale) {
        tracing::error!(case = %key.case, %error, "the storage did not take a step");
    }
    error
}

/// The first of two futures' outputs, whichever ends first.
pub async fn first<A, B>(a: impl Future<Output = A>, b: impl Future<Output = B>) -> Result<A, B> {
    match select(std::pin::pin!(a), std::pin::pin!(b)).await {
        Either::Left((a, _)) => Ok(a),
        Either::Right((b, _)) => Err(b),
    }
}
