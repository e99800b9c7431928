//! What the desk asks of a host, put together from its parts: inside a case's object, and at the front.
//!
//! Nothing is decided here; each method hands on to the part that does it.

use axum::{body::Body, response::IntoResponse as _};
use bytes::Bytes;
use case::{
    ids::{CaseId, Digest, TenantId},
    time::Millis,
};
use desk::{
    docket_sql::Statement,
    entering::Entering,
    front::Door,
    hooks::HookState,
    ports::{
        Behind, CaseHost, CaseKey, Commit, DocketHost, Grant, Hold, HostError, ModelHost, Outside, Remade, Revocation,
        RowName, SendError, Spend, Stored, Switch, Target, Task, TenantHost,
    },
    problem::{Code, Problem},
};
use http::{Request, Response};
use worker::{Env, Stub, send::SendFuture};

use crate::{
    bindings, body,
    case_file::{EMPTY, RESEND_PATH},
    docket::EdgeDocket,
    drawer::Drawer,
    outside,
    outside::EdgeOutside,
    tenants::Tenants,
};

/// The host of one case, inside its Durable Object.
pub(crate) struct CaseSide {
    /// The case's storage.
    pub(crate) drawer: Drawer,
    /// What all cases of a tenant share, and the model's switch.
    pub(crate) tenants: Tenants,
    /// The outside world.
    pub(crate) outside: EdgeOutside,
}

/// The host that callers meet: it holds no case, and knows the way to each.
pub(crate) struct FrontSide {
    /// The way to the objects.
    pub(crate) env: Env,
    /// The list of cases and the callers' grants.
    pub(crate) docket: EdgeDocket,
    /// What all cases of a tenant share, and the model's switch.
    pub(crate) tenants: Tenants,
    /// The outside world.
    pub(crate) outside: EdgeOutside,
}

impl Door for FrontSide {
    fn enter(&self, entering: Entering, request: Request<Body>) -> impl Future<Output = Response<Body>> + Send {
        let (env, name) = (self.env.clone(), entering.key().name());
        SendFuture::new(async move {
            call_object(object(&env, &name), request).await.unwrap_or_else(|error| {
                tracing::error!(case = %entering.case, %error, "the object of a case did not answer");
                let again = "Nothing is lost that was answered. Try again; the log says more.";
                Problem::new(Code::Storage, again).into_response()
            })
        })
    }
}

/// The way to the object of a case.
pub(crate) fn object(env: &Env, name: &str) -> worker::Result<Stub> {
    bindings::objects(env, bindings::CASES)?.get_by_name(name)
}

/// Sends a request to the object of a case and hands its answer through.
pub(crate) async fn call_object(
    object: worker::Result<Stub>,
    request: Request<Body>,
) -> worker::Result<Response<Body>> {
    let (parts, body) = request.into_parts();
    // The front has read the body already and kept it within its limit.
    let body = axum::body::to_bytes(body, usize::MAX).await.map_err(|error| error.to_string())?;
    let url = format!("http://case.internal{}", parts.uri.path());
    let request = outside::outgoing(&url, &Request::from_parts(parts, body), None)?;
    body::answered(object?.fetch_with_request(request).await?).await
}

/// A request of our own to an object.
pub(crate) fn inner(path: &'static str) -> Request<Body> {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = http::Uri::from_static(path);
    request
}

impl CaseHost for CaseSide {
    fn read(&self, key: &CaseKey) -> impl Future<Output = Result<Option<Stored>, HostError>> + Send {
        self.drawer.read(key)
    }

    fn commit(&self, key: &CaseKey, commit: Commit) -> impl Future<Output = Result<(), HostError>> + Send {
        self.drawer.commit(key, commit)
    }

    fn sealed(&self, key: &CaseKey, hash: &Digest) -> impl Future<Output = Result<Option<Vec<u8>>, HostError>> + Send {
        self.drawer.sealed(key, hash)
    }

    fn hooks(&self, key: &CaseKey) -> impl Future<Output = Result<Option<HookState>, HostError>> + Send {
        self.drawer.hooks(key)
    }

    fn set_hooks(
        &self,
        key: &CaseKey,
        state: &HookState,
        seen: u64,
    ) -> impl Future<Output = Result<bool, HostError>> + Send {
        self.drawer.set_hooks(key, state, seen)
    }
}

impl DocketHost for FrontSide {
    fn select(&self, statements: Vec<Statement>) -> impl Future<Output = Result<Vec<Vec<String>>, HostError>> + Send {
        self.docket.select(statements)
    }

    async fn behind(&self, tenant: &TenantId) -> Result<Option<Behind>, HostError> {
        Ok(self.tenants.behind(tenant).await?.shown())
    }

    fn grant(&self, key_hash: &Digest) -> impl Future<Output = Result<Option<Grant>, HostError>> + Send {
        std::future::ready(Ok(self.docket.grant(key_hash)))
    }

    fn remake(&self, tenant: &TenantId, name: &RowName) -> impl Future<Output = Result<Remade, HostError>> + Send {
        let (env, tenant, name) = (self.env.clone(), tenant.clone(), name.clone());
        SendFuture::new(async move {
            let failed = |error: worker::Error| HostError::Failed(format!("the object of a case: {error}"));
            let object = match name {
                RowName::Case(case) => object(&env, &CaseKey { tenant, case }.name()),
                RowName::Object(id) => {
                    let cases = bindings::objects(&env, bindings::CASES).map_err(failed)?;
                    cases.id_from_string(id.as_str()).and_then(|id| id.get_stub())
                }
            };
            let answer = call_object(object, inner(RESEND_PATH)).await.map_err(failed)?;
            match answer.status().as_u16() {
                200..300 => Ok(Remade::Sent),
                EMPTY => Ok(Remade::Empty),
                status => Err(HostError::Failed(format!("the object of a case answered {status}"))),
            }
        })
    }
}

/// The outside is the same on both sides.
macro_rules! hand_on_outside {
    ($side:ty) => {
        impl Outside for $side {
            fn now(&self) -> Millis {
                self.outside.now()
            }

            fn random(&self, bytes: &mut [u8]) {
                self.outside.random(bytes);
            }

            fn sleep(&self, duration_ms: u64) -> impl Future<Output = ()> + Send {
                self.outside.sleep(duration_ms)
            }

            fn send(
                &self,
                target: Target,
                request: Request<Bytes>,
                limit_ms: u64,
                most_bytes: usize,
            ) -> impl Future<Output = Result<Response<Bytes>, SendError>> + Send {
                self.outside.send(target, request, limit_ms, most_bytes)
            }

            fn spawn(&self, task: Task) {
                self.outside.spawn(task);
            }
        }
    };
}

/// So are the switch, and what all cases of a tenant share.
macro_rules! hand_on_tenants {
    ($side:ty) => {
        impl ModelHost for $side {
            fn switch(&self) -> impl Future<Output = Result<Option<Switch>, HostError>> + Send {
                self.tenants.switch()
            }

            fn set_switch(&self, switch: &Switch) -> impl Future<Output = Result<(), HostError>> + Send {
                self.tenants.set_switch(switch)
            }
        }

        impl TenantHost for $side {
            fn reserve(
                &self,
                tenant: &TenantId,
                day: &str,
                most: Spend,
                cap: Spend,
            ) -> impl Future<Output = Result<bool, HostError>> + Send {
                self.tenants.reserve(tenant, day, most, cap)
            }

            fn settle(
                &self,
                tenant: &TenantId,
                day: &str,
                reserved: Spend,
                spent: Spend,
            ) -> impl Future<Output = Result<(), HostError>> + Send {
                self.tenants.settle(tenant, day, reserved, spent)
            }

            fn keep_nonce(
                &self,
                tenant: &TenantId,
                nonce: &Digest,
                until: Millis,
            ) -> impl Future<Output = Result<bool, HostError>> + Send {
                self.tenants.keep_nonce(tenant, nonce, until)
            }

            fn has_nonce(
                &self,
                tenant: &TenantId,
                nonce: &Digest,
            ) -> impl Future<Output = Result<bool, HostError>> + Send {
                self.tenants.has_nonce(tenant, nonce)
            }

            fn hold_effect(
                &self,
                tenant: &TenantId,
                what: &Digest,
                case: &CaseId,
            ) -> impl Future<Output = Result<Hold, HostError>> + Send {
                self.tenants.hold_effect(tenant, what, case)
            }

            fn release_effect(
                &self,
                tenant: &TenantId,
                what: &Digest,
                case: &CaseId,
            ) -> impl Future<Output = Result<(), HostError>> + Send {
                self.tenants.release_effect(tenant, what, case)
            }

            fn revocations(
                &self,
                tenant: &TenantId,
            ) -> impl Future<Output = Result<Vec<Revocation>, HostError>> + Send {
                self.tenants.revocations(tenant)
            }

            fn revoke(
                &self,
                tenant: &TenantId,
                revocation: &Revocation,
            ) -> impl Future<Output = Result<(), HostError>> + Send {
                self.tenants.revoke(tenant, revocation)
            }
        }
    };
}

hand_on_tenants!(CaseSide);
hand_on_tenants!(FrontSide);
hand_on_outside!(CaseSide);
hand_on_outside!(FrontSide);
