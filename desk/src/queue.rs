//! What an analyst takes from the queue, and what lies beside a case: the docket says where to look, the case decides.
//!
//! Nobody's claim counts before the case has taken it. A claim names the row that was seen, so that a case that has gone on
//! since is left alone, and of any number of people at once each gets another case.

use axum::body::Body;
use case::{actor::Role, ids::CaseId};
use http::{HeaderValue, Request, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::{
    docket::{self, Link, Queue},
    docket_sql,
    entering::{self, Entering},
    front::Door,
    ports::{DocketHost, DocketQuery, DocketRow, Grant},
    problem::{Code, Problem},
};

/// Rows that are tried before the next are read.
const AT_ONCE: u32 = 25;
/// Claims that are tried for one call: with so many people in the queue, somebody is told to try again.
const CLAIMS: u32 = 200;
/// Cases of one customer that are shown beside a case.
const LINKS: u32 = 100;

/// Claims the most urgent case of a query that nobody has; the case's own answer to the claim. `None` where there is
/// none.
///
/// # Errors
/// [`Code::Changed`] where others were quicker each time, or what is wrong with the docket or a case.
pub(crate) async fn claim_next<H: DocketHost + Door>(
    host: &H,
    grant: &Grant,
    query: DocketQuery,
) -> Result<Option<(CaseId, Response<Body>)>, Problem> {
    let mut query = DocketQuery { queue: Some(Queue::Unassigned), limit: AT_ONCE, counts: false, ..query };
    let (mut tried, mut trouble) = (0, None);
    while tried < CLAIMS {
        let page = host.page(&grant.tenant, &query).await?;
        for row in &page.cases {
            let Ok(case) = CaseId::parse(&row.case_id) else { continue };
            tried += 1;
            let answer = claim(host, grant, &case, row).await?;
            match answer.status() {
                status if status.is_success() => return Ok(Some((case, answer))),
                // Somebody was quicker, or the case has gone on: the row tells of what was.
                StatusCode::CONFLICT | StatusCode::NOT_FOUND => {}
                // What is wrong with one case keeps nobody from the others.
                status if status.is_server_error() => trouble = Some(answer),
                _ => return Ok(Some((case, answer))),
            }
        }
        query.after = page.next;
        if query.after.is_none() {
            return match trouble {
                Some(_) => {
                    Err(Problem::new(Code::Storage, "A case could not be claimed. Try again; the log says more."))
                }
                None => Ok(None),
            };
        }
    }
    Err(Problem::new(Code::Changed, "Others took every case that was tried. Try again."))
}

/// Claims a case as its row shows it.
async fn claim<H: Door>(host: &H, grant: &Grant, case: &CaseId, row: &DocketRow) -> Result<Response<Body>, Problem> {
    let entering = Entering { grant: grant.clone(), case: case.clone() };
    let known = HeaderValue::from_str(&entering.to_header()).map_err(|_| Problem::no_case())?;
    let request = Request::post(format!("/v1/cases/{case}/commands"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::IF_MATCH, row.head_seq)
        .header(entering::HEADER, known)
        .body(Body::from(json!({ "command": "claim" }).to_string()));
    Ok(host.enter(entering, request.map_err(|_| Problem::no_case())?).await)
}

/// Other cases of a case's customer, the most urgent first, with what both are about.
///
/// # Errors
/// [`Code::NoCase`] where the docket has no such case that the caller may see.
pub(crate) async fn links<H: DocketHost>(host: &H, grant: &Grant, case: &CaseId) -> Result<Vec<Link>, Problem> {
    let found = host.select(vec![docket_sql::row(&grant.tenant, case)]).await?;
    let rows = docket::read_rows(found.first().map_or(&[], Vec::as_slice), 1)?;
    let submitter = (grant.actor.role == Role::Submitter).then(|| grant.actor.subject.to_string());
    let is_theirs = |row: &&DocketRow| submitter.as_ref().is_none_or(|submitter| *submitter == row.submitted_by);
    let row = rows.first().filter(is_theirs).ok_or_else(Problem::no_case)?;
    let Some(customer) = row.customer_id.clone() else { return Ok(Vec::new()) };
    let query =
        DocketQuery { customer_id: Some(customer), submitted_by: submitter, limit: LINKS, ..DocketQuery::default() };
    let others = host.page(&grant.tenant, &query).await?.cases.into_iter().filter(|other| other.case_id != row.case_id);
    let link = |other: DocketRow| {
        let shares = other.about.iter().filter(|named| row.about.contains(named)).cloned().collect();
        Link { row: other, shares }
    };
    Ok(others.map(link).collect())
}

/// Links as callers see them.
pub(crate) fn links_shown(links: &[Link]) -> Value {
    json!({ "links": links.iter().map(|link| json!({ "case": link.row, "shares": link.shares })).collect::<Vec<_>>() })
}
