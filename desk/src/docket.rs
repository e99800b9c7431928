//! The docket: the list of a tenant's cases, in the order in which people should look at them.
//!
//! It is only ever a copy of what the journals say, and nothing is decided by it: who takes a case from it asks the case.

use std::{collections::BTreeMap, fmt};

use case::{ids::TenantId, money::Money};
use futures_util::future::join;
use serde::{Deserialize, Serialize};

use crate::{
    docket_sql,
    ports::{DocketHost, HostError},
};

/// How far cases of one queue are counted.
pub const COUNTED: u32 = 500;

/// A case in the list of cases.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DocketRow {
    /// The case.
    pub case_id: String,
    /// `working`, `waiting`, `review` or `closed`.
    pub state: String,
    /// The label.
    pub task: Option<String>,
    /// The agent at work, or `human-review`.
    pub agent: String,
    /// Who works the case.
    pub assignee: Option<String>,
    /// The operator's ticket.
    pub external_id: Option<String>,
    /// Whether a human should look whatever else goes on.
    pub escalated: bool,
    /// When a deadline is due, in milliseconds.
    pub due_at: Option<i64>,
    /// When the case was opened, in milliseconds.
    pub opened_at: i64,
    /// When it last changed, in milliseconds.
    pub updated_at: i64,
    /// Who submitted it.
    pub submitted_by: String,
    /// Position of the journal's last line: a row is replaced only by one with as high a position.
    pub head_seq: u64,
    /// Hash of the journal's last line.
    pub head_hash: String,
    /// `high`, `medium` or `low`, where the risk service or the case's escalations say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<String>,
    /// What is at stake: the proposal's amount, or that of the transaction that is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Whose case it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// The transactions and payments that it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
    /// Until when it rests in nobody's sight, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed_until: Option<i64>,
    /// Until when it is kept for whoever claimed it, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_until: Option<i64>,
    /// Who decided triage before anybody rerouted it: `local`, `claude`, `caller` or `human`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// What triage took it for before anybody rerouted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub triaged_as: Option<String>,
    /// How sure that was, in parts per million.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence_ppm: Option<u32>,
    /// The language of the customer's words, where it is not English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// When it was closed, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<i64>,
    /// Why a human should look.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalations: Vec<String>,
    /// Whether a person overturned what was proposed: rerouted it, turned a proposal down, or decided something else.
    #[serde(default, skip_serializing_if = "is_false")]
    pub overturned: bool,
    /// Whether a person agreed to a specialist's own proposal.
    #[serde(default, skip_serializing_if = "is_false")]
    pub agreed: bool,
    /// How many of the bank's deadlines passed before the work was done.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub missed: u32,
    /// How many of the bank's deadlines were kept.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub met: u32,
    /// What calls of the model cost or may have cost.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cost_nano_dollars: u64,
    /// What somebody has yet to agree to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
    /// Whether it is kept from erasure.
    #[serde(default, skip_serializing_if = "is_false")]
    pub held: bool,
    /// Whether its words are gone.
    #[serde(default, skip_serializing_if = "is_false")]
    pub erased: bool,
}

/// A proposal that somebody has yet to agree to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// What is proposed.
    pub action: String,
    /// How many people must agree.
    pub needs: u32,
    /// Who has agreed so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved_by: Vec<String>,
}

/// Where a case stands in the docket. Every case stands in exactly one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before the analysts.
    Open,
    /// An analyst let it rest for a while.
    Snoozed,
    /// It waits for the customer.
    Waiting,
    /// Caseworker is at work.
    Working,
    /// Nobody has to do anything.
    Closed,
}

impl Place {
    /// Every place.
    pub const ALL: [Self; 5] = [Self::Open, Self::Snoozed, Self::Waiting, Self::Working, Self::Closed];

    /// The name in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Snoozed => "snoozed",
            Self::Waiting => "waiting",
            Self::Working => "working",
            Self::Closed => "closed",
        }
    }

    /// The state of the cases that stand here.
    #[must_use]
    pub const fn state(self) -> &'static str {
        match self {
            Self::Open | Self::Snoozed => "review",
            Self::Waiting => "waiting",
            Self::Working => "working",
            Self::Closed => "closed",
        }
    }
}

impl DocketRow {
    /// Where the case stands. What no state is known of, people should see.
    #[must_use]
    pub fn place(&self) -> Place {
        match self.state.as_str() {
            "closed" => Place::Closed,
            "working" => Place::Working,
            "waiting" => Place::Waiting,
            _ if self.snoozed_until.is_some() => Place::Snoozed,
            _ => Place::Open,
        }
    }
}

/// A queue: the cases that somebody looks at together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// What needs an analyst now, whoever has it.
    Open,
    /// What whoever asks has taken or was given, unless it is snoozed or closed.
    Mine,
    /// What needs an analyst now and nobody has.
    Unassigned,
    /// What rests for a while.
    Snoozed,
    /// What a human should look at whatever else goes on, unless it is closed.
    Escalated,
    /// What waits for customers.
    Waiting,
    /// What Caseworker is at work on.
    Working,
    /// What is closed, the newest first.
    Closed,
    /// Everything.
    All,
}

impl Queue {
    /// Every queue.
    pub const ALL: [Self; 9] = [
        Self::Open,
        Self::Mine,
        Self::Unassigned,
        Self::Snoozed,
        Self::Escalated,
        Self::Waiting,
        Self::Working,
        Self::Closed,
        Self::All,
    ];

    /// Those that are counted: all but what is everything.
    pub const COUNTED: [Self; 8] = [
        Self::Open,
        Self::Mine,
        Self::Unassigned,
        Self::Snoozed,
        Self::Escalated,
        Self::Waiting,
        Self::Working,
        Self::Closed,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Mine => "mine",
            Self::Unassigned => "unassigned",
            Self::Snoozed => "snoozed",
            Self::Escalated => "escalated",
            Self::Waiting => "waiting",
            Self::Working => "working",
            Self::Closed => "closed",
            Self::All => "all",
        }
    }

    /// Reads a queue's name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|queue| queue.name() == name)
    }

    /// Where its cases stand.
    #[must_use]
    pub const fn places(self) -> &'static [Place] {
        match self {
            Self::Open | Self::Unassigned => &[Place::Open],
            Self::Mine => &[Place::Open, Place::Waiting, Place::Working],
            Self::Snoozed => &[Place::Snoozed],
            Self::Escalated => &[Place::Open, Place::Snoozed, Place::Waiting, Place::Working],
            Self::Waiting => &[Place::Waiting],
            Self::Working => &[Place::Working],
            Self::Closed => &[Place::Closed],
            Self::All => &Place::ALL,
        }
    }
}

/// What a page of the docket is to hold. Every condition is optional.
#[derive(Debug, Clone, Default)]
pub struct DocketQuery {
    /// Only cases of this queue.
    pub queue: Option<Queue>,
    /// Who asks: whose [`Queue::Mine`] is meant.
    pub asked_by: Option<String>,
    /// Only cases in this state.
    pub state: Option<String>,
    /// Only cases of this task.
    pub task: Option<String>,
    /// Only cases of this agent.
    pub agent: Option<String>,
    /// Only cases of this risk.
    pub risk: Option<String>,
    /// Only cases of this assignee.
    pub assignee: Option<String>,
    /// Only cases with a deadline before this moment (milliseconds).
    pub due_before: Option<i64>,
    /// Only the case of this ticket.
    pub external_id: Option<String>,
    /// Only cases of this customer.
    pub customer_id: Option<String>,
    /// Only cases whose id, ticket, customer, transaction or payment begins like this.
    pub search: Option<String>,
    /// Only cases after this one (the `next` of the page before).
    pub after: Option<String>,
    /// Only cases submitted by this subject; set for submitters, who see no others.
    pub submitted_by: Option<String>,
    /// At most this many rows.
    pub limit: u32,
    /// Whether the queues are counted as well.
    pub counts: bool,
}

/// How far the docket is behind the journals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behind {
    /// With how many cases.
    pub cases: u64,
    /// Since when with the first of them, as RFC 3339.
    pub since: String,
}

/// How many cases a queue holds, counted up to [`COUNTED`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Count {
    /// As far as was counted.
    pub cases: u32,
    /// Whether there are more.
    pub more: bool,
}

impl Count {
    /// From a number that was counted a little further than [`COUNTED`].
    #[must_use]
    pub fn capped(found: u32) -> Self {
        Self { cases: found.min(COUNTED), more: found > COUNTED }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.cases, if self.more { "+" } else { "" })
    }
}

/// The sizes of the queues.
pub type Counts = BTreeMap<Queue, Count>;

/// A page of the docket.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Page {
    /// The rows.
    pub cases: Vec<DocketRow>,
    /// To be given as `after` for the next page.
    pub next: Option<String>,
    /// How far the docket is behind, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<Behind>,
    /// The sizes of the queues, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
}

/// Another case of the same customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The case.
    pub row: DocketRow,
    /// The transactions and payments that both are about.
    pub shares: Vec<String>,
}

/// Reads a page. It costs the same however many cases there are.
///
/// # Errors
/// What is wrong with the host's storage.
pub async fn page<H: DocketHost>(host: &H, tenant: &TenantId, query: &DocketQuery) -> Result<Page, HostError> {
    let limit = query.limit.clamp(1, docket_sql::PAGE_ROWS_MAX);
    let mut statements = vec![docket_sql::page(tenant, query, limit)];
    if query.counts {
        statements.push(docket_sql::counts(tenant, query.asked_by.as_deref()));
    }
    let (found, behind) = join(host.select(statements), host.behind(tenant)).await;
    let mut found = found?.into_iter();
    let rows = read_rows(&found.next().unwrap_or_default(), limit as usize + 1)?;
    let more = rows.len() > limit as usize;
    let cases: Vec<DocketRow> = rows.into_iter().take(limit as usize).collect();
    let next = cases.last().filter(|_| more).map(|row| row.case_id.clone());
    let counts = match found.next() {
        Some(counted) if query.counts => Some(read_counts(&counted)?),
        Some(_) | None => None,
    };
    Ok(Page { cases, next, behind: behind?, counts })
}

/// Reads rows as they lie in the docket.
pub(crate) fn read_rows(found: &[String], most: usize) -> Result<Vec<DocketRow>, HostError> {
    found.iter().take(most).map(|row| serde_json::from_str(row).map_err(|error| unreadable(&error))).collect()
}

fn read_counts(found: &[String]) -> Result<Counts, HostError> {
    let numbers: Vec<u32> = match found.first() {
        Some(numbers) => serde_json::from_str(numbers).map_err(|error| unreadable(&error))?,
        None => Vec::new(),
    };
    Ok(Queue::COUNTED.into_iter().zip(numbers.into_iter().map(Count::capped)).collect())
}

pub(crate) fn unreadable(error: &serde_json::Error) -> HostError {
    HostError::Failed(format!("a row of the docket: {error}"))
}

const fn is_false(value: &bool) -> bool {
    !*value
}

fn is_zero<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
