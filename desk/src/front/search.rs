//! The query of `GET /v1/cases`: read, checked, and kept within what the caller may see.

use axum::extract::Query;
use case::{
    actor::Role,
    ids::{CaseId, Reference, Subject},
    label::Label,
};
use http::Uri;

use crate::{
    console::pages::Filter,
    docket::Queue,
    docket_sql,
    ports::{DocketQuery, Grant},
    problem::{Code, Problem},
};

/// The states by which the docket can be searched: the names of [`crate::row::state_name`].
pub const STATES: [&str; 4] = ["working", "waiting", "review", "closed"];
/// The risks by which the docket can be searched.
pub const RISKS: [&str; 3] = ["high", "medium", "low"];
/// Rows on one page of the docket.
pub const PAGE_ROWS: u32 = 50;
/// Rows on one page at most.
pub const PAGE_ROWS_MAX: u32 = docket_sql::PAGE_ROWS_MAX;
/// How long a beginning that is searched for may be, in letters.
pub const SEARCH_LETTERS: std::ops::RangeInclusive<usize> = 2..=100;

/// The query of `GET /v1/cases`, as written. A field of a form that was left empty is none.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Search {
    queue: Option<String>,
    state: Option<String>,
    task: Option<String>,
    agent: Option<String>,
    risk: Option<String>,
    assignee: Option<String>,
    due_before: Option<String>,
    external_id: Option<String>,
    customer_id: Option<String>,
    q: Option<String>,
    after: Option<String>,
    limit: Option<String>,
    counts: Option<String>,
}

impl Search {
    /// Reads the query of an address.
    pub(crate) fn read(uri: &Uri) -> Result<Self, Problem> {
        let search = Query::<Self>::try_from_uri(uri);
        Ok(search.map_err(|_| Problem::new(Code::Query, "A query parameter is unknown or malformed."))?.0)
    }

    /// Reads what the console's address asks for.
    pub(crate) fn of(filter: &Filter) -> Self {
        let filter = filter.clone();
        Self {
            queue: Some(filter.queue),
            task: filter.task,
            agent: filter.agent,
            risk: filter.risk,
            assignee: filter.assignee,
            due_before: filter.due_before,
            customer_id: filter.customer_id,
            q: filter.q,
            after: filter.after,
            ..Self::default()
        }
    }

    /// What is asked of the docket. A submitter sees the cases it opened.
    pub(crate) fn query(self, grant: &Grant) -> Result<DocketQuery, Problem> {
        let queues: Vec<&str> = Queue::ALL.iter().map(|queue| queue.name()).collect();
        let queue = among("queue", self.queue, &queues)?;
        let labels: Vec<&str> = Label::ALL.iter().map(|label| label.name()).collect();
        let submitter = grant.actor.role == Role::Submitter;
        let counts = among("counts", self.counts, &["true", "false"])?.is_some_and(|counts| counts == "true");
        if counts && submitter {
            return Err(Problem::new(Code::Role, "Your role is submitter. Queues are counted for whoever works them."));
        }
        let reference = |name, text: Option<String>| checked(name, text, |text| Reference::parse(text).is_ok());
        Ok(DocketQuery {
            queue: queue.as_deref().and_then(Queue::parse),
            asked_by: Some(grant.actor.subject.to_string()),
            state: among("state", self.state, &STATES)?,
            task: among("task", self.task, &labels)?,
            agent: filled(self.agent),
            risk: among("risk", self.risk, &RISKS)?,
            assignee: checked("assignee", self.assignee, |text| Subject::parse(text).is_ok())?,
            due_before: due_before(self.due_before)?,
            external_id: filled(self.external_id),
            customer_id: reference("customer_id", self.customer_id)?,
            search: checked("q", self.q, |text| SEARCH_LETTERS.contains(&text.chars().count()))?,
            after: checked("after", self.after, |text| CaseId::parse(text).is_ok())?,
            submitted_by: submitter.then(|| grant.actor.subject.to_string()),
            limit: limit_of(filled(self.limit))?,
            counts,
        })
    }
}

/// What is there of a field, without what is around it.
fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// One of a closed list.
fn among(name: &'static str, text: Option<String>, names: &[&str]) -> Result<Option<String>, Problem> {
    let text = filled(text);
    if text.as_deref().is_none_or(|text| names.contains(&text)) {
        return Ok(text);
    }
    Err(Problem::of(Code::Query, name, format!("`{name}` must be one of: {}.", names.join(", "))))
}

/// What a rule lets pass.
fn checked(name: &'static str, text: Option<String>, is_good: fn(&str) -> bool) -> Result<Option<String>, Problem> {
    let text = filled(text);
    if text.as_deref().is_none_or(is_good) {
        return Ok(text);
    }
    let rule = match name {
        "after" => "the `next` of the page before".to_owned(),
        "q" => format!("from {} to {} letters", SEARCH_LETTERS.start(), SEARCH_LETTERS.end()),
        "assignee" => "somebody's subject".to_owned(),
        _ => "a reference".to_owned(),
    };
    Err(Problem::of(Code::Query, name, format!("`{name}` must be {rule}.")))
}

fn due_before(text: Option<String>) -> Result<Option<i64>, Problem> {
    let Some(text) = filled(text) else { return Ok(None) };
    let day = || case::time::Millis::parse_rfc3339(&format!("{text}T00:00:00Z"));
    let at = case::time::Millis::parse_rfc3339(&text).or_else(day).map(|at| at.0).or_else(|| text.parse().ok());
    let rule = || Problem::of(Code::Query, "due_before", "`due_before` must be a time or a day in RFC 3339.");
    at.map(Some).ok_or_else(rule)
}

/// Rows asked for on one page.
fn limit_of(limit: Option<String>) -> Result<u32, Problem> {
    let rows = limit.map_or(Some(PAGE_ROWS), |limit| limit.parse().ok());
    let rule = || Problem::of(Code::Query, "limit", format!("`limit` must be from 1 to {PAGE_ROWS_MAX}."));
    rows.filter(|rows| (1..=PAGE_ROWS_MAX).contains(rows)).ok_or_else(rule)
}
