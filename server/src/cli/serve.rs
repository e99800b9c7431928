//! `caseworker serve`: the API over HTTP until it is told to stop.

use std::{
    net::{SocketAddr, ToSocketAddrs as _},
    sync::Arc,
    time::Instant,
};

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::get,
};
use desk::{
    breaker::Shown,
    caller::Caller,
    console::browser::is_local,
    file::Desk,
    ports::{Outside as _, Target},
    problem::{Code, Problem},
    setup::Access,
    urgency::Hears,
    who::METRICS,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::Data;
use crate::{
    admission::{
        Gate,
        layer::{self, Entrance},
        pulse,
    },
    connections,
    engine::{Engine, Plan, Resume},
    exit::{Exit, Failure},
    host::Native,
    metrics::Metrics,
    output,
    settings::{LISTEN, Settings},
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Address to listen on [default: 127.0.0.1:8787]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    #[command(flatten)]
    data: Data,
    /// Work cases with the sandbox bank in place of the sources; each is marked
    #[arg(long)]
    sandbox: bool,
}

impl Args {
    /// The data folder's flag.
    pub(super) const fn data(&self) -> &Data {
        &self.data
    }
}

/// Runs the command.
pub(super) async fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let address = args.listen.as_deref().or(settings.host.listen.as_deref()).unwrap_or(LISTEN);
    let listener = bind(address).await?;
    let local = listener.local_addr().map_err(|error| Failure::new(Exit::Outside, error.to_string()))?;
    let loopback = local.ip().is_loopback();
    let sandbox = args.sandbox || (loopback && settings.config.sources.is_empty());
    let access = if loopback { access_on_loopback } else { access_elsewhere };
    let engine = Engine::start(settings, &Plan { access, sandbox, resume: Resume::All }).await?;
    if let Access::Closed(remedy) = &engine.desk.setup.access {
        let message = format!("{local} is not this machine alone, and there are no keys; {remedy}");
        engine.stop().await;
        return Err(Failure::new(Exit::Settings, message));
    }
    announce(settings, &engine, local);
    let stop = CancellationToken::new();
    tokio::spawn(told_to_stop(stop.clone()));
    let gate = Gate::new(settings.host.overload);
    let (watched, desk, metrics) = (gate.clone(), engine.desk.clone(), Arc::clone(&engine.metrics));
    let pulse = tokio::spawn(async move { pulse::run(&watched, &desk, &metrics).await });
    let routes = routes(&engine, &gate);
    connections::serve(listener, routes, &connections::Limits::of(&settings.host.overload), &stop).await;
    pulse.abort();
    engine.stop().await;
    Ok(())
}

fn access_on_loopback(has_keys: bool) -> Access {
    if has_keys { Access::Keys } else { Access::Open }
}

fn access_elsewhere(has_keys: bool) -> Access {
    let remedy = "make one with `caseworker keys create`, or listen on 127.0.0.1";
    if has_keys { Access::Keys } else { Access::Closed(remedy.to_owned()) }
}

/// Takes an address, `127.0.0.1:8787` or `localhost:8787`.
pub(super) async fn bind(address: &str) -> Result<TcpListener, Failure> {
    let refuse = |why: &str| {
        let example = "give another with --listen, for example 127.0.0.1:8790";
        Failure::new(Exit::Outside, format!("cannot listen on {address}: {why}; {example}"))
    };
    let resolved = address.to_socket_addrs().map_err(|_| refuse("not an address with a port"))?;
    let addresses: Vec<SocketAddr> = resolved.collect();
    TcpListener::bind(addresses.as_slice()).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => refuse("another process listens there"),
        _ => refuse(&error.to_string()),
    })
}

fn announce(settings: &Settings, engine: &Engine, local: SocketAddr) {
    let setup = &engine.desk.setup;
    if setup.access == Access::Open {
        output::words("open: there are no keys, so anybody on this machine may call, as tenant `local`");
    }
    if setup.sandbox {
        output::words("sandbox: cases are worked with the sandbox bank, and each is marked");
    }
    if setup.model.is_none() {
        output::words("no ANTHROPIC_API_KEY: the local model decides alone");
    }
    output::words(&format!("data in {}", settings.data.display()));
    output::words(&format!("listening on http://{local}"));
}

/// The shared routes with what only this host has: metrics, the log, the guard of open access, and the gate before all.
fn routes(engine: &Engine, gate: &Arc<Gate>) -> Router {
    let own = Own { desk: engine.desk.clone(), metrics: Arc::clone(&engine.metrics), gate: gate.clone() };
    let entrance = Entrance::new(gate, &engine.desk);
    let metrics = Router::new().route(METRICS.0, get(read_metrics)).with_state(own.clone());
    metrics
        .fallback_service(engine.front.clone())
        .layer(middleware::from_fn_with_state(own.clone(), only_local_names))
        .layer(middleware::from_fn_with_state(own, log_request))
        .layer(middleware::from_fn_with_state(entrance, layer::enter))
}

#[derive(Clone)]
struct Own {
    desk: Desk<Native>,
    metrics: Arc<Metrics>,
    gate: Arc<Gate>,
}

/// Waits for the first SIGTERM or SIGINT. A second one ends the process at once, which loses nothing either.
async fn told_to_stop(stop: CancellationToken) {
    for time in 0.. {
        signal().await;
        if time > 0 {
            std::process::exit(0);
        }
        output::words("stopping; once more ends it now");
        stop.cancel();
    }
}

#[cfg(unix)]
async fn signal() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}

/// `GET /metrics`: for anybody where access is open, else for auditors and admins.
async fn read_metrics(State(own): State<Own>, request: Request) -> Result<Response, Problem> {
    let (host, setup) = (&*own.desk.host, &own.desk.setup);
    let (parts, _) = request.into_parts();
    let caller = Caller::of(host, setup, &parts.headers).await?;
    let grant = caller.prove(host, setup, &parts, b"").await?;
    Hears::tell(&parts.extensions, &grant);
    METRICS.1.check(&grant)?;
    let store = &own.desk.host.store;
    let mut page = own.metrics.page(&store.counts().await?, store.telling().await?, &breakers(&own.desk));
    page += &own.gate.page(own.desk.cases_at_work(), own.desk.requests_waiting());
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], page).into_response())
}

/// The breakers of all targets that are configured.
fn breakers(desk: &Desk<Native>) -> Vec<(Target, Shown)> {
    desk.setup.targets().map(|target| (target, desk.setup.breakers.shown(target, desk.host.now()))).collect()
}

/// Where access is open, a page in a browser must not reach it by a name that it had pointed at this machine.
async fn only_local_names(State(own): State<Own>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    if own.desk.setup.access == Access::Open && !host.is_none_or(is_local) {
        let remedy = "Access is open, so only `localhost` and loopback addresses are answered. Make keys to be reached \
                      by another name.";
        return Problem::new(Code::Unauthenticated, remedy).into_response();
    }
    next.run(request).await
}

/// One line for each request: never its query, headers or body.
async fn log_request(State(own): State<Own>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let trace = request.headers().get("traceparent").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let response = next.run(request).await;
    let status: StatusCode = response.status();
    own.metrics.reply(status);
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    // A path that is no route is a caller's text, and may hold anything.
    let path = if status == StatusCode::NOT_FOUND { "(not found)" } else { path.as_str() };
    let trace =
        trace.as_deref().and_then(|trace| trace.get(3..35)).filter(|id| id.bytes().all(|b| b.is_ascii_hexdigit()));
    tracing::info!(%method, path, status = status.as_u16(), took_ms, trace, "answered");
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_address_but_loopback_needs_keys() {
        assert_eq!(access_on_loopback(false), Access::Open);
        assert_eq!(access_on_loopback(true), Access::Keys);
        assert_eq!(access_elsewhere(true), Access::Keys);
        assert!(matches!(access_elsewhere(false), Access::Closed(remedy) if remedy.contains("keys create")));
    }

    #[tokio::test]
    async fn an_address_in_use_or_none_is_refused_with_the_remedy() {
        let taken = bind("127.0.0.1:0").await.unwrap();
        let address = taken.local_addr().unwrap().to_string();
        for (address, why) in [(address.as_str(), "another process listens there"), ("8787", "not an address")] {
            let failure = bind(address).await.unwrap_err();
            assert_eq!(failure.exit, Exit::Outside);
            assert!(failure.message.contains(why) && failure.message.contains("--listen"), "{}", failure.message);
        }
    }
}
