//! How the desk does as a whole: counted from the docket, never from words. It says how many, never who.
//!
//! What is counted is every case that is not closed, and those that were closed within the last days. Days are those of
//! UTC.

use std::collections::BTreeMap;

use axum::extract::Query;
use case::{
    ids::TenantId,
    time::{DAY_MS, Millis},
};
use futures_util::future::join;
use http::Uri;
use serde::{Deserialize, Serialize};

use crate::{
    docket::{Behind, Place, unreadable},
    docket_sql,
    ports::{DocketHost, HostError},
    problem::{Code, Problem},
};

/// Days that are looked back on where nothing is said.
pub const DAYS: u32 = 30;
/// Days that are looked back on at most.
pub const DAYS_MOST: u32 = 366;
/// The ends of the classes of age, in days; what is older comes after the last.
pub const AGES: [i64; 5] = [1, 3, 7, 14, 30];

/// How the desk does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Oversight {
    /// How many days are looked back on.
    pub days: u32,
    /// The first moment of them.
    pub since: String,
    /// What came and went on each day.
    pub volume: Vec<Day>,
    /// How old what is not closed is.
    pub ageing: Vec<Ageing>,
    /// What became of cases, by what triage took them for and by who decided so.
    pub outcomes: Vec<OutcomeRow>,
    /// How often people agreed, by how sure the local model or Claude was.
    pub agreement: Vec<Agreement>,
    /// Deadlines of what is not closed.
    pub deadlines: Deadlines,
    /// How far the docket is behind, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<Behind>,
}

/// A day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Day {
    /// Which.
    pub day: String,
    /// Cases opened.
    pub opened: u64,
    /// Cases closed.
    pub closed: u64,
}

/// How old the cases in one place are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ageing {
    /// `open`, `snoozed`, `waiting` or `working`.
    pub place: &'static str,
    /// How many of each class of [`AGES`], and of those that are older.
    pub cases: [u64; AGES.len() + 1],
}

/// What became of cases of one label and tier.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct OutcomeRow {
    /// What triage took them for; `none` where it has not decided.
    pub task: String,
    /// Who decided so; `none` likewise.
    pub decided_by: String,
    /// How many there are.
    pub cases: u64,
    /// How many of them a person overturned.
    pub overturned: u64,
    /// In how many of them a person agreed to what was proposed, and overturned nothing.
    pub agreed: u64,
    /// Deadlines of the bank's that were kept.
    pub met: u64,
    /// Deadlines of the bank's that were missed.
    pub missed: u64,
    /// What calls of the model cost for all of them.
    pub cost_nano_dollars: u64,
}

/// How often people agreed with decisions of one tier and one tenth of confidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Agreement {
    /// `local` or `claude`.
    pub decided_by: String,
    /// The least confidence, in percent.
    pub from_percent: u32,
    /// How many a person agreed to or overturned.
    pub judged: u64,
    /// How many a person agreed to, and overturned nothing.
    pub agreed: u64,
}

/// Deadlines of what is not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Deadlines {
    /// Cases whose next deadline has passed.
    pub overdue: u64,
    /// Cases whose next deadline is within a day.
    pub within_a_day: u64,
    /// Cases whose next deadline is later, but within a week.
    pub within_a_week: u64,
}

/// Counts.
///
/// # Errors
/// What is wrong with the host's storage.
pub async fn read<H: DocketHost>(host: &H, tenant: &TenantId, days: u32, now: Millis) -> Result<Oversight, HostError> {
    let days = days.clamp(1, DAYS_MOST);
    // The first moment of the first day, so that every day that is shown is whole but today.
    let first = now.0.div_euclid(DAY_MS) - i64::from(days) + 1;
    let since = Millis(first * DAY_MS);
    let statements = docket_sql::oversight(tenant, since, now, &AGES);
    let (found, behind) = join(host.select(statements.into()), host.behind(tenant)).await;
    let mut found = found?.into_iter();
    let mut next = || found.next().unwrap_or_default();
    Ok(Oversight {
        days,
        since: since.rfc3339(),
        volume: volume(first, days, &counted(&next())?, &counted(&next())?),
        ageing: ageing(&next())?,
        outcomes: next().iter().map(|row| outcome(row)).collect::<Result<_, _>>()?,
        agreement: next().iter().map(|row| agreement(row)).collect::<Result<_, _>>()?,
        deadlines: deadlines(&next())?,
        behind: behind?,
    })
}

/// How many days an address asks for.
///
/// # Errors
/// [`Code::Query`] for anything but a number of days within limits.
pub(crate) fn days(uri: &Uri) -> Result<u32, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        days: Option<u32>,
    }
    let rule = || Problem::of(Code::Query, "days", format!("`days` must be from 1 to {DAYS_MOST}, and alone."));
    let asked = Query::<Asked>::try_from_uri(uri).map_err(|_| rule())?.0;
    asked.days.map_or(Some(DAYS), |days| (1..=DAYS_MOST).contains(&days).then_some(days)).ok_or_else(rule)
}

fn parsed<'a, T: Deserialize<'a>>(row: &'a str) -> Result<T, HostError> {
    serde_json::from_str(row).map_err(|error| unreadable(&error))
}

/// Numbers by day.
fn counted(rows: &[String]) -> Result<BTreeMap<i64, u64>, HostError> {
    rows.iter().map(|row| parsed::<(i64, u64)>(row)).collect()
}

/// Every day, also those on which nothing happened.
fn volume(first: i64, days: u32, opened: &BTreeMap<i64, u64>, closed: &BTreeMap<i64, u64>) -> Vec<Day> {
    let of = |counts: &BTreeMap<i64, u64>, day| counts.get(&day).copied().unwrap_or_default();
    let day = |day: i64| Day {
        day: Millis(day * DAY_MS).date().to_string(),
        opened: of(opened, day),
        closed: of(closed, day),
    };
    (first..first + i64::from(days)).map(day).collect()
}

fn ageing(rows: &[String]) -> Result<Vec<Ageing>, HostError> {
    let open = Place::ALL.into_iter().filter(|place| *place != Place::Closed);
    let mut ageing: Vec<Ageing> = open.map(|place| Ageing { place: place.name(), cases: Default::default() }).collect();
    for row in rows {
        let (place, class, cases): (String, usize, u64) = parsed(row)?;
        let of_place = ageing.iter_mut().find(|one| one.place == place);
        if let Some(count) = of_place.and_then(|one| one.cases.get_mut(class)) {
            *count = cases;
        }
    }
    Ok(ageing)
}

fn outcome(row: &str) -> Result<OutcomeRow, HostError> {
    let (task, decided_by, cases, overturned, agreed, met, missed, cost_nano_dollars) = parsed(row)?;
    Ok(OutcomeRow { task, decided_by, cases, overturned, agreed, met, missed, cost_nano_dollars })
}

fn agreement(row: &str) -> Result<Agreement, HostError> {
    let (decided_by, from_percent, judged, agreed) = parsed(row)?;
    Ok(Agreement { decided_by, from_percent, judged, agreed })
}

fn deadlines(rows: &[String]) -> Result<Deadlines, HostError> {
    let Some(row) = rows.first() else { return Ok(Deadlines::default()) };
    let (overdue, within_a_day, within_a_week) = parsed(row)?;
    Ok(Deadlines { overdue, within_a_day, within_a_week })
}
