//! The route table of the whole box, and the logging of what arrives.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::StatusCode;

use crate::config::Config;
use crate::controls;
use crate::gate::{self, Gate};
use crate::limits::BODY_BYTES;
use crate::messages;
use crate::problem::Problem;
use crate::sources::Route;
use crate::target::Target;
use crate::world::{Shared, World};

/// The bank, the stand-in and their controls as one service. It holds its own state: two routers share nothing.
pub fn router(config: Config) -> Router {
    let world: Shared = Arc::new(World::new(config));
    let gate = |target: Target| from_fn_with_state(Gate { world: world.clone(), target }, gate::pass);
    let mut routes = Router::new();
    for route in Route::ALL {
        routes = routes.route(route.path(), route.handler().layer(gate(route.target())));
    }
    routes
        .route("/v1/messages", post(messages::create_message).layer(gate(Target::Messages)))
        .merge(messages::routes())
        .merge(controls::routes())
        .fallback(unknown_path)
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(world.clone(), log_request))
        .with_state(world)
}

async fn unknown_path() -> Problem {
    Problem::not_found("There is nothing at this path.")
}

/// Reads the body once, within its limit, and records what arrived; the controls themselves are not recorded.
async fn log_request(State(world): State<Shared>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_BYTES).await else {
        let detail = format!("The body is longer than {BODY_BYTES} bytes, or it broke off.");
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail).into_response();
    };
    if !parts.uri.path().starts_with("/sandbox/") {
        world.requests.record(&parts, &body);
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}
