//! The entry Worker: the desk's front, and the cron that looks for cases which should have woken.
//!
//! It keeps nothing between requests, so that any number of it can run anywhere.

use std::sync::Arc;

use axum::response::IntoResponse as _;
use desk::{console::Peer, front::front_routes};
use futures_util::future::join_all;
use http::StatusCode;
use tokio::sync::oneshot;
use tower::ServiceExt as _;
use worker::{Context, Env, HttpRequest, Response, Result, ScheduleContext, ScheduledEvent, event};

use crate::{
    bindings::Bindings,
    body,
    case_file::WAKE_PATH,
    docket::{self, EdgeDocket},
    host::{FrontSide, call_object, inner, object},
    log,
    outside::{self, EdgeOutside, Life},
    tenants::Tenants,
};

/// A case counts as overdue when its alarm is this late: the platform may delay alarms by up to a minute.
const OVERDUE_MS: i64 = 60_000;

#[event(fetch)]
async fn fetch(mut request: HttpRequest, env: Env, context: Context) -> Result<Response> {
    log::begin();
    let bindings = match Bindings::read(&env) {
        Ok(bindings) => bindings,
        Err(misconfigured) => return body::answer(misconfigured.problem().into_response()).await,
    };
    let context = Arc::new(context);
    let host = FrontSide {
        tenants: Tenants(env.clone()),
        docket: EdgeDocket::new(env.clone(), bindings.grants.clone()),
        outside: EdgeOutside::new(env.clone(), bindings.sources.clone(), Life::Request(context.clone())),
        env,
    };
    // The platform writes this header itself, whatever a caller sends.
    let address = request.headers().get("cf-connecting-ip").and_then(|value| value.to_str().ok()?.parse().ok());
    if let Some(address) = address {
        request.extensions_mut().insert(Peer::of(address));
    }
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let routes = front_routes(Arc::new(host), bindings.setup.clone());
    // A caller that leaves does not stop what it began: the platform drops this future then, and not that one.
    let (answer, answered) = oneshot::channel();
    context.wait_until(async move {
        // Where the caller has left, nobody takes it.
        let _ = answer.send(routes.oneshot(request).await);
    });
    let response = answered.await.map_err(|_| "the request was not worked to its end")??;
    let status = response.status();
    // One line for each request, never its query, headers or body. A path that is no route is a caller's text, and may
    // hold anything.
    let path = if status == StatusCode::NOT_FOUND { "(not found)" } else { path.as_str() };
    tracing::info!(%method, path, status = status.as_u16(), "answered");
    body::answer(response).await
}

#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    log::begin();
    match docket::overdue(&env, outside::now().plus(-OVERDUE_MS)).await {
        Ok(names) => {
            join_all(names.iter().map(|name| wake(&env, name))).await;
        }
        Err(error) => tracing::error!(%error, "looking for overdue cases failed"),
    }
}

async fn wake(env: &Env, name: &str) {
    match call_object(object(env, name), inner(WAKE_PATH)).await {
        Ok(answer) if answer.status().is_success() => {}
        Ok(answer) => tracing::error!(status = answer.status().as_u16(), "an overdue case could not be woken"),
        Err(error) => tracing::error!(%error, "an overdue case could not be woken"),
    }
}
