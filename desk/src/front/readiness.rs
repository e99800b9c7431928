//! What the service says of itself to anybody: whether it is ready, and the document of its API.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use case::source::Source;
use serde_json::{Value, json};

use super::json_response;
use crate::{
    ports::{DocketHost, HostError, Outside, Target},
    setup::{Access, Setup},
};

/// `GET /readyz`: what works, and what an operator has yet to configure.
pub(super) async fn readyz(host: &(impl DocketHost + Outside), setup: &Setup) -> Response<Body> {
    let source =
        |source: Source| (source.name(), if setup.sources.contains(&source) { "configured" } else { "missing" });
    let sources: serde_json::Map<String, Value> =
        Source::ALL.into_iter().map(source).map(|(name, state)| (name.to_owned(), state.into())).collect();
    let breaker = |target: Target| setup.breakers.shown(target, host.now()).standing.name();
    let breakers: serde_json::Map<String, Value> =
        setup.targets().map(|target| (target.name().into_owned(), breaker(target).into())).collect();
    let agents: serde_json::Map<String, Value> =
        setup.agents.keys().map(|agent| (agent.to_string(), "configured".into())).collect();
    let storage = match host.takes_writes().await {
        Ok(()) => "working",
        Err(HostError::Full(_)) => "full",
        Err(HostError::Failed(_) | HostError::Stale) => "failed",
    };
    let (code, status) = match (&setup.access, storage) {
        (Access::Closed(_), _) => (StatusCode::SERVICE_UNAVAILABLE, "closed"),
        (_, "working") => (StatusCode::OK, "ready"),
        (_, _) => (StatusCode::SERVICE_UNAVAILABLE, "read_only"),
    };
    let body = json!({
        "status": status,
        "storage": storage,
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
    json_response(code, &body)
}

/// The document of the API, made by `cargo xtask openapi` and committed.
pub(super) fn openapi() -> Response<Body> {
    let mut response = Response::new(Body::from(crate::openapi::DOCUMENT));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
