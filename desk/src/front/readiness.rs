//! What the service says of itself to anybody: whether it is ready, and the document of its API.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use case::source::Source;
use serde_json::{Value, json};

use super::json_response;
use crate::{
    ports::{Outside, Target},
    setup::{Access, Setup},
};

/// `GET /readyz`: what works, and what an operator has yet to configure.
pub(super) fn readyz(outside: &impl Outside, setup: &Setup) -> Response<Body> {
    let source =
        |source: Source| (source.name(), if setup.sources.contains(&source) { "configured" } else { "missing" });
    let sources: serde_json::Map<String, Value> =
        Source::ALL.into_iter().map(source).map(|(name, state)| (name.to_owned(), state.into())).collect();
    let breaker = |target: Target| setup.breakers.shown(target, outside.now()).standing.name();
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
pub(super) fn openapi() -> Response<Body> {
    let mut response = Response::new(Body::from(crate::openapi::DOCUMENT));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
