//! What pages are made of: the case's view and journal, asked for through the door like by any caller, and rows of the
//! docket.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, request::Parts},
};
use bytes::Bytes;
use case::ids::CaseId;
use futures_util::future::try_join;
use http::Request;
use serde_json::{Value, json};

use super::{
    form, page,
    pages::{self, CaseView, Flash, RulesView},
    visitor::Visitor,
};
use crate::{
    entering::{self, Entering},
    front::{Front, FrontHost, pack::file as pack_file},
    pack::of_case,
    problem::{Code, Problem},
    queue,
};

/// The most that a page is made of, in bytes.
const READ_BYTES: usize = 64 << 20;

/// Asks a case something, as whoever looks.
pub(super) async fn through<F: FrontHost>(
    front: &Front<F>,
    visitor: &Visitor,
    case: &CaseId,
    request: Request<Bytes>,
) -> Result<Bytes, Problem> {
    let entering = Entering { grant: visitor.grant.clone(), case: case.clone() };
    let (mut parts, body) = request.into_parts();
    let header = HeaderValue::from_str(&entering.to_header()).map_err(|_| Problem::no_case())?;
    parts.headers.insert(entering::HEADER, header);
    let answer = front.host.enter(entering, Request::from_parts(parts, Body::from(body))).await;
    let (parts, body) = answer.into_parts();
    let body = axum::body::to_bytes(body, READ_BYTES).await.map_err(|_| not_whole())?;
    if parts.status.is_success() { Ok(body) } else { Err(Problem::read(&body).unwrap_or_else(not_whole)) }
}

fn not_whole() -> Problem {
    Problem::new(Code::Storage, "The case did not answer as it should. Try again; the log says more.")
}

async fn get<F: FrontHost>(front: &Front<F>, visitor: &Visitor, case: &CaseId, part: &str) -> Result<Bytes, Problem> {
    let request = Request::get(format!("/v1/cases/{case}{part}")).body(Bytes::new());
    through(front, visitor, case, request.map_err(|_| Problem::no_case())?).await
}

/// What a case's page shows besides the case.
#[derive(Debug, Default)]
pub(super) struct Besides<'a> {
    /// What became of what was done.
    pub(super) flash: Option<Flash<'a>>,
    /// What was typed into a form that was refused.
    pub(super) kept: &'a [(String, String)],
    /// What is shown on this page alone.
    pub(super) revealed: &'a [(String, String)],
}

/// `GET /console/cases/{id}`.
pub(super) async fn case<F: FrontHost>(
    front: &Front<F>,
    visitor: &Visitor,
    case: &CaseId,
    parts: &Parts,
) -> Result<Response<Body>, Problem> {
    let asked = form::fields(parts.uri.query().unwrap_or_default().as_bytes());
    let done = form::field(&asked, "done").and_then(done);
    let besides = Besides { flash: done.map(Flash::Done), ..Besides::default() };
    case_page(front, visitor, case, StatusCode::OK, besides).await
}

/// The page of a case.
pub(super) async fn case_page<F: FrontHost>(
    front: &Front<F>,
    visitor: &Visitor,
    case: &CaseId,
    status: StatusCode,
    besides: Besides<'_>,
) -> Result<Response<Body>, Problem> {
    let (view, lines) = try_join(get(front, visitor, case, ""), get(front, visitor, case, "/journal")).await?;
    let view: Value = serde_json::from_slice(&view).map_err(|_| not_whole())?;
    let lines = String::from_utf8(lines.to_vec()).map_err(|_| not_whole())?;
    let lines: Vec<String> = lines.lines().map(str::to_owned).collect();
    // The docket may be a moment behind, and not know the case yet.
    let links = queue::links(&*front.host, &visitor.grant, case).await.unwrap_or_default();
    let markup = pages::case(&CaseView {
        who: &visitor.viewer(),
        view: &view,
        lines: &lines,
        links: &links,
        flash: besides.flash.as_ref(),
        kept: besides.kept,
        revealed: besides.revealed,
        now: front.host.now(),
    });
    Ok(page(status, markup))
}

/// `GET /console/cases/{id}/live`: `{"seen": ...}` changes when the case does.
pub(super) async fn case_live<F: FrontHost>(
    front: &Front<F>,
    visitor: &Visitor,
    case: &CaseId,
) -> Result<Response<Body>, Problem> {
    let head = get(front, visitor, case, "/head").await?;
    let head: Value = serde_json::from_slice(&head).map_err(|_| not_whole())?;
    Ok(json_answer(&json!({ "seen": head.get("head_hash") })))
}

/// `GET /console/cases/{id}/pack`: the case as one file, as `GET /v1/cases/{id}/pack` gives it.
pub(super) async fn pack<F: FrontHost>(
    front: &Front<F>,
    visitor: &Visitor,
    case: &CaseId,
) -> Result<Response<Body>, Problem> {
    // The view first: the journal only grows, so that it holds what the view was made of.
    let view = get(front, visitor, case, "").await?;
    let lines = get(front, visitor, case, "/journal").await?;
    let view: Value = serde_json::from_slice(&view).map_err(|_| not_whole())?;
    let lines = std::str::from_utf8(&lines).map_err(|_| not_whole())?.lines().map(str::to_owned).collect();
    let signer = front.setup.master.signer();
    let text = of_case(&visitor.grant.tenant, &view, lines, front.host.now(), &signer)?;
    pack_file(case, text)
}

/// `GET /console/rules`: the rules that a case of the tenant which opens now is worked by.
pub(super) fn rules<F: FrontHost>(front: &Front<F>, visitor: &Visitor) -> Response<Body> {
    let settings = front.setup.settings(&visitor.grant.tenant).rules;
    page(StatusCode::OK, pages::rules(&RulesView { who: &visitor.viewer(), settings: &settings }))
}

/// What was done, in words. An address can only name one of these, so that no link puts words of its own on a page.
fn done(command: &str) -> Option<&'static str> {
    Some(match command {
        "claim" => "The case is yours.",
        "release" => "The case is back in the queue.",
        "identify" => "The customer is known now.",
        "reroute" => "The case was rerouted.",
        "ask" => "The question was asked.",
        "approve" => "Approved.",
        "reject" => "Turned down.",
        "decide" => "Decided.",
        "close" => "The case is closed.",
        "reopen" => "The case is open again.",
        "assign" => "The case was assigned.",
        "snooze" => "The case rests until then.",
        "escalate" => "The case was escalated.",
        "reply" => "The letter is on its way.",
        "hold" => "The case is kept from erasure.",
        "unhold" => "The case is no longer kept from erasure.",
        "erase" => "The words of the case were erased.",
        "message" => "Noted.",
        _ => return None,
    })
}

fn json_answer(body: &Value) -> Response<Body> {
    crate::routes::answer(StatusCode::OK, body)
}
