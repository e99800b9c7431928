//! Signing in: a key or a token is exchanged for a session. Signing out ends it, wherever else its cookie may lie.
//!
//! The form is bound to a cookie of its own, so that nobody can be signed in as somebody else by another site.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header, request::Parts},
};
use http::Method;
use maud::{DOCTYPE, html};

use super::{
    browser::{Cookie, Reached, came_by_link},
    form,
    gate::Peer,
    page,
    pages::{self, Flash, SignInView},
    see,
    visitor::{self, Found, Visitor},
};
use crate::{
    caller,
    front::{Front, FrontHost},
    problem::{Code, Problem},
    session::{Session, form_token, is_form_token, new_id},
    setup::Access,
};

/// Where it is.
const PATH: &str = "/console/sign-in";

/// `GET` and `POST /console/sign-in`.
pub(super) async fn answer<F: FrontHost>(
    front: &Front<F>,
    reached: &Reached,
    parts: &Parts,
    body: Body,
) -> Result<Response<Body>, Problem> {
    if front.setup.access == Access::Open {
        return Ok(see("/console"));
    }
    if parts.method == Method::POST {
        return take(front, reached, parts, body).await;
    }
    let asked = form::fields(parts.uri.query().unwrap_or_default().as_bytes());
    let next = next_of(&asked);
    // Whoever has just signed out is not signed in again by what Access adds to every request.
    if form::field(&asked, "out").is_some() {
        return Ok(show(front, reached, parts, &next, (StatusCode::OK, Some(&Flash::Done("You are signed out.")))));
    }
    match visitor::find(front, reached, &parts.headers).await? {
        Found::Nobody => Ok(show(front, reached, parts, &next, (StatusCode::OK, None))),
        Found::Somebody(visitor) => {
            let mut response = see(&next);
            response.headers_mut().extend(visitor.cookie.map(|cookie| (header::SET_COOKIE, cookie)));
            Ok(response)
        }
    }
}

/// Leads somebody who is not signed in to the page, and back then to where they wanted to go.
pub(super) fn lead_to(parts: &Parts) -> Response<Body> {
    let wanted = parts.uri.path_and_query().map_or("/console", http::uri::PathAndQuery::as_str);
    if came_by_link(&parts.headers) {
        // The session may be there all the same. A page of ours that leads to itself makes the browser send it.
        let again = html! {
            (DOCTYPE)
            html lang="en" {
                head { meta http-equiv="refresh" content={ "0;url=" (wanted) }; title { "Caseworker" } }
                body { p { a href=(wanted) { "Go on to the page." } } }
            }
        };
        return page(StatusCode::OK, again);
    }
    let next: String = form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
    see(&format!("{PATH}?next={next}"))
}

/// `POST /console/sign-out`.
pub(super) async fn out<F: FrontHost>(
    front: &Front<F>,
    visitor: &Visitor,
    parts: &Parts,
) -> Result<Response<Body>, Problem> {
    let Some(session) = &visitor.session else { return Ok(see("/console")) };
    front.host.keep_nonce(&visitor.grant.tenant, &session.nonce(), session.ends_at).await?;
    let mut response = see(&format!("{PATH}?out=1"));
    let forgotten = Reached::of(parts).set(Cookie::Session, "");
    response.headers_mut().extend(forgotten.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// Takes what the form brings.
async fn take<F: FrontHost>(
    front: &Front<F>,
    reached: &Reached,
    parts: &Parts,
    body: Body,
) -> Result<Response<Body>, Problem> {
    let (host, setup) = (&*front.host, &*front.setup);
    let fields = form::read(host, &parts.headers, body).await?;
    let next = next_of(&fields);
    let door = reached.cookie(&parts.headers, Cookie::Door);
    let csrf = form::field(&fields, "csrf").unwrap_or_default();
    if !door.is_some_and(|id| is_form_token(&setup.master, id, csrf)) {
        let why = "Cookies were refused, or the page is old. Try again on this one.";
        let problem = Problem::new(Code::Forged, why);
        return Ok(refuse(front, reached, parts, &next, &problem));
    }
    let bearer = form::field(&fields, "key").unwrap_or_default().trim().to_owned();
    match prove(front, parts, &bearer).await {
        Ok(session) => {
            let mut response = see(&next);
            let cookies =
                [reached.set(Cookie::Session, &session.seal(&setup.master, host)?), reached.set(Cookie::Door, "")];
            for cookie in cookies.into_iter().flatten() {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            let (tenant, subject) = (&session.grant.tenant, &session.grant.actor.subject);
            tracing::info!(%tenant, %subject, "somebody signed in to the console");
            Ok(response)
        }
        Err(problem) => Ok(refuse(front, reached, parts, &next, &problem)),
    }
}

/// Exchanges a key or a token for a session. A key in force is let in whoever else fails; all else waits its turn.
async fn prove<F: FrontHost>(front: &Front<F>, parts: &Parts, bearer: &str) -> Result<Session, Problem> {
    let (host, setup) = (&*front.host, &*front.setup);
    let peer = parts.extensions.get::<Peer>().cloned().unwrap_or_else(|| Peer("unknown".to_owned()));
    let wait_s = setup.gate.wait_s(&peer, host.now());
    if wait_s.is_some() && crate::signin::is_token(bearer) {
        return Err(too_many());
    }
    match caller::by_bearer(host, setup, bearer).await {
        Ok(proved) => Ok(Session::begin(host, setup, proved, false)),
        Err(problem) => {
            // What fails on our side is nobody's attempt.
            if problem.code.status().is_client_error() {
                setup.gate.failed(&peer, host.now());
            }
            Err(if wait_s.is_some() { too_many() } else { problem })
        }
    }
}

fn too_many() -> Problem {
    Problem::new(Code::TooManySignIns, "Too many attempts failed. Wait a few seconds and try again.")
}

/// The page again, with what went wrong.
fn refuse<F: FrontHost>(
    front: &Front<F>,
    reached: &Reached,
    parts: &Parts,
    next: &str,
    problem: &Problem,
) -> Response<Body> {
    let mut response = show(front, reached, parts, next, (problem.code.status(), Some(&Flash::Refused(problem))));
    if problem.code == Code::TooManySignIns {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("7"));
    }
    response
}

fn show<F: FrontHost>(
    front: &Front<F>,
    reached: &Reached,
    parts: &Parts,
    next: &str,
    (status, flash): (StatusCode, Option<&Flash<'_>>),
) -> Response<Body> {
    // A second tab has the form of the first.
    let held = reached.cookie(&parts.headers, Cookie::Door).filter(|id| id.len() <= 64);
    let id = held.map_or_else(|| new_id(&*front.host), str::to_owned);
    let csrf = form_token(&front.setup.master, &id);
    let mut response = page(status, pages::sign_in(&SignInView { csrf: &csrf, next, flash }));
    response.headers_mut().extend(reached.set(Cookie::Door, &id).map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

/// Where to go then: a page of the console's, or its first.
fn next_of(fields: &[(String, String)]) -> String {
    let next = form::field(fields, "next").unwrap_or_default();
    let is_ours = next == "/console" || next.starts_with("/console/") || next.starts_with("/console?");
    let is_plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let is_sign_in = next.starts_with(PATH);
    if is_ours && is_plain && !is_sign_in && next.len() <= 512 { next.to_owned() } else { "/console".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_nobody_is_led_to_another_site() {
        let next = |next: &str| next_of(&[("next".to_owned(), next.to_owned())]);
        for ours in ["/console", "/console?queue=mine", "/console/cases/case_aaaaaaaaaaaaaaaaaaaaaaaaaa"] {
            assert_eq!(next(ours), ours);
        }
        for theirs in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/console.evil.example",
            "/consolex",
            "/console/\u{a0}",
            "/console/\r\nset-cookie: x=y",
            "/console/sign-in?next=/console/sign-in",
            "javascript:alert(1)",
        ] {
            assert_eq!(next(theirs), "/console", "{theirs}");
        }
    }
}
