//! The analyst's console: pages made on the server, with one style sheet and one script beside them.
//!
//! Nothing here reads a case or decides anything: pages are made of what the API shows, and what an analyst does goes
//! through the same routes as every caller's requests. A browser is known by its session; no key is taken here.

mod act;
pub mod assets;
pub mod browser;
mod form;
mod gate;
mod list;
mod look;
pub mod pages;
mod sign_in;
mod visitor;

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header, request::Parts},
    response::IntoResponse as _,
};
use http::Method;
use maud::Markup;

pub use self::gate::{Gate, Peer};
use self::{
    browser::Reached,
    pages::ProblemView,
    visitor::{Found, Visitor},
};
use crate::{
    front::{Front, FrontHost, Route, case_of, not_there},
    problem::{Code, Problem},
    setup::Access,
    urgency::Hears,
};

/// What an address of the console shows or does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Where a browser arrives that was given no path.
    Root,
    /// The list of cases.
    Queue,
    /// A case.
    Case,
    /// What somebody does in a case.
    Act,
    /// Whether the list of cases has changed.
    Live,
    /// Whether a case has changed.
    CaseLive,
    /// A case's evidence pack.
    Pack,
    /// The rules in force.
    Rules,
    /// The next case for whoever asks.
    Next,
    /// How the desk does.
    Oversight,
    /// Signing in.
    SignIn,
    /// Signing out.
    SignOut,
    /// The style sheet and the script.
    Asset,
}

/// Answers a request of a browser.
pub(crate) async fn answer<F: FrontHost>(
    front: &Front<F>,
    route: &Route,
    place: Place,
    request: axum::extract::Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let mut response = match serve(front, route, place, &parts, body).await {
        Ok(response) => response,
        Err(problem) if is_json(place) => problem.into_response(),
        Err(problem) => problem_page(None, &problem),
    };
    browser::guard(&mut response);
    response
}

async fn serve<F: FrontHost>(
    front: &Front<F>,
    route: &Route,
    place: Place,
    parts: &Parts,
    body: Body,
) -> Result<Response<Body>, Problem> {
    let reached = Reached::of(parts);
    match place {
        Place::Root => return root(parts),
        Place::Asset => return asset(parts.uri.path()),
        Place::SignIn | Place::SignOut | Place::Queue | Place::Case | Place::Pack | Place::Rules => {}
        Place::Act | Place::Live | Place::CaseLive | Place::Next | Place::Oversight => {}
    }
    if let Access::Closed(remedy) = &front.setup.access {
        return Err(Problem::new(Code::NoKeys, remedy.clone()));
    }
    let writes = parts.method == Method::POST;
    if front.setup.access == Access::Open && !reached.is_local() {
        let remedy = "Access is open, so only `localhost` and loopback addresses are answered.";
        return Err(Problem::new(Code::Unauthenticated, remedy));
    }
    if writes && !reached.is_our_page(&parts.headers) {
        let why = "The form comes from another site. Load the page again and send it from there.";
        return Err(Problem::new(Code::Forged, why));
    }
    if place == Place::SignIn {
        return sign_in::answer(front, &reached, parts, body).await;
    }
    let visitor = match visitor::find(front, &reached, &parts.headers).await? {
        Found::Somebody(visitor) => *visitor,
        Found::Nobody if writes || is_json(place) => {
            let why = "Your session is over, or there was none. Sign in at /console/sign-in and send the form again.";
            return Err(Problem::new(Code::NotSignedIn, why));
        }
        Found::Nobody => return Ok(sign_in::lead_to(parts)),
    };
    Hears::tell(&parts.extensions, &visitor.grant);
    let answered = admitted(front, route, place, &visitor, parts, body).await;
    let mut response = match answered {
        Ok(response) => response,
        Err(problem) if is_json(place) => problem.into_response(),
        Err(problem) => problem_page(Some(&visitor), &problem),
    };
    if let Some(cookie) = visitor.cookie.clone() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Answers somebody who is signed in, if the address is for their role.
async fn admitted<F: FrontHost>(
    front: &Front<F>,
    route: &Route,
    place: Place,
    visitor: &Visitor,
    parts: &Parts,
    body: Body,
) -> Result<Response<Body>, Problem> {
    let fields = if parts.method == Method::POST {
        let fields = form::read(&*front.host, &parts.headers, body).await?;
        visitor.check(&front.setup, &fields)?;
        fields
    } else {
        Vec::new()
    };
    let about_a_case = matches!(place, Place::Case | Place::Pack | Place::Act | Place::CaseLive);
    if let Err(refused) = route.who.check(&visitor.grant) {
        let missing = if about_a_case { not_there(front, &visitor.grant, parts).await } else { None };
        return Err(missing.unwrap_or(refused));
    }
    match place {
        Place::Queue => list::queue(front, visitor, parts, None).await,
        Place::Live => list::queue_live(front, visitor, parts).await,
        Place::Next => list::next(front, visitor).await,
        Place::Oversight => list::oversight(front, visitor, parts).await,
        Place::Case => look::case(front, visitor, &case_of(parts)?, parts).await,
        Place::CaseLive => look::case_live(front, visitor, &case_of(parts)?).await,
        Place::Pack => look::pack(front, visitor, &case_of(parts)?).await,
        Place::Rules => Ok(look::rules(front, visitor)),
        Place::Act => act::act(front, visitor, &case_of(parts)?, fields).await,
        Place::SignOut => sign_in::out(front, visitor, parts).await,
        Place::Root | Place::Asset | Place::SignIn => Err(Problem::new(Code::NoRoute, "See /console.")),
    }
}

/// Whether an address answers scripts, and not people. People are led away from `/`.
const fn is_json(place: Place) -> bool {
    matches!(place, Place::Root | Place::Live | Place::CaseLive)
}

/// `GET /`: people are led to the console, and to others there is nothing here to read.
fn root(parts: &Parts) -> Result<Response<Body>, Problem> {
    let accepts = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") {
        return Ok(see("/console"));
    }
    Err(Problem::new(Code::Method, "See /openapi.json for what there is."))
}

fn asset(path: &str) -> Result<Response<Body>, Problem> {
    let asset = assets::at(path).ok_or_else(|| Problem::new(Code::NoRoute, "There is no such file."))?;
    let mut response = Response::new(Body::from(asset.text));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    // Its name holds its hash.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}

/// A page.
fn page(status: StatusCode, markup: Markup) -> Response<Body> {
    let mut response = Response::new(Body::from(markup.into_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// The page of what went wrong.
fn problem_page(visitor: Option<&Visitor>, problem: &Problem) -> Response<Body> {
    let who = visitor.map(Visitor::viewer);
    page(problem.code.status(), pages::problem(&ProblemView { who: who.as_ref(), problem }))
}

/// Leads a browser to another page.
fn see(path: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    // Nothing but our own addresses and ids comes here.
    let path = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/console"));
    response.headers_mut().insert(header::LOCATION, path);
    response
}
