//! The pages that are made of the docket: the queue, the next case of it, and how the desk does.

use axum::{
    body::Body,
    http::{Response, StatusCode, request::Parts},
};
use case::ids::Digest;
use serde_json::json;

use super::{
    form, page,
    pages::{self, Count, Filter, Flash, OversightView, QueueView},
    see,
    visitor::Visitor,
};
use crate::{
    front::{Front, FrontHost, Search},
    oversight,
    ports::{DocketQuery, Page},
    problem::{Code, Problem},
    queue,
};

/// `GET /console`.
pub(super) async fn queue<F: FrontHost>(
    front: &Front<F>,
    visitor: &Visitor,
    parts: &Parts,
    flash: Option<&Flash<'_>>,
) -> Result<Response<Body>, Problem> {
    let filter = filter_of(parts);
    let nothing = asked(parts, "done")
        .is_some_and(|done| done == "none")
        .then_some(Flash::Done("Nobody waits: there is no case to claim."));
    let found = rows(front, visitor, &filter, true).await?;
    let sizes = found.counts.iter().flatten();
    let counts: Vec<Count> = sizes
        .map(|(queue, count)| Count { queue: queue.name().to_owned(), cases: count.cases.into(), capped: count.more })
        .collect();
    let view = QueueView {
        who: &visitor.viewer(),
        page: &found,
        counts: &counts,
        filter: &filter,
        flash: flash.or(nothing.as_ref()),
        now: front.host.now(),
    };
    Ok(page(StatusCode::OK, pages::queue(&view)))
}

/// `GET /console/live`, with the query of the page: `{"seen": ...}` changes when its rows do.
pub(super) async fn queue_live<F: FrontHost>(
    front: &Front<F>,
    visitor: &Visitor,
    parts: &Parts,
) -> Result<Response<Body>, Problem> {
    let found = rows(front, visitor, &filter_of(parts), false).await?;
    let heads: Vec<&str> = found.cases.iter().map(|row| row.head_hash.as_str()).collect();
    Ok(crate::routes::answer(StatusCode::OK, &json!({ "seen": Digest::of(heads.concat().as_bytes()) })))
}

/// `POST /console/next`: claims the most urgent case and leads to its page.
pub(super) async fn next<F: FrontHost>(front: &Front<F>, visitor: &Visitor) -> Result<Response<Body>, Problem> {
    match queue::claim_next(&*front.host, &visitor.grant, DocketQuery::default()).await? {
        Some((case, answer)) if answer.status().is_success() => Ok(see(&format!("/console/cases/{case}?done=claim"))),
        Some(_) => Err(Problem::new(Code::Refused, "The case could not be claimed. Look at the queue again.")),
        None => Ok(see("/console?done=none")),
    }
}

/// `GET /console/oversight`.
pub(super) async fn oversight<F: FrontHost>(
    front: &Front<F>,
    visitor: &Visitor,
    parts: &Parts,
) -> Result<Response<Body>, Problem> {
    let days = oversight::days(&parts.uri)?;
    let counted = oversight::read(&*front.host, &visitor.grant.tenant, days, front.host.now()).await?;
    Ok(page(StatusCode::OK, pages::oversight(&OversightView { who: &visitor.viewer(), oversight: &counted })))
}

async fn rows<F: FrontHost>(
    front: &Front<F>,
    visitor: &Visitor,
    filter: &Filter,
    counts: bool,
) -> Result<Page, Problem> {
    let query = DocketQuery { counts, ..Search::of(filter).query(&visitor.grant)? };
    Ok(front.host.page(&visitor.grant.tenant, &query).await?)
}

/// A field of the address, if it holds anything.
fn asked(parts: &Parts, name: &str) -> Option<String> {
    let asked = form::fields(parts.uri.query().unwrap_or_default().as_bytes());
    form::field(&asked, name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// What the queue's address asks for.
fn filter_of(parts: &Parts) -> Filter {
    let text = |name: &str| asked(parts, name);
    Filter {
        queue: text("queue").unwrap_or_else(|| "open".to_owned()),
        task: text("task"),
        agent: text("agent"),
        risk: text("risk"),
        assignee: text("assignee"),
        due_before: text("due_before"),
        q: text("q"),
        customer_id: text("customer_id"),
        after: text("after"),
    }
}
