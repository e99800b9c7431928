//! The Durable Object of one case: the desk's routes for a case, on that case's own storage, woken by its own alarm.
//!
//! It answers only what the entry Worker sends on, which has authenticated the caller; nothing else can reach it.

use std::sync::Arc;

use axum::{Router, response::IntoResponse as _};
use desk::{file::Desk, ports::CaseKey, routes::case_routes};
use tower::ServiceExt as _;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object, send::SendWrapper};

use crate::{
    bindings::{Bindings, Misconfigured},
    body,
    drawer::Drawer,
    host::CaseSide,
    log,
    outside::{EdgeOutside, Life},
    tenants::Tenants,
};

/// The path by which the cron wakes an object whose alarm did not ring; the entry Worker never sends a caller there.
pub(crate) const WAKE_PATH: &str = "/wake";

/// One case.
#[durable_object(alarm)]
pub struct CaseFile {
    drawer: Drawer,
    works: std::result::Result<Works, &'static Misconfigured>,
}

/// What an object has where the Worker is configured.
struct Works {
    desk: Desk<CaseSide>,
    routes: Router,
}

impl DurableObject for CaseFile {
    fn new(state: State, env: Env) -> Self {
        log::begin();
        let state = Arc::new(SendWrapper::new(state));
        let drawer = Drawer::new(state.clone(), env.clone());
        let works = Bindings::read(&env).map(|bindings| {
            let tenants = Tenants(env.clone());
            let outside = EdgeOutside::new(env, bindings.sources.clone(), Life::Object(state));
            let host = CaseSide { drawer: drawer.clone(), outside, tenants };
            let desk = Desk::new(Arc::new(host), bindings.setup.clone());
            Works { routes: case_routes(desk.clone()), desk }
        });
        Self { drawer, works }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let request = body::sent_on(request).await?;
        let works = match &self.works {
            Ok(works) => works,
            Err(misconfigured) => return body::answer(misconfigured.problem().into_response()).await,
        };
        if request.uri().path() == WAKE_PATH {
            self.wake().await;
            return Response::empty();
        }
        body::answer(works.routes.clone().oneshot(request).await?).await
    }

    /// Never fails: an alarm that does is repeated six times and then forgotten, so what remains is armed anew instead.
    async fn alarm(&self) -> Result<Response> {
        self.wake().await;
        Response::empty()
    }
}

impl CaseFile {
    async fn wake(&self) {
        match (self.drawer.begin_wake(), &self.works, self.drawer.key()) {
            (Ok(true), Ok(works), Some(key)) => wake(&works.desk, key).await,
            (Ok(_), ..) => {}
            (Err(error), ..) => tracing::error!(%error, "reading whether a case is due failed"),
        }
        self.drawer.settle().await;
    }
}

async fn wake(desk: &Desk<CaseSide>, key: &CaseKey) {
    if let Err(problem) = desk.wake(key).await {
        tracing::error!(case = %key.case, ?problem, "a case could not be woken; it is tried again");
    }
}
