//! The connections of a server. `axum::serve` would drop a request whose sender has closed its side by the time that it is
//! read; here it is worked to its end, whether or not anybody waits for the answer. Nobody holds a connection by being
//! slow: each head and each piece of an answer has its time, and where connections run out, idle ones make way.
//!
//! What is answered is not decided here.

mod room;

use std::{
    io::{self, Write as _},
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use axum::{Router, body::Body};
use desk::console::Peer;
use hyper::{body::Incoming, server::conn::http1::Builder, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use self::room::{Place, Room};
use crate::{kept::keeping, limits, settings::OverloadSettings};

/// How long to wait where no connection can be taken, because the process has as many files open as it may.
const BREATH: Duration = Duration::from_secs(1);
/// Files that are left for the database, for calls to the outside and for what else a process opens.
const FILES_LEFT: u64 = 256;
/// What is said on a connection for which there is no room, before anything of it is read.
const NO_ROOM: &str = "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 2\r\n\
                       connection: close\r\ncontent-length: 136\r\n\r\n\
                       {\"type\":\"about:blank\",\"status\":503,\"code\":\"CW407\",\"title\":\"There is too much to do\",\
                       \"detail\":\"There is no room for another connection.\"}";

/// What holds for connections.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// How long the head of a request may take to arrive, from when its connection is free for one.
    pub(crate) head: Duration,
    /// How long a piece of an answer may take to be taken.
    pub(crate) write: Duration,
    /// How many connections may be open.
    pub(crate) open: usize,
}

impl Limits {
    /// Those of the settings, as far as the system lets the process open files.
    pub(crate) fn of(settings: &OverloadSettings) -> Self {
        let wanted = u64::from(settings.connections);
        let open = files().map_or(wanted, |files| wanted.min(files.saturating_sub(FILES_LEFT).max(files / 2)));
        if open < wanted {
            tracing::info!(open, wanted, "the system lets this process open fewer files than connections are allowed");
        }
        let open = usize::try_from(open).unwrap_or(usize::MAX);
        Self { head: Duration::from_secs(30), write: Duration::from_secs(30), open }
    }
}

/// How many files this process may open, where there is a limit.
fn files() -> Option<u64> {
    #[cfg(unix)]
    {
        rustix::process::getrlimit(rustix::process::Resource::Nofile).current
    }
    #[cfg(not(unix))]
    {
        None
    }
}

/// Serves until told to stop; then what is under way has a moment to end.
pub(crate) async fn serve(listener: TcpListener, routes: Router, limits: &Limits, stop: &CancellationToken) {
    let mut http = Builder::new();
    http.half_close(true).timer(TokioTimer::new()).header_read_timeout(limits.head);
    let (open, room) = (GracefulShutdown::new(), Room::new(limits.open));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, address)) => match room.take() {
                Some(place) => {
                    let ends = place.ends().clone();
                    let connection = http.serve_connection(
                        TokioIo::new(timed(stream, limits.write)),
                        service_fn(answers(routes.clone(), address.ip(), place)),
                    );
                    let watched = open.watch(connection);
                    tokio::spawn(async move {
                        tokio::select! {
                            ended = watched => {
                                // A caller that breaks off is no failure of ours.
                                ended.unwrap_or_else(|error| tracing::debug!(%error, "a connection broke off"));
                            }
                            () = ends.cancelled() => tracing::debug!("an idle connection made way"),
                        }
                    });
                }
                None => turn_away(stream),
            },
            Err(error) if is_of_the_caller(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection could be taken");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    tokio::select! {
        () = open.shutdown() => {}
        () = tokio::time::sleep(limits::GRACE) => {}
    }
}

/// A connection that ends where nobody takes what is written to it.
fn timed(stream: TcpStream, write: Duration) -> Pin<Box<TimeoutStream<TcpStream>>> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(write));
    Box::pin(stream)
}

/// Says that there is no room, as far as that can be said without waiting.
fn turn_away(stream: TcpStream) {
    tracing::debug!("there is no room for another connection");
    // What cannot be written at once is not worth waiting for; the connection ends either way.
    let _ = stream.into_std().and_then(|mut stream| stream.write(NO_ROOM.as_bytes()));
}

/// An answer that is on its way; the routes never fail.
type Answer = Pin<Box<dyn Future<Output = Result<http::Response<Body>, std::convert::Infallible>> + Send>>;

/// The routes, which are told from which address a request comes; a connection is busy until the answer is handed over.
fn answers(routes: Router, address: IpAddr, place: Arc<Place>) -> impl Fn(http::Request<Incoming>) -> Answer {
    let peer = Peer::of(address);
    move |mut request| {
        let (busy, routes) = (place.busy(), routes.clone());
        request.extensions_mut().insert(peer.clone());
        Box::pin(async move {
            let response = routes.oneshot(request).await?;
            Ok(response.map(|body| keeping(body, busy)))
        })
    }
}

/// Whether a caller left before its connection was taken.
fn is_of_the_caller(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests;
