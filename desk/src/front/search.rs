//! The query of `GET /v1/cases`: read, checked, and kept within what the caller may see.

use axum::extract::Query;
use case::{actor::Role, ids::CaseId};
use http::Uri;

use crate::{
    ports::{DocketQuery, Grant},
    problem::{Code, Problem},
};

/// The states by which the docket can be searched: the names of [`crate::row::state_name`].
pub const STATES: [&str; 4] = ["working", "waiting", "review", "closed"];
/// Rows on one page of the docket.
pub const PAGE_ROWS: u32 = 50;
/// Rows on one page at most.
pub const PAGE_ROWS_MAX: u32 = 500;

/// The query of `GET /v1/cases`, as written.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    state: Option<String>,
    agent: Option<String>,
    assignee: Option<String>,
    due_before: Option<String>,
    external_id: Option<String>,
    after: Option<String>,
    limit: Option<u32>,
}

impl Search {
    /// Reads the query of an address.
    pub(super) fn read(uri: &Uri) -> Result<Self, Problem> {
        let search = Query::<Self>::try_from_uri(uri);
        Ok(search.map_err(|_| Problem::new(Code::Query, "A query parameter is unknown or malformed."))?.0)
    }

    /// What is asked of the docket. A submitter sees the cases it opened.
    pub(super) fn query(self, grant: &Grant) -> Result<DocketQuery, Problem> {
        if self.state.as_deref().is_some_and(|state| !STATES.contains(&state)) {
            let states = format!("`state` must be one of: {}.", STATES.join(", "));
            return Err(Problem::of(Code::Query, "state", states));
        }
        let due_before = self.due_before.map(|due| {
            let at = case::time::Millis::parse_rfc3339(&due).map(|at| at.0).or_else(|| due.parse().ok());
            at.ok_or_else(|| Problem::of(Code::Query, "due_before", "`due_before` must be a time in RFC 3339."))
        });
        let known = |after: &String| CaseId::parse(after).is_ok();
        if self.after.as_ref().is_some_and(|after| !known(after)) {
            return Err(Problem::of(Code::Query, "after", "`after` must be the `next` of the page before."));
        }
        let submitter = grant.actor.role == Role::Submitter;
        Ok(DocketQuery {
            state: self.state,
            agent: self.agent,
            assignee: self.assignee,
            due_before: due_before.transpose()?,
            external_id: self.external_id,
            after: self.after,
            submitted_by: submitter.then(|| grant.actor.subject.to_string()),
            limit: limit_of(self.limit)?,
        })
    }
}

/// Rows asked for on one page.
fn limit_of(limit: Option<u32>) -> Result<u32, Problem> {
    let rows = limit.unwrap_or(PAGE_ROWS);
    let rule = || Problem::of(Code::Query, "limit", format!("`limit` must be from 1 to {PAGE_ROWS_MAX}."));
    if (1..=PAGE_ROWS_MAX).contains(&rows) { Ok(rows) } else { Err(rule()) }
}
