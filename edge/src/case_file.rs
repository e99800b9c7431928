//! The Durable Object of one case: the desk's routes for a case, on that case's own storage, woken by its own alarm.
//!
//! It answers only what the entry Worker sends on, which has authenticated the caller; nothing else can reach it.

use std::sync::Arc;

use axum::{Router, response::IntoResponse as _};
use desk::{file::Desk, ports::Remade, retry::RetrySettings, routes::case_routes};
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
/// The path by which an object is told to send its row to the docket again, likewise.
pub(crate) const RESEND_PATH: &str = "/resend";
/// What an object answers there that holds no case.
pub(crate) const EMPTY: u16 = 404;

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
        let works = Bindings::read(&env);
        let retry = works.as_ref().map_or_else(|_| RetrySettings::default(), |bindings| bindings.setup.config.retry);
        let drawer = Drawer::new(state.clone(), env.clone(), retry);
        let works = works.map(|bindings| {
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
        match request.uri().path() {
            WAKE_PATH => return self.ring().await,
            RESEND_PATH => return self.resend().await,
            _ => {}
        }
        body::answer(works.routes.clone().oneshot(request).await?).await
    }

    async fn alarm(&self) -> Result<Response> {
        self.ring().await
    }
}

impl CaseFile {
    /// Fails only where the next alarm could not be set: one that fails is repeated six times and then forgotten.
    async fn ring(&self) -> Result<Response> {
        match self.drawer.begin_wake().await {
            Ok(true) => self.wake().await,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "reading whether a case is due failed"),
        }
        match self.drawer.begin_telling() {
            Ok(true) => self.tell().await,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "reading whether something is to be told failed"),
        }
        match self.drawer.settle().await {
            Ok(()) => Response::empty(),
            Err(error) => {
                tracing::error!(%error, "the alarm of a case could not be set");
                Err(error.to_string().into())
            }
        }
    }

    /// Does what is due. What goes wrong is said and counts as a failure, after which the alarm rings again.
    async fn wake(&self) {
        let Some(key) = self.drawer.key() else {
            tracing::error!("an object was woken that knows no case");
            return;
        };
        let works = match &self.works {
            Ok(works) => works,
            Err(Misconfigured { binding, remedy }) => {
                tracing::error!(case = %key.case, binding, remedy, "a case could not be woken; it is tried again");
                return;
            }
        };
        match works.desk.wake(&key).await {
            Ok(next) => {
                if let Err(error) = self.drawer.woken(next) {
                    tracing::error!(case = %key.case, %error, "when a case is to be woken again could not be stored");
                }
            }
            Err(problem) => {
                tracing::error!(case = %key.case, ?problem, "a case could not be woken; it is tried again");
            }
        }
    }

    /// Begins to tell the case's events. It stores first when to go on, so that the alarm is set for it.
    async fn tell(&self) {
        let Some(key) = self.drawer.key() else { return };
        let works = match &self.works {
            Ok(works) => works,
            Err(Misconfigured { binding, remedy }) => {
                tracing::error!(case = %key.case, binding, remedy, "a case could not be told; it is tried again");
                return;
            }
        };
        if let Err(error) = works.desk.tell(&key).await.and_then(|_| self.drawer.tells()) {
            tracing::error!(case = %key.case, %error, "the telling of a case could not begin; it is tried again");
        }
    }

    async fn resend(&self) -> Result<Response> {
        match self.drawer.resend_row().await {
            Ok(Remade::Sent) => Response::empty(),
            Ok(Remade::Empty) => Response::error("no case", EMPTY),
            Err(error) => Response::error(error.to_string(), 500),
        }
    }
}
