//! The front: what every caller meets first. It knows who calls, gives a new case its id, and leads to the case.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Query, Request, State},
    http::{HeaderValue, Method, Response, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::IntoResponse as _,
    routing::{MethodFilter, MethodRouter, any, on},
};
use bytes::Bytes;
use case::{
    actor::Role,
    ids::{CaseId, Reference},
    source::Source,
};
use serde_json::{Value, json};

use crate::{
    archive::{ARCHIVE_BYTES, ARCHIVE_MS},
    caller::{self, BODY, Caller, Room, read_body},
    entering::{self, Entering},
    moving,
    ports::{DocketHost, DocketQuery, Grant, ModelHost, Outside, Target, TenantHost},
    problem::{Code, Problem},
    rebuild,
    request::{Preferences, check_content_type},
    revocations,
    setup::{Access, Setup},
    switch,
};

/// The way from the front to a case.
pub trait Door: Send + Sync + 'static {
    /// Hands a request to the case's own routes. The request carries [`entering::HEADER`].
    fn enter(&self, entering: Entering, request: http::Request<Body>) -> impl Future<Output = Response<Body>> + Send;
}

struct Front<F> {
    host: Arc<F>,
    setup: Arc<Setup>,
}

impl<F> Clone for Front<F> {
    fn clone(&self) -> Self {
        Self { host: self.host.clone(), setup: self.setup.clone() }
    }
}

/// The states by which the docket can be searched: the names of [`crate::row::state_name`].
pub const STATES: [&str; 4] = ["working", "waiting", "review", "closed"];
/// Rows on one page of the docket.
pub const PAGE_ROWS: u32 = 50;
/// Rows on one page at most.
pub const PAGE_ROWS_MAX: u32 = 500;

/// Where a route leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    /// Into a new case, or the one that its idempotency key opened.
    ToNewCase,
    /// Into the case that the path names.
    ToCase,
    /// Into the case that an archive holds.
    ToImport,
    /// To the docket.
    ToDocket,
    /// To the docket, which is made again.
    ToRebuild,
    /// To a sign of life.
    ToHealth,
    /// To what works and what is missing.
    ToReadiness,
    /// To the model's switch.
    ToSwitch,
    /// To whom the tenant lets in no more.
    ToRevocations,
    /// To the document of the API.
    ToDocument,
}

/// Every route, in the order of the document of the API, which describes each.
pub static ROUTES: [(Method, &str, Leads); 19] = [
    (Method::POST, "/v1/requests", Leads::ToNewCase),
    (Method::POST, "/", Leads::ToNewCase),
    (Method::POST, "/v1/tasks", Leads::ToNewCase),
    (Method::GET, "/v1/cases", Leads::ToDocket),
    (Method::GET, "/v1/cases/{id}", Leads::ToCase),
    (Method::GET, "/v1/cases/{id}/journal", Leads::ToCase),
    (Method::GET, "/v1/cases/{id}/events", Leads::ToCase),
    (Method::POST, "/v1/cases/{id}/messages", Leads::ToCase),
    (Method::POST, "/v1/cases/{id}/commands", Leads::ToCase),
    (Method::GET, "/v1/cases/{id}/archive", Leads::ToCase),
    (Method::POST, "/v1/import", Leads::ToImport),
    (Method::POST, "/v1/docket/rebuild", Leads::ToRebuild),
    (Method::GET, "/v1/model", Leads::ToSwitch),
    (Method::POST, "/v1/model", Leads::ToSwitch),
    (Method::GET, "/v1/revocations", Leads::ToRevocations),
    (Method::POST, "/v1/revocations", Leads::ToRevocations),
    (Method::GET, "/healthz", Leads::ToHealth),
    (Method::GET, "/readyz", Leads::ToReadiness),
    (Method::GET, "/openapi.json", Leads::ToDocument),
];

/// The routes of a host.
pub fn front_routes<F: DocketHost + ModelHost + TenantHost + Outside + Door>(
    host: Arc<F>,
    setup: Arc<Setup>,
) -> Router {
    let front = Front { host, setup };
    let routes = ROUTES.iter();
    let router = routes.fold(Router::new(), |router, (method, path, leads)| router.route(path, way(method, *leads)));
    router
        .fallback(any(async || Problem::new(Code::NoRoute, "See /openapi.json for what there is.")))
        .method_not_allowed_fallback(async || Problem::new(Code::Method, "See /openapi.json for what there is."))
        .layer(middleware::from_fn_with_state(front.clone(), cross_origin))
        .with_state(front)
}

fn way<F: DocketHost + ModelHost + TenantHost + Outside + Door>(
    method: &Method,
    leads: Leads,
) -> MethodRouter<Front<F>> {
    let writes = method == Method::POST;
    // The table holds standard methods only, which a filter can be made of.
    let method = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
    match leads {
        Leads::ToSwitch if writes => on(method, turn_switch),
        Leads::ToSwitch => on(method, read_switch),
        Leads::ToRevocations if writes => on(method, revoke),
        Leads::ToRevocations => on(method, read_revocations),
        Leads::ToNewCase => on(method, new_case),
        Leads::ToCase => on(method, old_case),
        Leads::ToImport => on(method, import_case),
        Leads::ToDocket => on(method, list_cases),
        Leads::ToRebuild => on(method, rebuild_docket),
        Leads::ToHealth => on(method, async || json_response(StatusCode::OK, &json!({ "status": "ok" }))),
        Leads::ToReadiness => on(method, readyz),
        Leads::ToDocument => on(method, async || openapi()),
    }
}

/// Who calls, and the whole request, which proves it.
async fn admit<F: DocketHost + TenantHost + Outside>(
    front: &Front<F>,
    request: Request,
    room: Room,
) -> Result<(Grant, Parts, Bytes), Problem> {
    let (parts, body) = request.into_parts();
    let caller = Caller::of(&*front.host, &front.setup, &parts.headers).await?;
    let body = read_body(&*front.host, body, room).await?;
    let grant = caller.prove(&*front.host, &front.setup, &parts, &body).await?;
    Ok((grant, parts, body))
}

/// A request that opens a case: its id follows from its ticket, or from its idempotency key, or is random.
async fn new_case<F: DocketHost + TenantHost + Outside + Door>(
    State(front): State<Front<F>>,
    request: Request,
) -> Response<Body> {
    let read = async {
        let (grant, parts, body) = admit(&front, request, BODY).await?;
        let key = Preferences::read(&parts.headers)?.idempotency_key;
        let case = match (ticket(&body), key) {
            (Some(external_id), _) => CaseId::from_ticket(&grant.tenant, &external_id),
            (None, Some(key)) => CaseId::from_idempotency_key(&grant.tenant, &key),
            (None, None) => {
                let mut bytes = [0; 16];
                front.host.random(&mut bytes);
                CaseId::from_random(bytes)
            }
        };
        Ok::<_, Problem>((Entering { grant, case }, parts, body))
    };
    match read.await {
        Ok((entering, parts, body)) => enter(&front, entering, parts, body).await,
        Err(problem) => problem.into_response(),
    }
}

/// The ticket that a body names. A body that cannot be read names none; the case's routes say what is wrong with it.
fn ticket(body: &[u8]) -> Option<Reference> {
    #[derive(serde::Deserialize)]
    struct Ticket {
        external_id: String,
    }
    let ticket: Ticket = serde_json::from_slice(body).ok()?;
    Reference::from_caller(&ticket.external_id).ok()
}

/// A request about a case that is there.
async fn old_case<F: DocketHost + TenantHost + Outside + Door>(
    State(front): State<Front<F>>,
    request: Request,
) -> Response<Body> {
    let read = async {
        let (grant, parts, body) = admit(&front, request, BODY).await?;
        let id = parts.uri.path().split('/').nth(3).unwrap_or_default();
        let case = CaseId::parse(id).map_err(|_| Problem::no_case())?;
        Ok::<_, Problem>((Entering { grant, case }, parts, body))
    };
    match read.await {
        Ok((entering, parts, body)) => enter(&front, entering, parts, body).await,
        Err(problem) => problem.into_response(),
    }
}

/// The room of an archive.
const ARCHIVE: Room = Room { bytes: ARCHIVE_BYTES, ms: ARCHIVE_MS };

/// A case that was worked elsewhere: it goes where its archive says, within the caller's tenant.
async fn import_case<F: DocketHost + TenantHost + Outside + Door>(
    State(front): State<Front<F>>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let read = async {
        let caller = Caller::of(&*front.host, &front.setup, &parts.headers).await?;
        // Before many bytes are read for somebody who may not send them.
        moving::check(caller.claimed(), &parts.headers)?;
        let body = read_body(&*front.host, body, ARCHIVE).await?;
        let grant = caller.prove(&*front.host, &front.setup, &parts, &body).await?;
        let case = moving::destination(&grant, &body)?;
        Ok::<_, Problem>((Entering { grant, case }, body))
    };
    match read.await {
        Ok((entering, body)) => enter(&front, entering, parts, body).await,
        Err(problem) => problem.into_response(),
    }
}

/// Opens the door.
async fn enter<F: Door>(front: &Front<F>, entering: Entering, mut parts: Parts, body: Bytes) -> Response<Body> {
    let Ok(value) = HeaderValue::from_str(&entering.to_header()) else { return Problem::no_case().into_response() };
    parts.headers.insert(entering::HEADER, value);
    caller::forget(&mut parts.headers);
    parts.headers.remove(header::CONTENT_LENGTH);
    front.host.enter(entering, http::Request::from_parts(parts, Body::from(body))).await
}

/// `GET /v1/cases`.
async fn list_cases<F: DocketHost + TenantHost + Outside + Door>(
    State(front): State<Front<F>>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let (grant, parts, _) = admit(&front, request, BODY).await?;
    let search = Query::<Search>::try_from_uri(&parts.uri);
    let search = search.map_err(|_| Problem::new(Code::Query, "A query parameter is unknown or malformed."))?.0;
    let query = search.query(&grant)?;
    let page = front.host.page(&grant.tenant, &query).await?;
    Ok(json_response(StatusCode::OK, &json!(page)))
}

/// `POST /v1/docket/rebuild`.
async fn rebuild_docket<F: DocketHost + TenantHost + Outside>(
    State(front): State<Front<F>>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let (grant, parts, body) = admit(&front, request, BODY).await?;
    check_content_type(&parts.headers)?;
    let (status, body) = rebuild::rebuild(&*front.host, &grant, &body).await?;
    Ok(json_response(status, &body))
}

/// `GET /v1/model`.
async fn read_switch<F: DocketHost + ModelHost + TenantHost + Outside>(
    State(front): State<Front<F>>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let (grant, _, _) = admit(&front, request, BODY).await?;
    let (status, body) = switch::read(&*front.host, &front.setup, &grant).await?;
    Ok(json_response(status, &body))
}

/// `POST /v1/model`.
async fn turn_switch<F: DocketHost + ModelHost + TenantHost + Outside>(
    State(front): State<Front<F>>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let (grant, parts, body) = admit(&front, request, BODY).await?;
    check_content_type(&parts.headers)?;
    let (status, body) = switch::turn(&*front.host, &front.setup, &grant, &body).await?;
    Ok(json_response(status, &body))
}

/// `GET /v1/revocations`.
async fn read_revocations<F: DocketHost + TenantHost + Outside>(
    State(front): State<Front<F>>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let (grant, _, _) = admit(&front, request, BODY).await?;
    let (status, body) = revocations::read(&*front.host, &grant).await?;
    Ok(json_response(status, &body))
}

/// `POST /v1/revocations`.
async fn revoke<F: DocketHost + TenantHost + Outside>(
    State(front): State<Front<F>>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let (grant, parts, body) = admit(&front, request, BODY).await?;
    check_content_type(&parts.headers)?;
    let (status, body) = revocations::revoke(&*front.host, &grant, &body).await?;
    Ok(json_response(status, &body))
}

/// The query of `GET /v1/cases`, as written.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Search {
    state: Option<String>,
    agent: Option<String>,
    assignee: Option<String>,
    due_before: Option<String>,
    external_id: Option<String>,
    after: Option<String>,
    limit: Option<u32>,
}

/// Rows asked for on one page.
fn limit_of(limit: Option<u32>) -> Result<u32, Problem> {
    let rows = limit.unwrap_or(PAGE_ROWS);
    let rule = || Problem::of(Code::Query, "limit", format!("`limit` must be from 1 to {PAGE_ROWS_MAX}."));
    if (1..=PAGE_ROWS_MAX).contains(&rows) { Ok(rows) } else { Err(rule()) }
}

impl Search {
    fn query(self, grant: &Grant) -> Result<DocketQuery, Problem> {
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

/// `GET /readyz`: what works, and what an operator has yet to configure.
async fn readyz<F: DocketHost + TenantHost + Outside + Door>(State(front): State<Front<F>>) -> Response<Body> {
    let setup = &front.setup;
    let source =
        |source: Source| (source.name(), if setup.sources.contains(&source) { "configured" } else { "missing" });
    let sources: serde_json::Map<String, Value> =
        Source::ALL.into_iter().map(source).map(|(name, state)| (name.to_owned(), state.into())).collect();
    let breaker = |target: Target| setup.breakers.shown(target, front.host.now()).standing.name();
    let breakers: serde_json::Map<String, Value> =
        setup.targets().map(|target| (target.name().into_owned(), breaker(target).into())).collect();
    let agents: serde_json::Map<String, Value> =
        setup.agents.keys().map(|agent| (agent.to_string(), "configured".into())).collect();
    let ready = !matches!(setup.access, Access::Closed(_));
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": if ready { "ready" } else { "closed" },
        "version": env!("CARGO_PKG_VERSION"),
        "core": case::case::CORE,
        "local_model": setup.local_model().hash(),
        "model": setup.model.as_ref().map(|model| model.name.clone()),
        "sandbox": setup.sandbox,
        "sources": sources,
        "breakers": breakers,
        "actions": if setup.actions { "configured" } else { "missing" },
        "agents": agents,
    });
    json_response(status, &body)
}

/// The document of the API, made by `cargo xtask openapi` and committed.
fn openapi() -> Response<Body> {
    let mut response = Response::new(Body::from(crate::openapi::DOCUMENT));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Cross-origin requests are denied unless their origin is listed.
async fn cross_origin<F: DocketHost>(State(front): State<Front<F>>, request: Request, next: Next) -> Response<Body> {
    let origin = request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let listed = origin.filter(|origin| front.setup.config.cors_origins.contains(origin));
    let preflight = request.method() == Method::OPTIONS;
    let mut response = match (&listed, preflight) {
        (Some(_), true) => StatusCode::NO_CONTENT.into_response(),
        (None, true) => return StatusCode::FORBIDDEN.into_response(),
        (_, false) => next.run(request).await,
    };
    if let Some(origin) = listed.and_then(|origin| HeaderValue::from_str(&origin).ok()) {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
        let allowed = "authorization, content-type, idempotency-key, if-match, last-event-id, prefer, x-agent-system";
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(allowed));
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    }
    response
}

fn json_response(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
