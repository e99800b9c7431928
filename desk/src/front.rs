//! The front: what every caller meets first. It knows who calls, gives a new case its id, and leads to the case.

mod admit;
mod docket;
pub(crate) mod pack;
mod readiness;
mod records;
mod search;

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, Response, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::IntoResponse as _,
    routing::{MethodFilter, any, on},
};
use bytes::Bytes;
use case::ids::{CaseId, Reference};
use serde_json::{Value, json};

use self::admit::{Admitted, admit};
pub(crate) use self::admit::{case_of, not_there};
pub(crate) use self::search::Search;
pub use self::search::{PAGE_ROWS, PAGE_ROWS_MAX, RISKS, SEARCH_LETTERS, STATES};
use crate::{
    caller,
    console::{self, Place, browser::is_of_another_site},
    entering::{self, Entering},
    hooks::{incoming, replay},
    moving,
    ports::{DocketHost, ModelHost, Outside, TenantHost},
    problem::{Code, Problem},
    request::{Preferences, check_content_type},
    revocations,
    setup::{Access, Setup},
    switch,
    who::Who,
};

/// The way from the front to a case.
pub trait Door: Send + Sync + 'static {
    /// Hands a request to the case's own routes. The request carries [`entering::HEADER`].
    fn enter(&self, entering: Entering, request: http::Request<Body>) -> impl Future<Output = Response<Body>> + Send;
}

/// Everything that the front asks of a host.
pub trait FrontHost: DocketHost + ModelHost + TenantHost + Outside + Door {}

impl<F: DocketHost + ModelHost + TenantHost + Outside + Door> FrontHost for F {}

pub(crate) struct Front<F> {
    pub(crate) host: Arc<F>,
    pub(crate) setup: Arc<Setup>,
}

impl<F> Clone for Front<F> {
    fn clone(&self) -> Self {
        Self { host: self.host.clone(), setup: self.setup.clone() }
    }
}

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
    /// To a case's evidence pack.
    ToPack,
    /// To where every journal ends, signed.
    ToCheckpoint,
    /// To the public half of the key that signs.
    ToSigningKey,
    /// To the most urgent case that nobody has, and into it.
    ToNext,
    /// To other cases of a case's customer.
    ToLinks,
    /// To how the desk does.
    ToOversight,
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
    /// Into the case that a webhook tells of.
    ToHook,
    /// To events that are sent again.
    ToReplay,
    /// To the document of the API.
    ToDocument,
    /// To a page of the console, or what a form on one does.
    ToConsole(Place),
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path; `{id}` stands for a case.
    pub path: &'static str,
    /// Where it leads.
    pub leads: Leads,
    /// Who may use it.
    pub who: Who,
}

const fn get(path: &'static str, leads: Leads, who: Who) -> Route {
    Route { method: Method::GET, path, leads, who }
}

const fn post(path: &'static str, leads: Leads, who: Who) -> Route {
    Route { method: Method::POST, path, leads, who }
}

impl Route {
    /// Whether the route is for browsers: it takes sessions and no keys, and the document of the API is silent on it.
    #[must_use]
    pub const fn is_console(&self) -> bool {
        matches!(self.leads, Leads::ToConsole(_))
    }
}

/// Every route; those of the API in the order of its document, which describes each. `docs/roles.md` is made of it.
pub static ROUTES: &[Route] = &[
    post("/v1/requests", Leads::ToNewCase, Who::Submits),
    post("/", Leads::ToNewCase, Who::Submits),
    post("/v1/tasks", Leads::ToNewCase, Who::Submits),
    get("/v1/cases", Leads::ToDocket, Who::Reads),
    post("/v1/queue/next", Leads::ToNext, Who::Decides),
    get("/v1/cases/{id}", Leads::ToCase, Who::Reads),
    get("/v1/cases/{id}/journal", Leads::ToCase, Who::Reads),
    get("/v1/cases/{id}/events", Leads::ToCase, Who::Reads),
    get("/v1/cases/{id}/links", Leads::ToLinks, Who::Oversees),
    post("/v1/cases/{id}/messages", Leads::ToCase, Who::Submits),
    post("/v1/cases/{id}/commands", Leads::ToCase, Who::Submits),
    get("/v1/cases/{id}/archive", Leads::ToCase, Who::Administers),
    get("/v1/cases/{id}/pack", Leads::ToPack, Who::Oversees),
    post("/v1/import", Leads::ToImport, Who::Administers),
    get("/v1/checkpoint", Leads::ToCheckpoint, Who::Audits),
    get("/v1/checkpoint/key", Leads::ToSigningKey, Who::Reads),
    get("/v1/oversight", Leads::ToOversight, Who::Oversees),
    post("/v1/docket/rebuild", Leads::ToRebuild, Who::Administers),
    get("/v1/model", Leads::ToSwitch, Who::Oversees),
    post("/v1/model", Leads::ToSwitch, Who::Administers),
    get("/v1/revocations", Leads::ToRevocations, Who::Administers),
    post("/v1/revocations", Leads::ToRevocations, Who::Administers),
    post("/v1/hooks/{key}", Leads::ToHook, Who::Signs),
    post(replay::PATH, Leads::ToReplay, Who::Administers),
    get("/healthz", Leads::ToHealth, Who::Anybody),
    get("/readyz", Leads::ToReadiness, Who::Anybody),
    get("/openapi.json", Leads::ToDocument, Who::Anybody),
    get("/", Leads::ToConsole(Place::Root), Who::Anybody),
    get("/console", Leads::ToConsole(Place::Queue), Who::Oversees),
    get("/console/live", Leads::ToConsole(Place::Live), Who::Oversees),
    post("/console/next", Leads::ToConsole(Place::Next), Who::Decides),
    get("/console/oversight", Leads::ToConsole(Place::Oversight), Who::Oversees),
    get("/console/cases/{id}", Leads::ToConsole(Place::Case), Who::Oversees),
    post("/console/cases/{id}", Leads::ToConsole(Place::Act), Who::Decides),
    get("/console/cases/{id}/live", Leads::ToConsole(Place::CaseLive), Who::Oversees),
    get("/console/cases/{id}/pack", Leads::ToConsole(Place::Pack), Who::Oversees),
    get("/console/rules", Leads::ToConsole(Place::Rules), Who::Oversees),
    get("/console/sign-in", Leads::ToConsole(Place::SignIn), Who::Anybody),
    post("/console/sign-in", Leads::ToConsole(Place::SignIn), Who::Anybody),
    post("/console/sign-out", Leads::ToConsole(Place::SignOut), Who::Reads),
    get("/console/assets/{file}", Leads::ToConsole(Place::Asset), Who::Anybody),
];

/// The route that a request is for, where there is one. The router finds it by itself; this is for whoever asks before.
#[must_use]
pub fn route(method: &Method, path: &str) -> Option<&'static Route> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    ROUTES.iter().find(|route| route.method == *method && is_at(route.path, path))
}

/// Whether a path is of a route's form.
fn is_at(form: &str, path: &str) -> bool {
    let (mut form, mut path) = (form.split('/'), path.split('/'));
    loop {
        match (form.next(), path.next()) {
            (None, None) => return true,
            (Some(form), Some(part)) if form == part || (form.starts_with('{') && !part.is_empty()) => {}
            _ => return false,
        }
    }
}

/// The routes of a host.
pub fn front_routes<F: FrontHost>(host: Arc<F>, setup: Arc<Setup>) -> Router {
    let front = Front { host, setup };
    let router = ROUTES.iter().fold(Router::new(), |router, route| {
        // The table holds standard methods only, which a filter can be made of.
        let method = MethodFilter::try_from(route.method.clone()).unwrap_or(MethodFilter::GET);
        router.route(route.path, on(method, |State(front), request: Request| answer(front, route, request)))
    });
    router
        .fallback(any(async || Problem::new(Code::NoRoute, "See /openapi.json for what there is.")))
        .method_not_allowed_fallback(async || Problem::new(Code::Method, "See /openapi.json for what there is."))
        .layer(middleware::from_fn_with_state(front.clone(), cross_origin))
        .with_state(front)
}

/// Answers a request on its route, if it is let in.
async fn answer<F: FrontHost>(front: Front<F>, route: &'static Route, request: Request) -> Response<Body> {
    if let Leads::ToConsole(place) = route.leads {
        return console::answer(&front, route, place, request).await;
    }
    if route.who == Who::Anybody {
        return tell(&front, route.leads).await;
    }
    match admit(&front, route, request).await {
        Ok(admitted) => lead(&front, route, admitted).await.unwrap_or_else(Problem::into_response),
        Err(problem) => problem.into_response(),
    }
}

/// What anybody is told.
async fn tell<F: FrontHost>(front: &Front<F>, leads: Leads) -> Response<Body> {
    match leads {
        Leads::ToReadiness => readiness::readyz(&*front.host, &front.setup).await,
        Leads::ToDocument => readiness::openapi(),
        Leads::ToHealth => json_response(StatusCode::OK, &json!({ "status": "ok" })),
        Leads::ToNewCase
        | Leads::ToCase
        | Leads::ToPack
        | Leads::ToCheckpoint
        | Leads::ToSigningKey
        | Leads::ToImport
        | Leads::ToDocket
        | Leads::ToNext
        | Leads::ToLinks
        | Leads::ToOversight
        | Leads::ToRebuild
        | Leads::ToSwitch
        | Leads::ToRevocations
        | Leads::ToHook
        | Leads::ToReplay
        | Leads::ToConsole(_) => Problem::new(Code::NoRoute, "This is told to nobody unknown.").into_response(),
    }
}

/// Leads a request that was let in to where it goes.
async fn lead<F: FrontHost>(front: &Front<F>, route: &Route, admitted: Admitted) -> Result<Response<Body>, Problem> {
    let writes = route.method == Method::POST;
    match route.leads {
        Leads::ToNewCase => new_case(front, admitted).await,
        Leads::ToCase => old_case(front, admitted).await,
        Leads::ToPack => pack::pack(front, admitted).await,
        Leads::ToCheckpoint => records::checkpoint(front, &admitted).await,
        Leads::ToSigningKey => Ok(records::signing_key(front)),
        Leads::ToImport => import_case(front, admitted).await,
        Leads::ToDocket => docket::list_cases(front, &admitted).await,
        Leads::ToNext => docket::claim_next(front, &admitted).await,
        Leads::ToLinks => docket::read_links(front, &admitted).await,
        Leads::ToOversight => docket::oversee(front, &admitted).await,
        Leads::ToRebuild => docket::rebuild_docket(front, &admitted).await,
        Leads::ToSwitch if writes => turn_switch(front, &admitted).await,
        Leads::ToSwitch => read_switch(front).await,
        Leads::ToRevocations if writes => revoke(front, &admitted).await,
        Leads::ToRevocations => read_revocations(front, &admitted).await,
        Leads::ToHook => tell_case(front, admitted).await,
        Leads::ToReplay => replay_events(front, &admitted).await,
        Leads::ToHealth | Leads::ToReadiness | Leads::ToDocument | Leads::ToConsole(_) => {
            Ok(tell(front, route.leads).await)
        }
    }
}

/// A request that opens a case: its id follows from its ticket, or from its idempotency key, or is random.
async fn new_case<F: FrontHost>(front: &Front<F>, admitted: Admitted) -> Result<Response<Body>, Problem> {
    let Admitted { grant, parts, body, .. } = admitted;
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
    Ok(enter(front, Entering { grant, case }, parts, body).await)
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
async fn old_case<F: FrontHost>(front: &Front<F>, admitted: Admitted) -> Result<Response<Body>, Problem> {
    let Admitted { grant, parts, body, .. } = admitted;
    let case = case_of(&parts)?;
    Ok(enter(front, Entering { grant, case }, parts, body).await)
}

/// A case that was worked elsewhere: it goes where its archive says, within the caller's tenant.
async fn import_case<F: FrontHost>(front: &Front<F>, admitted: Admitted) -> Result<Response<Body>, Problem> {
    let Admitted { grant, parts, body, .. } = admitted;
    let case = moving::destination(&grant, &body)?;
    Ok(enter(front, Entering { grant, case }, parts, body).await)
}

/// A webhook: it goes to the case that it names.
async fn tell_case<F: FrontHost>(front: &Front<F>, admitted: Admitted) -> Result<Response<Body>, Problem> {
    let Admitted { grant, parts, body, .. } = admitted;
    let case = incoming::destination(&grant, &body)?;
    Ok(enter(front, Entering { grant, case }, parts, body).await)
}

/// `POST /v1/webhooks/replay`.
async fn replay_events<F: FrontHost>(front: &Front<F>, admitted: &Admitted) -> Result<Response<Body>, Problem> {
    check_content_type(&admitted.parts.headers)?;
    let body = replay::replay(front, &admitted.grant, &admitted.body).await?;
    Ok(json_response(StatusCode::OK, &body))
}

/// Opens the door.
async fn enter<F: Door>(front: &Front<F>, entering: Entering, mut parts: Parts, body: Bytes) -> Response<Body> {
    let Ok(value) = HeaderValue::from_str(&entering.to_header()) else { return Problem::no_case().into_response() };
    parts.headers.insert(entering::HEADER, value);
    caller::forget(&mut parts.headers);
    parts.headers.remove(header::CONTENT_LENGTH);
    front.host.enter(entering, http::Request::from_parts(parts, Body::from(body))).await
}

/// `GET /v1/model`.
async fn read_switch<F: FrontHost>(front: &Front<F>) -> Result<Response<Body>, Problem> {
    let (status, body) = switch::read(&*front.host, &front.setup).await?;
    Ok(json_response(status, &body))
}

/// `POST /v1/model`.
async fn turn_switch<F: FrontHost>(front: &Front<F>, admitted: &Admitted) -> Result<Response<Body>, Problem> {
    check_content_type(&admitted.parts.headers)?;
    let (status, body) = switch::turn(&*front.host, &front.setup, &admitted.grant, &admitted.body).await?;
    Ok(json_response(status, &body))
}

/// `GET /v1/revocations`.
async fn read_revocations<F: FrontHost>(front: &Front<F>, admitted: &Admitted) -> Result<Response<Body>, Problem> {
    let (status, body) = revocations::read(&*front.host, &admitted.grant).await?;
    Ok(json_response(status, &body))
}

/// `POST /v1/revocations`.
async fn revoke<F: FrontHost>(front: &Front<F>, admitted: &Admitted) -> Result<Response<Body>, Problem> {
    check_content_type(&admitted.parts.headers)?;
    let (status, body) = revocations::revoke(&*front.host, &admitted.grant, &admitted.body).await?;
    Ok(json_response(status, &body))
}

/// Cross-origin requests are denied unless their origin is listed.
async fn cross_origin<F: FrontHost>(State(front): State<Front<F>>, request: Request, next: Next) -> Response<Body> {
    // The console is for pages of its own.
    let is_console = request.uri().path().starts_with("/console");
    let origin = request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let listed = origin.filter(|origin| front.setup.config.cors_origins.contains(origin) && !is_console);
    let preflight = request.method() == Method::OPTIONS;
    // Where nobody shows a key, every page that somebody opens could act for them: some requests are sent unasked.
    let (parts, body) = request.into_parts();
    let is_unasked = listed.is_none() && !parts.method.is_safe() && !is_console;
    if front.setup.access == Access::Open && is_unasked && is_of_another_site(&parts) {
        let why = "The request comes from a page of another site, which `cors_origins` does not list.";
        return Problem::new(Code::Forged, why).into_response();
    }
    let request = Request::from_parts(parts, body);
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
