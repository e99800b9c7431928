//! The outside world as a Worker sees it: its clock, its randomness, its timers, and calls by service binding or by the
//! public network. Every call has a time limit and a size limit, and follows no redirect.
//!
//! What comes from JavaScript is not `Send`, though a Worker has one thread; [`SendFuture`] around the whole call says so.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use case::time::Millis;
use desk::ports::{Outside, SendError, Target, Task};
use futures_util::{
    StreamExt as _,
    future::{Either, select},
};
use http::{HeaderMap, Request, Response};
use worker::{
    AbortController, AbortSignal, Context, Date, Delay, Env, Fetch, Headers, HttpResponse, State,
    js_sys::Uint8Array,
    send::{SendFuture, SendWrapper},
    web_sys,
};

/// The longest a timer of the platform can be told to wait; later wakes are the alarm's.
const LONGEST_SLEEP_MS: u64 = 86_400_000;

/// The outside world of one object, or of one request to the entry Worker.
#[derive(Clone)]
pub(crate) struct EdgeOutside {
    env: Env,
    sources: Arc<BTreeMap<String, String>>,
    life: Life,
}

/// What keeps a future alive after the response has left.
#[derive(Clone)]
pub(crate) enum Life {
    /// A Durable Object.
    Object(Arc<SendWrapper<State>>),
    /// One request to the entry Worker.
    Request(Arc<Context>),
}

/// Where a call goes.
enum Route {
    /// To another Worker, or to what stands for one.
    Service(String),
    /// To the public network.
    Network,
}

impl EdgeOutside {
    /// The world of one object or request; `sources` maps names to bindings or base URLs.
    pub(crate) const fn new(env: Env, sources: Arc<BTreeMap<String, String>>, life: Life) -> Self {
        Self { env, sources, life }
    }

    /// Where a target is, and the absolute URL to ask there.
    fn route(&self, target: Target, uri: &http::Uri) -> Result<(Route, String), SendError> {
        let name = match target {
            Target::Model | Target::Issuer | Target::Webhook(_) => return Ok((Route::Network, uri.to_string())),
            Target::Source(_) | Target::Actions | Target::Agent(_) => target.name(),
        };
        let configured = self.sources.get(&*name).ok_or(SendError::NotConfigured)?;
        Ok(if configured.contains("://") {
            (Route::Network, format!("{}{uri}", configured.trim_end_matches('/')))
        } else {
            // The host part says which source is meant; a binding leads to one place whatever it says.
            let name = name.replace(':', "-");
            (Route::Service(configured.clone()), format!("http://{name}.internal{uri}"))
        })
    }
}

impl Outside for EdgeOutside {
    fn now(&self) -> Millis {
        now()
    }

    #[expect(clippy::expect_used, reason = "a Worker always has crypto.getRandomValues, and nothing may go on without")]
    fn random(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("random bytes");
    }

    fn sleep(&self, duration_ms: u64) -> impl Future<Output = ()> + Send {
        SendFuture::new(Delay::from(Duration::from_millis(duration_ms.min(LONGEST_SLEEP_MS))))
    }

    fn send(
        &self,
        target: Target,
        request: Request<Bytes>,
        limit_ms: u64,
        most_bytes: usize,
    ) -> impl Future<Output = Result<Response<Bytes>, SendError>> + Send {
        let routed = self.route(target, request.uri());
        let env = self.env.clone();
        SendFuture::new(async move {
            let (route, url) = routed?;
            let controller = AbortController::default();
            let call = std::pin::pin!(call(&env, &route, &url, request, controller.signal(), most_bytes));
            let limit = Delay::from(Duration::from_millis(limit_ms.min(LONGEST_SLEEP_MS)));
            match select(call, limit).await {
                Either::Left((outcome, _)) => {
                    if outcome.is_err() {
                        // Closes the connection of an answer that was not read to its end.
                        controller.abort();
                    }
                    outcome
                }
                Either::Right(_) => {
                    controller.abort();
                    Err(SendError::TimedOut)
                }
            }
        })
    }

    fn spawn(&self, task: Task) {
        match &self.life {
            Life::Object(state) => state.wait_until(task),
            Life::Request(context) => context.wait_until(task),
        }
    }
}

/// The platform's clock; on Cloudflare it stands still between calls to the outside.
pub(crate) fn now() -> Millis {
    Millis(i64::try_from(Date::now().as_millis()).unwrap_or(i64::MAX))
}

async fn call(
    env: &Env,
    route: &Route,
    url: &str,
    request: Request<Bytes>,
    signal: AbortSignal,
    most_bytes: usize,
) -> Result<Response<Bytes>, SendError> {
    let request = outgoing(url, &request, Some(&signal)).map_err(|_| SendError::Connection)?;
    let response: HttpResponse = match route {
        Route::Service(binding) => {
            let service = env.service(binding).map_err(|_| SendError::NotConfigured)?;
            service.fetch_request(request).await.map_err(|_| SendError::Connection)?
        }
        Route::Network => {
            let response = Fetch::Request(request).send_with_signal(&signal).await;
            response.and_then(TryInto::try_into).map_err(|_| SendError::Connection)?
        }
    };
    read(response, most_bytes).await
}

/// The request as JavaScript has it. Its body is bytes, not a stream, so that it is sent with its length.
pub(crate) fn outgoing(
    url: &str,
    request: &Request<Bytes>,
    signal: Option<&AbortSignal>,
) -> worker::Result<worker::Request> {
    let init = web_sys::RequestInit::new();
    init.set_method(request.method().as_str());
    init.set_headers(&headers(request.headers())?.0);
    init.set_redirect(web_sys::RequestRedirect::Manual);
    init.set_signal(signal.map(|signal| &**signal));
    if !request.body().is_empty() {
        init.set_body(&Uint8Array::from(request.body().as_ref()));
    }
    Ok(web_sys::Request::new_with_str_and_init(url, &init)?.into())
}

/// Headers as JavaScript has them, byte for byte. The conversion that comes with `worker` panics at the first byte that
/// is not ASCII, which any caller can send, and a panic ends the work of every case nearby.
pub(crate) fn headers(map: &HeaderMap) -> worker::Result<Headers> {
    let headers = Headers::new();
    for (name, value) in map {
        let text: String = value.as_bytes().iter().copied().map(char::from).collect();
        headers.append(name.as_str(), &text)?;
    }
    Ok(headers)
}

async fn read(response: HttpResponse, most_bytes: usize) -> Result<Response<Bytes>, SendError> {
    let (parts, mut body) = response.into_parts();
    let mut bytes = BytesMut::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| SendError::Connection)?;
        if bytes.len() + chunk.len() > most_bytes {
            return Err(SendError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Response::from_parts(parts, bytes.freeze()))
}
