//! The connections of a server. `axum::serve` would drop a request whose sender has closed its side by the time that it is
//! read; here it is worked to its end, whether or not anybody waits for the answer.
//!
//! What is answered is not decided here.

use std::{io, time::Duration};

use axum::Router;
use hyper::server::conn::http1::Builder;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::limits;

/// How long to wait where no connection can be taken, because the process has as many files open as it may.
const BREATH: Duration = Duration::from_secs(1);

/// Serves until told to stop; then what is under way has a moment to end.
pub(crate) async fn serve(listener: TcpListener, routes: Router, stop: &CancellationToken) {
    let mut http = Builder::new();
    // Whoever never finishes a request's head, or keeps a connection and asks for nothing, holds it no longer than this.
    http.half_close(true).timer(TokioTimer::new()).header_read_timeout(limits::HEAD);
    let open = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let service = TowerToHyperService::new(routes.clone());
                let connection = http.serve_connection(TokioIo::new(stream), service);
                let watched = open.watch(connection);
                tokio::spawn(async move {
                    // A caller that breaks off is no failure of ours.
                    if let Err(error) = watched.await {
                        tracing::debug!(%error, "a connection broke off");
                    }
                });
            }
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

/// Whether a caller left before its connection was taken.
fn is_of_the_caller(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
