//! What a host must give: storage, the outside world, and a way to other cases. Everything else is shared.
//!
//! Futures are `Send` on both hosts. A host makes no decision: it stores what it is given, atomically, and carries
//! bytes.

use std::{borrow::Cow, future::Future, pin::Pin};

use bytes::Bytes;
use case::{
    actor::Actor,
    ids::{CaseId, Digest, Subject, TenantId},
    settings::AgentName,
    source::Source,
    time::Millis,
};
use serde::{Deserialize, Serialize};

pub use crate::docket::{Behind, DocketQuery, DocketRow, Page};
use crate::{docket, docket_sql::Statement, hooks::HookState};

/// A case, with the tenant it belongs to: the primary key of everything stored, and an object's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseKey {
    /// To whom the case belongs.
    pub tenant: TenantId,
    /// Which case.
    pub case: CaseId,
}

impl CaseKey {
    /// `{tenant}/{case}`: the name of a Durable Object.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.tenant, self.case)
    }

    /// Reads [`CaseKey::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let (tenant, case) = name.split_once('/')?;
        Some(Self { tenant: TenantId::parse(tenant).ok()?, case: CaseId::parse(case).ok()? })
    }
}

/// What is stored of a case.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    /// The journal's lines, from the first on.
    pub lines: Vec<String>,
    /// The case's own key, wrapped; `None` once it was destroyed.
    pub wrapped_key: Option<Vec<u8>>,
}

/// A ciphertext, stored under its SHA-256.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// The hash that entries name.
    pub hash: Digest,
    /// Nonce and ciphertext.
    pub bytes: Vec<u8>,
}

/// Everything that one step writes, at once or not at all.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The position of the first new line. The commit is stale unless this many lines are stored.
    pub first_seq: u64,
    /// The new lines.
    pub lines: Vec<String>,
    /// The hash of the last new line.
    pub head_hash: Digest,
    /// New ciphertexts.
    pub sealed: Vec<Sealed>,
    /// The case's wrapped key: with the first commit only.
    pub wrapped_key: Option<Vec<u8>>,
    /// Whether the case's wrapped key and all its ciphertexts, new ones among them, are destroyed with these lines.
    pub destroys: bool,
    /// When the case has to be woken at the latest ([`crate::file::Desk::wake`]); `None`: not needed.
    pub wake: Option<Millis>,
    /// When somebody has to be told of these lines at the latest; `None` where they hold nothing to tell. The host keeps
    /// it in the same step ([`HookState::begin`], [`HookState::further`]).
    pub hooks_due: Option<Millis>,
    /// The case's row of the docket.
    pub row: DocketRow,
}

/// A failure of the host's storage. The text is for the log, not for callers.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HostError {
    /// Another commit came first: read the case again.
    #[error("another commit came first")]
    Stale,
    /// The storage is full.
    #[error("the storage is full: {0}")]
    Full(String),
    /// The storage failed.
    #[error("the storage failed: {0}")]
    Failed(String),
}

/// Storage of cases.
pub trait CaseHost: Send + Sync + 'static {
    /// Reads a case; `None` where there is none. Writes nothing.
    fn read(&self, key: &CaseKey) -> impl Future<Output = Result<Option<Stored>, HostError>> + Send;

    /// Writes a step. The future ends when it is durable; nothing may leave before.
    fn commit(&self, key: &CaseKey, commit: Commit) -> impl Future<Output = Result<(), HostError>> + Send;

    /// Reads a ciphertext of a case.
    fn sealed(&self, key: &CaseKey, hash: &Digest) -> impl Future<Output = Result<Option<Vec<u8>>, HostError>> + Send;

    /// Where the telling of a case stands; `None` where there was never anything to tell.
    fn hooks(&self, key: &CaseKey) -> impl Future<Output = Result<Option<HookState>, HostError>> + Send;

    /// Stores where the telling of a case stands; [`crate::file::Desk::tell`] is called at the latest when it is due. `seen`
    /// is the last line that was looked at: where nothing is due any more and the journal is longer by now, nothing is
    /// stored, and the answer is `false`. One atomic step.
    fn set_hooks(
        &self,
        key: &CaseKey,
        state: &HookState,
        seen: u64,
    ) -> impl Future<Output = Result<bool, HostError>> + Send;
}

/// The list of cases and the keys of callers.
pub trait DocketHost: Send + Sync + 'static {
    /// Runs statements of [`crate::docket_sql`] that read; the rows of each, which are JSON.
    fn select(&self, statements: Vec<Statement>) -> impl Future<Output = Result<Vec<Vec<String>>, HostError>> + Send;

    /// How far the docket is behind with a tenant's cases; `None` where it has them all.
    fn behind(&self, tenant: &TenantId) -> impl Future<Output = Result<Option<Behind>, HostError>> + Send;

    /// A page of the docket, the most urgent first.
    fn page(&self, tenant: &TenantId, query: &DocketQuery) -> impl Future<Output = Result<Page, HostError>> + Send
    where
        Self: Sized,
    {
        docket::page(self, tenant, query)
    }

    /// Whose key has this SHA-256 (lower-case hexadecimal); `None` for unknown and revoked keys.
    fn grant(&self, key_hash: &Digest) -> impl Future<Output = Result<Option<Grant>, HostError>> + Send;

    /// Makes a case's row again from its journal, whatever row there is.
    fn remake(&self, tenant: &TenantId, name: &RowName) -> impl Future<Output = Result<Remade, HostError>> + Send;

    /// Whether the storage takes what is written, for `/readyz`: where the last write did not succeed, it is tried. A host
    /// whose storage is not its own to watch has nothing to say.
    fn takes_writes(&self) -> impl Future<Output = Result<(), HostError>> + Send {
        async { Ok(()) }
    }
}

/// The model's switch: one for all cases of a deployment.
pub trait ModelHost: Send + Sync + 'static {
    /// How the switch stands; `None` where nobody has turned it yet.
    fn switch(&self) -> impl Future<Output = Result<Option<Switch>, HostError>> + Send;

    /// Turns the switch, for every call of the model from now on.
    fn set_switch(&self, switch: &Switch) -> impl Future<Output = Result<(), HostError>> + Send;
}

/// What all cases of a tenant share: its budget, the signatures and ended sessions it has seen, what their actions do, and
/// who is let in no more.
pub trait TenantHost: Send + Sync + 'static {
    /// Adds to what a tenant spends on a day, unless a cap would be passed; whether it was added. One atomic step.
    fn reserve(
        &self,
        tenant: &TenantId,
        day: &str,
        most: Spend,
        cap: Spend,
    ) -> impl Future<Output = Result<bool, HostError>> + Send;

    /// Puts what was spent in the place of what was reserved.
    fn settle(
        &self,
        tenant: &TenantId,
        day: &str,
        reserved: Spend,
        spent: Spend,
    ) -> impl Future<Output = Result<(), HostError>> + Send;

    /// Keeps a nonce until a moment; `false` if it is kept already. One atomic step, in which those whose moment has
    /// passed are forgotten.
    fn keep_nonce(
        &self,
        tenant: &TenantId,
        nonce: &Digest,
        until: Millis,
    ) -> impl Future<Output = Result<bool, HostError>> + Send;

    /// Whether a nonce is kept.
    fn has_nonce(&self, tenant: &TenantId, nonce: &Digest) -> impl Future<Output = Result<bool, HostError>> + Send;

    /// Keeps for a case what its action will do, unless another case has it. The first one wins, until it gives it back.
    /// One atomic step, durable before the future ends.
    fn hold_effect(
        &self,
        tenant: &TenantId,
        what: &Digest,
        case: &CaseId,
    ) -> impl Future<Output = Result<Hold, HostError>> + Send;

    /// Gives back what a case holds. What another case holds stays.
    fn release_effect(
        &self,
        tenant: &TenantId,
        what: &Digest,
        case: &CaseId,
    ) -> impl Future<Output = Result<(), HostError>> + Send;

    /// Whom the tenant lets in no more, the first revoked first. A host may answer what stood a few seconds ago.
    fn revocations(&self, tenant: &TenantId) -> impl Future<Output = Result<Vec<Revocation>, HostError>> + Send;

    /// Lets somebody in no more. Of a key or subject that is revoked again, the later moment counts.
    fn revoke(&self, tenant: &TenantId, revocation: &Revocation) -> impl Future<Output = Result<(), HostError>> + Send;
}

/// Whose it is what an action will do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// The case's that asks, from now on.
    Taken,
    /// The case's that asks, as before.
    Kept,
    /// Another case's.
    Another(CaseId),
}

/// Somebody who is let in no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// Who.
    pub what: Revoked,
    /// From when on.
    pub at: Millis,
    /// Who revoked: a subject of the tenant, or `command-line`.
    pub by: String,
    /// Why, in the words of whoever revoked.
    pub note: Option<String>,
}

/// What is revoked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Revoked {
    /// One key, by its SHA-256.
    Key(Digest),
    /// Whoever calls as this subject: with every key, and with tokens issued until then.
    Subject(Subject),
}

impl Revoked {
    /// `key` or `subject`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Key(_) => "key",
            Self::Subject(_) => "subject",
        }
    }

    /// The key's hash, or the subject.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Key(hash) => hash.as_str(),
            Self::Subject(subject) => subject.as_str(),
        }
    }

    /// Reads [`Revoked::kind`] and [`Revoked::name`].
    #[must_use]
    pub fn parse(kind: &str, name: &str) -> Option<Self> {
        match kind {
            "key" => Digest::parse(name).ok().map(Self::Key),
            "subject" => Subject::parse(name).ok().map(Self::Subject),
            _ => None,
        }
    }
}

/// The model's switch, and who turned it last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switch {
    /// Whether the model is off.
    pub off: bool,
    /// Who turned it: a tenant and a subject, or `command-line`.
    pub by: String,
    /// When, in milliseconds.
    pub at: i64,
    /// Why, in the words of whoever turned it.
    pub note: Option<String>,
}

/// What calls of the model cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spend {
    /// Billionths of a US dollar.
    pub nano_dollars: u64,
    /// Tokens, sent and received.
    pub tokens: u64,
}

impl Spend {
    /// The most that is counted: as far as every storage counts exactly.
    pub const MOST: u64 = 1 << 52;
}

/// Which row of the docket is to be made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowName {
    /// That of a case of the tenant.
    Case(CaseId),
    /// That of whichever case lies in a Durable Object, by the object's own id. Only Workers have them.
    Object(Digest),
}

/// What became of a row that was to be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remade {
    /// The docket has it.
    Sent,
    /// There is no such case.
    Empty,
}

/// What a key allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Within which tenant.
    pub tenant: TenantId,
    /// Who, as what.
    pub actor: Actor,
}

/// Where a request to the outside goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The Messages API. The request's URL is absolute.
    Model,
    /// A source. The request's URL is a path; the host knows the address or binding.
    Source(Source),
    /// The actions endpoint, likewise.
    Actions,
    /// The issuer of a token, for its keys. The request's URL is absolute.
    Issuer,
    /// A remote agent. The request's URL is a path, as for a source.
    Agent(AgentName),
    /// A receiver of webhooks, by its place among those that are configured. The request's URL is absolute.
    Webhook(u16),
}

impl Target {
    /// Every target but agents and receivers of webhooks, of which an operator may have any number.
    pub const ALL: [Self; 8] = [
        Self::Source(Source::Ledger),
        Self::Source(Source::Profile),
        Self::Source(Source::Risk),
        Self::Source(Source::Merchants),
        Self::Source(Source::Policy),
        Self::Actions,
        Self::Model,
        Self::Issuer,
    ];

    /// The name in configuration, labels and logs.
    #[must_use]
    pub fn name(self) -> Cow<'static, str> {
        match self {
            Self::Model => Cow::Borrowed("model"),
            Self::Source(source) => Cow::Borrowed(source.name()),
            Self::Actions => Cow::Borrowed("actions"),
            Self::Agent(agent) => Cow::Owned(format!("agent:{agent}")),
            Self::Issuer => Cow::Borrowed("issuer"),
            // No label names a tenant.
            Self::Webhook(0) => Cow::Borrowed("webhook"),
            Self::Webhook(place) => Cow::Owned(format!("webhook:{place}")),
        }
    }
}

/// Why nothing came back from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The operator has not configured this target.
    #[error("not configured")]
    NotConfigured,
    /// No whole answer in time.
    #[error("timed out")]
    TimedOut,
    /// The connection failed.
    #[error("connection failed")]
    Connection,
    /// More bytes than allowed.
    #[error("too large")]
    TooLarge,
}

/// A future that a host runs by itself.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The outside world.
pub trait Outside: Send + Sync + 'static {
    /// The time.
    fn now(&self) -> Millis;

    /// Fills with random bytes fit for keys.
    fn random(&self, bytes: &mut [u8]);

    /// Waits.
    fn sleep(&self, duration_ms: u64) -> impl Future<Output = ()> + Send;

    /// Sends a request and reads the whole answer, whatever its status. Follows no redirects. Gives up after
    /// `limit_ms`, body included, and on a body of more than `most_bytes`.
    fn send(
        &self,
        target: Target,
        request: http::Request<Bytes>,
        limit_ms: u64,
        most_bytes: usize,
    ) -> impl Future<Output = Result<http::Response<Bytes>, SendError>> + Send;

    /// Runs a future to its end, beside the request that caused it.
    fn spawn(&self, task: Task);
}
